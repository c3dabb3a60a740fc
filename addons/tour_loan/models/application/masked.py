"""Fields the staff see masked until they say why they want them.

Masked is what leaves for people and programs (``read`` and all that goes by it, exports,
copies); what the server itself works with is not. Who sees what is decided by the model
(``_tour_loan_shows``).
"""

from odoo import fields

from ...hot_path import FrozenJson, Rubles
from ...rules import masking


class Masked:
    """A field whose value leaves masked. ``_veil`` says how."""

    is_masked = True

    def convert_to_read(self, value, record, use_display_name=True):
        told = super().convert_to_read(value, record, use_display_name)
        return self._veil(told, record) if self._is_veiled(told, record) else told

    def convert_to_export(self, value, record):
        told = super().convert_to_export(value, record)
        return masking.HIDDEN if self._is_veiled(told, record) else told

    def _is_veiled(self, value, record) -> bool:
        return bool(value) and not record.env.su and not record._tour_loan_shows()

    def _veil(self, _value, _record):
        return masking.HIDDEN


class MaskedChar(Masked, fields.Char):
    """``masked_as``: one of ``masking.MASKS``."""

    masked_as = "hidden"

    def _veil(self, value, _record):
        return masking.MASKS[self.masked_as](value)

    def convert_to_export(self, value, record):
        told = fields.Char.convert_to_export(self, value, record)
        return self._veil(told, record) if self._is_veiled(told, record) else told


class MaskedText(Masked, fields.Text):
    """A text that is hidden whole."""


class MaskedRubles(Masked, Rubles):
    """A sum that is not there at all: a masked number would be a wrong one."""

    def _veil(self, _value, _record):
        return False


class MaskedJson(Masked, FrozenJson):
    """A message whose personal fields are masked."""

    def _veil(self, value, _record):
        return masking.mask(value)


class MaskedBinary(Masked, fields.Binary):
    """A file that is not given away; its size is."""

    def _veil(self, value, record):
        return value if record.env.context.get("bin_size") else False
