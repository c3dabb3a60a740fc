"""What every borrower page needs: who is asking, may he, and how the page is laid."""

import hashlib
import random
from functools import wraps
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from odoo.http import STORED_SESSION_BYTES, Controller, SessionExpiredException, request

from .. import ways
from ..rules import masking

SESSION_KEY = "tour_loan_application"
BIRTH_DATE_KEY = "tour_loan_birth_date"
# Until a page that waits asks again, from and to: a PDF takes a second, a counterparty
# that hangs more, and those who wait for it do not all ask at the same moment.
WAIT_SECONDS = {"documents": (1, 1), "trouble": (30, 30), "agency": (3, 6)}


def with_application(page):
    """Give the handler the application the visitor may see, else send him to log in.

    May see: the borrower who is logged in; before the first code, the browser session
    that opened the agency's link.
    """

    @wraps(page)
    def handler(self, uuid, *args, **values):
        # sudo: portal users have no right on the model; ownership is checked below
        application_sudo = by_uuid("tour_loan.application", uuid)
        if not may_see(application_sudo):
            return turn_away(application_sudo)
        values.pop("application", None)  # a form may have a field of that name
        return page(self, application_sudo, *args, **values)

    return handler


def by_uuid(model: str, uuid: str):
    """Return the record an address means, or none, in sudo: the caller checks whose it is."""
    records_sudo = request.env[model].sudo()
    # PostgreSQL refuses a NUL, which an address may hold
    return records_sudo.search([("uuid", "=", uuid)]) if uuid.isprintable() else records_sudo


def may_see(application_sudo) -> bool:
    """Return whether the application is the visitor's own.

    A phone number may have passed to somebody else: beside the application this session
    began, he sees those of the birth date he came in with.
    """
    if not application_sudo:
        return False
    begun_here = is_begun_here(application_sudo)
    if not application_sudo.borrower_id:
        return begun_here
    if application_sudo.borrower_id.user_id.id != request.env.uid:
        return False
    born = {date.isoformat() for date in application_sudo._known_birth_dates()}
    return begun_here or not born or request.session.get(BIRTH_DATE_KEY) in born


def may_see_loan(loan_sudo) -> bool:
    """Return whether the loan is the visitor's own.

    One that did not begin here is his who came in by its phone and its birth date.
    """
    if loan_sudo.application_id or not loan_sudo:
        return may_see(loan_sudo.application_id)
    if loan_sudo.borrower_id.user_id.id != request.env.uid:
        return False
    return request.session.get(BIRTH_DATE_KEY) == loan_sudo.birth_date.isoformat()


def is_begun_here(application_sudo) -> bool:
    """Return whether this session used the application's link, the last one the agency made."""
    return request.session.get(SESSION_KEY) == link_of(application_sudo)


def link_of(application_sudo) -> str:
    """Return what a session remembers of the link it used."""
    return f"{application_sudo.uuid} {application_sudo.link_generation}"


def turn_away(whose_sudo, asked_sudo=None):
    """Send a visitor to the login if he may be the owner; to others nothing is there.

    :param whose_sudo: an application, or a loan that has none
    :param asked_sudo: what of it he asked for, if not for itself
    """
    owner = whose_sudo.borrower_id.user_id
    if not (request.env.user._is_public() or owner.id == request.env.uid):
        if whose_sudo:
            note_refused(asked_sudo or whose_sudo, whose_sudo)
        raise NotFound()
    if request.dispatcher.routing_type == "jsonrpc":  # Odoo's payment form shows what it reads
        text = request.env(context={"lang": "ru_RU"})._(
            "Your session is over and nothing was paid. Load the page anew and log in."
        )
        raise SessionExpiredException(text)
    return request.redirect(ways.to_login(here(), lost=request.httprequest.method == "POST"))


def note_refused(record_sudo, whose_sudo):
    """Record that the visitor, if he is logged in, asked for what is another's.

    :param whose_sudo: an application, or a loan that has none
    """
    is_application = whose_sudo._name == "tour_loan.application"
    request.env["tour_loan.event"]._note_refused(
        record_sudo,
        "read",
        application=(is_application and whose_sudo.id) or None,
        borrower=whose_sudo.borrower_id.id or None,
    )


def here() -> str:
    """Return the page that was asked for, or that a form or a script of it belongs to."""
    return ways.page_of(request.httprequest.full_path.rstrip("?"))


def help_url(back: str) -> str:
    """Return the page for those whom no code has reached; ``back``: where they come from."""
    return f"/tour_loan/code/help?{urlencode({'back': back})}"


