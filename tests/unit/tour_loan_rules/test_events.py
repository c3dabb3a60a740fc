"""The chain over events and the lines they leave the house by, as an expert reads them."""

import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

events = room("tour_loan", "rules").events
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def row(**changes):
    empty = dict.fromkeys(events.FIELDS)
    told = {"id": 7, "at": "2026-12-01T08:00:00.000001Z", "kind": "read", "uid": 2, "borrower": 5}
    return {**empty, "number": None, "hash": None, **told, **changes}


def chain(*rows):
    previous, done = events.GENESIS, []
    for number, one in enumerate(rows, 1):
        previous = events.link(one, number, previous)
        done.append({**one, "number": number, "hash": previous})
    return done


def test_an_expert_computes_the_hash_with_the_standard_library():
    [one] = chain(row(login="мария", reason='по "обращению"'))
    told = {name: one[name] for name in one if name not in ("number", "hash")}
    told |= {"number": 1, "previous": ""}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == one["hash"]


@pytest.mark.parametrize("name", [name for name in events.FIELDS if name != "id"])
def test_no_field_is_changed_unseen(name):
    rows = chain(row(id=1), row(id=2), row(id=3))
    assert events.broken_at(rows, 0, "") is None
    rows[1][name] = "forged"
    assert events.broken_at(rows, 0, "") == 2


@pytest.mark.parametrize("gone", [0, 1])
def test_no_row_is_taken_away_unseen(gone):
    rows = chain(row(id=1), row(id=2), row(id=3))
    del rows[gone]
    assert events.broken_at(rows, 0, "") == gone + 1


def test_two_rows_do_not_change_places():
    rows = chain(row(id=1), row(id=2))
    assert events.broken_at([rows[1], rows[0]], 0, "") == 1


def test_a_chain_that_was_cut_goes_on_from_the_cut():
    rows = chain(row(id=1), row(id=2), row(id=3))
    assert events.broken_at(rows[1:], 1, rows[0]["hash"]) is None
    assert events.broken_at(rows[1:], 1, "another") == 2


@given(TEXT, TEXT)
def test_a_line_of_json_is_one_line_and_gives_back_what_was_told(login, note):
    line = events.json_line(row(login=login, note=note))
    assert "\n" not in line and "\r" not in line
    told = json.loads(line)
    assert told.get("login", "") == login and told.get("note", "") == note
    assert "hash" not in told


# A value of an extension ends where the next key begins; what is escaped is no end.
KEYS = re.compile(r"(?:^|(?<= ))([A-Za-z0-9]+)=")


@given(TEXT, TEXT)
def test_a_line_of_cef_is_read_back_whatever_people_typed(login, note):
    line = events.cef_line(row(login=login, note=note, address="10.0.0.7"))
    assert "\n" not in line and "\r" not in line
    head = re.split(r"(?<!\\)\|", line)
    assert head[:6] == ["CEF:0", "Tour Loan", "tour_loan", "1", "read", "Personal data read"]
    assert f"suser={escaped(login)} src=" in line or not login
    assert line.endswith(f"msg={escaped(note)}") or not note


def escaped(text):
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")


def test_cef_tells_how_grave_it_is_and_whose_data_it_was():
    line = events.cef_line(row(kind="shown", model="tour_loan.application", records="5, 9"))
    assert "|shown|Masked data shown|5|" in line
    assert "duser=borrower 5 " in line
    assert "cs2=tour_loan.application 5, 9 cs2Label=records" in line


def test_every_field_has_its_key_of_cef():
    told = row(
        **{"login": "olga", "address": "10.0.0.7", "door": "/web", "way": "form", "count": 2},
        **{"reason": "asked", "names": "phone", "model": "m", "records": "5", "note": "n"},
        hash="abc",
    )
    extension = events.cef_line(told).split("|", 7)[7]
    assert extension == (
        "rt=2026-12-01T08:00:00.000001Z externalId=7 suid=2 suser=olga src=10.0.0.7 request=/web "
        "act=form duser=borrower 5 cnt=2 reason=asked cs1=phone cs1Label=fields cs2=m 5 "
        "cs2Label=records cs3=abc cs3Label=hash msg=n"
    )


def test_kinds_are_words_and_grave_from_0_to_10():
    for kind, (words, grave) in events.KINDS.items():
        assert re.fullmatch("[a-z_]+", kind) and words[0].isupper() and 0 <= grave <= 10
