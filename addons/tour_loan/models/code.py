"""SMS challenges: one-time codes, their attempts and their limits."""

from datetime import timedelta
from math import ceil
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain

from ..rules import codes
from ..tools import code_key

DOTS = "••••••"
LOGIN_WINDOW = timedelta(minutes=2)

PURPOSES = [
    ("login", "Login"),
    ("acquaintance", "Acquaintance with the documents"),
    ("questionnaire", "Questionnaire"),
    ("contract", "Contract"),
]


class Code(models.Model):
    """One code sent to one phone for one purpose over one set of documents.

    Nothing stored gives the code away (see ``rules/codes.py``). A wrong attempt is
    counted and returned, never raised: an exception would roll the count back.
    """

    _name = "tour_loan.code"
    _description = "SMS code"
    _order = "id desc"
    _rec_name = "purpose"

    uid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    purpose = fields.Selection(
        PURPOSES,
        required=True,
        readonly=True,
    )
    phone = fields.Char(required=True, readonly=True)
    application_id = fields.Many2one(
        "tour_loan.application", readonly=True, index=True, ondelete="restrict"
    )
    document_ids = fields.Many2many("tour_loan.document", readonly=True, ondelete="restrict")
    documents_digest = fields.Char(readonly=True)
    nonce = fields.Char(required=True, readonly=True, default=lambda self: codes.new_nonce())
    state = fields.Selection(
        [
            ("active", "Waiting for the code"),
            ("used", "Confirmed"),
            ("locked", "Too many attempts"),
            ("void", "Replaced"),
        ],
        required=True,
        default="active",
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    attempt_ids = fields.One2many("tour_loan.code.attempt", "code_id", readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    used_at = fields.Datetime(readonly=True)
    login_until = fields.Datetime(readonly=True)
    ip = fields.Char("IP", readonly=True)
    user_agent = fields.Char(readonly=True)
    session = fields.Char("Session (hash)", readonly=True)
    sms_text = fields.Char("Text of the SMS", readonly=True, help="The code stands as dots.")
    sms_id = fields.Many2one("tour_loan.sms", readonly=True, ondelete="restrict")

    _uid_uniq = models.UniqueIndex("(uid)")
    _phone_sent = models.Index("(phone, id)")
    _ip_sent = models.Index("(ip, create_date)")
    _session_sent = models.Index("(session, create_date)")

    @api.model
    def _request(self, purpose, phone, origin, application=None, documents=None, text=""):
        """Send a new code, which voids earlier ones; return (code, refusal).

        :param origin: dict of ``ip``, ``user_agent``, ``session``
        :param text: the SMS with ``{code}`` where the code goes; without a text nothing is
            sent, and nobody can tell from outside
        :return: the challenge and None, or an empty record and
            ``{"error": "wait"|"limit", "seconds": int}``
        """
        self.env["tour_loan.lock"]._take(f"phone:{phone}")
        seconds = self._seconds_to_wait(phone, purpose)
        if seconds:
            return self.browse(), {"error": "wait", "seconds": seconds}
        if self._over_limit(phone, purpose, origin):
            return self.browse(), {"error": "limit", "seconds": 3600}
        active = self._to_phone(phone, purpose) & Domain("state", "=", "active")
        self.search(active).state = "void"
        challenge = self.create(
            {
                **origin,
                "purpose": purpose,
                "phone": phone,
                "application_id": application.id if application else False,
                "document_ids": [(6, 0, documents.ids if documents else [])],
                "documents_digest": documents._digest() if documents else "",
                "expires_at": fields.Datetime.now() + timedelta(seconds=codes.LIFETIME_SECONDS),
                "sms_text": text.replace("{code}", DOTS),
            }
        )
        if text:
            challenge.sms_id = self.env["tour_loan.sms"].create(
                {"phone": phone, "text": text, "code_id": challenge.id}
            )
        return challenge, None

    @api.model
    def _request_login(self, phone, origin):
        """Send a login code if the phone is a borrower's; None or the refusal.

        For an unknown phone a challenge is made without an SMS: the page, its limits
        and its countdown are the same.
        """
        env = self.with_context(lang="ru_RU").env
        known = self.env["tour_loan.borrower"]._of_phone(phone)
        text = env._("Code {code} to log in to your cabinet. Tell it to nobody.")
        return self._request("login", phone, origin, text=text if known else "")[1]

    @staticmethod
    def _to_phone(phone, purpose) -> Domain:
        """Return the codes a new one to this phone competes with.

        Anybody may ask for a login code; that must not keep the borrower from signing.
        """
        return Domain("phone", "=", phone) & Domain(
            "purpose", "=" if purpose == "login" else "!=", "login"
        )

    def _seconds_to_wait(self, phone, purpose) -> int:
        """Return how long this phone has to wait for its next code.

        A code that was confirmed makes nobody wait: the next one has another purpose.
        """
        last = self.search(self._to_phone(phone, purpose), limit=1)
        if not last or last.state == "used":
            return 0
        passed = (fields.Datetime.now() - last.create_date).total_seconds()
        return min(codes.RESEND_SECONDS, max(0, ceil(codes.RESEND_SECONDS - passed)))

    def _over_limit(self, phone, purpose, origin) -> bool:
        """Return whether too many codes were sent and not confirmed.

        Of logins also the confirmed count: each of them would try one birth date.
        """
        now = fields.Datetime.now()
        today = Domain("create_date", ">", now - timedelta(days=1))
        if (
            purpose == "login"
            and self.search_count(self._to_phone(phone, purpose) & today, limit=codes.LOGINS_A_DAY)
            >= codes.LOGINS_A_DAY
        ):
            return True
        senders = {name: Domain(name, "=", origin[name]) for name in origin if origin[name]}
        senders["phone"] = self._to_phone(phone, purpose)
        return any(
            name in senders
            and self.search_count(
                senders[name]
                & Domain("state", "!=", "used")
                & Domain("create_date", ">", now - timedelta(seconds=window))
            )
            >= limit
            for window, limits in codes.SEND_LIMITS
            for name, limit in limits.items()
        )

    def _plain(self) -> str:
        """Return the code itself, recomputed; only the sending job asks."""
        return codes.code(
            code_key(), self.nonce, self.purpose, self.phone, self.documents_digest or ""
        )

    def _check(self, typed: str, origin: dict, known: bool = True):
        """Return None if ``typed`` is the code, else ``{"error", "left"}``.

        With ``known`` False it is wrong whatever was typed: something else that had to
        be right was not.

        Errors: ``expired``, ``locked`` (five wrong ones: a new code is needed),
        ``used``, ``wrong`` with the attempts left.
        """
        self.ensure_one()
        if self.state != "active":
            return {"error": {"used": "used", "locked": "locked"}.get(self.state, "expired")}
        if self.expires_at < fields.Datetime.now():
            return {"error": "expired"}
        right = codes.matches(self._plain(), typed or "") and known
        self.env["tour_loan.code.attempt"].create(
            {"code_id": self.id, "right": right, "ip": origin.get("ip")}
        )
        self.attempts += 1
        # of two requests with one code the second waits here, then it is run again
        self.flush_recordset()
        if right:
            self.write({"state": "used", "used_at": fields.Datetime.now()})
            if self.purpose in ("login", "acquaintance"):
                self.login_until = fields.Datetime.now() + LOGIN_WINDOW
            return None
        left = codes.MAX_ATTEMPTS - self.attempts
        if left <= 0:
            self.state = "locked"
            return {"error": "locked"}
        return {"error": "wrong", "left": left}

    @api.model
    def _redeem_login(self, uid: str, phone: str) -> bool:
        """Return whether challenge ``uid`` lets ``phone`` in; it does so once."""
        challenge = self.search([("uid", "=", uid), ("state", "=", "used")])
        now = fields.Datetime.now()
        if challenge.phone != phone or (challenge.login_until or now) <= now:
            return False
        challenge.login_until = False
        return True


class CodeAttempt(models.Model):
    _name = "tour_loan.code.attempt"
    _description = "Attempt at an SMS code"
    _order = "id"

    code_id = fields.Many2one(
        "tour_loan.code", required=True, index=True, ondelete="cascade", readonly=True
    )
    right = fields.Boolean(readonly=True)
    ip = fields.Char("IP", readonly=True)
