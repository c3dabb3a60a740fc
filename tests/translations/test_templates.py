"""The ``.pot`` files against what Odoo exports now; ``make pot`` brings them in line."""

import polib
import pytest

from scripts.odoo import our_addons
from scripts.translations import exported, template_file


@pytest.fixture(scope="module")
def fresh():
    """Return the terms of every addon as they are in the code."""
    return exported()


@pytest.mark.parametrize("addon", our_addons())
def test_the_template_has_the_terms_of_the_code(fresh, addon):
    kept, now = (
        {(entry.msgid, tuple(sorted(entry.occurrences))) for entry in file}
        for file in (polib.pofile(template_file(addon)), fresh[addon])
    )
    assert kept - now == set()
    assert now - kept == set()
