"""The questionnaire: each of its questions is declared here, once.

What follows from a declaration by itself: the column of an application and of a
borrower, the borrower's page with its checks, the review, the signed PDF, the staff's
form, the prefill from an earlier application and from the agency's order, the mask in
logs, the list of personal data, and what an accounting system is told. Texts of errors
and the titles of groups are in ``models/application/questionnaire_words.py``;
docs/contributing.md tells how one adds a question.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import doubts, identity, money
from .retention import CONTACT, DECIDE, DECISION, IDENTIFICATION, IDENTIFY, TRAVEL, Retention
from .typed import parse_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a page.

    :ivar name: the name in our models; ``label`` and ``hint`` in English, to be translated
    :ivar kind: text, date, check, select, money, or one with a look of its own: series,
        division, issuer, term
    :ivar stored: False: an answer of the application itself, no personal data
    :ivar options: of a select: (value, label)
    :ivar read: turns what was typed into a value; ValueError: ``problem``, an error code
    :ivar check: returns an error code of `identity` or None; ``doubt`` one of `doubts`
    :ivar missing: the error code of no answer
    :ivar needed_if: a question, and the answers to it with which this one is asked at all
    :ivar mask: one of `masking.MASKS`; ``others``: further names it is masked under
    :ivar masked: staff see it masked until they say why they want it
    :ivar why: what it is kept for; ``keep``: how long; ``seen_by``: the group that sees it
    :ivar agency: where the agency's customer has it (``passport.series``), if he may
    :ivar told_as: its neutral name towards an accounting system: its own unless said
        otherwise; "": not told. ``part_of``: the neutral name of the text it is a part of
    """

    name: str
    label: str
    kind: str = "text"
    stored: bool = True
    default: bool = False
    options: tuple[tuple[str, str], ...] = ()
    required: bool = True
    read: Callable[[str], Any] = identity.normal_text
    check: Callable[[Any], str | None] | None = None
    doubt: Callable[[Any], str | None] | None = None
    problem: str = "format"
    missing: str = "required"
    needed_if: tuple[str, tuple[Any, ...]] | None = None
    autocomplete: str = "off"
    inputmode: str = "text"
    placeholder: str = ""
    maxlength: int = 100
    width: str = ""
    hint: str = ""
    mask: str = "hidden"
    masked: bool = False
    others: tuple[str, ...] = ()
    why: str
    keep: Retention
    seen_by: str = "tour_loan.tour_loan_group_operator"
    agency: str = ""
    told_as: str | None = None
    part_of: str = ""

    @property
    def neutral(self) -> str:
        """Return the name an accounting system is told this under, "" for none."""
        return self.part_of or (self.name if self.told_as is None else self.told_as)

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name this answer alone may stand under."""
        return tuple(dict.fromkeys(filter(None, (self.name, self.told_as, *self.others))))


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one title (``key`` in the words), on page ``step``."""

    key: str
    step: str
    questions: tuple[Question, ...] = field(repr=False)


def read_money(text: str) -> float:
    """Return roubles as typed; ValueError for what is no sum below a hundred million."""
    amount = money.parse_typed(text)
    if not 0 <= amount < 100_000_000:
        raise ValueError(text)
    return float(amount)


def _identity(name: str, label: str, **options: Any) -> Question:
    return Question(name=name, label=label, **{"why": IDENTIFY, "keep": IDENTIFICATION, **options})


def _work(name: str, label: str, **options: Any) -> Question:
    return Question(name=name, label=label, why=DECIDE, keep=DECISION, **options)


def _date(name: str, label: str, **options: Any) -> Question:
    return _identity(
        name,
        label,
        kind="date",
        read=parse_date,
        problem="date_format",
        inputmode="numeric",
        placeholder="ДД.ММ.ГГГГ",
        maxlength=20,
        width="half",
        **options,
    )


def _name(name: str, label: str, **options: Any) -> Question:
    options = {"check": identity.check_name, "mask": "initial", "agency": name, **options}
    return _identity(name, label, read=identity.normal_name, **options)


def _sum(name: str, label: str, **options: Any) -> Question:
    return _work(
        name,
        label,
        kind="money",
        read=read_money,
        problem="money_format",
        inputmode="decimal",
        width="half",
        maxlength=15,
        masked=True,
        **options,
    )


_RUSSIAN: dict[str, Any] = {"check": identity.check_russian_text}
_DIGITS: dict[str, Any] = {"read": identity.normal_digits, "inputmode": "numeric"}


