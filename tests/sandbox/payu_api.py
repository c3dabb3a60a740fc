"""The calls a shop makes. Whatever comes, the answer is JSON and carries the limits of calls."""

import json
import logging

from . import payu_checks, payu_words
from .payu_checks import Refused

_logger = logging.getLogger(__name__)

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Families of calls that exist at PayU and are not switched on for this account.
CLOSED = ("token", "reports", "payout", "qst", "registration", "payments/sessions", "cardinfo")


class Guard:
    """Check the caller, answer a repeat from memory, do the work, word a refusal."""

    def __init__(self, app, bank):
        self.app, self.bank = app, bank

    def __call__(self, request, work):
        limit, left, room = self.bank.count_call()
        try:
            if left < 0:
                raise Refused(429, "LIMIT_CALLS_EXCEEDED", f"At most {limit} calls a minute")
            settings = self.app.settings
            payu_checks.caller(request, settings["merchant"], settings["secret"])
            code, answer = self._remembered(request, work)
        except Refused as refusal:  # not kept: the shop may correct itself
            code = refusal.code
            answer = {"code": code, "status": refusal.status, "message": refusal.message}
        except Exception:
            _logger.exception("%s %s", request.method, request.path)
            code = 500
            answer = {"code": code, "status": "INTERNAL_ERROR", "message": "Try again later"}
        response = self.app.json(answer, code)
        response.headers["X-RateLimit-Limit"] = str(limit)
        response.headers["X-RateLimit-Remaining"] = str(max(left, 0))
        response.headers["X-RateLimit-Reset"] = str(room)
        return response

    def _remembered(self, request, work):
        key = request.headers.get("X-Header-Idempotency-Key")
        if not key or request.method != "POST":
            return 200, work()
        key = f"{request.path} {key}"
        if kept := self.bank.kept(key):
            return kept[0], json.loads(kept[1])
        answer = work()
        self.bank.keep(key, 200, json.dumps(answer, ensure_ascii=False))
        return 200, answer


def add(app, bank, page_url):
    """Register the API; ``page_url(app, payment)`` is where a payer pays."""
    guarded = Guard(app, bank)

    @app.route("/api/v4/payments/authorize", methods=["POST"])
    @app.faulty("authorize")
    def authorize(request):
        def work():
            payment = bank.create(payu_checks.order(payu_checks.content(request)))
            return payu_words.authorized(payment, page_url(app, payment))

        return guarded(request, work)

    @app.route("/api/v4/payments/capture", methods=["POST"])
    @app.faulty("capture")
    def capture(request):
        def work():
            number = bank.capture_asked(payu_checks.content(request))
            return {
                "code": 200,
                "status": "SUCCESS",
                "message": "Accepted for processing",
                "payuPaymentReference": str(number),
            }

        return guarded(request, work)

    @app.route("/api/v4/payments/refund", methods=["POST"])
    @app.faulty("refund")
    def refund(request):
        def work():
            fields = payu_checks.content(request)
            number = bank.refund_asked(fields)
            answer = {
                "code": 200,
                "status": "SUCCESS",
                "message": "The refund was accepted",
                "payuPaymentReference": str(fields["payuPaymentReference"]),
            }
            if not bank.setting("refund_without_id"):
                answer["refundRequestId"] = number
            return answer

        return guarded(request, work)

    @app.route("/api/v4/payments/status/<reference>")
    @app.faulty("status")
    def status(request, reference):
        def work():
            payment = bank.payment(reference)
            if not payment:
                raise Refused(404, "NOT_FOUND", "merchantPaymentReference is not known")
            return bank.report(payment)

        return guarded(request, work)

    @app.route("/api", methods=VERBS)
    @app.route("/api/<path:rest>", methods=VERBS)
    @app.route("/reports/<path:rest>", methods=VERBS)
    def other(request, rest=""):
        def work():
            call = rest.removeprefix("v4/")
            if call.startswith(CLOSED) or request.path.startswith("/reports/"):
                raise Refused(403, "ACCESS_DENIED", "This call is not enabled for this account")
            raise Refused(404, "UNKNOWN_CALL", f"There is no {request.method} {request.path}")

        return guarded(request, work)
