"""Passport divisions: a dozen rows of our own, and the real file where it lies."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from tests.unit.rooms import room

division = room("tour_loan", "rules").division

OWN = """code,name
990-001,МВД ПО РЕСП. ПРИМЕРИЯ
990-001,УФМС РОССИИ ПО РЕСП. ПРИМЕРИЯ
990-001,ОТДЕЛОМ ПАСПОРТНОЙ РАБОТЫ
991-002,"ГУ МВД РОССИИ ПО ПРИМЕРСКОЙ ОБЛ., Г. ПРИМЕРСК"
992-003,ПРИМЕРСКИМ РОВД
992-003,ПРИМЕРСКИМ РОВД
992-003,ТП № 4 УФМС РОССИИ ПО ПРИМЕРСКОЙ ОБЛ.
993-004,РЕЗЕРВ УВД ПРИМЕРСКОЙ ОБЛ.
993-005,РЕЗЕРВНЫМ ОВД Г. ПРИМЕРСКА
99-0006,ОВД С НЕВЕРНЫМ КОДОМ
994-007,
994-008,ОВД,ЛИШНЕЕ
""".encode()

REAL_FILE = Path(__file__).resolve().parents[3] / "../shared/data/fms_unit.csv"

# bytes, (read, kept, codes, duplicates, placeholders, malformed lines)
FILES = [pytest.param(OWN, (12, 7, 4, 1, 1, (11, 12, 13)), id="own")]
if REAL_FILE.exists():
    FILES.append(pytest.param(REAL_FILE.read_bytes(), (16567, 16555, 7492, 1, 11, ()), id="real"))


@pytest.mark.parametrize(("data", "counts"), FILES)
def test_the_file_is_read_and_what_is_left_out_is_counted(data, counts):
    found = division.parse(data)
    assert counts == (
        found.read,
        len(found.divisions),
        found.codes,
        found.duplicates,
        found.placeholders,
        found.malformed,
    )
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(("data", "counts"), FILES)
def test_what_is_kept_is_unique_and_fits_our_table(data, counts):
    found = division.parse(data).divisions
    assert len(set(found)) == len(found)
    for row in found:
        assert row.code[3] == "-"
        assert 0 < len(row.name) <= division.LONGEST_NAME
        assert row.name == row.name.strip()
        assert not row.name.startswith("РЕЗЕРВ ")
        assert row.region_code.isdigit()
        assert row.type.isdigit()


@pytest.mark.parametrize(("data", "counts"), FILES)
def test_the_date_orders_the_names_of_a_code_and_drops_none(data, counts):
    names = {}
    for row in division.parse(data).divisions:
        names.setdefault(row.code, []).append(row.name)
    for variants in names.values():
        assert division.rank(variants, None) == variants
        for year in (2001, 2010, 2024):
            ranked = division.rank(variants, date(year, 6, 1))
            assert sorted(ranked) == sorted(variants)


@pytest.mark.parametrize(
    ("issued_on", "order"),
    [
        (date(2005, 12, 31), ["РОВД", "УФМС", "МВД"]),
        (date(2006, 1, 1), ["УФМС", "МВД", "РОВД"]),
        (date(2016, 12, 31), ["УФМС", "МВД", "РОВД"]),
        (date(2017, 1, 1), ["МВД", "УФМС", "РОВД"]),
        (None, ["МВД", "УФМС", "РОВД"]),
    ],
)
def test_the_authority_of_the_time_comes_first(issued_on, order):
    names = {
        "МВД": "МВД ПО РЕСП. ПРИМЕРИЯ",
        "УФМС": "ОТДЕЛОМ УФМС РОССИИ ПО РЕСП. ПРИМЕРИЯ",
        "РОВД": "ПРИМЕРСКИМ РОВД",
    }
    assert division.rank(names.values(), issued_on) == [names[each] for each in order]


def test_a_name_of_the_migration_service_wins_over_the_ministry_in_it():
    names = ["УФМС РОССИИ, ПРИ МВД", "ОВМ ОМВД РОССИИ ПО ПРИМЕРСКОМУ РАЙОНУ"]
    assert division.rank(names, date(2020, 1, 1)) == names[::-1]


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    data = b"\xef\xbb\xbf" + OWN.replace(b"\n", b"\r\n")
    assert division.parse(data).divisions == division.parse(OWN).divisions


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "header"),
        (b"name,code\n", "header"),
        (b"<html>404</html>\n", "header"),
        ("code;name\n990-001;МВД\n".encode(), "header"),
        ("code,name\n990-001,МВД\n".encode("cp1251"), "encoding"),
        (b'code,name\n990-001,"A" B\n', "csv"),
    ],
)
def test_another_file_is_refused_with_the_reason(data, reason):
    with pytest.raises(division.DivisionFileError) as refused:
        division.parse(data)
    assert refused.value.args == (reason,)


def test_a_header_alone_is_an_empty_file():
    assert division.parse(b"code,name\n").divisions == ()


def test_region_and_type_are_in_the_code():
    row = division.Division("772-053", "ОВД ПРИМЕРНОЕ")
    assert (row.region_code, row.type) == ("77", "2")
