"""The part of the compose engine: networks, start, health, stop, by podman and runc.

Each service has a network namespace of its own on one bridge that leads nowhere else, or
shares another's (``network_mode``). A namespace more is the machine outside, where ports
are published. Nothing of the machine's own network is touched.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts.containers import bases
from scripts.containers.compose import Service
from scripts.steps import Failure, run

PREFIX = "tour-loan-"
SUBNET = "10.89.77"
OUTSIDE = "outside"
PODMAN = ["podman", *bases.STORE, "--cgroup-manager", "cgroupfs", "--runtime", "runc"]
# without explicit ones podman wants to raise the machine's
LIMITS = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]
TOOLS = {
    **dict.fromkeys(("podman", "buildah", "runc", "debootstrap"), ""),
    **{"ip": "iproute2", "nsenter": "util-linux"},
}
# podman would ask systemd to look after the health: here `await_health` does
os.environ["DISABLE_HC_SYSTEMD"] = "true"


def check_tools() -> None:
    """Fail with the command that installs what is missing."""
    if os.geteuid():
        raise Failure("containers without Docker need root: namespaces, debootstrap")
    missing = [package or tool for tool, package in TOOLS.items() if not shutil.which(tool)]
    if missing:
        advice = f"apt-get install --no-install-recommends {' '.join(sorted(missing))}"
        raise Failure(f"missing here: {', '.join(sorted(missing))}. As root: {advice}")


class Engine:
    """Runs the services of one compose file; ``with`` ends all that it started."""

    def __init__(self, services: dict[str, Service]):
        self.services = services
        self.networks = [name for name, service in services.items() if not service.shares]
        self.addresses = {
            name: f"{SUBNET}.{number}" for number, name in enumerate(self.networks, 2)
        }
        self._wires: list[subprocess.Popen] = []

    def __enter__(self) -> "Engine":
        self._lock = Path("/run/tour-loan-containers.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure("another `make containers` runs on this machine") from None
        self.remove()  # of a run that was killed
        try:
            self._make_network()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_exception) -> None:
        self.remove()
        self._lock.close()

    def remove(self) -> None:
        """End and forget containers, volumes, networks; images stay."""
        for process in self._wires:
            process.kill()
            process.wait()
        self._wires.clear()
        mine = self.podman("ps", "--all", "--format", "{{.Names}}").split()
        for name in mine:
            self.podman("rm", "--force", "--time", "10", name)
        for name in self.podman("volume", "ls", "--quiet").split():
            self.podman("volume", "rm", "--force", name)
        listed = run(["ip", "netns", "list"]).splitlines()
        for line in listed:
            if line.startswith(PREFIX):
                run(["ip", "netns", "delete", line.split()[0]])

    def podman(self, *arguments: str) -> str:
        """Run podman and return what it printed."""
        return run([*PODMAN, *arguments])

    def start(self, name: str) -> None:
        """Start a service as the file says it; it is healthy when this returns."""
        service = self.services[name]
        command = service.said.get("command", [])
        self.podman("run", "--detach", "--name", name, *self._arguments(service), *command)
        self.await_health(name)

    def once(self, name: str, *command: str, extra=(), stdin: str = "") -> tuple[int, str]:
        """Do ``docker compose run --rm -T [EXTRA] NAME COMMAND``; return exit code and output."""
        options = self._arguments(self.services[name], once=True, extra=extra)
        return self._run("run", "--rm", "-i", *options, *command, stdin=stdin)

    def inside(self, name: str, *command: str, user: str = "", ok: bool = True) -> str:
        """Do ``docker compose exec``; return the output, also of what fails if it may."""
        options = ["--user", user] if user else []
        code, said = self._run("exec", *options, name, *command)
        if ok and code:
            raise Failure(f"{name}: {' '.join(command)}: {said}")
        return said

    def restart(self, name: str) -> None:
        """Do ``docker compose restart NAME``."""
        self.podman("restart", name)
        self.await_health(name)

    def await_health(self, name: str) -> None:
        """Run the health check as its interval says, until it passes.

        Raises ``Failure`` after its retries, those of the start period not counted.
        """
        health = self.services[name].health
        began, failed = time.monotonic(), 0
        while True:
            code, said = self._run("healthcheck", "run", name)
            if code == 0:
                return
            state = json.loads(self.podman("inspect", "--format", "{{json .State}}", name))
            failed += time.monotonic() - began > health["start_period"]
            if not state["Running"] or failed >= health["retries"]:
                raise Failure(f"{name} is not healthy: {said}\n{self.log(name)}")
            time.sleep(health["interval"])

    def log(self, name: str, lines: int = 25) -> str:
        """Return the end of a container's log."""
        return self.podman("logs", "--tail", str(lines), name)

    def outside(self, *command: str) -> None:
        """Run a command where the ports are published, its output to the terminal."""
        namespace = f"--net=/run/netns/{PREFIX}{OUTSIDE}"
        if subprocess.run(["nsenter", namespace, *command], check=False).returncode:
            raise Failure(f"{' '.join(command)} failed")

    def _run(self, *arguments: str, stdin: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [*PODMAN, *arguments],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def _arguments(self, service: Service, once: bool = False, extra=()) -> list[str]:
        image = service.said["image"]
        built = {one.said["image"] for one in self.services.values() if "build" in one.said}
        return [
            *LIMITS,
            *("--network", f"ns:/run/netns/{PREFIX}{service.shares or service.name}"),
            *(f"--add-host={name}:{address}" for name, address in self.addresses.items()),
            *service.run_arguments(PREFIX, once),
            *extra,
            f"localhost/{image}" if image in built else bases.image(image),
        ]

    def _make_network(self) -> None:
        switch = f"{PREFIX}switch"
        run(["ip", "netns", "add", switch])
        run(["ip", "-n", switch, "link", "add", "bridge0", "type", "bridge"])
        run(["ip", "-n", switch, "link", "set", "bridge0", "up"])
        for name, address in {**self.addresses, OUTSIDE: f"{SUBNET}.250"}.items():
            space, port = f"{PREFIX}{name}", f"to-{address.rpartition('.')[2]}"
            run(["ip", "netns", "add", space])
            peer = ["type", "veth", "peer", "name", port, "netns", switch]
            run(["ip", "-n", space, "link", "add", "eth0", *peer])
            run(["ip", "-n", switch, "link", "set", port, "master", "bridge0", "up"])
            run(["ip", "-n", space, "address", "add", f"{address}/24", "dev", "eth0"])
            run(["ip", "-n", space, "link", "set", "eth0", "up"])
            run(["ip", "-n", space, "link", "set", "lo", "up"])
        for name in self.networks:
            table = [f"{other}={address}" for other, address in self.addresses.items()]
            self._wire(name, "names", *table)
        published = [
            f"{address}:{port}={self.addresses[name]}:{inner}"
            for name, service in self.services.items()
            for address, port, inner in service.ports
        ]
        self._wire(OUTSIDE, "publish", *published)

    def _wire(self, name: str, *arguments: str) -> None:
        script = Path(__file__).with_name("wires.py")
        namespace = f"--net=/run/netns/{PREFIX}{name}"
        command = ["nsenter", namespace, sys.executable, str(script), *arguments]
        self._wires.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
