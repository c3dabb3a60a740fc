"""The questionnaire's pages."""

from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.http import content_disposition, request, route

from ..models.application.questionnaire_words import STEP_TITLES, groups
from ..rules.questionnaire import STEPS
from .portal_base import (
    BIRTH_DATE_KEY,
    SESSION_KEY,
    BorrowerPages,
    link_of,
    note_refused,
    with_application,
)


class Questionnaire(BorrowerPages):
    @route(
        f"/my/applications/<string:uuid>/<any({','.join(STEPS)}):step>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
    )
    @with_application
    def step(self, application, step, **typed):
        """One page of questions; what is typed right is kept at once."""
        if application.state not in ("filling", "needs_data"):
            return request.redirect(f"/my/applications/{application.uuid}")
        back = typed.get("back", "")
        if request.httprequest.method != "POST":
            return self._step_page(application, step, back=back)
        if typed.get("action") == "take":
            taken = {**typed, **application._agency_address_typed()}
            return self._step_page(application, step, taken, back=back)
        # whatever birth date he types now, this one he goes on seeing; no other by it
        request.session[SESSION_KEY] = link_of(application)
        errors = application._save_step(step, typed)
        if errors:
            return self._step_page(application, step, typed, errors, back)
        names = list(STEPS)
        following = [*names[names.index(step) + 1 :], "review"][0]
        if application._is_complete():
            application._documents("questionnaire")  # a head start for the review
        home = f"/my/applications/{application.uuid}"
        # what the lender asks for leads on by itself, as does a change from the review
        wanted = back == "review" or application.state == "needs_data"
        return request.redirect(home if wanted else f"{home}/{following}")

    def _step_page(self, application, step, typed=None, errors=None, back=""):
        issued_on = application.passport_issued_on
        code = application.passport_division_code or ""
        names = request.env["tour_loan.passport.division"]._names(code, issued_on or None)
        return self._render(
            "step_page",
            application,
            step=step,
            steps=["documents", *STEPS, "review"],
            step_titles=STEP_TITLES,
            groups=groups(step),
            typed=typed or {},
            errors=errors or {},
            doubts=errors.doubts if errors else (),
            warnings=application._warnings(),
            back=back,
            issuers=names if step == "passport" else [],
            unknown_division=bool(code) and not names,
            previews=application._term_previews() if step == "work" else [],
        )

    @route(
        "/my/applications/<string:uuid>/review",
        type="http",
        auth="public",
        methods=["GET", "POST"],
    )
    @with_application
    def review(self, application, **values):
        """Everything once more, and SMS code 2 that signs and sends it."""
        step = application._current_step()
        if step != "review":
            return request.redirect(f"/my/applications/{application.uuid}")
        if request.httprequest.method != "POST":
            return self._review_page(application)

        def show(**problem):
            return self._review_page(application, **problem)

        code, page = self._confirm_or_send(application, "questionnaire", values, show)
        if code:
            request.session[BIRTH_DATE_KEY] = application.birth_date.isoformat()
            return request.redirect(f"/my/applications/{application.uuid}")
        return page or request.redirect(f"/my/applications/{application.uuid}/review")

    def _review_page(self, application, problem=None, **values):
        documents = application._documents("questionnaire")
        if not documents:
            return self._documents_waited_for(application, "questionnaire")
        return self._render(
            "review_page",
            application,
            step="review",
            steps=["documents", *STEPS, "review"],
            step_titles=STEP_TITLES,
            questions=STEPS,
            warnings=application._warnings(),
            documents=documents,
            **self._code_values(application, "questionnaire", documents, problem),
            **values,
        )

    @route(
        "/my/applications/<string:uuid>/documents/<int:document_id>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    @with_application
    def document(self, application, document_id, **_values):
        """The PDF, exactly the bytes that are signed."""
        document = _document(application, document_id)
        return request.make_response(
            document._bytes(),
            [
                ("Content-Type", "application/pdf"),
                (
                    "Content-Disposition",
                    content_disposition(f"{document.name}.pdf", "inline"),
                ),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    @route(
        "/my/applications/<string:uuid>/documents/<int:document_id>/text",
        type="http",
        auth="public",
        methods=["GET"],
    )
    @with_application
    def document_text(self, application, document_id, **_values):
        """The same text as a page, to be read on a phone."""
        document = _document(application, document_id)
        if not document.text:  # made before texts were kept
            return request.redirect(f"/my/applications/{application.uuid}/documents/{document_id}")
        return self._render("document_page", application, document=document)

    @route(
        "/tour_loan/divisions",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def divisions(self, query="", issued_on="", **_values):
        """Issuers of a division code, in the shape of DaData's ``fms_unit`` answer."""
        try:
            day = fields.Date.to_date(issued_on) if issued_on else None
        except ValueError:
            day = None
        names = request.env["tour_loan.passport.division"]._names(query[:7], day)
        return request.make_json_response(
            {
                "suggestions": [
                    {
                        "value": name,
                        "unrestricted_value": name,
                        "data": {
                            "code": query[:7],
                            "name": name,
                            "region_code": query[:2],
                            "type": query[2:3],
                        },
                    }
                    for name in names
                ]
            }
        )


def _document(application, document_id: int):
    """Return a document of this application, or of nobody and its agency; else it is 404."""
    document = application.env["tour_loan.document"].search([("id", "=", document_id)])
    is_his = document.application_id in (application.browse(), application)
    if not document or not is_his or document.agency_id != application.agency_id:
        if document:
            note_refused(document, document.application_id)
        raise NotFound()
    return document
