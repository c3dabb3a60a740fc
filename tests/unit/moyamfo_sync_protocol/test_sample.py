"""Made-up values for who tries a profile."""

from dataclasses import fields

import pytest

from tests.unit.rooms import ADDONS, room

protocol = room("moyamfo_sync", "protocol")
tryout, dto = protocol.tryout, protocol.dto
PROFILES = ADDONS / "moyamfo_sync" / "profiles"


@pytest.mark.parametrize("operation", [*protocol.checks.SENDS, *protocol.checks.READS])
def test_a_sample_is_whole_and_goes_into_a_request(operation):
    record = tryout.sample(operation)
    empty = [one.name for one in fields(record) if getattr(record, one.name) in (None, [])]
    assert empty == []
    profile = protocol.profile.load(PROFILES / "http.json")
    if operation in profile.operations:
        made = tryout.preview(profile, operation, record)
        assert made.path.startswith("/")
        assert tryout.wsdl(profile, operation, lambda _name: None) is None


def test_a_sample_of_an_application_has_its_consents():
    [consent] = tryout.sample("load_application").consents
    assert isinstance(consent, dto.Consent) and consent.phone == "+79161234567"
