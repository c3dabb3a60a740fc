"""The SMS gateway in SMSC's shape."""

import hashlib

import pytest
import requests

from tests.sandbox import phone

LOGIN = {"login": "мфо", "psw": "пароль"}


@pytest.fixture
def app(tmp_path):
    return phone.make_app(
        {"phone": {"login": "мфо", "password": "пароль", "apikey": "ключ"}}, tmp_path
    )


@pytest.fixture
def url(app):
    with app.running() as address:
        yield address


def send(url, **fields):
    return requests.post(url + "/rest/send/", json={**LOGIN, **fields}).json()


def received(url, number, **more):
    return requests.get(url + "/_control/sms", params={"phone": number, **more}).json()["messages"]


def age(app, seconds):
    """Make every SMS older, so that no test has to wait a minute."""
    app.db.execute(
        "UPDATE sms SET received_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', received_at, ?)",
        (f"-{seconds} seconds",),
    )


def test_json_and_form_do_the_same(url):
    assert send(url, phones="+79161234567", mes="Код 123456", id=7, sender="MFO") == {
        "id": 7,
        "cnt": 1,
    }
    form = {
        **LOGIN,
        "phones": "8 (916) 123-45-67",
        "mes": "Код 654321",
        "id": "8",
        "fmt": "3",
        "charset": "utf-8",
    }
    assert requests.post(url + "/sys/send.php", data=form).json() == {"id": 8, "cnt": 1}
    messages = received(url, "+79161234567")
    assert [(each["gateway_id"], each["code"], each["sender"]) for each in messages] == [
        (8, "654321", "SMSC.RU"),
        (7, "123456", "MFO"),
    ]


@pytest.mark.parametrize(
    "credentials",
    [
        LOGIN,
        {"login": "мфо", "psw": hashlib.md5("пароль".encode()).hexdigest()},
        {"apikey": "ключ"},
    ],
)
def test_each_way_to_log_in(url, credentials):
    answer = requests.post(
        url + "/rest/send/", json={**credentials, "phones": "79161234567", "mes": "x"}
    )
    assert "id" in answer.json()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"psw": "нет"}, 2),
        ({"apikey": "нет"}, 2),
        ({"mes": ""}, 1),
        ({"phones": ""}, 1),
        ({"id": 2**31}, 1),
        ({"id": "x"}, 1),
        ({"phones": "+19161234567"}, 7),
        ({"phones": "79161234567,123"}, 7),
    ],
)
def test_a_refusal_is_http_200_with_a_code_and_sends_nothing(url, fields, code):
    answer = requests.post(
        url + "/rest/send/", json={**LOGIN, "phones": "79161234567", "mes": "x", **fields}
    )
    assert (answer.status_code, answer.json()["error_code"]) == (200, code)
    assert received(url, "") == []


@pytest.mark.parametrize(
    "repeat",
    [
        {"phones": "79161234567", "mes": "другой текст", "id": 7},
        {"phones": "79161234567", "mes": "Код 123456", "id": 8},
        {"phones": "79161234567", "mes": "Код 123456"},
    ],
)
def test_the_same_id_or_the_same_text_within_a_minute_is_error_9(app, url, repeat):
    send(url, phones="79161234567", mes="Код 123456", id=7)
    assert send(url, **repeat)["error_code"] == 9
    assert len(received(url, "79161234567")) == 1
    age(app, 61)
    assert "id" in send(url, **repeat)


def test_a_lost_answer_is_recognised_by_error_9(url):
    requests.post(
        url + "/_control/faults", json={"operation": "send", "kind": "drop_after", "times": 1}
    )
    with pytest.raises(requests.ConnectionError):
        send(url, phones="79161234567", mes="Код 123456", id=7)
    assert send(url, phones="79161234567", mes="Код 123456", id=7)["error_code"] == 9
    assert len(received(url, "79161234567")) == 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_operators_do(text, parts):
    assert phone.parts(text) == parts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Код 118204 для подписания договора № 2026-000123 на сумму 145000 руб.", "118204"),
        ("Код для подписания: 0042", "0042"),
        ("Заявка одобрена: 145000 руб.", None),
        ("Ваш код 123456.", "123456"),
    ],
)
def test_the_code_is_found_in_the_text(text, code):
    assert phone.find_code(text) == code


def test_status_goes_from_the_operator_to_delivered(app, url):
    send(url, phones="79161234567", mes="x", id=7)
    query = {**LOGIN, "phone": "79161234567", "id": 7, "fmt": 3}
    assert requests.get(url + "/sys/status.php", params=query).json()["status"] == 0
    age(app, 5)
    answer = requests.get(url + "/sys/status.php", params={**query, "all": 2}).json()
    assert (answer["status"], answer["phone"], answer["message"]) == (1, "79161234567", "x")
    assert requests.get(url + "/sys/status.php", params={**query, "id": 8}).json()["status"] == -3


def test_the_gateway_can_be_told_to_refuse_or_to_lose(app, url):
    requests.post(url + "/_control/gateway", json={"error_code": 3})
    assert send(url, phones="79161234567", mes="x")["error_code"] == 3
    requests.post(url + "/_control/gateway", json={"error_code": None, "delivered": False})
    assert "id" in send(url, phones="79161234567", mes="x", id=7)
    assert received(url, "79161234567") == []
    age(app, 5)
    query = {**LOGIN, "phone": "79161234567", "id": 7, "fmt": 3}
    assert requests.get(url + "/sys/status.php", params=query).json()["status"] == 20


def test_cost_is_told_and_price_only_sends_nothing(url):
    answer = send(url, phones="79161234567,79031234567", mes="x", cost=1)
    assert answer == {"cnt": 2, "cost": "7.00"}
    assert received(url, "") == []


def test_a_test_can_wait_for_the_next_message(app, url):
    send(url, phones="79161234567", mes="первый")
    last = received(url, "79161234567")[0]["id"]
    assert received(url, "79161234567", after=last) == []
    app.later(0.2, send, url, phones="79161234567", mes="второй")
    assert received(url, "79161234567", after=last, wait=5)[0]["text"] == "второй"


def test_the_screen_shows_the_newest_thread_and_escapes_text(url):
    send(url, phones="79161234567", mes="Код 867530")
    send(url, phones="79031234567", mes="<b>жирно</b>")
    home = requests.get(url + "/").text
    assert "&lt;b&gt;жирно" in home
    assert "867530" not in home
    assert "867530" in requests.get(url + "/", params={"phone": "+79161234567"}).text


def test_the_balance_tells_what_is_wrong_with_the_account(url):
    def balance():
        return requests.post(url + "/sys/balance.php", data={**LOGIN, "fmt": "3"}).json()

    def switch(code):
        requests.post(url + "/_control/gateway", json={"error_code": code})

    assert balance() == {"balance": "1000.00"}
    switch(3)
    assert balance() == {"balance": "0.00"}
    switch(4)
    assert balance()["error_code"] == 4
    switch(7)
    assert balance() == {"balance": "1000.00"}
