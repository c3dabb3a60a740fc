"""JSON-RPC 2.0, with the specification's own examples (section 7)."""

import json
import re

import pytest

from .agency import Agency, call, problems, rpc, send

METHODS = rpc.registry.METHODS


@pytest.fixture
def specification_methods():
    """The methods the specification's examples call."""

    class Subtract(rpc.schemas.base.Params):
        minuend: int
        subtrahend: int

    class Anything(rpc.schemas.base.Params):
        pass

    @rpc.registry.method("subtract", example={})
    def subtract(agency, params: Subtract) -> int:
        """Subtract."""
        return params.minuend - params.subtrahend

    @rpc.registry.method("get_data", example={})
    def get_data(agency, params: Anything) -> list:
        """Get data."""
        return ["hello", 5]

    yield
    del METHODS["subtract"], METHODS["get_data"]


def answer_to(text: str, agency=None):
    answer = send(text.encode(), agency)
    return answer and json.loads(answer)


@pytest.mark.usefixtures("specification_methods")
class TestSpecificationExamples:
    @pytest.mark.parametrize(
        ("params", "request_id"),
        [
            ('{"subtrahend": 23, "minuend": 42}', 3),
            ('{"minuend": 42, "subtrahend": 23}', 4),
        ],
    )
    def test_call_with_named_parameters(self, params, request_id):
        text = '{"jsonrpc": "2.0", "method": "subtract", "params": %s, "id": %d}'
        expected = {"jsonrpc": "2.0", "result": 19, "id": request_id}
        assert answer_to(text % (params, request_id)) == expected

    def test_call_with_positional_parameters_is_told_to_name_them(self):
        answer = answer_to('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}')
        assert answer["id"] == 1
        assert answer["error"]["code"] == -32602
        assert problems(answer) == {("", "by_name")}

    @pytest.mark.parametrize(
        "text",
        [
            '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}',
            '{"jsonrpc": "2.0", "method": "foobar"}',
            '{"jsonrpc": "2.0", "method": "get_data"}',
        ],
    )
    def test_notification_is_not_answered(self, text):
        assert answer_to(text) is None

    def test_call_of_non_existent_method(self):
        answer = answer_to('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}')
        assert answer["error"]["code"] == -32601
        assert answer["error"]["message"] == "Method not found"
        assert answer["id"] == "1"

    def test_call_with_invalid_json(self):
        answer = answer_to('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]')
        assert answer["error"]["code"] == -32700
        assert answer["error"]["message"] == "Parse error"
        assert answer["id"] is None

    def test_call_with_invalid_request_object(self):
        answer = answer_to('{"jsonrpc": "2.0", "method": 1, "params": "bar"}')
        assert answer["error"]["code"] == -32600
        assert answer["error"]["message"] == "Invalid Request"
        assert answer["id"] is None

    @pytest.mark.parametrize(
        "text",
        [
            "[]",
            "[1]",
            "[1,2,3]",
            '[{"jsonrpc": "2.0", "method": "get_data", "id": "9"}]',
            '[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]}]',
        ],
    )
    def test_batch_is_refused_with_one_answer(self, text):
        answer = answer_to(text)
        assert answer["error"]["code"] == -32600
        assert answer["id"] is None

    def test_batch_with_invalid_json(self):
        answer = answer_to(
            '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},'
            '{"jsonrpc": "2.0", "method"'
        )
        assert answer["error"]["code"] == -32700

    def test_parameters_may_be_omitted(self):
        answer = answer_to('{"jsonrpc": "2.0", "method": "get_data", "id": "9"}')
        assert answer == {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}

    @pytest.mark.parametrize("request_id", ['"a"', '""', "0", "-1", "1.5", "null"])
    def test_id_is_echoed(self, request_id):
        text = f'{{"jsonrpc": "2.0", "method": "get_data", "id": {request_id}}}'
        answer = answer_to(text)
        assert answer["result"] == ["hello", 5]
        assert answer["id"] == json.loads(request_id)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        '{"x": "Турция"}'.encode("cp1251"),
        b'{"x": NaN}',
        b'{"x": Infinity}',
        b'{"x": -Infinity}',
        b'{"x": 1e999}',
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"x": 1, "x": 1}',
        b'{"a": {"x": 1, "x": 2}}',
        b'{"x": "\\ud800"}',
        b'{"\\udc00": 1}',
        b'{"x": "\t"}',
        b'{"x": 01}',
        b'{"x": 1,}',
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_not_strict_json_is_a_parse_error(body):
    answer = json.loads(send(body))
    assert answer["error"]["code"] == -32700
    assert answer["error"]["data"] == {"code": "parse_error"}
    assert answer["id"] is None


