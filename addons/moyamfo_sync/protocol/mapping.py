"""Records to and from plain dictionaries, by the profile's key paths.

The same dictionaries serve JSON (``json_text``/``parse_json``) and XML
(``contracts.element_value``), so a lender may use either shape.
"""

import json
from dataclasses import fields
from decimal import Decimal

from . import codecs, dto
from .codecs import BOOLEAN, MOMENT
from .errors import FormatError
from .profile import Profile, codec_of, is_list, is_required, mapped_fields, nested_record

MASK = "•••"


def encode(record, profile: Profile) -> dict:
    """Return the remote shape of an outgoing record; empty fields are left out.

    :raises FormatError: a value cannot be written as the profile wants; the
        message names our field and never shows the value
    """
    name = dto.NAMES[type(record)]
    result = {}
    for key, value in profile.constants.get(name, {}).items():
        _put(result, tuple(key.split(".")), value)
    for one in mapped_fields(type(record)):
        value, path = getattr(record, one.name), profile.keys[name][one.name]
        if path is None or value is None or value == []:
            continue
        try:
            _put(result, path, _encode_value(one, value, profile))
        except FormatError as error:
            raise FormatError(f"{name}.{one.name}: {error}") from None
    for question, answer in getattr(record, dto.ANSWERS, {}).items():
        path = profile.answers.get(question)
        if path is None or answer is None:
            continue
        try:
            codec = answer_codec(question, answer, profile)
            _put(result, path, codec.encode(answer, profile.formats, profile.enums))
        except FormatError as error:
            raise FormatError(f"{name}.{question}: {error}") from None
    return result


def answer_codec(question: str, answer, profile: Profile):
    """The codec of an answer to the questionnaire; one of a list has words in the profile."""
    if question in profile.enums:
        return codecs.Word(question)
    return dto.ANSWER_CODECS.get(question) or codecs.BY_TYPE[type(answer)]


def _encode_value(one, value, profile):
    if is_list(one):
        return [_encode_item(one, item, profile) for item in value]
    return _encode_item(one, value, profile)


def _encode_item(one, value, profile):
    if nested_record(one):
        return encode(value, profile)
    return codec_of(one).encode(value, profile.formats, profile.enums)


def _put(result, path, value):
    for key in path[:-1]:
        result = result.setdefault(key, {})
    result[path[-1]] = value


def decode(record_type, data, profile: Profile, unknown_keys: set | None = None):
    """Return ``record_type`` read from a remote dictionary.

    ``unknown_keys`` collects keys nobody knows: 1C may add one at any time, which
    must be seen and must not stop the exchange.

    :raises FormatError: a required field is absent or empty, or a value unreadable
    """
    name = dto.NAMES[record_type]
    if not isinstance(data, dict):
        raise FormatError(f"{name}: an object is needed")
    values = {}
    for one in fields(record_type):
        path = profile.keys[name][one.name]
        raw = None if path is None else _get(data, path)
        try:
            value = _decode_value(one, raw, profile, unknown_keys)
        except FormatError as error:
            raise FormatError(f"{'.'.join(path)}: {error}") from None
        if value is not None:
            values[one.name] = value
        elif is_required(one):
            raise FormatError(f"{'.'.join(path)}: is empty or missing")
    if unknown_keys is not None:
        known = [path for path in profile.keys[name].values() if path]
        unknown_keys.update(_unknown(data, known))
    return record_type(**values)


def _decode_value(one, raw, profile, unknown_keys):
    if is_list(one):
        return [_decode_item(one, item, profile, unknown_keys) for item in as_list(raw)]
    return _decode_item(one, raw, profile, unknown_keys)


def _decode_item(one, raw, profile, unknown_keys):
    nested = nested_record(one)
    if not nested:
        if isinstance(raw, (dict, list)):
            raise FormatError("a plain value is needed")
        return codec_of(one).decode(raw, profile.formats, profile.enums)
    if not is_list(one) and not _has_content(raw):
        # xsi:nil on a complex element comes as an object with empty fields
        return None
    return decode(dto.RECORDS[nested], raw, profile, unknown_keys)


def _has_content(raw):
    if isinstance(raw, dict):
        return any(_has_content(value) for value in raw.values())
    if isinstance(raw, list):
        return any(map(_has_content, raw))
    return raw not in (None, "") and not str(raw).startswith("0001-01-01")


def _get(data, path):
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def as_list(raw) -> list:
    """No rows come as nothing at all, one row without its list."""
    if raw in (None, ""):
        return []
    return raw if isinstance(raw, list) else [raw]


def _unknown(data, known, prefix=()):
    """Yield dotted keys of ``data`` that no path of ``known`` starts with."""
    for key, value in data.items():
        path = (*prefix, key)
        if path in known:
            continue
        if any(one[: len(path)] == path for one in known):
            if isinstance(value, dict):
                yield from _unknown(value, known, path)
        else:
            yield ".".join(path)


# === JSON IN A STRING === #


def json_text(data: dict) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)


def parse_json(text: str):
    """:raises FormatError: not JSON (the text itself is not repeated)"""
    try:
        return json.loads(text.lstrip("\ufeff"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise FormatError(f"the answer is not JSON ({len(text)} characters)") from None


def _no_constant(name):
    raise ValueError(name)


def decode_page(record_type, data, profile: Profile) -> dto.Page:
    """Read a page ``{rows, more, as_of}``; an unreadable row spoils only itself."""
    if not isinstance(data, dict):
        raise FormatError("a page must be an object")
    names = profile.page_answer
    if names["rows"] not in data:
        raise FormatError(f"{names['rows']}: is missing")
    formats, enums = profile.formats, profile.enums
    page = dto.Page(
        rows=[],
        more=bool(BOOLEAN.decode(data.get(names["more"]), formats, enums)),
        as_of=MOMENT.decode(data.get(names["as_of"]), formats, enums),
    )
    for row in as_list(data[names["rows"]]):
        try:
            page.rows.append(decode(record_type, row, profile, page.unknown_keys))
        except FormatError as error:
            page.bad.append(dto.BadRow(key=_row_key(row, profile), reason=str(error)))
    return page


def _row_key(row, profile) -> str:
    """Whatever identifies an unreadable row to a person."""
    for name, field_name in (
        ("application_state", "uid"),
        ("contract", "number"),
        ("booked_payment", "uid"),
    ):
        path = profile.keys[name][field_name]
        if isinstance(row, dict) and _get(row, path):
            return str(_get(row, path))
    return "?"


# === MASKING FOR THE LOG === #


def masked(data, profile: Profile):
    """Return a copy of a remote dictionary with personal data hidden, by key name."""
    personal = {
        profile.keys[name][one.name][-1]
        for name, record in dto.RECORDS.items()
        for one in mapped_fields(record)
        if one.metadata.get("personal") and profile.keys[name][one.name]
    } | {path[-1] for path in profile.answers.values() if path}
    return _masked(data, personal)


def _masked(data, personal):
    if isinstance(data, dict):
        return {
            key: MASK if key in personal and value else _masked(value, personal)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_masked(item, personal) for item in data]
    return data
