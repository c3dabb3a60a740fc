"""``make pot``: write the terms of our addons anew, bring the translations in line.

``i18n/<addon>.pot`` is what Odoo exports from the ready database: terms of the code,
pages, fields, selections, menus and records. ``i18n/ru.po`` keeps its translations by
their English text; terms that are gone are dropped, new ones are left empty and shown.
"""

import copy
import os
import re
import sys
import tempfile
from pathlib import Path

import polib

from scripts import databases, odoo
from scripts.places import ADDONS, ROOT
from scripts.postgres import Postgres

EXPORT = ROOT / "scripts" / "export_terms.py"
LANGUAGES = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
}
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def main() -> int:
    """Write the files; return 1 when a term waits for its translation."""
    missing = 0
    for addon, template in exported().items():
        template.save(str(template_file(addon)))
        for language in LANGUAGES:
            file = translation_file(addon, language)
            translated = merged(template, polib.pofile(file) if file.exists() else [], language)
            translated.save(str(file))
            empty = translated.untranslated_entries()
            missing += len(empty)
            print(f"{addon} {language}: {len(translated)} terms, {len(empty)} untranslated")
            for entry in empty:
                print(f"  {entry.msgid!r} ({entry.occurrences[0][0]})")
    return 1 if missing else 0


def template_file(addon: str) -> Path:
    """Return the file with the English terms of an addon."""
    return ADDONS / addon / "i18n" / f"{addon}.pot"


def translation_file(addon: str, language: str) -> Path:
    """Return the file with the translations of an addon into a language."""
    return ADDONS / addon / "i18n" / f"{language}.po"


def exported() -> dict[str, polib.POFile]:
    """Return the terms of every addon of ours, from a copy of the ready database."""
    addons = odoo.our_addons()
    postgres = Postgres()
    database = f"tour_loan_terms_{os.getpid()}"
    try:
        databases.copy(postgres, databases.ready_template(postgres), database)
        with tempfile.TemporaryDirectory() as folder:
            more = {"TOUR_LOAN_TERMS_OF": ",".join(addons), "TOUR_LOAN_TERMS_FOLDER": folder}
            databases.run_script(postgres, database, EXPORT, **more)
            templates = {addon: polib.pofile(f"{folder}/{addon}.pot") for addon in addons}
    finally:
        databases.drop(postgres, database)
        postgres.stop()
    for template in templates.values():
        # the dates would make every export differ from the one before
        template.metadata.pop("POT-Creation-Date", None)
        template.metadata.pop("PO-Revision-Date", None)
    return templates


def merged(template: polib.POFile, known, language: str) -> polib.POFile:
    """Return the translation file: the terms of the template, what is known of them.

    A term in Russian is its own translation: the lender's documents are written so.
    """
    words = {entry.msgid: entry.msgstr for entry in known if not entry.obsolete}
    translated = copy.deepcopy(template)
    translated.metadata |= {"Language": language, "Plural-Forms": LANGUAGES[language]}
    for entry in translated:
        is_russian = language == "ru" and CYRILLIC.search(entry.msgid)
        entry.msgstr = words.get(entry.msgid) or (entry.msgid if is_russian else "")
    return translated


if __name__ == "__main__":
    sys.exit(main())
