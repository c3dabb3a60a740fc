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
from ..protocol.errors import (
    AccessRefused,
    ExchangeError,
    FormatError,
    NotOffered,
    ProfileError,
)
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
    ("portfolio", "All contracts"),
]
STREAMED = ("contracts", "loans", "portfolio")
# Long ones have a channel of their own: who waits for a decision waits for none of them.
LONG = ("open", "loans", "unbooked", "portfolio")
LONG_CHANNEL = "root.moyamfo_books"
# What each asks, as ``protocol.exchange`` names its questions.
QUESTION = {
    "fresh": "application_states",
    "applications": "changed_applications",
    "open": "application_states",
    "contracts": "changed_contracts",
    "payments": "changed_payments",
    "loans": "contracts",
    "unbooked": "payments",
    "portfolio": "changed_contracts",
}
# Fresh applications are asked about this often, the newest more often.
SOON = timedelta(seconds=5)
LATER = timedelta(seconds=10)
AFTER_ERROR = timedelta(seconds=30)
NEWEST = timedelta(minutes=3)
FRESH, FRESH_LIMIT = timedelta(hours=2), 200
KEEP_EMPTY = timedelta(days=1)
FEW = 5  # foreign rows that are named
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
    after_id = fields.Integer(
        "Asked behind", readonly=True, help="The last record of ours asked for by earlier pages."
    )
    as_of = fields.Datetime(
        "As of", readonly=True, help="1C's own time for which its first page is true."
    )
    complete = fields.Boolean(readonly=True, help="This was the last page.")
    row_count = fields.Integer("Rows received", readonly=True)
    changed_count = fields.Integer("Records changed", readonly=True)
    asked_count = fields.Integer("Records asked for", readonly=True)
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

    def _enqueue(self, kind, page=1, since=None, as_of=None, wait=None, priority=10, **onward):
        """Enqueue one page of a pull, unless the same is waiting already.

        :param onward: what else ``_pull`` is told by the page before
        """
        runs = self.env["moyamfo.run"].with_user(SUPERUSER_ID)
        runs.with_delay(
            eta=wait and fields.Datetime.now() + wait,
            priority=priority,
            channel=LONG_CHANNEL if kind in LONG else None,
            description=f"MoyaMFO: {kind}, page {page}",
            identity_key=f"moyamfo.run:{kind}:{page}",
            max_retries=0,  # run again after a conflict as often as it takes
        )._pull(kind, page, since, as_of, **onward)

    @api.model
    def _enqueue_pulls(self):
        """Pull what changed: each minute, and at once when 1C pings."""
        if connection.is_configured(self.env):
            self._enqueue("applications", priority=5)
            self._enqueue_loans()

    @api.model
    def _cron_pull(self):
        self._note_dead()
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
    def _pull(self, kind, page=1, since=None, as_of=None, after=0, first=None, cursor=None):
        """Job: one page. The next page is a job of its own.

        :param since, as_of: of the first page, for the following ones (naive UTC)
        :param after: id of the last record that earlier pages asked for
        :param first: id of the first page's run
        :param cursor: where this page begins, by a lender's own counting
        """
        messages = self.env["moyamfo.message"]
        if messages._paused(kind=QUESTION[kind]):
            if kind in LONG:  # it goes on where it was
                raise RetryableJobError("the exchange is paused", 60, ignore_retry=True)
            return "the exchange is paused; who resumes it asks anew"
        # contracts come in the order 1C streams them: two such pulls take turns
        if kind in STREAMED and not self.env["tour_loan.lock"]._take_place(STREAMED[0], 1):
            raise RetryableJobError("contracts are being taken over", 5, ignore_retry=True)
        if page == 1 and self._is_going_on(kind):
            return "its pages are on their way"
        self._note_dead_self(kind, page)
        values = {"page": page, "since": since, "as_of": as_of, "after_id": after, "cursor": cursor}
        values["first_id"] = self.browse(first).exists().id
        if page == 1:
            values |= self._where_it_broke_off(kind)
        run = self.create({"kind": kind, **values})
        run.first_id = run.first_id or run
        more = False
        try:
            more = getattr(run, f"_pull_{kind}")(connection.exchange(self.env))
            run.complete = not more
        except NotOffered:
            run.unlink()
            return "not offered by this accounting system"
        except (ExchangeError, ProfileError) as error:
            run._failed(error)
        run.finished_at = fields.Datetime.now()
        run._tell_messages()
        if more:
            run._go_on()
        elif run.error:
            run._try_later()
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
        since, cursor = self.since.replace(tzinfo=UTC), self.cursor or None
        answer = exchange.changed_applications(since, self.page, cursor)
        self._take(answer, self._apply_applications)
        return answer.more

    def _pull_fresh(self, exchange):
        uuids = self._fresh().application_id.mapped("uuid")
        if uuids:
            answer = exchange.application_states(uuids)
            self._take(answer, self._apply_applications, asked=uuids)
        return False

    def _pull_open(self, exchange):
        """Ask for applications on the way by their ids; 1C must know each of them."""
        domain = Domain("state", "in", ON_THE_WAY) & Domain("test", "=", False)
        domain &= Domain("accounting_number", "!=", False)
        asked, more = self._next_of("tour_loan.application", domain, exchange)
        if asked:
            uuids = asked.mapped("uuid")
            answer = exchange.application_states(uuids)
            missing = self.env._("1C does not know it any more")
            self._take(answer, self._apply_applications, uuids, missing)
        return more

    def _next_of(self, model, domain, exchange):
        """Return the records this page asks for, and whether there are more behind them.

        By key: records leave the set while its pages are asked for, and one counted from
        the beginning would pass over as many others.
        """
        size = exchange.profile.page_size
        if self.page == 1:
            self.total_count = self.env[model].search_count(domain)
        found = self.env[model].search(
            domain & Domain("id", ">", self.after_id), order="id", limit=size + 1
        )
        asked = found[:size]
        self.write({"asked_count": len(asked), "last_id": asked[-1:].id})
        return asked, len(found) > size

    def _take(self, answer, apply, asked=None, missing=""):
        """Take over a page and note on the run what it brought.

        :param apply: called with (rows, problems) → count of changed records
        :param asked: the ids that were asked for: rows of others are no answer
        :param missing: what it means that one of those has no row
        """
        rows, problems = answer.rows, []
        if asked is not None:
            rows, problems = self._only_asked([*rows, *answer.foreign], asked)
        if missing:
            answered = {row.uid for row in rows} | {row.key for row in answer.bad}
            problems += [f"{uid}: {missing}" for uid in asked if uid not in answered]
        problems += [f"{row.key}: {row.reason}" for row in answer.bad]
        changed = apply(rows, problems)
        problems += [f"unknown key «{key}»" for key in sorted(answer.unknown_keys)]
        self.write(
            {
                "row_count": len(answer.rows) + len(answer.bad) + len(answer.foreign),
                "changed_count": changed,
                "problems": "\n".join([*self._time_problems(answer.as_of), *problems]),
                "as_of": self.as_of or self._believed(answer.as_of),
                "next_cursor": answer.cursor,
            }
        )

    def _only_asked(self, rows, asked) -> tuple:
        """Return the rows that were asked for, and what is to be said of the others.

        1C that leaves the question's filter out would else tell of strangers, or of ours
        as if it had been asked.
        """
        asked = set(asked)
        foreign = [str(row.uid) for row in rows if row.uid not in asked]
        if not foreign:
            return rows, []
        self.foreign_count = len(foreign)
        return [row for row in rows if row.uid in asked], [self._said_unasked(foreign)]

    def _said_unasked(self, foreign) -> str:
        return self.with_context(lang="ru_RU").env._(
            "1C answers with rows nobody asked for (%(count)s: %(which)s). They are no answer; "
            "does its question know the filter?",
            count=len(foreign),
            which=", ".join(foreign[:FEW]),
        )

    def _apply_applications(self, rows, problems) -> int:
        known = self.env["tour_loan.application"].search(
            [("uuid", "in", [row.uid for row in rows]), ("test", "=", False)]
        )
        by_uuid = {application.uuid: application for application in known}
        held_back = self.env["moyamfo.message"]._held_back(known)
        if self.kind == "applications":
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

    # === FRESH ONES === #

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

        From those the next pull takes since when it has to ask; and from the last that
        brought anything one knows for how long 1C has been silent.
        """
        nothing = Domain("state", "=", "done") & Domain("changed_count", "=", 0)
        nothing &= Domain("started_at", "<", fields.Datetime.now() - KEEP_EMPTY)
        whole = self._read_group([("complete", "=", True)], ["kind"], ["id:max"])
        brought = self._read_group([("changed_count", ">", 0)], ["kind"], ["id:max"])
        needed = Domain("id", "in", [last for _kind, last in (*whole, *brought)])
        return (Domain("started_at", "<", before) | nothing) & ~needed
