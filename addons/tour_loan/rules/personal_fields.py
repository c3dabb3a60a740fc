"""Personal data: the one list of what is kept, why, how long, how it is masked.

152-FZ art. 5: no more data and no longer than the purpose needs. The periods are
the law's minimum or our proposal where the law is silent; the lender's policy
decides. `masking` hides these fields in logs and in messages to agencies.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data lives: years after the loan ends, days when there is no loan."""

    years_after_loan: int
    days_without_loan: int
    source: str


IDENTIFICATION = Retention(
    5, 30, "115-FZ art. 7 part 4: five years; 152-FZ art. 21 part 4: thirty days"
)
EVIDENCE = Retention(
    5, 30, "proof of the signature: kept like the contract it signs (115-FZ art. 7)"
)
DECISION = Retention(3, 30, "limitation period (Civil Code art. 196); 152-FZ art. 21 part 4")


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A personal field under all its names.

    Names are compared without case, spaces and underscores; one that ends in `*`
    stands for every name beginning so. The first is the name in our models. `mask`
    names one of `masking.MASKS`.
    """

    names: tuple[str, ...]
    mask: str
    why: str
    keep: Retention


_CONTACT = "contact the borrower, confirm codes, find his account"
_IDENTIFY = "identify the borrower (115-FZ art. 7), the loan contract"
_TRAVEL = "names of the travellers as the tour is booked; identify the borrower"
_DECIDE = "the lender's decision and debt burden (353-FZ art. 5.1)"
_PROVE = "prove who signed what (63-FZ art. 9) and fend off code guessing"

PERSONAL_FIELDS = (
    PersonalField(
        ("phone", "phones", "phone_number", "mobile", "Телефон*", "МобильныйТелефон"),
        "phone",
        _CONTACT,
        IDENTIFICATION,
    ),
    PersonalField(
        ("email", "e-mail", "Почта", "ЭлектроннаяПочта", "АдресЭлектроннойПочты"),
        "email",
        _CONTACT,
        IDENTIFICATION,
    ),
    PersonalField(("last_name", "surname", "Фамилия"), "surname", _TRAVEL, IDENTIFICATION),
    PersonalField(("first_name", "Имя"), "initial", _TRAVEL, IDENTIFICATION),
    PersonalField(
        ("middle_name", "patronymic", "Отчество"),
        "initial",
        _IDENTIFY,
        IDENTIFICATION,
    ),
    PersonalField(
        ("full_name", "fio", "ФИО", "borrower_name", "customer_name"),
        "full_name",
        _IDENTIFY,
        IDENTIFICATION,
    ),
    PersonalField(("birth_date", "birthday", "ДатаРождения"), "hidden", _IDENTIFY, IDENTIFICATION),
    PersonalField(("birth_place", "МестоРождения"), "hidden", _IDENTIFY, IDENTIFICATION),
    PersonalField(("gender", "Пол"), "hidden", _IDENTIFY, IDENTIFICATION),
    PersonalField(
        (
            "passport",
            "passport_series",
            "passport_number",
            "Паспорт",
            "ПаспортСерия",
            "ПаспортНомер",
            "СерияПаспорта",
            "НомерПаспорта",
        ),
        "digits",
        _IDENTIFY,
        IDENTIFICATION,
    ),
    PersonalField(
        (
            "passport*",
            "issued_by",
            "division_code",
            "Паспорт*",
            "КемВыдан",
            "КодПодразделения",
            "ДатаВыдачиПаспорта",
        ),
        "hidden",
        _IDENTIFY,
        IDENTIFICATION,
    ),
    PersonalField(("inn", "ИНН"), "digits", _IDENTIFY, IDENTIFICATION),
    PersonalField(("snils", "СНИЛС"), "digits", _IDENTIFY, IDENTIFICATION),
    PersonalField(
        ("registration*", "residence*", "address*", "Адрес*"),
        "hidden",
        _IDENTIFY,
        IDENTIFICATION,
    ),
    PersonalField(
        ("employer_phone", "ТелефонРаботодателя", "РаботодательТелефон"),
        "phone",
        _DECIDE,
        DECISION,
    ),
    PersonalField(
        (
            "employment",
            "employer*",
            "position",
            "Занятость",
            "Должность",
            "Работодатель*",
            "МестоРаботы*",
            "Работа*",
        ),
        "hidden",
        _DECIDE,
        DECISION,
    ),
    PersonalField(("income*", "expenses", "Доход*", "Расход*"), "hidden", _DECIDE, DECISION),
    PersonalField(
        ("contact_person*", "КонтактныеЛица", "КонтактноеЛицо*"),
        "hidden",
        _DECIDE,
        DECISION,
    ),
    PersonalField(("ip", "ip_address", "remote_addr"), "hidden", _PROVE, EVIDENCE),
    PersonalField(("user_agent", "session", "session_id"), "hidden", _PROVE, EVIDENCE),
    PersonalField(("sms_text", "evidence"), "hidden", _PROVE, EVIDENCE),
)

# Not personal, but never shown either.
SECRET_NAMES = (
    "password*",
    "psw",
    "secret*",
    "token",
    "access_token",
    "api_key",
    "authorization",
    "cookie",
    "nonce",
    "sms_code",
    "code_sms",
    "КодСМС",
    "Пароль",
)
