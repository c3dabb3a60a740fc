from . import passport_division_import
