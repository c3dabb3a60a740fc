"""A signed contract, the lender's word about it, and somebody who takes money."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo import Command, fields

from .common import TourLoanCommon, TourLoanHttpCommon

AS_OF = datetime(2026, 11, 24, 9)  # 12:00 in Moscow


class LoanMixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.env.ref("payment.payment_method_card")
        redirect_form = cls.env["ir.ui.view"].create(
            {"name": "Redirect", "type": "qweb", "arch": '<form action="pay" method="post"/>'}
        )
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Till",
                "code": "none",
                "state": "enabled",
                "is_published": True,
                "payment_method_ids": [Command.set(cls.method.ids)],
                "redirect_form_view_id": redirect_form.id,
            }
        )
        cls.method.active = True  # core wants the provider first

    def setUp(self):
        super().setUp()
        self.today(AS_OF.date())

    def today(self, day):
        """Let it be ``day`` in Moscow for the loans' pages."""
        self.patch(self.registry["tour_loan.loan"], "_today", lambda loan: day)

    def opened_page(self, transaction, address="https://bank.example/pay?order=1"):
        """The provider has made its page for a payment that is under way."""
        transaction.tour_loan_under_way = True
        transaction.tour_loan_page = {"action": address, "method": "GET", "fields": [["id", "7"]]}
        return transaction

    def contract(self, loan, paid=0, as_of=AS_OF, **changes) -> dict:
        """Return what the lender says: three payments, ``paid`` of them made."""
        schedule = [
            {
                "due_on": date(2027, month, 24),
                "amount": Decimal("35000.00"),
                "principal": Decimal("33000.00"),
                "interest": Decimal("2000.00"),
                "rest": Decimal(33000 * (3 - month)),
                "paid_amount": Decimal("35000.00") if month <= paid else None,
                "paid_on": date(2026, 11, 24) if month <= paid else None,
            }
            for month in (1, 2, 3)
        ]
        rest = Decimal(99000 - 33000 * paid)
        return {
            "application_uuid": loan.application_id.uuid,
            "number": f"Z-{loan.id}",
            "status": "active",
            "issued_on": date(2026, 11, 24),
            "as_of": as_of,
            "amount": Decimal("99000.00"),
            "principal": rest,
            "interest": Decimal("81.37"),
            "penalty": None,
            "overdue": None,
            "payoff": rest + Decimal("81.37"),
            "next_payment_on": date(2027, paid + 1, 24),
            "next_payment_amount": Decimal("35000.00"),
            "schedule": schedule,
            **changes,
        }

    def active(self, **changes):
        """Return a running loan of a borrower who may log in."""
        application = self.signed()
        loan = application.loan_id
        self.assertTrue(self.tell(loan, **changes))
        return loan

    def tell(self, loan, **changes) -> bool:
        return self.env["tour_loan.loan"]._take_contract(self.contract(loan, **changes))

    def transaction(self, loan, amount=35000, **values):
        """A payment for ``loan`` that the provider knows of."""
        count = self.env["payment.transaction"].search_count([])
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"LOAN-{loan.id}-{count}",
                "amount": amount,
                "currency_id": loan.currency_id.id,
                "partner_id": loan.borrower_id.user_id.partner_id.id,
                "tour_loan_id": loan.id,
                "operation": "online_redirect",
                **values,
            }
        )

    def paid(self, loan, amount=35000):
        """Pay; return the repayment."""
        transaction = self.transaction(loan, amount)
        transaction._set_done()
        transaction._post_process()
        return transaction.tour_loan_repayment_ids

    def refunded(self, repayment, amount):
        """The provider gave ``amount`` of a repayment back."""
        refund = repayment.transaction_id._create_child_transaction(amount, is_refund=True)
        refund._set_done()
        refund._post_process()
        return refund

    def later(self, **time):
        return fields.Datetime.now() + timedelta(**time)


class LoanCommon(LoanMixin, TourLoanCommon):
    """Without HTTP."""


class LoanHttpCommon(LoanMixin, TourLoanHttpCommon):
    def logged_in(self, loan):
        """Return the browser of the loan's borrower."""
        return self.come_back(loan.borrower_id)
