"""1C as an endpoint: is it there, and does it let us in? Messages and pulls ask alike."""

import hashlib
import hmac
import logging
import os

from odoo import api, models

from odoo.addons.tour_loan.tools import code_key, server_setting

from .. import connection
from ..protocol.errors import ProfileError
from ..words import explained

_logger = logging.getLogger(__name__)

SECTION = "moyamfo_sync"
ACCESS = ("url", "login", "password")


class MoyamfoMessage(models.Model):
    _inherit = "moyamfo.message"

    @api.model
    def _access_hash(self, endpoint):
        """Of every setting of the exchange, whichever of them a profile uses.

        Keyed, so that a dump of the database tells nobody the password.
        """
        prefix = f"{SECTION}_".upper()
        told = {name: value for name, value in os.environ.items() if name.startswith(prefix)}
        told |= {name: server_setting(SECTION, name) for name in ACCESS}
        text = "\n".join(f"{name}={value}" for name, value in sorted(told.items()))
        try:
            key = code_key()
        except ValueError:
            return ""  # without a key of the server nothing leaves anyway
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def _answered_elsewhere(self, moment):
        """A pull that was answered: 1C was there."""
        answered = [("state", "!=", "failed"), ("as_of", "!=", False)]  # it asked, and was told
        last = self.env["moyamfo.run"].search(answered, order="id desc", limit=1)
        return bool(last.finished_at) and last.finished_at >= moment

    @api.model
    def _resumed(self, endpoint):
        done = super()._resumed(endpoint)
        self.env["moyamfo.run"]._enqueue_pulls()
        return done

    # --- several publications: each has its door ---

    @api.model
    def _doors(self, kind: str) -> list[str]:
        """Return the endpoints a message or a question of ``kind`` goes to.

        A profile of one publication has one endpoint, whatever it calls it.
        """
        try:
            profile = connection.exchange(self.env)
            names = profile.publications(kind)
            if len(profile.profile.publications) > 1:
                return [f"{self._outbox}:{name}" for name in names] or [self._outbox]
        except ProfileError:
            _logger.debug("no profile, so no publications")
        return [self._outbox]

    def _paused(self, endpoint=None, kind=None):
        """Override: of each door that ``kind``, else this message's, has to pass.

        :param kind: a key of ``protocol.exchange``'s OPERATIONS or QUESTIONS
        """
        kind = kind or self.kind
        doors = [endpoint] if endpoint else self._doors(kind) if kind else [self._outbox]
        for door in doors:
            if pause := super()._paused(door):
                return pause
        return self.env["tour_loan.pause"]

    @api.model
    def _door_of(self, error, kind: str) -> str:
        """Return which of the doors refused us."""
        door = f"{self._outbox}:{error.publication}"
        doors = self._doors(kind)
        return door if door in doors else doors[0]

    @api.model
    def _refused(self, error, kind: str):
        """Pulls: 1C does not let us in (``AccessRefused``); its door is paused."""
        self._pause(self._door_of(error, kind), explained(self._ru(), error))
