"""docs/accounting.md: what it shows loads, and every name in it is a name of the language."""

import re

from .conftest import PROFILE, QUESTIONS, protocol

TEXT = (PROFILE.parents[3] / "docs" / "accounting.md").read_text(encoding="utf-8")


def test_the_profile_it_shows_is_one():
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.S)
    profile = protocol.profile.read(shown, QUESTIONS)
    assert profile.name == "my lender"


def test_every_record_operation_and_format_is_told():
    for name in (*protocol.dto.RECORDS, *protocol.checks.SENDS, *protocol.checks.READS):
        assert f"`{name}`" in TEXT, name
    for words in (*protocol.forms.WORDS.values(), protocol.moments.WORDS):
        for word in words:
            assert f"`{word}`" in TEXT, word


def test_every_delivered_profile_is_told():
    for file in PROFILE.parent.glob("*.json"):
        assert f"`{file.stem}`" in TEXT
