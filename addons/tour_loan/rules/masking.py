"""Masking of personal data in logs and in messages to agencies.

Everything that goes there passes `mask` or `mask_text`, which find the fields of
`personal_fields` under any of their names, English or Russian, at any depth; under a
name nobody knows by a stem of it («ФамилияКлиента»); and in any text what looks like a
phone, an e-mail, a passport, a SNILS, an INN or a card. Too much rather than too little.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType

from stdnum import luhn

from . import identity
from .personal_fields import PERSONAL_FIELDS, SECRET_NAMES
from .retention import PersonalField

HIDDEN = "***"


# Masks of single values


def hide(text: str) -> str:
    """Hide the whole value."""
    return HIDDEN


def mask_phone(text: str) -> str:
    """Return "+7 916 ***-**-45" for a Russian number, "***45" for any other."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 10 and digits[0] == "9":
        digits = "7" + digits
    if len(digits) == 11 and digits[0] in "78":
        return f"+7 {digits[1:4]} ***-**-{digits[-2:]}"
    return HIDDEN + digits[-2:] if len(digits) > 4 else HIDDEN


def mask_email(text: str) -> str:
    """Return "i***@mail.ru"."""
    local, at, domain = text.rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}" if at else HIDDEN


def mask_surname(text: str) -> str:
    """Return "И***в"; a surname of one or two letters keeps at most its first."""
    if len(text) < 2:
        return HIDDEN
    return text[0] + HIDDEN + (text[-1] if len(text) > 2 else "")


def mask_initial(text: str) -> str:
    """Return the initial of a name or patronymic: "И."."""
    return text.strip()[:1] + "."


def mask_full_name(text: str) -> str:
    """Return "И***в И. И." for "Иванов Иван Иванович" and "Иванов И. И."."""
    surname, *names = text.split() or [""]
    return " ".join([mask_surname(surname), *map(mask_initial, names)])


def mask_digits(text: str) -> str:
    """Return the text with every digit but the last two starred: "**** ****57".

    Text with letters ("4509 235857, выдан …") is hidden whole.
    """
    if any(char.isalpha() for char in text):
        return HIDDEN
    count = sum(char.isdigit() for char in text)
    keep_after = count - 2 if count > 4 else count
    seen = 0
    masked = []
    for char in text:
        if char.isdigit():
            seen += 1
            char = char if seen > keep_after else "*"
        masked.append(char)
    return "".join(masked)


MASKS = MappingProxyType(
    {
        "hidden": hide,
        "phone": mask_phone,
        "email": mask_email,
        "surname": mask_surname,
        "initial": mask_initial,
        "full_name": mask_full_name,
        "digits": mask_digits,
    }
)


# In a name nobody told: what it is about, most telling first. Plain, as `_plain` makes it.
STEMS = MappingProxyType(
    {
        "фамили": "surname",
        "surname": "surname",
        "отчеств": "initial",
        "фио": "full_name",
        "телефон": "phone",
        "phone": "phone",
        "email": "email",
        "почт": "hidden",
        "паспорт": "hidden",
        "passport": "hidden",
        "снилс": "digits",
        "рожден": "hidden",
        "birth": "hidden",
        "адрес": "hidden",
        "address": "hidden",
        "прописк": "hidden",
        "доход": "hidden",
        "пароль": "hidden",
        "password": "hidden",
    }
)


# Finding the fields

_LONGEST_KEY = 100  # no field has a longer name; what begins like one is told by less


@dataclass(frozen=True, slots=True, eq=False)  # `_find` remembers
class Index:
    """Masks by exact name, by the beginning of a name, by a stem in it; names plain."""

    exact: Mapping[str, Callable[[str], str]]
    prefixes: tuple[tuple[str, Callable[[str], str]], ...]
    stems: tuple[tuple[str, Callable[[str], str]], ...]

    def find(self, key: object) -> Callable[[str], str] | None:
        """Return the mask of the field with this key, None when not personal."""
        return self._find(str(key)[:_LONGEST_KEY])

    @lru_cache(maxsize=4096)  # noqa: B019 (an index is a module's; messages have few keys)
    def _find(self, key: str) -> Callable[[str], str] | None:
        name = _plain(key)
        if name in self.exact:
            return self.exact[name]
        for prefix, mask_value in self.prefixes:
            if name.startswith(prefix):
                return mask_value
        for stem, mask_value in self.stems:
            if stem in name:
                return mask_value
        return None


