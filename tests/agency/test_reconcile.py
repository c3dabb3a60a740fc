"""``application.list`` misses no change, however long others take to commit theirs."""

import random
import threading
import time

from .caller import order

APPLICATIONS = 20
CHANGES = 12  # of each writer
PATIENCE = 120  # seconds; any open transaction of the database cluster holds the end back


class Reader:
    """Reconciles as an agency does: page by page, then on from ``resume_cursor``."""

    def __init__(self, caller, **first):
        self.caller, self.first = caller, first
        self.cursor, self.seen, self.pages = None, {}, 0

    def read(self):
        """Read to the end of what there is now."""
        more = True
        while more:
            params = {"limit": 3, "cursor": self.cursor} if self.cursor else self.first
            page = self.caller.call("application.list", {"limit": 3, **params}).result
            self.pages += 1
            for item in page["items"]:
                known = self.seen.get(item["application_id"], -1)
                self.seen[item["application_id"]] = max(known, item["sequence"])
            assert (page["next_cursor"] is None) != (page["resume_cursor"] is None)
            more = page["next_cursor"] is not None
            self.cursor = page["next_cursor"] or page["resume_cursor"]


def test_a_reader_sees_every_change_of_writers_with_long_transactions(parus, stack):
    known = [create(parus) for _ in range(APPLICATIONS)]
    reader = Reader(parus)
    reader.read()
    failures = []
    writers = [
        threading.Thread(target=watched, args=(failures, slow_writer, stack, known, index))
        for index in range(4)
    ]
    writers += [
        threading.Thread(target=watched, args=(failures, agency_writer, parus, known))
        for _index in range(2)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        reader.read()
    for writer in writers:
        writer.join()
    assert not failures, failures
    truth = dict(
        stack.sql(
            "SELECT application.uuid, coalesce(sequence, 0) FROM tour_loan_application application "
            "JOIN tour_loan_agency agency ON agency.id = agency_id WHERE code = 'parus'"
        )
    )
    assert sum(truth.values()) > CHANGES
    deadline = time.monotonic() + PATIENCE
    while reader.seen != truth and time.monotonic() < deadline:
        reader.read()
        time.sleep(0.2)
    assert reader.seen == truth
    assert reader.pages > APPLICATIONS


def test_a_change_still_being_written_holds_its_place(parus, stack):
    """The classic loss: the earlier transaction commits after the later one was read."""
    early, late = create(parus), create(parus)
    reader = Reader(parus)
    wait_for(reader, early, 0)
    wait_for(reader, late, 0)
    connection = stack.postgres.connect(stack.database)
    with connection.cursor() as cursor:
        cursor.execute(BUMP, [early])
        assert parus.call("application.cancel", {"application_id": late, "reason": "x"}).result
        reader.read()
        assert reader.seen[early] == 0
    connection.commit()
    connection.close()
    wait_for(reader, early, 1)
    wait_for(reader, late, 1)


def test_updated_since_starts_there_and_goes_on_to_the_end(parus):
    old = create(parus)
    time.sleep(1.1)  # times have whole seconds
    fresh = create(parus)
    since = parus.call("application.get", {"application_id": fresh}).result["updated_at"]
    reader = Reader(parus, updated_since=since)
    wait_for(reader, fresh, 0)
    assert old not in reader.seen


def test_a_cursor_of_another_making_is_refused(parus):
    for cursor in ("1", "MTA0Mg", "!!", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ==", "é"):
        answer = parus.call("application.list", {"cursor": cursor})
        assert answer.error["code"] == -32602, cursor


BUMP = (
    "UPDATE tour_loan_application SET sequence = coalesce(sequence, 0) + 1, "
    "state_changed_at = now() AT TIME ZONE 'utc' WHERE uuid = %s"
)


def create(caller) -> str:
    return caller.call("application.create", order()).result["application_id"]


def wait_for(reader, application: str, sequence: int):
    deadline = time.monotonic() + PATIENCE
    while reader.seen.get(application) != sequence:
        assert time.monotonic() < deadline, (application, sequence, reader.seen)
        reader.read()
        time.sleep(0.1)


def slow_writer(stack, known: list[str], index: int):
    """Change applications in transactions that stay open for a while, all overlapping."""
    mine = known[index::4]  # rows of its own: rivals would only wait for each other
    chance = random.Random(index)
    connection = stack.postgres.connect(stack.database)
    for _change in range(CHANGES):
        with connection.cursor() as cursor:
            cursor.execute(BUMP, [chance.choice(mine)])
            time.sleep(chance.uniform(0, 1))
        connection.commit()
    connection.close()


def agency_writer(caller, known: list[str]):
    """Make and cancel applications by the API meanwhile."""
    for _change in range(CHANGES):
        made = create(caller)
        assert caller.call("application.cancel", {"application_id": made, "reason": "x"}).result


def watched(failures: list, writer, *arguments):
    try:
        writer(*arguments)
    except Exception as failure:
        failures.append(failure)
