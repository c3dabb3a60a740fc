"""Offers the law forbids were approved and shown: from now on they wait for staff."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["tour_loan.application"].search([("state", "=", "approved")])._set_unlawful_aside()
