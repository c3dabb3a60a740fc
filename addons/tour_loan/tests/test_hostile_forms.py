from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PHONE
from .common_loan import LoanHttpCommon

# Names a handler, its wrappers or Odoo might take for their own, and those of our forms.
NAMES = (
    *("self", "cls", "kw", "kwargs", "args", "values", "_values", "uid", "env", "endpoint"),
    *("application", "loan", "payment", "page", "template", "request", "agency", "text"),
    *("uuid", "secret", "step", "stage", "reference", "token", "document_id", "agency_id"),
    *("phone", "birth_date", "code", "sent", "next", "back", "actualized", "change", "late"),
    *("what", "amount", "query", "issued_on", "access_token", "document_1", "version", "name"),
    *("last_name", "passport_series", "months", "income", "confirm_last_name", "employment"),
)
VALUES = {
    "a word": "x",
    "a NUL": "a\0b",
    "very long": "1" * 900,  # under what a form may have, all names together
    "a number that is none": "²",
    "signs": "%s{0}{{x}}${y}<b>'\"\\",
    "several at once": ["1", "2"],
}
ACTIONS = ("", "send", "resend", "confirm", "take", "self")


@tagged("post_install", "-at_install")
class TestHostileForms(LoanHttpCommon):
    """Whatever a body or a query is made of, no route of ours fails over it."""

    def addresses(self):
        """Return (method, address) of every route of ours, with what exists in its place."""
        loan = self.active()
        signed = loan.application_id
        approved = self.approved()
        self.signed_in = self.logged_in(loan)
        payment = self.opened_page(self.transaction(loan))
        token = "x" * 40
        found = []
        for rule in self.env["ir.http"].routing_map().iter_rules():
            door, _code = self.env["ir.http"]._tour_loan_door(rule)
            if "tour_loan" not in rule.rule and not rule.rule.startswith(("/my/", "/moyamfo")):
                continue
            if not door.who or rule.endpoint.routing["type"] != "http":
                continue
            whose = (approved,) if "/my/applications" in rule.rule else (loan,)
            for record in (*whose, *([signed] if whose == (approved,) else [])):
                places = {
                    "uuid": record.uuid,
                    "secret": token,
                    "token": token,
                    "reference": payment.reference,
                    "document_id": approved.document_ids[-1:].id,
                    "agency_id": self.agency.id,
                    "version": token,
                    "name": "logo",
                    "step": "passport",
                    "stage": "contract",
                    "layout": "jsonl",
                }
                place = {name: places[name] for name in rule.arguments}
                address = rule.build(place)[1]
                found += [(method, address) for method in rule.methods or {"GET", "POST"}]
        return sorted(set(found))

    def token(self):
        page = self.signed_in.get("/tour_loan/login")
        return page.form().fields["csrf_token"]

    def check(self, method, address, body, **more):
        if method == "POST":
            self.signed_in.post(address, body, allow_redirects=False, **more)
        else:
            self.signed_in.get(address, params=body, allow_redirects=False)
        self.assertLess(self.signed_in.status, 500, (method, address, list(body), more))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_http")
    def test_no_name_and_no_value_of_a_field_makes_a_route_fail(self):
        addresses = self.addresses()
        self.assertGreater(len(addresses), 25)
        for method, address in addresses:
            if address == "/tour_loan/logout" or method not in ("GET", "POST"):
                continue
            token = self.token() if method == "POST" else ""
            for value in VALUES.values():
                for action in ACTIONS if method == "POST" else ("",):
                    body = {**dict.fromkeys(NAMES, value), "action": action}
                    if method == "POST":
                        body["csrf_token"] = token
                    self.check(method, address, body)

    def test_a_file_in_the_place_of_a_text_is_no_answer(self):
        application = self.opened()
        self.signed_in = self.come_back(application.borrower_id)
        for path in ("passport", "address", "work"):
            address = f"/my/applications/{application.uuid}/{path}"
            files = {name: (f"{name}.txt", b"text") for name in NAMES}
            self.check("POST", address, {"csrf_token": self.token()}, files=files)
            self.assertIn("Заполните это поле", self.signed_in.text)
        files = {"phone": ("phone.txt", PHONE.encode())}
        self.check("POST", "/tour_loan/login", {"csrf_token": self.token()}, files=files)

    def test_a_number_no_row_can_have_is_not_there(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        for address in (
            f"/my/applications/{application.uuid}/documents/{10**10}",
            f"/my/applications/{application.uuid}/documents/{10**10}/text",
            f"/tour_loan/brand/{10**10}/logo/x",
        ):
            self.assertEqual(page.get(address).status, 404, address)

    def test_logging_out_hears_nothing_of_fields(self):
        loan = self.active()
        self.signed_in = self.logged_in(loan)
        body = {**dict.fromkeys(NAMES, "x"), "csrf_token": self.token()}
        self.check("POST", "/tour_loan/logout", body)
        self.assertEqual(self.signed_in.status, 303)
