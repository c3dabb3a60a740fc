"""The questionnaire as a table: steps, their fields, how each is read and checked."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from ...rules import identity, money
from ...rules.typed import parse_date as read_date

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Field:
    """One field of a page.

    ``read`` turns what was typed into a value (ValueError: ``problem``); ``check``
    returns an error code of ``rules/identity.py`` or None; ``missing`` is the code of no
    answer. ``needed_if`` names a field
    and the values of it with which this one is asked for at all.
    """

    name: str
    kind: str = "text"
    required: bool = True
    read: Callable = identity.normal_text
    check: Callable | None = None
    problem: str = "format"
    missing: str = "required"
    needed_if: tuple | None = None
    autocomplete: str = "off"
    inputmode: str = "text"
    placeholder: str = ""
    maxlength: int = 100
    width: str = ""
    hint: str = ""


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
        maxlength=20,
        width=width,
    )


def _name(name, autocomplete, **options):
    options = {"check": identity.check_name, **options}
    return Field(name, read=identity.normal_name, autocomplete=autocomplete, **options)


_RUSSIAN = {"check": identity.check_russian_text}


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
        line("region", f"{section}address-level1", width="half", **_RUSSIAN),
        line("city", f"{section}address-level2", **_RUSSIAN),
        line("street", f"{section}address-line1", required=False, **_RUSSIAN),
        line("house", width="half", maxlength=20, check=identity.check_house),
        line("flat", required=False, width="half", maxlength=20, check=identity.check_house),
    )


_EMPLOYED = ("employment", ("employee",))
_DIGITS = {"read": identity.normal_digits, "inputmode": "numeric"}

STEPS: dict[str, tuple[Field, ...]] = {
    "passport": (
        _name("last_name", "family-name"),
        _name("first_name", "given-name"),
        _name(
            "middle_name",
            "additional-name",
            check=identity.check_middle_name,
            missing="no_middle_name",
            needed_if=("no_middle_name", (False,)),
        ),
        Field("no_middle_name", kind="check", required=False, read=bool),
        _date("birth_date", "bday"),
        Field("birth_place", maxlength=200, **_RUSSIAN),
        Field(
            "passport_series",
            kind="series",
            check=identity.check_passport_series,
            maxlength=14,  # a whole passport may be pasted: the number goes on
            width="half",
            placeholder="0000",
            **_DIGITS,
        ),
        Field(
            "passport_number",
            check=identity.check_passport_number,
            maxlength=8,
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
        Field("passport_issued_by", kind="issuer", maxlength=256, **_RUSSIAN),
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
            check=identity.check_house,
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
            check=identity.check_work_phone,
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


def is_needed(field: Field, values) -> bool:
    """Return whether these answers (a mapping, or a record) call for the field at all."""
    if not field.needed_if:
        return True
    name, wanted = field.needed_if
    return values[name] in wanted


def called_for(values) -> set[str]:
    """Return the names of the fields that these answers call for.

    What is not asked is not signed, kept or sent, whatever stands in it from before.
    """
    return {field.name for step in STEPS.values() for field in step if is_needed(field, values)}


# Where a group of questions begins, and its title.
GROUPS = {
    "last_name": _lt("Who you are"),
    "passport_series": _lt("Passport of the Russian Federation"),
    "inn": _lt("Also"),
    "registration_postcode": _lt("Registration address, as stamped in the passport"),
    "residence_same": _lt("Address where you live"),
    "employment": _lt("Work"),
    "income": _lt("Income and payments"),
    "months": _lt("Term of the loan"),
}


def groups(step: str) -> list[tuple]:
    """Return (title, questions) of a page, in its order."""
    found = []
    for field in STEPS[step]:
        if field.name in GROUPS:
            found.append((GROUPS[field.name], []))
        found[-1][1].append(field)
    return found


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
    "unchanged": _lt(
        "The lender asks for another answer here, and nothing has changed. If all is right as "
        "it stands, tell the lender."
    ),
    "date_format": _lt("Write the date as 31.12.1990."),
    "money_format": _lt("Write the sum in roubles, for example 60 000."),
    "choice": _lt("Choose one of the answers."),
    "name_mixed_script": _lt("There are Latin letters among the Russian ones."),
    "name_not_cyrillic": _lt("Write in Russian letters, as in the passport."),
    "name_format": _lt("Write as in the passport: letters, a hyphen, a space."),
    "birth_date_future": _lt("This date has not come yet."),
    "birth_date_unlikely": _lt("Check the year."),
    "under_age": _lt("Loans are given from 18 years of age."),
    "no_middle_name": _lt("If there is no patronymic, tick «No patronymic» below."),
    "russian_text": _lt("Write in Russian letters."),
    "house_format": _lt("Write it with letters or digits."),
    "passport_series_unknown": _lt("There is no such series: check it with the passport."),
    "passport_number_unknown": _lt("There is no such number: check it with the passport."),
    "passport_issued_before_passports": _lt(
        "Passports of the Russian Federation are issued since 1 October 1997."
    ),
    "division_code_unknown": _lt("There is no such code: check it with the passport."),
    "passport_series_format": _lt("The series has 4 digits."),
    "passport_number_format": _lt("The number has 6 digits."),
    "passport_issued_in_future": _lt("This date has not come yet."),
    "passport_issued_too_early": _lt("A passport is issued from 14 years of age."),
    "passport_exchange_due": _lt(
        "This passport has to be exchanged by %s: you have turned 20 or 45. It is good until "
        "then; exchange it in time, the lender may ask for the new one."
    ),
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

# What is hardly true but may be: said beside the tick that confirms it.
DOUBTS = {
    "doubt_full_name": _lt("Is this the whole name? Only a part of it belongs here."),
    "doubt_words": _lt("There are several words here."),
    "doubt_same_names": _lt("The first name is the same as the surname."),
    "doubt_short": _lt("This is very short."),
    "doubt_series_year": _lt("This series does not fit the date of issue."),
    "doubt_division_code": _lt("There is hardly such a code."),
    "doubt_issuer": _lt("This is very short for an issuer: copy it from the passport in full."),
    "doubt_region": _lt("We do not know such a region."),
    "doubt_house": _lt("There is no number here."),
    "doubt_age": _lt("Is the year right?"),
    "doubt_no_income": _lt("You have an occupation, and the income is nothing."),
    "doubt_small_income": _lt("Is this the income of a whole month?"),
    "doubt_big_income": _lt("This is very much for a month: is there a digit too many?"),
    "doubt_big_expenses": _lt("The payments are more than the income."),
}
