"""The session of who logs in: when it began, what it was begun with, whether he is there."""

import os
import time

from odoo import models
from odoo.http import request, root

from ... import session_age

PENDING = "tour_loan_pending"  # (when, token) of a password that waits for its second factor
PENDING_SECONDS = 600


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        session_age.note()
        return super()._pre_dispatch(rule, args)

    @classmethod
    def _post_dispatch(cls, response):
        """A session that ended while this request was under way stays ended.

        Odoo would write its file once more, and whoever logged out would be in again.
        """
        session, store = request.session, root.session_store
        is_as_it_came = not (session.is_new or session.should_rotate)
        if session.uid and session.is_dirty and is_as_it_came:
            if not os.path.isfile(store.get_session_filename(session.sid)):
                session.can_save = False
        return super()._post_dispatch(response)


class ResUsers(models.Model):
    _inherit = "res.users"

    def authenticate(self, credential, user_agent_env):
        """Override: begin the session's age, and what may be finished by a second factor."""
        auth_info = super().authenticate(credential, user_agent_env)
        if request:
            session_age.begin_anew(request.session)
            user = self.env["res.users"].browse(auth_info["uid"])
            token = user._compute_session_token(request.session.sid)
            request.session[PENDING] = [time.time(), token]
        return auth_info

    def _tour_loan_is_pending(self) -> bool:
        """Return whether the password just typed in this browser may still be completed.

        Not for long, and not once the user was archived, his password or factor changed:
        Odoo would let the step after the password wait for a week.
        """
        began, token = request.session.get(PENDING) or (0, "")
        expected = self._compute_session_token(request.session.sid)
        return 0 <= time.time() - began < PENDING_SECONDS and token == expected

    def _tour_loan_is_barred(self) -> bool:
        """Return whether a good session lets this user nowhere all the same."""
        return False
