"""Back into the cabinet: a phone, a birth date and a code, all three at once."""

from urllib.parse import parse_qs

from odoo.http import request, route

from .. import ways
from ..models.application.questionnaire_words import MESSAGES
from ..rules import identity
from ..rules.typed import parse_date
from .portal_base import BorrowerPages, agency_of_page, help_url, origin
from .session import knows_browser, log_in

CODE_KEY = "tour_loan_login_code"


class Login(BorrowerPages):
    @route("/tour_loan/login", type="http", auth="public", methods=["GET", "POST"])
    def login(
        self, action="", phone="", birth_date="", next="", code="", sent="", lost="", **_values
    ):
        """Log in by a code. Whether the phone is known cannot be told from outside."""
        page = {"next": next, "phone": phone, "birth_date": birth_date}
        if request.httprequest.method != "POST":
            return self._login_form(page, lost=lost)
        problem = identity.check_phone(phone)
        # before any code is touched: a date that is none costs no attempt
        born, born_problem = _typed_birth_date(birth_date)
        if problem or born_problem:
            return self._login_form(
                page,
                phone_problem=problem and MESSAGES[problem],
                birth_date_problem=born_problem,
            )
        page["phone"] = phone = identity.normal_phone(phone)
        if action == "confirm":
            return self._confirm_login(page, born, code, sent)
        # sudo: nobody is logged in yet; a challenge of this browser is made, no more
        challenge_sudo, refusal = (
            request.env["tour_loan.code"]
            .sudo()
            ._request_login(phone, born, origin(), known=knows_browser(phone))
        )
        if challenge_sudo:
            request.session[CODE_KEY] = challenge_sudo.id
        return self._login_code_page(page, refusal)

    def _confirm_login(self, page, born, typed, sent):
        challenge_sudo = _challenge(page["phone"])
        if not challenge_sudo:
            return self._login_form(page, problem={"error": "none"})
        if sent.isdecimal() and sent != str(challenge_sudo.id):
            return self._login_code_page(page, {"error": "void"})
        fits = challenge_sudo._fits_date(born)
        if error := challenge_sudo._check(typed, origin(), fits):
            return self._login_code_page(page, error)
        request.session.pop(CODE_KEY, None)
        log_in(challenge_sudo, born)
        return request.redirect(ways.own_path(page["next"]))

    def _login_form(self, page, problem=None, **values):
        # sudo: words only
        words = request.env["tour_loan.code"].sudo()._words(problem)
        agency = agency_of_page(page["next"])
        return self._render("login_page", **page, agency=agency, code_problem=words, **values)

    def _login_code_page(self, page, problem=None):
        """Show the form of this browser's code; without one, the first form."""
        challenge_sudo = _challenge(page["phone"])
        if challenge_sudo.state not in ("active", "locked"):
            return self._login_form(page, problem or challenge_sudo._standing())
        waits = (problem or {}).get("error") == "wait"
        return self._render(
            "login_page",
            **page,
            agency=agency_of_page(page["next"]),
            ask_code=True,
            code=challenge_sudo,
            code_problem="" if waits else challenge_sudo._words(problem),
            wait_seconds=challenge_sudo._wait_seconds(),
            code_help_url=help_url(ways.to_login(page["next"])),
            code_state_url="/tour_loan/code/state",
            again_url=ways.to_login(page["next"]),
        )

    @route(
        "/tour_loan/code/state",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def login_code_state(self, **_values):
        """What the page of a login's code asks every few seconds."""
        challenge_sudo = _challenge()
        return self._json_answer({"text": challenge_sudo._words(challenge_sudo._standing())})

    @route("/tour_loan/code/help", type="http", auth="public", methods=["GET"], readonly=True)
    def no_code(self, back="", **_values):
        """No code has come: why that may be, and what to do."""
        here, _question, query = back.partition("?")
        if here != ways.LOGIN:
            back = ways.own_path(back)
        of = parse_qs(query).get("next", [""])[0] if query else here
        return self._render("no_code_page", agency=agency_of_page(of), back=back)


def _challenge(phone=None):
    """Return the login code this browser asked for last, or none."""
    # sudo: the session names it, which only this server writes
    codes_sudo = request.env["tour_loan.code"].sudo()
    challenge_sudo = codes_sudo.browse(request.session.get(CODE_KEY) or ()).exists()
    return challenge_sudo if phone in (None, challenge_sudo.phone) else codes_sudo


def _typed_birth_date(text: str):
    """Return (date or None, None) or (None, message)."""
    try:
        return (parse_date(text) if text.strip() else None), None
    except ValueError:
        return None, MESSAGES["date_format"]
