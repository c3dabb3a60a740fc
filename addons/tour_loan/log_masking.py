"""What Odoo logs must not hold personal data."""

import logging
import re

from .rules.masking import mask_phone

PHONE = re.compile(r"(?<![\w-])(?:\+?7|8)?[\s(-]*9\d{2}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\w)")
# where Odoo logs what somebody typed as his login: a borrower types his phone anywhere
LOGIN_LOGGERS = (
    "odoo.addons.base.models.res_users",
    "odoo.addons.auth_signup.controllers.main",
    "odoo.addons.auth_signup.models.res_users",
)
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


class WithoutPhones(logging.Filter):
    """Masks phones among the logins of Odoo's own log."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(
                PHONE.sub(lambda found: mask_phone(found.group()), value)
                if isinstance(value, str)
                else value
                for value in record.args
            )
        return True


def install():
    """Guard Odoo's logs; once is enough."""
    for name, guard in (
        ("odoo.sql_db", WithoutValues),
        *((name, WithoutPhones) for name in LOGIN_LOGGERS),
    ):
        logger = logging.getLogger(name)
        if not any(isinstance(known, guard) for known in logger.filters):
            logger.addFilter(guard())
