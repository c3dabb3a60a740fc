"""Get the source of Odoo 19.0 onto this machine.

Odoo is not on the Python index; Debian packages it (``odoo-19``, suite sid, all
architectures). It is downloaded with an apt state of our own, so the machine's apt
stays as it is and no root is needed, and unpacked into ``var/odoo``. The package
links to files of a few others; these are unpacked beside it. Where Debian has it no
more, it comes from Odoo's own repository by git.
"""

import os
import re
import shutil
from pathlib import Path

from scripts.places import ODOO_PREFIX, VAR, cache_folder
from scripts.steps import Failure, run, step

SOURCE_INSIDE = Path("usr/lib/python3/dist-packages")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Package -> suite; None is the machine's own (sid's Font Awesome has other file names).
PACKAGES: dict[str, str | None] = {
    "odoo-19": "sid",
    "fonts-roboto-unhinted": "sid",
    "fonts-montserrat": "sid",
    "libjs-jquery": "sid",
    "libjs-underscore": "sid",
    "libjs-jquery-form": "sid",
    "fonts-ocr-b": "sid",
    "fonts-font-awesome": None,
    "fonts-inconsolata": None,
}
REPOSITORY = "https://github.com/odoo/odoo.git"  # ODOO_REPOSITORY: a mirror of yours
COMMIT = "19.0"  # a branch's newest, or better a commit's full hash; ODOO_COMMIT wins
OTHER_WAY = "Another way: git clone Odoo's branch 19.0 and set ODOO_SOURCE to that folder."


def ensure() -> Path:
    """Return the folder that holds the package ``odoo``, getting it if need be.

    The environment variable ``ODOO_SOURCE`` (an Odoo 19.0 checkout) wins.
    """
    named = os.environ.get("ODOO_SOURCE")
    if named:
        source = Path(named).expanduser().resolve()
        check_release(source, "ODOO_SOURCE")
        return source
    complete = ODOO_PREFIX / "complete"  # holds where in the prefix the source is
    if not complete.exists():
        try:
            with step("Odoo 19.0 (120 MB, from Debian)"):
                unpack(download(PACKAGES))
                inside, version = SOURCE_INSIDE, check_release(ODOO_PREFIX / SOURCE_INSIDE, "it")
        except Failure as debian:
            print(f"  not from Debian: {debian}", flush=True)
            with step("Odoo 19.0 (from its own repository, by git)"):
                inside, version = clone()
        print(f"  version {version}", flush=True)
        complete.write_text(str(inside))
    return ODOO_PREFIX / (complete.read_text() or SOURCE_INSIDE)


def clone() -> tuple[Path, str]:
    """Get one commit of Odoo's repository; return its folder in the prefix, and its name."""
    address = os.environ.get("ODOO_REPOSITORY", REPOSITORY)
    wanted = os.environ.get("ODOO_COMMIT", COMMIT)
    shutil.rmtree(ODOO_PREFIX, ignore_errors=True)
    source = ODOO_PREFIX / "git"
    source.mkdir(parents=True)
    advice = f"Is {address} reachable, and does it have {wanted}? {OTHER_WAY}"
    run(["git", "init", "--quiet"], advice, cwd=source)
    run(["git", "fetch", "--quiet", "--depth=1", address, wanted], advice, cwd=source)
    run(["git", "checkout", "--quiet", "--detach", "FETCH_HEAD"], advice, cwd=source)
    check_release(source, address)
    commit = run(["git", "rev-parse", "HEAD"], cwd=source).strip()
    return source.relative_to(ODOO_PREFIX), f"{wanted} ({commit})"


def check_release(source: Path, name: str) -> str:
    """Return Odoo's version, or fail if the folder holds no Odoo 19.0."""
    release = source / "odoo" / "release.py"
    text = release.read_text() if release.exists() else ""
    if not re.search(r"version_info = \(19, 0,", text):
        raise Failure(f"{name} ({source}) holds no Odoo 19.0. {OTHER_WAY}")
    packaged = sorted((ODOO_PREFIX / "version").glob("odoo-19_*"))
    return packaged[0].name.split("_")[1] if packaged else "19.0"


