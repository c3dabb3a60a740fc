"""``make guide``: write the generated parts of docs/agency-api.md anew.

Tables and examples come from ``addons/tour_loan/rpc``, as the OpenRPC document does;
they stand between ``<!-- generated: name -->`` and ``<!-- /generated -->``. The prose
around them is written by hand.
"""

import json
import re
import sys
from collections.abc import Callable
from typing import get_args

from scripts.places import ROOT
from tests.unit.rooms import room

GUIDE = ROOT / "docs" / "agency-api.md"
BLOCK = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
MONEY = re.compile(r'\{\s+"amount": ("[\d.]+"),\s+"currency": "RUB"\s+\}')
NAMES_THE_APPLICATION = ("application_id", "order_number")
# Members of `error.data` beside `code`; a new error has to be decided on here.
DATA = {
    "parse_error": (),
    "invalid_request": ("errors",),
    "method_not_found": (),
    "invalid_params": ("errors",),
    "internal_error": ("incident",),
    "not_found": (),
    "order_conflict": ("errors", "application_id"),
    "wrong_state": ("status",),
    "cooling_off": ("until", "seconds_left"),
    "limit": ("errors",),
    "agency_rule": ("errors",),
}

rpc = room("tour_loan", "rpc")


def main() -> int:
    """Write the guide; tell whether anything changed."""
    known = GUIDE.read_text()
    new = generated(known)
    GUIDE.write_text(new)
    print(f"{GUIDE.relative_to(ROOT)}: {'as it was' if new == known else 'written anew'}")
    return 0


def generated(text: str) -> str:
    """Return the guide with the content of every block as the code has it now.

    :raises KeyError: a block of a name nobody makes
    """
    return BLOCK.sub(lambda block: f"{block[1]}{BLOCKS[block[2]]()}\n{block[3]}", text)


def methods() -> str:
    """Return the table of methods."""
    rows = [
        (
            f"`{name}`",
            "yes" if method.changes else "no",
            method.description,
            parameters(method),
            codes(error.name for error in method.errors),
        )
        for name, method in sorted(rpc.registry.METHODS.items())
    ]
    return table(("method", "changes", "what it does", "parameters", "own errors"), rows)


def parameters(method) -> str:
    """Return the parameters in words: how it is named, what it must have, what it may."""
    fields = {
        field.alias or name: field.is_required()
        for name, field in method.params.model_fields.items()
        if name != "locale"
    }
    parts = []
    if set(NAMES_THE_APPLICATION) <= fields.keys():
        parts.append(" or ".join(f"`{name}`" for name in NAMES_THE_APPLICATION))
        fields = {n: needed for n, needed in fields.items() if n not in NAMES_THE_APPLICATION}
    required = codes(name for name, needed in fields.items() if needed)
    optional = codes(name for name, needed in fields.items() if not needed)
    parts += [required, f"optional: {optional}" if optional else ""]
    return "; ".join(part for part in parts if part)


def errors() -> str:
    """Return the table of errors."""
    known = (*rpc.errors.STANDARD, *rpc.errors.OWN)
    rows = [
        (
            f"−{-error.code}",
            f"`{error.name}`",
            " ".join(error.__doc__.partition("\n\n")[0].split()).replace("``", "`"),
            codes(DATA[error.name]),
        )
        for error in known
    ]
    return table(("`error.code`", "`data.code`", "meaning", "further `data`"), rows)


def field_codes() -> str:
    """Return the table of the stable codes of wrong fields."""
    rows = [
        (f"`{code}`", *(re.sub(r"\{(\w+)\}", r"‹\1›", text) for text in reversed(texts)))
        for code, texts in rpc.messages.FIELDS.items()
    ]
    return table(("code", "English", "Russian"), rows)


def fields_of(*names: str) -> Callable[[], str]:
    """Return what makes the table of the fields of some models of the schemas."""

    def made() -> str:
        rows = []
        for name, prefix in zip(names[::2], names[1::2], strict=True):
            for field, info in getattr(rpc.schemas.customer, name).model_fields.items():
                need = "yes" if info.is_required() else "no"
                rows.append((f"`{prefix}{field}`", need, info.description or ""))
        return table(("field", "required", "what it is"), rows)

    return made


def item_kinds() -> str:
    """Return the values of `items.kind`."""
    kinds = get_args(rpc.schemas.order.Item.model_fields["kind"].annotation)
    return f"Values of `order.items[].kind`: {codes(kinds)}."


def refusal() -> str:
    """Return what the dispatcher really answers to an order with two faults."""
    order = rpc.examples.CREATE["order"] | {"nummber": "1"}
    order["price"] = {"amount": 145000, "currency": "RUB"}
    call = request("application.create", rpc.examples.CREATE | {"order": order})
    parsed = rpc.dispatcher.parse(json.dumps(call).encode())
    return listing(json.loads(rpc.dispatcher.handle(parsed, None)))


def request(name: str, params: dict) -> dict:
    """Return a call as it is sent."""
    return {"jsonrpc": "2.0", "id": "msg_7f3a", "method": name, "params": params}


def call_of(name: str) -> Callable[[], str]:
    """Return what makes the example call of a method."""
    return lambda: listing(request(name, rpc.registry.METHODS[name].example["params"]))


def answer_of(name: str) -> Callable[[], str]:
    """Return what makes the example answer of a method."""
    result = rpc.registry.METHODS[name].example["result"]
    return lambda: listing({"jsonrpc": "2.0", "id": "msg_7f3a", "result": result})


def listing(value) -> str:
    """Return a value as a block of JSON, sums of money on one line each."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = MONEY.sub(r'{"amount": \1, "currency": "RUB"}', text)
    return f"```json\n{text}\n```"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def codes(names) -> str:
    """Return names as code, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def client(name: str) -> Callable[[], str]:
    """Return what prints a published example as it stands in ``docs/clients``."""
    language = {"py": "python", "php": "php"}[name.rpartition(".")[2]]
    return lambda: f"```{language}\n{(GUIDE.parent / 'clients' / name).read_text().strip()}\n```"


BLOCKS: dict[str, Callable[[], str]] = {
    "item-kinds": item_kinds,
    "customer-fields": fields_of(
        *("Customer", "customer."),
        *("Passport", "customer.passport."),
        *("Consent", "customer.consent."),
    ),
    "receiver-python": client("agency_receiver.py"),
    "receiver-php": client("agency_receiver.php"),
    "methods": methods,
    "create-call": call_of("application.create"),
    "create-answer": answer_of("application.create"),
    "quote-call": call_of("calculator.quote"),
    "quote-answer": answer_of("calculator.quote"),
    "callback": lambda: listing(rpc.examples.CALLBACK),
    "actualize": lambda: listing(rpc.examples.ACTUALIZE),
    "actualized": lambda: listing(rpc.examples.ACTUALIZED),
    "refusal": refusal,
    "errors": errors,
    "field-codes": field_codes,
}


if __name__ == "__main__":
    sys.exit(main())
