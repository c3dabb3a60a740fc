"""Read docker/compose.yaml and say each service in podman's words.

What is not known here is refused, so that the file cannot say something that
`make containers` then does not do. The meaning of keys is the Compose Specification's.
"""

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from scripts.steps import Failure

VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?:(:-|:\?)([^}]*))?\})")
FILE_KEYS = {"name", "services", "volumes"}
SERVICE_KEYS = {
    *("image", "build", "command", "environment", "env_file", "volumes", "tmpfs", "user"),
    *("read_only", "cap_drop", "security_opt", "restart", "healthcheck", "depends_on", "profiles"),
    *("network_mode", "working_dir", "ports", "stop_grace_period", "shm_size"),
}
BUILD_KEYS = {"context", "dockerfile", "args"}
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


class Unknown(Failure):
    """The file says what this translation does not know."""


@dataclass
class Service:
    """One service, interpolated; ``said`` is its mapping in the file."""

    name: str
    said: dict
    folder: Path  # of compose.yaml
    files: dict[str, Path] = field(default_factory=dict)  # instead of files of the folder

    @property
    def health(self) -> dict:
        """Return the health check: ``test``, and seconds."""
        said = self.said["healthcheck"]
        times = {key: seconds(said.get(key, "0s")) for key in ("interval", "timeout")}
        wait = seconds(said.get("start_period", "0s"))
        return {"test": said["test"], "retries": said["retries"], "start_period": wait, **times}

    @property
    def shares(self) -> str:
        """Return the service in whose network this one lives, or nothing."""
        mode = self.said.get("network_mode", "")
        if mode and not mode.startswith("service:"):
            raise Unknown(f"{self.name}: network_mode {mode}")
        return mode.removeprefix("service:")

    @property
    def ports(self) -> list[tuple[str, int, int]]:
        """Return (address, port, the container's port) of what is published."""
        found = []
        for said in self.said.get("ports", ()):
            parts = re.fullmatch(r"([\d.]+):(\d+):(\d+)", said)
            if not parts:
                raise Unknown(f"{self.name}: port {said}")
            found.append((parts[1], int(parts[2]), int(parts[3])))
        return found

    @property
    def named_volumes(self) -> dict[str, str]:
        """Return the named volumes by where they lie in the container."""
        mounts = (said.split(":") for said in self.said.get("volumes", ()))
        return {parts[1]: parts[0] for parts in mounts if not parts[0].startswith(".")}

    @property
    def writable(self) -> set[str]:
        """Return the folders of the container that may be written to."""
        tmpfs = (said.split(":") for said in as_list(self.said.get("tmpfs")))
        kept = {parts[0] for parts in tmpfs if "ro" not in ",".join(parts[1:]).split(",")}
        return kept | set(self.named_volumes)

    def path(self, said: str) -> Path:
        """Return a file or folder that the file names relative to itself."""
        return self.files.get(posixpath.normpath(said), (self.folder / said).resolve())

    def run_arguments(self, volume_prefix: str, once: bool = False) -> list[str]:
        """Return the options of ``podman run`` up to the image, without networks.

        ``once``: as ``compose run`` starts it, to its end and not again.
        """
        said, options = self.said, []
        simple = {"user": "--user", "working_dir": "--workdir"}
        simple |= {} if once else {"restart": "--restart"}
        for key, option in simple.items():
            options += [option, str(said[key])] if key in said else []
        if said.get("read_only"):
            # podman would add places to write to that Docker does not have
            options += ["--read-only", "--read-only-tmpfs=false"]
        if "stop_grace_period" in said:
            options += ["--stop-timeout", str(int(seconds(said["stop_grace_period"])))]
        if "shm_size" in said:
            options += ["--shm-size", said["shm_size"]]
        for value in said.get("cap_drop", ()):
            options += ["--cap-drop", value]
        for value in as_list(said.get("tmpfs")):
            # podman would copy the image's folder into it, its owner and mode too
            options += ["--tmpfs", f"{value}{',' if ':' in value else ':'}notmpcopyup"]
        for value in said.get("security_opt", ()):
            if value != "no-new-privileges:true":
                raise Unknown(f"{self.name}: security_opt {value}")
            options += ["--security-opt", "no-new-privileges"]
        for file in as_list(said.get("env_file")):
            options += ["--env-file", str(self.path(file))]
        for name, value in said.get("environment", {}).items():
            options += ["--env", f"{name}={value}"]
        for mount in said.get("volumes", ()):
            source, rest = mount.split(":", 1)
            where = self.path(source) if source.startswith(".") else volume_prefix + source
            options += ["--volume", f"{where}:{rest}"]
        return options + self._health_arguments()

    def _health_arguments(self) -> list[str]:
        if "healthcheck" not in self.said:
            return []
        health = self.health
        if health["test"][0] != "CMD" or any(" " in word for word in health["test"]):
            raise Unknown(f"{self.name}: health check {health['test']}")  # podman splits at blanks
        return [
            *("--health-cmd", " ".join(health["test"])),
            *("--health-interval", f"{health['interval']:.0f}s"),
            *("--health-timeout", f"{health['timeout']:.0f}s"),
            *("--health-retries", str(health["retries"])),
            *("--health-start-period", f"{health['start_period']:.0f}s"),
        ]


