"""The outbox: whatever leaves this server is a row first."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, str2bool

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import masking

_logger = logging.getLogger(__name__)
# Characters that are kept of what came back, and of what went wrong.
RESPONSE_LIMIT, ERROR_LIMIT = 20000, 500
STATES = [
    ("pending", "To send"),
    ("sent", "Sent"),
    ("stuck", "Needs a person"),
    ("dropped", "Dropped"),
]


@dataclass(frozen=True)
class Outcome:
    """What one attempt to send brought.

    ``verdict``: ``sent`` (the other side has it), ``later`` (try again), ``stuck`` (a
    person must look), ``dropped`` (nothing to send any more), ``refused`` (we are not let
    in at all: its endpoint is paused).
    ``seconds``: for ``later``, the wait the other side asked for, if it did; it can
    only lengthen ours.
    ``unreached``: for ``later``, the endpoint did not answer at all.
    """

    verdict: str
    response: str = ""
    error: str = ""
    seconds: float | None = None
    unreached: bool = False


class Message(models.AbstractModel):
    """A durable message to one counterparty; the row is the truth, the job its engine.

    A concrete model inherits this one, sets ``_outbox`` (its name for a monitor) and
    implements ``_send``; a ``queue.job.function`` of its ``_deliver`` names its channel,
    ``_channel_of_repeats`` another one for what is not sent for the first time.
    ``create`` enqueues a queue_job job in the same transaction; the job takes the
    row's lock, calls ``_send``, writes the outcome and, for ``later``, enqueues the
    next attempt. queue_job's RetryableJobError rolls the transaction back, so an
    attempt is never postponed that way: its trace would be lost.

    Order is kept among rows of one ``business_key``: a row waits for older ones that
    are pending or stuck. Rows with an empty key wait for nobody.

    A concrete model with endpoints has an index on (endpoint, last_attempt_at), and each
    says by its ``_period`` how long what was sent or dropped is kept.
    """

    _name = "tour_loan.message"
    _inherit = ["tour_loan.ending"]
    _description = "Outgoing message"
    _order = "id desc"
    _outbox = ""
    _channel_of_repeats = None
    _backoff = (5, 30, 120, 600, 1800, 3600, 10800, 21600)
    _give_up_after = timedelta(days=3)

    uid = fields.Char(
        "Message id",
        required=True,
        index=True,
        copy=False,
        readonly=True,
        default=lambda self: str(uuid4()),
        help="Stable over repeats: the other side recognises a repeat by it.",
    )
    business_key = fields.Char(index=True, readonly=True)
    endpoint = fields.Char(readonly=True, help="Whom the circuit breaker watches.")
    state = fields.Selection(
        STATES,
        required=True,
        default="pending",
        index=True,
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True, default=lambda self: fields.Datetime.now())
    last_attempt_at = fields.Datetime(readonly=True)
    trying_since = fields.Datetime(
        readonly=True, help="When it was first tried, or tried anew by a person."
    )
    unreached = fields.Boolean(readonly=True, help="The last attempt got no answer at all.")
    away = fields.Boolean(
        readonly=True, help="Since the attempt before it, the endpoint answered nobody else either."
    )
    failures = fields.Integer(
        readonly=True, help="Attempts that failed while the endpoint answered others."
    )
    sent_at = fields.Datetime(readonly=True)
    last_error = fields.Text(readonly=True)
    request = fields.Text("What was sent", readonly=True)
    response = fields.Text("What came back", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._enqueue()
        return messages

    # --- what a concrete model says ---

    def _send(self) -> Outcome:
        """Send this message once; never raise for what the other side did."""
        raise NotImplementedError

    def _on_verdict(self, outcome: Outcome):
        """Hook: write on the business record what the verdict means for it."""

    def _may_be_a_repeat(self) -> bool:
        """Return whether the other side may have this message already.

        True after an attempt of ours, and after a job that died or failed: queue_job
        counts a dead job in ``retry``, while our own counter fell with its transaction.
        """
        if self.attempts:
            return True
        jobs = self.env["queue.job"]
        job = jobs.search([("uuid", "=", self.env.context.get("job_uuid") or "")], limit=1)
        failed = [("state", "=", "failed"), ("name", "=", self._job_title())]
        return bool(job.retry or jobs.search_count(failed, limit=1))

    def _job_title(self) -> str:
        return f"{self._description} {self.uid}"

    # --- the engine ---

    def _enqueue(self, eta=None, once=False, awaited=False, due=None):
        """Enqueue one job a row.

        ``once`` spares rows that have a waiting job of that sort; ``awaited``: its endpoint
        answers, so it goes by the channel of what is sent for the first time; ``due``: the
        job is for nothing if the row's next attempt was set to another time since.
        """
        for message in self.with_user(SUPERUSER_ID):
            repeat = (eta or message.attempts) and not awaited
            message.with_delay(
                channel=message._channel_of_repeats if repeat else None,
                eta=eta,
                max_retries=0,
                description=message._job_title(),
                identity_key=f"{message._name}:{message.id}" if once else None,
            )._deliver(**({"due": due} if due else {}))

    # --- for a monitor ---

    @api.model
    def _outboxes(self) -> dict:
        """Return {name for a monitor: model} of all concrete models."""
        names = self.env.registry.descendants(["tour_loan.message"], "_inherit")
        kinds = (self.env[name] for name in sorted(names))
        return {kind._outbox: kind._name for kind in kinds if not kind._abstract}

    @api.model
    def _unsent(self) -> dict:
        """Return of each outbox: pending, stuck, and the age of the oldest of them in seconds."""
        return {name: self.env[model]._unsent_here() for name, model in self._outboxes().items()}

    @api.model
    def _unsent_here(self) -> dict:
        rows = self._read_group(
            [("state", "in", ("pending", "stuck"))], ["state"], ["__count", "create_date:min"]
        )
        counts = {state: count for state, count, _oldest in rows}
        oldest = min((oldest for _state, _count, oldest in rows), default=None)
        age = (fields.Datetime.now() - oldest).total_seconds() if oldest else 0
        return {
            "pending": counts.get("pending", 0),
            "stuck": counts.get("stuck", 0),
            "oldest_unsent_seconds": max(0, int(age)),
        }

    def _deliver(self, due=None) -> str:
        """Job: send the message if it is due; return a word for the job's log."""
        message = self.try_lock_for_update()
        if not message:
            return "another job is sending it, or it is gone"
        if message.state != "pending":
            return f"nothing to do: {message.state}"
        if due and message.next_attempt_at != due:
            return "it was tried meanwhile, and has a later job"
        try:
            with self.env.cr.savepoint():
                return message._attempt()
        except (OperationalError, RetryableJobError):
            raise  # a conflict with another worker, or it waits for an older one
        except Exception as error:
            _logger.exception("%s: a fault of our own while sending", message._job_title())
            message._fail(error)
            return f"a fault of our own: {type(error).__name__}"

    def _attempt(self) -> str:
        if self._may_not_leave():
            self._settle(Outcome("dropped", error="this database is a neutralized copy"))
            return "dropped: nothing leaves a neutralized copy"
        if self._paused():
            return "its endpoint is paused; who resumes it wakes this one"
        if self._wait_for_older():
            return "an older one needs a person, whose decision wakes this one"
        latest = self._latest_attempts()
        pause = self._breaker_pause(latest)
        if pause:
            self._postpone(pause)
            return f"endpoint is resting, again in {pause:.0f} s"
        outcome = self._send()
        self._settle(outcome)
        if outcome.verdict == "sent" and self.endpoint:
            self._wake_endpoint(latest)
        return outcome.verdict

    def _fail(self, error: Exception):
        """Note a fault of our own: without this the message would wait and say nothing."""
        self.write(
            {
                "state": "stuck",
                "attempts": self.attempts + 1,  # how far it got is not known: a repeat asks
                "last_attempt_at": fields.Datetime.now(),
                "last_error": self._ru()._(
                    "A fault of our program (%s). Send again; if it comes back, tell the "
                    "programmer: the server's log has it under this message's id.",
                    type(error).__name__,
                ),
            }
        )
        self._trace("stuck", "clock")

    def _ru(self):
        """Return the environment of the lender's people, who read what is noted here."""
        return self.with_context(lang="ru_RU").env

    def _may_not_leave(self) -> bool:
        """Return whether this database is a copy that `odoo neutralize` made harmless."""
        # sudo: a parameter of the system
        mark = self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        return str2bool(mark, False)

    def _wait_for_older(self) -> bool:
        """Return whether an older row of the same key is stuck; wait for a pending one.

        Nothing is written here, so RetryableJobError loses nothing.
        """
        if not self.business_key:
            return False
        older = self.search(
            [
                ("business_key", "=", self.business_key),
                ("id", "<", self.id),
                ("state", "in", ("pending", "stuck")),
            ],
            order="id",
            limit=1,
        )
        if not older or older.state == "stuck":
            return bool(older)
        wait = (older.next_attempt_at or fields.Datetime.now()) - fields.Datetime.now()
        seconds = min(max(1, wait.total_seconds() + 1), 600)
        raise RetryableJobError(f"waits for {older.uid}", seconds=seconds, ignore_retry=True)

    def _settle(self, outcome: Outcome):
        now = fields.Datetime.now()
        trying_since = self.trying_since or now
        away = outcome.unreached and not self._answered_since(self.last_attempt_at)
        values = {
            "attempts": self.attempts + 1,
            "last_attempt_at": now,
            "trying_since": trying_since,
            "unreached": outcome.unreached,
            "away": away,
            "response": masking.mask_text((outcome.response or "")[:RESPONSE_LIMIT]),
            "last_error": masking.mask_text((outcome.error or "")[:ERROR_LIMIT]),
        }
        verdict = outcome.verdict
        if verdict == "refused":
            self.write(values)
            self._pause(self.endpoint, values["last_error"])
            return
        if verdict == "later" and now - self._tried_since(trying_since) > self._give_up_after:
            verdict = "stuck"
        if verdict == "later":
            if not away:
                values["failures"] = self.failures + 1
            self.write(values)
            wish = min(outcome.seconds or 0, self._backoff[-1])  # whatever they name
            self._postpone(max(wish, self._backoff_seconds()))
        else:
            values["state"] = verdict
            if verdict == "sent":
                values["sent_at"] = now
            self.write(values)
            self._wake_next()
        if verdict == "stuck":
            self._trace("stuck", "clock")
        self._on_verdict(replace(outcome, verdict=verdict))

    def _backoff_seconds(self) -> float:
        """Return the wait after a failure: the endpoint's while it is away, else one's own."""
        if self.away:
            own = self._backoff[min(self.attempts, len(self._backoff)) - 1]
            return min(own, self._probe_seconds())
        return self._backoff[min(self.failures, len(self._backoff)) - 1]

    def _postpone(self, seconds: float):
        eta = fields.Datetime.now() + timedelta(seconds=seconds)
        self.next_attempt_at = eta.replace(microsecond=0)
        self._enqueue(eta=eta, due=self.next_attempt_at)

    def _wake_next(self):
        if self.business_key:
            self.search(
                [
                    ("business_key", "=", self.business_key),
                    ("id", ">", self.id),
                    ("state", "=", "pending"),
                ],
                order="id",
                limit=1,
            )._enqueue()

    @api.model
    def _cron_enqueue_forgotten(self):
        """Give a job to due rows that have none: the job table may lose, we may not.

        Only to those that wait for no older one: the others are woken by it.
        """
        late = fields.Datetime.now() - timedelta(minutes=2)
        table = SQL.identifier(self._table)
        paused = self.env["tour_loan.pause"]._endpoints(self._outbox)
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s AS message WHERE state = 'pending' AND next_attempt_at < %s "
                "AND NOT EXISTS (SELECT 1 FROM %s AS older WHERE message.business_key <> '' "
                "AND older.business_key = message.business_key AND older.id < message.id "
                "AND older.state IN ('pending', 'stuck')) "
                "AND COALESCE(endpoint, '') <> ALL(%s) ORDER BY id LIMIT 500",
                table,
                late,
                table,
                paused,
            )
        )
        self.browse([row[0] for row in rows])._enqueue(once=True)

    def action_send_again(self):
        """Staff: send stuck, dropped or waiting messages now."""
        self.check_access("read")
        # sudo: staff send a message again, they never change it
        messages = self.sudo().filtered(lambda message: message.state != "sent")
        messages._trace("send_again")
        messages.write(
            {
                "state": "pending",
                "next_attempt_at": fields.Datetime.now(),
                "trying_since": False,
                "failures": 0,
            }
        )
        messages._enqueue()
        return True

    def _trace(self, event: str, actor: str = "staff"):
        """Write into the history of each message's application what became of it."""
        kind = self.env["ir.model"].with_context(lang="ru_RU")._get(self._name).sudo().name
        for message in self.with_context(lang="ru_RU"):
            if application := message._about():
                # sudo: staff only read the history
                application.sudo()._record(event, actor, f"{kind}: {message.display_name}")

    @api.model
    def _ended(self, before):
        """What was sent or dropped; what waits, or needs a person, never ends."""
        done = Domain("state", "in", ("sent", "dropped")) & super()._ended(before)
        return done & (
            Domain("last_attempt_at", "=", False) | Domain("last_attempt_at", "<", before)
        )

    def _about(self):
        """Return the application this message is about, if it is about one."""
        return self.application_id
