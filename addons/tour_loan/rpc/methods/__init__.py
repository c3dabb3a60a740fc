"""Every file here is one method; to add a method, add a file.

A file holds the parameters' model, the result's model (or names a shared one) and
``run(agency, params)`` under ``@method(name)``.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f".{_module.name}", __name__)
