"""WSDLs, streams and findings: what a publication does on its way to us."""

import io
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import moyamfo_soap

from .conftest import LOGIN, PASSWORD, PROFILE, QUESTIONS, application, connected, protocol

dto, errors = protocol.dto, protocol.errors
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def body(rows, more="false", extra=""):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<m:R xmlns:m="urn:m" xmlns:xsi="{XSI}"><m:return>{rows}<m:ЕстьЕще>{more}</m:ЕстьЕще>'
        f"<m:Сформировано>2026-11-24T10:00:00</m:Сформировано>{extra}</m:return></m:R>"
        "</s:Body></s:Envelope>"
    ).encode()


def row(number="1", **own):
    told = {
        "Номер": number, "УИДЗаявки": f"a-{number}", "Статус": "Выдан", "Сумма": "100",
        "ДатаОстатков": "2026-11-24T10:00:00",
        "Остатки": "<m:ОсновнойДолг>1</m:ОсновнойДолг><m:Проценты>0</m:Проценты>"
        "<m:Пени>0</m:Пени>",
        **own,
    }  # fmt: skip
    inner = "".join(f"<m:{name}>{value}</m:{name}>" for name, value in told.items() if value != "")
    return f"<m:Договор>{inner}</m:Договор>"


def stream_of(content, profile, wanted=None, filtered=True):
    call = profile.operations["get_contracts"].call
    rows = protocol.contracts.TypedRows(io.BytesIO(content), call, profile.formats, fail)
    stream = protocol.contracts.ContractStream(iter(rows), wanted=wanted, filtered=filtered)
    rows.stream = stream
    return stream


def fail(text):
    raise errors.BusinessError(text)


LINE = (
    "<m:СтрокаГрафика><m:Дата>2026-12-24T00:00:00</m:Дата><m:Сумма>3</m:Сумма>"
    "<m:СуммаОД>2</m:СуммаОД><m:СуммаПроцентов>1</m:СуммаПроцентов></m:СтрокаГрафика>"
)


@pytest.mark.parametrize(
    "rows",
    [
        row(),
        row(ГрафикПлатежей=LINE * 3),
        row(ГрафикПлатежей=""),
        row(ГрафикПлатежей=" "),
        row(Статус=""),
        row(Сумма="сто"),
        row(Сумма="<m:Х>1</m:Х>"),
        row(Сумма="1</m:Сумма><m:Сумма>2"),
        row(Статус="В космосе"),
        row(ДатаЗакрытия="3999-12-31T00:00:00", ДатаПодписания="1753-01-01T00:00:00"),
        row(Остатки="<m:ОсновнойДолг>1</m:ОсновнойДолг>"),
        row(Новое="1<m:Х>2</m:Х>", Остатки="<m:ОсновнойДолг>1</m:ОсновнойДолг><m:Ы>2</m:Ы>"),
        row(Номер="<!-- слово -->1"),
        row(number="1") + row(number="2"),
        row(Номер="  7  ", Срок="12.0", ПСК="1E1"),
    ],
)
def test_the_plan_reads_what_the_tree_reads(profile, rows, monkeypatch):
    quick = list(stream_of(body(rows), profile))
    monkeypatch.setattr(protocol.quick.Plan, "of", classmethod(lambda *_arguments: None))
    stream = stream_of(body(rows), profile)
    slow = list(stream)
    assert quick == slow
    assert not stream.more and stream.as_of


def test_plans_are_only_made_of_plain_places(profile):
    plan = protocol.quick.Plan
    assert plan.of(profile.shapes, "contract") is not None
    text = PROFILE.read_text().replace(
        '"number": "Номер",\n      "uid": "УИД",', '"number": "@Номер",'
    )
    odd = protocol.profile.read(text, QUESTIONS)
    assert plan.of(odd.shapes, "contract") is None


def test_a_plan_forgets_before_it_grows_without_end(profile, monkeypatch):
    monkeypatch.setattr(protocol.quick, "REMEMBERED", 3)
    rows = "".join(row(str(number)) for number in range(20))
    assert len(list(stream_of(body(rows), profile))) == 20


def test_a_default_and_an_empty_part_are_read_by_the_plan(profile):
    text = PROFILE.read_text().replace(
        '"uid": "УИД",\n      "application_uid"',
        ('"uid": {"key": "УИД", "default": "нет"},\n      "application_uid"'),
    )
    text = text.replace(
        '"penalty": "Остатки.Пени"', '"penalty": {"key": "Остатки.Пени", "default": 0}'
    )
    profile = protocol.profile.read(text, QUESTIONS)
    balances = "<m:ОсновнойДолг>1</m:ОсновнойДолг><m:Проценты>0</m:Проценты>"
    (contract,) = stream_of(body(row(Остатки=balances)), profile)
    assert contract.uid == "нет" and contract.penalty == 0


