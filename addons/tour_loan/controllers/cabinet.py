"""The borrower's cabinet: his applications and where each stands."""

from odoo.http import request, route

from .. import ways
from .portal_base import BorrowerPages, may_see, may_see_loan, with_application


class Cabinet(BorrowerPages):
    @route("/my/applications", type="http", auth="public", methods=["GET"])
    def applications(self, **_values):
        if request.env.user._is_public():
            return request.redirect(ways.LOGIN)
        borrower_sudo = request.env["tour_loan.borrower"]._of_user()
        applications = borrower_sudo.application_ids.filtered(may_see)
        loans = borrower_sudo.loan_ids.filtered(may_see_loan).sorted(
            lambda loan: (loan.state == "closed", -loan.id)
        )
        if len(applications) == 1 and not loans:
            return request.redirect(f"/my/applications/{applications.uuid}")
        return self._render(
            "list_page",
            agency=applications[:1].agency_id,
            applications=applications,
            loans=loans,
        )

    @route("/my/applications/<string:uuid>", type="http", auth="public", methods=["GET"])
    @with_application
    def application(self, application, late="", **_values):
        """Lead to the page the application waits on, or show where it stands."""
        step = application._current_step()
        if step != "status":
            return request.redirect(f"/my/applications/{application.uuid}/{step}")
        blocker = application._sign_blocker() if application.state == "approved" else ""
        if application.state == "approved" and not blocker:
            application._documents("contract")
        if application.signed_at:
            application._documents("signed")
        return self._render(
            "status_page",
            application,
            urls=application._return_urls(),
            blocker=blocker,
            late=bool(late),
            documents=application._documents_to_keep(),
        )

    @route(
        "/my/applications/<string:uuid>/state",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    @with_application
    def state(self, application, **_values):
        """What the status page asks every few seconds."""
        return request.make_json_response(
            {"sequence": application.sequence}, headers={"Cache-Control": "no-store"}
        )

    @route(
        "/my/applications/<string:uuid>/code/<any(acquaintance,questionnaire,contract):stage>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    @with_application
    def code_state(self, application, stage, **_values):
        """What the page of a code asks every few seconds: is anything wrong with it?"""
        code = application._active_code(stage)
        digest = None  # what the other codes sign he alone can change, and his page says so
        if stage == "contract":  # without an offer there is nothing to sign
            offered = not application._sign_blocker() and application._contract_documents()
            digest = offered._digest() if offered else ""
        return self._json_answer({"text": code._words(code._standing(digest))})

    @route(
        "/my/applications/<string:uuid>/cancel",
        type="http",
        auth="public",
        methods=["POST"],
    )
    @with_application
    def cancel(self, application, **_values):
        done = application._cancel_by_borrower()
        # the page had been open while things went on
        late = "" if done or application.state == "cancelled" else "?late=1"
        return request.redirect(f"/my/applications/{application.uuid}{late}")

    @route(
        "/my/applications/<string:uuid>/handed_over",
        type="http",
        auth="public",
        methods=["POST"],
    )
    @with_application
    def handed_over(self, application, **_values):
        """He says that the lender has it now, by another way than these pages."""
        application._hand_over()
        return request.redirect(f"/my/applications/{application.uuid}")
