"""Calls a minute are counted right over all workers."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import assert_tells_nothing
from .test_races import wait_until

LIMIT = 7


@pytest.fixture
def limited(parus, stack):
    stack.set_agencies("parus", requests_per_minute=LIMIT)
    yield parus
    stack.set_agencies("parus", requests_per_minute=0)


def test_exactly_the_limit_passes_and_the_rest_is_told_when_to_come_back(limited, slon, stack):
    answers = in_one_minute(limited, stack)
    refused = [answer for answer in answers if answer.status == 429]
    assert len(answers) - len(refused) == LIMIT
    assert all(answer.result for answer in answers if answer not in refused)
    for answer in refused:
        assert_tells_nothing(answer)
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert slon.call("rpc.discover").result, "another agency is not concerned"


def in_one_minute(limited, stack) -> list:
    """Return the answers to thirty calls the server counted in one minute of its clock."""
    while True:
        wait_until(lambda: stack.sql("SELECT 1 WHERE extract(second FROM now()) < 30"))
        stack.sql("DELETE FROM tour_loan_call_count")
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda _index: limited.call("rpc.discover"), range(30)))
        if stack.sql("SELECT count(*) FROM tour_loan_call_count") == [(1,)]:
            return answers


def test_calls_nobody_signed_do_not_use_up_the_agencys_limit(limited, stack):
    wait_until(lambda: stack.sql("SELECT 1 WHERE extract(second FROM now()) < 50"))
    stack.sql("DELETE FROM tour_loan_call_count")
    for _call in range(LIMIT + 3):
        assert limited.post(b"{}", **{"webhook-signature": "v1,AAAA"}).status == 401
    assert limited.call("rpc.discover").status == 200
