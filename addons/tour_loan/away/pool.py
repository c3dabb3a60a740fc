"""Connections that died while nobody used them are nobody's trouble."""

from functools import wraps

import psycopg2

from odoo.sql_db import ConnectionPool


def install():
    ConnectionPool.borrow = _past_the_dead(ConnectionPool.borrow)


def _past_the_dead(borrow):
    """Go on to the next connection of the pool where the server cut one meanwhile.

    Odoo means to, but expects another error than psycopg2 raises: after a restart of the
    database each connection of each worker failed one request.
    """

    @wraps(borrow)
    def _borrow(self, connection_info):
        for _dead in range(self._maxconn):
            try:
                return borrow(self, connection_info)
            except psycopg2.DatabaseError as error:
                # exactly this class; Odoo drops the connection at the next call
                if type(error) is not psycopg2.DatabaseError:
                    raise
        return borrow(self, connection_info)

    return _borrow
