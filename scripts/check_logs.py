"""Find the entries in Odoo's logs that nobody expected: WARNING, ERROR, CRITICAL.

What is expected stands in ``log_patterns.txt`` with its reason; everything else,
from whatever logger, fails the test run.
"""

import re
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from scripts import odoo

PATTERNS = Path(__file__).with_name("log_patterns.txt")
# 2026-11-23 09:28:33,086 11129 CRITICAL database odoo.modules.module: text
LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ \d+ (WARNING|ERROR|CRITICAL) \S+ (.*)", re.DOTALL)
START = re.compile(r"^(?=\d{4}-\d\d-\d\d [\d:,]+ \d+ [A-Z]+ )", re.MULTILINE)


class Expected(NamedTuple):
    """In logs named like ``log``, entries that match ``regex`` are known, for a reason."""

    log: str
    regex: re.Pattern


def main() -> int:
    """Print the unexpected entries of all logs; return 1 if there are any.

    The folders are named on the command line; without names it is that of this lane.
    """
    expected = read_patterns()
    folders = [Path(name) for name in sys.argv[1:]] or [odoo.LOGS]
    found = 0
    for log in sorted(file for folder in folders for file in folder.glob("*.log")):
        for entry in unexpected(log, expected):
            found += 1
            print(f"{log.name}: {entry[:2000]}")
    print(f"logs: {found} unexpected warnings or errors", flush=True)
    return 1 if found else 0


def read_patterns() -> list[Expected]:
    """Return the patterns; a line is ``<log name or *> <regex>``, its reason above it."""
    expected, reason = [], False
    for line in PATTERNS.read_text().splitlines():
        if line.startswith("#"):
            reason = True
        elif line.strip():
            if not reason:
                raise ValueError(f"{PATTERNS.name}: no reason above: {line}")
            log, regex = line.split(maxsplit=1)
            expected.append(Expected(log, re.compile(regex, re.DOTALL)))
        else:
            reason = False
    return expected


def unexpected(log: Path, expected: list[Expected]) -> list[str]:
    """Return the entries of one log that are at least warnings and not expected.

    An entry goes on over the lines of its traceback or its query.
    """
    entries = START.split(log.read_text(errors="replace"))
    return [entry.rstrip() for entry in entries if is_unexpected(entry, log.stem, expected)]


def is_unexpected(entry: str, log: str, expected: list[Expected]) -> bool:
    """Tell whether an entry of the log named ``log`` is a warning nobody foresaw."""
    match = LINE.match(entry)
    return match is not None and not any(
        fnmatch(log, pattern.log) and pattern.regex.search(match[2]) for pattern in expected
    )


if __name__ == "__main__":
    sys.exit(main())
