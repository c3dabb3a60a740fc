"""Files of the monitoring, the runbook and the links of the checks say what the code says."""

import json
import re

import yaml

from scripts import monitoring
from scripts.places import ADDONS, ROOT
from tests.unit.rooms import room

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()


def sections(text: str) -> dict[str, str]:
    """Return {heading: text below it} of a document's second level."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_files_are_those_the_declaration_gives():
    for file, text in monitoring.files().items():
        assert file.read_text() == text, f"python -m scripts.monitoring writes {file.name}"


def test_every_alert_has_its_section_with_what_to_look_at_and_what_to_do():
    alerts = yaml.safe_load(monitoring.alert_rules())["groups"][0]["rules"]
    told = sections(RUNBOOK)
    assert {alert["alert"] for alert in alerts} == set(told)
    for alert in alerts:
        text = told[alert["alert"]]
        severity = {"page": "*page.*", "ticket": "*ticket.*"}[alert["labels"]["severity"]]
        assert text.strip().startswith(severity), alert["alert"]
        assert "**Do**" in text, alert["alert"]
        link = alert["annotations"]["runbook_url"]
        assert link == f"docs/runbook.md#{alert['alert'].lower()}"


def test_prometheus_reads_the_rules_that_are_there():
    settings = yaml.safe_load((monitoring.FOLDER / "prometheus.yml").read_text())
    assert settings["rule_files"] == ["alerts.yml"]
    [job] = settings["scrape_configs"]
    assert job["job_name"] == "tour_loan" and job["metrics_path"] == "/metrics"
    assert f'up{{job="{job["job_name"]}"}}' in monitoring.alert_rules()


def test_every_panel_asks_something_and_none_covers_another():
    panels = json.loads(monitoring.dashboard())["panels"]
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["type"] == "row" or panel["targets"][0]["expr"], panel["title"]


def test_every_alert_has_a_panel_that_shows_its_metric():
    shown = monitoring.dashboard()
    for alert in room("tour_loan", "rules").alerts.ALERTS:
        assert alert.metric in shown, alert.name


def test_links_of_the_checks_lead_to_sections_of_the_guide():
    headings = re.findall(r"^##+ (.+)$", (ROOT / "docs" / "admin.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}
    named = {
        anchor
        for file in ADDONS.rglob("golive*.py")
        if "tests" not in file.parts
        for anchor in re.findall(r'_in_docs\("([\w-]+)"\)', file.read_text())
    }
    assert named and named <= anchors
