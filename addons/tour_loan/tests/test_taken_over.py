"""A loan that did not begin here: its borrower comes in, sees it, pays it; nobody else does."""

from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .common import BORN, OTHER_PHONE, PHONE
from .common_loan import AS_OF, LoanHttpCommon

NUMBER = "ОФ-17"


@tagged("post_install", "-at_install")
class TestTakenOver(LoanHttpCommon):
    def setUp(self):
        super().setUp()
        self.loan_ = self.env["tour_loan.loan"]._taken_over(
            {
                "number": NUMBER,
                "uid": "contract-17",
                "person": {"phone": PHONE, "birth_date": date(1990, 3, 14)},
            }
        )
        self.loan_._take_contract(self.told())

    def told(self, **changes):
        return {
            "loan": self.loan_,
            "number": NUMBER,
            "status": "active",
            "as_of": AS_OF,
            "signed_on": date(2026, 10, 1),
            "issued_on": date(2026, 10, 1),
            "amount": Decimal("99000.00"),
            "months": 3,
            "principal": Decimal("99000.00"),
            "interest": Decimal("100.00"),
            "payoff": Decimal("99100.00"),
            "next_payment_on": date(2027, 1, 24),
            "next_payment_amount": Decimal("35000.00"),
            "schedule": [
                {
                    "due_on": date(2027, month, 24),
                    "amount": Decimal("35000.00"),
                    "principal": Decimal("33000.00"),
                    "interest": Decimal("2000.00"),
                    "rest": Decimal(33000 * (3 - month)),
                }
                for month in (1, 2, 3)
            ],
            **changes,
        }

    def log_in(self, phone=PHONE, born=BORN):
        page = self.visitor().get("/tour_loan/login").send(phone=phone, birth_date=born)
        self.send_logins()
        code = self.env["tour_loan.code"].search([("phone", "=", phone)], limit=1)._plain()
        return page.send("confirm", code=code)

    def test_who_was_never_here_logs_in_and_finds_his_loan(self):
        page = self.log_in()
        self.assertEqual(page.path, "/my/applications")
        self.assertIn(NUMBER, page.text)
        self.assertNotIn("Мои заявки", page.text)
        page = page.get(f"/my/loans/{self.loan_.uuid}")
        self.assertEqual(page.status, 200)
        for shown in (NUMBER, "99 000,00", "35 000,00", "24.01.2027"):
            self.assertIn(shown, page.text)
        self.assertNotIn("/my/applications/", page.text)

    def test_he_chooses_a_sum_and_a_way_to_pay(self):
        page = self.log_in().get(f"/my/loans/{self.loan_.uuid}/pay")
        self.assertEqual(page.status, 200)
        page = page.send(what="payoff")
        self.assertIn("/pay/", page.path)
        self.assertEqual(page.status, 200)

    def test_another_birth_date_or_phone_opens_nothing(self):
        for phone, born in ((PHONE, "01.01.1970"), (PHONE, ""), (OTHER_PHONE, BORN)):
            with self.subTest(phone=phone, born=born):
                page = self.log_in(phone, born).get(f"/my/loans/{self.loan_.uuid}")
                self.assertNotIn(NUMBER, page.text)
                self.env["tour_loan.code"].search([]).state = "used"
        self.assertFalse(self.env["tour_loan.borrower"]._of_phone(PHONE))

    def test_the_former_owner_of_the_number_sees_nothing_of_it(self):
        former = self.opened()
        former.write({"birth_date": "1960-01-01", "submitted_at": fields.Datetime.now()})
        page = self.log_in(born="01.01.1960").get(f"/my/loans/{self.loan_.uuid}")
        self.assertNotIn(NUMBER, page.text)

    def test_a_payment_elsewhere_stands_in_its_history(self):
        self.env["tour_loan.repayment"]._take_elsewhere(
            {
                "uid": "bank-1",
                "loan": self.loan_,
                "amount": Decimal("1234.00"),
                "status": "booked",
                "booked_at": AS_OF - timedelta(days=2),
                "principal": Decimal("1234.00"),
            }
        )
        page = self.log_in().get(f"/my/loans/{self.loan_.uuid}")
        self.assertRegex(page.text, r"22\.11\.2026")
        self.assertIn("1 234,00", page.text)
        self.assertEqual(self.loan_._awaits_booking(), 0)

    def test_what_the_books_owe_him_he_reads(self):
        self.loan_._take_contract(
            self.told(status="closed", principal=0, interest=0, payoff=0, surplus=Decimal("350.00"))
        )
        page = self.log_in().get(f"/my/loans/{self.loan_.uuid}")
        self.assertIn("350,00", page.text)

    def test_staff_find_it_and_an_agency_never(self):
        loans = self.env["tour_loan.loan"]
        self.assertEqual(loans.search([("anything", "ilike", "оф-17")]), self.loan_)
        self.assertEqual(loans.search([("anything", "ilike", PHONE)]), self.loan_)
        self.assertFalse(self.loan_.agency_id)
        self.assertEqual(self.loan_.payment_count, 0)
        self.assertTrue(self.loan_.action_open_payments()["domain"])
        self.loan_.unknown_status = "Улетел"
        waits = self.env["tour_loan.attention"].search([("kind", "=", "tour_loan.loan")])
        self.assertEqual((waits.loan_id, waits.application_id.id), (self.loan_, False))
