"""What holds for every input, with inputs generated from the published schemas."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .agency import Agency, call, create_params, rpc, send
from .strategies import json_values, params_of, result_of

METHODS = sorted(set(rpc.registry.METHODS) - {"rpc.discover"})
# What a schema in JSON cannot say: these only compare fields with each other.
CROSS_CHECKS = {
    "advance_not_below_price",
    "arrival_before_departure",
    "consent_required",
    "departure_before_hold_end",
    "not_positive",
    "nothing_to_change",
    "one_of",
    "several_borrowers",
}
contents = st.recursive(
    st.text() | st.integers(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
)
patient = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def content_of(agency):
    """Return the content of what the hook was given."""
    [(_hook, params)] = agency.asked
    return rpc.content.content(params)


@pytest.mark.parametrize("name", METHODS)
@patient
@given(data=st.data())
def test_what_the_published_schema_allows_is_accepted_or_fails_a_cross_check(name, data):
    params = data.draw(params_of(name))
    agency = Agency()
    answer = call(name, params, agency)
    if "error" in answer:
        assert answer["error"]["code"] == -32602
        codes = {problem["code"] for problem in answer["error"]["data"]["errors"]}
        assert codes <= CROSS_CHECKS, answer
    else:
        # The normal form is a fixed point: stored, it would be accepted as the same.
        known = content_of(agency)
        again = Agency()
        call(name, known, again)
        assert content_of(again) == known
        assert rpc.content.differing_paths(known, content_of(again)) == []


def coherent(params):
    """Make a create that only fits the schema also agree with itself."""
    order, tour, customer = params["order"], params["tour"], params["customer"]
    order["price"]["amount"] = "999999999999.99"
    order["advance"]["amount"]["amount"] = "0.01"
    order["held_until"] = "1901-01-01T00:00:00Z"
    for item in order.get("items") or []:
        item["price"]["amount"] = "5"
    for flight in tour.get("flights") or []:
        flight["departs_at"] = "1901-01-01T00:00:00Z"
    for tourist in tour["tourists"]:
        tourist.pop("is_borrower", None)
    customer["consent"] = create_params()["customer"]["consent"]
    return params


@patient
@given(params_of("application.create").map(coherent))
def test_coherent_create_the_published_schema_allows_is_accepted(params):
    agency = Agency()
    answer = call("application.create", params, agency)
    assert "result" in answer, answer
    known = content_of(agency)
    again = Agency()
    call("application.create", known, again)
    assert content_of(again) == known


@pytest.mark.parametrize("name", ["application.get", "application.list", "calculator.quote"])
@patient
@given(data=st.data())
def test_result_the_published_schema_allows_is_answered_as_it_is(name, data):
    result = data.draw(result_of(name))
    hook = name.replace(".", "_")
    params = rpc.registry.METHODS[name].example["params"]
    answer = call(name, params, Agency(**{hook: lambda params: result}))
    assert "result" in answer, answer
    model = rpc.registry.METHODS[name].result
    assert model.model_validate(answer["result"]) == model.model_validate(result)


@pytest.mark.parametrize("name", METHODS)
@patient
@given(params=st.dictionaries(st.text(), json_values, max_size=3))
def test_any_parameters_get_an_answer_that_blames_nobody_else(name, params):
    answer = call(name, params)
    assert "result" in answer or answer["error"]["code"] == -32602


@patient
@given(data=st.data(), value=json_values)
def test_any_value_at_any_place_of_a_create_is_answered_with_its_path(data, value):
    params = create_params()
    place, path = params, []
    while isinstance(place, dict | list) and place and (not path or data.draw(st.booleans())):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        holder, place = place, place[key]
        path.append(key)
    holder[path[-1]] = value
    answer = call("application.create", params)
    if "error" in answer:
        assert answer["error"]["code"] == -32602
        assert answer["error"]["data"]["errors"]


@patient
@given(st.binary(max_size=200))
def test_any_bytes_get_a_json_rpc_error(body):
    answer = json.loads(send(body))
    assert answer["error"]["code"] in {-32700, -32600}
    assert answer["id"] is None


@patient
@given(json_values)
def test_any_json_gets_a_json_rpc_answer(value):
    answer = json.loads(send(json.dumps(value).encode()))
    assert answer["jsonrpc"] == "2.0"
    assert answer["error"]["code"] in {-32700, -32600, -32601}


@patient
@given(
    st.decimals(0, 10**12 - 1, places=2),
    st.sampled_from(["{:.2f}", "{:f}", "{}"]),
)
def test_money_goes_through_exactly(amount, form):
    text = form.format(amount)
    money = rpc.schemas.money.Money.model_validate({"amount": text, "currency": "RUB"})
    assert money.amount == amount
    assert money.model_dump(mode="json")["amount"] == f"{amount:.2f}"


@patient
@given(st.text(max_size=30))
def test_text_is_money_only_in_its_form(text):
    answer = call("application.create", create_params(order__price__amount=text))
    plain = re.fullmatch(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?", text)
    codes = {item["code"] for item in answer.get("error", {}).get("data", {}).get("errors", [])}
    assert ("money" in codes) == (not plain)


@patient
@given(contents, contents)
def test_contents_differ_exactly_when_paths_are_named(first, second):
    differing = rpc.content.differing_paths
    assert differing(first, first) == []
    assert bool(differing(first, second)) == (first != second)
