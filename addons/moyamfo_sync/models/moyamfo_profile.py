"""Profiles in the database: versions that an integrator loads, tries and switches."""

import difflib
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from odoo.addons.tour_loan.rules.masking import mask_text
from odoo.addons.tour_loan.rules.questionnaire import TOLD

from .. import connection
from ..protocol.errors import ExchangeError, ProfileError
from ..protocol.profile import read

STATES = [("draft", "Draft"), ("tried", "Tried"), ("used", "In use"), ("replaced", "Replaced")]


class MoyamfoProfile(models.Model):
    """A version of the profile; one is in use, unless the settings name a file.

    Secrets are not in it, only names of settings (the language refuses them); the hosts it
    may call stand in the settings too.
    """

    _name = "moyamfo.profile"
    _inherit = ["tour_loan.remembered"]
    _description = "Profile of the accounting system"
    _order = "id desc"
    _rec_name = "name"

    name = fields.Char(compute="_compute_said", store=True)
    content = fields.Text(required=True, help="The profile as a JSON file has it.")
    note = fields.Char("What changes")
    state = fields.Selection(STATES, required=True, default="draft", readonly=True)
    problem = fields.Text(compute="_compute_said", store=True, help="Why it cannot be used.")
    unmapped = fields.Char(
        "Not exchanged",
        compute="_compute_said",
        store=True,
        help="Answers of the questionnaire that the profile does not mention: they stay here.",
    )
    difference = fields.Text("Against the one in use", compute="_compute_difference")
    file = fields.Char(
        "File in the settings",
        compute="_compute_file",
        help="moyamfo_sync.profile names a file: it is used, whatever is in use here.",
    )
    author_id = fields.Many2one(
        "res.users", "Made by", readonly=True, default=lambda self: self.env.user
    )
    tried_at = fields.Datetime(readonly=True)
    used_at = fields.Datetime("In use since", readonly=True)
    used_by_id = fields.Many2one("res.users", "Switched by", readonly=True)
    _one_used = models.UniqueIndex("(state) WHERE state = 'used'", "One profile is in use.")

    @api.depends("content")
    def _compute_said(self):
        for profile in self:
            profile.name = profile.problem = profile.unmapped = False
            try:
                told = read(profile.content or "", TOLD, connection.PROFILES)
            except ProfileError as error:
                profile.problem = str(error)
            else:
                profile.name, profile.unmapped = told.name, ", ".join(told.unmapped) or False

    @api.depends("content", "state")
    def _compute_difference(self):
        used = connection.used_text(self.env)
        for profile in self:
            lines = difflib.unified_diff(
                used.splitlines(), (profile.content or "").splitlines(), "", "", "", "", 2, ""
            )
            profile.difference = "\n".join(list(lines)[2:])

    def _compute_file(self):
        self.file = connection.setting("profile")

    @api.depends("name", "create_date")
    def _compute_display_name(self):
        for profile in self:
            profile.display_name = f"{profile.name or '?'} № {profile.id or '…'}"

    @api.model
    def default_get(self, names):
        """A new version begins as the one in use."""
        return {**super().default_get(names), "content": connection.used_text(self.env)}

    def write(self, vals):
        """What was used stays as it was; what is changed has to be tried again."""
        if "content" in vals:
            if any(profile.state in ("used", "replaced") for profile in self):
                raise UserError(
                    self.env._("This version is or was in use. Make a new one of it instead.")
                )
            # whoever wrote the text last is no second person for it
            vals = {**vals, "state": "draft", "tried_at": False, "author_id": self.env.uid}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(profile.state in ("used", "replaced") for profile in self):
            raise UserError(self.env._("A version that is or was in use is kept."))

    @api.model
    @ormcache()
    def _used(self):
        """Return (id, text) of the version in use, or None."""
        # sudo: the exchange is the server's own, whoever works
        used_sudo = self.sudo().search([("state", "=", "used")], limit=1)
        return (used_sudo.id, used_sudo.content) if used_sudo else None

    def action_new_version(self):
        """Open a draft with this version's text."""
        self.ensure_one()
        draft = self.create({"content": self.content})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }

    def action_try(self):
        """Ask the accounting system about an application it cannot know, by this profile."""
        self.ensure_one()
        self.check_access("write")
        profile = self._parsed()
        if not connection.is_configured(self.env):
            raise UserError(
                self.env._("No address of the accounting system is set on this server.")
            )
        try:
            self._ask(connection.made(profile, keep_wsdl=False))
        except (ExchangeError, OSError) as error:
            raise UserError(
                self.env._("It does not answer as the profile says: %s", mask_text(str(error)))
            ) from None
        if self.state == "draft":
            self.write({"state": "tried", "tried_at": fields.Datetime.now()})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The accounting system answers, and the profile fits."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _ask(self, exchange):
        """Ask what changes nothing; a profile that offers no question cannot be tried."""
        if exchange.offers("application_states"):
            exchange.application_states([str(uuid4())])
        elif exchange.offers("changed_applications"):
            exchange.changed_applications(fields.Datetime.now(), 1)
        else:
            raise UserError(
                self.env._("The profile offers no question to try. Ask a second person to switch.")
            )

    def action_use(self):
        """Use this version from now on: it was tried, or a second person says so."""
        self.ensure_one()
        self.check_access("write")
        self._parsed()
        if self.state == "draft" and self.author_id == self.env.user:
            raise UserError(
                self.env._("Try it first, or let a second person switch to it without a try.")
            )
        before = self.search([("state", "=", "used")])
        (before - self).write({"state": "replaced"})
        (before - self).flush_recordset()
        self.write({"state": "used", "used_at": fields.Datetime.now(), "used_by_id": self.env.uid})
        self.env["tour_loan.event"]._record(
            "setting", self, note={"profile": self.display_name, "before": before.ids}
        )

    def _parsed(self):
        try:
            return read(self.content or "", TOLD, connection.PROFILES)
        except ProfileError as error:
            raise UserError(str(error)) from None
