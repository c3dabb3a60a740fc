"""Many applications at once, by SQL: as full as real ones, years of them."""

import base64
import json

# Seven in ten were paid out, with everything such an application holds.
_PAID = "series % 10 < 7"
_SCHEDULE = json.dumps(
    [
        {
            "due_on": f"2026-{month:02}-15",
            "amount": "24035.18",
            "principal": "20120.18",
            "interest": "3915.00",
            "rest": "0.00" if month == 12 else "110379.82",
        }
        for month in range(7, 13)
    ]
)
_COLUMNS = {
    "uuid": "gen_random_uuid()::text",
    "order_number": "'B-' || series",
    "state": f"CASE WHEN {_PAID} THEN 'funded' WHEN series % 10 = 7 THEN 'declined' ELSE 'expired' END",
    "state_changed_at": (
        "now() AT TIME ZONE 'utc' - interval '2 years' * (1 - series::float / %(count)s)"
    ),
    "create_date": (
        "now() AT TIME ZONE 'utc' - interval '2 years' * (1 - series::float / %(count)s)"
    ),
    "sequence": "6",
    "ends_at": "NULL",
    "decline_code": "CASE WHEN series % 10 = 7 THEN 'lender' END",
    "offer_amount": f"CASE WHEN {_PAID} THEN 130500 ELSE 0 END",
    "offer_months": f"CASE WHEN {_PAID} THEN 6 END",
    "offer_rate": f"CASE WHEN {_PAID} THEN 34.5 END",
    "offer_psk": f"CASE WHEN {_PAID} THEN 34.43 END",
    "offer_monthly_payment": f"CASE WHEN {_PAID} THEN 24035.18 END",
    "offer_schedule": f"CASE WHEN {_PAID} THEN '{_SCHEDULE}'::jsonb END",
    "offer_valid_until": f"CASE WHEN {_PAID} THEN model.held_until END",
    "signed_at": f"CASE WHEN {_PAID} THEN model.create_date END",
    "cooling_off_until": f"CASE WHEN {_PAID} THEN model.held_until END",
    "commit_until": f"CASE WHEN {_PAID} THEN model.held_until END",
    "payout_amount": f"CASE WHEN {_PAID} THEN 130500 END",
    "payout_on": f"CASE WHEN {_PAID} THEN current_date END",
    "payout_order": f"CASE WHEN {_PAID} THEN series::text END",
    "loan_number": f"CASE WHEN {_PAID} THEN 'L' || series END",
    # written by transactions long over, a few rows each
    "change_transaction": "1 + series * (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 2) / %(count)s",
}


def fill(stack, agency: str, model: str, count: int) -> None:
    """Give ``agency`` (code) ``count`` applications made after the one with uuid ``model``."""
    names = [
        name
        for (name,) in stack.sql(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = 'tour_loan_application' "
            "AND column_name NOT IN ('id', 'agency_id')"
        )
    ]
    values = ", ".join(_COLUMNS.get(name, f"model.{name}") for name in names)
    values = values.replace("%(count)s", str(count))
    quoted = ", ".join(names)
    insert = (
        f"INSERT INTO tour_loan_application (agency_id, {quoted}) "
        f"SELECT agency.id, {values} FROM tour_loan_application model, tour_loan_agency agency, "
        f"generate_series(1, {count}) series "
        f"WHERE model.uuid = '{model}' AND agency.code = '{agency}'"
    )
    stack.sql(insert)
    stack.sql("VACUUM ANALYZE tour_loan_application")


def fill_callbacks(stack, count: int) -> None:
    """Let ``count`` callbacks have been sent to all agencies in the years before."""
    stack.sql(
        "INSERT INTO tour_loan_callback (agency_id, endpoint, uid, business_key, state, event, "
        "sequence, attempts, request, create_date, last_attempt_at, sent_at) "
        "SELECT agency.id, agency.code, gen_random_uuid(), gen_random_uuid(), 'sent', "
        "'application.updated', 1, 1, '{}', moment, moment, moment "
        "FROM (SELECT id, code, row_number() OVER (ORDER BY id) - 1 AS number, "
        "count(*) OVER () AS agencies FROM tour_loan_agency) agency "
        f"JOIN generate_series(1, {count}) series ON series % agencies = number, "
        "LATERAL (SELECT now() AT TIME ZONE 'utc' - interval '2 years' "
        f"* (1 - series::float / {count + 1}) AS moment) times"
    )
    stack.sql("VACUUM ANALYZE tour_loan_callback")


def cursor_in_the_middle(stack, agency: str) -> str:
    """Return the cursor of ``application.list`` behind half of an agency's applications."""
    [row] = stack.sql(
        "SELECT change_transaction, application.id FROM tour_loan_application application "
        "JOIN tour_loan_agency agency ON agency.id = agency_id WHERE agency.code = %s "
        "ORDER BY change_transaction, application.id "
        "OFFSET (SELECT count(*) / 2 FROM tour_loan_application a "
        "JOIN tour_loan_agency b ON b.id = a.agency_id WHERE b.code = %s) LIMIT 1",
        agency,
        agency,
    )
    return base64.urlsafe_b64encode("{}.{}".format(*row).encode()).decode()
