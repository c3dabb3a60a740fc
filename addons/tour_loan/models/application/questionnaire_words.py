"""The questionnaire in words: titles of pages and groups, what is wrong, what is doubted.

Labels and hints stand with their questions in ``rules/questionnaire.py``.
"""

from odoo.tools.translate import LazyTranslate

from ...rules.questionnaire import GROUPS

_lt = LazyTranslate(__name__)

GROUP_TITLES = {
    "person": _lt("Personal data"),
    "passport": _lt("Passport of the Russian Federation"),
    "also": _lt("Also"),
    "registration": _lt("Registration address, as stamped in the passport"),
    "residence": _lt("Address where you live"),
    "work": _lt("Work"),
    "income": _lt("Income and payments"),
    "term": _lt("Term of the loan"),
}


def groups(step: str) -> list[tuple]:
    """Return (title, questions) of a page, in its order."""
    return [(GROUP_TITLES[g.key], g.questions) for g in GROUPS if g.step == step]


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