def download(packages: dict[str, str | None]) -> list[Path]:
    """Return the package files, from the cache or from the Debian mirror.

    ``packages`` names the suite of each; None is the machine's own.
    """
    folder = (cache_folder() or VAR) / "debs"
    folder.mkdir(parents=True, exist_ok=True)
    have = {file.name.split("_")[0]: file for file in sorted(folder.glob("*.deb"))}
    missing = [name for name in packages if name not in have]
    if missing:
        fetch({name: packages[name] for name in missing}, folder)
        have = {file.name.split("_")[0]: file for file in sorted(folder.glob("*.deb"))}
    return [have[name] for name in packages]


def fetch(packages: dict[str, str | None], folder: Path) -> None:
    """Download packages of the suites named into ``folder`` with an apt state of our own."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Failure(f"apt-get and dpkg are needed to get Odoo. {OTHER_WAY}")
    suite = own_suite()
    state = VAR / "apt"
    for part in ("lists/partial", "cache/archives/partial", "downloads"):
        (state / part).mkdir(parents=True, exist_ok=True)
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    mirror = debian_mirror(suite)
    lines = [f"deb {signed}{mirror} {name} main\n" for name in (suite, "sid")]
    (state / "sources.list").write_text("".join(lines))
    apt = ["apt-get", "-q"]
    for option in (
        f"Dir::Etc::SourceList={state}/sources.list",
        "Dir::Etc::SourceParts=/dev/null",
        f"Dir::State::Lists={state}/lists",
        f"Dir::Cache={state}/cache",
        "Dir::Etc::Preferences=/dev/null",
        "Dir::Etc::PreferencesParts=/dev/null",
        "Acquire::Languages=none",
        "Acquire::Retries=3",
        f"APT::Sandbox::User={'root' if os.geteuid() == 0 else ''}",
    ):
        apt += ["-o", option]
    advice = f"Is the Debian mirror {mirror} reachable, and does it carry sid? {OTHER_WAY}"
    run([*apt, "update"], advice)
    wanted = [f"{name}/{its or suite}" for name, its in packages.items()]
    # Into a folder of its own first: a broken download never looks like a whole one.
    run([*apt, "download", *wanted], advice, cwd=state / "downloads")
    for file in (state / "downloads").glob("*.deb"):
        shutil.move(file, folder / file.name)
    shutil.rmtree(state)


def own_suite() -> str:
    """Return the code name of the Debian we are on, such as ``bookworm``."""
    text = Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else ""
    found = re.search(r"^VERSION_CODENAME=(\w+)$", text, re.MULTILINE)
    if not found or not re.search(r"^ID=debian$", text, re.MULTILINE):
        raise Failure(f"this is not Debian, so Odoo cannot be taken from it. {OTHER_WAY}")
    return found[1]


def debian_mirror(suite: str) -> str:
    """Return the mirror the machine itself uses for ``suite``.

    Asked from apt's configuration; works before any ``apt-get update``.
    """
    listed = run(
        [
            *("apt-get", "indextargets", "--no-release-info"),
            *("--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"),
        ]
    )
    for line in listed.splitlines():
        address, *rest = line.split()
        if rest == [suite, "main"]:
            return address
    raise Failure(f"apt knows no mirror for {suite}/main. {OTHER_WAY}")


def unpack(files: list[Path]) -> None:
    """Unpack the packages into a fresh ``var/odoo`` and check every link in it."""
    shutil.rmtree(ODOO_PREFIX, ignore_errors=True)
    (ODOO_PREFIX / "version").mkdir(parents=True)
    for file in files:
        run(
            ["dpkg", "-x", str(file), str(ODOO_PREFIX)],
            f"The download may be damaged: delete {file} and try again.",
        )
        (ODOO_PREFIX / "version" / file.name).touch()
    dead = [path for path in ODOO_PREFIX.rglob("*") if path.is_symlink() and not path.exists()]
    if dead:
        raise Failure(f"{len(dead)} dead links in {ODOO_PREFIX}, the first is {dead[0]}")
