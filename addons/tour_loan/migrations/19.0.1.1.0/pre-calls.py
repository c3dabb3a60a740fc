"""A call of an agency was called a request: its rows answer repeats, so they come along."""

from odoo.tools import SQL

OLD, NEW = "tour_loan.request", "tour_loan.call"
# Rows of Odoo's that name a model.
NAMED = [
    ("ir_model", "model"),
    ("ir_model_fields", "model"),
    ("ir_model_fields", "relation"),
    ("ir_ui_view", "model"),
    ("ir_act_window", "res_model"),
]
# External ids: of the model, its fields, access, views, action.
XMLIDS = [
    (r"^(model|access)_tour_loan_request(_manager)?$", r"\1_tour_loan_call\2"),
    (r"^(field|selection)_tour_loan_request__", r"\1_tour_loan_call__"),
    (r"^constraint_tour_loan_request_", r"constraint_tour_loan_call_"),
    (r"^request_view_", r"call_view_"),
    (r"^agency_request_action$", r"agency_call_action"),
]


def migrate(cr, version):
    cr.execute("SELECT to_regclass('tour_loan_request'), to_regclass('tour_loan_call')")
    old, new = cr.fetchone()
    if not old or new:
        return
    cr.execute("ALTER TABLE tour_loan_request RENAME TO tour_loan_call")
    cr.execute(
        "SELECT 'INDEX', relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
        "WHERE indrelid = 'tour_loan_call'::regclass AND starts_with(relname, %(old)s) "
        "UNION SELECT 'SEQUENCE', 'tour_loan_request_id_seq' "
        "UNION SELECT 'TABLE tour_loan_call', conname FROM pg_constraint "
        "WHERE conrelid = 'tour_loan_call'::regclass AND contype = 'f' "
        "AND starts_with(conname, %(old)s)",
        {"old": "tour_loan_request_"},
    )
    for kind, name in cr.fetchall():
        cr.execute(
            SQL(
                "ALTER %s RENAME %s %s TO %s",
                SQL(kind),
                SQL("CONSTRAINT" if kind.startswith("TABLE") else ""),
                SQL.identifier(name),
                SQL.identifier(name.replace("tour_loan_request", "tour_loan_call", 1)),
            )
        )
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
