"""Texts for the cells of a table file: no program that opens it takes one for a formula.

Excel, LibreOffice and Google read a cell that begins with one of these signs as a formula,
whatever stands before it that they skip (OWASP, "CSV Injection"). A program of another
country divides a line at semicolons instead of commas, so that a sign behind a semicolon
or in a new line of a text begins a cell as well.
"""

import re

SIGNS = "=+\\-@＝＋－＠"
# what may stand before a sign without the cell beginning with something else
_SKIPPED = r"[\s\"\u00a0\u200b\ufeff]*"
_FORMULA = re.compile(rf"(^|[;\t\r\n])({_SKIPPED})(?=[{SIGNS}])")
_DIVIDERS = frozenset(";\t\r\n")
_LEADING_CONTROL = re.compile(r"^[\t\r\n\0]")


def harmless(text: str) -> str:
    """Return ``text`` with an apostrophe before whatever could begin a formula.

    >>> harmless("=1+1"), harmless(" +7 916"), harmless("ул. Ленина; =1"), harmless("a=b")
    ("'=1+1", "' +7 916", "ул. Ленина; '=1", 'a=b')
    """
    quoted = _FORMULA.sub(_quote, text)
    return f"'{quoted}" if _LEADING_CONTROL.match(quoted) else quoted


def _quote(match: re.Match[str]) -> str:
    divider, skipped = match.groups()
    if divider or _DIVIDERS & set(skipped):
        return f"{divider}{skipped}'"
    return f"'{skipped}"
