"""The agency API as an agency's programmer uses it: signed calls out, verified messages in."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import phonenumbers
import requests
from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from .orders import ENDED, money
from .tours import TOURS

METHODS = ["create", "get", "change", "commit", "cancel", "tour_refund"]


class Refused(Exception):
    """Odoo understood and said no; ``args[0]`` is the JSON-RPC error."""


class Away(Exception):
    """No answer, or one that is not JSON-RPC. The same call may be repeated: nobody knows whether it was done."""


# ---- calls out


def call(app, order, method, params) -> dict:
    """Call a method about an order.

    A call left without an answer is repeated with its old ``webhook-id`` when the content is the same, so that
    Odoo can answer what it answered then.

    :raises Refused: JSON-RPC error
    :raises Away: anything else but a result
    """
    unanswered = order["unanswered"].get(method)
    if unanswered and unanswered["params"] == params:
        message_id = unanswered["id"]
    else:
        message_id = f"msg_{uuid.uuid4().hex}"
    app.orders.change(
        order["number"],
        lambda stored: stored["unanswered"].update({method: {"id": message_id, "params": params}}),
    )
    answer = _post(app, app.agencies[order["agency"]], method, params, message_id)
    app.orders.change(order["number"], lambda stored: stored["unanswered"].pop(method, None))
    if "error" in answer:
        raise Refused(answer["error"])
    return answer["result"]


def _post(app, agency, method, params, message_id):
    body = json.dumps(
        {"jsonrpc": "2.0", "id": message_id, "method": method, "params": params}, ensure_ascii=False
    )
    now = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "x-agency": agency["code"],
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(agency["secret_to_odoo"]).sign(message_id, now, body),
    }
    url = app.config["odoo"] + "/tour_loan/v1/rpc"
    try:
        response = app.send(method, "POST", url, data=body.encode(), headers=headers, timeout=15)
        if response.status_code != 200:
            raise Away(f"HTTP {response.status_code}: {response.text[:300]}")
        answer = response.json()
    except (requests.RequestException, ValueError) as failure:
        raise Away(str(failure)) from failure
    if not isinstance(answer, dict) or not {"result", "error"} & answer.keys():
        raise Away(f"не JSON-RPC: {response.text[:300]}")
    return answer


def terms_of(app, agency, price, advance) -> list[dict]:
    """The terms the lender's product allows for this sum, with the cost of each; none, if he cannot say now."""
    params = {"price": roubles(price), "advance": roubles(advance), "locale": "ru"}
    try:
        answer = _post(app, agency, "calculator.quote", params, f"msg_{uuid.uuid4().hex}")
    except Away:
        return []
    return answer.get("result", {}).get("previews", [])


def is_russian_mobile(phone) -> bool:
    """Only such a number gets the lender's codes: looked at before the customer pays anything."""
    try:
        number = phonenumbers.parse(phone, "RU")
    except phonenumbers.NumberParseException:
        return False
    kind = phonenumbers.number_type(number)
    return (
        phonenumbers.region_code_for_number(number) == "RU"
        and kind == phonenumbers.PhoneNumberType.MOBILE
    )


def roubles(amount) -> dict:
    """Money of the agency API."""
    return {"amount": str(amount), "currency": "RUB"}


def advance_params(order, amount) -> dict:
    """The advance with its receipt."""
    return {
        "amount": roubles(amount),
        "paid_at": order["paid_at"],
        "receipt_number": order["receipt_number"],
    }


def create_params(app, order) -> dict:
    """The content of ``application.create``. It follows from the order alone, so a repeat is the same."""
    tour, address = TOURS[order["tour"]], f"{app.settings['url']}/orders/{order['number']}"
    starts_on = date.fromisoformat(order["starts_on"])
    params = {
        "order": {
            "number": order["number"],
            "price": roubles(order["price"]),
            "advance": advance_params(order, order["advance"]),
            "held_until": order["held_until"],
            "items": [{"name": tour.title, "kind": "tour", "price": roubles(order["price"])}],
        },
        "tour": tour.describe(starts_on, order["tourists"]),
        "customer": customer_params(order),
        "urls": {name: f"{address}?back={name}" for name in ("success", "failure", "back")},
        "locale": "ru",
    }
    if order["months"]:
        params["terms"] = {"months": int(order["months"])}
    if order["test"]:
        params["test"] = True
    if order["extra"]:
        params["extra"] = order["extra"]
    return params


def customer_params(order) -> dict:
    """Phone and mail; all the customer typed once he let the agency pass it on."""
    typed = {name: value for name, value in order["customer"].items() if value}
    if not order["consent"]:
        return {name: typed[name] for name in ("phone", "email") if name in typed}
    prefix = "passport_"
    customer = {name: value for name, value in typed.items() if not name.startswith(prefix)}
    passport = {
        name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)
    }
    if passport:
        customer["passport"] = passport
    return {**customer, "consent": order["consent"]}


