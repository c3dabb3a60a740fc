"""Personal data: the one list of what is kept, why, how long, how it is masked.

The questions of the questionnaire, and what else there is. `masking` hides these fields
in logs and in messages to agencies, under any of their names.
"""

from .questionnaire import STORED
from .retention import (
    CONTACT,
    DECIDE,
    DECISION,
    EVIDENCE,
    IDENTIFICATION,
    IDENTIFY,
    PROVE,
    PersonalField,
)

PERSONAL_FIELDS = (
    *(
        PersonalField(question.names, question.mask, question.why, question.keep)
        for question in STORED
    ),
    PersonalField(
        ("phone", "phones", "phone_number", "mobile", "Телефон*", "МобильныйТелефон"),
        "phone",
        CONTACT,
        IDENTIFICATION,
    ),
    PersonalField(
        ("full_name", "fio", "ФИО", "borrower_name", "customer_name"),
        "full_name",
        IDENTIFY,
        IDENTIFICATION,
    ),
    PersonalField(("gender", "Пол"), "hidden", IDENTIFY, IDENTIFICATION),
    PersonalField(("passport", "Паспорт"), "digits", IDENTIFY, IDENTIFICATION),
    PersonalField(("passport*", "Паспорт*"), "hidden", IDENTIFY, IDENTIFICATION),
    PersonalField(
        ("registration*", "residence*", "address*", "Адрес*"), "hidden", IDENTIFY, IDENTIFICATION
    ),
    PersonalField(
        ("employer*", "Работодатель*", "МестоРаботы*", "Работа*"), "hidden", DECIDE, DECISION
    ),
    PersonalField(("income*", "Доход*", "Расход*"), "hidden", DECIDE, DECISION),
    PersonalField(
        ("contact_person*", "КонтактныеЛица", "КонтактноеЛицо*"), "hidden", DECIDE, DECISION
    ),
    PersonalField(("ip", "ip_address", "remote_addr"), "hidden", PROVE, EVIDENCE),
    PersonalField(("user_agent", "session", "session_id"), "hidden", PROVE, EVIDENCE),
    PersonalField(("sms_text", "evidence"), "hidden", PROVE, EVIDENCE),
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