@pytest.mark.parametrize("bad", ["\x0b", "&#11;", "&#x1f;", "&#xFFFF;", "\ufffe", "\x00"])
def test_one_bad_character_costs_no_other_contract(profile, bad):
    content = body(row("1", НомерПлатежногоПоручения=f"а{bad}б") + row("2"))
    first, second = stream_of(content, profile)
    assert first.payment_order.replace("\ufffd", "") in ("аб", "а\ufffeб", "аб")
    assert second.number == "2"


def test_bytes_that_are_no_utf8_cost_no_other_contract(profile):
    content = body(row("1", НомерПлатежногоПоручения="@@") + row("2")).replace(b"@@", b"\xff\xd0")
    first, second = stream_of(content, profile)
    assert (first.number, second.number) == ("1", "2")


def test_other_encodings_are_read(profile):
    text = body(row()).decode()
    for name in ("windows-1251", "utf-16"):
        content = text.replace("UTF-8", name).encode(name)
        (contract,) = stream_of(content, profile)
        assert contract.status == "active"


@given(st.integers(0, 40))
def test_a_reference_may_stand_where_two_pieces_meet(cut):
    text = b"<x>&#11;&#1088;&amp;</x>" + b" " * 20

    class Pieces(io.BytesIO):
        def read(self, size=-1):
            return super().read(cut + 1)

    cleaned, whole = protocol.streams.Cleaned(Pieces(text)), b""
    while piece := cleaned.read():
        whole += piece
    assert whole.strip() == b"<x>&#1088;&amp;</x>"


@pytest.mark.parametrize("end", [200, -40])
def test_an_answer_that_breaks_off_is_told(profile, end):
    with pytest.raises(errors.TransportError, match="breaks off"):
        list(stream_of(body(row())[:end], profile))


def test_what_is_no_envelope_is_told(profile):
    with pytest.raises(errors.FormatError, match="no SOAP envelope"):
        list(stream_of(b"<x/>", profile))


def test_a_row_of_the_same_name_inside_a_row_is_no_row(profile):
    (contract,) = stream_of(
        body(row(Прочее="<m:Договор><m:Номер>9</m:Номер></m:Договор>")), profile
    )
    assert contract.number == "1"


def test_rows_nobody_asked_for_are_a_finding_or_expected(profile):
    content = body(row("1") + row("2"))
    stream = stream_of(content, profile, wanted={"a-1"})
    assert [one.number for one in stream] == ["1"]
    assert [one.number for one in stream.foreign] == ["2"]
    stream = stream_of(content, profile, wanted={"a-1"}, filtered=False)
    assert [one.number for one in stream] == ["1"] and not stream.foreign


def test_a_clock_ahead_is_a_finding_and_ten_minutes_are_none(profile):
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    soon = (datetime.now(UTC) + timedelta(minutes=5)).astimezone(profile.formats.zone)
    content = body(
        row("1", ДатаОстатков=later) + row("2", ДатаОстатков=soon.strftime("%Y-%m-%dT%H:%M:%S"))
    )
    stream = stream_of(content, profile)
    assert len(list(stream)) == 2
    assert [(one.key, one.field) for one in stream.ahead] == [("1", "as_of")]
    page = list(protocol.contracts.Ahead().page(datetime.now(UTC) + timedelta(hours=1)))
    assert page[0].key == "" and not list(protocol.contracts.Ahead().page(None))


def test_a_filter_that_is_ignored_gives_foreign_rows_and_no_answer(mfo, exchange):
    for uid in ("a-1", "a-2"):
        exchange.send("application", application(uid))
    original = moyamfo_soap.json.loads
    wish = threading.local()

    def ignores(text, **options):
        data = original(text, **options)
        if isinstance(data, dict) and data.get("УИДы") == ["a-9"]:
            data["УИДы"] = ["a-1", "a-2"]
        return data

    del wish
    moyamfo_soap.json.loads, kept = ignores, original
    try:
        page = exchange.application_states(["a-9"])
    finally:
        moyamfo_soap.json.loads = kept
    assert page.rows == [] and [row.uid for row in page.foreign] == ["a-1", "a-2"]


# === WSDL === #


