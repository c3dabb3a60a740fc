"""The travel site against a lender that checks it by the product's own signature and schemas."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import requests
from standardwebhooks import Webhook

from tests.sandbox import travel
from tests.sandbox.travel.tours import CATALOGUE
from tests.unit.sandbox import lender

rpc = lender.rpc
AGENCIES = [
    {
        "code": code,
        "name": name,
        "secret_to_odoo": rpc.webhook.new_secret(),
        "secret_from_odoo": rpc.webhook.new_secret(),
    }
    for code, name in (("slon", "Слон Тур"), ("parus", "Парус"))
]


@pytest.fixture
def odoo(tmp_path):
    app = lender.make_app(AGENCIES, tmp_path / "lender")
    with app.running() as app.url:
        yield app


@pytest.fixture
def url(odoo, tmp_path):
    config = {"odoo": odoo.url, "travel": {"url": "http://127.0.0.1:8081", "agencies": AGENCIES}}
    with travel.make_app(config, tmp_path / "travel").running() as address:
        yield address


def new_order(url, **wishes):
    answer = requests.post(url + "/_control/orders", json={"agency": "slon", **wishes})
    assert answer.status_code == 201
    return answer.json()


def read(url, number):
    return requests.get(f"{url}/_control/orders/{number}").json()


def call(url, number, method, **form):
    return requests.post(
        f"{url}/_control/orders/{number}/call", json={"method": method, **form}
    ).json()


def press(url, number, button, **form):
    return requests.post(f"{url}/orders/{number}/{button}", data=form, allow_redirects=False)


def signed(secret, message, message_id=None, moment=None):
    """Arguments of requests.post for a message signed by Odoo."""
    body, moment = json.dumps(message, ensure_ascii=False), moment or datetime.now(UTC)
    message_id = message_id or f"msg_{uuid.uuid4().hex}"
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body),
    }
    return {"data": body.encode(), "headers": headers}


def tell(url, number, sequence, status, agency=0, secret=None, **more):
    """A callback from Odoo."""
    envelope = {
        "type": f"application.{status}",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": lender.application(number, sequence, status),
    }
    agency = AGENCIES[agency]
    message = signed(secret or agency["secret_from_odoo"], envelope, **more)
    return requests.post(f"{url}/agency/{agency['code']}/callback", **message)


# ---- from the shop to the cabinet


def test_a_customer_buys_through_the_pages_and_is_sent_to_the_cabinet(url, odoo):
    browser = requests.Session()
    assert "Парус" in browser.get(url + "/").text
    form_address = url + "/agency/parus/tours/phuket/order"
    form = dict(
        re.findall(r'<input name="(\w+)"[^>]* value="([^"]*)"', browser.get(form_address).text)
    )
    checkout = browser.post(
        form_address, data={**form, "consent": "yes", "hold_hours": "3", "months": "6"}
    )
    assert "26500.00" in checkout.text
    order_page = browser.post(checkout.url, data={"advance": "30 000"})
    number = order_page.url.rsplit("/", 1)[1]
    assert "внесён" in order_page.text
    answer = press(url, number, "credit")
    assert (answer.status_code, answer.headers["location"]) == (303, lender.REDIRECT)
    _message_id, method, params = odoo.calls[0]
    assert method == "application.create"
    assert params["order"]["advance"]["amount"] == {"amount": "30000.00", "currency": "RUB"}
    assert params["customer"]["passport"]["series"] == "4610"
    assert params["terms"] == {"months": 6}
    assert params["urls"]["success"] == f"http://127.0.0.1:8081/orders/{number}?back=success"


def test_the_customer_ticks_his_consent_himself(url, odoo):
    page = requests.get(url + "/agency/parus/tours/phuket/order").text
    [tick] = re.findall(r'<input type="checkbox" name="consent"[^>]*>', page)
    assert "checked" not in tick


def test_only_the_products_terms_are_offered_each_with_its_cost(url, odoo):
    page = requests.get(url + "/agency/parus/tours/phuket/order").text
    select = page.partition('<select name="months"')[2].partition("</select>")[0]
    options = re.findall(r'<option value="(\d*)">([^<]*)', select)
    assert [value for value, _text in options] == ["", *map(str, lender.TERMS)]
    for _value, text in options[1:]:
        assert "ПСК" in text and "переплата" in text
    requests.post(
        odoo.url + "/_control/faults", json={"operation": "rpc", "kind": "500", "times": 1}
    )
    page = requests.get(url + "/agency/parus/tours/phuket/order")
    assert page.status_code == 200 and "покажет кредитор" in page.text


@pytest.mark.parametrize(
    "phone",
    ["+4915112345678", "+77012345678", "+375291234567", "8 495 123-45-67", "12345", "", "телефон"],
)
def test_a_number_that_gets_no_codes_is_refused_before_the_advance(url, odoo, phone):
    answer = requests.post(
        url + "/agency/parus/tours/phuket/order",
        data={"phone": phone, "last_name": "Иванова", "consent": "yes"},
        allow_redirects=False,
    )
    assert answer.status_code == 422
    assert "российский мобильный" in answer.text
    assert 'value="Иванова"' in answer.text


def test_a_term_the_lender_has_not_is_refused_before_the_advance(url, odoo):
    answer = requests.post(
        url + "/agency/parus/tours/phuket/order",
        data={"phone": "+79161234567", "months": "9"},
        allow_redirects=False,
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("tour", [tour.code for tour in CATALOGUE])
def test_every_tour_makes_a_valid_application(url, odoo, tour):
    order = new_order(url, tour=tour)
    assert "result" in call(url, order["number"], "application.create")
    params = odoo.calls[0][2]
    assert datetime.fromisoformat(params["order"]["held_until"]) > datetime.now(UTC)
    assert params["tour"]["starts_on"] > params["order"]["held_until"]


def test_loans_are_cheap_middle_and_dear():
    loans = sorted(tour.price * 0.9 for tour in CATALOGUE)
    assert loans[0] < 50_000 < loans[3] < 200_000 < loans[-1]


def test_without_consent_only_phone_and_mail_leave_the_agency(url, odoo):
    customer = {"last_name": "Иванова", "passport_number": "583214"}
    order = new_order(url, customer=customer, phone="+79031112233")
    call(url, order["number"], "application.create")
    assert odoo.calls[0][2]["customer"] == {
        "email": "maria.ivanova@example.com",
        "phone": "+79031112233",
    }


def test_pressing_twice_sends_the_same_content_under_a_new_id(url, odoo):
    number = new_order(url)["number"]
    call(url, number, "application.create")
    call(url, number, "application.create")
    (first_id, _method, first), (second_id, _method, second) = odoo.calls
    assert first == second
    assert first_id != second_id


def test_after_a_lost_answer_the_same_id_is_sent_again(url, odoo):
    number = new_order(url)["number"]
    requests.post(
        odoo.url + "/_control/faults", json={"operation": "rpc", "kind": "drop_after", "times": 1}
    )
    assert press(url, number, "credit").headers["location"] == f"/orders/{number}"
    page = requests.get(f"{url}/orders/{number}").text
    assert "не отвечает" in page
    assert "Купить в кредит" in page
    assert press(url, number, "credit").headers["location"] == lender.REDIRECT
    assert odoo.calls[0] == odoo.calls[1]
    assert "не отвечает" not in requests.get(f"{url}/orders/{number}").text


@pytest.mark.parametrize("status", [401, 429, 503])
def test_an_answer_that_is_not_200_is_no_answer(url, odoo, status):
    number = new_order(url)["number"]
    odoo.answer = (status, {"error": "away"})
    assert f"HTTP {status}" in call(url, number, "application.create")["away"]


def test_a_refusal_is_shown_with_paths_and_messages(url, odoo):
    number = new_order(url)["number"]
    wrong = {
        "path": "order.advance.amount",
        "code": "advance_too_small",
        "message": "Аванс меньше 10 % цены",
    }
    error = {
        "code": -32006,
        "message": "Нарушено правило",
        "data": {"code": "agency_rule", "errors": [wrong]},
    }
    odoo.answer = (200, {"jsonrpc": "2.0", "id": "x", "error": error})
    press(url, number, "credit")
    page = requests.get(f"{url}/orders/{number}").text
    for words in ("Нарушено правило", "-32006", *wrong.values()):
        assert words in page


def test_an_order_whose_application_ended_is_sent_anew(url, odoo):
    number = new_order(url, hold_hours=3)["number"]
    call(url, number, "application.create")
    call(url, number, "application.change", price="99000")
    call(url, number, "application.create")
    assert odoo.calls[2][2]["order"]["price"]["amount"] == "145000.00"
    tell(url, number, 10, "cancelled")
    call(url, number, "application.create")
    assert odoo.calls[3][2]["order"]["price"]["amount"] == "99000.00"


# ---- the manager


@pytest.mark.parametrize(
    ("method", "form", "expected"),
    [
        ("commit", {"booking_number": "AT-1"}, {"booking_number": "AT-1"}),
        ("cancel", {"reason": "Передумали"}, {"reason": "Передумали"}),
        ("get", {}, {}),
        (
            "tour_refund",
            {"amount": "40 000,50"},
            {"amount": {"amount": "40000.50", "currency": "RUB"}},
        ),
        ("change", {"price": "150000"}, {}),
    ],
)
def test_each_button_makes_a_valid_call(url, odoo, method, form, expected):
    number = new_order(url)["number"]
    press(url, number, "application", method=f"application.{method}", **form)
    _message_id, called, params = odoo.calls[0]
    assert called == f"application.{method}"
    assert params["order_number"] == number
    assert {**params, **expected} == params
    assert read(url, number)["problem"] is None


def test_a_full_refund_names_no_sum(url, odoo):
    number = new_order(url)["number"]
    call(url, number, "application.tour_refund")
    assert "amount" not in odoo.calls[0][2]


def test_a_changed_price_is_kept_only_if_odoo_took_it(url, odoo):
    number = new_order(url)["number"]
    error = {
        "code": -32003,
        "message": "Поздно",
        "data": {"code": "wrong_state", "status": "signed"},
    }
    odoo.answer = (200, {"jsonrpc": "2.0", "id": "x", "error": error})
    assert call(url, number, "application.change", price="150000") == {"error": error}
    assert read(url, number)["price"] == "145000.00"
    odoo.answer = None
    call(url, number, "application.change", price="150000", advance="20000")
    assert (read(url, number)["price"], read(url, number)["advance"]) == ("150000.00", "20000.00")


# ---- messages from Odoo


def test_callbacks_are_verified_kept_in_order_and_deduplicated(url):
    number = new_order(url)["number"]
    assert tell(url, number, 1, "submitted", message_id="msg_1").status_code == 204
    assert tell(url, number, 1, "submitted", message_id="msg_1").status_code == 204
    assert tell(url, number, 2, "approved").status_code == 204
    order = read(url, number)
    assert [
        (each["sequence"], each["verified"], each["duplicate"]) for each in order["callbacks"]
    ] == [
        (1, True, False),
        (1, True, True),
        (2, True, False),
    ]
    assert order["application"]["status"] == "approved"
    page = requests.get(f"{url}/orders/{number}/state").text
    assert page.count("✓") == 3
    assert "повтор" in page


@pytest.mark.parametrize(
    "forgery",
    [
        {"secret": AGENCIES[1]["secret_from_odoo"]},
        {"secret": AGENCIES[0]["secret_to_odoo"]},
        {"moment": datetime.now(UTC) - timedelta(minutes=6)},
    ],
)
def test_a_forged_or_stale_callback_is_refused_shown_and_not_believed(url, forgery):
    number = new_order(url)["number"]
    assert tell(url, number, 1, "funded", **forgery).status_code == 401
    order = read(url, number)
    assert order["application"] is None
    assert order["callbacks"][0]["verified"] is False
    assert "✗" in requests.get(f"{url}/orders/{number}").text


def test_a_malformed_signature_is_refused_not_an_error(url):
    for signature in ("", "v1", "v1,%%%", "v1,abc def"):
        headers = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": signature}
        assert (
            requests.post(url + "/agency/slon/callback", data=b"{}", headers=headers).status_code
            == 401
        )
    assert requests.post(url + "/agency/slon/callback", data=b"\xff").status_code == 401


def test_an_older_callback_does_not_turn_the_order_back(url):
    number = new_order(url)["number"]
    tell(url, number, 3, "signed")
    tell(url, number, 2, "approved")
    assert read(url, number)["application"]["status"] == "signed"


def test_a_callback_of_the_other_agency_does_not_touch_the_order(url):
    number = new_order(url)["number"]
    tell(url, number, 1, "funded", agency=1)
    order = read(url, number)
    assert order["application"] is None
    assert order["callbacks"] == []


def test_an_agency_can_switch_its_endpoint_off(url):
    number = new_order(url)["number"]
    requests.post(url + "/_control/agency/slon", json={"callback_status": 410})
    assert tell(url, number, 1, "submitted").status_code == 410


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        ({}, {"available": True}),
        (
            {"price": "151000.00"},
            {"available": True, "price": {"amount": "151000.00", "currency": "RUB"}},
        ),
        ({"available": False}, {"available": False}),
    ],
)
def test_actualize_answers_as_the_manager_set_it(url, planned, expected):
    number = new_order(url)["number"]
    requests.post(f"{url}/_control/orders/{number}/actualize", json=planned)
    money = {"amount": "145000.00", "currency": "RUB"}
    question = {"jsonrpc": "2.0", "id": "q-1", "method": "order.actualize"}
    question["params"] = {"order_number": number, "amount": money}
    message = signed(AGENCIES[0]["secret_from_odoo"], question)
    answer = requests.post(url + "/agency/slon/actualize", **message).json()
    rpc.schemas.events.ActualizeResponse.model_validate(answer)
    answer["result"].pop("valid_until", None)
    assert answer["result"] == expected
    forged = signed(AGENCIES[1]["secret_from_odoo"], question)
    assert requests.post(url + "/agency/slon/actualize", **forged).status_code == 401


def test_another_agencys_order_is_not_actualized(url):
    number = new_order(url)["number"]
    question = {"jsonrpc": "2.0", "id": "q-1", "params": {"order_number": number}}
    message = signed(AGENCIES[1]["secret_from_odoo"], question)
    answer = requests.post(url + "/agency/parus/actualize", **message).json()
    assert answer["error"]["code"] == -32001