def _few_letters(text: str) -> str | None:
    return doubts.letters(text, 2)


def _address(kind: str, of: str = "", needed_if: Any = None) -> tuple[Question, ...]:
    section = "shipping " if of else ""

    def line(name: str, label: str, **options: Any) -> Question:
        purpose = {"needed_if": needed_if, "part_of": f"{kind}_address"}
        return _identity(f"{kind}_{name}", label + of, **purpose, **options)

    return (
        line(
            "postcode",
            "Postcode",
            check=identity.check_postal_index,
            autocomplete=f"{section}postal-code",
            maxlength=6,
            width="half",
            **_DIGITS,
        ),
        line(
            "region",
            "Region",
            doubt=doubts.region,
            autocomplete=f"{section}address-level1",
            width="half",
            **_RUSSIAN,
        ),
        line(
            "city",
            "City" if of else "City or settlement",
            doubt=_few_letters,
            autocomplete=f"{section}address-level2",
            **_RUSSIAN,
        ),
        line(
            "street",
            "Street",
            required=False,
            autocomplete=f"{section}address-line1",
            **_RUSSIAN,
        ),
        line(
            "house",
            "House",
            check=identity.check_house,
            doubt=doubts.house,
            maxlength=20,
            width="half",
        ),
        line(
            "flat",
            "Flat",
            required=False,
            check=identity.check_house,
            maxlength=20,
            width="half",
        ),
    )


_EMPLOYED = ("employment", ("employee",))

GROUPS = (
    Group(
        "person",
        "passport",
        (
            _name(
                "last_name",
                "Last Name",
                autocomplete="family-name",
                mask="surname",
                others=("surname", "Фамилия"),
                why=TRAVEL,
            ),
            _name(
                "first_name",
                "First Name",
                autocomplete="given-name",
                others=("Имя",),
                why=TRAVEL,
            ),
            _name(
                "middle_name",
                "Middle Name",
                autocomplete="additional-name",
                check=identity.check_middle_name,
                doubt=doubts.middle_name,
                missing="no_middle_name",
                needed_if=("no_middle_name", (False,)),
                others=("patronymic", "Отчество"),
            ),
            _identity(
                "no_middle_name",
                "No patronymic",
                kind="check",
                required=False,
                read=bool,
                told_as="",
            ),
            _date(
                "birth_date",
                "Birth Date",
                autocomplete="bday",
                others=("birthday", "ДатаРождения"),
                agency="birth_date",
            ),
            _identity(
                "birth_place",
                "Birth Place",
                doubt=doubts.letters,
                maxlength=200,
                others=("МестоРождения",),
                **_RUSSIAN,
            ),
        ),
    ),
    Group(
        "passport",
        "passport",
        (
            _identity(
                "passport_series",
                "Passport Series",
                kind="series",
                check=identity.check_passport_series,
                maxlength=14,  # a whole passport may be pasted: the number goes on
                width="half",
                placeholder="0000",
                mask="digits",
                masked=True,
                others=("ПаспортСерия", "СерияПаспорта"),
                agency="passport.series",
                **_DIGITS,
            ),
            _identity(
                "passport_number",
                "Passport Number",
                check=identity.check_passport_number,
                maxlength=8,
                width="half",
                placeholder="000000",
                mask="digits",
                masked=True,
                others=("ПаспортНомер", "НомерПаспорта"),
                agency="passport.number",
                **_DIGITS,
            ),
            _date(
                "passport_issued_on",
                "Passport issued on",
                others=("ДатаВыдачиПаспорта",),
                agency="passport.issued_on",
            ),
            _identity(
                "passport_division_code",
                "Division code",
                kind="division",
                read=identity.normal_division_code,
                check=identity.check_division_code,
                doubt=doubts.division_code,
                inputmode="numeric",
                placeholder="000-000",
                maxlength=7,
                width="half",
                others=("division_code", "КодПодразделения"),
                agency="passport.division_code",
            ),
            _identity(
                "passport_issued_by",
                "Passport issued by",
                kind="issuer",
                doubt=doubts.issuer,
                maxlength=256,
                others=("issued_by", "КемВыдан"),
                agency="passport.issued_by",
                **_RUSSIAN,
            ),
        ),
    ),
    Group(
        "also",
        "passport",
        (
            _identity(
                "inn",
                "INN",
                required=False,
                check=identity.check_inn,
                maxlength=12,
                hint="Speeds the decision up: the lender checks the self-ban by it.",
                mask="digits",
                masked=True,
                others=("ИНН",),
                **_DIGITS,
            ),
            _identity(
                "snils",
                "SNILS",
                required=False,
                check=identity.check_snils,
                maxlength=14,
                placeholder="000-000-000 00",
                mask="digits",
                masked=True,
                others=("СНИЛС",),
                **_DIGITS,
            ),
            _identity(
                "email",
                "Email",
                required=False,
                read=identity.normal_email,
                check=identity.check_email,
                autocomplete="email",
                inputmode="email",
                mask="email",
                others=("e-mail", "Почта", "ЭлектроннаяПочта", "АдресЭлектроннойПочты"),
                why=CONTACT,
                agency="email",
            ),
        ),
    ),
    Group("registration", "address", _address("registration")),
    Group(
        "residence",
        "address",
        (
            _identity(
                "residence_same",
                "I live at this address",
                kind="check",
                default=True,
                required=False,
                read=bool,
                told_as="",
            ),
            *_address("residence", " of residence", ("residence_same", (False,))),
        ),
    ),
    Group(
        "work",
        "work",
        (
            _work(
                "employment",
                "Employment",
                kind="select",
                read=str,
                options=(
                    ("employee", "I work for an employer"),
                    ("self_employed", "Self-employed"),
                    ("entrepreneur", "Sole proprietor"),
                    ("pensioner", "Pensioner"),
                    ("student", "Student"),
                    ("none", "I do not work"),
                ),
                others=("Занятость",),
            ),
            _work(
                "employer_name",
                "Employer",
                needed_if=_EMPLOYED,
                check=identity.check_house,
                doubt=_few_letters,
                autocomplete="organization",
                maxlength=200,
                told_as="employer",
            ),
            _work(
                "position",
                "Position",
                needed_if=_EMPLOYED,
                required=False,
                doubt=doubts.letters,
                autocomplete="organization-title",
                others=("Должность",),
                told_as="job_title",
            ),
            _work(
                "employer_phone",
                "Employer's phone",
                needed_if=_EMPLOYED,
                required=False,
                check=identity.check_work_phone,
                inputmode="tel",
                maxlength=30,
                mask="phone",
                others=("ТелефонРаботодателя", "РаботодательТелефон"),
                told_as="work_phone",
            ),
        ),
    ),
    Group(
        "income",
        "work",
        (
            _sum("income", "Monthly income"),
            _sum("expenses", "Monthly payments on loans", required=False),
        ),
    ),
    Group("term", "work", (_work("months", "Term, months", kind="term", stored=False, read=int),)),
)

