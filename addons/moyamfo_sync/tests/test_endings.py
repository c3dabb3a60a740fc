from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common_loans import LoansCase


@tagged("post_install", "-at_install")
class TestEndings(LoansCase):
    """What is done with ends; what 1C could be told twice without stays."""

    def old(self, *kinds, application, state="sent", **values):
        """Return messages of long ago."""
        made = self.env["moyamfo.message"].create(
            [
                {"kind": kind, "application_id": application.id, "state": state, **values}
                for kind in kinds
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE moyamfo_message SET create_date = create_date - interval '400 days' "
                "WHERE id IN %s",
                tuple(made.ids),
            )
        )
        made.invalidate_recordset()
        return made

    def swept(self, messages):
        """Return the kinds of those that stay."""
        self.env["moyamfo.message"]._gc_ended()
        return messages.exists().mapped("kind")

    def test_messages_end_once_their_application_is_over(self):
        for state in ("cancelled", "expired", "declined", "annulled"):
            with self.subTest(state):
                messages = self.old(
                    *("application", "change", "cancel", "commit"),
                    application=self.new_application(state=state),
                )
                self.assertEqual(self.swept(messages), [])

    def test_while_anything_may_follow_what_was_told_before_stays(self):
        for state in ("submitted", "approved", "signed", "committed", "funded"):
            with self.subTest(state):
                messages = self.old("application", application=self.new_application(state=state))
                self.assertEqual(self.swept(messages), ["application"])

    def test_what_waits_or_needs_a_person_stays(self):
        application = self.new_application(state="cancelled")
        for state in ("pending", "stuck"):
            messages = self.old("cancel", application=application, state=state)
            self.assertEqual(self.swept(messages), ["cancel"])

    def test_money_claims_and_signatures_stay(self):
        loan = self.loan()
        repayment = self.repayment(loan)
        claim = self.env["tour_loan.claim"].create(
            {"application_id": loan.application_id.id, "kind": "cancel", "state": "refused"}
        )
        loan.state = "closed"
        of_loan = {"application": loan.application_id}
        messages = self.old("application", "signature", **of_loan)
        messages |= self.old("payment", "reversal", repayment_id=repayment.id, **of_loan)
        messages |= self.old("cancel", claim_id=claim.id, state="dropped", **of_loan)
        self.assertEqual(set(self.swept(messages)), {"signature", "payment", "reversal", "cancel"})

    def test_the_settings_say_how_long(self):
        messages = self.old("commit", application=self.new_application(state="annulled"))
        self.env["res.config.settings"].create({"keep_moyamfo_messages_days": 500}).execute()
        self.assertEqual(self.swept(messages), ["commit"])

    def test_since_when_to_ask_is_never_forgotten(self):
        long_ago = fields.Datetime.now() - timedelta(days=90)
        runs = self.env["moyamfo.run"].create(
            [
                {"kind": "payments", "started_at": long_ago, "as_of": long_ago, "complete": True},
                {"kind": "payments", "started_at": long_ago, "error": "1C is away"},
            ]
        )
        since = runs._watermark("payments")
        self.env["moyamfo.run"]._gc_ended()
        self.assertEqual(runs.exists(), runs[0])
        self.assertEqual(runs._watermark("payments"), since)