def test_escaped_surrogate_pair_is_fine():
    request = rpc.dispatcher.parse(
        b'{"jsonrpc": "2.0", "id": "\\ud83d\\ude00", "method": "rpc.discover"}'
    )
    assert request.error is None
    assert request.id == "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "1",
        '"x"',
        "{}",
        '{"jsonrpc": "1.0", "method": "rpc.discover", "id": null}',
        '{"jsonrpc": 2.0, "method": "rpc.discover", "id": null}',
        '{"method": "rpc.discover", "id": null}',
        '{"jsonrpc": "2.0", "id": null}',
        '{"jsonrpc": "2.0", "method": null, "id": null}',
        '{"jsonrpc": "2.0", "method": "rpc.discover", "params": null, "id": null}',
        '{"jsonrpc": "2.0", "method": "rpc.discover", "params": 1, "id": null}',
        '{"jsonrpc": "2.0", "method": "rpc.discover", "id": true}',
        '{"jsonrpc": "2.0", "method": "rpc.discover", "id": []}',
        '{"jsonrpc": "2.0", "method": "rpc.discover", "id": {}}',
    ],
)
def test_json_that_is_no_request_is_invalid(text):
    answer = answer_to(text)
    assert answer["error"]["code"] == -32600
    assert answer["id"] is None


def test_id_is_echoed_in_an_invalid_request_too():
    assert answer_to('{"jsonrpc": "2.0", "id": "k1"}')["id"] == "k1"


def test_misspelt_member_of_the_request_is_named():
    answer = answer_to('{"jsonrpc": "2.0", "method": "rpc.discover", "parms": {}, "id": 1}')
    assert answer["error"]["code"] == -32600
    assert problems(answer) == {("parms", "unknown_field")}


def test_misspelt_members_are_named_in_the_same_order_each_time():
    request = {"jsonrpc": "2.0", "method": "rpc.discover", **dict.fromkeys("zyxwvutsrqponm", 1)}
    answer = answer_to(json.dumps(request))
    named = [field["path"] for field in answer["error"]["data"]["errors"]]
    assert named == sorted("zyxwvutsrqponm")


def test_a_body_is_at_most_256_kib():
    assert rpc.dispatcher.BODY_LIMIT == 262_144


def test_every_method_of_the_contract_is_served():
    assert set(METHODS) == {
        "application.create",
        "application.get",
        "application.list",
        "application.change",
        "application.commit",
        "application.cancel",
        "application.tour_refund",
        "calculator.quote",
        "rpc.discover",
    }


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"rpc.discover"}))
def test_method_reaches_its_hook_and_answers_the_whole_result(name):
    agency = Agency()
    example = METHODS[name].example
    answer = call(name, example["params"], agency)
    assert answer == {"jsonrpc": "2.0", "id": 7, "result": example["result"]}
    [(hook, params)] = agency.asked
    assert hook == name.replace(".", "_")
    assert isinstance(params, METHODS[name].params)


def test_only_changing_methods_are_marked_so():
    changing = {name for name, method in METHODS.items() if method.changes}
    assert changing == {
        "application.create",
        "application.change",
        "application.commit",
        "application.cancel",
        "application.tour_refund",
    }
    request = rpc.dispatcher.parse(b'{"jsonrpc":"2.0","method":"application.cancel"}')
    assert request.changes
    request = rpc.dispatcher.parse(b'{"jsonrpc":"2.0","method":"application.destroy"}')
    assert not request.changes


class TestLanguage:
    """`locale` is the language of every word of an answer, the standard's own too."""

    RUSSIAN = "[А-Яа-яЁё]"

    @pytest.mark.parametrize(
        "call",
        [
            {"method": "nothing.such", "params": {}},
            {"method": "application.get", "params": {}},
            {"method": "application.create", "params": {"order": 5}},
            {"method": "application.get", "params": {}, "unknown": 1},
        ],
    )
    def test_messages_follow_the_language_that_was_named(self, call):
        for locale, is_russian in (("ru", True), ("en", False)):
            named = {**call, "params": {**call["params"], "locale": locale}}
            answer = answer_to(json.dumps({"jsonrpc": "2.0", "id": 1, **named}))
            error = answer["error"]
            told = [error["message"], *(one["message"] for one in error["data"].get("errors", []))]
            for message in told:
                assert bool(re.search(self.RUSSIAN, message)) == is_russian, message

    def test_a_method_of_ours_answers_in_russian_unless_told_otherwise(self):
        answer = answer_to('{"jsonrpc": "2.0", "id": 1, "method": "application.get", "params": {}}')
        assert re.search(self.RUSSIAN, answer["error"]["message"])
