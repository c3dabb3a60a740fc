"""Each addon is a wheel by the ecosystem's convention, usable without this repository."""

import json
import os
import subprocess
import sys
import zipfile
from email.parser import HeaderParser

import pytest

from scripts.odoo import our_addons
from scripts.places import ADDONS

BUILD = "import sys; from whool import buildapi; print(buildapi.build_wheel(sys.argv[1]))"
# Odoo's own way to an addon: its manifest by name, then its Python.
LOAD = """
import importlib, json, odoo
from odoo.modules.module import Manifest, initialize_sys_path
from odoo.tools import config
config.parse_config([])
initialize_sys_path()
found = {}
for name in NAMES:
    manifest = Manifest.for_addon(name)
    importlib.import_module(f"odoo.addons.{name}")
    found[name] = [str(manifest.path), manifest.version, manifest.get("data", [])]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Build a wheel of every addon; return {addon: file}."""
    folder = tmp_path_factory.mktemp("wheels")
    built = {}
    for addon in our_addons():
        command = [sys.executable, "-c", BUILD, str(folder)]
        done = subprocess.run(
            command, cwd=ADDONS / addon, check=True, capture_output=True, text=True
        )
        built[addon] = folder / done.stdout.split()[-1]
    return built


def metadata(wheel):
    with zipfile.ZipFile(wheel) as content:
        (name,) = [name for name in content.namelist() if name.endswith("/METADATA")]
        return HeaderParser().parsestr(content.read(name).decode())


def test_names_and_needs_follow_the_convention(wheels):
    needs = {}
    for addon, wheel in wheels.items():
        told = metadata(wheel)
        assert told["Name"] in (f"odoo-addon-{addon}", f"odoo-addon-{addon.replace('_', '-')}")
        assert told["Version"].startswith("19.0.")
        needs[addon] = {word.split()[0].replace("-", "_") for word in told.get_all("Requires-Dist")}
        assert any(word.startswith("odoo==19.0") or word == "odoo" for word in needs[addon])
    assert "odoo_addon_tour_loan" in " ".join(needs["moyamfo_sync"])
    assert any(word.startswith("pydantic") for word in needs["tour_loan"])


def test_three_wheels_in_a_clean_place_are_found_and_load(wheels, tmp_path):
    place = tmp_path / "place"
    for wheel in wheels.values():
        zipfile.ZipFile(wheel).extractall(place)  # all that installing a pure wheel is
    names = list(wheels)
    done = subprocess.run(
        [sys.executable, "-c", f"NAMES = {names!r}\n{LOAD}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(place)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for name, (path, version, data) in json.loads(done.stdout.splitlines()[-1]).items():
        assert path == str(place / "odoo" / "addons" / name), f"{name} is not that of the wheel"
        assert version.startswith("19.0.")
        assert [file for file in data if not (place / "odoo/addons" / name / file).exists()] == []
    profile = place / "odoo" / "addons" / "moyamfo_sync" / "profiles" / "default.json"
    assert profile.exists(), "not only Python"
