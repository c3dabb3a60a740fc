"""What must hold for the tree as a whole: locks, configuration, no traces."""

import configparser
import re
import subprocess

import pytest
import yaml

from scripts import check_logs
from scripts.places import ROOT

LOCKS = [
    "requirements.txt",
    "requirements-test.txt",
    "requirements-queue.txt",
    "docker/requirements.txt",
]


def tracked_text() -> dict[str, str]:
    """Return the text files git knows of; without git, there is nothing to publish."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    texts = {}
    for name in listed.stdout.split("\0"):
        file = ROOT / name
        if not name or not file.is_file():
            continue
        content = file.read_bytes()
        if b"\0" not in content:
            texts[name] = content.decode("utf-8", "replace")
    return texts


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_an_exact_version_and_a_hash(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip()[0] == "#"]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ +--hash=sha256:[0-9a-f]{64}", line), line


def test_no_registry_address_and_no_path_of_a_machine_is_in_the_tree():
    # Pieced together, or this file would find itself.
    registries = ["py" + "pi.org", "python" + "hosted", "deb." + "debian.org", "npm" + "js."]
    machine = ["/" + "work/", "/opt/" + "tl", "/ro" + "ot/"]
    found = [
        f"{name}: {word}"
        for name, text in tracked_text().items()
        for word in registries + machine
        if word in text
    ]
    assert found == []


def test_jobs_leave_http_workers_free_for_people():
    configuration = configparser.ConfigParser(interpolation=None)
    configuration.read(ROOT / "odoo.conf")
    capacity = {
        channel.split(":")[0]: int(channel.split(":")[1])
        for channel in configuration["queue_job"]["channels"].split(",")
    }
    root = capacity.pop("root")
    # one agency that hangs leaves a slot to the others
    breaker = (ROOT / "addons/tour_loan/models/outbox/message_breaker.py").read_text()
    [slots] = re.findall(r"^SLOTS = (\d+)$", breaker, re.MULTILINE)
    assert int(slots) < capacity["root.tour_loan_callback"]
    assert sum(capacity.values()) <= root
    signing = (ROOT / "addons/tour_loan/models/signing/application_signing.py").read_text()
    [pages] = re.findall(r"ALL_ASKED_AT_ONCE = \d+, (\d+)$", signing, re.MULTILINE)
    payu = (ROOT / "addons/payu_connector/const.py").read_text()
    [payers] = re.findall(r"^ASKED_AT_ONCE = (\d+)$", payu, re.MULTILINE)
    asking = int(pages) + int(payers)
    assert root + asking <= configuration.getint("options", "workers") - 2


def test_every_expected_log_line_has_its_reason():
    assert check_logs.read_patterns()


def test_a_warning_nobody_expected_is_found(tmp_path):
    log = tmp_path / "addons.log"
    line = "2026-11-23 09:28:33,086 1 WARNING base odoo.addons.tour_loan.models.loan.loan: odd"
    log.write_text(f"{line}\n{line.replace('WARNING', 'INFO')}\n")
    assert check_logs.unexpected(log, check_logs.read_patterns()) == [line]


def services() -> dict:
    return yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]


def test_only_nginx_publishes_ports_and_on_the_loopback():
    publishing = {name: one["ports"] for name, one in services().items() if one.get("ports")}
    assert list(publishing) == ["nginx"]
    published = publishing["nginx"]
    assert all(re.match(r"127\.0\.0\.1:|\$\{LISTEN:-127\.0\.0\.1:", port) for port in published)


def test_nginx_reaches_odoo_and_odoo_itself_whatever_becomes_of_the_other():
    containers = services()
    assert "network_mode" not in containers["nginx"]
    assert "--http-interface=0.0.0.0" in containers["odoo"]["command"]
    # else jobs would be sent to the interface, and it is no address to call
    assert containers["odoo"]["environment"]["ODOO_QUEUE_JOB_HOST"] == "127.0.0.1"


def test_the_sandbox_is_a_profile_of_its_own():
    sandbox = [name for name, service in services().items() if service.get("profiles")]
    assert sorted(sandbox) == ["moyamfo", "payu", "phone", "sandbox-door", "travel"]


def test_no_mock_stands_in_a_models_class():
    """Odoo looks through a class for what is decorated; a mock says yes to every question.

    It would remember one as a method to be run at each deletion, for all later tests.
    """
    mocked = re.compile(
        r"patch\.object\(\s*(?:self\.registry|type\(|documents\b|\w+\.registry)[^()]*?"
        r"(?:\([^()]*\)[^()]*?)*(?:side_effect|return_value)="
    )
    found = [
        name
        for name, text in tracked_text().items()
        if name.startswith("addons/") and mocked.search(text)
    ]
    assert found == []
