"""The ways in and out: borrowers to the phone login, staff to theirs."""

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.web import Home as StaffHome
from odoo.addons.web.controllers.utils import is_user_internal

from .. import ways


class Home(StaffHome):
    @route()
    def index(self, *args, **values):
        """Staff go on to Odoo; all others are borrowers, known or not."""
        uid = request.session.uid
        if uid and is_user_internal(uid):
            return super().index(*args, **values)
        return request.redirect(ways.CABINET)

    @route("/tour_loan/logout", type="http", auth="public", methods=["POST"])
    def tour_loan_logout(self, **_values):
        """End the session, whoever's it is."""
        request.session.logout(keep_db=True)
        answer = request.redirect(ways.LOGIN)
        # not the cookies: by one the browser is known, so that its owner is not taken for others
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer


class PortalHome(CustomerPortal):
    @route(auth="public")
    def home(self, **values):
        """Borrowers have one cabinet; Odoo's own home page stays for employees."""
        if request.env.user._is_internal():
            return super().home(**values)
        return request.redirect(ways.CABINET)
