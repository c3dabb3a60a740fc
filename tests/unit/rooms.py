"""Load a pure room of an addon by its path, without Odoo.

``addons/<addon>/__init__.py`` imports Odoo models, so a room such as
``tour_loan/rules`` is loaded as a package of its own. Nothing in it may reach
outside its folder; if something does, the import fails here.
"""

import importlib
import pkgutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def room(addon: str, name: str) -> ModuleType:
    """Return ``addons/<addon>/<name>`` as a package with its modules loaded."""
    alias = f"{addon}_{name}"
    if alias in sys.modules:
        return sys.modules[alias]
    folder = ADDONS / addon / name
    spec = spec_from_file_location(
        alias, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = module_from_spec(spec)
    sys.modules[alias] = package
    spec.loader.exec_module(package)
    for module in pkgutil.walk_packages([str(folder)], prefix=f"{alias}."):
        importlib.import_module(module.name)
    return package
