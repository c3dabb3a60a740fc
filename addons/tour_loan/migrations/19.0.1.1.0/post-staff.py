"""Staff who chose no time zone saw UTC: from now on they see Moscow time."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    api.Environment(cr, SUPERUSER_ID, {})["res.users"]._tour_loan_set_moscow_time()
