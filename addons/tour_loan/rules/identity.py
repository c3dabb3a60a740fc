"""Identity of a borrower: normalisers and validators of what a person types.

A normaliser takes any text and returns it tidied. A validator takes the
normalised value and returns a stable error code from `CODES`, or None when all
is well; the words people see belong to the caller. Codes in `WARNINGS` must be
shown but do not stop the borrower. A missing value is the code `required`: a
caller with an optional field does not call the validator on an empty one.
"""

import re
import unicodedata
from datetime import date, timedelta

import phonenumbers
from dateutil.relativedelta import relativedelta
from stdnum.ru import inn

CODES = frozenset(
    {
        "required",
        "name_mixed_script",
        "name_not_cyrillic",
        "name_format",
        "no_middle_name",
        "latin_name_mixed_script",
        "latin_name_format",
        "birth_date_future",
        "birth_date_unlikely",
        "under_age",
        "russian_text",
        "passport_series_format",
        "passport_number_format",
        "passport_series_unknown",
        "passport_number_unknown",
        "passport_issued_before_passports",
        "passport_issued_in_future",
        "passport_issued_too_early",
        "passport_expired",
        "passport_exchange_due",
        "division_code_format",
        "division_code_unknown",
        "snils_format",
        "snils_checksum",
        "inn_format",
        "inn_checksum",
        "phone_format",
        "phone_extension",
        "phone_foreign",
        "phone_not_mobile",
        "email_format",
        "email_not_latin",
        "postal_index_format",
        "house_format",
    }
)
WARNINGS = frozenset({"passport_exchange_due"})

ADULT_AGE = 18
UNLIKELY_AGE = 120
FIRST_PASSPORT_AGE = 14
EXCHANGE_AGES = (20, 45)
EXCHANGE_DAYS = timedelta(days=90)
# SNILS numbers up to this one were issued without a checksum.
SNILS_UNCHECKED = 1_001_998

# From this day on passports of the Russian Federation are issued (decree No. 828 of 1997).
FIRST_PASSPORTS_ON = date(1997, 10, 1)

# A part of a name starts and ends with a letter: "Иван-" is a slip of the finger.
_CYRILLIC_NAME = re.compile(r"(?=.{1,100}\Z)[А-ЯЁ][А-ЯЁа-яё]*(?:(?:' ?|[ -]'?)[А-ЯЁа-яё]+)*'?")
_NO_MIDDLE_NAME = re.compile(
    r"-+|нет|не имею|не имеется|отсутствует|без отчества|нет отчества|прочерк", re.IGNORECASE
)
_LATIN_NAME = re.compile(r"[A-Z][A-Z' -]{0,99}")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
#: What people write a phone with; the agency API publishes it.
PHONE_PATTERN = r"\+?[\d\s().‐‑–-]+"
_PHONE = re.compile(PHONE_PATTERN)
_EXTENSION = re.compile(r"доб|ext|#|,|;", re.IGNORECASE)
# "Гусейн оглы", "Лейла кызы" are written small.
_SMALL_NAME_PARTS = frozenset({"оглы", "оглу", "кызы", "гызы", "улы", "уулу"})


# Normalisers


