"""Whatever is sent, the answer is JSON that says nothing of the inside."""

import http.client

import pytest

from .caller import PATH, body, order
from .conftest import assert_tells_nothing

ENVELOPE = b'{"jsonrpc":"2.0","id":7,"method":"application.create","params":%b}'

UNREADABLE = {
    "empty": b"",
    "no JSON": b"order=1&price=2",
    "cut short": b'{"jsonrpc":"2.0","id":7,"method":"appl',
    "not UTF-8": ENVELOPE % b'{"locale":"\xff\xfe"}',
    "UTF-16": body("rpc.discover", {}).decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + body("rpc.discover", {}),
    "NaN": ENVELOPE % b'{"order":{"price":{"amount":NaN}}}',
    "Infinity": ENVELOPE % b'{"order":{"price":{"amount":-Infinity}}}',
    "1e999": ENVELOPE % b'{"order":{"price":{"amount":1e999}}}',
    "duplicate keys": ENVELOPE % b'{"locale":"ru","locale":"en"}',
    "duplicate method": b'{"jsonrpc":"2.0","id":1,"method":"a","method":"rpc.discover"}',
    "half a surrogate": ENVELOPE % rb'{"locale":"\ud800"}',
    "nested arrays": ENVELOPE % (b"[" * 100_000 + b"]" * 100_000),
    "nested objects": ENVELOPE % (b'{"a":' * 40_000 + b"1" + b"}" * 40_000),
    "a number of many digits": ENVELOPE % (b'{"months":' + b"9" * 200_000 + b"}"),
}

NO_REQUEST = {
    "batch": b"[" + body("rpc.discover", {}) + b"]",
    "empty batch": b"[]",
    "null": b"null",
    "text": b'"application.create"',
    "other version": b'{"jsonrpc":"1.0","id":1,"method":"rpc.discover"}',
    "id is an object": b'{"jsonrpc":"2.0","id":{},"method":"rpc.discover"}',
    "method is a number": b'{"jsonrpc":"2.0","id":1,"method":5}',
    "params are a text": b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover","params":"x"}',
    "unknown member": b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover","more":1}',
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_cannot_be_read_is_a_parse_error(slon, name):
    answer = slon.post(UNREADABLE[name])
    assert_tells_nothing(answer)
    assert answer.error["code"] == -32700
    assert answer.json["id"] is None


@pytest.mark.parametrize("name", NO_REQUEST)
def test_what_is_no_request_is_refused_as_one(slon, name):
    answer = slon.post(NO_REQUEST[name])
    assert_tells_nothing(answer)
    assert answer.error["code"] == -32600


def test_every_member_of_a_wrong_type_is_named_by_its_path(slon):
    good = order()
    for path, wrong in _mistyped(good):
        params = order()
        *parents, last = path
        place = params
        for name in parents:
            place = place[name]
        place[last] = wrong
        answer = slon.call("application.create", params)
        assert_tells_nothing(answer)
        assert answer.error["code"] == -32602, (path, wrong, answer.body)
        named = [problem["path"] for problem in answer.error["data"]["errors"]]
        shown = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
        assert any(name.startswith(shown) for name in named), (path, named)


def _mistyped(value, path=()):
    """Yield (path, value of another type) for every member, the deepest too."""
    if path:
        yield path, [] if isinstance(value, dict) else {"a": [1.5]}
    if isinstance(value, dict):
        for name, member in value.items():
            if path != ("extra",):
                yield from _mistyped(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _mistyped(member, (*path, index))


@pytest.mark.parametrize(
    "amount", [145000, 145000.5, "1e5", "-1.00", "1.005", " 1.00", "1,00", "NaN", "", None, "٣"]
)
def test_money_that_is_no_exact_decimal_string_is_refused(slon, amount):
    params = order()
    params["order"]["price"]["amount"] = amount
    answer = slon.call("application.create", params)
    assert_tells_nothing(answer)
    assert [p["path"] for p in answer.error["data"]["errors"]] == ["order.price.amount"]


def test_a_body_above_the_limit_is_413_in_json(slon):
    params = order()
    params["extra"] = {"much": "x" * 300_000}
    answer = slon.post(body("application.create", params))
    assert_tells_nothing(answer)
    assert answer.status == 413


def test_another_media_type_is_415_in_json(slon):
    content = body("rpc.discover", {})
    answer = slon.post(content, **{"content-type": "text/xml"})
    assert_tells_nothing(answer)
    assert answer.status == 415


def test_refusals_to_believe_a_caller_are_all_alike(slon, stack):
    content = body("rpc.discover", {})
    cases = {
        "unknown agency": {"x-agency": "nobody"},
        "agency in other bytes": {"x-agency": "\xff\x01"},
        "another's signature": {"x-agency": "parus"},
        "no signature": {"webhook-signature": ""},
        "old": {"webhook-timestamp": "1000000000"},
        "no number": {"webhook-timestamp": "soon"},
        "id with a line's end": {"webhook-id": "a b"},
    }
    answers = {name: slon.post(content, **headers) for name, headers in cases.items()}
    for name, answer in answers.items():
        assert answer.status == 401, name
        assert_tells_nothing(answer)
    assert len({answer.body for answer in answers.values()}) == 1


def test_another_verb_is_405_in_json(slon):
    connection = http.client.HTTPConnection(slon.address.hostname, slon.address.port, timeout=60)
    connection.request("GET", PATH)
    response = connection.getresponse()
    assert response.status == 405
    assert response.read() == b'{"error": "method_not_allowed"}'
