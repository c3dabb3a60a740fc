"""The disk of the files is full: the document is whole or not there, and room mends it."""

import ctypes
import hashlib
import os
import resource
import shutil
from contextlib import contextmanager

import psutil

from scripts import databases
from tests.e2e import outcome
from tests.e2e.story import wait_until

from .forms import Forms

ROOM = 16 * 1024  # bytes: less than a PDF needs


@contextmanager
def full_disk(stack):
    """Let the filestore have no room: a small disk of its own, else a limit on files.

    Mounting needs root. Without it every process of Odoo may write only the first
    kilobytes of a file: the error has another number, the cut file is the same.
    """
    store = databases.filestore(stack.database)
    aside = store.with_name(f"{store.name}.aside")
    store.mkdir(parents=True, exist_ok=True)
    size = sum(file.stat().st_size for file in store.rglob("*") if file.is_file())
    shutil.copytree(store, aside)
    if not mounted(store, 2 * size + (1 << 20)):
        shutil.rmtree(aside)
        with files_of_few_bytes(stack):
            yield
        return
    try:
        shutil.copytree(aside, store, dirs_exist_ok=True)
        room = os.statvfs(store)
        filler = store / "filler"
        with filler.open("wb") as file:
            file.write(b"x" * max(0, room.f_bavail * room.f_bsize - ROOM))
        yield
        filler.unlink()
    finally:
        found = [path for path in store.rglob("*") if path.is_file()]
        kept = {path.relative_to(store): path.read_bytes() for path in found}
        unmounted(store)
        for path, content in kept.items():
            (store / path).parent.mkdir(parents=True, exist_ok=True)
            (store / path).write_bytes(content)
        shutil.rmtree(aside)


def mounted(folder, size: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={size}".encode()
    return libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options) == 0


def unmounted(folder) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    lazily = 2  # MNT_DETACH: a worker may read a file just now
    assert libc.umount2(os.fsencode(folder), lazily) == 0, os.strerror(ctypes.get_errno())


@contextmanager
def files_of_few_bytes(stack):
    processes = [stack.odoo_pid(), *(child.pid for child in children(stack))]
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    yield
    for pid in processes:
        if psutil.pid_exists(pid):
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


def children(stack):
    return psutil.Process(stack.odoo_pid()).children(recursive=True)


def test_a_full_disk_keeps_the_borrower_waiting_and_nothing_broken(stack):
    visitor = Forms(stack).order()
    visitor.submit()
    visitor.submit(".tl-code-form", code=visitor.code())
    review = f"{'/'.join(visitor.answer.url.split('/')[:6])}/review"
    with full_disk(stack):
        visitor.follow = False
        visitor.fill_in()
        assert visitor.answer.headers.get("Refresh"), "the page waits for the documents"
        # the job met the full disk and waits
        wait_until(
            lambda: stack.sql(
                "SELECT 1 FROM queue_job WHERE method_name = '_make_stage' "
                "AND state = 'pending' AND (exc_info IS NOT NULL OR retry > 0 OR eta IS NOT NULL)"
            )
        )
        assert not broken(stack), "a file that is not what its name says"
        assert visitor.session.get(review, timeout=60).headers.get("Refresh")
    visitor.follow = True
    visitor.open(review)
    assert not broken(stack)
    seen = visitor.sandbox.last_sms_id(visitor.phone)
    visitor.submit()
    visitor.submit(".tl-code-form", code=visitor.code(seen))
    outcome.settle(stack)


def broken(stack) -> list:
    """Return the files of the store whose content is not what their name says."""
    store = databases.filestore(stack.database)
    return [
        path
        for path in store.glob("??/*")
        if len(path.name) == 40 and sha1(path.read_bytes()) != path.name
    ]


def sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
