"""Which times of 1C's are believed, since when it is asked, and how long it was silent."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.tour_loan.rules.masking import mask_text

from .. import connection
from ..protocol.errors import ProfileError

# What changed while 1C was answering is asked for once more.
OVERLAP = timedelta(minutes=5)
FIRST_TIME = timedelta(days=30)
AHEAD_PARAMETER, AHEAD_MINUTES = "moyamfo_sync.ahead_minutes", 10
# Silence is measured in the hours the lender works, beside what was usual.
WORK_BEGINS, WORK_ENDS, WORK_DAYS = time(9), time(18), range(5)
USUAL, TIMES_LONGER, LEAST_CHANGES = timedelta(days=14), 3, 4
LEAST_SILENCE = timedelta(hours=1)  # of a house where something changes each minute
WATCHED = ("applications", "contracts")


class MoyamfoRun(models.Model):
    _inherit = "moyamfo.run"

    ahead = fields.Boolean("1C's clock is ahead", readonly=True)

    _of_kind = models.Index("(kind, id)")
    _brought = models.Index("(kind, started_at) WHERE changed_count > 0")

    # === WHICH TIMES ARE BELIEVED === #

    @api.model
    def _latest(self):
        """Return the latest moment a clock of 1C's may show, naive UTC."""
        # sudo: a setting
        said = self.env["ir.config_parameter"].sudo().get_param(AHEAD_PARAMETER) or ""
        minutes = int(said) if said.isdecimal() else AHEAD_MINUTES
        return fields.Datetime.now() + timedelta(minutes=minutes)

    @api.model
    def _lenders_zone(self):
        """Return the zone of the lender's clock: the profile's."""
        try:
            return connection.exchange(self.env).profile.formats.zone
        except (ProfileError, AttributeError):
            return ZoneInfo("Europe/Moscow")

    def _believed(self, as_of):
        """Return the time (naive UTC) this page is true for, never ahead of ours.

        :param as_of: as 1C says (aware), or None
        """
        if not as_of or self._is_ahead(as_of):
            return self.started_at
        return min(_naive(as_of), self.started_at)

    def _is_ahead(self, moment) -> bool:
        return _naive(moment) > self._latest()

    def _time_problems(self, as_of) -> list[str]:
        """Return what is wrong with the time of a page, which staff have to see."""
        self.ahead = bool(as_of) and self._is_ahead(as_of)
        if not self.ahead:
            return []
        env = self.with_context(lang="ru_RU").env
        shown = as_of.astimezone(self._lenders_zone()).strftime("%d.%m.%Y %H:%M")
        return [
            env._(
                "1C's clock is ahead: its answer is of %s. It is asked by our clock meanwhile; "
                "correct the time or the zone there.",
                shown,
            )
        ]

    # === SINCE WHEN === #

    def _watermark(self, kind):
        """Return since when changes of ``kind`` have to be asked for, naive UTC."""
        last = self.search([("kind", "=", kind), ("complete", "=", True)], limit=1)
        now = fields.Datetime.now()
        return min(last.as_of or now - FIRST_TIME, now) - OVERLAP

    # === HOW LONG IT WAS SILENT === #

    @api.model
    def _silences(self) -> list[tuple]:
        """Return [(last run that brought a change, words)] of what is silent for too long."""
        found, now, zone = [], fields.Datetime.now(), self._lenders_zone()
        for kind in WATCHED:
            last = self.search([("kind", "=", kind), ("changed_count", ">", 0)], limit=1)
            if not last:
                continue
            gaps = self._longest_gaps(kind, last.started_at - USUAL)
            if len(gaps) < LEAST_CHANGES:
                continue
            usual = max(LEAST_SILENCE, *(working_time(*gap, zone) for gap in gaps))
            silent = working_time(last.started_at, now, zone)
            if silent > TIMES_LONGER * usual:
                found.append((last, self._said_silent(last, silent, usual)))
        return found

    def _longest_gaps(self, kind, since) -> list[tuple]:
        """Return the longest of the times between changes, as (from, until)."""
        return self.env.execute_query(
            SQL(
                "SELECT before, started_at FROM (SELECT started_at, "
                "lag(started_at) OVER (ORDER BY started_at) AS before FROM moyamfo_run "
                "WHERE kind = %s AND changed_count > 0 AND started_at >= %s) AS change "
                # nights and week-ends are long, and none of them is working time
                "WHERE before IS NOT NULL ORDER BY started_at - before DESC LIMIT 60",
                kind,
                since,
            )
        )

    def _said_silent(self, last, silent, usual) -> str:
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(kind)s: 1C has told of no change for %(silent)s working hours, never more than "
            "%(usual)s before. Does it keep its changes, and is its clock right?",
            kind=kinds[last.kind],
            silent=round(silent / timedelta(hours=1)),
            usual=max(1, round(usual / timedelta(hours=1))),
        )

    @api.model
    def _needs_person(self) -> list:
        """What of the exchange only a person can mend: a clock, a silence, a broken pull."""
        rows = [
            (last.id, last.started_at, words)
            for last, words in self._silences()
            if connection.is_configured(self.env)
        ]
        for kind in dict(self._fields["kind"].selection):
            last = self.search([("kind", "=", kind)], limit=1)
            if last.ahead:
                rows.append((last.id, last.started_at, (last.problems or "").split("\n")[0]))
            elif last.error and last.first_id._has_stopped(last) and last.kind not in WATCHED:
                words = self.env._("A pull broke off: %s", last.error.split("\n")[0][:200])
                rows.append((last.id, last.started_at, words))
        return [
            *getattr(super(), "_needs_person", list)(),
            *(
                SQL(
                    "SELECT %s AS id, %s::timestamp AS since, %s AS what, "
                    "NULL::integer AS application_id",
                    run_id,
                    since,
                    mask_text(words),
                )
                for run_id, since, words in rows
            ),
        ]


def _naive(moment) -> datetime:
    """Return an aware moment as Odoo keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def working_time(since, until, zone) -> timedelta:
    """Return how much of the time between two moments (naive UTC) the lender works.

    Holidays are not known here: one more day of silence is no alarm by itself.
    """
    begin, end = (moment.replace(tzinfo=UTC).astimezone(zone) for moment in (since, until))
    worked, day = timedelta(), begin.date()
    while day <= end.date():
        if day.weekday() in WORK_DAYS:
            opens = datetime.combine(day, WORK_BEGINS, zone)
            closes = datetime.combine(day, WORK_ENDS, zone)
            worked += max(timedelta(), min(end, closes) - max(begin, opens))
        day += timedelta(days=1)
    return worked
