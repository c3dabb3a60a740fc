import os
from unittest.mock import patch

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..tools import sms_gateway
from .common import PHONE, TourLoanCommon
from .counterparty import Counterparty, SmsGateway


@tagged("post_install", "-at_install")
class TestNeutralized(TourLoanCommon):
    """A neutralized copy speaks to nobody, though its server has every address and password."""

    def setUp(self):
        super().setUp()
        self.server, self.gateway = Counterparty(), SmsGateway()
        self.addCleanup(self.server.close)
        self.addCleanup(self.gateway.close)
        self.startPatcher(patch.dict(os.environ, TOUR_LOAN_SMS_URL=self.gateway.url))
        self.agency.callback_url = self.agency.actualize_url = f"{self.server.url}/callbacks"
        self.application_ = self.application_in("submitted")

    def mark(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")

    def waiting(self):
        """Return a message of each of our outboxes that waits."""
        self.application_._move("decline", "accounting")
        letter = {"email": "maria@example.com", "subject": "Заявка", "text": "Отказ"}
        return [
            self.application_.callback_ids,
            self.env["tour_loan.sms"].create({"phone": PHONE, "text": "Привет"}),
            self.env["tour_loan.mail"].create(letter),
        ]

    def assertNobodyHeard(self):
        self.assertEqual(self.server.calls, [])
        self.assertEqual(self.gateway.calls, [])

    def test_no_message_of_any_outbox_leaves(self):
        messages = self.waiting()
        self.assertLessEqual(
            {message._name for message in messages},
            set(self.env["tour_loan.message"]._outboxes().values()),
        )
        self.mark()
        with patch.object(IrMail_Server, "send_email", side_effect=AssertionError("a letter")):
            for message in messages:
                message._deliver()
                self.assertEqual(message.state, "dropped")
                self.assertIn("neutralized", message.last_error)
        self.assertNobodyHeard()

    def test_a_message_sent_again_by_staff_is_dropped_again(self):
        callback = self.waiting()[0]
        self.mark()
        callback._deliver()
        callback.action_send_again()
        self.assertEqual(callback.state, "pending")
        callback._deliver()
        self.assertEqual(callback.state, "dropped")
        self.assertNobodyHeard()

    def test_the_button_that_tries_a_callback_calls_nobody(self):
        self.mark()
        shown = self.agency.action_test_callback()["params"]
        self.assertEqual(shown["type"], "danger")
        self.assertIn("neutralized", shown["title"])
        self.assertNobodyHeard()

    def test_the_agency_is_not_asked_whether_the_tour_stands(self):
        self.mark()
        outcome = self.agency._post_signed(self.agency.actualize_url, b"{}")
        self.assertFalse(outcome.accepted)
        self.assertNobodyHeard()

    def test_the_gateway_is_not_asked_how_it_is(self):
        self.mark()
        self.assertTrue(sms_gateway(self.env).trouble())
        self.assertNobodyHeard()

    def test_what_is_not_marked_does_send(self):
        """Or the tests above could not fail."""
        callback = self.waiting()[0]
        callback._deliver()
        self.assertTrue(self.server.calls)

    def test_the_script_forgets_addresses_keys_and_what_waits(self):
        messages = self.waiting()
        self.env.flush_all()
        [script] = get_neutralization_queries(["tour_loan"])
        self.env.cr.execute(script)
        self.env.invalidate_all()
        self.assertEqual({message.state for message in messages}, {"dropped"})
        self.assertFalse(self.agency.callbacks_on)
        self.assertFalse(self.agency.callback_url or self.agency.actualize_url)
        self.assertFalse(self.env["tour_loan.agency.key"].search([]))
