from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .. import connection
from ..protocol.errors import ProfileError
from .common import MoyamfoCase


@tagged("post_install", "-at_install")
class TestNeutralized(MoyamfoCase):
    """A neutralized copy leaves 1C alone, though its server has the address and password."""

    def mark(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")

    def test_1c_is_sent_nothing(self):
        _application, message = self.submitted()
        self.mark()
        self.deliver(message)
        self.assertEqual(message.state, "dropped")
        self.assertEqual(self.publication.calls, [])

    def test_1c_is_asked_nothing(self):
        self.submitted()
        self.mark()
        with trap_jobs() as trap:
            self.env["moyamfo.run"]._cron_pull()
            self.env["moyamfo.run"]._cron_reconcile()
        trap.assert_jobs_count(0)
        run, _trap = self.pull("applications")  # a job of before
        self.assertIn("neutralized", run.error)
        self.assertEqual(self.publication.calls, [])

    def test_an_exchange_of_before_is_not_lent_again(self):
        self.assertTrue(connection.exchange(self.env))
        self.mark()
        with self.assertRaisesRegex(ProfileError, "neutralized"):
            connection.exchange(self.env)

    def test_the_script_drops_what_waits(self):
        _application, message = self.submitted()
        self.env.flush_all()
        [script] = get_neutralization_queries(["moyamfo_sync"])
        self.env.cr.execute(script)
        message.invalidate_recordset()
        self.assertEqual(message.state, "dropped")
