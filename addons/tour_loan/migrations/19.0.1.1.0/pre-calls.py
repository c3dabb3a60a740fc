"""A call of an agency was called a request: its rows answer repeats, so they come along."""

from odoo.tools import SQL

OLD, NEW = "tour_loan.request", "tour_loan.call"
# What is named after the table: how to find it, and to rename it.
HUNG_ON_IT = [
    (
        "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
        "WHERE indrelid = 'tour_loan_call'::regclass AND starts_with(relname, %(old)s)",
        "ALTER INDEX %s RENAME TO %s",
    ),
    (
        "SELECT relname FROM pg_class WHERE relkind = 'S' AND relname = %(old)s || 'id_seq'",
        "ALTER SEQUENCE %s RENAME TO %s",
    ),
    (
        "SELECT conname FROM pg_constraint WHERE conrelid = 'tour_loan_call'::regclass "
        "AND contype = 'f' AND starts_with(conname, %(old)s)",
        "ALTER TABLE tour_loan_call RENAME CONSTRAINT %s TO %s",
    ),
]
# Rows of Odoo's that name a model.
NAMED = [
    ("ir_model", "model"),
    ("ir_model_fields", "model"),
    ("ir_model_fields", "relation"),
    ("ir_ui_view", "model"),
    ("ir_act_window", "res_model"),
]
# External ids: of the model, its fields, indexes, access; of its views and action.
XMLIDS = [
    ("tour_loan_request", "tour_loan_call"),
    ("^request_view_", "call_view_"),
    ("^agency_request_action$", "agency_call_action"),
]


def migrate(cr, version):
    cr.execute("SELECT to_regclass('tour_loan_request'), to_regclass('tour_loan_call')")
    old, new = cr.fetchone()
    if not old or new:
        return
    cr.execute("ALTER TABLE tour_loan_request RENAME TO tour_loan_call")
    for find, rename in HUNG_ON_IT:
        cr.execute(find, {"old": "tour_loan_request_"})
        for (name,) in cr.fetchall():
            now = name.replace("tour_loan_request", "tour_loan_call", 1)
            cr.execute(SQL(rename, SQL.identifier(name), SQL.identifier(now)))
    for table, column in NAMED:
        place = (SQL.identifier(table), SQL.identifier(column), NEW, SQL.identifier(column), OLD)
        cr.execute(SQL("UPDATE %s SET %s = %s WHERE %s = %s", *place))
    cr.execute(
        "UPDATE ir_model_constraint SET name = replace(name, %s, %s) WHERE starts_with(name, %s)",
        ("tour_loan_request_", "tour_loan_call_", "tour_loan_request_"),
    )
    for was, is_now in XMLIDS:
        cr.execute(
            "UPDATE ir_model_data SET name = regexp_replace(name, %s, %s) "
            "WHERE module = 'tour_loan' AND name ~ %s",
            (was, is_now, was),
        )
