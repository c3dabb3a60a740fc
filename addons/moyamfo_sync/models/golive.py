"""Before going live: the exchange with 1C."""

from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models

from odoo.addons.tour_loan.models.staff.connection import SECONDS, Checked
from odoo.addons.tour_loan.models.staff.golive import GREEN, RED, YELLOW, Finding
from odoo.addons.tour_loan.models.staff.golive_lender import PASSWORD, TOKEN
from odoo.addons.tour_loan.rules.masking import mask_text
from odoo.addons.tour_loan.tools import bounded, server_setting

from .. import connection
from ..protocol.errors import BusinessError, FormatError, ProfileError, TransportError

SILENCE = timedelta(minutes=30)


class GoLive(models.AbstractModel):
    _inherit = "tour_loan.golive"

    def _secrets_of_server(self):
        secrets = super()._secrets_of_server()
        secrets["MOYAMFO_SYNC_PASSWORD"] = (server_setting("moyamfo_sync", "password"), PASSWORD)
        if token := server_setting("moyamfo_sync", "ping_token"):  # without one pings are refused
            secrets["MOYAMFO_SYNC_PING_TOKEN"] = (token, TOKEN)
        return secrets

    def _golive_moyamfo_address(self) -> Finding:
        """https; in the lender's own network it may stand, on this very machine hardly."""
        trouble = self._address_trouble(server_setting("moyamfo_sync", "url"), own_network=True)
        if trouble:
            return Finding(
                RED,
                self.env._("The address of 1C (MOYAMFO_SYNC_URL): %s", trouble),
                self._in_docs("settings"),
            )
        return Finding(GREEN, self.env._("1C is reached by https."))

    def _golive_moyamfo_profile(self) -> Finding:
        if server_setting("moyamfo_sync", "profile") in ("", "default"):
            return Finding(
                YELLOW,
                self.env._(
                    "The profile of 1C is the delivered one, a guess: compare it with your "
                    "publication's WSDL."
                ),
                self._in_docs("first-steps"),
            )
        return Finding(GREEN, self.env._("1C has a profile of its own."))

    def _golive_moyamfo_access(self) -> Finding:
        pauses = self.env["tour_loan.pause"].search(
            [("outbox", "=", "moyamfo"), ("over_at", "=", False)]
        )
        if pauses:
            return Finding(
                RED,
                self.env._("The exchange with 1C is paused: %s", pauses[:1].error),
                self._action("tour_loan.pause_action"),
            )
        return Finding(GREEN, self.env._("1C lets us in."))

    def _golive_moyamfo_pulls(self) -> Finding:
        last = self.env["moyamfo.run"].search(
            [("kind", "=", "applications"), ("state", "!=", "failed")], limit=1
        )
        if not last or fields.Datetime.now() - last.finished_at > SILENCE:
            return Finding(
                RED,
                self.env._("Nothing was got from 1C in the last half hour."),
                self._action("moyamfo_sync.moyamfo_run_action"),
            )
        return Finding(
            GREEN, self.env._("1C answers: the last pull is of %s UTC.", last.finished_at)
        )


class Connection(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "tour_loan.connection"

    @api.model
    def _counterparties(self):
        return super()._counterparties() | {"moyamfo": self.env._("1C:MoyaMFO")}

    def _connect_moyamfo(self) -> Checked:
        """Get the WSDL anew, then ask about an application 1C cannot know."""
        if not connection.is_configured(self.env):
            return Checked(False, self.env._("MOYAMFO_SYNC_URL is not set."))
        try:
            profile = connection.profile(self.env)
            answer = bounded(SECONDS, _ask, profile)
        except TransportError as error:
            if error.status in (401, 403):
                return Checked(False, self.env._("1C refuses login, password or rights."))
            if "time" in str(error).lower():
                return Checked(False, self.env._("1C does not answer in time."))
            return Checked(False, self.env._("1C cannot be reached: %s", mask_text(str(error))))
        except TimeoutError:
            raise
        except (BusinessError, FormatError, ProfileError, OSError) as error:
            return Checked(
                False,
                self.env._("1C answers otherwise than the profile says: %s", mask_text(str(error))),
            )
        date, foreign = answer
        if foreign:
            return Checked(
                False,
                self.env._(
                    "Asked about an application it cannot know, 1C answered about %s others: it "
                    "ignores the filter of the question.",
                    foreign,
                ),
                date,
            )
        return Checked(True, self.env._("1C answers and lets us in; the profile fits."), date)


def _ask(profile) -> tuple[str, int]:
    """Return 1C's clock as HTTP writes it, and how many rows came that nobody asked for.

    The WSDL is not taken from what was kept.
    """
    exchange = connection.made(profile, keep_wsdl=False)
    page = exchange.application_states([str(uuid4())])
    answered_at = exchange.answered_at
    date = answered_at.strftime("%a, %d %b %Y %H:%M:%S GMT") if answered_at else ""
    return date, len(page.foreign) + len(page.rows)
