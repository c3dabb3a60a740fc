"""A running house for all tests of a run, and a browser the width of a phone."""

import pytest

from scripts.stack import Stack

from .inspector import watch
from .story import PATIENCE, PHONE_SIZE, Borrower, Sandbox

FIGURES = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def house():
    """The processes, which live as long as the run."""
    with Stack("crossing") as running:
        yield running


@pytest.fixture
def stack(house):
    """The house with everybody well, whatever became of the test before."""
    house.bring_back()
    Sandbox(house).calm()
    return house


@pytest.fixture
def sandbox(stack):
    return Sandbox(stack)


@pytest.fixture
def page(chromium, stack):  # noqa: F811 (the fixture)
    context = chromium.new_context(viewport=PHONE_SIZE, locale="ru-RU")
    context.set_default_timeout(PATIENCE)
    broken = watch(context, stack.url())
    yield context.new_page()
    context.close()
    assert not broken, f"errors of the pages' scripts: {broken}"


@pytest.fixture
def borrower(stack, page):
    """A person nobody knows yet."""
    return Borrower(stack, page)


@pytest.fixture
def figure(request):
    """Return a function that puts a line under the run's results: measured, not judged."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)
