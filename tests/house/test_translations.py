"""The translation files themselves: complete, sound, in line with their template.

Whether the template is in line with the code is asked in ``tests/translations``,
which needs a database.
"""

import re

import polib
import pytest

from scripts.odoo import our_addons
from scripts.translations import LANGUAGES, template_file, translation_file

PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w*\}")
TAG = re.compile(r"</?(\w+)")


@pytest.fixture(params=[(a, lang) for a in our_addons() for lang in LANGUAGES], ids="-".join)
def files(request):
    """Return the template and the translation of one addon into one language."""
    addon, language = request.param
    return polib.pofile(template_file(addon)), polib.pofile(translation_file(addon, language))


def terms(file: polib.POFile) -> set:
    """Return what is translated, with every place where it stands."""
    return {(entry.msgid, tuple(sorted(entry.occurrences))) for entry in file}


def test_the_translation_has_the_terms_of_the_template(files):
    template, translation = files
    assert terms(translation) == terms(template)


def test_every_term_is_translated_and_none_is_a_guess(files):
    _, translation = files
    assert [entry.msgid for entry in translation.untranslated_entries()] == []
    assert [entry.msgid for entry in translation.fuzzy_entries()] == []
    assert [entry.msgid for entry in translation.obsolete_entries()] == []


@pytest.mark.parametrize("marks", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_a_translation_keeps_what_is_filled_in_and_the_markup(files, marks):
    _, translation = files
    differing = [
        entry.msgid
        for entry in translation
        if sorted(marks.findall(entry.msgid)) != sorted(marks.findall(entry.msgstr))
    ]
    assert differing == []


def test_an_sms_with_a_code_warns_of_swindlers():
    texts = [
        entry.msgstr
        for entry in polib.pofile(translation_file("tour_loan", "ru"))
        if "{code}" in entry.msgid and entry.occurrences[0][0].startswith("code:")
    ]
    assert texts
    assert [text for text in texts if "Никому не сообщайте" not in text] == []
