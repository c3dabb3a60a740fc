"""Sessions end by themselves: nobody at the browser for a while, or too long ago begun.

Decided at the server, by what stands in the session's own file, which all workers share,
wherever Odoo asks whether a session is good: at each request, and at what comes and goes by
the websocket. Odoo's ``auth_timeout`` was not taken: it believes the browser's word about
who is idle, looks at pages with ``auth="user"`` only, and counts a session's age from
``create_time``, which Odoo writes anew every three hours.
"""

import time

from odoo.http import request
from odoo.service import security

from odoo.addons.bus import websocket

from .rules import session_age
from .rules.session_age import DEFAULTS, Limits

BEGAN, SEEN = "tour_loan_began", "tour_loan_seen"
# parameter -> (of whom, which of the limits, seconds in its unit)
PARAMETERS = {
    "tour_loan.staff_idle_minutes": ("staff", "idle", 60),
    "tour_loan.staff_session_hours": ("staff", "whole", 3600),
    "tour_loan.borrower_idle_minutes": ("borrower", "idle", 60),
    "tour_loan.borrower_session_hours": ("borrower", "whole", 3600),
}


def install():
    """Add our word to Odoo's own check of a session; once is enough."""
    if hasattr(security.check_session, "tour_loan"):
        return
    odoos = security.check_session

    def check_session(session, env, request=None):
        return odoos(session, env, request) and is_good(session, env)

    check_session.tour_loan = True
    security.check_session = websocket.check_session = check_session


def is_good(session, env) -> bool:
    """Return whether a session Odoo finds good is so by its age and its user's factors."""
    user = env["res.users"].browse(session.uid)
    if session_age.is_over(time.time(), session.get(BEGAN), session.get(SEEN), limits(user)):
        return False
    return not user._tour_loan_is_barred()


def limits(user) -> Limits:
    """Return how long the sessions of ``user`` last."""
    # sudo: parameters of the system
    parameters = user.env["ir.config_parameter"].sudo()
    whose = "staff" if user._is_internal() else "borrower"
    found = DEFAULTS[whose]
    for name, (of, which, unit) in PARAMETERS.items():
        said = parameters.get_param(name) or ""
        if of == whose and said.isdecimal() and int(said):
            found = found._replace(**{which: int(said) * unit})
    return found


def begin_anew(session):
    """Somebody logs in: what was before in this browser counts no more."""
    session.pop(BEGAN, None)
    session.pop(SEEN, None)


def note():
    """Somebody who is logged in asks for something: note that he is there."""
    session = request.session
    if session.uid is None or session_age.is_by_itself(request.httprequest.path):
        return
    now, mine = time.time(), limits(request.env["res.users"].browse(session.uid))
    began, seen = session.get(BEGAN), session.get(SEEN)
    if session_age.is_over(now, began, seen, mine):
        return  # nothing brings it back
    if began is None:
        session[BEGAN] = now
    if session_age.is_worth_noting(now, seen, mine):
        session[SEEN] = now
