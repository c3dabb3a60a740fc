"""PayU (YPMN) as a shop sees it: REST v4, the payment page, notices, the merchant's cabinet.

API: POST /api/v4/payments/authorize, .../capture, .../refund, GET .../status/<reference>; every other call of the
family is answered with a JSON error (payu_api.py). Faults ``authorize``, ``capture``, ``refund``, ``status``; outgoing
``notice``. The page: /pay/<number>?token=. The cabinet: /.

For tests: GET /_control/payments[?reference=] -> {"payments": [newest first, with "refunds" and "page"]};
POST /_control/payments/<reference> {"action": "pay" | "decline" | "cancel" | "reverse" | "refund" | "chargeback" |
"notice", "method", "amount", "reason" (of a chargeback), "decline": [code, message]}; POST /_control/notices
{"reference", any field of orderData, "more": fields of the whole body, "raw": any text instead, "content_type",
"repeat": n, "secret": wrong one} sends any statement at once and answers {"status": HTTP of the shop};
GET|POST /_control/settings {"notice": "before" | "after" | "delayed" | "never", "refund_seconds": n,
"calls_per_minute": n, and "1" | "" for: "two_steps" (PAYMENT_AUTHORIZED first), "manual_capture" (until the shop
captures), "status_with_extras" (fields no description has: status, our reference, the sum at the top),
"status_without_sum", "refund_without_id", "refund_pending_told" (a notice with PENDING first), "same_day" (a whole
refund is a bare REVERSED)}.

Settings in config.json, part ``payu``: url, merchant, secret, notice_url.
"""

from urllib.parse import urlsplit

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.utils import redirect

from . import kit, payu_api, payu_checks
from .payu_bank import Bank
from .payu_checks import Refused
from .payu_notices import NOTICE_TIMES
from .payu_words import PAID

METHOD_NAMES = {
    "CCVISAMC": "Банковская карта",
    "FASTER_PAYMENTS": "СБП",
    "SBERPAY": "SberPay",
    "TPAY": "T-Pay",
}
STATUS_NAMES = {
    "WAITING_PAYMENT": ("ждёт оплаты", ""),
    "PAYMENT_AUTHORIZED": ("деньги удержаны", ""),
    "COMPLETE": ("оплачен", "good"),
    "REFUND": ("есть возврат", "bad"),
    "REVERSED": ("отменён", "bad"),
    "CANCELED": ("отменён", "bad"),
    "CARD_NOTAUTHORIZED": ("карта отклонена", "bad"),
}
NOTICE_NAMES = {
    "before": "до возврата плательщика",
    "after": "сразу после возврата",
    "delayed": "через 20 секунд",
    "never": "только вручную",
}
SETTING_NAMES = {
    "two_steps": "Сначала удержать, потом списать",
    "manual_capture": "Списывает магазин",
    "status_with_extras": "Статус с лишними полями",
    "status_without_sum": "Статус без сумм",
    "refund_without_id": "Возврат без номера",
    "refund_pending_told": "Сообщать о принятом возврате",
    "same_day": "Полный возврат как отмена",
}
TEST_CARD = "4652 0354 4066 7037"


def make_app(config, state_dir):
    app = kit.App("payu", "PayU", config, state_dir, accent="#0d6b4f")
    bank = Bank(app)
    app.jinja.globals.update(
        methods=METHOD_NAMES,
        statuses=STATUS_NAMES,
        notice_names=NOTICE_NAMES,
        test_card=TEST_CARD,
        shop=urlsplit(app.settings.get("notice_url", "")).netloc,
    )
    payu_api.add(app, bank, page_url)
    add_page(app, bank)
    add_cabinet(app, bank)
    add_control(app, bank)
    return app


def page_url(app, payment) -> str:
    """The address of the payment page, with a query as the real one has."""
    return f"{app.settings['url']}/pay/{payment['id']}?token={payment['token']}"


def add_page(app, bank):
    """What the payer sees."""

    def find(request, number):
        payment = bank.by_number(number)
        if not payment or payment["token"] != request.args.get("token"):
            raise NotFound("Такой страницы оплаты нет.")
        return payment

    @app.page("/pay/<int:number>")
    def pay(request, number):
        payment = find(request, number)
        chosen = payment["method"] or request.args.get("method") or "CCVISAMC"
        return app.render("pay.html", payment=payment, chosen=chosen, is_open=bank.is_open(payment))

    @app.page("/pay/<int:number>", methods=["POST"])
    def decide(request, number):
        payment = find(request, number)
        action, method = request.form.get("action"), request.form.get("method", "CCVISAMC")
        if action == "leave":
            return redirect(payment["fail_url"], 303)
        if not bank.is_open(payment):
            return redirect(page_url(app, payment), 303)
        if action == "decline":
            bank.decline(payment, method)
            return redirect(page_url(app, payment), 303)
        bank.pay(payment, method)
        return redirect(payment["success_url"], 303)


