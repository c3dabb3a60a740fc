"""Each question is declared once: what can be wrong with a declaration."""

import pytest

from tests.unit.rooms import room

rules = room("tour_loan", "rules")
questionnaire, masking = rules.questionnaire, rules.masking
customer = room("tour_loan", "rpc").schemas.customer
# What the agency tells of its customer and no question asks: the phone is confirmed by a
# code, the address is taken over by a tap.
NO_QUESTION = {"phone", "registration_address", "consent"}
KINDS = {"text", "date", "check", "select", "money", "series", "division", "issuer", "term"}


@pytest.mark.parametrize("question", questionnaire.QUESTIONS, ids=lambda question: question.name)
def test_a_declaration_is_whole(question):
    assert question.kind in KINDS
    assert question.mask in masking.MASKS
    assert bool(question.options) == (question.kind == "select")
    assert question.label[0].isupper()
    asked = [known.name for known in questionnaire.QUESTIONS]
    assert asked.count(question.name) == 1
    if question.needed_if:
        depends_on, values = question.needed_if
        assert depends_on in asked
        assert values


def test_every_answer_is_masked_in_logs_and_listed():
    for question in questionnaire.STORED:
        for name in (question.name, question.neutral):
            if name:
                shown = masking.mask({name: "Секрет-4509235857"})[name]
                assert "4509235857" not in str(shown), name
                assert "екрет" not in str(shown), name


def leaves(schema, prefix=""):
    for name, field in schema.model_fields.items():
        inner = next(
            (kind for kind in (customer.Passport, customer.Consent) if kind in _kinds(field)), None
        )
        if inner and name not in NO_QUESTION:
            yield from leaves(inner, f"{name}.")
        else:
            yield f"{prefix}{name}"


def _kinds(field):
    return getattr(field.annotation, "__args__", (field.annotation,))


def test_what_the_agency_may_tell_and_what_is_prefilled_are_the_same():
    told = {question.agency for question in questionnaire.QUESTIONS if question.agency}
    assert set(leaves(customer.Customer)) - NO_QUESTION == told


def test_what_is_not_asked_is_not_called_for():
    values = {question.name: False for question in questionnaire.QUESTIONS}
    values |= {"employment": "pensioner", "no_middle_name": True, "residence_same": True}
    left_out = {question.name for question in questionnaire.QUESTIONS} - (
        questionnaire.called_for(values)
    )
    assert {"employer_name", "position", "employer_phone", "middle_name"} <= left_out
    assert "residence_city" in left_out
    assert "last_name" not in left_out


@pytest.mark.parametrize(
    ("typed", "sum_"), [("0", 0), ("0,50", 0.5), ("65 000", 65000), ("99999999,99", 99_999_999.99)]
)
def test_a_sum_is_read_as_typed(typed, sum_):
    assert questionnaire.read_money(typed) == sum_


@pytest.mark.parametrize("typed", ["-1", "-0,01", "100000000", "1e9", "много", ""])
def test_no_sum_is_refused(typed):
    with pytest.raises(ValueError):
        questionnaire.read_money(typed)
