"""The table of routes, and what docs/security.md says of it."""

import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location(
    "tour_loan_routes", ROOT / "addons/tour_loan/models/web/routes.py"
)
routes = sys.modules["tour_loan_routes"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(routes)

ODOO = "odoo.addons.web.controllers.home"
OURS = "odoo.addons.tour_loan.controllers.cabinet"


def who(rule, module=ODOO, opened=()) -> frozenset:
    return routes.door(rule, module, routes.ROUTES, opened).who


def test_what_no_table_names_is_for_staff():
    assert who("/shop") == who("/my/account") == who("/my/loans/<int:loan_id>") == routes.STAFF


def test_our_own_routes_are_ours_by_where_they_are_written():
    assert who("/my/loans/<string:uuid>", OURS) == routes.EVERYBODY
    assert who("/tour_loan/login", OURS) == routes.EVERYBODY
    # a method of ours around a route of Odoo's opens nothing
    assert who("/payment/pay", OURS) == who("/my/account", OURS) == routes.STAFF
    # nor does a name that only begins alike
    assert who("/my/loansharks", OURS) == routes.STAFF
    assert who("/tour_loan/x", "odoo.addons.tour_loan_more.controllers") == routes.STAFF


def test_doors_for_programs_are_shut_for_staff_too():
    for rule in ("/xmlrpc/<service>", "/jsonrpc", "/json/2/<path:subpath>", "/queue_job/runjob"):
        assert who(rule) == routes.NOBODY
    assert who("/web/session/authenticate") == routes.NOBODY


def test_a_setting_opens_by_name_or_by_beginning():
    opened = ("/web/version", "/json/2/*")
    assert who("/web/version", opened=opened) == routes.EVERYBODY
    assert who("/json/2/<path:subpath>", opened=opened) == routes.EVERYBODY
    assert who("/json/1/<path:subpath>", opened=opened) == routes.NOBODY
    assert who("/web/version/x", opened=opened) == routes.STAFF


def test_a_part_of_the_address_may_decide():
    door = routes.ROUTES["/web/image/<string:model>/<int:id>/<string:field>"]
    for role in (routes.PUBLIC, routes.BORROWER):
        assert door.lets_in(role, {"model": "payment.method"})
        assert not door.lets_in(role, {"model": "res.partner"})
        assert not door.lets_in(role, {})
    assert door.lets_in(routes.INTERNAL, {"model": "res.partner"})


def test_a_provider_is_known_by_its_code():
    assert routes.provider_code("/payment/payu_ru/webhook") == "payu_ru"
    for other in ("/payment/pay", "/payment/<string:code>/x", "/my/payment/x/y"):
        assert routes.provider_code(other) == ""


def test_the_document_names_each_row_and_no_other():
    text = (ROOT / "docs/security.md").read_text()
    table = text.split("### Odoo's routes", 1)[1].split("Beside the table", 1)[0]
    told = {}
    for line in table.splitlines():
        if line.startswith("| `/"):
            names, people = line.strip("| ").split(" | ")[:2]
            told |= dict.fromkeys(re.findall(r"`(/[^`]*)`", names), people)
    words = {routes.EVERYBODY: "everybody", routes.STAFF_LOGIN: "visitors, staff"}
    assert told == {rule: words[door.who] for rule, door in routes.ROUTES.items()}