def act(bank, payment, action, method="CCVISAMC", sum_=None, reason=None, decline=None):
    """Do something to a payment from the cabinet or from a test.

    :raises BadRequest: unknown action
    """
    if action == "pay":
        bank.pay(payment, method)
    elif action == "decline":
        bank.decline(payment, method, *(decline or ()))
    elif action in ("cancel", "reverse"):
        bank.tell(bank.move(payment, "CANCELED" if action == "cancel" else "REVERSED"))
    elif action == "refund":
        rest = bank.rest(payment)
        bank.refund(payment, payu_checks.amount(sum_ or rest, "amount"), "")
    elif action == "chargeback":
        bank.charge_back(payment, reason)
    elif action == "notice":  # by hand, whatever the setting says of those that go by themselves
        bank.send(bank.notice(payment))
    else:
        raise BadRequest("unknown action")


def add_cabinet(app, bank):
    """What the merchant sees."""

    @app.page("/")
    def home(request):
        payments = [
            {
                **payment,
                "refunds": bank.refunds(payment),
                "rest": bank.rest(payment),
                "page": page_url(app, payment),
            }
            for payment in bank.payments()
        ]
        return app.render(
            "home.html", payments=payments, settings=bank.settings(), ticks=SETTING_NAMES
        )

    @app.page("/cpanel/settings", methods=["POST"])
    def settings(request):
        try:
            bank.set(**{name: request.form.get(name, "") for name in bank.settings()})
        except KeyError as wrong:
            raise BadRequest(f"unknown: {wrong}") from wrong
        return redirect("/", 303)

    @app.page("/cpanel/payments/<reference>", methods=["POST"])
    def payment_action(request, reference):
        payment = bank.payment(reference)
        if not payment:
            raise NotFound
        try:
            form = request.form
            act(
                bank,
                payment,
                form.get("action"),
                sum_=form.get("amount"),
                reason=form.get("reason"),
            )
        except Refused as refusal:
            return app.render("refused.html", status=400, refusal=refusal)
        return redirect("/", 303)


def add_control(app, bank):
    """The same in JSON, for tests."""

    def shown(payment):
        return {**payment, "refunds": bank.refunds(payment), "page": page_url(app, payment)}

    @app.page("/_control/payments")
    def payments(request):
        reference = request.args.get("reference")
        chosen = [row for row in bank.payments() if reference in (None, row["reference"])]
        return {"payments": [shown(payment) for payment in chosen]}

    @app.page("/_control/payments/<reference>", methods=["POST"])
    def control_payment(request, reference):
        payment, order = bank.payment(reference), request.get_json()
        if not payment:
            raise NotFound
        try:
            act(
                bank,
                payment,
                order.get("action"),
                order.get("method", "CCVISAMC"),
                order.get("amount"),
                order.get("reason"),
                order.get("decline"),
            )
        except Refused as refusal:
            return app.json({"status": refusal.status, "message": refusal.message}, 400)
        return shown(bank.payment(reference))

    @app.page("/_control/notices", methods=["POST"])
    def notices(request):
        order = request.get_json()
        repeat, secret = order.pop("repeat", 1), order.pop("secret", None)
        content_type = order.pop("content_type", "application/json")
        reference, raw = order.pop("reference", ""), order.pop("raw", None)
        payment = bank.payment(reference) or {
            "id": 1,
            "reference": reference,
            "amount": "1.00",
            "status": PAID,
            "paid_by": None,
            "email": "",
            "phone": "",
            "created_at": "2026-01-15T10:00:00+00:00",
            "changed_at": "2026-01-15T10:00:00+00:00",
        }
        body = bank.notice(payment, **order) if raw is None else raw.encode()
        answers = [bank.send(body, 99, secret, content_type) for _time in range(repeat)]
        return {"status": answers[-1]}

    @app.page("/_control/settings", methods=["GET", "POST"])
    def control_settings(request):
        if request.method == "POST":
            try:
                bank.set(**request.get_json())
            except KeyError as wrong:
                return app.json(
                    {"error": f"unknown {wrong}; notice is one of {sorted(NOTICE_TIMES)}"}, 400
                )
        return bank.settings()


if __name__ == "__main__":
    kit.main(make_app)
