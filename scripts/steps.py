"""Run the steps of the preparation: visible, timed, failing with advice."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.places import ROOT


class Failure(Exception):
    """A step failed; the text tells the person what to do next."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the title, then the seconds it took."""
    print(f"- {title} ...", flush=True)
    started = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def run(command: list[str], advice: str = "", **options) -> str:
    """Run a command in the checkout and return what it printed.

    Raises ``Failure`` with the command, the end of its output and the advice.
    """
    try:
        done = subprocess.run(
            command,
            cwd=options.pop("cwd", ROOT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **options,
        )
    except OSError as error:
        raise Failure(f"{command[0]}: {error}. {advice}") from error
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise Failure(f"`{' '.join(command)}` failed:\n{tail}\n{advice}")
    return done.stdout
