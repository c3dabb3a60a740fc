"""``make demo``: the whole house, a table of addresses, Ctrl-C stops it."""

import fcntl
import signal
import sys
import time
from typing import TextIO

from scripts.databases import drop
from scripts.places import VAR
from scripts.postgres import Postgres
from scripts.sandbox import existing
from scripts.stack import Stack
from scripts.steps import Failure

ROLES = {
    "travel": "Travel site: choose a tour, buy it on credit",
    "phone": "The borrower's phone: the codes arrive here",
    "moyamfo": "Accounting system: decides, keeps the books",
    "payu": "PayU's payment page and desk",
}
LOOK_EVERY = 2  # seconds
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end(*_signal) -> None:
    """Begin to stop at the first signal; further ones must not disturb that."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def alone() -> TextIO:
    """Return the lock of this checkout's demonstration; a second one would take its
    database and lead it to other ports."""
    lock = (VAR / "demo.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failure(
            "a demonstration of this checkout is running. End it with Ctrl-C, or make "
            "another one in another clone"
        ) from None
    return lock


def main() -> int:
    """Run the demonstration; a failure is a sentence, not a traceback."""
    try:
        with alone():
            run()
    except Failure as failure:
        print(f"\nCannot go on: {failure}", file=sys.stderr, flush=True)
        return 1
    return 0


def run() -> None:
    """Start the demonstration and wait until it is interrupted."""
    for number in ENDING:
        signal.signal(number, end)
    if "--fresh" in sys.argv[1:]:
        postgres = Postgres()
        drop(postgres, "tour_loan_demo")
        postgres.stop()
    print("Starting ...", flush=True)
    stack = Stack("demo", keep=True)
    try:
        stack.start()
        print(table(stack), flush=True)
        while True:
            time.sleep(LOOK_EVERY)
            for sentence in stack.revive():
                print(sentence, flush=True)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
    finally:
        stack.stop()


def table(stack: Stack) -> str:
    """Return what a person needs to know now."""
    rows = [(ROLES[name], stack.url(name)) for name in ROLES if name in existing()]
    rows += [
        ("Borrower's cabinet", f"{stack.url()}/my"),
        ("Staff (login admin, password admin)", f"{stack.url()}/odoo"),
    ]
    width = max(len(title) for title, _ in rows)
    lines = [f"  {title:<{width}}  {address}" for title, address in rows]
    start = f"Begin here: {stack.url('travel')}. " if "travel" in existing() else ""
    return "\n".join(["", *lines, "", f"{start}Log: {stack.log_path}. Ctrl-C stops all."])


if __name__ == "__main__":
    sys.exit(main())
