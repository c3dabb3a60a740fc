"""What others wrote, on its way into an SMS of the lender.

An order number is the agency's free text: with ``http://…`` or ``{code}`` in it the
lender's own SMS would carry a stranger's link, or a code in a stranger's sentence.
"""

import re

NUMBER_LENGTH = 40
NAME_LENGTH = 40
_NOT_OF_A_NUMBER = re.compile(r"[^\w/-]")
_NOT_OF_A_NAME = re.compile(r"[^\w/«» -]")


def number(text: str | None) -> str:
    """Return an order's or a contract's number: letters, digits, ``-/_`` only."""
    return _NOT_OF_A_NUMBER.sub("", text or "")[:NUMBER_LENGTH]


def name(text: str | None) -> str:
    """Return the name of a firm or a tour: as a number, with spaces and «quotes».

    A dot becomes a space: phones make a link of «слетать.рф».
    """
    return " ".join(_NOT_OF_A_NAME.sub(" ", text or "").split())[:NAME_LENGTH].rstrip()
