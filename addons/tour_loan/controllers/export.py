"""Odoo's exports, whatever is exported: what a person typed is a text, never a formula.

Borrowers and agencies type names and addresses; the lender's staff open them in Excel.
"""

import csv
import io

import xlsxwriter

from odoo.addons.web.controllers.export import CSVExport

from ..rules.cells import harmless


class TextWorkbook(xlsxwriter.Workbook):
    """A workbook whose ``write`` never guesses: a text is a text.

    Left to itself it makes a formula of ``=…`` and of ``{=…}``, and a link of addresses.
    """

    def add_worksheet(self, *args, **kwargs):
        worksheet = super().add_worksheet(*args, **kwargs)
        worksheet.add_write_handler(str, _write_text)
        return worksheet


def _write_text(worksheet, row, column, text, *style):
    if text:
        return worksheet.write_string(row, column, text, *style)
    return None  # an empty one is a blank cell, as ever


def install():
    """Let every export of this process use it: lists, groups and pivots make their own
    workbooks in the middle of their code. A formula is still written by ``write_formula``."""
    xlsxwriter.Workbook = TextWorkbook


class HarmlessCsv(CSVExport):
    def from_data(self, fields, columns_headers, rows):
        """As Odoo's own, which looks at `=`, `-`, `+` in the first place only."""
        output = io.StringIO()
        writer = csv.writer(output, quoting=csv.QUOTE_ALL)
        for row in (columns_headers, *rows):
            writer.writerow([_cell(value) for value in row])
        return output.getvalue()


def _cell(value):
    """Return a value for a cell: numbers as they are, minus included."""
    if value is None or value is False:
        return ""
    if isinstance(value, bool | int | float):
        return value
    return harmless(value.decode() if isinstance(value, bytes) else str(value))
