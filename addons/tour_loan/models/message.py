"""The outbox: whatever leaves this server is a row first."""

import random
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.queue_job.exception import RetryableJobError

STATES = [
    ("pending", "To send"),
    ("sent", "Sent"),
    ("stuck", "Needs a person"),
    ("dropped", "Dropped"),
]
BREAKER_FAILURES = 5
BREAKER_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Outcome:
    """What one attempt to send brought.

    ``verdict``: ``sent`` (the other side has it), ``later`` (try again), ``stuck`` (a
    person must look), ``dropped`` (nothing to send any more).
    ``seconds``: for ``later``, the wait the other side asked for, if it did.
    """

    verdict: str
    response: str = ""
    error: str = ""
    seconds: float | None = None


class Message(models.AbstractModel):
    """A durable message to one counterparty; the row is the truth, the job its engine.

    A concrete model inherits this one, sets ``_channel`` and implements ``_send``.
    ``create`` enqueues a queue_job job in the same transaction; the job takes the
    row's lock, calls ``_send``, writes the outcome and, for ``later``, enqueues the
    next attempt. queue_job's RetryableJobError rolls the transaction back, so an
    attempt is never postponed that way: its trace would be lost.

    Order is kept among rows of one ``business_key``: a row waits for older ones that
    are pending or stuck. Rows with an empty key wait for nobody.
    """

    _name = "tour_loan.message"
    _description = "Outgoing message"
    _order = "id desc"
    _channel = "root"
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

        True after an attempt of ours, and after a job that died: queue_job counts a
        dead job in ``retry``, while our own counter fell with its transaction.
        """
        if self.attempts:
            return True
        job_uuid = self.env.context.get("job_uuid")
        job = self.env["queue.job"].search([("uuid", "=", job_uuid or "")], limit=1)
        return bool(job.retry)

    # --- the engine ---

    def _enqueue(self, eta=None, once=False):
        """Enqueue one job a row; ``once`` spares rows that have a waiting job."""
        for message in self.with_user(SUPERUSER_ID):
            message.with_delay(
                channel=message._job_channel(),
                eta=eta,
                max_retries=0,
                description=f"{message._description} {message.uid}",
                identity_key=f"{message._name}:{message.id}" if once else None,
            )._deliver()

    def _job_channel(self) -> str:
        return self._channel

    def _deliver(self) -> str:
        """Job: send the message if it is due; return a word for the job's log."""
        message = self.try_lock_for_update()
        if not message:
            return "another job is sending it, or it is gone"
        if message.state != "pending":
            return f"nothing to do: {message.state}"
        message._wait_for_older()
        pause = message._breaker_pause()
        if pause:
            message._postpone(pause)
            return f"endpoint is resting, again in {pause:.0f} s"
        outcome = message._send()
        message._settle(outcome)
        return outcome.verdict

    def _wait_for_older(self):
        """Postpone this job while an older row of the same key is not done.

        Nothing is written here, so RetryableJobError loses nothing.
        """
        if not self.business_key:
            return
        older = self.search(
            [
                ("business_key", "=", self.business_key),
                ("id", "<", self.id),
                ("state", "in", ("pending", "stuck")),
            ],
            order="id",
            limit=1,
        )
        if not older:
            return
        seconds = 600
        if older.state == "pending":
            wait = (older.next_attempt_at or fields.Datetime.now()) - fields.Datetime.now()
            seconds = min(max(1, wait.total_seconds() + 1), 600)
        raise RetryableJobError(f"waits for {older.uid}", seconds=seconds, ignore_retry=True)

    def _breaker_pause(self) -> float:
        """Return for how many seconds this message's endpoint rests, 0 if it does not.

        After some failures in a row one probe a pause goes out; the others wait
        without costing a worker its time-out. The rows themselves are the memory:
        a counter on the endpoint's record would make every job write the same row.
        """
        if not self.endpoint:
            return 0
        latest = self.search(
            [("endpoint", "=", self.endpoint), ("last_attempt_at", "!=", False)],
            order="last_attempt_at desc",
            limit=BREAKER_FAILURES,
        )
        if len(latest) < BREAKER_FAILURES or any(m.state == "sent" for m in latest):
            return 0
        rest = latest[0].last_attempt_at + BREAKER_PAUSE - fields.Datetime.now()
        # spread, so that the sleepers do not all wake for the same probe
        return max(0, rest.total_seconds()) and rest.total_seconds() + random.uniform(1, 10)

    def _settle(self, outcome: Outcome):
        now = fields.Datetime.now()
        values = {
            "attempts": self.attempts + 1,
            "last_attempt_at": now,
            "response": outcome.response,
            "last_error": outcome.error,
        }
        verdict = outcome.verdict
        if verdict == "later" and now - self.create_date > self._give_up_after:
            verdict = "stuck"
        if verdict == "later":
            self.write(values)
            self._postpone(outcome.seconds or self._backoff_seconds())
        else:
            values["state"] = verdict
            if verdict == "sent":
                values["sent_at"] = now
            self.write(values)
            self._wake_next()
        self._on_verdict(outcome)

    def _backoff_seconds(self) -> int:
        return self._backoff[min(self.attempts, len(self._backoff)) - 1]

    def _postpone(self, seconds: float):
        self.next_attempt_at = fields.Datetime.now() + timedelta(seconds=seconds)
        self._enqueue(eta=self.next_attempt_at)

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
        """Give a job to due rows that have none: the job table may lose, we may not."""
        late = fields.Datetime.now() - timedelta(minutes=2)
        self.search(
            [("state", "=", "pending"), ("next_attempt_at", "<", late)],
            order="id",
            limit=500,
        )._enqueue(once=True)

    def action_send_again(self):
        """Staff: send stuck, dropped or waiting messages now."""
        self.check_access("read")
        # sudo: staff send a message again, they never change it
        messages = self.sudo().filtered(lambda message: message.state != "sent")
        messages.write({"state": "pending", "next_attempt_at": fields.Datetime.now()})
        messages._enqueue()
        return True