def agency_of_page(path: str):
    """Return the agency (sudo) of the application or loan at ``path``, or none.

    For the brand of a login page, which leads there; nothing else is shown of it.
    """
    _empty, my, kind, uuid, *_rest = [*path.split("/"), "", "", "", ""]
    # sudo: he who knows the address of a page may know whose logo stands there
    if (my, kind) == ("my", "loans"):
        return by_uuid("tour_loan.loan", uuid).application_id.agency_id
    return by_uuid("tour_loan.application", uuid).agency_id


def origin() -> dict:
    """Return where the visitor comes from, for limits and evidence."""
    sid = request.session.sid[:STORED_SESSION_BYTES]
    return {
        "ip": request.httprequest.remote_addr,
        "user_agent": str(request.httprequest.user_agent)[:300],
        # of the part that stays when Odoo renews a session's id
        "session": hashlib.sha256(sid.encode()).hexdigest()[:32],
    }


class BorrowerPages(Controller):
    """Base of the pages; each page's controller inherits it."""

    def _render(self, template, application=None, **values):
        agency = values.pop("agency", None) or (application and application.agency_id)
        return request.render(
            f"tour_loan.{template}",
            {
                "application": application,
                "agency": agency,
                "mask_phone": masking.mask_phone,
                **values,
            },
        )

    def _documents_waited_for(self, application, stage: str):
        """Answer that documents are being made, or that we know they cannot be just now."""
        person = None if stage == "acquaintance" else application
        failures = application.env["tour_loan.document.failure"]
        failed = failures._of(stage, application.agency_id, person)
        return self._waiting_page(application, "trouble" if failed else "documents")

    def _waiting_page(self, application, what: str):
        """Answer at once that something is on its way; the page asks again by itself.

        By a header, not by ``poll.js``: it works without scripts as well, and there is
        nothing to compare, the page itself is what is waited for. ``poll.js`` is for pages
        that are read meanwhile: they ask for a number and stay as they are until it moves.

        :param what: ``agency`` (its answer), ``documents`` (their PDFs), ``trouble`` with them
        """
        page = self._render("waiting_page", application, what=what)
        # with an address: after a POST the page is asked for, not posted again
        seconds = random.randint(*WAIT_SECONDS[what])
        page.headers["Refresh"] = f"{seconds}; url={request.httprequest.path}"
        return page

    def _json_answer(self, values):
        response = request.make_json_response(values)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _confirm_or_send(self, application, stage, values, show, phone="", known=False):
        """POST of a page with a code: confirm what was typed, or send a code for the ticks.

        :param dict values: the form: ``action`` (confirm, resend or none), ``code``, ``sent``
        :param show: makes the page again, called with ``problem`` or ``ticks_missing``
        :param phone: to which a code goes, else to the application's; None: to none yet
        :param bool known: the phone was confirmed in this browser before
        :return: (the right code, None), or (None, response)
        """
        if values.get("action") == "confirm":
            typed, shown = values.get("code"), values.get("sent")
            code, error = application._confirm(stage, typed, shown, origin())
            return (None, show(problem=error)) if error else (code, None)
        documents = application._documents(stage)
        if not documents:
            return None, self._documents_waited_for(application, stage)
        ticked = all(values.get(f"document_{document.id}") for document in documents)
        asked = values.get("action") == "resend" and application._was_asked(stage, documents)
        if phone is None or not (ticked or asked):
            return None, show(ticks_missing=not ticked)
        phone = phone or application.phone
        _code, refusal = application._request_code(stage, phone, origin(), known)
        return None, show(problem=refusal) if refusal else None

    def _code_values(self, application, stage, documents, problem=None) -> dict:
        """Return what the page of a code shows: the form, or the ticks, and what is wrong.

        :param problem: what came of a request; without one the code may have something
            to say by itself: it expired, was replaced, the documents changed
        """
        code = application._active_code(stage)
        standing = code._standing(documents._digest())
        ticks_anew = not code or code.state in ("void", "used")
        ticks_anew = ticks_anew or (standing or {}).get("error") == "changed"
        if (problem or {}).get("error") == "wait" and not ticks_anew:
            problem = None  # the form's countdown says it
        return {
            "code": code,
            "ask_code": not ticks_anew,
            "wait_seconds": code._wait_seconds(),
            "code_problem": code._words(problem or standing),
            "code_help_url": help_url(f"/my/applications/{application.uuid}"),
            "code_state_url": f"/my/applications/{application.uuid}/code/{stage}",
        }
