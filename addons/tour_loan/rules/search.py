"""One search for all that a person on the phone says: number, phone, name, e-mail.

A record keeps ``words`` of what it is found by; what is typed becomes ``prefixes``, each of
which has to begin one of those words. Letters are small, ё is е, a phone is its digits.
"""

import re
import unicodedata
from collections.abc import Iterable

LEAST_DIGITS = 4
"""So many last digits of a phone find it; fewer would find everybody."""

_PARTS = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
# a phone as people write it: at least seven digits with what stands between them
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[\s().–—-]*\d){6,14}(?!\w)")
_MOST_WORDS = 12


def fold(text: str) -> str:
    """Return ``text`` in small letters, ё as е, forms of the same letter made one."""
    plain = unicodedata.normalize("NFKC", re.sub("[№\0]", " ", text))
    return plain.lower().replace("ё", "е")


def words(texts: Iterable[str | None], phones: Iterable[str | None] = ()) -> list[str]:
    """Return the words a record with these texts and phones is found by, sorted."""
    found = set()
    for text in filter(None, texts):
        for word in fold(text).split():
            found.add(word)
            parts = _PARTS.findall(word)
            found.update(parts)
            found.update(part.lstrip("0") for part in parts if part.isdigit())
            for digits in _DIGITS.findall(word):
                found.update(_endings(digits))
    for phone in filter(None, phones):
        found.update(_endings(national(phone)))
    return sorted(found - {""})


def national(phone: str) -> str:
    """Return the digits of a phone without the country: 8…, +7… and 7… are one phone."""
    digits = "".join(_DIGITS.findall(fold(phone)))
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits


def prefixes(typed: str) -> list[list[str]]:
    """Return the ways to read ``typed``: of one of them every prefix has to be found.

    A row of digits may be a phone, with its 8 or +7, or a number of an order.
    """
    text = fold(typed)
    ways = [_words_of(text)]
    as_phone = _PHONE.sub(lambda match: f" {national(match[0])} ", text)
    ways.append(_words_of(as_phone))
    bare = re.sub(r"[\s+().–—-]", "", text)
    if bare.isdigit() and len(bare) >= LEAST_DIGITS:
        ways.append([national(bare)])
        if bare[0] in "78":
            ways.append([bare[1:]])  # the beginning of a phone, not all of it
    unique = list(dict.fromkeys(tuple(way) for way in ways if way))
    return [list(way) for way in unique]


def _words_of(text: str) -> list[str]:
    stripped = (word.strip(".,;:!?()«»\"'№#") for word in text.split())
    return [word for word in stripped if word][:_MOST_WORDS]


def _endings(digits: str) -> list[str]:
    """Return the endings of a row of digits, from all of it to the last four."""
    return [digits[start:] for start in range(len(digits) - LEAST_DIGITS + 1)][:20]
