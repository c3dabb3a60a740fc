"""An endpoint that does not let us in is left alone until somebody has looked."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ending import Period


class Pause(models.Model):
    """While a row is open, nothing is sent to its endpoint and nothing is asked of it.

    A wrong password tried on and on locks the account of the other side, and costs a worker
    each time. A pause ends by a person, or when the access in the settings is another one.
    """

    _name = "tour_loan.pause"
    _inherit = ["tour_loan.ending"]
    _description = "Paused exchange"
    _order = "id desc"
    _rec_name = "endpoint"
    _period = Period(None, 365)

    outbox = fields.Char(required=True, readonly=True)
    endpoint = fields.Char(required=True, readonly=True)
    since = fields.Datetime(required=True, readonly=True, default=lambda self: self._now())
    error = fields.Text("Why", readonly=True)
    # a keyed hash of login and password that were refused: to see that they have changed
    access = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    over_at = fields.Datetime("Resumed at", readonly=True)
    over_by = fields.Char("Resumed by", readonly=True)
    waiting_count = fields.Integer("Messages waiting", compute="_compute_waiting_count")

    _one_at_a_time = models.UniqueIndex("(outbox, endpoint) WHERE over_at IS NULL")

    @api.model
    def _now(self):
        return fields.Datetime.now()

    def _compute_waiting_count(self):
        for pause in self:
            # sudo: a number
            messages_sudo = pause._messages().sudo()
            pause.waiting_count = messages_sudo.search_count(
                [("endpoint", "=", pause.endpoint), ("state", "=", "pending")]
            )

    def _messages(self):
        """Return the model of the messages that wait for its end."""
        return self.env[self.env["tour_loan.message"]._outboxes()[self.outbox]]

    @api.model
    def _begin(self, outbox: str, endpoint: str, error: str, access: str):
        """Pause an endpoint; of two who find it shut at once, one begins the pause."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO tour_loan_pause (outbox, endpoint, since, error, access, create_uid, "
                "create_date, write_uid, write_date) VALUES (%(outbox)s, %(endpoint)s, %(now)s, "
                "%(error)s, %(access)s, %(user)s, %(now)s, %(user)s, %(now)s) "
                "ON CONFLICT (outbox, endpoint) WHERE over_at IS NULL DO NOTHING",
                outbox=outbox,
                endpoint=endpoint,
                now=self._now(),
                error=error,
                access=access,
                user=self.env.uid,
            ),
            log_exceptions=False,  # the loser is run again and finds the pause
        )

    @api.model
    def _of(self, outbox: str, endpoint: str, access: str):
        """Return the open pause of an endpoint; one of another access than today's ends."""
        pause = self.search(
            [("outbox", "=", outbox), ("endpoint", "=", endpoint), ("over_at", "=", False)]
        )
        # sudo: nobody reads the hash
        if pause and pause.sudo().access != access:
            words = pause.with_context(lang="ru_RU").env._("the settings have changed")
            pause._end(words)
            return self.browse()
        return pause

    @api.model
    def _endpoints(self, outbox: str) -> list[str]:
        """Return the endpoints that are paused now."""
        pauses = self.search([("outbox", "=", outbox), ("over_at", "=", False)])
        return [pause.endpoint for pause in pauses if pause._messages()._paused(pause.endpoint)]

    @api.model
    def _last_end(self, outbox: str, endpoint: str):
        """Return when the latest pause of an endpoint ended, or None."""
        over = [("outbox", "=", outbox), ("endpoint", "=", endpoint), ("over_at", "!=", False)]
        return self.search(over, order="over_at desc", limit=1).over_at or None

    def _end(self, who: str):
        for pause in self:
            pause.write({"over_at": self._now(), "over_by": who})
            pause._messages()._resumed(pause.endpoint)

    @api.model
    def _needs_person(self) -> list:
        return [
            SQL(
                "SELECT id, since, error AS what, NULL::integer AS application_id "
                "FROM tour_loan_pause WHERE over_at IS NULL"
            )
        ]

    @api.model
    def _ended(self, before):
        return Domain("over_at", "<", before)


class Message(models.AbstractModel):
    _inherit = "tour_loan.message"

    def _paused(self, endpoint: str | None = None):
        """Return the pause of ``endpoint``, else of this one's, else of this outbox's own.

        Whatever else talks to the endpoint (pulls) asks here, too.
        """
        endpoint = endpoint or self.endpoint or self._outbox
        # sudo: borrowers' and agencies' requests may ask
        pauses_sudo = self.env["tour_loan.pause"].sudo()
        return pauses_sudo._of(self._outbox, endpoint, self._access_hash(endpoint))

    def _pause(self, endpoint: str, error: str):
        """Nothing goes to ``endpoint`` any more: it does not let us in."""
        endpoint = endpoint or self._outbox
        # sudo: the outbox is the server's own
        pauses_sudo = self.env["tour_loan.pause"].sudo()
        pauses_sudo._begin(self._outbox, endpoint, error, self._access_hash(endpoint))

    @api.model
    def _access_hash(self, endpoint: str) -> str:
        """Hook: what changes when login or password of ``endpoint`` do; tells neither."""
        return ""

    @api.model
    def _resumed(self, endpoint: str):
        """Everything that waits for an endpoint goes, spread and in order."""
        self._wake(endpoint, Domain.TRUE)

    def _tried_since(self, moment):
        """Return since when it is tried: the time of a pause is nobody's patience."""
        if not self.endpoint:
            return moment
        # sudo: as above
        ended = self.env["tour_loan.pause"].sudo()._last_end(self._outbox, self.endpoint)
        return max(moment, ended) if ended else moment