QUESTIONS = tuple(question for group in GROUPS for question in group.questions)
STORED = tuple(question for question in QUESTIONS if question.stored)
STEPS: dict[str, tuple[Question, ...]] = {
    step: tuple(q for group in GROUPS if group.step == step for q in group.questions)
    for step in dict.fromkeys(group.step for group in GROUPS)
}
# What an accounting system may be told: its neutral name, and the values of a list.
TOLD: dict[str, tuple[str, ...]] = {
    question.neutral: tuple(value for value, _label in question.options)
    for question in STORED
    if question.neutral
}


def of_groups(*keys: str) -> Iterator[Question]:
    """Yield the questions of these groups."""
    for group in GROUPS:
        if group.key in keys:
            yield from group.questions


def is_needed(question: Question, values: Any) -> bool:
    """Return whether these answers (a mapping, or a record) call for the question at all."""
    if not question.needed_if:
        return True
    name, wanted = question.needed_if
    return values[name] in wanted


def called_for(values: Any) -> set[str]:
    """Return the names of the questions that these answers call for.

    What is not asked is not signed, kept or sent, whatever stands in it from before.
    """
    return {question.name for question in QUESTIONS if is_needed(question, values)}


def doubted(values: dict[str, Any], today: date) -> dict[str, str]:
    """Return {question: code} of the answers that are hardly true, yet may be.

    ``values``: normalised answers, sums as Decimal; what is missing is doubted by nobody.
    """
    found = doubts.together(values, today)
    for question in STORED:
        answer = values.get(question.name)
        if question.doubt and answer and (code := question.doubt(answer)):
            found.setdefault(question.name, code)
    return found


def told_by_agency(customer: Any) -> dict[str, Any]:
    """Return {question: answer or None} of the agency's customer (`rpc.schemas.customer`)."""
    return {q.name: _at(customer, q.agency) for q in STORED if q.agency}


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value and getattr(value, name)
    return value
