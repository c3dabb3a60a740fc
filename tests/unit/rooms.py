"""Load a pure room of an addon by its path, without Odoo.

``addons/<addon>/__init__.py`` imports Odoo models, so a room such as
``tour_loan/rules`` is loaded below a package that is empty but for the rooms it may
use. Nothing in it may reach further; if something does, the import fails here.
"""

import importlib
import pkgutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

# a room below another one: the agency API speaks by the same rules as the pages
USES = {("tour_loan", "rpc"): ("rules",)}
ADDONS = Path(__file__).resolve().parents[2] / "addons"


def room(addon: str, name: str) -> ModuleType:
    """Return ``addons/<addon>/<name>`` as a package with its modules loaded."""
    house = f"{addon}_rooms"
    alias = f"{house}.{name}"
    if alias in sys.modules:
        return sys.modules[alias]
    if house not in sys.modules:
        sys.modules[house] = ModuleType(house)
        sys.modules[house].__path__ = []  # a package in which nothing else is found
    for used in USES.get((addon, name), ()):
        room(addon, used)
    folder = ADDONS / addon / name
    spec = spec_from_file_location(
        alias, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = module_from_spec(spec)
    sys.modules[alias] = package
    setattr(sys.modules[house], name, package)
    spec.loader.exec_module(package)
    for module in pkgutil.walk_packages([str(folder)], prefix=f"{alias}."):
        importlib.import_module(module.name)
    return package
