"""Answers and requests that hardly come, and what then."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from .conftest import PROFILE, QUESTIONS, application, protocol
from .test_profile import DEFAULT, changed

dto, errors = protocol.dto, protocol.errors
SOAP = protocol.profile.load(PROFILE, QUESTIONS)
HTTP = protocol.profile.load(PROFILE.parent / "http.json", QUESTIONS)
NOBODY = SimpleNamespace(busy=lambda reply: errors.TransportError(f"HTTP {reply.status}"))


def judged(profile, operation, body, status=200, whole=True):
    reply = protocol.channel.Reply(status, {}, body, None, None, whole)
    judge = protocol.answers.Judge(profile.transient_faults)
    return judge.document(profile.operations[operation].call, reply, NOBODY)


def envelope(content):
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f"{content}</s:Body></s:Envelope>"
    ).encode()


@pytest.mark.parametrize(
    ("body", "status", "whole", "error", "why"),
    [
        (b"", 200, True, errors.TransportError, "an empty answer"),
        (b"", 500, True, errors.TransportError, "HTTP 500"),
        (b"not xml", 500, True, errors.TransportError, "HTTP 500"),
        (b"<a></b>", 200, False, errors.TransportError, "cut off"),
        (b"<a></b>", 200, True, errors.FormatError, "not XML"),
        (b"<a><b>", 200, True, errors.FormatError, "not XML"),
        (b"<a><b", 200, True, errors.TransportError, "breaks off"),
        (b"<a/>", 200, True, errors.FormatError, "no SOAP envelope"),
        (envelope("<x/>"), 500, True, errors.TransportError, "HTTP 500"),
        (envelope("<s:Fault/>"), 500, True, errors.BusinessError, "without a text"),
    ],
)
def test_a_soap_answer_that_is_none_is_of_its_kind(body, status, whole, error, why):
    with pytest.raises(error, match=why):
        judged(SOAP, "load_payment", body, status, whole)


def test_a_fault_of_soap_1_2_tells_its_reason():
    fault = (
        '<f:Envelope xmlns:f="http://www.w3.org/2003/05/soap-envelope"><f:Body><f:Fault><f:Code>'
        "<f:Value>f:Receiver</f:Value></f:Code><f:Reason><f:Text>Деление на 0</f:Text></f:Reason>"
        "</f:Fault></f:Body></f:Envelope>"
    ).encode()
    with pytest.raises(errors.BusinessError, match="Деление на 0"):
        judged(SOAP, "load_payment", fault, 500)


def test_an_empty_body_or_a_bare_text_of_soap_is_an_empty_payload():
    assert judged(SOAP, "load_payment", envelope("")).payload in (None, {})
    assert judged(SOAP, "load_payment", envelope("<R>OK</R>")).payload == "OK"
    assert judged(SOAP, "load_payment", envelope("<R><return/></R>")).payload is None


def test_a_json_answer_cut_without_a_length_is_a_broken_connection():
    with pytest.raises(errors.TransportError, match="cut off"):
        judged(HTTP, "load_payment", b'{"code": 0', whole=False)


def test_results_and_messages_in_any_dress():
    said = protocol.answers.said
    assert said([True, "", "б"]) == "true; б" and said({"а": "1", "б": None}) == "1"
    assert said(0.0) == "0" and said(None) == "" and said(Decimal(5)) == "5"
    document = protocol.answers.Document({"a": {"#text": "5", "@b": "1"}}, {"a": {"#text": "5"}})
    assert document.first([protocol.paths.Path.parse("a")]) == "5"
    assert document.get(None) is None


def test_an_operation_without_rows_cannot_be_asked():
    call = SOAP.operations["load_payment"].call
    import dataclasses

    call = dataclasses.replace(call, answer=dataclasses.replace(call.answer, rows=None))
    document = protocol.answers.Document({}, {})
    with pytest.raises(errors.FormatError, match="no rows"):
        protocol.answers.Judge(()).rows(call, document)


@pytest.mark.parametrize(
    ("path", "tree", "found"),
    [
        ("a.b", {"a": [{"b": 1}]}, 1),
        ("a.b", {"a": [{"b": 1}, {"b": 2}]}, None),
        ("a[1].b", {"a": {"b": 1}}, None),
        ("a[0]", {"a": None}, None),
        ("a[k=v].b", {"a": ["x", {"k": "w"}]}, None),
        ("a\\.b\\[c\\].d", {"a.b[c]": {"d": 1}}, 1),
    ],
)
def test_paths_find_what_is_there(path, tree, found):
    assert protocol.paths.Path.parse(path).get(tree) == found


@pytest.mark.parametrize(
    "path", ["", "/", "a.", ".a", "a..b", "a]b", "[0]", "a[x]", "a[0]b", "a.[0]"]
)
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="path"):
        protocol.paths.Path.parse(path)


def test_a_value_is_put_into_lists_of_lists_of_nothing():
    tree = {}
    protocol.paths.Path.parse("a[1]").put(tree, 5)
    protocol.paths.Path.parse("b[0].c").put(tree, 6)
    protocol.paths.Path.parse("b[0].d").put(tree, 7)
    assert tree == {"a": [{}, 5], "b": [{"c": 6, "d": 7}]}
    assert protocol.paths.Path(()).name == "."


def test_templates_keep_their_braces_and_refuse_lonely_ones():
    parse = protocol.templates.Template.parse
    values = {"a": "1", "b": None}
    assert parse("{{x}} [[{a}]][ {b}]").build(lambda piece: values[piece.name]) == "{x} [1]"
    for wrong in ("{A}", "]", "[[[", "[a[b]]", "}"):
        with pytest.raises(ValueError, match="«"):
            parse(wrong)


def test_memory_has_an_end(monkeypatch):
    memory = protocol.memory
    monkeypatch.setattr(memory.Progress, "LIMIT", 2)
    monkeypatch.setattr(memory.Cursors, "LIMIT", 2)
    progress, cursors = memory.Progress(), memory.Cursors()
    for number in range(9):
        progress.of("application", str(number))["calls"] = 1
        cursors.keep(("x",), number, "c")
    assert progress.of("application", "0") == {} and cursors.of(("x",), 0) is None
    nobody = memory.NoDirectory()
    assert nobody.numbers("applications", ["a"]) == nobody.uids("applications", ["1"]) == {}


def test_xml_is_written_with_its_namespace_attributes_and_nils():
    text = protocol.trees.xml_text("{urn:x}Док", {"@v": 1, "#text": "т", "а": [None, True]})
    root = protocol.trees.parse_xml(text.encode())
    assert protocol.trees.element_value(root)["а"] == [None, "true"]
    assert root.tag == "{urn:x}Док" and root.get("v") == "1"
    assert protocol.trees.element_value(protocol.trees.parse_xml(b"<a><!-- x --><b>1</b></a>")) == {
        "b": "1"
    }
    assert protocol.trees.cleaned("<a/>".encode("utf-16")) == "<a/>".encode("utf-16")
    assert protocol.trees.masked_text('{"not json', ()) == '{"not json'


def test_a_payload_of_one_plain_value_needs_a_parameter():
    data = changed("operations.load_payment", {"name": "LoadPayment"})
    data["keys"]["payment"] = {"loan_number": ".", "amount": "/Сумма"}
    profile = protocol.profile.parse(data, QUESTIONS)
    payment = dto.Payment(uid="p", loan_number="L", amount=Decimal(1), paid_at=datetime.now(UTC))
    ask = protocol.asking.ask
    call = profile.operations["load_payment"].call
    publication = profile.publications["cabinet"]
    with pytest.raises(errors.FormatError, match="needs a parameter"):
        ask(call, payment, {}, publication, str, "omit")
    data["operations"]["load_payment"]["request"] = {"parameter": "Договор.Номер"}
    call = protocol.profile.parse(data, QUESTIONS).operations["load_payment"].call
    assert ask(call, payment, {}, publication, str, "omit").tree == {
        "Договор": {"Номер": "L"}, "Сумма": "1.00",
    }  # fmt: skip
    data["operations"]["load_payment"]["request"] = {"parameter": "Д", "fixed": {"Вид": "1"}}
    call = protocol.profile.parse(data, QUESTIONS).operations["load_payment"].call
    with pytest.raises(errors.FormatError, match="one plain value"):
        ask(call, payment, {}, publication, str, "omit")


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"content": "json"}, "which parameter"),
        ({"content": "form"}, "is of HTTP"),
        ({"content": "xml", "parameter": "Т"}, "root"),
    ],
)
def test_requests_that_soap_cannot_make(request_, why):
    data = changed("operations.load_payment", {"name": "LoadPayment", "request": request_})
    with pytest.raises(errors.ProfileError, match=why):
        protocol.profile.parse(data, QUESTIONS)


def test_requests_that_http_cannot_make():
    http = json.loads((PROFILE.parent / "http.json").read_text())
    for request_, why in (
        ({"content": "form", "list": True}, "no list"),
        ({"verb": "GET"}, "nothing of the record"),
        ({"path": "/x/{documents}"}, "no such field|plain value"),
    ):
        data = changed("operations.load_payment", {"name": "x", "request": request_}, http)
        with pytest.raises(errors.ProfileError, match=why):
            protocol.profile.parse(data, QUESTIONS)


def test_a_path_keeps_its_parts_apart():
    quoted = protocol.asking._quoted
    assert quoted("a/../b?c#d") == "a%2F..%2Fb%3Fc%23d" and quoted("..") == "%2E%2E"


def test_a_list_of_addresses_in_a_query_and_lists_in_templates():
    call = HTTP.operations["get_applications"].call
    question = dto.Question(uids=["a", "б"])
    asked = protocol.asking.ask(call, question, {}, HTTP.publications["api"], str, "omit")
    assert asked.path == "/mfo/api/applications?ids=a%2C%D0%B1"
    nothing = protocol.asking.ask(call, dto.Question(), {}, HTTP.publications["api"], str, "omit")
    assert nothing.path == "/mfo/api/applications"


def test_a_record_nobody_mapped_says_nothing():
    assert protocol.mapping.Encoder({}, "omit").encode("payment", {}) == ({}, {})
    values = protocol.mapping.values_of(application())
    shapes = protocol.profile.parse(
        changed("composed", {"application": [{"key": "Код", "template": "{product}"}]}, DEFAULT),
        QUESTIONS,
    ).shapes
    assert "Код" not in protocol.mapping.Encoder(shapes, "omit").encode("application", values)[0]
    assert (
        protocol.mapping.Encoder(shapes, "explicit").encode("application", values)[0]["Код"] == ""
    )


def test_a_cursor_the_lender_does_not_have_is_told():
    told = json.loads((PROFILE.parent / "http.json").read_text())
    profile = protocol.profile.parse(told, QUESTIONS)
    caller = SimpleNamespace(
        profile=profile, formats=profile.formats, answered_at=None,
        judge=protocol.answers.Judge(()),
        call=lambda *_a, **_o: (protocol.answers.Document({"data": []}, {"data": []}), None),
    )  # fmt: skip
    questioner = protocol.questions.Questioner(
        caller, profile.operations["changed_applications"], "changed_applications",
        protocol.memory.NoDirectory(), protocol.memory.Cursors(), protocol.contracts.Ahead(),
    )  # fmt: skip
    with pytest.raises(errors.FormatError, match="no more than 1"):
        questioner.changed(datetime.now(UTC), 2, None)
