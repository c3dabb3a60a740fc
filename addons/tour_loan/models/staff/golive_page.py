"""*Tour Loan > Settings > Going live*: the checks, and buttons that ask the counterparties."""

from odoo import api, fields, models

from .golive import COLOURS, DOCS, GREEN


class GoLivePage(models.TransientModel):
    _name = "tour_loan.golive.page"
    _description = "Going live"

    made_at = fields.Datetime(default=lambda self: fields.Datetime.now(), readonly=True)
    finding_ids = fields.One2many("tour_loan.golive.finding", "page_id", readonly=True)
    connection_ids = fields.One2many("tour_loan.connection", "page_id", readonly=True)
    red_count = fields.Integer(compute="_compute_counts")
    yellow_count = fields.Integer(compute="_compute_counts")

    @api.depends("finding_ids.colour")
    def _compute_counts(self):
        for page in self:
            colours = page.finding_ids.mapped("colour")
            page.red_count, page.yellow_count = colours.count("red"), colours.count("yellow")

    def _compute_display_name(self):
        self.display_name = self.env._("Going live")

    @api.model_create_multi
    def create(self, vals_list):
        pages = super().create(vals_list)
        for page in pages:
            page._look()
            kinds = self.env["tour_loan.connection"]._counterparties()
            page.connection_ids = [(0, 0, {"kind": kind}) for kind in kinds]
        return pages

    @api.model
    def action_open(self):
        """Look, and show what was found."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Going live"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_look_again(self):
        """Run the checks anew; what the counterparties said stays."""
        self.ensure_one()
        self._look()
        self.made_at = fields.Datetime.now()
        return True

    def _look(self):
        found = self.env["tour_loan.golive"]._findings()
        self.finding_ids.unlink()
        self.finding_ids = [
            (
                0,
                0,
                {
                    "name": name,
                    "colour": one.colour,
                    "sentence": one.sentence,
                    "link": one.colour != GREEN and one.link,  # nothing is to be mended
                },
            )
            for name, one in found.items()
        ]


class GoLiveFinding(models.TransientModel):
    _name = "tour_loan.golive.finding"
    _description = "What a check found"
    _order = "id"

    page_id = fields.Many2one(
        "tour_loan.golive.page", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(required=True, readonly=True)
    colour = fields.Selection(COLOURS, required=True, readonly=True)
    sentence = fields.Char(readonly=True)
    link = fields.Char(readonly=True)
    place = fields.Char("Where to mend it", compute="_compute_place")

    @api.depends("link")
    def _compute_place(self):
        for finding in self:
            finding.place = finding.link if (finding.link or "").startswith(DOCS) else False

    def action_mend(self):
        """Lead to where it is mended."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.link, "target": "new"}
