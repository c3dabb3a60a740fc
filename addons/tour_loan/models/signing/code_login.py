"""Logging in by a code: asked for by anybody, sent to whom it belongs.

The request that asks for a login looks at nothing but what was asked before, so neither
its answer nor its time tells whether a phone is a borrower's or a birth date is right.
A job looks, behind the page's back.
"""

import hmac
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ...rules import codes, sms_text
from ...tools import code_key, sms_gateway
from .code import LOGIN_WINDOW


class Code(models.Model):
    _inherit = "tour_loan.code"

    gateway_failed = fields.Boolean(
        readonly=True, help="A login nobody was sent a code for: the gateway was away then."
    )

    @api.model
    def _request_login(self, phone, born, origin, known=False):
        """Make a challenge for ``phone`` and ``born`` (date or None).

        One browser's challenges are nothing to another's: a stranger neither ends the
        borrower's code nor uses up its attempts nor makes him wait.

        :return: the challenge and None, or an empty record and the refusal
        """
        budget = "known_login" if known else "login"
        whose = Domain("session", "=", origin["session"])
        key = f"login:{origin['session']}"
        if known:
            # sessions cost nothing; those of a browser that is known count together
            whose, key = Domain("budget", "=", budget), f"login:{phone}"
        self.env["tour_loan.lock"]._take(key)
        line = whose & Domain("phone", "=", phone) & Domain("purpose", "=", "login")
        if refusal := self._refusal(line, budget, phone, origin):
            return self.browse(), refusal
        ours = line & Domain("session", "=", origin["session"])
        self.search(ours & Domain("state", "=", "active"))._end("newer")
        challenge = self._challenge(
            "login",
            phone,
            origin,
            budget=budget,
            documents_digest=self._date_digest(phone, born),
        )
        challenge.with_user(SUPERUSER_ID).with_delay(
            max_retries=0, description=f"Login {challenge.uid}"
        )._send_login()
        return challenge, None

    @api.model
    def _date_digest(self, phone, born, key_name="") -> str:
        return codes.date_digest(code_key(key_name), phone, born.isoformat() if born else "")

    def _fits_date(self, born) -> bool:
        """Return whether the login was asked for with the birth date ``born``."""
        known = self._date_digest(self.phone, born, self.key_name)
        return hmac.compare_digest(self.documents_digest or "", known)

    def _send_login(self) -> str:
        """Job: send the code if phone and birth date are a borrower's."""
        if self.state != "active" or self.sms_id:
            return "nothing to do"
        dates = self.env["tour_loan.borrower"]._dates_of_phone(self.phone)
        right = dates is not None and (not dates or any(map(self._fits_date, dates)))
        if not right or self._is_spent():
            # a gateway that is away is told to everybody, or "away" would tell who is known
            self.gateway_failed = bool(sms_gateway(self.env).trouble())
            return "no SMS is due"
        env = self.with_context(lang="ru_RU").env
        self._send(
            env._(
                "%(lender)s: code {code} to log in to your cabinet. Tell it to nobody.",
                lender=sms_text.name(self.env.company.name),
            )
        )
        return "queued"

    def _is_spent(self) -> bool:
        """Return whether logins of this phone have been tried too often today.

        Whether an SMS comes would tell a number's new holder which birth date is right:
        so few dates a day are tried, and then only browsers the phone was confirmed in
        go on. The same date again costs nothing: strangers without one lock nobody out.
        """
        yesterday = self.env.cr.now() - timedelta(days=1)
        others = (
            Domain("phone", "=", self.phone)
            & Domain("purpose", "=", "login")
            & Domain("budget", "=", self.budget)
            & Domain("create_date", ">", yesterday)
            & Domain("id", "!=", self.id)
        )
        other_dates = Domain("documents_digest", "!=", self.documents_digest)
        tried = len(self._read_group(others & other_dates, ["documents_digest"]))
        if tried >= codes.LOGIN_DATES_A_DAY[self.budget]:
            return True
        sent = others & Domain("sms_id", "!=", False) & Domain("state", "!=", "used")
        return self.budget == "login" and self.search_count(sent) >= codes.LOGIN_SMS_A_DAY

    @api.model
    def _redeem_login(self, uid: str, phone: str) -> bool:
        """Return whether challenge ``uid`` lets ``phone`` in; it does so once."""
        challenge = self.search([("uid", "=", uid), ("state", "=", "used")])
        now = fields.Datetime.now()
        left = (challenge.login_until or now) - now
        # longer than the window: the clock was set back
        if challenge.phone != phone or not timedelta() < left <= LOGIN_WINDOW:
            return False
        challenge.login_until = False
        return True