def test_a_wsdl_of_before_an_update_is_fetched_anew(mfo, profile, tmp_path, monkeypatch):
    cache, told = tmp_path / "wsdl.sqlite", moyamfo_soap.TEXT_OPERATIONS
    old = tuple(name for name in told if name != "GetPayments")
    monkeypatch.setattr(moyamfo_soap, "TEXT_OPERATIONS", old)
    monkeypatch.setattr(moyamfo_soap, "OPERATIONS", (*old, "GetContracts"))
    made = protocol.exchange.Exchange(profile, mfo.url, LOGIN, PASSWORD, cache)
    with pytest.raises(errors.FormatError, match="no operation GetPayments"):
        made.payments(["p"])
    monkeypatch.setattr(moyamfo_soap, "TEXT_OPERATIONS", told)
    monkeypatch.setattr(moyamfo_soap, "OPERATIONS", (*told, "GetContracts"))
    assert made.payments(["p"]).rows == []
    again = protocol.exchange.Exchange(profile, mfo.url, LOGIN, PASSWORD, cache)
    assert again.payments(["p"]).rows == []


def test_a_fault_that_says_so_fetches_the_wsdl_and_asks_once_more(mfo, exchange, monkeypatch):
    exchange.application_states([])
    reads, original = [], moyamfo_soap._read

    def forgets(content):
        reads.append(content)
        if len(reads) == 1:
            raise moyamfo_soap.Refusal("Операция не найдена")
        return original(content)

    monkeypatch.setattr(moyamfo_soap, "_read", forgets)
    assert exchange.application_states([]).rows == []
    assert len(reads) == 2


@pytest.mark.parametrize(
    ("place", "why"),
    [("http://127.0.0.1:9/x.xsd", "another host, 127.0.0.1"), ("file:///etc/passwd", "a file")],
)
def test_what_a_wsdl_imports_from_elsewhere_is_not_fetched(
    mfo, profile, tmp_path, monkeypatch, place, why
):
    asked = []
    render = mfo.app.jinja.get_template("wsdl.xml").render
    template = type("T", (), {"render": lambda self, **names: render(**names).replace(
        "<types>",
        '<types><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'
        f'<xs:import namespace="urn:y" schemaLocation="{place}"/></xs:schema>',
    )})()  # fmt: skip
    monkeypatch.setattr(mfo.app.jinja, "get_template", lambda _name: template)
    ask = protocol.channel.Channel.ask
    monkeypatch.setattr(
        protocol.channel.Channel, "ask",
        lambda self, verb, url, *a, **o: asked.append(url) or ask(self, verb, url, *a, **o),
    )  # fmt: skip
    with pytest.raises(errors.FormatError, match=why):
        protocol.exchange.Exchange(
            profile, mfo.url, LOGIN, PASSWORD, tmp_path / "wsdl.sqlite"
        ).application_states([])
    assert all(url.startswith(mfo.url) for url in asked)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("TourCabinetSoapBinding", "NoBinding"), "no binding"),
        (('"TextJSON"', '"TextJSOM"'), "no «TextJSOM»"),
        (('TourCabinet.1cws?wsdl"', 'Nothing.1cws?wsdl"'), "HTTP 404"),
    ],
)
def test_a_profile_that_does_not_fit_its_wsdl_is_told(mfo, change, why):
    text = PROFILE.read_text().replace(*change)
    profile = protocol.profile.read(text, QUESTIONS)
    with pytest.raises((errors.FormatError, errors.TransportError), match=why):
        connected(mfo, profile).application_states(["a"])


@pytest.mark.parametrize("folder", [None, PROFILE.parent])
def test_a_wsdl_file_that_is_not_there_is_told(mfo, folder):
    text = PROFILE.read_text().replace(
        '"wsdl": "/mfo/ws/TourCabinet.1cws?wsdl"', '"wsdl": {"file": "none.wsdl"}'
    )
    profile = protocol.profile.read(text, QUESTIONS, folder)
    with pytest.raises(errors.FormatError, match=r"none\.wsdl"):
        connected(mfo, profile).application_states([])


def test_an_answer_of_ten_megabytes_never_becomes_an_error_text(mfo, exchange, quirk):
    quirk("refusal_word")
    with pytest.raises(errors.BusinessError) as no:
        exchange.send("application", application())
    assert len(str(no.value)) < 1100
    assert len(str(errors.BusinessError("x" * 10_000_000))) < 1100


def test_money_of_a_stream_is_exact(profile):
    (contract,) = stream_of(body(row(Сумма="1\u00a0000,50")), profile)
    assert contract.amount == Decimal("1000.50")
