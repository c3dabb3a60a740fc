"""A small server in the lender's place: checks the site's calls by the product's own signature and schemas."""

import uuid
from datetime import UTC, datetime

from tests.sandbox import kit
from tests.unit.rooms import room

rpc = room("tour_loan", "rpc")
PARAMS = {
    "application.create": rpc.methods.application_create.CreateParams,
    "application.get": rpc.methods.application_get.GetParams,
    "application.change": rpc.methods.application_change.ChangeParams,
    "application.commit": rpc.methods.application_commit.CommitParams,
    "application.cancel": rpc.methods.application_cancel.CancelParams,
    "application.tour_refund": rpc.methods.application_tour_refund.TourRefundParams,
    "calculator.quote": rpc.methods.calculator_quote.QuoteParams,
}
TERMS = (4, 6)
REDIRECT = "http://127.0.0.1:1/my/link"


def make_app(agencies, state_dir) -> kit.App:
    """The server; ``app.answer`` = None, or (HTTP status, body) for every call; ``app.calls`` = [(webhook-id, method, params)]."""
    app = kit.App("lender", "Кредитор", {}, state_dir)
    secrets = {agency["code"]: agency["secret_to_odoo"] for agency in agencies}
    app.answer, app.calls = None, []

    @app.route("/tour_loan/v1/rpc", methods=["POST"])
    @app.faulty("rpc")
    def call(request):
        body = request.get_data()
        message_id = rpc.webhook.verify(
            request.headers, body, [secrets[request.headers["x-agency"]]], datetime.now(UTC)
        )
        message = rpc.wire.loads(body)
        params = message["params"]
        PARAMS[message["method"]].model_validate(params, context={"allow_loopback": True})
        if message["method"] == "calculator.quote":
            previews = [rpc.examples.PREVIEW | {"months": months} for months in TERMS]
            quote = rpc.examples.QUOTE | {"previews": previews}
            return {"jsonrpc": "2.0", "id": message["id"], "result": quote}
        app.calls.append((message_id, message["method"], params))
        if app.answer:
            return app.json(app.answer[1], app.answer[0])
        number = params.get("order_number") or params["order"]["number"]
        return {
            "jsonrpc": "2.0",
            "id": message["id"],
            "result": application(number, len(app.calls)),
        }

    return app


def application(order_number, sequence, status="new", **more) -> dict:
    """An application object as the agency API answers it."""
    return {
        "application_id": str(uuid.uuid5(uuid.NAMESPACE_URL, order_number)),
        "order_number": order_number,
        "status": status,
        "redirect_url": REDIRECT,
        "amount": {"amount": "130500.00", "currency": "RUB"},
        "sequence": sequence,
        **more,
    }
