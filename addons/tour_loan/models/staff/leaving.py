"""An employee leaves: one action ends all he could come in by, or act through.

The same happens whatever archives a user, Odoo's own menu too; and nothing of it comes
back with him if somebody makes the user active again.
"""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import root
from odoo.tools import SQL

WAITING = ("wait_dependencies", "pending", "enqueued")


class Ended(NamedTuple):
    """What a leaving user had: how many sessions, keys, factors, jobs and timers ended."""

    sessions: int
    keys: int
    factors: int
    jobs: int
    timers: int


class ResUsers(models.Model):
    _inherit = "res.users"

    # Part of what a session's token is made of: a session from before a change is over for
    # good. `active`, which Odoo takes, comes back with the user.
    tour_loan_sessions_ended = fields.Integer(
        copy=False, readonly=True, groups=fields.NO_ACCESS, help="How often sessions were ended."
    )
    tour_loan_has_factor = fields.Boolean("Second factor", compute="_compute_tour_loan_factor")

    @api.depends("totp_secret", "auth_passkey_key_ids")
    def _compute_tour_loan_factor(self):
        for user in self:
            user.tour_loan_has_factor = user._tour_loan_has_factor()

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["tour_loan_has_factor"]

    def _get_session_token_fields(self):
        return super()._get_session_token_fields() | {"tour_loan_sessions_ended"}

    def write(self, vals):
        """Override: who is archived, by whatever door, is shut out."""
        leaving = self.browse()
        if vals.get("active") is False:
            leaving = self.filtered("active")
        result = super().write(vals)
        if leaving:
            leaving._tour_loan_shut_out()
        return result

    def action_tour_loan_leave(self):
        """Button of managers and administrators: these employees leave."""
        told = []
        for user in self:
            user._tour_loan_check_may_dismiss()
            # sudo: who may dismiss whom was checked; a manager may not write users
            user_sudo = user.sudo()
            had = user_sudo._tour_loan_in_hand()
            user_sudo.active = False
            told.append(
                self.env._(
                    "%(name)s is out. Ended: sessions %(sessions)s, keys %(keys)s, second "
                    "factors %(factors)s, waiting jobs %(jobs)s, timers %(timers)s.",
                    name=user_sudo.name,
                    **had._asdict(),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "message": "\n".join(told),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _tour_loan_check_may_dismiss(self):
        """Raise unless whoever is logged in may make this user leave."""
        me = self.env.user
        if not (
            me.has_group("base.group_erp_manager")
            or me.has_group("tour_loan.tour_loan_group_manager")
        ):
            raise AccessError(self.env._("Only managers and administrators do this."))
        if not self._is_internal():
            raise UserError(self.env._("%s is no employee.", self.name))
        if self == me:
            raise UserError(self.env._("Nobody does this to himself: ask a colleague."))
        above = self.has_group("base.group_erp_manager") or self.has_group("base.group_system")
        if above and not me.has_group("base.group_system"):
            raise AccessError(self.env._("An administrator is dismissed by administrators only."))

    # --- what it is that ends ---

    def _tour_loan_in_hand(self) -> Ended:
        """Count what the user could come in by, or act through (in sudo)."""
        self.ensure_one()
        devices = self.env["res.device"].search([("user_id", "=", self.id)])
        return Ended(
            sessions=len(set(devices.mapped("session_identifier"))),
            keys=self.env["res.users.apikeys"].search_count([("user_id", "=", self.id)]),
            factors=int(self.totp_enabled) + len(self.auth_passkey_key_ids),
            jobs=len(self._tour_loan_waiting_jobs()),
            timers=len(self._tour_loan_timers()),
        )

    def _tour_loan_waiting_jobs(self):
        return self.env["queue.job"].search([("user_id", "in", self.ids), ("state", "in", WAITING)])

    def _tour_loan_timers(self):
        return self.env["ir.cron"].search([("user_id", "in", self.ids)])

    def _tour_loan_shut_out(self):
        """End sessions, keys, factors, the password, what waits to run as these users."""
        # sudo: whoever archives a user was checked; a factor's secret belongs to no group
        users_sudo = self.sudo()
        for user_sudo in users_sudo:
            had = user_sudo._tour_loan_in_hand()
            if not user_sudo.share:
                note = {"login": user_sudo.login, **had._asdict()}
                self.env["tour_loan.event"]._record("staff_left", user_sudo, note=note)
        users_sudo._tour_loan_take_keys()
        users_sudo._tour_loan_take_factors()
        users_sudo._tour_loan_take_password()
        users_sudo._tour_loan_waiting_jobs().button_cancelled()
        users_sudo._tour_loan_timers().active = False
        users_sudo._tour_loan_end_sessions()

    def _tour_loan_take_keys(self):
        """Take the keys of the users' programs away (in sudo)."""
        self.env["res.users.apikeys"].search([("user_id", "in", self.ids)]).unlink()

    def _tour_loan_take_password(self):
        """Leave no password, and no link to set one by (in sudo)."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE res_users SET password = NULL WHERE id IN %s", tuple(self.ids))
        )
        self.invalidate_recordset(["password"])
        self.partner_id.filtered("signup_type").signup_cancel()

    def _tour_loan_end_sessions(self):
        """End the sessions of the users, on all workers, for good (in sudo)."""
        for user in self:
            user.tour_loan_sessions_ended += 1
        logs = self.env["res.device.log"].search(
            [("user_id", "in", self.ids), ("revoked", "=", False)]
        )
        # the files too, but the token decides: a transaction may come to nothing after this
        identifiers = list(set(logs.mapped("session_identifier")))
        self.env.cr.postcommit.add(lambda: root.session_store.delete_from_identifiers(identifiers))
        logs.revoked = True
