"""Everything has an end: rows nobody needs any more are deleted at night."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)
BATCH = 1000


class Period(NamedTuple):
    """How many days rows of a kind are kept.

    ``parameter``: the system parameter that says it (None: nobody chooses);
    ``days``: unless it says so; ``at_least``: whatever it says.
    """

    parameter: str | None
    days: int
    at_least: int = 1

    def in_force(self, env) -> timedelta:
        # sudo: a parameter of the system
        said = env["ir.config_parameter"].sudo().get_param(self.parameter) if self.parameter else ""
        days = int(said) if (said or "").isdecimal() else 0
        return timedelta(days=max(days or self.days, self.at_least))


class Ending(models.AbstractModel):
    """Rows that end after a period of the settings.

    A concrete model has its ``_period`` and tells by ``_ended`` which rows nobody needs:
    never what waits, what a person has to look at, what keeps something from happening
    twice, or evidence.
    """

    _name = "tour_loan.ending"
    _description = "Rows that end"
    _period = None

    @api.model
    def _ended(self, before: datetime) -> Domain:
        """Return which rows end, where nothing happened to them since ``before``."""
        return Domain("create_date", "<", before)

    def _delete_ended(self):
        """Delete these rows and what makes no sense without them."""
        self.unlink()

    @api.autovacuum
    def _gc_ended(self):
        """Delete a batch; Odoo's vacuum commits it and comes again while some may remain.

        Rows that another one holds are passed over by their ids: however many there are,
        those behind them go.
        """
        if self._abstract:
            return 0, False
        ended = self._ended(fields.Datetime.now() - self._period.in_force(self.env))
        gone = last = 0
        while gone < BATCH:
            found = self.search(ended & Domain("id", ">", last), order="id", limit=BATCH)
            if not found:
                return gone, False
            last = found[-1].id
            gone += found._delete_what_can()
        return gone, True

    def _delete_what_can(self) -> int:
        """Delete these rows but those the database holds for another's sake; return how many."""
        if not self:
            return 0
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._delete_ended()
            return len(self)
        except IntegrityError:
            if len(self) == 1:
                _logger.info("%s stays: another row needs it", self)
                return 0
        half = len(self) // 2
        return self[:half]._delete_what_can() + self[half:]._delete_what_can()
