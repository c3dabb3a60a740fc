"""Dying at a chosen moment: who is busy is read from the database, not guessed by time."""

from contextlib import contextmanager

from tests.e2e.story import wait_until

SMS = "root.tour_loan_sms"
CALLBACK = "root.tour_loan_callback"
MOYAMFO = "root.moyamfo"


class WorkerDies:
    """A process that serves requests and jobs is killed; Odoo forks another."""

    @staticmethod
    def in_request(stack):
        """Kill the worker whose request hangs in a lock, and with it all the others.

        PostgreSQL does not tell which worker it is: their connections bear the name of
        the process they were forked from.
        """
        request_hangs(stack)
        for pid in stack.workers():
            stack.kill_worker(pid)

    @staticmethod
    def in_job(stack, channel):
        """Kill the worker that runs a job of ``channel``."""
        stack.kill_worker(job_hangs(stack, channel))


class ServerDies:
    """All of Odoo is killed and started again."""

    @staticmethod
    def in_request(stack):
        """Kill while a request hangs in a lock."""
        request_hangs(stack)
        stack.kill_odoo()
        stack.start_odoo()

    @staticmethod
    def in_job(stack, channel):
        """Kill while a job of ``channel`` runs."""
        job_hangs(stack, channel)
        stack.kill_odoo()
        stack.start_odoo()


def request_hangs(stack) -> None:
    """Wait until something in Odoo's database waits for a lock."""
    wait_until(
        lambda: stack.sql(
            "SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )


def job_hangs(stack, channel: str) -> int:
    """Wait until a worker is in a job of ``channel``; return its process id."""

    def busy():
        started = stack.sql(
            "SELECT worker_pid FROM queue_job WHERE state = 'started' AND channel = %s", channel
        )
        workers = stack.workers()
        return [pid for (pid,) in started if pid in workers]

    return wait_until(busy)[0]


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


def assert_no_deadlock(stack) -> None:
    """Check that PostgreSQL never had to choose a victim: all take locks in one order."""
    log = stack.log_path.read_text(errors="replace")
    assert "deadlock detected" not in log
