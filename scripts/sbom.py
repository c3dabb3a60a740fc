"""``make sbom``: what the server is made of, as CycloneDX (``var/sbom.json``).

Python packages are read from the environment by CycloneDX's own tool, which gets an
environment of its own in ``var/sbom``; Odoo, our addons and Debian's packages, which that
tool cannot see, are added. Of the old versions that Odoo's pins dictate docs/security.md tells.
"""

import ast
import json
import os
import re
import sys

from scripts import get_odoo, odoo
from scripts.places import ADDONS, ROOT, VAR, VENV_PYTHON
from scripts.steps import Failure, run, step
from scripts.system_packages import PACKAGES

TOOL = "cyclonedx-bom==7.5.0"
FORMAT = "1.6"  # of the specification
RESULT = VAR / "sbom.json"
LOCKS = ("requirements.txt", "requirements-queue.txt")  # the environment has the tests' too


def main() -> None:
    """Write the list and say where it is."""
    tool = VAR / "sbom"
    try:
        if not (tool / "bin" / "cyclonedx-py").exists():
            with step(TOOL):
                run([sys.executable, "-m", "venv", "--clear", str(tool)])
                run([str(tool / "bin" / "python"), "-m", "pip", "install", "--quiet", TOOL])
        program = [str(tool / "bin" / "cyclonedx-py"), "environment", str(VENV_PYTHON)]
        options = ["--spec-version", FORMAT, "--output-reproducible", "--output-file", str(RESULT)]
        run([*program, *options], env=os.environ | {"PYTHONUTF8": "1"})
    except Failure as failure:
        sys.exit(f"\nCannot go on: {failure}")
    bom = json.loads(RESULT.read_text())
    bom["components"] = whole(bom["components"])
    RESULT.write_text(json.dumps(bom, ensure_ascii=False, indent=1) + "\n")
    print(f"{RESULT}: {len(bom['components'])} components")


def whole(components: list[dict]) -> list[dict]:
    """Return the server's Python packages, and what stands beside them."""
    locked = {name for lock in LOCKS for name in names((ROOT / lock).read_text())}
    components = [each for each in components if plain(each["name"]) in locked]
    more = [component("odoo", get_odoo.check_release(odoo.source(), "Odoo"), "LGPL-3.0-only")]
    for name in odoo.our_addons():
        manifest = ast.literal_eval((ADDONS / name / "__manifest__.py").read_text())
        more.append(component(name, manifest["version"], "LGPL-3.0-or-later"))
    more += [component(package.name) | {"type": "library"} for package in PACKAGES]
    known = {each["name"] for each in components}
    return components + [each for each in more if each["name"] not in known]


def names(lock: str) -> list[str]:
    """Return the names of the packages a lock file pins."""
    return [plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)]


def plain(name: str) -> str:
    """Return a package's name as the index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def component(name: str, version: str = "", licence: str = "") -> dict:
    """Return one component in CycloneDX's shape."""
    found = {"type": "application", "name": name, "bom-ref": f"tour-loan:{name}"}
    if version:
        found["version"] = version
    if licence:
        found["licenses"] = [{"license": {"id": licence}}]
    return found


if __name__ == "__main__":
    main()
