"""The server's disk is gone: what is restored is what was there, money, signatures, papers."""

from datetime import UTC, datetime

import pytest

from scripts import backup, databases
from scripts.restore_drill import (
    Restored,
    drill,
    empty_place,
    following,
    programs_of,
    server_programs,
)
from tests.e2e.story import wait_until

from .forms import Forms

CODE_FORM = ".tl-code-form"

SENT = (
    "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'pg_receivewal' "
    "AND flush_lsn >= pg_current_wal_flush_lsn()"
)


@pytest.fixture(scope="module")
def copy(house, tmp_path_factory):
    """Return the folder of a backup that followed while people worked, until the end."""
    folder = tmp_path_factory.mktemp("backup")
    documents = databases.filestore(house.database)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in programs_of(house.postgres).items():
            patch.setenv(name, value)
        with following(folder, house.postgres, documents):
            backup.take(folder, house.database)
            for phone in ("+79031112233", "+79031112234"):
                forms = Forms(house, phone).order()
                forms.submit()
                forms.submit(CODE_FORM, code=forms.code())
            house.stop_odoo()
            wait_until(lambda: house.postgres.execute(SENT) == [(1,)])
            house.take_database_away()
        house.bring_database_back()
        yield folder
    house.bring_back()


def test_nothing_is_lost_and_every_chain_of_evidence_holds(house, copy):
    done = drill(copy, house.postgres, house.database)
    assert done.whole, done.told()
    assert done.documents > 2
    signed = "SELECT count(*) FROM tour_loan_signature"
    assert house.sql(signed)[0][0] >= 2


def test_the_drill_notices_what_is_missing(house, copy):
    house.sql("INSERT INTO ir_attachment (name, type) VALUES ('later', 'url')")
    (paper, *_) = (copy / "documents").glob("*/*")
    whole = paper.read_bytes()
    paper.write_bytes(whole[:-1])
    try:
        done = drill(copy, house.postgres, house.database)
    finally:
        paper.write_bytes(whole)
    assert list(done.lost) == ["ir_attachment"] and not done.whole
    assert done.missing == [f"{paper.parent.name}/{paper.name}"]


def test_a_moment_before_a_mistake_comes_back(house, copy):
    """The way back from an upgrade that went wrong."""
    # the log after the restart of the server, into the same place
    with following(copy, house.postgres, databases.filestore(house.database)):
        before = datetime.now(UTC)
        house.sql("CREATE TABLE a_mistake AS SELECT 1")
        wait_until(lambda: house.postgres.execute(SENT) == [(1,)])
    with empty_place() as base:
        backup.restore(copy, base / "data", base / "documents", before)
        restored = Restored(base / "data", *server_programs(house.postgres))
        try:
            found = restored.execute("SELECT to_regclass('a_mistake')", database=house.database)
            assert found == [(None,)]
        finally:
            restored.stop()


def test_nothing_is_restored_over_anything(tmp_path, copy):
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(backup.BackupFailure, match="not empty"):
        backup.restore(copy, tmp_path, tmp_path / "documents")
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_backup_with_a_broken_file_is_none(tmp_path, copy):
    (base,) = (copy / "base").iterdir()
    victim = base / "global" / "pg_control"
    whole = victim.read_bytes()
    victim.write_bytes(bytes(len(whole)))
    try:
        with pytest.raises(backup.BackupFailure, match="pg_control"):
            backup.restore(copy, tmp_path / "data", tmp_path / "documents")
    finally:
        victim.write_bytes(whole)


def test_a_moment_without_its_zone_is_asked_about(tmp_path, copy):
    with pytest.raises(backup.BackupFailure, match="which time zone"):
        backup.restore(copy, tmp_path / "data", tmp_path / "docs", datetime(2026, 12, 1))  # noqa: DTZ001


def test_a_time_before_the_first_backup_is_none(tmp_path, copy):
    with pytest.raises(backup.BackupFailure, match="no base backup"):
        backup.restore(copy, tmp_path / "data", tmp_path / "docs", datetime(2020, 1, 1, tzinfo=UTC))


def test_what_is_restored_starts_beside_the_living_original(house, copy):
    """The original's socket lies in its data, and so does the lock that names its process."""
    with following(copy, house.postgres, databases.filestore(house.database)):
        base = backup.take(copy, house.database)
        assert list(base.glob(".s.PGSQL.*")), "nothing would keep it out"
    with empty_place() as place:
        assert backup.restore(copy, place / "data", place / "documents") == base
        restored = Restored(place / "data", *server_programs(house.postgres))
        try:
            assert restored.databases(house.database) == [house.database]
        finally:
            restored.stop()
