"""docs/agency-api.md says what the code says."""

import re
from typing import get_args

from scripts import agency_guide

from .agency import rpc

GUIDE = agency_guide.GUIDE.read_text()


def test_the_guide_is_what_make_guide_writes():
    assert agency_guide.generated(GUIDE) == GUIDE, "run `make guide`"


def test_every_generated_part_stands_in_the_guide_once():
    names = [name for _, name, _ in agency_guide.BLOCK.findall(GUIDE)]
    assert sorted(names) == sorted(agency_guide.BLOCKS)


def test_a_part_that_was_changed_by_hand_is_found():
    changed = GUIDE.replace("| `application.cancel` | yes |", "| `application.cancel` | no |")
    assert changed != GUIDE
    assert agency_guide.generated(changed) == GUIDE


def test_every_error_has_its_further_data_decided_on():
    known = {error.name for error in (*rpc.errors.STANDARD, *rpc.errors.OWN)}
    assert agency_guide.DATA.keys() == known


def test_the_prose_names_every_status_and_reason_of_a_refusal():
    states = GUIDE.partition("## States")[2].partition("## Callbacks")[0]
    words = set(re.findall(r"`([a-z_]+)`", states))
    application = rpc.schemas.application
    assert {*get_args(application.Status), *get_args(application.DeclineCode)} <= words


def test_every_link_inside_the_guide_leads_to_a_heading():
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= headings
