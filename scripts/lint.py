"""``make lint``: ruff, mypy on the pure rooms, pylint-odoo, XML against Odoo's grammar, borrowers' scripts and
style against the browsers they must run in. Exit code 1 on findings.

``python -m scripts.lint quick`` leaves out pylint, which takes longer than all others;
``pylint`` is only that.
"""

import os
import subprocess
import sys

from lxml import etree

from scripts import floor, odoo
from scripts.places import ADDONS, LANE, ROOT, VAR, VENV, VENV_PYTHON

BORROWER = ADDONS / "tour_loan" / "static" / "src" / "borrower"
TYPED = (
    "tour_loan/rules",
    "tour_loan/rpc",
    "payu_connector/protocol",
    "moyamfo_sync/protocol",
)
TYPED_AS = VAR / "mypy" / "rooms"
# The checks that Odoo's own suite makes of every addon beside it.
ODOO_CHECKERS = "odoo/addons/test_lint/tests"
ODOO_CHECKS = (
    "--load-plugins=pylint_odoo,_odoo_checker_gettext,_odoo_checker_unlink_override",
    "--enable=missing-gettext,gettext-variable,gettext-placeholders,gettext-repr",
    "--enable=raise-unlink-override",
)
GRAMMAR = "odoo/import_xml.rng"  # inside Odoo's source: the shape of data and view files


def main() -> int:
    """Run the checks, all of them even after a failure; return the exit code."""
    tools = VENV / "bin"
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    results = []
    if which != "pylint":
        results += [
            command("ruff check", tools / "ruff", "check", "--quiet", "."),
            command("ruff format", tools / "ruff", "format", "--quiet", "--check", "."),
            xml(),
            old_browsers(),
            types(),
        ]
    if which != "quick":
        addons = [ADDONS / name for name in odoo.our_addons()]
        # beside another lane there is one core; by hand there are all
        jobs = "--jobs=1" if LANE else "--jobs=0"
        odoos = os.environ | {"PYTHONPATH": str(odoo.source() / ODOO_CHECKERS)}
        pylint = (VENV_PYTHON, "-m", "pylint", jobs, *ODOO_CHECKS)
        results.append(command("pylint-odoo", *pylint, *addons, env=odoos))
    return 0 if all(results) else 1


def command(title: str, *arguments, **options) -> bool:
    """Run one checker, show what it says, return whether it is content."""
    done = subprocess.run([str(a) for a in arguments], cwd=ROOT, check=False, **options)
    return verdict(title, done.returncode == 0)


def xml() -> bool:
    """Check that every XML file parses and every data file follows Odoo's grammar."""
    grammar = etree.RelaxNG(etree.parse(odoo.source() / GRAMMAR))
    faults = []
    for file in sorted(ADDONS.rglob("*.xml")):
        try:
            tree = etree.parse(file)
        except etree.XMLSyntaxError as error:
            faults.append(f"{file.relative_to(ROOT)}: {error}")
            continue
        if tree.getroot().tag == "odoo" and not grammar.validate(tree):
            faults.append(f"{file.relative_to(ROOT)}: {grammar.error_log.last_error}")
    print("\n".join(faults), end="\n" if faults else "")
    return verdict("XML", not faults)


def old_browsers() -> bool:
    """Check that borrowers' scripts and style keep to the floor of ``scripts/floor.py``."""
    faults = floor.faults(BORROWER)
    print("\n".join(faults), end="\n" if faults else "")
    return verdict("old browsers", not faults)


def types() -> bool:
    """Check the types of the pure rooms as tests load them: below a package that holds the rooms
    of an addon and nothing else, not its ``__init__``, which is Odoo's."""
    packages = []
    for room in TYPED:
        addon, name = room.split("/")
        house = TYPED_AS / f"{addon}_rooms"
        house.mkdir(parents=True, exist_ok=True)
        (house / "__init__.py").touch()
        (house / name).unlink(missing_ok=True)
        (house / name).symlink_to(ADDONS / room)
        packages += ["-p", f"{house.name}.{name}"]
    return command("mypy", VENV_PYTHON, "-m", "mypy", "--no-error-summary", *packages)


def verdict(title: str, good: bool) -> bool:
    """Print one line per checker and return its result."""
    print(f"lint: {title}: {'ok' if good else 'FAILED'}", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
