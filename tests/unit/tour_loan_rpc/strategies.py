"""Hypothesis strategies made from the JSON schemas of the OpenRPC document."""

import string
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from .agency import rpc

DOCUMENT = rpc.openrpc.document("https://cabinet.example")
_SCHEMAS = DOCUMENT["components"]["schemas"]
_OFFSETS = ["Z", "+00:00", "+03:00", "-11:30"]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=10,
)


def params_of(method: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return parameters as the published schema describes them."""
    [described] = [entry for entry in DOCUMENT["methods"] if entry["name"] == method]
    schema = {
        "type": "object",
        "properties": {param["name"]: param["schema"] for param in described["params"]},
        "required": [param["name"] for param in described["params"] if param["required"]],
    }
    return from_schema(schema)


def result_of(method: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return results as the published schema describes them."""
    [described] = [entry for entry in DOCUMENT["methods"] if entry["name"] == method]
    return from_schema(described["result"]["schema"])


def from_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that fit a schema, as far as the words we use go."""
    if "$ref" in schema:
        return _component(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return st.one_of([from_schema(option) for option in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _BY_TYPE[schema["type"]](schema)


@cache
def _component(name: str) -> st.SearchStrategy[Any]:
    return from_schema(_SCHEMAS[name])


def _objects(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" not in schema:
        keys = st.text(string.ascii_letters, min_size=1, max_size=64)
        values = from_schema(schema["additionalProperties"])
        return st.dictionaries(keys, values, max_size=min(schema.get("maxProperties", 3), 3))
    required = schema.get("required", [])
    members = {name: from_schema(member) for name, member in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: members[name] for name in required},
        optional={name: members[name] for name in members if name not in required},
    )


def _arrays(schema: dict[str, Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(from_schema(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)


def _integers(schema: dict[str, Any]) -> st.SearchStrategy[int]:
    return st.integers(schema.get("minimum"), schema.get("maximum"))


def _strings(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    form = schema.get("format")
    if form == "date":
        return _dates().map(lambda moment: moment.date().isoformat())
    if form == "date-time":
        return st.builds(
            lambda moment, offset: moment.isoformat() + offset,
            _dates(),
            st.sampled_from(_OFFSETS),
        )
    if form == "uri":
        return st.text(string.ascii_lowercase, max_size=20).map("https://slon.example/{}".format)
    if form == "email":
        return st.text(string.ascii_lowercase, min_size=1, max_size=20).map("{}@a.example".format)
    if "Russian mobile" in schema.get("description", ""):
        return st.sampled_from(schema["examples"])
    if "IPv4" in schema.get("description", ""):
        return st.ip_addresses().map(str)
    longest = schema.get("maxLength", 100)
    if "pattern" in schema and "x00" not in schema["pattern"]:
        text = st.from_regex(schema["pattern"].replace("$", r"\Z"))
        return text.filter(lambda value: len(value) <= longest)
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    text = st.text(letters, min_size=schema.get("minLength", 0), max_size=min(longest, 30))
    return text.filter(lambda value: len(value.strip()) >= schema.get("minLength", 0))


def _dates() -> st.SearchStrategy[Any]:
    """Any time, and often one that an order of today could have.

    Drawn as a distance, so that the draw is the same on every day.
    """
    today = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
    near = st.integers(-2 * 86400, 90 * 86400).map(lambda away: today + timedelta(seconds=away))
    return near | st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 30))


_BY_TYPE = {
    "object": _objects,
    "array": _arrays,
    "integer": _integers,
    "string": _strings,
    "boolean": lambda schema: st.booleans(),
    "null": lambda schema: st.none(),
}
