from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestOutbox(TransactionCase):
    def test_a_monitor_sees_what_waits_for_1c(self):
        before = self.env["tour_loan.message"]._unsent()["moyamfo"]
        self.env["moyamfo.message"].create([{"kind": "commit"}, {"kind": "commit"}])[
            0
        ].state = "stuck"
        after = self.env["tour_loan.message"]._unsent()["moyamfo"]
        self.assertEqual(after["pending"], before["pending"] + 1)
        self.assertEqual(after["stuck"], before["stuck"] + 1)
        self.assertGreaterEqual(after["oldest_unsent_seconds"], 0)
