"""Rows that only staff change, and every worker remembers."""

from odoo import api, models


class Remembered(models.AbstractModel):
    """A change makes all workers forget what they remember (``ormcache``)."""

    _name = "tour_loan.remembered"
    _description = "What workers remember"

    def _forget(self):
        """Forget now, and again after the commit: until then a thread of this process may
        remember the old anew."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    @api.model_create_multi
    def create(self, vals_list):
        self._forget()
        return super().create(vals_list)

    def write(self, vals):
        self._forget()
        return super().write(vals)

    def unlink(self):
        self._forget()
        return super().unlink()
