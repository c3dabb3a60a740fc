"""Every way out of the house is known, and shut in a neutralized copy.

A new use of the network fails here until it is written down: with what shuts it, and a
test of that in the addon (``test_neutralized.py``, PayU's in ``test_asking.py``).
"""

import ast

from lxml import etree

from scripts.places import ADDONS

NETWORK = {"requests", "zeep", "socket", "http", "smtplib", "urllib3", "ftplib", "websocket"}
CALLS = {"send_email", "urlopen"}
# file: what shuts it
WAYS = {
    "moyamfo_sync/protocol/channel.py": "connection.exchange",
    "moyamfo_sync/protocol/soap.py": "connection.exchange",
    "payu_connector/models/payment_provider.py": "_payu_ru_call",
    "payu_connector/protocol/limits.py": "calls nobody: urllib3 reads a header",
    "tour_loan/gateways/clamd.py": "models/staff/scan.py: scanner",
    "tour_loan/gateways/smsc.py": "tools.sms_gateway",
    "tour_loan/models/staff/connection.py": "Connection._ask",
    "tour_loan/models/staff/golive_lender.py": "GoLive._address_trouble: names only",
    "tour_loan/tools.py": "Incident._cron_certificate: our own address",
    "tour_loan/models/signing/mail.py": "Message._deliver",
    "tour_loan/models/signing/sms.py": "Message._deliver, tools.sms_gateway",
    "tour_loan/rpc/addresses.py": "Agency._post_signed",
    "tour_loan/rpc/delivery.py": "Agency._post_signed",
}


def uses_the_network(source: str) -> bool:
    """Tell whether code imports what reaches another machine, or calls Odoo's way to."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = {(node.module or "").partition(".")[0]}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = {node.func.attr} & CALLS
        else:
            continue
        if names & (NETWORK | CALLS):
            return True
    return False


def test_every_way_out_is_known():
    found = {
        str(file.relative_to(ADDONS))
        for file in ADDONS.rglob("*.py")
        if "tests" not in file.parts and uses_the_network(file.read_text())
    }
    assert found == set(WAYS)


def test_odoo_fetches_no_page_an_employee_names_in_a_note():
    data = etree.parse(ADDONS / "tour_loan" / "data" / "ir_config_parameter_data.xml")
    set_to = dict(ast.literal_eval(call.get("eval")) for call in data.iter("function"))
    assert set_to["mail.link_preview_throttle"] == "0"


def test_every_addon_can_be_neutralized():
    for models in ADDONS.glob("*/models"):  # one that only joins two others sends nothing
        assert (models.parent / "data" / "neutralize.sql").exists(), models.parent.name
