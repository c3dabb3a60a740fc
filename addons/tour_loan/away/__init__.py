"""What Odoo itself answers, and dies of, while its database is away.

Odoo serves requests past ``ir.http`` then, out of a map for servers without a
database, and its main process ends at the first worker it cannot replace. Models
cannot mend that: they are in the database. So ``tour_loan`` is one of the
``server_wide_modules`` of odoo.conf, and ``install`` is its ``post_load``.
"""

import os

CONNECT_SECONDS = 5  # a database host that does not answer holds a worker no longer


def install():
    """Wrap Odoo's HTTP application and its main process; once a process."""
    from . import pool, prefork, web  # noqa: PLC0415 (Odoo's server is set up by then)

    os.environ.setdefault("PGCONNECT_TIMEOUT", str(CONNECT_SECONDS))  # read by libpq
    pool.install()
    web.install()
    prefork.install()
