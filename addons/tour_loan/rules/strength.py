"""How hard a secret is to guess, as far as its letters tell.

An estimate from above: what looks random may still be known to somebody. It finds what
people leave or type in a hurry: nothing, a word, a keyboard's row, one block repeated.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

# What stands in examples and in a hurry's first idea; compared without case and marks.
COMMON = (
    *("password", "passwd", "secret", "changeme", "change", "example", "default", "sandbox"),
    *("demo", "test", "admin", "root", "odoo", "tourloan", "token", "qwerty", "asdfgh", "zxcvbn"),
    *("letmein", "пароль", "секрет", "йцукен"),
)
_REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)


def bits(secret: str) -> float:
    """Return about how many bits of chance the text can hold, at the most.

    The entropy of its letters, or that of the steps between them if it is less (a row of an
    alphabet has one step), of the text without its repetitions.
    """
    once = _REPEATED.sub(r"\1", secret)
    plain = re.sub(r"[\W_]", "", once).casefold()
    for word in COMMON:
        plain = plain.replace(word, "")
    known = len(re.sub(r"[\W_]", "", once)) - len(plain)
    steps = [ord(after) - ord(before) for before, after in zip(once, once[1:], strict=False)]
    each = min(_entropy(once), _entropy(steps)) if len(once) > 1 else 0.0
    return each * max(0, len(once) - known)


def weakness(secret: str, length: int, least_bits: float) -> str:
    """Return ``empty``, ``short``, ``guessable``, or nothing if there is nothing to say.

    :param length: bytes it must have
    :param least_bits: what ``bits`` must find
    """
    if not secret:
        return "empty"
    if len(secret.encode()) < length:
        return "short"
    return "guessable" if bits(secret) < least_bits else ""


def _entropy(letters: Sequence[object]) -> float:
    """Return Shannon's entropy of a text in bits a letter."""
    if not letters:
        return 0.0
    counts, total = Counter(letters).values(), len(letters)
    return -sum(count / total * math.log2(count / total) for count in counts)
