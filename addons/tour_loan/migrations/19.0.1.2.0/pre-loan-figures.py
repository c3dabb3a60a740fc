"""The time a loan's figures are of: what was written keeps it, what was only read does not."""

from odoo.tools.sql import column_exists, rename_column


def migrate(cr, version):
    if column_exists(cr, "tour_loan_loan", "as_of"):
        rename_column(cr, "tour_loan_loan", "as_of", "figures_of")
