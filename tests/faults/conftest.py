"""The house and the browser of the story, under a log of its own."""

import pytest

from scripts.stack import Stack
from tests.e2e.conftest import borrower, page, sandbox, stack  # noqa: F401 (fixtures)


@pytest.fixture(scope="session")
def house():
    with Stack("faults") as running:
        yield running
