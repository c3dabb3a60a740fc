"""Bodies of our own messages, and the agency's answers to them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from .agency import rpc

outgoing = rpc.outgoing
examples = rpc.examples


def test_callback_carries_the_application_object_as_methods_answer_it():
    body = outgoing.callback_body(
        "application.approved",
        datetime(2026, 6, 1, 10, 2, 11, tzinfo=UTC),
        examples.CALLBACK["data"],
    )
    assert json.loads(body) == examples.CALLBACK


def test_actualize_question():
    body = outgoing.actualize_body("msg_2x7Kq", "SLON-2026-0715", Decimal("145000"))
    assert json.loads(body) == examples.ACTUALIZE


def test_actualize_answer():
    body = json.dumps(examples.ACTUALIZED).encode()
    answer = outgoing.actualize_answer("msg_2x7Kq", body)
    assert answer.available is True
    assert answer.price.amount == Decimal("147200.00")
    assert answer.valid_until == datetime(2026, 6, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"jsonrpc":"2.0","id":"m","error":{"code":-32601,"message":"x"}}',
        b'{"jsonrpc":"2.0","id":"other","result":{"available":true}}',
        b'{"jsonrpc":"2.0","id":"m","result":{"available":"yes"}}',
        b'{"jsonrpc":"2.0","id":"m","result":{"available":true,"price":147200}}',
        b'{"jsonrpc":"2.0","id":"m","result":{}}',
    ],
)
def test_unusable_answer_is_no_answer(body):
    with pytest.raises(outgoing.NoAnswer):
        outgoing.actualize_answer("m", body)
