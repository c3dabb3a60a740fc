"""Is a password among the leaked ones: a look into a file too large to be read.

The file is that of haveibeenpwned.com ("Pwned Passwords", SHA-1, ordered by hash): lines
``HASH:COUNT``, forty hexadecimal digits, ascending. Nothing of a password leaves the
machine.
"""

import hashlib
import re
from pathlib import Path

DIGITS = 40
LINE = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\s*")


def is_leaked(password: str, file: str | Path) -> bool:
    """Return whether ``password`` is in ``file``; halves it some forty times.

    :raises OSError: the file cannot be read
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with open(file, "rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:  # the first line that is not before ``wanted`` begins at low or later
            middle = (low + high) // 2
            lines.seek(max(0, middle - 1))
            if middle:
                lines.readline()  # the rest of a line, or the end of the one before
            begin = lines.tell()
            line = lines.readline()
            if line and _hash(line) < wanted:
                low = begin + len(line)
            else:
                high = middle
        lines.seek(low)
        return _hash(lines.readline()) == wanted


def is_such_a_file(file: str | Path) -> bool:
    """Return whether the file looks like one of hashes in ascending order.

    :raises OSError: it cannot be read
    """
    with open(file, "rb") as lines:
        first = [lines.readline(100) for _number in range(100)]
    told = [line for line in first if line]
    hashes = [_hash(line) for line in told]
    return bool(told) and all(map(LINE.fullmatch, told)) and hashes == sorted(hashes)


def _hash(line: bytes) -> bytes:
    return line[:DIGITS].upper()
