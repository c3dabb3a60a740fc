"""Calls generated from the published schemas, over HTTP to the real server."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.tour_loan_rpc.strategies import DOCUMENT, json_values, params_of

from .caller import order
from .conftest import INSIDE, assert_tells_nothing

CHANGING = [
    "application.change",
    "application.commit",
    "application.cancel",
    "application.tour_refund",
]
EXAMPLES = {
    entry["name"]: {param["name"]: param["value"] for param in entry["examples"][0]["params"]}
    for entry in DOCUMENT["methods"]
    if entry["name"] in CHANGING
}
METHODS = [entry["name"] for entry in DOCUMENT["methods"] if entry["name"] != "rpc.discover"]
ERRORS = {-32600, -32601, -32602, -32001, -32002, -32003, -32004, -32005, -32006}
# The answer repeats an unknown name: it may not be one of those we look for.
names = st.text(max_size=20).filter(lambda name: not INSIDE.search(name.encode(errors="replace")))
bounded = settings(
    max_examples=15,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)


def assert_answered(answer):
    """A result or an error the agency can act on; never one of ours."""
    assert_tells_nothing(answer)
    assert answer.status == 200
    if "error" in answer.json:
        assert answer.error["code"] in ERRORS, answer.body
        assert answer.error["message"]


@pytest.mark.parametrize("method", METHODS)
@bounded
@given(data=st.data())
def test_what_the_schema_allows_is_answered(slon, method, data):
    assert_answered(slon.call(method, data.draw(params_of(method))))


@pytest.mark.parametrize("method", METHODS)
@bounded
@given(params=st.dictionaries(names, json_values, max_size=4))
def test_what_no_schema_knows_is_refused(slon, method, params):
    answer = slon.call(method, {**params, "surely unknown": 1})
    assert_answered(answer)
    assert answer.error["code"] == -32602


@bounded
@given(data=st.data())
def test_an_order_with_generated_parts_is_accepted_or_its_fault_named(slon, data):
    """Parts of a good order replaced one at a time, so that the depths are reached."""
    generated = data.draw(params_of("application.create"))
    params = order()
    part = data.draw(st.sampled_from(sorted(generated)))
    params[part] = generated[part]
    if part == "order":
        params["order"]["number"] = order()["order"]["number"]
    answer = slon.call("application.create", params)
    assert_answered(answer)
    if "error" in answer.json:
        assert answer.error["data"]["errors"]


STATES = ["new", "submitted", "approved", "signed", "ready", "committed", "funded", "expired"]


@pytest.fixture(scope="module")
def numbers(slon, stack):
    """Order numbers of applications in every state."""
    made = {}
    for state in STATES:
        made[state] = slon.call("application.create", order()).result["order_number"]
        stack.sql(
            # in test mode: a state without its story is nothing to tell the lender of
            "UPDATE tour_loan_application SET state = %s, test = true, payout_amount = 130500, "
            "payout_on = now(), payout_order = '1', cooling_off_until = now() "
            "WHERE order_number = %s",
            state,
            made[state],
        )
    return made


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("method", CHANGING)
def test_a_call_as_published_gets_past_the_schema_in_every_state(slon, numbers, method, state):
    """The examples of the guide, so that what is drawn below need not be lucky."""
    answer = slon.call(method, EXAMPLES[method] | {"order_number": numbers[state]})
    assert_answered(answer)
    assert answer.json.get("error", {}).get("code") != -32602, answer.body


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("method", CHANGING)
def test_generated_calls_for_applications_in_every_state_are_answered(slon, numbers, method, state):
    @bounded
    @given(params=params_of(method))
    def call(params):
        params.pop("application_id", None)
        parts = {n: part for n, part in (params.get("order") or {}).items() if part is not None}
        if parts:  # all of them together hardly ever make sense
            name = min(parts)
            params = {"order": {name: parts[name]}}
        params["order_number"] = numbers[state]
        assert_answered(slon.call(method, params))

    call()
