"""A create costs far less than the transaction around it."""

import json
import statistics
import time

from .agency import Agency, create_params, send


def test_create_is_parsed_checked_and_answered_within_a_millisecond():
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "application.create",
        "params": create_params(),
    }
    body, agency = json.dumps(message).encode(), Agency()
    seconds = []
    for _turn in range(200):
        started = time.perf_counter()
        send(body, agency)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.001


def test_hostile_body_of_the_largest_size_is_refused_quickly():
    bodies = [
        {"tour": {"tourists": [{}] * 60_000}},
        {f"a{index}": 1 for index in range(20_000)},
        {"extra": {f"a{index}": 1 for index in range(20_000)}},
        {"order": {"number": "1" * 250_000}},
    ]
    for params in bodies:
        message = {"jsonrpc": "2.0", "id": 1, "method": "application.create", "params": params}
        body = json.dumps(message).encode()
        started = time.perf_counter()
        send(body)
        assert time.perf_counter() - started < 0.5
