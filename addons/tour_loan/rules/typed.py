"""What people type, read the way they mean it."""

import re
from datetime import date

_MONTHS = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
)


def parse_date(text: str) -> date:
    """Return the date of 31.12.1990, 1.1.1990, 31/12/1990, 31121990, 1990-12-31 or
    «31 декабря 1990 г.».

    A year has four digits: of two nobody knows the century. Raises ValueError for
    anything else and for days that do not exist.
    """
    plain = " ".join(text.lower().split()).removesuffix("г.").removesuffix("года").strip()
    if match := re.fullmatch(r"(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})", plain, re.ASCII):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(
        r"(\d{1,2})[-./, ]+(\d{1,2})[-./, ]+(\d{4})|(\d{2})(\d{2})(\d{4})", plain, re.ASCII
    ):
        day, month, year = (int(part) for part in match.groups() if part)
    elif match := re.fullmatch(r"(\d{1,2}) ([а-я]+) (\d{4})", plain, re.ASCII):
        day, year = int(match[1]), int(match[3])
        month = _month(match[2])
    else:
        raise ValueError(f"not a date: {text[:40]!r}")
    return date(year, month, day)


def _month(word: str) -> int:
    for number, name in enumerate(_MONTHS, start=1):
        # «янв», «январь», «января»
        if len(word) >= 3 and (name.startswith(word) or word in (f"{name[:-1]}ь", f"{name[:-1]}й")):
            return number
    raise ValueError(f"not a month: {word[:40]!r}")
