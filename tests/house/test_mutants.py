"""What `make mutants` changes, and that its lists speak of the code as it is."""

import ast
import re

import pytest
import tomllib

from scripts import mutants, mutations, named_mutants
from scripts.places import ROOT

NAMED = [
    named_mutants.Named(**row) for row in tomllib.loads(named_mutants.FILE.read_text())["mutant"]
]
SOURCE = '''"""A module."""
import re
LIMIT = 10  # roubles

def pays(amount: "Money" = None, *, exact: bool = True) -> bool:
    """Say whether it pays."""
    if not amount or amount < LIMIT:
        raise ValueError("too little")
    for part in parts(amount, exact=exact):
        total += part
    return re.fullmatch(r"(?<!x)[0-9]{1,3}\\\\+(?:a|b)?", text(total)).group() and "да" or "yes"
'''


def valid(source=SOURCE) -> list[mutations.Mutant]:
    text = source.encode()
    return [m for m in mutations.of_file("a.py", text) if mutations.is_python(m, text)]


def changes(source=SOURCE) -> set[tuple[str, str]]:
    """Return (before, after) of all mutants of a source, with ``…`` for what is alike."""
    return {(mutant.before, mutant.after) for mutant in valid(source)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("amount < LIMIT", "amount <= LIMIT"),
        ("amount < LIMIT", "amount > LIMIT"),
        ("not amount or", "not amount and"),
        ("if not amount", "if  amount"),
        ("if not amount or amount < LIMIT", "if True"),
        ("LIMIT = 10", "LIMIT = 11"),
        ("exact: bool = True", "exact: bool = False"),
        ('raise ValueError("too little")', "pass"),
        ("total += part", "pass"),
        ("parts(amount, exact=exact)", "()"),
        ("exact=exact", ""),
        (".group()", ""),
        (') and "да"', ') or "да"'),
        ('"yes"', "'XXyes'"),
        ("(?<!x)", ""),
        ("{1,3}", ""),
        ('?"', "'"),
    ],
)
def test_a_small_wrong_change_is_among_the_mutants(before, after):
    squeezed = " ".join(after.split())
    assert any(
        before in was and (squeezed in now if squeezed else before not in now)
        for was, now in changes()
    )


def test_what_no_test_could_notice_is_left_alone():
    for was, now in changes():
        assert '"""' not in was
        assert "XXtoo little" not in now
        assert "XXMoney" not in now
        assert was != now


def test_every_mutant_is_another_python():
    original = ast.dump(ast.parse(SOURCE))
    found = valid()
    for mutant in found:
        assert ast.dump(ast.parse(mutant.applied(SOURCE.encode()))) != original
    assert len({mutant.key for mutant in found}) == len(found)


def test_a_name_survives_lines_added_above():
    moved = SOURCE.replace("LIMIT = 10", "OTHER = 1\nLIMIT = 10")
    assert {m.key for m in valid()} < {m.key for m in valid(moved)}


def test_the_sample_is_always_the_same():
    sample = mutants.mutants_of(mutants.REST)
    assert sample == mutants.mutants_of(mutants.REST)
    assert len(sample) == mutants.SAMPLE
    assert not any(mutants.is_important(mutant.file) for mutant in sample)


def test_what_is_explained_exists_and_has_a_reason():
    reasons = mutants.explained()
    assert mutants.are_true(reasons, {})
    assert all(len(why.split()) > 3 for why in reasons.values())


@pytest.mark.parametrize("mutant", NAMED, ids=lambda mutant: mutant.what)
def test_a_named_mutant_stands_in_the_code_and_its_tests_exist(mutant):
    assert (ROOT / mutant.file).read_text().count(mutant.before) == 1
    for test in mutant.tests:
        path, *names = test.split("::")
        text = (ROOT / path).read_text()
        for name in names:
            assert re.search(rf"\b(def|class) {name}\b", text), test
