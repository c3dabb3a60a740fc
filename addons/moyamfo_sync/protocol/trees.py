"""JSON and XML as trees of objects, lists and plain values, and back; masking for the log."""

import base64
import json
import re
from collections.abc import Collection
from contextlib import suppress
from decimal import Decimal
from typing import Any

from lxml import etree

from .codecs import clean
from .errors import FormatError, TransportError

SECURE_PARSER: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": True}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
MASK = "•••"
SHOWN_TEXT, SHOWN_NODES = 2000, 2000  # of one value, of a whole answer, in the log
CONTROL = bytes(set(range(32)) - {9, 10, 13})
NOT_SIGNS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));")


# === JSON === #


def json_text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)


def parse_json(text: str) -> Any:
    """:raises FormatError: not JSON (the text itself is not repeated)"""
    text = text.strip("\ufeff \t\r\n")
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, strict=False)
    except (ValueError, RecursionError):
        raise FormatError(f"the answer is not JSON ({len(text)} characters)") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


# === XML === #


def parse_xml(content: bytes) -> Any:
    """Return the root element; what XML cannot carry is dropped before.

    :raises TransportError: it breaks off; FormatError: it is no XML
    """
    try:
        return etree.fromstring(cleaned(content), etree.XMLParser(**SECURE_PARSER))
    except (etree.XMLSyntaxError, ValueError) as error:
        if not content.rstrip().endswith(b">"):
            raise TransportError("the answer breaks off in the middle of its XML") from None
        raise FormatError(f"not XML: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """lxml's words without what they quote."""
    return re.sub(r"[^ -~]+", "…", str(error))[:120]


def cleaned(content: bytes) -> bytes:
    """Bytes of an XML without what XML 1.0 cannot carry: one bad character in one text must
    not cost the rest. UTF-16 has zero bytes everywhere and is left alone."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content
    content = content.translate(None, CONTROL)
    for sign in NOT_SIGNS:
        content = content.replace(sign, b"")
    return REFERENCE.sub(_reference, content)


def _reference(found: re.Match[bytes]) -> bytes:
    number = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if number < 0x110000 and clean(chr(number)) else b""


def element_value(element: Any) -> Any:
    """An element as text, dict of children (repeated ones as a list) or None (nil).

    Attributes are ``@name``; text beside them ``#text``.
    """
    if element.get(f"{XSI}nil") in ("true", "1"):
        return None
    result: dict[str, Any] = {
        f"@{etree.QName(name).localname}": value
        for name, value in element.attrib.items()
        if not name.startswith(XSI)
    }
    if not len(element):
        if not result:
            return element.text
        if element.text and element.text.strip():
            result["#text"] = element.text
        return result
    for child in element:
        if not isinstance(child.tag, str):
            continue  # a comment
        name, value = etree.QName(child).localname, element_value(child)
        if name not in result:
            result[name] = value
        elif isinstance(result[name], list):
            result[name].append(value)
        else:
            result[name] = [result[name], value]
    return result


def xml_text(root: str, tree: Any) -> str:
    """An XML document as text; ``@name`` are attributes, lists repeat their element."""
    element = etree.Element(root)
    namespace = etree.QName(root).namespace
    for one in tree if isinstance(tree, list) else [tree]:
        _fill(element, one, f"{{{namespace}}}" if namespace else "")
    return str(etree.tostring(element, encoding="unicode"))


def _fill(element: Any, value: Any, namespace: str) -> None:
    if not isinstance(value, dict):
        if value is None:
            element.set(f"{XSI}nil", "true")
        else:
            element.text = plain(value)
        return
    for key, one in value.items():
        if key.startswith("@"):
            element.set(key[1:], plain(one))
        elif key == "#text":
            element.text = plain(one)
        else:
            for item in one if isinstance(one, list) else [one]:
                _fill(etree.SubElement(element, namespace + key), item, namespace)


def plain(value: Any) -> str:
    """A plain value as XML and forms write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else clean(str(value))


def unpacked(text: str) -> str:
    """A text out of base64."""
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True).decode("utf-8-sig")
    except ValueError:
        raise FormatError("the answer is not base64 of a text") from None


# === MASKING FOR THE LOG === #


def masked(data: Any, personal: Collection[str]) -> Any:
    """Return a copy of a tree with personal data hidden, by key name, long texts cut and
    no more rows than a person reads."""
    left = [SHOWN_NODES]

    def hide(value: Any) -> Any:
        left[0] -= 1
        if isinstance(value, dict):
            return {
                key: MASK if key in personal and one not in (None, "") else hide(one)
                for key, one in value.items()
                if left[0] > 0
            }
        if isinstance(value, list):
            shown: list[Any] = []
            for one in value:
                if left[0] <= 0:
                    shown.append(f"… {len(value) - len(shown)} more")
                    break
                shown.append(hide(one))
            return shown
        if isinstance(value, str):
            return masked_text(value, personal)
        return value

    return hide(data)


def masked_text(text: str, personal: Collection[str]) -> str:
    """A text that may itself be JSON or XML: it is masked inside."""
    if text[:1] in ("{", "[") and len(text) < 1_000_000:
        with suppress(FormatError):
            return json_text(masked(parse_json(text), personal))
    if len(text) > SHOWN_TEXT:
        return f"{text[:100]}… ({len(text)} characters)"
    return text
