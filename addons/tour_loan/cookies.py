"""Odoo's cookies, the session's first of all, travel over TLS and from our own pages only.

Odoo 19 writes them without ``Secure`` and ``SameSite``. ``Lax``, not ``Strict``: a borrower
comes from the travel site, the SMS and PayU's page, by links and redirects. Whether there
is TLS the proxy says (``proxy_mode``).
"""

from functools import wraps

from odoo import http


def install():
    """Guard all ways Odoo has to set a cookie; once is enough."""
    for kind in (http._Response, http.Response, http.FutureResponse):
        if not hasattr(kind.set_cookie, "tour_loan"):
            kind.set_cookie = _guarded(kind.set_cookie)


def _guarded(set_cookie):
    @wraps(set_cookie)
    def _set_cookie(self, key, value="", **options):
        options["samesite"] = options.get("samesite") or "Lax"
        is_tls = http.request and http.request.httprequest.scheme == "https"
        options["secure"] = bool(options.get("secure") or is_tls)
        return set_cookie(self, key, value, **options)

    _set_cookie.tour_loan = True
    return _set_cookie
