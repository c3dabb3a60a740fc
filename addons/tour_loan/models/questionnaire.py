"""The questionnaire as a table: steps, their fields, how each is read and checked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from odoo.tools.translate import LazyTranslate

from ..rules import identity, money

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Field:
    """One field of a page.

    ``read`` turns what was typed into a value (ValueError: ``problem``); ``check``
    returns an error code of ``rules/identity.py`` or None. ``needed_if`` names a field
    and the values of it with which this one is asked for at all.
    """

    name: str
    kind: str = "text"
    required: bool = True
    read: Callable = identity.normal_text
    check: Callable | None = None
    problem: str = "format"
    needed_if: tuple | None = None
    autocomplete: str = "off"
    inputmode: str = "text"
    placeholder: str = ""
    maxlength: int = 100
    width: str = ""
    hint: str = ""


def read_date(text: str) -> date:
    """Read 31.12.1990 or 1990-12-31."""
    text = text.strip()
    pattern = "%Y-%m-%d" if "-" in text else "%d.%m.%Y"
    return datetime.strptime(text, pattern).date()


def read_money(text: str) -> float:
    amount = money.parse_typed(text)
    if not 0 <= amount < 100_000_000:
        raise ValueError(text)
    return float(amount)


def _date(name, autocomplete="off", width="half"):
    return Field(
        name,
        kind="date",
        read=read_date,
        problem="date_format",
        autocomplete=autocomplete,
        inputmode="numeric",
        placeholder="ДД.ММ.ГГГГ",
        maxlength=10,
        width=width,
    )


def _name(name, autocomplete, required=True):
    return Field(
        name,
        required=required,
        read=identity.normal_name,
        check=identity.check_name,
        autocomplete=autocomplete,
    )


def _address(kind: str, needed_if=None) -> tuple[Field, ...]:
    section = "" if kind == "registration" else "shipping "
    postcode = Field(
        f"{kind}_postcode",
        read=identity.normal_digits,
        check=identity.check_postal_index,
        needed_if=needed_if,
        autocomplete=f"{section}postal-code",
        inputmode="numeric",
        maxlength=6,
        width="half",
    )

    def line(name, autocomplete="off", **options):
        return Field(f"{kind}_{name}", needed_if=needed_if, autocomplete=autocomplete, **options)

    return (
        postcode,
        line("region", f"{section}address-level1", width="half"),
        line("city", f"{section}address-level2"),
        line("street", f"{section}address-line1", required=False),
        line("house", width="half", maxlength=20),
        line("flat", required=False, width="half", maxlength=20),
    )


_EMPLOYED = ("employment", ("employee",))
_DIGITS = {"read": identity.normal_digits, "inputmode": "numeric"}

STEPS: dict[str, tuple[Field, ...]] = {
    "passport": (
        _name("last_name", "family-name"),
        _name("first_name", "given-name"),
        _name("middle_name", "additional-name", required=False),
        _date("birth_date", "bday"),
        Field("birth_place", maxlength=200),
        Field(
            "passport_series",
            check=identity.check_passport_series,
            maxlength=5,
            width="half",
            placeholder="0000",
            **_DIGITS,
        ),
        Field(
            "passport_number",
            check=identity.check_passport_number,
            maxlength=6,
            width="half",
            placeholder="000000",
            **_DIGITS,
        ),
        _date("passport_issued_on"),
        Field(
            "passport_division_code",
            kind="division",
            read=identity.normal_division_code,
            check=identity.check_division_code,
            inputmode="numeric",
            placeholder="000-000",
            maxlength=7,
            width="half",
        ),
        Field("passport_issued_by", kind="issuer", maxlength=256),
        Field(
            "inn",
            required=False,
            check=identity.check_inn,
            maxlength=12,
            hint=_lt("Speeds the decision up: the lender checks the self-ban by it."),
            **_DIGITS,
        ),
        Field(
            "snils",
            required=False,
            check=identity.check_snils,
            maxlength=14,
            placeholder="000-000-000 00",
            **_DIGITS,
        ),
        Field(
            "email",
            required=False,
            read=identity.normal_email,
            check=identity.check_email,
            autocomplete="email",
            inputmode="email",
        ),
    ),
    "address": (
        *_address("registration"),
        Field("residence_same", kind="check", required=False, read=bool),
        *_address("residence", needed_if=("residence_same", (False,))),
    ),
    "work": (
        Field("employment", kind="select", read=str),
        Field(
            "employer_name",
            needed_if=_EMPLOYED,
            autocomplete="organization",
            maxlength=200,
        ),
        Field(
            "position",
            needed_if=_EMPLOYED,
            required=False,
            autocomplete="organization-title",
        ),
        Field(
            "employer_phone",
            needed_if=_EMPLOYED,
            required=False,
            inputmode="tel",
            maxlength=30,
        ),
        Field(
            "income",
            kind="money",
            read=read_money,
            problem="money_format",
            inputmode="decimal",
            width="half",
            maxlength=15,
        ),
        Field(
            "expenses",
            kind="money",
            required=False,
            read=read_money,
            problem="money_format",
            inputmode="decimal",
            width="half",
            maxlength=15,
        ),
        Field("months", kind="term", read=int),
    ),
}

STEP_TITLES = {
    "documents": _lt("Documents"),
    "passport": _lt("Passport"),
    "address": _lt("Address"),
    "work": _lt("Work and income"),
    "review": _lt("Check and send"),
}

MESSAGES = {
    "required": _lt("Please fill this in."),
    "format": _lt("This does not look right."),
    "date_format": _lt("Write the date as 31.12.1990."),
    "money_format": _lt("Write the sum in roubles, for example 60 000."),
    "choice": _lt("Choose one of the answers."),
    "name_mixed_script": _lt("There are Latin letters among the Russian ones."),
    "name_not_cyrillic": _lt("Write in Russian letters, as in the passport."),
    "name_format": _lt("Write as in the passport: letters, a hyphen, a space."),
    "birth_date_future": _lt("This date has not come yet."),
    "birth_date_unlikely": _lt("Check the year."),
    "under_age": _lt("Loans are given from 18 years of age."),
    "passport_series_format": _lt("The series has 4 digits."),
    "passport_number_format": _lt("The number has 6 digits."),
    "passport_issued_in_future": _lt("This date has not come yet."),
    "passport_issued_too_early": _lt("A passport is issued from 14 years of age."),
    "passport_expired": _lt(
        "By this date the passport had to be replaced (at 20 or 45 years of age)."
    ),
    "division_code_format": _lt("The code has 6 digits: 000-000."),
    "snils_format": _lt("The number has 11 digits."),
    "snils_checksum": _lt("One of the digits is wrong."),
    "inn_format": _lt("The number has 12 digits."),
    "inn_checksum": _lt("One of the digits is wrong."),
    "phone_format": _lt("Write the number as +7 916 123-45-67."),
    "phone_extension": _lt("Write the number without an extension."),
    "phone_foreign": _lt("A Russian mobile number is needed."),
    "phone_not_mobile": _lt("A mobile number is needed: a code comes by SMS."),
    "email_format": _lt("This does not look like an e-mail address."),
    "email_not_latin": _lt("Write the address in Latin letters."),
    "postal_index_format": _lt("The postcode has 6 digits."),
}