def build_index(
    fields: Iterable[PersonalField] = PERSONAL_FIELDS,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Index:
    """Return the index of the fields, more names added.

    `names` maps a further name to one of the table: {"Покупатель": "full_name"}.
    Raises KeyError when the table has no such field.
    """
    masks = {name: MASKS[field.mask] for field in fields for name in field.names}
    masks |= {name: masks[known] for name, known in names.items()}
    masks |= dict.fromkeys(SECRET_NAMES, hide)
    exact: dict[str, Callable[[str], str]] = {}
    prefixes: dict[str, Callable[[str], str]] = {}
    for name, value in masks.items():
        (prefixes if name.endswith("*") else exact)[_plain(name)] = value
    # The longest beginning decides.
    longest_first = sorted(prefixes.items(), key=lambda pair: -len(pair[0]))
    stems = tuple((stem, MASKS[mask]) for stem, mask in STEMS.items())
    return Index(exact, tuple(longest_first), stems)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


INDEX = build_index()


# Masking of whole messages


def mask(value: object, index: Index = INDEX) -> object:
    """Return a copy of dicts and lists with every personal field masked.

    Inside a personal dict such as `passport` all is masked, whatever its keys. A
    string that is JSON (1C sends it so) is masked inside and stays JSON. Empty
    values and booleans stay as they are.
    """
    return _mask(value, index, None)


def mask_text(text: str, index: Index = INDEX) -> str:
    """Return a log line with phones, e-mails, passports and SNILS masked.

    Names cannot be told in free text: log the masked data, not sentences.
    """
    if text.lstrip()[:1] in ("{", "["):
        # cut, not JSON or an attack by nesting: the patterns below are what is left
        with suppress(ValueError, RecursionError):
            return json.dumps(mask(json.loads(text), index), ensure_ascii=False)
    return mask_patterns(text)


def _mask_group(by: Callable[[str], str], found: re.Match[str]) -> str:
    return by(found.group())


def mask_patterns(text: str) -> str:
    """Return any text with what looks like a phone, e-mail, passport or SNILS masked."""
    for pattern, mask_found in _PATTERNS:
        text = pattern.sub(partial(_mask_group, mask_found), text)
    return text


def _mask(value: object, index: Index, own_mask: Callable[[str], str] | None) -> object:
    if isinstance(value, Mapping):
        inside = hide if own_mask else None
        return {key: _mask(item, index, index.find(key) or inside) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item, index, own_mask) for item in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    if own_mask:
        return own_mask(str(value))
    if isinstance(value, str):
        return mask_text(value, index)
    if isinstance(value, int) and abs(value) >= 10**9:
        shown = mask_patterns(str(value))
        return value if shown == str(value) else shown
    return value


# What numbers look like


def _star(text: str) -> str:
    """Star every digit but the last two, whatever stands between."""
    return re.sub(r"\d", "*", text[:-2]) + text[-2:]


def _mask_number(text: str) -> str:
    """Mask a run of 10 to 16 digits if it can be a person's document or a card."""
    digits = re.sub(r"\D", "", text)
    personal = (
        (len(digits) == 10 and digits[0] != "1" and digits[:2] != "00")
        or (len(digits) == 11 and digits[:3] != "000" and not identity.check_snils(digits))
        or (len(digits) == 12 and not identity.check_inn(digits))
        or (len(digits) == 16 and luhn.is_valid(digits))
    )
    return _star(text) if personal else text


_PATTERNS = (
    # a match begins where a word does: a long word without @ is looked through once
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), mask_email),
    (
        re.compile(
            r"(?<![\w-])(?:(?:\+?7|8)[\s(-]*)?9\d{2}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\w)"
        ),
        mask_phone,
    ),
    # named before or after: then whatever its digits are
    (
        re.compile(
            r"(?i)(?:паспорт|passport|серия|снилс|snils|инн|inn)\w*[\W_]{0,5}(?:[№#n]|номер)?"
            r"[\W_]{0,5}\d(?:[\d\s№:-]|номер){2,24}\d"
        ),
        _star,
    ),
    (re.compile(r"(?<![\w-])\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\w)"), mask_digits),
    (re.compile(r"(?<![\w-])\d{2} ?\d{2} ?(?:№ ?| )\d{6}(?!\w)"), mask_digits),
    (re.compile(r"(?<![\w.-])\d{4} ?\d{4} ?\d{4} ?\d{4}(?![\w.-])"), _mask_number),
    (re.compile(r"(?<![\w.-])\d{10,12}(?![\w-])(?!\.\d)"), _mask_number),
)
