"""What Odoo logs must not hold personal data."""

import logging
import re

VALUE = re.compile(r"'(?:[^']|'')*'")


class WithoutValues(logging.Filter):
    """Takes the values out of queries that failed: names, phones, passports.

    Odoo logs such a query as it was sent, and PostgreSQL's DETAIL with the row.
    """

    def filter(self, record):
        if str(record.msg).startswith("bad query") and len(record.args or ()) == 2:
            query, error = record.args
            query = query.decode(errors="replace") if isinstance(query, bytes) else str(query)
            record.args = (VALUE.sub("'…'", query), str(error).splitlines()[0])
        return True


def install():
    """Guard Odoo's log of queries; once is enough."""
    logger = logging.getLogger("odoo.sql_db")
    if not any(isinstance(known, WithoutValues) for known in logger.filters):
        logger.addFilter(WithoutValues())
