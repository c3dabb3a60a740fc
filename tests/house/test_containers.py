"""docker/ as far as it holds without containers; `make containers` runs it."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from scripts.containers import bases, compose
from scripts.places import ROOT
from scripts.steps import Failure

FILE = ROOT / "docker" / "compose.yaml"
PASSWORDS = {"POSTGRES_PASSWORD": "one", "ODOO_PASSWORD": "two"}
DIGEST = "sha256:" + "0123456789abcdef" * 4


def services(**environment) -> dict[str, compose.Service]:
    return compose.read(FILE, PASSWORDS | environment)


def said(text: str, tmp_path: Path, **environment) -> dict[str, compose.Service]:
    file = tmp_path / "compose.yaml"
    file.write_text(text)
    return compose.read(file, environment)


EVERY = sorted(services())


@pytest.mark.parametrize("name", EVERY)
def test_every_service_is_shut(name):
    one = services()[name].said
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["user"] in ("odoo", "postgres", "nginx")  # names the images have, not root
    assert not one.keys() & {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode"}
    assert "/var/run/docker.sock" not in str(one)


@pytest.mark.parametrize("name", EVERY)
def test_every_service_tells_whether_it_is_well(name):
    health = services()[name].health
    assert health["test"][0] == "CMD" and len(health["test"]) > 1
    assert 0 < health["timeout"] <= health["interval"] and health["retries"] >= 3


@pytest.mark.parametrize("name", EVERY)
def test_what_is_in_memory_may_be_written_by_the_services_user(name):
    """A tmpfs gets the mode of the image's folder, and most of them are root's alone."""
    service = services()[name]
    in_memory = set(service.said["tmpfs"])
    assert in_memory <= {"/tmp", "/run/postgresql", "/mnt/extra-addons:ro"}
    assert "/mnt/extra-addons" not in service.writable


def test_what_is_mounted_from_the_checkout_is_read_only():
    for name, service in services().items():
        for mount in service.said.get("volumes", ()):
            assert not mount.startswith(".") or mount.endswith(":ro"), f"{name}: {mount}"


def test_the_documents_belong_to_one_service():
    having = [name for name, one in services().items() if "filestore" in one.named_volumes.values()]
    assert having == ["odoo"]


def test_code_does_not_lie_where_an_old_volume_could_cover_it():
    """The base image declares two volumes; compose hands an old one on to a new container."""
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    written = re.findall(r"^COPY .* (/\S+)$|mkdir -p (/\S+)", dockerfile, re.MULTILINE)
    places = [place for found in written for place in found if place]
    path = re.search(r"ODOO_ADDONS_PATH=(\S+)", dockerfile)[1].split(",")
    assert places and len(path) == 2
    for place in (*places, *path):
        assert not place.startswith(("/mnt/extra-addons", "/var/lib/odoo")), place
    for name in ("odoo", "travel"):
        assert "/mnt/extra-addons:ro" in services()[name].said["tmpfs"]


def test_documents_lie_in_the_volume_whatever_command_is_run():
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    [folder] = re.findall(r"ODOO_DATA_DIR=(\S+)", dockerfile)
    assert services()["odoo"].named_volumes[folder] == "filestore"


def test_the_images_are_named_in_one_place_and_pinned_from_outside():
    named = {
        "ODOO_IMAGE": f"odoo:19.0@{DIGEST}",
        "POSTGRES_IMAGE": f"postgres:17@{DIGEST}",
        "NGINX_IMAGE": f"nginx:stable@{DIGEST}",
    }
    pinned = services(**named)
    used = {one.said["image"] for one in pinned.values()}
    used.add(pinned["odoo"].said["build"]["args"]["BASE"])
    assert used == {*named.values(), "tour-loan"}
    for text in (FILE.read_text(), (ROOT / "docker" / "Dockerfile").read_text()):
        assert len(re.findall(r"(?:odoo:19\.0|postgres:17|nginx:stable)\}", text)) in (0, 3)
    assert re.findall(r"^FROM (.*)$", (ROOT / "docker/Dockerfile").read_text(), re.M) == ["${BASE}"]


def test_pin_prints_each_image_with_its_digest(tmp_path):
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\n[ "$1" = pull ] && exit 0\n'
        f"for last; do :; done; printf '%s@{DIGEST}\\n\\n' \"${{last%:*}}\"\n"
    )
    docker.chmod(0o755)
    run = {"cwd": tmp_path, "capture_output": True, "text": True, "check": False}
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([ROOT / "docker" / "pin.sh"], env=path, **run)
    assert done.stdout.splitlines() == [
        f"ODOO_IMAGE=odoo:19.0@{DIGEST}",
        f"POSTGRES_IMAGE=postgres:17@{DIGEST}",
        f"NGINX_IMAGE=nginx:stable@{DIGEST}",
    ]
    docker.write_text("#!/bin/sh\nexit 0\n")  # a registry that tells no digest
    assert subprocess.run([ROOT / "docker" / "pin.sh"], env=path, **run).returncode != 0


def test_each_image_has_its_stand_in():
    for one in services().values():
        reference = one.said.get("build", {}).get("args", {}).get("BASE") or one.said["image"]
        if reference != "tour-loan":
            assert bases.image(f"{reference}@{DIGEST}").startswith("localhost/")
    with pytest.raises(Failure, match="stand-in for redis:7"):
        bases.image("redis:7")


def test_a_password_that_is_missing_is_asked_for():
    with pytest.raises(Failure, match="set ODOO_PASSWORD"):
        compose.read(FILE, {"POSTGRES_PASSWORD": "one"})


def test_the_translation_says_what_the_file_says():
    options = services()["odoo"].run_arguments("volume-")
    pairs = list(zip(options, options[1:], strict=False))
    assert ("--user", "odoo") in pairs and "--read-only" in options
    assert ("--cap-drop", "ALL") in pairs and ("--security-opt", "no-new-privileges") in pairs
    assert ("--volume", "volume-filestore:/var/lib/odoo") in pairs
    assert ("--tmpfs", "/tmp:notmpcopyup") in pairs
    assert ("--env", "PGPASSWORD=two") in pairs
    assert ("--env-file", str(ROOT / "docker" / "odoo.env")) in pairs
    assert ("--health-cmd", "CMD curl -fsS http://127.0.0.1:8069/web/health") in pairs
    assert ("--health-start-period", "60s") in pairs and ("--stop-timeout", "60") in pairs
    assert ("--restart", "unless-stopped") in pairs
    assert "--restart" not in services()["odoo"].run_arguments("volume-", once=True)


def test_services_start_after_those_they_need():
    order = list(services())
    assert order.index("database") < order.index("odoo") < order.index("sandbox-door")


SERVICE = "services: {one: {image: a, %s}}"


@pytest.mark.parametrize(
    "text",
    [
        "networks: {}\nservices: {}",
        "secrets: {}\nservices: {}",
        "services: {}\nvolumes: {v: {driver: local}}",
        SERVICE % "privileged: true",
        SERVICE % "cap_add: [NET_ADMIN]",
        SERVICE % "entrypoint: [sh]",
        SERVICE % "deploy: {replicas: 2}",
        SERVICE % "network_mode: host",
        SERVICE % 'security_opt: ["seccomp:unconfined"]',
        SERVICE % 'volumes: ["/etc:/etc"]',
        SERVICE % 'volumes: ["nowhere:/etc"]',
        SERVICE % 'volumes: ["./a:/a:rw,z"]',
        SERVICE % "volumes: [{type: bind, source: a, target: b}]",
        SERVICE % 'ports: ["80:80"]',
        SERVICE % 'ports: ["127.0.0.1:80:80/udp"]',
        SERVICE % "command: a line for the shell",
        SERVICE % "environment: [A=1]",
        SERVICE % "build: {context: ., target: last}",
        SERVICE % "healthcheck: {test: [CMD, a], disable: true}",
        SERVICE % "healthcheck: {test: [CMD-SHELL, a], retries: 1}",
        SERVICE % 'healthcheck: {test: [CMD, "a b"], retries: 1}',
        SERVICE % "healthcheck: {test: [CMD, a], retries: 1, interval: soon}",
        SERVICE % "user: '${NAME:+root}'",
        SERVICE % "user: $NAME",
        "services: {one: {image: a}, two: {image: a, depends_on: {one: {condition: x}}}}",
    ],
)
def test_what_the_translation_does_not_know_is_refused(text, tmp_path):
    with pytest.raises(compose.Unknown):
        for one in said(text, tmp_path).values():
            one.run_arguments("")
            assert one.ports is not None and one.shares is not None


def test_variables_are_filled_in_as_compose_does(tmp_path):
    text = SERVICE % 'user: "${A}-${B:-b}-${C:-c}-$${D}-$$"'
    assert said(text, tmp_path, A="1", B="2")["one"].said["user"] == "1-2-c-${D}-$"


def test_a_key_of_the_file_that_nobody_carries_out_would_be_seen():
    """Each key of a service, misspelt, is refused: none is silently passed over."""
    whole = yaml.safe_load(FILE.read_text())["services"]
    for name, one in whole.items():
        for key in one:
            changed = {**one, f"{key}_": one[key]}
            with pytest.raises(compose.Unknown, match=f"{key}_"):
                compose.check(name, changed, {"database", "filestore", "sandbox-state"})


def test_the_name_server_answers_what_nginx_asks():
    """The stand-in for Docker's, in a process of its own on another address."""
    program = (ROOT / "scripts" / "containers" / "wires.py").read_text()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = program.replace('("127.0.0.11", 53)', f'("127.0.0.1", {port})')
    server = subprocess.Popen([sys.executable, "-c", program, "names", "odoo=10.0.0.7"])
    try:
        assert ask(port, "odoo")[-4:] == bytes((10, 0, 0, 7))
        assert ask(port, "nobody")[3] & 0xF == 3  # no such name
    finally:
        server.kill()
        server.wait()


def ask(port: int, name: str) -> bytes:
    """Ask for an address until somebody answers."""
    query = bytes.fromhex("abcd01000001000000000000") + bytes((len(name),)) + name.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.connect(("127.0.0.1", port))
        for _attempt in range(300):
            try:
                client.send(query + bytes.fromhex("0000010001"))
                return client.recv(512)
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.1)  # it has not begun yet
    raise AssertionError("the name server does not answer")
