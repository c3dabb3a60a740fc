"""Deny by default: to visitors and borrowers no route exists but those of a table.

Decided where a request is routed, by the route it came to: before login, CSRF and
whatever the route does itself, so that a language prefix, another verb, a header or a
doubled slash lead nowhere else.
"""

import logging
import re
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, abort
from werkzeug.routing import RequestRedirect

from odoo import models
from odoo.http import Response, SessionExpiredException, request
from odoo.service import security

from ... import job_runner, refusals, ways
from ...tools import server_setting
from . import routes

_logger = logging.getLogger(__name__)

# Odoo's own scripts read this as "log in again"; a program sees the 404.
NOT_THERE = (
    '{"jsonrpc":"2.0","id":null,"error":{"code":100,"message":"Not found","data":'
    '{"name":"odoo.http.SessionExpiredException","message":"Not found","arguments":[],'
    '"context":{},"debug":""}}}'
)
STAFF_PAGES = ("/odoo", "/web", "/report/")
JSON = ("application/json", "application/json-rpc")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _tour_loan_routes(cls) -> dict[str, routes.Door]:
        """Return which routes exist for whom; other addons of ours add their rows."""
        return dict(routes.ROUTES)

    @classmethod
    def _tour_loan_opened(cls) -> tuple[str, ...]:
        """Return the routes this server opens by its setting, beside the tables'."""
        return tuple(server_setting("tour_loan", "open_routes").split())

    def _register_hook(self):
        super()._register_hook()
        if opened := self._tour_loan_opened():
            _logger.warning("Opened to everybody by open_routes: %s", " ".join(opened))

    @classmethod
    def _match(cls, path_info):
        """Let nobody past who may not, as if nothing were there."""
        if hasattr(request, "is_frontend"):  # a page asks where one of its links leads
            return super()._match(path_info)
        try:
            rule, parts = super()._match(path_info)
            if cls._tour_loan_lets_in(rule, parts):
                return rule, parts
            if cls._tour_loan_role() == routes.BORROWER:
                refusals.keep(request, {"uid": request.session.uid})
        except MethodNotAllowed as error:
            if cls._tour_loan_any_method_lets_in(request.httprequest.path, error.valid_methods):
                raise
        except NotFound:
            # An employee goes on to what Odoo looks up by address: attachments, pages.
            # The others stop here: addons serve much there that no table names.
            if cls._tour_loan_is_staff():
                raise
        except HTTPException as error:
            target = _redirect_target(error)
            # without a target: what is no websocket asks at one's address
            if cls._tour_loan_leads_in(target) if target else cls._tour_loan_is_staff():
                raise
        abort(cls._tour_loan_not_there())

    @classmethod
    def _tour_loan_lets_in(cls, rule, parts) -> bool:
        """Return whether the route exists for who asks."""
        door, code = cls._tour_loan_door(rule)
        if rule.rule == routes.RUNJOB and not door.who:
            return job_runner.is_runner(request.httprequest)
        if code and code in request.env["payment.provider"]._tour_loan_codes():
            return True
        if door.who == routes.EVERYBODY and not door.only:
            return True
        return bool(door.who) and door.lets_in(cls._tour_loan_role(), parts)

    @classmethod
    def _tour_loan_door(cls, rule):
        """Return the door of a route and the provider's code it may belong to; remembered
        with the route, which lives as long as the registry's routing map."""
        known = getattr(rule, "tour_loan_door", None)
        if known is None:
            handler = getattr(rule.endpoint, "func", rule.endpoint)
            module = getattr(handler, "__func__", handler).__module__
            door = routes.door(rule.rule, module, cls._tour_loan_routes(), cls._tour_loan_opened())
            known = rule.tour_loan_door = door, routes.provider_code(rule.rule)
        return known

    @classmethod
    def _tour_loan_role(cls) -> str:
        """Return who asks. A session that Odoo will not accept is nobody's."""
        session = request.session
        if session.uid is None or not security.check_session(session, request.env):
            return routes.PUBLIC
        user = request.env["res.users"].browse(session.uid)
        if user._is_internal():
            return routes.INTERNAL
        return routes.PUBLIC if user._is_public() else routes.BORROWER

    @classmethod
    def _tour_loan_is_staff(cls) -> bool:
        return cls._tour_loan_role() == routes.INTERNAL

    @classmethod
    def _tour_loan_any_method_lets_in(cls, path, methods) -> bool:
        """Return whether an address exists, if with other verbs only."""
        router = request.env["ir.http"].routing_map().bind("")
        for method in methods or ():
            try:
                found = router.match(path, method=method, return_rule=True)
            except (HTTPException, RequestRedirect):
                continue
            if cls._tour_loan_lets_in(*found):
                return True
        return False

    @classmethod
    def _tour_loan_leads_in(cls, path) -> bool:
        """Return whether a redirect for the sake of language or slashes ends at a route
        that exists for who asks."""
        path = re.sub("/{2,}", "/", path)
        languages = request.env["res.lang"]._get_frontend().values()
        prefixes = {name for lang in languages for name in (lang.url_code, lang.code)}
        _empty, first, *rest = path.split("/", 2)
        if first in prefixes:
            path = f"/{rest[0] if rest else ''}"
        return cls._tour_loan_any_method_lets_in(path, ("GET", "POST"))

    @classmethod
    def _handle_error(cls, exception):
        """Who is not staff comes in by phone: Odoo would send everybody to its own login."""
        response = super()._handle_error(exception)
        path, is_form = request.httprequest.path, request.httprequest.method == "POST"
        is_expired = isinstance(exception, SessionExpiredException)
        if is_expired and not path.startswith(STAFF_PAGES) and "Location" in response.headers:
            response.headers["Location"] = ways.to_login(ways.page_of(path), is_form)
        return response

    @classmethod
    def _tour_loan_not_there(cls) -> Response:
        """Return a 404 that tells nothing: a page for people, JSON for programs."""
        request.session.can_save = False
        if request.httprequest.mimetype in JSON:
            return Response(NOT_THERE, 404, content_type="application/json; charset=utf-8")
        request.is_frontend = request.is_frontend_multilang = False
        if cls._tour_loan_role() == routes.PUBLIC:
            cls._auth_method_none()  # the session may name a user who is no longer let in
        return cls._tour_loan_error_page(404)


def _redirect_target(error) -> str | None:
    """Return the path an answer leads to, None if it is no redirect."""
    location = getattr(error, "new_url", None)
    response = error.response
    if not location and response is not None and 300 <= response.status_code < 400:
        location = response.headers.get("Location")
    return urlsplit(location).path if location else None
