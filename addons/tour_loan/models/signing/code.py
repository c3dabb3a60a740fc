"""SMS challenges: one-time codes, their attempts and their limits."""

from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain

from ... import counters
from ...rules import codes
from ...tools import code_key
from ..outbox.ending import Period

DOTS = "••••••"
LOGIN_WINDOW = timedelta(minutes=2)  # from the right code to the session

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
    _inherit = ["tour_loan.ending"]
    _description = "SMS code"
    _order = "id desc"
    _rec_name = "purpose"
    # two days at least: the limits of rules/codes.py count those of the last day
    _period = Period("tour_loan.keep_codes_days", 180, at_least=2)

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
    key_name = fields.Char(readonly=True, help="Of the server's keys, the one it was made with.")
    attempts = fields.Integer(readonly=True)
    attempt_ids = fields.One2many("tour_loan.code.attempt", "code_id", readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    used_at = fields.Datetime(readonly=True)
    login_until = fields.Datetime(readonly=True)
    ip = fields.Char("IP", readonly=True)
    user_agent = fields.Char(readonly=True)
    session = fields.Char("Session (hash)", readonly=True)
    budget = fields.Selection(
        [
            ("own", "Of the application whose phone is confirmed"),
            ("named", "Of strangers: the agency named this phone"),
            ("typed", "Of strangers: the phone was typed"),
            ("known_login", "Login from a browser this phone was confirmed in"),
            ("login", "Login from any other browser"),
        ],
        readonly=True,
        help="In whose limits it counts.",
    )
    ended_by = fields.Selection(
        [
            ("newer", "A newer code"),
            ("link", "The agency's new link"),
            ("date", "Another birth date than it was asked for with"),
        ],
        readonly=True,
    )
    sms_text = fields.Char("Text of the SMS", readonly=True, help="The code stands as dots.")
    sms_id = fields.Many2one("tour_loan.sms", readonly=True, ondelete="restrict")

    _uid_uniq = models.UniqueIndex("(uid)")
    _phone_sent = models.Index("(phone, id)")
    _ip_sent = models.Index("(ip, create_date)")
    _session_sent = models.Index("(session, create_date)")

    @api.model
    def _request(self, purpose, phone, origin, application, documents, text, known=False):
        """Send a new code of ``application``, which ends its earlier ones.

        :param origin: dict of ``ip``, ``user_agent``, ``session``
        :param text: the SMS with ``{code}`` where the code goes
        :param known: the visitor's browser is one this phone was confirmed in
        :return: the challenge and None, or an empty record and
            ``{"error": "wait"|"limit", "seconds": int}``
        """
        budget = self._budget_of(application, phone, known)
        # of a link that is being renewed nothing is asked for any more
        self.env["tour_loan.lock"]._take_rows(application)
        # what others ask for must not even be waited for: the phone is locked for strangers
        self.env["tour_loan.lock"]._take(f"code:{application.uuid}")
        if budget in codes.SHARED_A_DAY:
            self.env["tour_loan.lock"]._take(f"{budget}:{phone}")
        ours = Domain("application_id", "=", application.id)
        if refusal := self._refusal(ours & Domain("phone", "=", phone), budget, phone, origin):
            return self.browse(), refusal
        self.search(ours & Domain("state", "=", "active"))._end("newer")
        challenge = self._challenge(
            purpose,
            phone,
            origin,
            budget=budget,
            application_id=application.id,
            document_ids=[(6, 0, documents.ids)],
            documents_digest=documents._digest(),
        )
        challenge._send(text)
        return challenge, None

    @staticmethod
    def _budget_of(application, phone, known) -> str:
        """Return in whose budget a code of ``application`` to ``phone`` counts.

        Anybody with a link of his own may type any number. What is sent to the phone that
        was confirmed here, or in this very browser, nobody else can have asked for.
        """
        if known or (application.borrower_id and application.phone == phone):
            return "own"
        return "named" if application.customer_phone == phone else "typed"

    def _challenge(self, purpose, phone, origin, **values):
        lifetime = timedelta(seconds=codes.LIFETIME_SECONDS)
        return self.create(
            {
                **origin,
                "purpose": purpose,
                "phone": phone,
                "expires_at": fields.Datetime.now() + lifetime,
                "key_name": codes.key_name(code_key()),
                **values,
            }
        )

    def _send(self, text: str):
        """Queue the SMS of this challenge; ``{code}`` stands for the code."""
        self.sms_text = text.replace("{code}", DOTS)
        self.sms_id = self.env["tour_loan.sms"].create(
            {"phone": self.phone, "text": text, "code_id": self.id}
        )

    def _end(self, by: str):
        """Let codes be good for nothing any more, and say by what."""
        self.write({"state": "void", "ended_by": by})

    def _end_of(self) -> dict:
        return {"error": "date" if self.ended_by == "date" else self.state}

    # --- the end ---

    @api.model
    def _ended(self, before):
        """Of an application that was signed every code is evidence, else the confirmed ones."""
        confirmed = Domain("application_id", "!=", False) & Domain("state", "=", "used")
        evidence = confirmed | Domain("application_id.signed_at", "!=", False)
        told = Domain("sms_id", "=", False) | Domain("sms_id.state", "in", ("sent", "dropped"))
        return super()._ended(before) & ~evidence & told

    def _delete_ended(self):
        sms = self.env["tour_loan.sms"].search([("code_id", "in", self.ids)])
        self.unlink()
        sms.unlink()

    # --- how many, how often ---

    def _line(self) -> Domain:
        """Return the codes that this one is counted with and waits for."""
        phone = Domain("phone", "=", self.phone)
        if self.purpose == "login":
            login = Domain("purpose", "=", "login")
            return phone & login & Domain("session", "=", self.session)
        return phone & Domain("application_id", "=", self.application_id.id)

    def _wait_seconds(self) -> int:
        """Return how long whoever asked for this code has to wait for the next."""
        return self._seconds_to_wait(self._line()) if self else 0

    def _seconds_to_wait(self, line) -> int:
        """A code that was confirmed makes nobody wait: the next one has another purpose."""
        last = self.search(line, limit=1)
        if not last or last.state == "used":
            return 0
        return codes.seconds_left(codes.RESEND_SECONDS, self._passed(last))

    def _passed(self, code) -> float:
        """Return the seconds since ``code`` was made, by the database's one clock."""
        return (self.env.cr.now() - code.create_date).total_seconds()

    def _refusal(self, line, budget, phone, origin):
        """Return why no code is sent now, or None."""
        if seconds := self._seconds_to_wait(line):
            return {"error": "wait", "seconds": seconds}
        counted = [(line, *limit) for limit in codes.LINE_LIMITS]
        if budget not in ("own", "known_login"):
            for name, limits in codes.SENDER_LIMITS.items():
                sender = Domain(name, "=", origin[name])
                counted += [(sender, *limit) for limit in limits if origin[name]]
        barred = [self._seconds_over(*limit) for limit in counted]
        if budget in codes.SHARED_A_DAY:
            barred += self._seconds_over_share(line, budget, phone)
        if seconds := max(barred):
            return {"error": "limit", "seconds": seconds}
        return None

    def _seconds_over_share(self, line, budget, phone) -> list[int]:
        """Return how long its share of what strangers may cause bars the next code of ``line``."""
        pot, day = codes.SHARED_A_DAY[budget], codes.DAY_SECONDS
        since = self.env.cr.now() - timedelta(seconds=day)
        sent = self.search(
            Domain("phone", "=", phone)
            & Domain("budget", "=", budget)
            & Domain("state", "!=", "used")
            & Domain("create_date", ">", since),
            order="create_date DESC",
        )
        mine = sent.filtered_domain(line)
        others = (sent - mine).grouped("application_id").values()
        passed = [[self._passed(code) for code in theirs] for theirs in others]
        return [
            codes.seconds_over_share(pot, len(mine), passed),
            self._seconds_over(line, day, pot),
        ]

    def _seconds_over(self, domain, window, limit) -> int:
        """Return how long ``limit`` codes of a window, sent and not confirmed, bar the next."""
        since = self.env.cr.now() - timedelta(seconds=window)
        sent = self.search(
            domain & Domain("state", "!=", "used") & Domain("create_date", ">", since),
            order="create_date DESC",
            limit=limit,
        )
        return codes.seconds_left(window, self._passed(sent[-1])) if len(sent) == limit else 0

    # --- typing ---

    def _plain(self) -> str:
        """Return the code itself, recomputed; only the sending job asks."""
        key = code_key(self.key_name)
        return codes.code(key, self.nonce, self.purpose, self.phone, self.documents_digest or "")

    def _is_over(self) -> bool:
        return codes.is_over(fields.Datetime.now(), self.expires_at)

    def _check(self, typed: str, origin: dict, fits: bool = True):
        """Return None if ``typed`` is the code, else ``{"error", "left"}``.

        With ``fits`` False something else that had to be right was not: then the right
        code ends here. A code that nobody was sent is wrong whatever was typed.

        Errors: ``expired``, ``void`` (another took its place), ``locked`` (five wrong
        ones), ``used``, ``date`` (``fits`` was False), ``wrong`` with the attempts left.
        """
        self.ensure_one()
        self.env["tour_loan.lock"]._take_rows(self.application_id)
        if self.state != "active":
            return self._end_of()
        if self._is_over():
            return {"error": "expired"}
        right = codes.matches(self._plain(), typed or "") and bool(self.sms_id)
        self.env["tour_loan.code.attempt"].create(
            {"code_id": self.id, "right": right, "ip": origin.get("ip")}
        )
        self.attempts += 1
        # of two requests with one code the second waits here, then it is run again
        self.flush_recordset()
        if right and not fits:
            self._end("date")
            return {"error": "date"}
        if right:
            self.write({"state": "used", "used_at": fields.Datetime.now()})
            if self.purpose in ("login", "acquaintance"):
                self.login_until = fields.Datetime.now() + LOGIN_WINDOW
            return None
        counters.count_attack(self.env.cr, "wrong_code")
        left = codes.MAX_ATTEMPTS - self.attempts
        if left <= 0:
            counters.count_attack(self.env.cr, "locked_code")
            self.state = "locked"
            return {"error": "locked"}
        return {"error": "wrong", "left": left}

    def _standing(self, digest: str | None = None):
        """Return ``{"error": …}`` if the page of this code has to say something at once.

        :param digest: of what would be confirmed now; None: nothing but the code itself
        """
        if not self or self.state == "used":
            return None
        if self.state != "active":
            return self._end_of()
        if digest is not None and digest != self.documents_digest:
            return {"error": "changed"}
        if self._is_over():
            return {"error": "expired"}
        return self._sms_trouble()


class CodeAttempt(models.Model):
    _name = "tour_loan.code.attempt"
    _description = "Attempt at an SMS code"
    _order = "id"

    code_id = fields.Many2one(
        "tour_loan.code", required=True, index=True, ondelete="cascade", readonly=True
    )
    right = fields.Boolean(readonly=True)
    ip = fields.Char("IP", readonly=True)
