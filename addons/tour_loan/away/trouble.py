"""Which errors mean that the database, and not the request, is at fault."""

import psycopg2
import psycopg2.pool
from werkzeug.exceptions import HTTPException

from odoo.exceptions import AccessDenied, UserError
from odoo.http import RegistryError

TROUBLE = (
    psycopg2.OperationalError,  # away, restarting, full, no connection or lock to be had
    psycopg2.InterfaceError,  # the connection was cut under the request
    psycopg2.pool.PoolError,  # all connections of this process are taken
    RegistryError,
)


def is_trouble(error: BaseException | None) -> bool:
    """Tell whether asking again later is the right answer to ``error``.

    Odoo wraps some errors: QWeb those of a page, the check of a session all of them,
    into a refusal. What code of ours or Odoo's made of an error on purpose, a message
    for the user or an answer, stays what it is.
    """
    while error is not None:
        # psycopg2 has no better word for a server that went away than DatabaseError itself
        if isinstance(error, TROUBLE) or type(error) is psycopg2.DatabaseError:
            return True
        if isinstance(error, UserError | HTTPException) and not isinstance(error, AccessDenied):
            return False
        error = error.__cause__ or error.__context__
    return False
