"""Three invented interfaces of different kinds, connected by a file alone (``interfaces/``)."""

import base64
import json
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from .conftest import QUESTIONS, application, commit, protocol

dto, errors = protocol.dto, protocol.errors
FOLDER = Path(__file__).parent / "interfaces"
SECRETS = {
    "login": "l", "password": "p", "secret_key": "k-1", "secret_portal": "k-2", "secret_hs": "k-3",
    "proxy_login": "pl", "proxy_password": "pp",
}  # fmt: skip
NUMBERS = {"a-1": "77"}


class Directory:
    def numbers(self, kind, uids):
        return {uid: NUMBERS[uid] for uid in uids if uid in NUMBERS}

    def uids(self, kind, numbers):
        return {"L-1": "a-1"} if "L-1" in numbers else {}


@pytest.fixture
def player():
    """A server that answers by ``answers``: what the request begins with → the answer."""
    seen, answers = [], {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            line = f"{self.command} {unquote(self.path)}"
            seen.append(SimpleNamespace(line=line, headers=dict(self.headers), body=body.decode()))
            found = next((a for start, a in answers.items() if line.startswith(start)), None)
            if callable(found):
                found = found(body.decode())
            status, text = found if isinstance(found, tuple) else (200, found or "")
            content = text if isinstance(text, bytes) else text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = reply

        def log_message(self, *_arguments):
            """The test says what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    server.seen, server.answers = seen, answers
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def joined(player):
    """A function: the name of an interface → its exchange with the player."""

    def join(name):
        profile = protocol.profile.load(FOLDER / f"{name}.json", QUESTIONS)
        access = protocol.access.Access(player.url, SECRETS)
        exchange = protocol.exchange.Exchange(profile, access=lambda _name: access)
        exchange.directory = Directory()
        return exchange

    return join


def consent(name):
    return dto.Consent(document=name, signed_at=datetime(2026, 11, 24, 7, tzinfo=UTC))


def cancel():
    return dto.Cancel(uid="a-1", reason="", cancelled_at=datetime(2026, 11, 24, tzinfo=UTC))


# === JSON commands === #


def test_an_application_is_created_and_its_papers_attached(player, joined):
    one = joined("commands")
    created = '{"success": true, "result": {"id": 77, "folder": "ф/1"}}'
    player.answers["POST /gate/api"] = created
    player.answers["PUT"] = (204, "")
    record = application(consents=[consent("Анкета"), consent("Согласие")])
    assert one.send("application", record) == dto.Accepted(number="77")
    first, *files = player.seen
    sent = json.loads(first.body)
    assert first.headers["command"] == "create" and sent["token"] == "k-1"
    assert sent["order"]["client"] == {
        "name": "Иванова Мария", "passport": "4510 123456", "birth": "17.05.1990",
        "contacts": [{"value": "8(916)123-45-67"}, {"value": "a-1"}],
    }  # fmt: skip
    assert (sent["order"]["sum"], sent["order"]["term"]) == (12000000, 365)
    assert sent["order"]["about"] == "ORD-7 / 120000,00" and sent["order"]["channel"] == "TOUR"
    assert [file.line for file in files] == ["PUT /gate/files/ф/1/a-1"] * 2
    assert json.loads(files[1].body) == {"title": "Согласие", "signed": "24.11.2026, 10:00"}
    assert "k-1" not in one.last_sent and "Иванова" not in one.last_sent


def test_a_repeat_goes_on_where_it_stopped(player, joined):
    one = joined("commands")
    player.answers["POST"] = '{"success": true, "result": {"id": 77, "folder": "f"}}'
    answers = iter([(204, ""), (503, "")])
    player.answers["PUT"] = lambda _body: next(answers, (204, ""))
    record = application(consents=[consent("1"), consent("2")])
    kept = {}
    with pytest.raises(errors.TransportError) as busy:
        one.send("application", record, kept)
    assert busy.value.publication == "api"
    kept = json.loads(json.dumps(kept))
    assert joined("commands").send("application", record, kept).number == "77"
    assert [one.line[:4] for one in player.seen] == ["POST", "PUT ", "PUT ", "PUT "]
    with pytest.raises(errors.TransportError):  # remembered without the caller's help too
        answers = iter([(503, "")])
        player.answers["PUT"] = lambda _body: next(answers, (204, ""))
        one.send("application", application("a-9", consents=[consent("1")]))
    one.send("application", application("a-9", consents=[consent("1")]))
    assert sum(one.line.startswith("POST") for one in player.seen) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ('{"success": false, "error": "Паспорт в списке"}', errors.BusinessError),
        ('{"success": false, "errorMessages": ["а", "б"]}', errors.BusinessError),
        ('{"success": false, "error": "Сервер перегружен"}', errors.TransportError),
        ((422, '{"error": "Нет поля"}'), errors.BusinessError),
        ((400, "no JSON at all"), errors.BusinessError),
        ((400, ""), errors.BusinessError),
        ((500, "secret"), errors.TransportError),
        ('{"success": tru', errors.TransportError),
        ("", errors.TransportError),
        ('{"success"; true}', errors.FormatError),
        ("\udc80".encode("utf-8", "surrogateescape"), errors.FormatError),
        ("[]", errors.BusinessError),
    ],
)
def test_each_no_is_of_its_kind(player, joined, answer, error):
    player.answers["POST"] = answer
    with pytest.raises(error) as no:
        joined("commands").send("application", application())
    assert type(no.value) is error and "secret" not in str(no.value)


def test_a_state_is_asked_by_the_lenders_number_and_a_404_is_none(player, joined):
    one = joined("commands")
    player.answers["GET /gate/orders/77"] = (
        '{"id": 77, "state": {"code": 2}, "sum": 9000000, "term": 180, "rate": 0.299, "psk": 0.3,'
        ' "plan": [{"day": "24.12.2026", "sum": 1600000, "debt": 1400000}], "extra": 1}'
    )
    page = one.application_states(["a-1", "a-2"])
    (state,) = page.rows
    assert (state.uid, state.number, state.status) == ("a-1", "77", "approved")
    assert (state.offer.amount, state.offer.months) == (Decimal(90000), 6)
    assert state.offer.monthly_payment == Decimal(16000) and state.offer.rate == Decimal("29.9")
    assert state.decline_text == "без причины" and page.unknown_keys == {"extra"}
    assert len(player.seen) == 1  # of a-2 the lender never told a number
    for answer in ((404, ""), '{"id": 77, "state": {"code": 0}}'):
        player.answers["GET /gate/orders/77"] = answer
        assert one.application_states(["a-1"]).rows == []
    player.answers["GET /gate/orders/77"] = '{"id": 77, "state": {"code": 66}}'
    assert one.application_states(["a-1"]).rows[0].status == "declined"


def test_what_is_done_by_hand_or_never_or_by_a_number_in_the_address(player, joined):
    one = joined("commands")
    assert (one.instead("signature"), one.instead("tour_refund")) == ("staff", "never")
    with pytest.raises(errors.NotOffered):
        one.send("commit", commit())
    player.answers["DELETE"] = (200, "")
    assert one.send("cancel", cancel()) == dto.Accepted()
    assert player.seen[-1].line == "DELETE /gate/orders/77"
    unknown = dto.Cancel(uid="a-5", reason="", cancelled_at=datetime(2026, 11, 24, tzinfo=UTC))
    with pytest.raises(errors.FormatError, match="accounting_number"):
        one.send("cancel", unknown)


def test_payments_are_asked_day_by_day_and_others_are_none_of_ours(player, joined):
    one = joined("commands")
    rows = [{"uid": "p-1", "loan": "L", "sum": 545200}, {"uid": "x", "loan": "L", "sum": 1}]
    player.answers["GET /gate/payments"] = json.dumps(rows)
    page = one.payments(["p-1"])
    assert {row.uid for row in page.rows} == {"p-1"} and page.foreign == []
    assert page.rows[0].amount == Decimal("5452.00") and page.rows[0].status == "booked"
    assert len(player.seen) == 3 and "kind" not in player.seen[0].line
    player.seen.clear()
    one.changed_payments(datetime.now(UTC) - timedelta(days=1), 1)
    assert len(player.seen) == 2


def test_a_payment_is_a_list_of_one_with_a_comma_and_a_conflict_is_a_repeat(player, joined):
    one = joined("commands")
    payment = dto.Payment(
        uid="p-1", loan_number="L", amount=Decimal("1000"), paid_at=datetime.now(UTC)
    )
    player.answers["POST"] = '{"code": 0}'
    assert not one.send("payment", payment).repeated
    assert json.loads(player.seen[0].body) == [
        {"loan": "L", "sum": "1000,00", "uid": "p-1", "kind": "Основной долг"}
    ]
    for answer in ('{"code": 7}', (409, "{}")):
        player.answers["POST"] = answer
        assert one.send("payment", payment).repeated


def test_a_schedule_may_come_by_a_question_of_its_own(player, joined):
    one = joined("commands")
    player.answers["GET /gate/loans/L-1/plan"] = (
        '{"lines": [{"day": "24.12.2026", "sum": 100, "debt": 90, "percent": 10}]}'
    )
    player.answers["GET /gate/loans/L-2/plan"] = (404, "")
    player.answers["GET /gate/loans"] = json.dumps(
        [{"id": f"L-{n}", "closed": n == 2 or None, "sum": 100, "debt": {"main": 90, "percent": 1}}
         for n in (1, 2)] + [{"id": "L-3", "sum": "сто"}]
    )  # fmt: skip
    with one.contracts(since=datetime.now(UTC)) as stream:
        first, second, bad = list(stream)
    assert (first.number, first.application_uid, first.status) == ("L-1", "a-1", "active")
    assert first.schedule[0].due_on == date(2026, 12, 24) and not stream.more
    assert (second.status, second.schedule, second.application_uid) == ("closed", [], "L-2")
    assert bad.key == "L-3" and first.as_of
    with one.contracts(uids=["a-1"]) as stream:  # by what changed, for there is no other
        assert [row.number for row in stream if isinstance(row, dto.Contract)] == ["L-1"]
    assert stream.foreign == []


# === SOAP portal === #


def envelope(content):
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<m:Ответ xmlns:m="urn:portal">{content}</m:Ответ></s:Body></s:Envelope>'
    )


def returns(text):
    return envelope(f"<m:return>{escape(text)}</m:return>")


def test_a_typed_application_has_every_element_and_both_logins(player, joined):
    one = joined("portal")
    player.answers["POST /ws/orders.1cws"] = returns("OK;00-1")
    assert one.send("application", application()).number == "00-1"
    (seen,) = player.seen
    assert seen.headers["Authorization"] == "Basic " + base64.b64encode(b"pl:pp").decode()
    body = etree.fromstring(seen.body.encode())
    assert body.find(".//{*}UsernameToken/{*}Username").text == "l"
    assert "PasswordDigest" in body.find(".//{*}Password").get("Type")
    call = body.find("{*}Body")[0]
    told = protocol.trees.element_value(call)
    assert told == {
        "Партнер": "Слетать", "Токен": "k-2", "Источник": None,
        "Заявка": {
            "Ид": "a-1", "Сумма": "120000.00", "Доход": "0",
            "Клиент": {
                "Фамилия": "Иванова", "Отчество": None, "ДатаРождения": "1990-05-17",
                "ДатаСмерти": "0001-01-01T00:00:00",
                "Паспорт": {"Серия": None, "Номер": "123456", "Действителен": "false"},
            },
        },
    }  # fmt: skip
    assert "k-2" not in one.last_sent and "Иванова" not in one.last_sent


def test_a_number_is_the_question_and_a_word_the_answer(player, joined):
    one = joined("portal")
    player.answers["POST /ws/orders.1cws"] = returns("Одобрена")
    assert one.application_states(["a-1"]).rows[0].status == "approved"
    player.answers["POST /ws/orders.1cws"] = returns("заявка не найдена")
    assert one.application_states(["a-1"]).rows == []


def test_an_operation_without_a_return_succeeds_by_no_fault(player, joined):
    player.answers["POST /ws/orders.1cws"] = envelope("")
    assert joined("portal").send("cancel", cancel()) == dto.Accepted()


def test_a_ws_security_fault_is_a_refused_access(player, joined):
    fault = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        "<faultcode>wsse:FailedAuthentication</faultcode><faultstring>x</faultstring>"
        "</s:Fault></s:Body></s:Envelope>"
    )
    player.answers["POST"] = (500, fault)
    with pytest.raises(errors.AccessRefused) as refused:
        joined("portal").send("cancel", cancel())
    assert refused.value.publication == "orders" and not refused.value.maybe_received


def test_a_list_goes_as_text_by_soap_1_2_and_the_number_comes_beside(player, joined):
    one = joined("portal")
    player.answers["POST /ws/money.1cws"] = envelope(
        "<m:return>Ok.</m:return><m:НомерДокумента>5</m:НомерДокумента>"
    )
    payment = dto.Payment(
        uid="p-1", loan_number="L", amount=Decimal("1000"), paid_at=datetime.now(UTC)
    )
    assert one.send("payment", payment).number == "5"
    (seen,) = player.seen
    assert seen.headers["Content-Type"].startswith("application/soap+xml")
    text = etree.fromstring(seen.body.encode()).find(".//{*}Список").text
    assert json.loads(text) == [{"Договор": "L", "Сумма": "1000,00", "Вид": "Основной долг"}]
    assert "Authorization" not in seen.headers and "PasswordText" in seen.body
    player.answers["POST /ws/money.1cws"] = returns("Ошибка: нет договора")
    with pytest.raises(errors.BusinessError, match="нет договора"):
        one.send("payment", payment)


def test_rows_of_a_text_whose_name_repeats_inside(player, joined):
    row = (
        '<Строка Номер="Д-{0}" Заявка="a-{0}" Статус="Действует" Сумма="1\u00a0000,50" Долг="5">'
        '<График><Строка Дата="2026-12-24" Сумма="3" Долг="2"/>'
        '<Строка Дата="2027-01-24" Сумма="3" Долг="3"/></График></Строка>'
    )
    document = "<Ответ>" + row.format(1) + row.format(2) + "</Ответ>"
    player.answers["POST /ws/money.1cws"] = returns(document)
    with joined("portal").contracts(since=datetime.now(UTC)) as stream:
        first, second = list(stream)
    assert (first.number, second.number) == ("Д-1", "Д-2")
    assert [len(one.schedule) for one in (first, second)] == [2, 2]
    assert first.amount == Decimal("1000.50")
    player.answers["POST /ws/money.1cws"] = returns("<Ответ/>")
    with joined("portal").contracts(since=datetime.now(UTC)) as stream:
        assert list(stream) == []


# === OData, forms, XML === #


def test_odata_is_written_and_read(player, joined):
    one = joined("odata")
    player.answers["POST"] = (201, '{"Number": "000000012", "odata.id": "x"}')
    assert one.send("application", application()).number == "000000012"
    sent = json.loads(player.seen[0].body)
    assert sent == {"Ид.Кабинета": "a-1", "Сумма": 120000.0, "Продукт": None, "Доход": 60000.0}
    assert player.seen[0].line.endswith("/Document_Заявка?$format=json")
    rows = [
        {"Реквизиты": [{"Имя": "УИД", "Значение": f"a-{n}"}], "Статус": word, "Нужно": "Паспорт"}
        for n, word in enumerate(("Новая", "Черновик", "Новая"))
    ]
    player.answers["GET"] = json.dumps({"odata.count": "4", "value": rows})
    page = one.changed_applications(datetime(2026, 11, 24, tzinfo=UTC), 1)
    assert [row.uid for row in page.rows] == ["a-0", "a-2"] and page.rows[0].needs == ["passport"]
    assert page.more and "Date ge datetime'2026-11-24T03:00:00'" in player.seen[-1].line
    assert "$skip=0" in player.seen[-1].line
    assert [row.uid for row in one.application_states(["a-2"]).rows] == ["a-2"]


def test_a_form_and_an_xml_answer(player, joined):
    one = joined("odata")
    payment = dto.Payment(
        uid="p-1", loan_number="№ 5&6", amount=Decimal("10.5"), paid_at=datetime.now(UTC),
    )  # fmt: skip
    player.answers["POST /base/hs"] = '<?xml version="1.0"?><r><status>0</status><doc id="9"/></r>'
    assert one.send("payment", payment).number == "9"
    assert unquote(player.seen[0].body) == "loan=№+5&6&sum=10.5&early=&op=add"
    assert player.seen[0].headers["X-Key"] == "k-3"
    player.answers["POST /base/hs"] = "<r><status>5</status><text>Нет договора</text></r>"
    with pytest.raises(errors.BusinessError, match="5 Нет договора"):
        one.send("payment", payment)
    player.answers["POST /base/hs"] = "<r><status>0</sta"
    with pytest.raises(errors.TransportError):
        one.send("payment", payment)


def test_xml_and_json_in_base64(player, joined):
    one = joined("odata")
    reversal = dto.Reversal(
        uid="r-1", payment_uid="p-1", amount=Decimal(5), reversed_at=datetime.now(UTC)
    )
    player.answers["POST"] = base64.b64encode(b'{"ok": true}').decode()
    assert one.send("reversal", reversal) == dto.Accepted()
    root = etree.fromstring(base64.b64decode(player.seen[0].body))
    assert root.tag == "Сторно" and root.get("Платеж") == "p-1"
    assert root.findtext("УИД") == "r-1"
    player.answers["POST"] = "%%%"
    with pytest.raises(errors.FormatError, match="base64"):
        one.send("reversal", reversal)


# === the integrator's bench === #


def test_the_very_request_is_seen_before_it_is_sent():
    profile = protocol.profile.load(FOLDER / "commands.json", QUESTIONS)
    seen = protocol.tryout.preview(profile, "load_application", application())
    assert (seen.verb, seen.path, seen.publication) == ("POST", "/gate/api", "api")
    assert seen.headers["command"] == "create" and "Иванова" in seen.body
    assert seen.headers["Authorization"] == protocol.trees.MASK
    assert "Иванова" not in seen.masked and protocol.trees.MASK in seen.body  # the token
    portal = protocol.profile.load(FOLDER / "portal.json", QUESTIONS)
    seen = protocol.tryout.preview(portal, "load_application", application())
    assert "<ns0:Фамилия>Иванова" in seen.body or "Фамилия>Иванова<" in seen.body
    assert "portal#Portal:ВыгрузитьЗаявку" in seen.headers["SOAPAction"]
    question = protocol.tryout.preview(profile, "get_applications", dto.Question(number="7"))
    assert question.path == "/gate/orders/7" and question.body == ""
    step = protocol.tryout.preview(
        profile, "load_application", consent("Анкета"), step=1, known={"folder": "f", "uid": "u"}
    )
    assert step.path == "/gate/files/f/u" and step.verb == "PUT"


def test_an_answer_is_read_row_by_row_with_what_is_left_over():
    profile = protocol.profile.load(FOLDER / "odata.json", QUESTIONS)
    rows = [
        {"Реквизиты": [{"Имя": "УИД", "Значение": "a-1"}], "Статус": "Новая", "Чужое": 1},
        {"Реквизиты": [], "Статус": "Новая"},
        {"Реквизиты": [], "Статус": "Черновик"},
    ]
    read = protocol.tryout.read(profile, "changed_applications", json.dumps({"value": rows}))
    assert [row.uid for row in read.rows] == ["a-1"] and len(read.bad) == 1
    assert read.left_over == {"Чужое"} and not read.error
    read = protocol.tryout.read(profile, "load_payment", "<r><status>0</status></r>")
    assert read.accepted == dto.Accepted()
    read = protocol.tryout.read(profile, "load_payment", b"<r><status>1</status></r>")
    assert read.kind == "business" and not read.accepted
    read = protocol.tryout.read(profile, "changed_applications", "[]")
    assert read.kind == "format" and "value" in read.error
    commands = protocol.profile.load(FOLDER / "commands.json", QUESTIONS)
    read = protocol.tryout.read(commands, "get_applications", "", status=404)
    assert read.kind == "not_found"
    answer = '{"success": true, "result": {"id": 1, "folder": "f"}}'
    assert protocol.tryout.read(commands, "load_application", answer).taken == {"folder": "f"}
    loan = '[{"id": "L", "sum": 100, "debt": {"main": 1, "percent": 1}}]'
    assert protocol.tryout.read(commands, "changed_contracts", loan).rows[0].number == "L"
    state = '{"id": 7, "state": {"code": 1}}'
    assert protocol.tryout.read(commands, "get_applications", state).rows[0].uid == "asked"