def read(
    file: Path, environment: dict[str, str], files: dict[str, Path] | None = None
) -> dict[str, Service]:
    """Return the services in the order in which they are started.

    ``files`` stand in for files beside the compose file. Raises ``Unknown``.
    """
    said = interpolated(yaml.safe_load(file.read_text()), environment)
    refuse({key for key in said if not key.startswith("x-")} - FILE_KEYS, "the file")
    refuse({name for name, volume in said.get("volumes", {}).items() if volume}, "volumes")
    services = {}
    for name, one in said["services"].items():
        check(name, one, set(said.get("volumes", {})))
        services[name] = Service(name, one, file.parent.resolve(), files or {})
    return ordered(services)


def check(name: str, said: dict, volumes: set[str]) -> None:
    """Refuse what is not known in a service."""
    refuse(said.keys() - SERVICE_KEYS, name)
    refuse(said.get("build", {}).keys() - BUILD_KEYS, f"{name}, build")
    refuse(said.get("healthcheck", {}).keys() - HEALTH_KEYS, f"{name}, healthcheck")
    for other, how in said.get("depends_on", {}).items():
        refuse({f"{other}: {how}"} - {f"{other}: {{'condition': 'service_healthy'}}"}, name)
    if not isinstance(said.get("environment", {}), dict):
        raise Unknown(f"{name}: environment is not a mapping")
    if not isinstance(said.get("command", []), list):
        raise Unknown(f"{name}: command is not a list")
    for mount in said.get("volumes", ()):
        parts = mount.split(":") if isinstance(mount, str) else []
        known = len(parts) in (2, 3) and parts[2:] in ([], ["ro"])
        if not known or not (parts[0].startswith(".") or parts[0] in volumes):
            raise Unknown(f"{name}: volume {mount}")


def refuse(keys: set, where: str) -> None:
    """Raise if there are keys that nobody carries out."""
    if keys:
        raise Unknown(f"{where}: `make containers` does not know {sorted(map(str, keys))}")


def ordered(services: dict[str, Service]) -> dict[str, Service]:
    """Return the services, each after those it needs."""
    done: dict[str, Service] = {}

    def take(name: str) -> None:
        service = services[name]
        for other in (*service.said.get("depends_on", ()), service.shares):
            if other and other not in done:
                take(other)
        done[name] = service

    for name in services:
        take(name)
    return done


def interpolated(said, environment: dict[str, str]):
    """Return ``said`` with the variables of its texts filled in."""
    if isinstance(said, dict):
        return {key: interpolated(value, environment) for key, value in said.items()}
    if isinstance(said, list):
        return [interpolated(value, environment) for value in said]
    if not isinstance(said, str):
        return said

    def value(found: re.Match) -> str:
        name, how, text = found.groups()
        if name is None:
            return "$"
        given = environment.get(name, "")
        if how == ":?" and not given:
            raise Failure(text)
        return given or (text if how == ":-" else "")

    if re.search(r"(?<!\$)(?:\$\$)*\$(?![${])|\$\{(?!\w+(?:(?::-|:\?)[^}]*)?\})", said):
        raise Unknown(f"a variable in {said!r}")
    return VARIABLE.sub(value, said)


def seconds(said: str) -> float:
    """Return a duration such as ``1m30s`` in seconds."""
    parts = re.findall(r"(\d+)(ms|s|m|h)", said)
    if "".join(number + unit for number, unit in parts) != said:
        raise Unknown(f"the duration {said}")
    return sum(int(number) * UNITS[unit] for number, unit in parts)


def as_list(said) -> list:
    """Return a value that may be said alone or as a list."""
    return said if isinstance(said, list) else [said] if said else []
