"""Texts of table files: whatever a person typed, no program takes it for a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

harmless = room("tour_loan", "rules").cells.harmless
SIGNS = tuple("=+-@＝＋－＠")


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+7 916", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "   =1", "\u00a0=1"),
        *("\ufeff=1", '"=1"', "＝1", "\tx", "\rx", "\x00=1"),
    ],
)
def test_a_text_that_could_begin_a_formula_begins_with_an_apostrophe(text):
    assert harmless(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["Иванова-Петрова", "a=b", "ул. Ленина, д. 1-2", "10-12", "", "x@y.example", "а;б"]
)
def test_what_is_no_formula_stays_as_it_was_typed(text):
    assert harmless(text) == text


@given(st.text(alphabet="=+-@ \t\r\n;\"',xя1＝"))
def test_no_program_finds_a_formula_whatever_divides_its_cells(text):
    output = io.StringIO()
    csv.writer(output, quoting=csv.QUOTE_ALL).writerow(["a", harmless(text), "b"])
    for divider in ",;\t":
        for row in csv.reader(io.StringIO(output.getvalue(), newline=""), delimiter=divider):
            for cell in row:
                assert not cell.lstrip(' \u00a0"\t\r\n').startswith(SIGNS), (divider, cell)
