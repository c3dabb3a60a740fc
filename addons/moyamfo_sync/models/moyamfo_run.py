"""Pulls: what MoyaMFO has, taken over page by page."""

import logging
from datetime import UTC, timedelta

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.tour_loan.models.outbox.ending import Period
from odoo.addons.tour_loan.rules.masking import mask_text

from .. import connection
from ..protocol.errors import AccessRefused, ExchangeError, FormatError, ProfileError
from ..words import explained

_logger = logging.getLogger(__name__)

KINDS = [
    ("fresh", "Fresh applications"),
    ("applications", "Changed applications"),
    ("open", "Applications on the way, one by one"),
    ("contracts", "Changed contracts"),
    ("payments", "Booked payments"),
    ("loans", "Open loans, one by one"),
    ("unbooked", "Payments not yet booked, one by one"),
]
STREAMED = ("contracts", "loans")
# What each asks, as ``protocol.exchange`` names its questions.
QUESTION = {
    "fresh": "application_states",
    "applications": "changed_applications",
    "open": "application_states",
    "contracts": "changed_contracts",
    "payments": "changed_payments",
    "loans": "contracts",
    "unbooked": "payments",
}
# Fresh applications are asked about this often, the newest more often.
SOON = timedelta(seconds=5)
LATER = timedelta(seconds=10)
AFTER_ERROR = timedelta(seconds=30)
NEWEST = timedelta(minutes=3)
FRESH, FRESH_LIMIT = timedelta(hours=2), 200
# What changed while 1C was answering is asked for once more.
OVERLAP = timedelta(minutes=5)
FIRST_TIME = timedelta(days=30)
KEEP_EMPTY = timedelta(days=1)
ON_THE_WAY = ("submitted", "needs_data", "approved", "signed", "ready", "committed")


