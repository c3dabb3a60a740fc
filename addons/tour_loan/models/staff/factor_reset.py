"""A lost second factor: one administrator asks for its reset, another one confirms it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

GOOD_FOR = timedelta(hours=24)


class FactorReset(models.Model):
    """One reset that was asked for, and what became of it. A row stays for ever."""

    _name = "tour_loan.factor.reset"
    _description = "Reset of a second factor"
    _order = "id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users", "Whose", required=True, readonly=True, index=True, ondelete="restrict"
    )
    reason = fields.Char(required=True, readonly=True, help="What was lost, who has been asked.")
    state = fields.Selection(
        [
            ("asked", "Waits for another administrator"),
            ("done", "Confirmed and done"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("ended", "Not confirmed in time"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )
    asked_by_id = fields.Many2one(
        "res.users", "Asked for by", required=True, readonly=True, ondelete="restrict"
    )
    asked_at = fields.Datetime(required=True, readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, ondelete="restrict")
    decided_at = fields.Datetime(readonly=True)
    may_decide = fields.Boolean(compute="_compute_may_decide")
    asked_by_me = fields.Boolean(compute="_compute_may_decide")

    # two requests at once are one, and the second administrator sees the first one's
    _asked_uniq = models.UniqueIndex("(user_id) WHERE state = 'asked'")

    @api.depends("state", "user_id", "asked_by_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        for reset in self:
            involved = reset.user_id | reset.asked_by_id
            asked = reset.state == "asked"
            reset.asked_by_me = asked and self.env.user == reset.asked_by_id
            reset.may_decide = asked and self.env.user not in involved

    @api.model
    def _ask(self, user, reason: str):
        """Ask, as the administrator who is logged in, for the reset of ``user``'s factor."""
        self._check_administrator()
        if user == self.env.user:
            raise UserError(self.env._("Nobody asks for himself: ask another administrator."))
        if not reason.strip():
            raise UserError(self.env._("Say why: what was lost, and how you made sure who asks."))
        if not user._is_internal() or not user._tour_loan_has_factor():
            raise UserError(self.env._("%s has no second factor.", user.name))
        # sudo: rows are written by these methods alone; the administrator was checked
        resets_sudo = self.sudo()
        resets_sudo._end_old()
        if resets_sudo.search_count([("user_id", "=", user.id), ("state", "=", "asked")]):
            raise UserError(self.env._("A reset has been asked for already and waits."))
        reset_sudo = resets_sudo.create(
            {
                "user_id": user.id,
                "reason": reason.strip(),
                "asked_by_id": self.env.uid,
                "asked_at": fields.Datetime.now(),
            }
        )
        reset_sudo._told("proposed")
        return reset_sudo.with_env(self.env)

    def action_confirm(self):
        """Button of another administrator: the user's factors, trusted devices, keys and
        sessions are gone."""
        reset_sudo = self._decide("done")
        user_sudo = reset_sudo.user_id
        user_sudo._tour_loan_take_factors()
        user_sudo._tour_loan_end_sessions()
        user_sudo._tour_loan_take_keys()

    def action_refuse(self):
        """Button of another administrator: nothing happens."""
        self._decide("refused")

    def action_withdraw(self):
        """Button of who asked."""
        self.ensure_one()
        self._check_administrator()
        # sudo: rows are written by these methods alone
        reset_sudo = self.sudo()
        if reset_sudo.state != "asked" or reset_sudo.asked_by_id != self.env.user:
            raise AccessError(self.env._("Only who asked for a reset withdraws it."))
        reset_sudo._close("withdrawn")

    def _decide(self, state):
        self.ensure_one()
        self._check_administrator()
        # sudo: rows are written by these methods alone
        reset_sudo = self.sudo()
        # of two who decide at once the later one is run again and sees what the first one did
        self.env["tour_loan.lock"]._take_rows(reset_sudo)
        reset_sudo.invalidate_recordset()
        reset_sudo._end_old()
        asked_by = reset_sudo.asked_by_id
        # nor with a second account he made for himself
        if self.env.user in reset_sudo.user_id | asked_by or (
            self.env.user.sudo().create_uid == asked_by
        ):
            raise AccessError(
                self.env._("Two people are needed: another administrator has to decide this.")
            )
        if reset_sudo.state != "asked":
            raise UserError(self.env._("This is decided already, or was asked for too long ago."))
        reset_sudo._close(state)
        return reset_sudo

    def _close(self, state):
        self.write(
            {
                "state": state,
                "decided_by_id": self.env.uid if state != "ended" else False,
                "decided_at": fields.Datetime.now(),
            }
        )
        kinds = {"done": "confirmed", "ended": "withdrawn"}
        self._told(kinds.get(state, state))

    def _end_old(self):
        """What nobody confirmed in a day is over; so is what somebody asked who has left."""
        now = fields.Datetime.now()
        asked = self.search([("state", "=", "asked")])
        for reset in asked:
            if reset.asked_at < now - GOOD_FOR or not all(
                user.active for user in reset.asked_by_id | reset.user_id
            ):
                reset._close("ended")

    def _check_administrator(self):
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators reset second factors."))

    def _told(self, kind):
        for reset in self:
            note = {"what": "second factor", "login": reset.user_id.login, "state": reset.state}
            self.env["tour_loan.event"]._record(kind, reset, reason=reset.reason, note=note)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was asked for and decided stays."))


class FactorAsk(models.TransientModel):
    """The window in which an administrator says why."""

    _name = "tour_loan.factor.ask"
    _description = "Ask for the reset of a second factor"

    user_id = fields.Many2one("res.users", "Whose", required=True, domain=[("share", "=", False)])
    reason = fields.Char(required=True)

    def action_ask(self):
        """Ask, and show what waits."""
        self.ensure_one()
        self.env["tour_loan.factor.reset"]._ask(self.user_id, self.reason)
        return self.env["ir.actions.act_window"]._for_xml_id("tour_loan.factor_reset_action")


class ResUsers(models.Model):
    _inherit = "res.users"

    def action_tour_loan_ask_reset(self):
        """Button: ask for the reset of this user's second factor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("tour_loan.factor_ask_action")
        return {**action, "context": {"default_user_id": self.id}}
