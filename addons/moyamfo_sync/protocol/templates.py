"""Texts put together from fields, and taken apart again.

``{last_name} {first_name}[ {middle_name}]``: a field in braces, after a colon its format
(``{birth_date:%d.%m.%Y}``); what stands in square brackets is left out when a field in it
is empty. Braces and brackets themselves are written twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\{\{|\}\}|\[\[|\]\]|\{(?P<name>[a-z_][a-z0-9_.]*)(?::(?P<form>[^{}]*))?\}|\[|\]|[^{}\[\]]+"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A field of a template with the format it asks for."""

    name: str
    form: str | None


Part = str | Piece | tuple[str | Piece, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """``parts``: texts, fields, and tuples of both that may be left out."""

    text: str
    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """:raises ValueError: a brace or bracket without its other one"""
        parts: list[Part] = []
        group: list[str | Piece] | None = None
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise ValueError(f"«{text}»: a field is written as {{name}}, with small letters")
            token, at = found[0], found.end()
            if token == "[" and group is None:
                group = []
            elif token == "]" and group is not None:
                parts.append(tuple(group))
                group = None
            elif token in "[]":
                raise ValueError(f"«{text}»: brackets do not fit each other")
            else:
                piece = Piece(found["name"], found["form"]) if found["name"] else _literal(token)
                (parts if group is None else group).append(piece)
        if group is not None:
            raise ValueError(f"«{text}»: a bracket is not closed")
        return cls(text, tuple(parts))

    @property
    def pieces(self) -> list[Piece]:
        """All fields, in order."""
        return [
            one
            for part in self.parts
            for one in (part if isinstance(part, tuple) else (part,))
            if isinstance(one, Piece)
        ]

    def build(self, value: Callable[[Piece], str | None]) -> str:
        """Put the text together; superfluous spaces and commas of empty fields go."""
        text = ""
        for part in self.parts:
            if isinstance(part, tuple):
                values = [one if isinstance(one, str) else value(one) for one in part]
                text += "" if None in values or "" in values else "".join(map(str, values))
            else:
                text += part if isinstance(part, str) else value(part) or ""
        return text

    def take_apart(self, text: str) -> dict[str, str] | None:
        """Return {field: its text}, None if the text is not of this shape."""
        found = re.fullmatch(self._pattern(), text.strip(), re.S)
        if not found:
            return None
        names = {f"f{number}": piece.name for number, piece in enumerate(self.pieces)}
        return {names[key]: part for key, part in found.groupdict().items() if part}

    def _pattern(self) -> str:
        number, pattern = -1, ""
        for part in self.parts:
            inner = ""
            for one in part if isinstance(part, tuple) else (part,):
                if isinstance(one, Piece):
                    number += 1
                    inner += f"(?P<f{number}>{self._shape(one)})"
                else:
                    inner += r"\s+".join(map(re.escape, re.split(r"\s+", one)))
            pattern += f"(?:{inner})?" if isinstance(part, tuple) else inner
        return pattern

    @staticmethod
    def _shape(piece: Piece) -> str:
        """How a field's text looks: digits where a mask says so, else as short as can be."""
        return r"[\d\s\-()+]+" if piece.form and "#" in piece.form else r"\S.*?|"


def squeezed(text: str) -> str:
    """Without the spaces and commas that empty fields leave behind."""
    text = re.sub(r"(?:\s*,)+(?=\s*,)", "", text)
    return re.sub(r"[ \t]+", " ", text).strip(" ,\t")


def _literal(token: str) -> str:
    return token[0] if token in ("{{", "}}", "[[", "]]") else token
