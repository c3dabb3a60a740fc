"""Answers that are hardly true, yet may be: the borrower confirms them by a tick.

«де ла Крус» is a surname, and somebody was born in the village of «Я». A hard stop
(`identity`) is only for what cannot be true. Functions return a code from `CODES` or None;
they take normalised values.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from .regions import is_region

CODES = frozenset(
    {
        "doubt_full_name",
        "doubt_words",
        "doubt_same_names",
        "doubt_short",
        "doubt_series_year",
        "doubt_division_code",
        "doubt_issuer",
        "doubt_region",
        "doubt_house",
        "doubt_age",
        "doubt_no_income",
        "doubt_small_income",
        "doubt_big_income",
        "doubt_big_expenses",
    }
)
# Regions a division code can begin with: those of the list, and three without a list yet.
LAST_REGION = 95
OLD_AGE = 90
SMALL_INCOME = Decimal(1000)  # roubles a month
BIG_INCOME = Decimal(3_000_000)

_PATRONYMIC = re.compile(r"(вич|вна|ична|инична|оглы|оглу|кызы|гызы|улы|уулу)$", re.IGNORECASE)
_OWN_WORDS = frozenset({"оглы", "оглу", "кызы", "гызы", "улы", "уулу"})
_LETTERS = re.compile(r"[А-ЯЁа-яё]")


def surname(name: str, first_name: str = "") -> str | None:
    """Doubt a surname that holds a whole name: "Иванов Иван Иванович"."""
    words = name.split()
    if len(words) < 2:
        return None
    told = first_name.lower() and first_name.lower() in (word.lower() for word in words)
    return "doubt_full_name" if told or _PATRONYMIC.search(words[-1]) else "doubt_words"


def first_name(name: str, last_name: str = "") -> str | None:
    """Doubt a first name of several words, or one that is the surname again."""
    if last_name and name.lower() == last_name.lower():
        return "doubt_same_names"
    words = name.split()
    if len(words) < 2:
        return None
    return "doubt_full_name" if _PATRONYMIC.search(words[-1]) else "doubt_words"


def middle_name(name: str) -> str | None:
    """Doubt a patronymic of several words: "Гусейн оглы" is one name, "Иван Иванович" not."""
    return "doubt_words" if set(name.lower().split()[1:]) - _OWN_WORDS else None


def letters(text: str, fewest: int = 3) -> str | None:
    """Doubt a text with fewer Russian letters than ``fewest``."""
    return None if len(_LETTERS.findall(text)) >= fewest else "doubt_short"


def issuer(text: str) -> str | None:
    """Doubt an issuer shorter than any in the reference book: "УВД", "полиция"."""
    words = len(text.split()) > 1
    return None if words and len(text) >= 7 else "doubt_issuer"


def series_year(series: str, issued_on: date) -> str | None:
    """Doubt a series whose second half, the year its blank was printed, does not fit.

    Blanks lie for some years; none is printed after the passport was given out.
    """
    year = int(series[2:])
    printed = 1900 + year if year >= 97 else 2000 + year
    return None if issued_on.year - 5 <= printed <= issued_on.year + 1 else "doubt_series_year"


def division_code(code: str) -> str | None:
    """Doubt a code of a region that has no number so high."""
    return "doubt_division_code" if int(code[:2]) > LAST_REGION else None


def region(text: str) -> str | None:
    """Doubt a region that is none of the federation's: "Луна"."""
    return None if is_region(text) else "doubt_region"


def house(text: str) -> str | None:
    """Doubt a house without a number."""
    return None if re.search(r"[0-9]", text) else "doubt_house"


def age(birth_date: date, today: date) -> str | None:
    """Doubt a borrower of ninety: a slip in the year is likelier."""
    return "doubt_age" if today.year - birth_date.year >= OLD_AGE else None


def income(amount: Decimal, employment: str) -> str | None:
    """Doubt what a month brings: nothing to one who works, or too little, or too much."""
    if not amount:
        works = employment in ("employee", "self_employed", "entrepreneur", "pensioner")
        return "doubt_no_income" if works else None
    if amount < SMALL_INCOME:
        return "doubt_small_income"
    return "doubt_big_income" if amount > BIG_INCOME else None


def expenses(amount: Decimal, monthly_income: Decimal) -> str | None:
    """Doubt payments on loans that are more than comes in."""
    return "doubt_big_expenses" if amount > max(monthly_income, SMALL_INCOME) else None


def together(values: dict[str, Any], today: date) -> dict[str, str]:
    """Return {question: code} of what only several answers, or today, make doubtful.

    ``values``: normalised answers, sums as Decimal; what is missing is doubted by nobody.
    """
    told = {name: value for name, value in values.items() if value not in (None, False, "")}
    last, first = told.get("last_name", ""), told.get("first_name", "")
    series, issued_on = told.get("passport_series"), told.get("passport_issued_on")
    doubted = {
        "last_name": last and surname(last, first),
        "first_name": first and first_name(first, last),
        "birth_date": "birth_date" in told and age(told["birth_date"], today),
        "passport_series": series and issued_on and series_year(series, issued_on),
    }
    if "employment" in told:
        earned = told.get("income", Decimal(0))
        doubted["income"] = income(earned, told["employment"])
        doubted["expenses"] = expenses(told.get("expenses", Decimal(0)), earned)
    return {name: code for name, code in doubted.items() if code}
