import json
from datetime import datetime
from uuid import uuid4

from odoo.tests import tagged, warmup

from ..models.agency.application_agency import AFTER_THE_COMMIT
from .common import TourLoanCommon

NOW = datetime(2026, 11, 24, 9)


@tagged("post_install", "-at_install", "is_query_count")
class TestPerformance(TourLoanCommon):
    """How many queries a call of an agency costs; more is a regression."""

    def body(self, method, params):
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()

    def begin(self):
        """Forget what the test knows, but not what a worker remembers."""
        self.env.flush_all()
        for product in self.agency._products():
            product._conditions()
        self.env.invalidate_all()

    def call(self, body):
        # the door tells the company, so nobody has to look for it
        agency = self.agency.with_context(allowed_company_ids=self.env.company.ids)
        answer = agency._rpc(str(uuid4()), body)
        self.env.flush_all()
        self.assertIn(b'"result"', answer)

    @warmup
    def test_queries_of_create(self):
        body = self.body("application.create", self.order())
        self.begin()
        with self.assertQueryCount(5):
            self.call(body)

    @warmup
    def test_queries_of_a_repeated_create(self):
        body = self.body("application.create", self.order())
        self.call(body)
        self.begin()
        with self.assertQueryCount(4):
            self.call(body)

    @warmup
    def test_queries_of_get(self):
        application = self.approved()
        body = self.body("application.get", {"application_id": application.uuid})
        self.begin()
        with self.assertQueryCount(1):
            self.call(body)

    @warmup
    def test_get_reads_its_row_once_in_every_state(self):
        application = self.approved()
        body = self.body("application.get", {"order_number": application.order_number})
        for state in (name for name, _title in application._fields["state"].selection):
            application.write(
                {
                    **dict(state=state, payout_order="1", payout_amount=1, payout_on=NOW),
                    **dict(signed_at=NOW, cooling_off_until=NOW, commit_until=NOW, needs=["x"]),
                }
            )
            self.begin()
            claims = 1 if state in AFTER_THE_COMMIT else 0
            with self.subTest(state), self.assertQueryCount(1 + claims):
                self.call(body)

    @warmup
    def test_queries_of_a_quote(self):
        money = {"amount": "120000.00", "currency": "RUB"}
        body = self.body(
            "calculator.quote", {"price": money, "advance": {**money, "amount": "20000.00"}}
        )
        self.begin()
        with self.assertQueryCount(0):
            self.call(body)

    @warmup
    def test_queries_of_a_list_do_not_grow_with_the_page(self):
        for _number in range(20):
            self.application()
        self.env.flush_all()
        self.env.cr.execute("UPDATE tour_loan_application SET change_transaction = 1")
        body = self.body("application.list", {"limit": 100})
        self.begin()
        with self.assertQueryCount(3):
            self.call(body)
