"""Dying at a chosen moment: who is busy is read from the database, not guessed by time."""

from contextlib import contextmanager

from tests.e2e.story import wait_until

# What hangs in a lock or on a counterparty; a page of ours does neither for so long.
BUSY = """
SELECT application_name FROM pg_stat_activity
WHERE datname = current_database() AND pid != pg_backend_pid() AND (
    wait_event_type = 'Lock'
    OR state = 'idle in transaction' AND now() - state_change > interval '0.5 s')
"""


def busy_worker(stack) -> int:
    """Return the process id of the HTTP worker that hangs, waiting until one does."""

    def busy():
        names = {f"odoo-{pid}": pid for pid in stack.workers()}
        return [names[name] for (name,) in stack.sql(BUSY) if name in names]

    return wait_until(busy)[0]


def a_worker_dies(stack) -> None:
    """Kill the worker that hangs; Odoo forks another."""
    stack.kill_worker(busy_worker(stack))


def the_server_dies(stack) -> None:
    """Kill all of Odoo while one of its workers hangs, and start it again."""
    busy_worker(stack)
    stack.kill_odoo()
    stack.start_odoo()


@contextmanager
def locked(stack, query: str, *values):
    """Hold what ``query`` locks in Odoo's database, so that a request hangs there."""
    connection = stack.postgres.connect(stack.database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
        yield
    finally:
        connection.rollback()
        connection.close()
