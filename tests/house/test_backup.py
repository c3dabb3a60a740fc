"""What follows a running house, where the disks and files are not as they should be."""

import os
import stat
import subprocess
import sys

import pytest

from scripts import backup
from scripts.places import ROOT

PAPER = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "filestore"
    (folder / "01").mkdir(parents=True)
    (folder / "01" / PAPER).write_bytes(b"a paper")
    return folder


def test_a_document_is_copied_once_and_what_is_being_written_is_none(documents, tmp_path):
    (documents / "01" / f"{PAPER}.unfinished").write_bytes(b"half")
    target, seen = tmp_path / "copy", {}
    assert backup.copy_documents(documents, target, seen) == 1
    assert backup.copy_documents(documents, target, seen) == 0
    assert [file.name for file in (target / "01").iterdir()] == [PAPER]


def test_a_document_that_is_removed_meanwhile_stops_nobody(documents, tmp_path, monkeypatch):
    other = documents / "01" / PAPER.replace("7", "8")
    other.write_bytes(b"another")
    whole = backup.copy_whole

    def removed(file, target):
        if file == other:
            file.unlink()
        whole(file, target)

    monkeypatch.setattr(backup, "copy_whole", removed)
    assert backup.copy_documents(documents, tmp_path / "copy", {}) == 1
    assert [file.name for file in (tmp_path / "copy" / "01").iterdir()] == [PAPER]


def test_a_copy_that_breaks_off_leaves_nothing_under_the_name(documents, tmp_path, monkeypatch):
    def full(*_files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        backup.copy_documents(documents, tmp_path / "copy", {})
    assert not (tmp_path / "copy" / "01" / PAPER).exists()


def test_a_full_disk_ends_the_service_and_leaves_no_receiver_behind(documents, tmp_path):
    """Else the log would go on, the documents not, and nobody would know."""
    programs = tmp_path / "bin"
    programs.mkdir()
    receiver = programs / "pg_receivewal"
    receiver.write_text('#!/bin/sh\n[ "$1" = -D ] || exit 0\nexec sleep 300\n')
    receiver.chmod(receiver.stat().st_mode | stat.S_IXUSR)
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "documents").write_text("in the way: no folder can be made here")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.backup", "follow", folder, "--documents", documents],
        cwd=ROOT,
        env=os.environ | {"PG_PROGRAMS": str(programs)},
        capture_output=True,
        timeout=60,  # it waits for the receiver: who left it running would not end
        check=False,
    )
    assert done.returncode != 0
