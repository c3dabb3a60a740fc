"""What git is asked to keep: subjects that fit and say their area, hooks that run our checks."""

import re

import pytest
import yaml

from scripts import commit_message
from scripts.places import ROOT


@pytest.mark.parametrize(
    "message",
    [
        "[tests] a rule is tried\n\nBecause.\n",
        "[tour_loan] a term is marked\n# a comment of git's",
        "Merge branch 'integration' into speed",
        f"[docs] {'x' * 65}",
    ],
)
def test_a_good_message_passes(message):
    assert commit_message.faults(message) == []


@pytest.mark.parametrize(
    "message",
    ["", "a rule is tried", f"[docs] {'x' * 66}", "[tests] a rule\nand at once why", "[tests]"],
)
def test_a_bad_one_is_told_why(message):
    assert commit_message.faults(message)


def test_the_hooks_are_what_the_makefile_makes():
    hooks = {
        hook["id"]: hook
        for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
        for hook in repo["hooks"]
    }
    assert hooks["check"]["entry"] == "make check"
    assert re.search(r"^check:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert hooks["commit-message"]["stages"] == ["commit-msg"]
    assert all(hook["language"] == "system" for hook in hooks.values()), "nothing is downloaded"