class MoyamfoRun(models.Model):
    """One page of one pull: one question, its answer taken over, in one job.

    A job never raises for what 1C did: it notes the error here and the next pull
    asks again. Another worker's change of a row meanwhile makes queue_job run the
    job again, which only repeats the question.
    """

    _name = "moyamfo.run"
    _inherit = ["tour_loan.ending"]
    _description = "Pull from MoyaMFO"
    _period = Period("moyamfo_sync.keep_runs_days", 30)
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    started_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    finished_at = fields.Datetime(readonly=True)
    since = fields.Datetime("Changed since", readonly=True)
    page = fields.Integer(default=1, readonly=True)
    as_of = fields.Datetime(
        "As of", readonly=True, help="1C's own time for which its first page is true."
    )
    complete = fields.Boolean(readonly=True, help="This was the last page.")
    row_count = fields.Integer("Rows received", readonly=True)
    changed_count = fields.Integer("Records changed", readonly=True)
    foreign_count = fields.Integer(
        "Rows not ours", readonly=True, help="1C has applications from elsewhere too."
    )
    problems = fields.Text(
        readonly=True, help="Rows and words that could not be understood, one a line."
    )
    error = fields.Text(readonly=True)
    state = fields.Selection(
        [("done", "Done"), ("problems", "With problems"), ("failed", "Failed")],
        compute="_compute_state",
        store=True,
        index=True,
    )

    _watermark = models.Index("(kind, id) WHERE complete")

    @api.depends("problems", "error")
    def _compute_state(self):
        for run in self:
            run.state = "failed" if run.error else "problems" if run.problems else "done"

    def write(self, vals):
        """What 1C says may hold anybody's data: it is kept masked."""
        said = {name: mask_text(vals[name]) for name in ("problems", "error") if vals.get(name)}
        return super().write({**vals, **said})

    # === ENQUEUEING === #

    def _enqueue(self, kind, page=1, since=None, as_of=None, wait=None, priority=10):
        """Enqueue one page of a pull, unless the same is waiting already."""
        runs = self.env["moyamfo.run"].with_user(SUPERUSER_ID)
        runs.with_delay(
            eta=wait and fields.Datetime.now() + wait,
            priority=priority,
            description=f"MoyaMFO: {kind}, page {page}",
            identity_key=f"moyamfo.run:{kind}:{page}",
            max_retries=0,  # run again after a conflict as often as it takes
        )._pull(kind, page, since, as_of)

    @api.model
    def _enqueue_pulls(self):
        """Pull what changed: each minute, and at once when 1C pings."""
        if connection.is_configured(self.env):
            self._enqueue("applications", priority=5)
            self._enqueue_loans()

    @api.model
    def _cron_pull(self):
        self._enqueue_pulls()
        # the chain of questions about fresh applications breaks with a lost job
        if connection.is_configured(self.env) and self._fresh():
            self._ask_soon()

    @api.model
    def _cron_reconcile(self):
        """At night: everything on the way is compared, not only what changed."""
        if connection.is_configured(self.env):
            self._enqueue("open", priority=20)
            self._enqueue("unbooked", priority=20)
            self._enqueue("loans", priority=20)

    @api.model
    def _ask_soon(self, wait=SOON):
        """Ask about fresh applications in ``wait``; one such question waits at a time."""
        self._enqueue("fresh", wait=wait, priority=5)

    # === PULLING === #

    @api.model
    def _pull(self, kind, page=1, since=None, as_of=None):
        """Job: one page. The next page is a job of its own.

        :param since, as_of: of the first page, for the following ones (naive UTC)
        """
        messages = self.env["moyamfo.message"]
        if messages._paused(kind=QUESTION[kind]):
            return "the exchange is paused; who resumes it asks anew"
        # contracts come in the order 1C streams them: two such pulls take turns
        if kind in STREAMED and not self.env["tour_loan.lock"]._take_place(STREAMED[0], 1):
            raise RetryableJobError("contracts are being taken over", 5, ignore_retry=True)
        run = self.create({"kind": kind, "page": page, "since": since, "as_of": as_of})
        more = False
        try:
            more = getattr(run, f"_pull_{kind}")(connection.exchange(self.env))
            run.complete = not more
        except (ExchangeError, ProfileError) as error:
            run._failed(error)
        run.finished_at = fields.Datetime.now()
        run._tell_messages()
        if more:
            self._enqueue(kind, page + 1, run.since, run.as_of)
        if kind == "fresh":
            run._continue_asking()
        return f"{run.row_count} rows, {run.changed_count} changed {run.error or ''}"

    def _failed(self, error):
        """Note why 1C could not be asked, in words; one that lets nobody in is left alone."""
        self.error = explained(self.with_context(lang="ru_RU").env, error)
        if isinstance(error, AccessRefused):
            self.env["moyamfo.message"]._refused(error, QUESTION[self.kind])
        elif isinstance(error, FormatError):
            connection.forget()

    def _tell_messages(self):
        """1C was there: messages that wait for its return go."""
        if self.as_of and not self.error:
            messages = self.env["moyamfo.message"]
            for door in messages._doors(QUESTION[self.kind]):
                messages._answered(door)

    def _pull_applications(self, exchange):
        self.since = self.since or self._watermark("applications")
        answer = exchange.changed_applications(self.since.replace(tzinfo=UTC), self.page)
        self._take(answer, self._apply_applications)
        return answer.more

    def _pull_fresh(self, exchange):
        uuids = self._fresh().application_id.mapped("uuid")
        if uuids:
            answer = exchange.application_states(uuids)
            self._take(answer, self._apply_applications)
        return False

    def _pull_open(self, exchange):
        """Ask for applications on the way by their ids; 1C must know each of them."""
        size = exchange.profile.page_size
        asked = self.env["tour_loan.application"].search(
            [
                ("state", "in", ON_THE_WAY),
                ("accounting_number", "!=", False),
                ("test", "=", False),
            ],
            order="id",
            offset=(self.page - 1) * size,
            limit=size,
        )
        if not asked:
            return False
        answer = exchange.application_states(asked.mapped("uuid"))
        problems = [
            f"{uuid}: 1C does not know it any more"
            for uuid in asked.mapped("uuid")
            if uuid not in {row.uid for row in answer.rows}
        ]
        self._take(answer, self._apply_applications, problems)
        return len(asked) == size

    def _take(self, answer, apply, problems=()):
        """Take over a page and note on the run what it brought.

        :param apply: called with (rows, problems) → count of changed records
        """
        problems = [*problems, *(f"{row.key}: {row.reason}" for row in answer.bad)]
        changed = apply(answer.rows, problems)
        problems += [f"unknown key «{key}»" for key in sorted(answer.unknown_keys)]
        self.write(
            {
                "row_count": len(answer.rows) + len(answer.bad),
                "changed_count": changed,
                "problems": "\n".join(problems),
            }
        )
        if not self.as_of:
            as_of = answer.as_of
            self.as_of = as_of.replace(tzinfo=None) if as_of else self.started_at

    def _apply_applications(self, rows, problems) -> int:
        known = self.env["tour_loan.application"].search(
            [("uuid", "in", [row.uid for row in rows]), ("test", "=", False)]
        )
        by_uuid = {application.uuid: application for application in known}
        held_back = self.env["moyamfo.message"]._held_back(known)
        self.foreign_count = len(rows) - len(known)
        changed = 0
        # by id, as every pull takes them: two at once would lock each other out
        for row in sorted(rows, key=lambda row: by_uuid[row.uid].id if row.uid in by_uuid else 0):
            application = by_uuid.get(row.uid)
            if application:
                changed += self._guarded(
                    row.uid, problems, application._moyamfo_apply, row, held_back, problems
                )
        return changed

    def _guarded(self, key, problems, function, *args) -> bool:
        """Call ``function``: what one row breaks must not cost the others."""
        try:
            with self.env.cr.savepoint():
                return function(*args)
        except OperationalError:
            raise  # a conflict with another worker: queue_job runs the job again
        except Exception as error:
            _logger.exception("MoyaMFO: %s could not be taken over", key)
            problems.append(f"{key}: {type(error).__name__}: {error}")
            return False

    # === WHEN AND SINCE WHEN === #

    def _watermark(self, kind):
        """Return since when changes of ``kind`` have to be asked for, naive UTC."""
        last = self.search([("kind", "=", kind), ("complete", "=", True)], limit=1)
        return (last.as_of or fields.Datetime.now() - FIRST_TIME) - OVERLAP

    @api.model
    def _fresh(self):
        """Return the messages that lately brought 1C an application it has not decided."""
        return self.env["moyamfo.message"].search(
            [
                ("kind", "in", ("application", "change")),
                ("sent_at", ">", fields.Datetime.now() - FRESH),
                ("application_id.state", "=", "submitted"),
            ],
            limit=FRESH_LIMIT,
        )

    def _continue_asking(self):
        """Keep asking while something is undecided."""
        sent = self._fresh().mapped("sent_at")
        if sent and self.error:
            self._ask_soon(AFTER_ERROR)
        elif sent:
            young = fields.Datetime.now() - max(sent) < NEWEST
            self._ask_soon(SOON if young else LATER)

    @api.model
    def _ended(self, before):
        """Runs that brought nothing are kept for a day; the last whole ones for ever.

        From those the next pull takes since when it has to ask.
        """
        nothing = Domain("state", "=", "done") & Domain("changed_count", "=", 0)
        nothing &= Domain("started_at", "<", fields.Datetime.now() - KEEP_EMPTY)
        whole = self._read_group([("complete", "=", True)], ["kind"], ["id:max"])
        needed = Domain("id", "in", [last for _kind, last in whole])
        return (Domain("started_at", "<", before) | nothing) & ~needed
