"""An agency as the methods see one: it keeps what it was asked and answers from memory."""

import copy
import json
from typing import Any

from tests.unit.rooms import room

rpc = room("tour_loan", "rpc")


class Agency:
    """Answers every hook with the documented example unless told otherwise."""

    def __init__(self, **answers: Any):
        """:param answers: per hook, e.g. ``application_get=lambda params: …``"""
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []

    def get_base_url(self) -> str:
        return "https://cabinet.example"

    def __getattr__(self, hook: str) -> Any:
        name = hook.removeprefix("_rpc_")
        if name == hook:
            raise AttributeError(hook)

        def answer(params):
            self.asked.append((name, params))
            if name in self.answers:
                return self.answers[name](params)
            method = rpc.registry.METHODS[name.replace("_", ".", 1)]
            return copy.deepcopy(method.example["result"])

        return answer


def send(body: bytes, agency: Any = None, **options: Any) -> bytes | None:
    """Pass a raw body through the door."""
    request = rpc.dispatcher.parse(body)
    return rpc.dispatcher.handle(request, agency or Agency(), **options)


def call(method: str, params: Any, agency: Any = None, **options: Any) -> dict[str, Any]:
    """Call by name and return the parsed answer."""
    message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    return json.loads(send(json.dumps(message).encode(), agency, **options))


def problems(answer: dict[str, Any]) -> set[tuple[str, str]]:
    """Return {(path, code)} of a refused call."""
    return {(item["path"], item["code"]) for item in answer["error"]["data"]["errors"]}


def create_params(**changes: Any) -> dict[str, Any]:
    """Return the documented create, changed at paths such as ``order__held_until``.

    A value of ``...`` removes the member.
    """
    params = copy.deepcopy(rpc.examples.CREATE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = params
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return params


def refused(**changes: Any) -> set[tuple[str, str]]:
    """Return the problems of a changed create."""
    return problems(call("application.create", create_params(**changes)))


def accepted(**changes: Any) -> Any:
    """Return the params model the hook of a changed create got."""
    agency = Agency()
    answer = call("application.create", create_params(**changes), agency)
    assert "result" in answer, answer
    return agency.asked[0][1]