def create(app, number) -> str:
    """Send the order to the cabinet and return the address for the borrower.

    :raises Refused, Away: as :func:`call`
    """
    order = app.orders.get(number)
    ended = order["application"] and order["application"]["status"] in ENDED
    params = (
        create_params(app, order) if ended or not order["create_params"] else order["create_params"]
    )
    application = call(app, order, "application.create", params)
    app.orders.change(number, lambda stored: stored.update(create_params=params))
    app.orders.learn(number, application, application.get("redirect_url"))
    return application.get("redirect_url")


def act(app, number, method, form) -> dict:
    """Any other method about the order's application; keeps the application it answers.

    :param form: fields of the manager's form, see :func:`params_of`
    :raises Refused, Away: as :func:`call`
    """
    order = app.orders.get(number)
    params = params_of(order, method, form)
    application = call(app, order, method, {"order_number": number, **params})
    if method == "application.change":
        changed = params["order"]
        app.orders.change(
            number,
            lambda stored: stored.update(
                price=changed["price"]["amount"],
                advance=changed["advance"]["amount"]["amount"],
                held_until=changed["held_until"],
            ),
        )
    app.orders.learn(number, application)
    return application


def params_of(order, method, form) -> dict:
    """What a method is told besides the order's number.

    :raises decimal.InvalidOperation: a sum that is not a number
    """
    if method == "application.commit":
        return {
            "booking_number": form.get("booking_number") or f"BZ-{order['number']}",
            "documents": [{"kind": "contract", "number": f"Д-{order['number']}"}],
        }
    if method == "application.cancel":
        return {"reason": form.get("reason") or "Клиент передумал"}
    if method == "application.change":
        held_until = order["held_until"]
        if form.get("hold_hours"):
            later = datetime.now(UTC).replace(microsecond=0) + timedelta(
                hours=float(form["hold_hours"])
            )
            held_until = later.isoformat()
        return {
            "order": {
                "price": roubles(money(form.get("price") or order["price"])),
                "advance": advance_params(order, money(form.get("advance") or order["advance"])),
                "held_until": held_until,
            }
        }
    if method == "application.tour_refund":
        refund = {"document_numbers": [form.get("document_number") or f"ВЗ-{order['number']}"]}
        if form.get("amount"):  # absent: all that was paid out
            refund["amount"] = roubles(money(form["amount"]))
        return refund
    return {}


# ---- messages in


def add(app) -> None:
    """Give the site its two addresses for Odoo."""
    app.outgoing("calculator.quote", *(f"application.{method}" for method in METHODS))

    @app.route("/agency/<code>/callback", methods=["POST"])
    @app.faulty("callback")
    def callback(request, code):
        agency = find_agency(app, code)
        verified, verdict, message = verify(agency, request)
        webhook_id = request.headers.get("webhook-id")
        new = app.orders.hear(code, webhook_id, verified, verdict, message)
        status = _callback_status(app, code)
        if not verified:
            return app.json({"error": verdict}, 401)
        if status:
            return Response(status=status)
        application = message["data"]
        if new:
            try:
                number = app.orders.get(application["order_number"], code)["number"]
            except KeyError:
                return app.json({"error": "unknown order, kept"}, 202)
            app.orders.learn(number, application)
        return Response(status=204)

    @app.route("/agency/<code>/actualize", methods=["POST"])
    @app.faulty("actualize")
    def actualize(request, code):
        verified, verdict, message = verify(find_agency(app, code), request)
        if not verified:
            return app.json({"error": verdict}, 401)
        answer = {"jsonrpc": "2.0", "id": message.get("id")}
        try:
            order = app.orders.get(message["params"]["order_number"], code)
        except KeyError:
            return {**answer, "error": {"code": -32001, "message": "no such order"}}
        return {**answer, "result": actuality(order)}


def actuality(order) -> dict:
    """{available, price?, valid_until?} of an order as its manager set it."""
    planned = order["actualize"]
    result = {"available": planned["available"]}
    if planned["available"]:
        result["valid_until"] = planned["valid_until"] or order["held_until"]
        if planned["price"]:
            result["price"] = roubles(planned["price"])
    return result


def find_agency(app, code) -> dict:
    """The agency's part of config.json, or 404."""
    if code not in app.agencies:
        raise NotFound()
    return app.agencies[code]


def verify(agency, request) -> tuple[bool, str, dict]:
    """(is it Odoo's, why not, the parsed body) by the published library."""
    try:
        message = Webhook(agency["secret_from_odoo"]).verify(
            request.get_data(), dict(request.headers)
        )
    except (WebhookVerificationError, ValueError) as wrong:
        unsigned = request.get_json(force=True, silent=True)
        return False, str(wrong), unsigned if isinstance(unsigned, dict) else {}
    return True, "подпись верна", message if isinstance(message, dict) else {}


def _callback_status(app, code):
    row = app.db.execute(
        "SELECT callback_status FROM agency_setting WHERE agency = ?", (code,)
    ).fetchone()
    return row["callback_status"] if row else None
