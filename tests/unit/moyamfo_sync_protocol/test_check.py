"""``make accounting-check`` against the sandbox."""

import pytest

from scripts import accounting_check

from .conftest import LOGIN, PASSWORD, PROFILE, application


@pytest.fixture
def settings(mfo, monkeypatch):
    for name, value in (("URL", mfo.url), ("LOGIN", LOGIN), ("PASSWORD", PASSWORD)):
        monkeypatch.setenv(f"MOYAMFO_SYNC_{name}", value)
    return monkeypatch


def test_what_fits_is_printed(settings, mfo, exchange, issued, capsys):
    settings.setenv("UID_ASKED", "a-1")
    assert accounting_check.main() == 0
    said = capsys.readouterr().out
    assert "changed_contracts: 1 rows read, 0 unreadable" in said
    assert "application_states: 1 rows read" in said


def test_what_does_not_fit_is_printed(settings, exchange, quirk, issued, tmp_path, capsys):
    exchange.send("application", application("a-2"))
    quirk("bad_row")
    quirk("extra_element")
    file = tmp_path / "mine.json"
    text = PROFILE.read_text().replace(
        '"tour_refund": {"name"', '"tour_refund": {"instead": "never", "name"'
    )
    file.write_text(text.replace('"get_payments"', '"changed_payments"'))
    settings.setenv("PROFILE", str(file))
    assert accounting_check.main() == 1
    said = capsys.readouterr().out
    assert "unreadable" in said and "left over: НовоеПоле" in said
    assert "tour_refund: not offered (never)" in said


def test_an_access_that_is_refused_or_a_profile_that_is_none(settings, mfo, capsys, tmp_path):
    settings.setenv("MOYAMFO_SYNC_PASSWORD", "no")
    assert accounting_check.main() == 1
    assert "AccessRefused: HTTP 401" in capsys.readouterr().out
    settings.setenv("PROFILE", str(tmp_path / "none.json"))
    assert accounting_check.main() == 1
