"""``make demo`` notices what ended by itself, says so and starts it again."""

import os
import sys

import pytest

from scripts.odoo import free_port
from scripts.processes import Process
from scripts.stack import Stack


@pytest.fixture
def house(tmp_path):
    """A house of one real process, which serves a folder."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    stack = Stack("revival")
    stack._processes["phone"] = Process(
        "phone", command, dict(os.environ), tmp_path / "log", f"http://127.0.0.1:{port}/"
    )
    stack._processes["phone"].start()
    yield stack
    stack.stop()


def test_nothing_is_said_while_all_live(house):
    assert house.revive() == []


def test_what_ended_is_started_again(house):
    process = house._processes["phone"]
    first = process.pid
    process.kill()
    [said] = house.revive()
    assert "phone ended and was started again" in said
    assert process.running and process.pid != first


def test_what_does_not_start_is_said_and_tried_again(house):
    process = house._processes["phone"]
    process.kill()
    good, process.command = process.command, [sys.executable, "-c", "raise SystemExit(1)"]
    [said] = house.revive()
    assert "does not start" in said
    process.command = good
    [said] = house.revive()
    assert "was started again" in said
