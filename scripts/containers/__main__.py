"""``make containers``: the services of docker/compose.yaml, without Docker and a registry.

Builds stand-ins for the official images (bases.py) and our image on them by
docker/Dockerfile, carries out compose.yaml with podman (compose.py, engine.py), its sandbox
too, installs as docs/admin.md says, plays a story's first half through nginx (story.py) and
looks at the containers (checks.py). What this does not prove: docs/unproven.md.

Root, and Debian's podman, buildah, runc, debootstrap; ten minutes at first, four later.
``python -m scripts.containers stay`` leaves the house running until Enter is pressed.
"""

import secrets
import sys
import time
from pathlib import Path

from scripts import sandbox
from scripts.containers import bases, checks, compose
from scripts.containers.engine import Engine, check_tools
from scripts.places import ROOT
from scripts.steps import Failure, step

FILE = ROOT / "docker" / "compose.yaml"
STORY = [sys.executable, "-m", "scripts.containers.story"]
ADDONS = "tour_loan,payu_connector,tour_loan_payu,moyamfo_sync"
PASSWORD = """
env["res.users"].browse(2).password = {password!r}
env.cr.commit()
"""


def main(arguments: list[str]) -> int:
    """Do all of it; return 1 with a sentence if something is not as it should be."""
    began = time.monotonic()
    try:
        check_tools()
        passwords = {
            name: secrets.token_urlsafe(24) for name in ("POSTGRES_PASSWORD", "ODOO_PASSWORD")
        }
        services = compose.read(FILE, passwords, files())
        images(services)
        with Engine(services) as engine:
            start(engine)
            look(engine, passwords)
            play(engine)
            if "stay" in arguments:
                input("The house stands. Enter ends it. ")
    except Failure as failure:
        print(f"make containers: {failure}")
        return 1
    print(f"All of docker/ stood and did its work, in {time.monotonic() - began:.0f} s.")
    return 0


def files() -> dict[str, Path]:
    """Write what compose.yaml expects beside itself and git does not have."""
    folder = bases.FOLDER / "sandbox"
    sandbox.write(folder)
    return {"odoo.env": folder / "odoo.env", "sandbox": folder}


def images(services: dict[str, compose.Service]) -> None:
    """Build every image the services name."""
    built = {one.said["image"]: one for one in services.values() if "build" in one.said}
    named = {one.said["image"] for one in services.values()} - built.keys()
    named |= {one.said["build"]["args"]["BASE"] for one in built.values()}
    bases.ensure(named)
    for name, one in built.items():
        bases.build_ours(one.said["build"], name, one.folder)


def start(engine: Engine) -> None:
    """The lines of docs/admin.md and, for the sandbox, of docs/unproven.md."""
    with step("the database, made by docker/database.sh"):
        engine.start("database")
    with step("the installation"):
        code, said = engine.once(
            "odoo",
            *("odoo", "-d", "tour_loan", "-i", ADDONS, "--load-language", "ru_RU"),
            *("--skip-auto-install", "--workers", "0", "--stop-after-init"),
            "--with-demo",  # the two agencies; not in production
        )
        (bases.FOLDER / "install.log").write_text(said)
        bad = [line for line in said.splitlines() if " ERROR " in line or "Traceback" in line]
        if code or bad:
            raise Failure("\n".join(bad or said.splitlines()[-20:]))
    for name in engine.services:
        if name != "database":
            with step(f"{name}, until it is healthy"):
                engine.start(name)
    with step("settings towards the sandbox, and a password for admin"):
        script = (ROOT / "scripts" / "wire_sandbox.py").read_text()
        code, said = engine.once(
            "odoo",
            *("odoo", "shell", "-d", "tour_loan", "--no-http"),
            extra=[
                *("--volume", f"{bases.FOLDER / 'sandbox'}:/etc/sandbox:ro"),
                *("--env", "TOUR_LOAN_SAID=/dev/stderr"),
                *("--env", "TOUR_LOAN_SANDBOX_CONFIG=/etc/sandbox/config.json"),
            ],
            stdin=script + PASSWORD.format(password=sandbox_password()),
        )
        if code or "Traceback" in said:
            raise Failure(said[-3000:])


def sandbox_password() -> str:
    """Return a password for ``admin``, the same at each run: the story needs it."""
    return sandbox.generated_secrets()["phone_password"]


def look(engine: Engine, passwords: dict[str, str]) -> None:
    """Who the processes are, what they may write, what the database's role is."""
    checks.check_users(engine)
    checks.check_roots(engine)
    checks.check_database(engine, passwords)
    checks.check_documents(engine)
    checks.check_backup(engine, passwords)
    checks.check_secrets(engine, passwords)


def play(engine: Engine) -> None:
    """The story; Odoo restarted in its middle."""
    with step("a borrower, an agency and an employee, through nginx"):
        engine.outside(*STORY, "begin", sandbox_password())
    checks.check_log(engine)
    before = checks.counts(engine)
    with step("restarts: the database, Odoo and who shares its network, nginx"):
        for name, service in engine.services.items():
            if name == "database" or name == "odoo" or service.shares == "odoo" or service.ports:
                engine.restart(name)
    after = checks.counts(engine)
    kept = all(now >= then for now, then in zip(after, before, strict=True))
    checks.true(kept and all(before), f"nothing lost: {before}, then {after}")
    with step("the same borrower goes on"):
        engine.outside(*STORY, "go-on", sandbox_password())
    checks.check_users(engine)
    checks.golive(engine)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
