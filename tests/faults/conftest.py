"""The house and the browser of the story, under a log of its own."""

import pytest

from scripts.stack import Stack
from tests.e2e.conftest import borrower, page, sandbox, stack  # noqa: F401 (fixtures)

# Odoo's doors for programs, which a server may open: passwords are tried there too.
PROGRAMS = "/xmlrpc/2/<service> /jsonrpc /json/2/* /web/session/authenticate"


@pytest.fixture(scope="session")
def house():
    with Stack("faults", settings={"TOUR_LOAN_OPEN_ROUTES": PROGRAMS}) as running:
        yield running
