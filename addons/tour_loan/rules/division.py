"""Passport divisions: who issued a passport, by the division code.

Source: the open file `fms_unit.csv` of github.com/hflabs/fms-unit (compiled by
DaData.ru, CC BY-SA 4.0), UTF-8, header `code,name`. Three codes of four have
several names, and no list is complete: names are offered, never taken silently.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

HEADER = ["code", "name"]
LONGEST_NAME = 256

_CODE = re.compile(r"[0-9]{3}-[0-9]{3}")
_PLACEHOLDER = re.compile(r"РЕЗЕРВ\b")
# Names tell their era: police (ОВД, РОВД, УВД) before 2006, the migration
# service (УФМС) 2006 to 2016, then the ministry (МВД) itself.
_MIGRATION = re.compile(r"ФМС")
_MINISTRY = re.compile(r"МВД|ОВМ\b")
_POLICE_ERA, _MIGRATION_ERA, _MINISTRY_ERA = range(3)


class DivisionFileError(ValueError):
    """The file is not the expected one; `args[0]` is `encoding`, `header` or `csv`."""


@dataclass(frozen=True, slots=True)
class Division:
    """One name of a division code, in the instrumental case as passports have it."""

    code: str
    name: str

    @property
    def region_code(self) -> str:
        """First two digits: the region (as in DaData's `fms_unit`)."""
        return self.code[:2]

    @property
    def type(self) -> str:
        """Third digit: 0 migration service, 1 region, 2 district, 3 police station."""
        return self.code[2]


@dataclass(frozen=True, slots=True)
class DivisionFile:
    """What a file held: the rows to keep, how many were left out, and its SHA-256."""

    divisions: tuple[Division, ...]
    read: int
    duplicates: int
    placeholders: int
    malformed: tuple[int, ...]
    """Line numbers of rows without a proper code or name."""
    sha256: str

    @property
    def codes(self) -> int:
        """How many different codes are kept."""
        return len({division.code for division in self.divisions})


def parse(data: bytes) -> DivisionFile:
    """Return the divisions of the file's bytes, in its order.

    Left out and counted: exact duplicates, placeholders «РЕЗЕРВ …», malformed
    rows. Raises DivisionFileError when the bytes are not UTF-8, not CSV, or have
    another header.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DivisionFileError("encoding") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    kept: dict[Division, None] = {}
    read = duplicates = placeholders = 0
    malformed = []
    try:
        if next(reader, None) != HEADER:
            raise DivisionFileError("header")
        for row in reader:
            if not row:
                continue
            read += 1
            division = _division(row)
            if division is None:
                malformed.append(reader.line_num)
            elif _PLACEHOLDER.match(division.name):
                placeholders += 1
            elif division in kept:
                duplicates += 1
            else:
                kept[division] = None
    except csv.Error as error:
        raise DivisionFileError("csv") from error
    return DivisionFile(
        tuple(kept),
        read,
        duplicates,
        placeholders,
        tuple(malformed),
        hashlib.sha256(data).hexdigest(),
    )


def rank(names: Iterable[str], issued_on: date | None) -> list[str]:
    """Return the names of a code, those of the issue date's era first.

    The date only orders: old blanks and late renamings make every variant
    possible, so none is dropped. Without a date the order stays.
    """
    if issued_on is None:
        return list(names)
    era = _era_of_date(issued_on)
    return sorted(names, key=lambda name: abs(_era_of_name(name) - era))


def _division(row: list[str]) -> Division | None:
    if len(row) != len(HEADER):
        return None
    code, name = (" ".join(cell.split()) for cell in row)
    if not _CODE.fullmatch(code) or not 0 < len(name) <= LONGEST_NAME:
        return None
    return Division(code, name)


def _era_of_date(issued_on: date) -> int:
    if issued_on.year < 2006:
        return _POLICE_ERA
    return _MIGRATION_ERA if issued_on.year < 2017 else _MINISTRY_ERA


def _era_of_name(name: str) -> int:
    if _MIGRATION.search(name):
        return _MIGRATION_ERA
    return _MINISTRY_ERA if _MINISTRY.search(name) else _POLICE_ERA
