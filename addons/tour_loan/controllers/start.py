"""From the agency's link to the first SMS code."""

from odoo.http import request, route

from ..models.application.questionnaire_words import MESSAGES
from ..rules import identity
from .portal_base import (
    SESSION_KEY,
    BorrowerPages,
    by_uuid,
    is_begun_here,
    link_of,
    with_application,
)
from .session import knows_browser, log_in


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
        ours = state == "used" and (is_begun_here(application_sudo) or application_sudo.borrower_id)
        if ours:
            return request.redirect(f"/my/applications/{uuid}")
        if state != "good":
            known = application_sudo if state != "wrong" else None
            return self._render("link_page", known, link_state=state)
        if request.httprequest.method != "POST":
            return self._render("start_page", application_sudo)
        application_sudo._use_link()
        request.session[SESSION_KEY] = link_of(application_sudo)
        request.session.should_rotate = True  # it may do more than it did
        return request.redirect(f"/my/applications/{uuid}/documents")

    @route(
        "/my/applications/<string:uuid>/documents",
        type="http",
        auth="public",
        methods=["GET", "POST"],
    )
    @with_application
    def documents(self, application, **values):
        """Step 1: the documents, each with its tick, and SMS code 1 as the gate."""
        if application.state != "new":
            return request.redirect(f"/my/applications/{application.uuid}")
        if request.httprequest.method != "POST":
            return self._documents_page(application, change="change" in values)
        again = values.get("action") == "resend"
        phone, wrong = self._phone(application, values.get("phone"), again)

        def show(**shown):
            if "ticks_missing" in shown:
                shown |= {"change": True, "values": values, "phone_problem": wrong}
            return self._documents_page(application, **shown)

        known = bool(phone) and knows_browser(phone)
        code, page = self._confirm_or_send(
            application, "acquaintance", values, show, phone=phone, known=known
        )
        if code:
            log_in(code, application.birth_date or None)
            return request.redirect(f"/my/applications/{application.uuid}")
        return page or request.redirect(f"/my/applications/{application.uuid}/documents")

    def _phone(self, application, typed, again):
        """Return (E.164, None) or (None, message) for the phone the code goes to."""
        if again:
            sent = application._active_code("acquaintance")
            return sent.phone or application.customer_phone, None
        if not typed:
            return application.customer_phone, None
        problem = identity.check_phone(typed)
        if problem:
            return None, str(MESSAGES[problem])
        return identity.normal_phone(typed), None

    def _documents_page(self, application, change=False, problem=None, **values):
        documents = application._documents("acquaintance")
        if not documents:
            return self._documents_waited_for(application, "acquaintance")
        code = self._code_values(application, "acquaintance", documents, problem)
        if change and not problem:
            code |= {"ask_code": False, "code_problem": ""}
        return self._render(
            "documents_page",
            application,
            step="documents",
            documents=documents,
            values=values.pop("values", {}),
            **{**code, **values},
        )
