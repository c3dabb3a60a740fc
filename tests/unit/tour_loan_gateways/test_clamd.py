"""The client of clamd against the sandbox's."""

import importlib.util
import socket

import pytest

from scripts.places import ADDONS
from tests.sandbox.clamd import EICAR, Clamd

spec = importlib.util.spec_from_file_location(
    "tour_loan_clamd", ADDONS / "tour_loan" / "gateways" / "clamd.py"
)
client = importlib.util.module_from_spec(spec)
spec.loader.exec_module(client)


@pytest.fixture
def clamd():
    with Clamd() as server:
        yield server


def scan(clamd, content, seconds=20):
    return client.scan("127.0.0.1", clamd.port, content, seconds)


@pytest.mark.parametrize("size", [0, 1, client.PIECE - 1, client.PIECE, 3 * client.PIECE + 7])
def test_a_clean_file_of_any_size_comes_whole_and_is_clean(clamd, size):
    assert scan(clamd, b"x" * size) == ""
    assert clamd.scanned == [size]


@pytest.mark.parametrize("before", [0, client.PIECE - 10])
def test_eicar_is_found_also_where_two_pieces_meet(clamd, before):
    assert scan(clamd, b" " * before + EICAR) == "Eicar-Test-Signature"


def test_what_it_could_not_look_at_is_not_clean(clamd):
    for manner in ("error", "hangs up"):
        clamd.manner = manner
        with pytest.raises((client.Trouble, OSError)):
            scan(clamd, b"x")


def test_one_that_says_nothing_costs_a_bounded_time(clamd):
    clamd.manner = "silent"
    with pytest.raises(TimeoutError):
        scan(clamd, b"x", seconds=0.3)


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OSError):
        client.scan("127.0.0.1", port, b"x")
