"""1C as an endpoint: is it there, and does it let us in? Messages and pulls ask alike."""

import hashlib
import hmac
import os

from odoo import api, models

from odoo.addons.tour_loan.tools import code_key, server_setting

from ..words import explained

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
        super()._resumed(endpoint)
        self.env["moyamfo.run"]._enqueue_pulls()

    @api.model
    def _refused(self, error):
        """Pulls: 1C does not let us in (``AccessRefused``); pause what it is the door of."""
        publication = getattr(error, "publication", "")
        endpoint = f"{self._outbox}:{publication}" if publication else self._outbox
        self._pause(endpoint, explained(self._ru(), error))
