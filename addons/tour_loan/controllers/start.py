"""From the agency's link to the first SMS code; and back in by a code later."""

from urllib.parse import urlencode

from psycopg2 import OperationalError

from odoo.http import request, route

from ..models.questionnaire import MESSAGES, read_date
from ..rules import identity
from .portal_base import (
    BIRTH_DATE_KEY,
    SESSION_KEY,
    BorrowerPages,
    agency_of_page,
    by_uuid,
    origin,
    with_application,
)


class Start(BorrowerPages):
    @route(
        "/tour_loan/start/<string:uuid>/<string:secret>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
    )
    def start(self, uuid, secret, **_values):
        """Show the order; the button's POST uses the link up, so previews burn nothing."""
        # sudo: the secret of the link is checked before anything is shown
        application_sudo = by_uuid("tour_loan.application", uuid)
        state = application_sudo._link_state(secret) if application_sudo else "wrong"
        ours = state == "used" and (
            request.session.get(SESSION_KEY) == uuid or application_sudo.borrower_id
        )
        if ours:
            return request.redirect(f"/my/applications/{uuid}")
        if state != "good":
            known = application_sudo if state != "wrong" else None
            return self._render("link_page", known, link_state=state)
        if request.httprequest.method != "POST":
            return self._render("start_page", application_sudo)
        application_sudo._use_link()
        request.session[SESSION_KEY] = uuid
        return request.redirect(f"/my/applications/{uuid}/documents")

    @route(
        "/my/applications/<string:uuid>/documents",
        type="http",
        auth="public",
        methods=["GET", "POST"],
    )
    @with_application
    def documents(self, application, action="", **values):
        """Step 1: the documents, each with its tick, and SMS code 1 as the gate."""
        if application.state != "new":
            return request.redirect(f"/my/applications/{application.uuid}")
        if request.httprequest.method != "POST":
            return self._documents_page(application, change="change" in values)
        if action == "confirm":
            code, error = application._confirm_acquaintance(values.get("code"), origin())
            if error:
                return self._documents_page(application, error=error)
            self._log_in(code, application.birth_date or None)
            return request.redirect(f"/my/applications/{application.uuid}")
        phone, problem = self._phone(application, values)
        documents = application._documents("acquaintance")
        if not documents:
            return self._waiting_page(application, "documents")
        ticked = all(values.get(f"document_{document.id}") for document in documents)
        asked = action == "resend" and application._was_asked("acquaintance", documents)
        if problem or not (ticked or asked):
            return self._documents_page(
                application,
                change=True,
                values=values,
                phone_problem=problem,
                ticks_missing=not ticked,
            )
        _code, refusal = application._request_code("acquaintance", phone, origin())
        if refusal:
            return self._documents_page(application, refusal=refusal)
        return request.redirect(f"/my/applications/{application.uuid}/documents")

    def _phone(self, application, values):
        """Return (E.164, None) or (None, message) for the phone the code goes to."""
        if values.get("action") == "resend" or not values.get("phone"):
            sent = application._active_code("acquaintance")
            return sent.phone or application.customer_phone, None
        problem = identity.check_phone(values["phone"])
        if problem:
            return None, str(MESSAGES[problem])
        return identity.normal_phone(values["phone"]), None

    def _documents_page(self, application, change=False, refusal=None, error=None, **values):
        documents = application._documents("acquaintance")
        if not documents:
            return self._waiting_page(application, "documents")
        code = self._code_values(application, "acquaintance", refusal, error)
        return self._render(
            "documents_page",
            application,
            step="documents",
            documents=documents,
            ask_code=bool(code["code"]) and not change,
            values=values.pop("values", {}),
            **{**code, **values},
        )

    def _log_in(self, code, born):
        """Open Odoo's session for the borrower who has just confirmed ``code``.

        ``born``: the birth date (or None) that says which of the phone's owners it is.
        """
        visitor = request.env
        try:
            request.session.authenticate(
                request.env,
                {"type": "tour_loan_code", "login": code.phone, "challenge": code.uid},
            )
            request.session[BIRTH_DATE_KEY] = born and born.isoformat()
            request.env.flush_all()
        except OperationalError:
            # Odoo runs the request again, as whoever it is by then: that must not be
            # a user who went with the transaction
            request.env = visitor
            raise

    # --- later: back in by phone ---

    @route("/tour_loan/login", type="http", auth="public", methods=["GET", "POST"])
    def login(self, action="", phone="", birth_date="", next="", **values):
        """Log in by a code. Whether the phone is known cannot be told from outside."""
        page = {
            "next": next,
            "phone": phone,
            "birth_date": birth_date,
            "code": None,
            "agency": agency_of_page(next),
        }
        if request.httprequest.method != "POST":
            return self._render("login_page", **page)
        born, born_problem = _typed_birth_date(birth_date)
        problem = identity.check_phone(phone)
        if problem or born_problem:
            return self._render(
                "login_page",
                **page,
                phone_problem=problem and MESSAGES[problem],
                birth_date_problem=born_problem,
            )
        phone = identity.normal_phone(phone)
        # sudo: nobody is logged in yet; only the phone's own code is touched
        codes = request.env["tour_loan.code"].sudo()
        borrower = codes.env["tour_loan.borrower"]._of_phone(phone)
        code = codes.search([("phone", "=", phone), ("purpose", "=", "login")], limit=1)
        again = f"/tour_loan/login?{urlencode({'next': next})}"
        shown = {**page, "phone": phone, "ask_code": True, "again_url": again}
        if action == "confirm":
            known = borrower._is_born(born)
            error = code._check(values.get("code"), origin(), known) if code else {}
            if error is None:
                self._log_in(code, born)
                return request.redirect(_own_path(next))
            return self._render(
                "login_page",
                **shown,
                wait_seconds=codes._seconds_to_wait(phone, "login"),
                code_error=error.get("error", "expired"),
                attempts_left=error.get("left"),
            )
        refusal = codes._request_login(phone, origin())
        return self._render(
            "login_page",
            **shown,
            code_refusal=(refusal or {}).get("error"),
            wait_seconds=(refusal or {}).get("seconds") or codes._seconds_to_wait(phone, "login"),
        )


def _typed_birth_date(text: str):
    """Return (date or None, None) or (None, message)."""
    try:
        return (read_date(text) if text.strip() else None), None
    except ValueError:
        return None, MESSAGES["date_format"]


def _own_path(path: str) -> str:
    """Return ``path`` if it is one of the cabinet's, else the cabinet's first page."""
    own = path.startswith(("/my/applications/", "/my/loans/"))
    return path if own else "/my/applications"
