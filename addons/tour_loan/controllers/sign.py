"""The offer is signed: is the tour there, documents, SMS code 3."""

from odoo.http import request, route

from .portal_base import BorrowerPages, with_application


class Sign(BorrowerPages):
    @route(
        "/my/applications/<string:uuid>/sign",
        type="http",
        auth="public",
        methods=["GET"],
    )
    @with_application
    def sign_page(self, application, **_values):
        """Order the documents, or ask the agency whether the tour still stands; never both.

        The answer is not written: it goes into the form, signed, and comes back with the
        next POST.
        """
        if application._sign_blocker():
            return request.redirect(f"/my/applications/{application.uuid}")
        if not application._documents("contract"):
            return self._documents_waited_for(application, "contract")
        actualized = application._actualize()
        if not actualized:
            return self._waiting_page(application, "agency")
        return self._sign_page(application, actualized)

    @route(
        "/my/applications/<string:uuid>/sign",
        type="http",
        auth="public",
        methods=["POST"],
    )
    @with_application
    def sign(self, application, actualized="", **values):
        home = f"/my/applications/{application.uuid}"
        if application._sign_blocker():
            return request.redirect(home)
        verdict = application._heed_actualized(actualized)
        if verdict in ("gone", "changed"):
            return request.redirect(home)
        if verdict != "sign":
            return self._sign_page(application, actualized, verdict=verdict)

        def show(**problem):
            return self._sign_page(application, actualized, **problem)

        code, page = self._confirm_or_send(application, "contract", values, show)
        # the answer of the agency comes back with each form, so no redirect loses it
        return request.redirect(home) if code else page or show()

    def _sign_page(self, application, actualized, verdict="", problem=None, **values):
        # as they are now, not as they were last made: else the page of an older offer's code
        documents = application._documents("contract")
        if not documents:
            return self._documents_waited_for(application, "contract")
        return self._render(
            "sign_page",
            application,
            documents=documents,
            actualized=actualized,
            verdict=verdict,
            **self._code_values(application, "contract", documents, problem),
            **values,
        )
