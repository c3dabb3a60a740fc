<?php
/**
 * Receiver of the tour-loan cabinet's messages: callbacks, and the question "is it still there?".
 *
 * Needs PHP 7.4 or later and the Composer package standard-webhooks/standard-webhooks. Call it from
 * the page behind your URL:
 *
 *     [$status, $answer] = agency_receive($secret, file_get_contents('php://input'), getallheaders(), $orders, $store);
 *     http_response_code($status);
 *     if ($answer !== '') { header('Content-Type: application/json'); echo $answer; }
 *
 * $orders($number) returns ['available' => …, 'price' => …, 'valid_until' => …] or null.
 * $store($webhookId, $application) keeps the application in your database, in one transaction: unless
 * $webhookId is known already, or a greater `sequence` of the same `application_id` is.
 */

use StandardWebhooks\Webhook;
use StandardWebhooks\Exception\WebhookVerificationException;

function agency_receive($secretFromLender, $body, array $headers, callable $orders, callable $store)
{
    $headers = array_change_key_case($headers);
    try { // before anything else, over the bytes as they came
        $message = (new Webhook($secretFromLender))->verify($body, $headers);
    } catch (WebhookVerificationException $wrong) {
        return [401, ''];
    }
    if (($message['method'] ?? '') === 'order.actualize') {
        $order = $orders($message['params']['order_number']) ?: ['available' => false];
        $answer = ['jsonrpc' => '2.0', 'id' => $message['id'], 'result' => $order];
        return [200, json_encode($answer, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE)];
    }
    if ($message['type'] !== 'test') {
        $store($headers['webhook-id'], $message['data']); // and let a job do the work
    }
    return [204, ''];
}
