"""A pull of many pages: how far it is, where it broke off, and what died on its way."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .moyamfo_run import AFTER_ERROR, LONG

CHANGED = ("applications", "contracts", "payments")
# A page that failed so often is not tried again by itself.
TRIES = 5
# Pages of what changed are taken up again; after that all is asked for anew.
BROKEN_OFF, BROKEN_TRIES = timedelta(hours=2), 3
# A pull without an end is taken for dead; a worker has two minutes for a job.
DEAD = timedelta(minutes=15)
JOBS = ("_pull", "_pull_loan")


class MoyamfoRun(models.Model):
    _inherit = "moyamfo.run"

    first_id = fields.Many2one(
        "moyamfo.run", "First page", readonly=True, index=True, ondelete="set null"
    )
    page_ids = fields.One2many("moyamfo.run", "first_id", "Pages", readonly=True)
    last_id = fields.Integer(readonly=True, help="The last record of ours this page asked for.")
    cursor = fields.Char("Begins at", readonly=True, help="By the lender's own counting.")
    next_cursor = fields.Char(readonly=True)
    total_count = fields.Integer("To ask in all", readonly=True)
    progress = fields.Float("Progress, %", compute="_compute_progress")
    standing = fields.Selection(
        [("going", "Goes on"), ("whole", "All pages came"), ("stopped", "Broke off")],
        compute="_compute_progress",
        string="The whole pull",
    )
    taken_count = fields.Integer("Rows so far", compute="_compute_progress")
    taken_changes = fields.Integer("Changed so far", compute="_compute_progress")
    job_key = fields.Char(readonly=True, index="btree_not_null", help="The job that died.")

    @api.depends("page_ids.asked_count", "page_ids.row_count", "page_ids.error", "total_count")
    def _compute_progress(self):
        for run in self:
            pages = run.page_ids.filtered(lambda page: not page.error)
            last = run.page_ids.sorted("id")[-1:]
            run.taken_count = sum(pages.mapped("row_count"))
            run.taken_changes = sum(pages.mapped("changed_count"))
            asked = sum(pages.mapped("asked_count"))
            whole = any(pages.mapped("complete"))
            run.standing = "whole" if whole else "stopped" if run._has_stopped(last) else "going"
            run.progress = 100 if whole else run.total_count and 100 * asked / run.total_count

    def _has_stopped(self, last) -> bool:
        return bool(last.error) and (last.kind not in LONG or last._tries() >= TRIES)

    # === FROM PAGE TO PAGE === #

    def _go_on(self):
        """Enqueue the next page."""
        self._enqueue(
            self.kind,
            self.page + 1,
            self.since,
            self.as_of,
            after=self.last_id or self.after_id,
            first=self.first_id.id,
            **({"cursor": self.next_cursor} if self.next_cursor else {}),
        )

    def _try_later(self):
        """Enqueue a failed page of a long pull again: no other pull asks for the same soon."""
        tries = self._tries()
        if self.kind in LONG and tries < TRIES:
            self._enqueue_again(AFTER_ERROR * tries)

    def _enqueue_again(self, wait=None):
        self._enqueue(
            self.kind,
            self.page,
            self.since,
            self.as_of,
            wait=wait,
            after=self.after_id,
            first=self.first_id.id,
            **({"cursor": self.cursor} if self.cursor else {}),
        )

    def _tries(self) -> int:
        """Return how often this page has failed."""
        same = [("first_id", "=", self.first_id.id), ("page", "=", self.page)]
        return self.search_count([*same, ("error", "!=", False)])

    def action_go_on(self):
        """Staff: take a pull up again where it broke off."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_operator"):
            raise AccessError(self.env._("Only the lender's staff ask 1C."))
        last = self.first_id.page_ids.sorted("id")[-1:]
        if not last.error:
            raise UserError(self.env._("It has not broken off."))
        last.sudo()._enqueue_again()  # sudo: a job, staff only read pulls
        return True

    @api.model
    def _is_going_on(self, kind) -> bool:
        """Return whether pages of a pull of this kind are waiting: it is not begun anew."""
        return bool(
            self.env["queue.job"].search_count(
                [
                    ("identity_key", "=like", f"moyamfo.run:{kind}:%"),
                    ("identity_key", "!=", f"moyamfo.run:{kind}:1"),
                    ("state", "in", ("pending", "enqueued", "started")),
                    ("uuid", "!=", self.env.context.get("job_uuid") or ""),
                ],
                limit=1,
            )
        )

    @api.model
    def _where_it_broke_off(self, kind) -> dict:
        """Return the values of the page at which the last pull of what changed broke off.

        What came before is not asked for again: a first load would never end otherwise.
        """
        last = self.search([("kind", "=", kind)], limit=1)
        since = fields.Datetime.now() - BROKEN_OFF
        if (
            kind not in CHANGED
            or not last.error
            or last.page == 1
            or not last.first_id
            or last.started_at < since
            or last._tries() >= BROKEN_TRIES
        ):
            return {}
        return {
            "page": last.page,
            "since": last.since,
            "as_of": last.as_of,
            "after_id": last.after_id,
            "cursor": last.cursor,
            "first_id": last.first_id.id,
        }

    # === WHAT DIED === #

    @api.model
    def _note_dead(self):
        """Record pulls whose worker was ended: queue_job runs them again, but says nothing."""
        jobs = self.env["queue.job"].search(
            [
                ("model_name", "=", "moyamfo.run"),
                ("method_name", "in", JOBS),
                ("state", "in", ("pending", "enqueued", "started")),
                ("retry", ">", 0),
            ]
        )
        for job in jobs:
            self._note_death(job, job.args[0] if job.method_name == "_pull" else "loans")
        endless = [("finished_at", "=", False), ("error", "=", False)]
        late = ("started_at", "<", fields.Datetime.now() - DEAD)
        self.search([*endless, late]).error = self._said_dead()

    def _note_dead_self(self, kind, page):
        """Record that this job died before: it runs once more, and may be done in a moment."""
        uuid = self.env.context.get("job_uuid")
        job = uuid and self.env["queue.job"].search([("uuid", "=", uuid)], limit=1)
        if job and job.retry:
            self._note_death(job, kind, page)

    def _note_death(self, job, kind, page=1):
        """Record a failed pull, once for each death; a conflict leaves a result, a death none."""
        key = f"{job.uuid}:{job.retry}"
        if job.result or self.search_count([("job_key", "=", key)], limit=1):
            return
        page = job.args[1] if len(job.args) > 1 else page
        now = fields.Datetime.now()
        self.create(
            {
                "kind": kind,
                "page": page,
                "started_at": job.date_started or now,
                "finished_at": now,
                "job_key": key,
                "error": self._said_dead(),
            }
        )

    def _said_dead(self) -> str:
        return self.with_context(lang="ru_RU").env._(
            "It was broken off: its process was ended, perhaps because 1C answered too slowly. "
            "It is run again by itself."
        )
