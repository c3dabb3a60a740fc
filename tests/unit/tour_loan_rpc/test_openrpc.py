"""The OpenRPC document: valid, complete, and true to the schemas."""

import json
from pathlib import Path

import jsonschema
import pytest
import referencing

from .agency import Agency, call, rpc

FIXTURES = Path(__file__).parent / "fixtures"
META = json.loads((FIXTURES / "openrpc-1.3.json").read_text())
JSON_SCHEMA = json.loads((FIXTURES / "json-schema-tools.json").read_text())

DOCUMENT = rpc.openrpc.document("https://cabinet.example")
METHODS = {method["name"]: method for method in DOCUMENT["methods"]}


def resource(contents):
    return referencing.jsonschema.DRAFT7.create_resource(contents)


def matches(schema, value):
    """Check ``value`` against a schema of the document."""
    registry = referencing.Registry().with_resource("urn:document", resource(DOCUMENT))
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
    validator = jsonschema.Draft202012Validator(absolute, registry=registry)
    return validator.is_valid(value)


def test_document_is_valid_openrpc():
    registry = referencing.Registry().with_resources(
        [
            ("https://meta.json-schema.tools", resource(JSON_SCHEMA)),
            ("https://meta.json-schema.tools/", resource(JSON_SCHEMA)),
        ]
    )
    errors = list(jsonschema.Draft7Validator(META, registry=registry).iter_errors(DOCUMENT))
    assert errors == []


def test_discover_answers_the_same_document():
    assert call("rpc.discover", {})["result"] == DOCUMENT
    assert DOCUMENT["servers"][0]["url"] == "https://cabinet.example/tour_loan/v1/rpc"


def test_every_method_is_described_with_an_example():
    assert set(METHODS) == set(rpc.registry.METHODS)
    for name, method in METHODS.items():
        assert method["description"], name
        assert method["summary"].removesuffix(".") in method["description"], name
        assert len(method["summary"]) > 5, name
        assert method["result"]["name"], name
        if name != "rpc.discover":
            assert method["examples"], name


def test_a_result_is_called_what_its_schema_is():
    assert METHODS["application.get"]["result"]["name"] == "Application"
    assert METHODS["rpc.discover"]["result"]["name"] == "document"


def test_every_reference_leads_somewhere():
    def references(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for member in value.values():
                yield from references(member)
        elif isinstance(value, list):
            for member in value:
                yield from references(member)

    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        prefix, _slash, name = reference.rpartition("/")
        assert prefix == "#/components/schemas"
        assert name in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"rpc.discover"}))
def test_examples_fit_their_schemas(name):
    method = METHODS[name]
    [example] = method["examples"]
    schemas = {param["name"]: param["schema"] for param in method["params"]}
    for param in example["params"]:
        assert matches(schemas[param["name"]], param["value"]), param["name"]
    assert matches(method["result"]["schema"], example["result"]["value"])


def test_required_parameters_are_marked_and_come_first():
    params = METHODS["application.create"]["params"]
    required = [param["name"] for param in params if param["required"]]
    assert required == ["order", "tour", "customer", "urls"]
    assert [param["name"] for param in params][:4] == required


def test_own_errors_are_listed_with_the_methods_that_answer_them():
    def codes(name):
        return {error["code"] for error in METHODS[name]["errors"]}

    assert {-32002, -32005, -32006} <= codes("application.create")
    assert {-32001, -32003, -32004} <= codes("application.commit")
    assert -32001 not in codes("calculator.quote")


def test_callback_and_question_examples_are_what_we_send():
    callback = DOCUMENT["x-callbacks"]["application"]
    assert matches(callback["body"], callback["example"])
    rpc.schemas.events.Callback.model_validate(callback["example"])
    question = DOCUMENT["x-questions"]["order.actualize"]
    asked, answered = question["examples"]
    assert matches(question["body"], asked)
    assert matches(question["answer"], answered)


def test_refused_by_the_published_schema_means_refused_by_us():
    schema = {param["name"]: param["schema"] for param in METHODS["calculator.quote"]["params"]}
    for wrong in ({"amount": 1, "currency": "RUB"}, {"amount": "1e5", "currency": "RUB"}):
        assert not matches(schema["price"], wrong)
        answer = call(
            "calculator.quote",
            {"price": wrong, "advance": {"amount": "1.00", "currency": "RUB"}},
            Agency(),
        )
        assert answer["error"]["code"] == -32602
