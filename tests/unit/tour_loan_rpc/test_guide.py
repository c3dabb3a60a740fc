"""docs/agency-api.md says what the code says."""

import re
from datetime import date
from decimal import Decimal
from typing import get_args

from scripts import agency_guide
from tests.unit.rooms import room

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
    assert {*get_args(application.State), *get_args(application.DeclineCode)} <= words


def test_every_link_inside_the_guide_leads_to_a_heading():
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= headings


def test_the_psk_of_every_example_fits_its_flows():
    """By the law's formula, from what stands in the example itself."""
    rules = room("tour_loan", "rules")
    issued_on = date(2026, 6, 1)  # the day the examples are told of
    examples = rpc.examples
    preview = examples.PREVIEW
    loan = Decimal(examples.QUOTE["amount"]["amount"])
    payment = Decimal(preview["monthly_payment"]["amount"])
    days = [rules.months.anniversary(issued_on, n + 1) for n in range(preview["months"])]
    flows = [(issued_on, -loan), *((day, payment) for day in days)]
    assert f"{rules.psk.full_cost(flows).percent:.3f}" == preview["psk"]
    assert payment * len(days) - loan == Decimal(preview["overpayment"]["amount"])

    offer = examples.CALLBACK["data"]["offer"]
    loan = Decimal(offer["amount"]["amount"])
    flows = [(issued_on, -loan)]
    rest = loan
    for line in offer["schedule"]:
        amount, principal, interest = (
            Decimal(line[name]["amount"]) for name in ("amount", "principal", "interest")
        )
        assert amount == principal + interest
        rest -= principal
        assert rest == Decimal(line["rest"]["amount"])
        flows.append((date.fromisoformat(line["due_on"]), amount))
    assert rest == 0
    cost = rules.psk.full_cost(flows)
    assert f"{cost.percent:.3f}" == offer["psk"]
    assert cost.amount == Decimal(offer["psk_amount"]["amount"])
    asked = Decimal(examples.CALLBACK["data"]["amount"]["amount"])
    assert asked - loan == Decimal(offer["shortfall"]["amount"])


def test_the_items_of_the_example_add_up_to_its_price():
    order = rpc.examples.CREATE["order"]
    total = sum(Decimal(item["price"]["amount"]) for item in order["items"])
    assert total == Decimal(order["price"]["amount"])


def test_the_guide_says_what_an_agency_has_to_know_before_it_begins():
    for words in (
        "`customer.passport.series`",
        "`customer.registration_address`",
        "`customer.consent.given_at`",
        "`customer.consent.ip`",
        "`customer.consent.text_version`",
        "`transfer`",
        "Without `months`",
        "test agency",
        "firewall",
        "Before you take the advance",
        "283-ФЗ",
        "agency_receiver.py",
        "agency_receiver.php",
    ):
        assert words in GUIDE, words


def test_the_agencys_own_pages_never_call_the_loan_an_instalment_service():
    for page in (agency_guide.ROOT / "tests" / "sandbox" / "templates" / "travel").iterdir():
        assert "рассрочк" not in page.read_text().lower(), page.name
