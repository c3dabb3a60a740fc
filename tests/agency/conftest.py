"""One house for all tests of the agency API, and two agencies that call it."""

import re

import pytest

from scripts.stack import Stack

from .caller import Caller

# No word of what is inside may leave; our own addresses (/tour_loan/…) may.
INSIDE = re.compile(
    rb"traceback|odoo|psycopg|postgres|werkzeug|pydantic|sql|\.py\b|select .* from|insert into"
    rb"|serializ|savepoint|<html|<!doctype",
    re.IGNORECASE,
)


MONITOR_TOKEN = "q8Zr4mVtK1xWn7Lb0PfYc3Hd"


@pytest.fixture(scope="session")
def stack():
    with Stack("agency", settings={"TOUR_LOAN_MONITOR_TOKEN": MONITOR_TOKEN}) as running:
        # many calls a minute are what these tests are made of; one has its own limit
        running.set_agencies(requests_per_minute=0)
        yield running


@pytest.fixture(scope="session")
def callers(stack):
    """The callers by their agency's code."""
    return {
        agency["code"]: Caller(stack.url(), agency["code"], agency["secret_to_odoo"])
        for agency in stack.config["travel"]["agencies"]
    }


@pytest.fixture(scope="session")
def slon(callers):
    return callers["slon"]


@pytest.fixture(scope="session")
def parus(callers):
    return callers["parus"]


def assert_tells_nothing(answer):
    """Check that an answer is JSON and shows nothing of what is behind it."""
    assert not INSIDE.search(answer.body), answer.body[:1000]
    assert answer.status == 204 or isinstance(answer.json, dict)
    assert "set-cookie" not in {name.lower() for name in answer.headers}
