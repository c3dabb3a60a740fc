"""The request behind a call by XML-RPC or JSON-RPC.

Odoo takes the request away while it runs such a call, and with it the address of who
calls: its own count of failed logins sees nobody there.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo import http

_behind = ContextVar("tour_loan_request_behind", default=None)


def install():
    """Remember the request while Odoo has taken it away; once is enough."""
    if hasattr(http.borrow_request, "tour_loan"):
        return
    odoos = http.borrow_request

    @contextmanager
    def borrow_request():
        token = _behind.set(http._request_stack.top)
        try:
            with odoos() as taken:
                yield taken
        finally:
            _behind.reset(token)

    borrow_request.tour_loan = True
    http.borrow_request = borrow_request


def current_request():
    """Return the request that is served, be it taken away for a call; None in a job."""
    return http._request_stack.top or _behind.get()
