import csv
import io
import json
from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from lxml import etree
from openpyxl import load_workbook

from odoo import fields, http
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import TourLoanHttpCommon

FIGURES = ("offer_amount", "payout_amount", "refunded_amount", "settlement_difference")
COLUMNS = ["agency_id", "order_number", *FIGURES]


@tagged("post_install", "-at_install")
class TestSettlement(TourLoanHttpCommon):
    """The register of what was booked, paid and returned, per agency and period."""

    def committed(self, amount="100000.10", **values):
        return self.application_in(
            "committed",
            offer_amount=float(amount),
            offer_valid_until=fields.Datetime.now(),
            **values,
        )

    def funded(self, amount="100000.10", paid=None, on=None, **values):
        application = self.committed(amount, **values)
        payout = {
            "amount": Decimal(paid or amount),
            "paid_on": on or fields.Date.today(),
            "payment_order": "118",
        }
        application._accounting_update({"status": "funded", "payout": payout})
        return application

    def refund(self, application, amount=None, verdict="accepted"):
        params = {"application_id": application.uuid, "document_numbers": ["ВЗ-1"]}
        if amount:
            params["amount"] = {"amount": amount, "currency": "RUB"}
        self.assertIn("result", self.rpc("application.tour_refund", params))
        application.claim_ids.sorted("id")[-1]._answered(verdict)

    def figures(self, application) -> list:
        return [str(application._exact(application[name])) for name in FIGURES]

    def register(self, *filters):
        """Return the rows of the register with some of its filters pressed."""
        action = self.env.ref("tour_loan.settlement_action")
        domain = Domain(safe_eval(action.domain))
        view = self.env["tour_loan.application"].get_view(
            self.env.ref("tour_loan.settlement_view_search").id, "search"
        )
        for name in filters:
            [pressed] = self.arch(view).xpath(f"//filter[@name='{name}']/@domain")
            domain &= Domain(self.evaluated(pressed))
        return self.env["tour_loan.application"].search(domain)

    def arch(self, view):
        return etree.fromstring(view["arch"])

    def evaluated(self, domain):
        """Evaluate a domain with what the browser knows."""
        return safe_eval(
            domain, {"context_today": fields.Date.today, "relativedelta": relativedelta}
        )

    # --- figures ---

    def test_what_was_committed_is_to_be_paid(self):
        self.assertEqual(self.figures(self.committed()), ["100000.10", "0.00", "0.00", "0.00"])

    def test_what_was_paid_in_full_leaves_no_difference(self):
        self.assertEqual(self.figures(self.funded()), ["100000.10", "100000.10", "0.00", "0.00"])

    def test_what_was_paid_short_or_over_is_the_difference(self):
        self.assertEqual(self.figures(self.funded(paid="66666.70"))[3], "33333.40")
        self.assertEqual(self.figures(self.funded(paid="100000.20"))[3], "-0.10")

    def test_returns_count_once_the_lender_accepts_them(self):
        application = self.funded()
        self.refund(application, "33333.40")
        self.assertEqual(self.figures(application), ["100000.10", "100000.10", "33333.40", "0.00"])
        self.refund(application, "10000.00", verdict="refused")
        self.assertEqual(self.figures(application)[2], "33333.40")
        self.refund(application)  # the rest
        self.assertEqual(self.figures(application)[2], "100000.10")

    def test_an_order_cancelled_after_the_commit_leaves_the_register(self):
        application = self.committed()
        self.assertIn(application, self.register())
        self.rpc("application.cancel", {"application_id": application.uuid, "reason": "Нет"})
        application._accounting_update({"status": "cancelled"})
        self.assertEqual(application.state, "cancelled")
        self.assertNotIn(application, self.register())

    def test_what_was_annulled_after_the_payment_stays(self):
        application = self.funded()
        application._accounting_update({"status": "annulled"})
        self.assertIn(application, self.register())
        self.assertEqual(self.figures(application)[1], "100000.10")

    # --- the register ---

    def test_filters_of_period_and_of_differences(self):
        today = fields.Date.today()
        last_month = today.replace(day=1) - timedelta(days=1)
        now, before = self.funded(), self.funded(on=last_month)
        older = self.funded(on=last_month.replace(day=1) - timedelta(days=1))
        waiting, short = self.committed(), self.funded(paid="1.00")
        returned = self.funded()
        self.refund(returned)
        test = self.funded(test=True)
        ours = now | before | older | waiting | short | returned | test
        for name, rows in (
            ("this_month", now | short | returned | test),
            ("last_month", before),
            ("not_paid", waiting),
            ("differences", short),
            ("returned", returned),
            ("no_tests", ours - test),
        ):
            self.assertEqual(self.register(name) & ours, rows, name)

    def test_the_button_of_an_agency_opens_its_own_rows(self):
        view = self.env.ref("tour_loan.agency_view_form")
        [context] = self.arch({"arch": view.arch}).xpath(
            f"//button[@name='{self.env.ref('tour_loan.settlement_action').id}']/@context"
            " | //button[contains(@name, 'settlement_action')]/@context"
        )
        self.assertIn("search_default_agency_id", context)
        search = self.env["tour_loan.application"].get_view(
            self.env.ref("tour_loan.settlement_action").search_view_id.id, "search"
        )
        self.assertTrue(self.arch(search).xpath("//search/field[@name='agency_id']"))

    # --- export ---

    def test_odoos_own_export_gives_sums_to_the_kopeck(self):
        new_test_user(
            self.env, "booker", "tour_loan.tour_loan_group_manager", password="booker-booker"
        )
        rows = self.funded(paid="66666.70") | self.funded("0.30", paid="0.10")
        self.refund(rows[0], "0.07")
        self.authenticate("booker", "booker-booker")
        request = {
            "model": "tour_loan.application",
            "fields": [
                {
                    "name": name,
                    "label": name,
                    "type": self.env["tour_loan.application"]._fields[name].type,
                    "store": True,
                }
                for name in COLUMNS
            ],
            "ids": rows.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
        }
        files = {}
        for kind in ("csv", "xlsx"):
            answer = self.url_open(
                f"/web/export/{kind}",
                data={"data": json.dumps(request), "csrf_token": http.Request.csrf_token(self)},
            )
            self.assertEqual(answer.status_code, 200)
            files[kind] = answer.content
        table = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
        sheet = load_workbook(io.BytesIO(files["xlsx"])).active
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        expected = {row.order_number: self.figures(row) for row in rows}
        self.assertEqual(expected[rows[0].order_number][1:], ["66666.70", "0.07", "33333.40"])
        for found in (table, cells):
            self.assertEqual(len(found), 3)
            for _agency, number, *sums in found[1:]:
                exact = [f"{Decimal(str(value)):.2f}" for value in sums]
                self.assertEqual(exact, expected[number])
                for value, text in zip(sums, expected[number], strict=True):
                    self.assertEqual(Decimal(str(value)), Decimal(text))
        total = sum(Decimal(str(row[3])) for row in cells[1:])
        self.assertEqual(total, Decimal("66666.80"))

    def test_an_operator_has_no_export(self):
        operator = new_test_user(self.env, "an_op", "tour_loan.tour_loan_group_operator")
        manager = new_test_user(self.env, "a_man", "tour_loan.tour_loan_group_manager")
        self.assertFalse(operator.has_group("base.group_allow_export"))
        self.assertTrue(manager.has_group("base.group_allow_export"))