def normal_text(text: str) -> str:
    """Return the text composed (NFC), trimmed, every run of spaces made one."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def normal_name(text: str) -> str:
    """Return a Russian name tidied: " ИВАНОВ - ПЕТРОВ" is "Иванов-Петров".

    Ё is kept. Text all in capitals or all small gets capitals by part; mixed
    case is how the person writes it and only its first letter is raised.
    """
    name = _plain_marks(normal_text(text))
    raised = name[:1].upper() + name[1:]
    if not (name.islower() or raised.isupper()):
        return raised
    first, *parts = re.split(r"([ '-])", name.lower())
    return first.capitalize() + "".join(
        part if part in _SMALL_NAME_PARTS else part.capitalize() for part in parts
    )


def normal_latin_name(text: str) -> str:
    """Return a name as foreign passports have it: "Ivanov" is "IVANOV"."""
    return _plain_marks(normal_text(text)).upper()


def normal_digits(text: str) -> str:
    """Return only the decimal digits of the text, as ASCII."""
    return "".join(str(unicodedata.decimal(char)) for char in text or "" if char.isdecimal())


def split_passport(text: str) -> tuple[str, str]:
    """Return (series, number) of "4509 235857", "45 09 № 235857", "4509235857".

    What does not hold ten digits comes back as (first four, the remainder): the
    validators then say what is wrong.
    """
    digits = normal_digits(text)
    return digits[:4], digits[4:]


def normal_division_code(text: str) -> str:
    """Return "770-001" for "770001", "770 001" or "770–001"; else the text trimmed."""
    digits = normal_digits(text)
    if len(digits) == 6 and re.fullmatch(r"\d{3}\W*\d{3}", normal_text(text)):
        return f"{digits[:3]}-{digits[3:]}"
    return normal_text(text)


def normal_phone(text: str) -> str:
    """Return the number in E.164 ("+79161234567"), or the text trimmed.

    Takes what Russians type: 8 916 …, 916 …, +7 (916) ….
    """
    number = _parse_phone(text)
    if number is None or number.extension:
        return normal_text(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def tel_link(text: str) -> str:
    """Return the ``tel:`` address (RFC 3966) of a number written for people, or "".

    «8 800 000-00-01» is ``tel:+78000000001``; short numbers («0890») stay as they are.
    """
    digits = normal_digits(text)
    if re.fullmatch(r"[0-9]{3,4}", digits):
        return f"tel:{digits}"
    number, *more = _EXTENSION.split(text or "", maxsplit=1)
    parsed = _parse_phone(number)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        return ""
    plain = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    extension = normal_digits("".join(more))
    return f"tel:{plain}" + (f";ext={extension}" if extension else "")


def normal_email(text: str) -> str:
    """Return the address without spaces around and with a small domain."""
    local, at, domain = normal_text(text).rpartition("@")
    return local + at + domain.lower()


# Validators


def check_name(name: str) -> str | None:
    """Check one Cyrillic part of a full name (surname, name or patronymic).

    Latin look-alikes inside a Cyrillic name are told apart from a name wholly in
    Latin letters: the first is a slip nobody can see on the screen.
    """
    if not name:
        return "required"
    if _LATIN_LETTER.search(name):
        mixed = _CYRILLIC_LETTER.search(name)
        return "name_mixed_script" if mixed else "name_not_cyrillic"
    return None if _CYRILLIC_NAME.fullmatch(name) else "name_format"


def check_middle_name(name: str) -> str | None:
    """Check a patronymic; words for having none are an answer to another question."""
    if _NO_MIDDLE_NAME.fullmatch(name or ""):
        return "no_middle_name"
    return check_name(name)


def check_latin_name(name: str) -> str | None:
    """Check a name as in a foreign passport (ICAO 9303: capital Latin letters)."""
    if not name:
        return "required"
    if _CYRILLIC_LETTER.search(name):
        return "latin_name_mixed_script"
    return None if _LATIN_NAME.fullmatch(name) else "latin_name_format"


def check_russian_text(text: str) -> str | None:
    """Check a text copied from a passport or an envelope: there are Russian letters in it."""
    if not text:
        return "required"
    return None if re.search(r"[А-ЯЁа-яё]", text) else "russian_text"


def check_house(text: str) -> str | None:
    """Check a house or flat: there is a digit or a letter in it."""
    if not text:
        return "required"
    return None if re.search(r"[0-9А-ЯЁа-яё]", text) else "house_format"


def check_work_phone(text: str) -> str | None:
    """Check a phone of an office: any possible number, with an extension or without."""
    return None if tel_link(text) else "phone_format"


def check_birth_date(birth_date: date | None, today: date) -> str | None:
    """Check that the borrower is at least 18 today (ГК art. 21)."""
    if birth_date is None:
        return "required"
    if birth_date > today:
        return "birth_date_future"
    if _birthday(birth_date, ADULT_AGE) > today:
        return "under_age"
    if _birthday(birth_date, UNLIKELY_AGE) <= today:
        return "birth_date_unlikely"
    return None


def check_passport_series(series: str) -> str | None:
    """Check the series of a Russian passport: four digits."""
    if not series:
        return "required"
    if not re.fullmatch(r"[0-9]{4}", series):
        return "passport_series_format"
    # its first half is the region by OKATO, which has no 00
    return "passport_series_unknown" if series.startswith("00") else None


def check_passport_number(number: str) -> str | None:
    """Check the number of a Russian passport: six digits."""
    if not number:
        return "required"
    if not re.fullmatch(r"[0-9]{6}", number):
        return "passport_number_format"
    return None if int(number) else "passport_number_unknown"


def check_passport_issued_on(issued_on: date | None, birth_date: date, today: date) -> str | None:
    """Check the issue date against the ages of exchange.

    Government decree No. 2267 of 23.12.2023: first passport at 14, exchange at 20
    and 45, the old one is valid 90 days after the birthday; within them the
    warning `passport_exchange_due` is returned. A date far from a birthday is
    fine: passports are also replaced on damage or a change of name.
    """
    if issued_on is None:
        return "required"
    if issued_on > today:
        return "passport_issued_in_future"
    if issued_on < FIRST_PASSPORTS_ON:
        return "passport_issued_before_passports"
    if issued_on < _birthday(birth_date, FIRST_PASSPORT_AGE):
        return "passport_issued_too_early"
    until = passport_exchange_until(issued_on, birth_date, today)
    if until is None:
        return None
    return "passport_expired" if today > until else "passport_exchange_due"


def passport_exchange_until(issued_on: date, birth_date: date, today: date) -> date | None:
    """Return the last day of a passport whose age of exchange has come, or None."""
    birthdays = (_birthday(birth_date, age) for age in EXCHANGE_AGES)
    passed = [day + EXCHANGE_DAYS for day in birthdays if issued_on < day <= today]
    return min(passed, default=None)


def check_division_code(code: str) -> str | None:
    """Check the form of a passport division code: "770-001".

    Codes in no list are not an error: no list has them all. But there is no region 00.
    """
    if not code:
        return "required"
    if not re.fullmatch(r"[0-9]{3}-[0-9]{3}", code):
        return "division_code_format"
    return "division_code_unknown" if code.startswith("00") else None


def check_snils(snils: str) -> str | None:
    """Check the 11 digits of a SNILS; numbers up to 001-001-998 have no checksum."""
    if not snils:
        return "required"
    if not re.fullmatch(r"[0-9]{11}", snils) or int(snils[:9]) == 0:
        return "snils_format"
    if int(snils[:9]) <= SNILS_UNCHECKED:
        return None
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(snils[:9]))
    # 100 and 101 both give 00, also as remainders.
    expected = total % 101 % 100
    return None if int(snils[9:]) == expected else "snils_checksum"


def check_inn(number: str, lengths: tuple[int, ...] = (12,)) -> str | None:
    """Check an INN: 12 digits of a person, 10 of a company (`lengths`)."""
    if not number:
        return "required"
    digits = re.fullmatch(r"[0-9]+", number)
    if not digits or len(number) not in lengths or not int(number):
        return "inn_format"
    return None if inn.is_valid(number) else "inn_checksum"


def check_phone(text: str) -> str | None:
    """Check a Russian mobile number, typed or in E.164.

    Kazakhstan shares the code +7 and is told apart by the range.
    """
    if not text:
        return "required"
    if _EXTENSION.search(text):
        return "phone_extension"
    number = _parse_phone(text)
    if number is None or not phonenumbers.is_possible_number(number):
        return "phone_format"
    region = phonenumbers.region_code_for_number(number)
    if region is None:
        return "phone_format"
    if region != "RU":
        return "phone_foreign"
    kind = phonenumbers.number_type(number)
    mobile = phonenumbers.PhoneNumberType.MOBILE
    return None if kind == mobile else "phone_not_mobile"


def check_email(address: str) -> str | None:
    """Check the form of an e-mail address in ASCII, at most 254 characters."""
    if not address:
        return "required"
    if _CYRILLIC_LETTER.search(address):
        return "email_not_latin"
    fits = len(address) <= 254 and _EMAIL.fullmatch(address)
    return None if fits else "email_format"


def check_postal_index(index: str) -> str | None:
    """Check a Russian postal index: six digits, the first from 1 to 6."""
    if not index:
        return "required"
    return None if re.fullmatch(r"[1-6][0-9]{5}", index) else "postal_index_format"


def _birthday(birth_date: date, age: int) -> date:
    """Return the birthday at this age; 29 February becomes 28 in a common year."""
    birthday: date = birth_date + relativedelta(years=age)
    return birthday


def _plain_marks(text: str) -> str:
    text = re.sub(r"[’‘ʼ`´]", "'", text)
    text = re.sub(r"[‐‑‒–—]", "-", text)
    return re.sub(r" ?- ?", "-", text)


def _parse_phone(text: str) -> phonenumbers.PhoneNumber | None:
    # phonenumbers reads letters as keys of a phone: refuse them beforehand.
    if not _PHONE.fullmatch(normal_text(text)):
        return None
    try:
        return phonenumbers.parse(normal_text(text), "RU")
    except phonenumbers.NumberParseException:
        return None
