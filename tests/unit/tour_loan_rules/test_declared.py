"""What is declared as data is a promise: to borrowers' browsers, to an auditor, to a SIEM.

``declared.json`` keeps it as it was promised. Whoever changes a declaration knowingly writes
the file anew, and the change is seen in it: ``python -m tests.unit.tour_loan_rules.test_declared``.
"""

import dataclasses
import json
from pathlib import Path

from tests.unit.rooms import room

KEPT = Path(__file__).with_name("declared.json")
rules = room("tour_loan", "rules")


def declared():
    limits, questionnaire = rules.limits, rules.questionnaire
    tables = {
        "alerts": rules.alerts.ALERTS,
        "events": rules.events.KINDS,
        "limits": {
            "daily_rate": limits.DAILY_RATE,
            "largest": limits.LARGEST,
            "overpayment": limits.OVERPAYMENT,
            "psk": limits.PSK,
        },
        "personal": rules.personal_fields.PERSONAL_FIELDS,
        "questionnaire": questionnaire.GROUPS,
        "secret": rules.personal_fields.SECRET_NAMES,
    }
    kinds = (rules.alerts.Alert, questionnaire.Question, rules.retention.PersonalField)
    usual = {kind.__name__: _usual(kind) for kind in kinds}
    return json.dumps(_plain({**tables, "usual": usual}), ensure_ascii=False, indent=1) + "\n"


def _usual(kind):
    options = dataclasses.fields(kind)
    return {one.name: one.default for one in options if one.default is not dataclasses.MISSING}


def _plain(value):
    if dataclasses.is_dataclass(value):
        told = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        usual = _usual(type(value))
        return {n: _plain(one) for n, one in told.items() if n not in usual or one != usual[n]}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def test_what_is_declared_is_what_was_promised():
    assert declared() == KEPT.read_text()


if __name__ == "__main__":
    KEPT.write_text(declared())
