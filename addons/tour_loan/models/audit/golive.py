"""Before going live: who watches whom."""

from odoo import models

from ...rules.leaked import is_such_a_file
from ...tools import is_on, server_setting
from ..staff.golive import GREEN, RED, YELLOW, Finding
from ..staff.passwords import LEAKED
from .four_eyes import ALONE

AUDITOR = "tour_loan.tour_loan_group_auditor"
# Who makes or changes what an auditor reads of.
AUDITED = ("base.group_system", "base.group_erp_manager", "tour_loan.tour_loan_group_manager")


class GoLive(models.AbstractModel):
    _inherit = "tour_loan.golive"

    def _golive_auditor(self) -> Finding:
        """Somebody reads the events, and he is not the one they are about."""
        users = self._action("base.action_res_users")
        # sudo: who has which group; the page is the administrator's
        auditors_sudo = (
            self.env.ref(AUDITOR)
            .sudo()
            .all_user_ids.filtered(lambda user: user.active and user._is_internal())
        )
        if not auditors_sudo:
            return Finding(
                YELLOW,
                self.env._("Nobody is an auditor: events and evidence are read by no one."),
                users,
            )
        both = auditors_sudo.filtered(lambda user: any(map(user.has_group, AUDITED)))
        if both:
            return Finding(
                YELLOW,
                self.env._(
                    "Auditor and administrator or manager at once, so nobody audits them: %s.",
                    ", ".join(both.mapped("login")),
                ),
                users,
            )
        return Finding(
            GREEN, self.env._("Audited by %s.", ", ".join(auditors_sudo.mapped("login")))
        )

    def _golive_four_eyes(self) -> Finding:
        if is_on(self._param(ALONE)):
            return Finding(
                YELLOW,
                self.env._(
                    "One person changes bank details, keys, products and identification alone."
                ),
                self._action("tour_loan.periods_action"),
            )
        return Finding(GREEN, self.env._("Bank details, keys and products are changed by two."))

    def _golive_leaked_passwords(self) -> Finding:
        file, in_docs = server_setting("tour_loan", LEAKED), self._in_docs("leaked-passwords")
        if not file:
            return Finding(
                YELLOW,
                self.env._(
                    "No set of leaked passwords is named: only the commonest ones are refused."
                ),
                in_docs,
            )
        try:
            is_good = is_such_a_file(file)
        except OSError:
            is_good = False
        if not is_good:
            return Finding(
                RED,
                self.env._(
                    "The file of TOUR_LOAN_LEAKED_PASSWORDS cannot be read, or is none of "
                    "hashes in order: no password can be changed, or none is found in it."
                ),
                in_docs,
            )
        return Finding(GREEN, self.env._("New passwords are looked for among leaked ones."))
