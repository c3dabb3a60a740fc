<?php
/**
 * Client of the tour-loan agency API: call a method, check a callback.
 *
 * Needs PHP 7.4 or later and the Composer package standard-webhooks/standard-webhooks. The
 * server, your agency's code and the two secrets (each "whsec_…") come from the lender.
 */

use StandardWebhooks\Webhook;

/**
 * Return the JSON-RPC answer, ["result" => …] or ["error" => …].
 *
 * After an exception call again with the same $messageId and $params: a changing
 * method is then done once and answered twice.
 */
function agency_call($server, $agency, $secretToLender, $method, array $params, $messageId = null)
{
    $messageId = $messageId ?: 'msg_' . bin2hex(random_bytes(16));
    $call = ['jsonrpc' => '2.0', 'id' => $messageId, 'method' => $method, 'params' => (object) $params];
    $body = json_encode($call, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    $now = time();
    $headers = [
        'Content-Type: application/json',
        "x-agency: $agency",
        "webhook-id: $messageId",
        "webhook-timestamp: $now",
        'webhook-signature: ' . (new Webhook($secretToLender))->sign($messageId, $now, $body),
    ];
    $http = ['method' => 'POST', 'header' => $headers, 'content' => $body, 'timeout' => 15];
    $answer = @file_get_contents("$server/tour_loan/v1/rpc", false, stream_context_create(['http' => $http]));
    if ($answer === false) { // no connection, a time-out or an HTTP error such as 401, 429, 503
        throw new RuntimeException(error_get_last()['message'] ?? 'no answer');
    }
    return json_decode($answer, true, 64, JSON_THROW_ON_ERROR);
}

/** Return ["type", "timestamp", "data"] of a callback; on a WebhookVerificationException answer 401. */
function agency_callback($secretFromLender, $body, array $headers)
{
    return (new Webhook($secretFromLender))->verify($body, array_change_key_case($headers));
}
