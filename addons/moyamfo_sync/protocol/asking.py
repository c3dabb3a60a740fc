"""The very request of a call: made of an operation, a record and what is known besides."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from . import codecs
from .errors import FormatError
from .language_wire import Publication, SettingValue
from .mapping import Encoder, values_of
from .operations import Call, Texts
from .places import KINDS
from .templates import Piece
from .trees import MASK, json_text, plain, xml_text


@dataclass
class Asked:
    """What a call says, before it is put into an envelope.

    :ivar tree: of SOAP, parameter → value; ``shown``: what the log may show of it after
        masking, never with a secret
    """

    call: Call
    tree: dict[str, Any]
    shown: Any
    verb: str = "POST"
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    explicit: bool = False


def ask(
    call: Call,
    record: Any,
    known: Mapping[str, Any],
    publication: Publication,
    setting: Callable[[str], str],
    empty: str,
) -> Asked:
    """Return the request of ``call`` for a record.

    :param known: further names for templates: of the outer record, of earlier calls
    :raises FormatError: a value cannot be written as the profile wants
    """
    request, empty = call.request, call.request.empty or empty
    values = {**known, **values_of(record)}
    payload, beside = _said(call, values, setting, empty)
    # what the log gets to see: the same without secrets
    shown, shown_beside = _said(call, values, lambda _name: MASK, empty)
    asked = Asked(call, {}, None, request.verb, explicit=empty == "explicit")
    payload, shown = _wrapped(call, payload), _wrapped(call, shown)
    if publication.kind == "soap":
        asked.tree = _parameters(call, payload, beside)
        asked.shown = {**shown_beside, **_under(call, shown)}
        return asked
    _http(asked, call, _beside(payload, beside), values, publication)
    asked.shown = _beside(shown, shown_beside)
    return asked


def _said(
    call: Call, values: Mapping[str, Any], setting: Callable[[str], str], empty: str
) -> tuple[Any, dict[str, Any]]:
    payload, beside = Encoder(call.shapes, empty).encode(call.record, values)
    for path, value in call.fixed:
        if isinstance(value, SettingValue):
            value = setting(value.setting)
        elif isinstance(value, Texts):
            value = _text(value, values, plain)
        target = beside if path.beside else payload
        if not isinstance(target, dict):
            raise FormatError(f"{path.text}: the payload is one plain value")
        path.put(target, value)
    return payload, beside


def _wrapped(call: Call, payload: Any) -> Any:
    if call.request.list:
        payload = [payload]
    if call.wrap is not None and call.wrap.steps:
        whole: dict[str, Any] = {}
        call.wrap.put(whole, payload)
        return whole
    return payload


def _under(call: Call, payload: Any) -> dict[str, Any]:
    if call.prefix is not None and call.prefix.steps:
        tree: dict[str, Any] = {}
        call.prefix.put(tree, payload)
        return tree
    if not isinstance(payload, dict):
        raise FormatError("a list or a plain value needs a parameter to stand in")
    return payload


def _beside(payload: Any, beside: dict[str, Any]) -> Any:
    """The body of HTTP: the payload, and what stands beside it."""
    if not beside:
        return payload
    if not isinstance(payload, dict):
        raise FormatError("beside a list or a plain value nothing can stand")
    return {**payload, **beside}


def _parameters(call: Call, payload: Any, beside: dict[str, Any]) -> dict[str, Any]:
    if call.content in ("json", "xml"):
        payload = _packed(call, payload)
    return {**beside, **_under(call, payload)}


def _packed(call: Call, payload: Any) -> str:
    """The payload as text."""
    if call.content == "xml":
        text = xml_text(str(call.request.root), payload)
    else:
        text = json_text(payload)
    return base64.b64encode(text.encode()).decode() if call.request.base64 else text


def _http(
    asked: Asked,
    call: Call,
    payload: Any,
    values: Mapping[str, Any],
    publication: Publication,
) -> None:
    path = _text(call.path, values, _quoted) if call.path else ""
    asked.path = publication.address.rstrip("/") + path or "/"
    query = []
    for name, texts in call.query.items():
        if texts.template.pieces and not any(_is_there(values, p) for p in texts.template.pieces):
            continue
        query.append((name, _text(texts, values, plain)))
    if query:
        asked.path += f"?{urlencode(query, quote_via=quote)}"
    asked.headers = {name: _header(_text(t, values, plain)) for name, t in call.headers.items()}
    if call.content in ("json", "tree"):
        asked.headers.setdefault("Content-Type", "application/json; charset=utf-8")
        asked.body = _packed(call, payload).encode()
    elif call.content == "xml":
        asked.headers.setdefault("Content-Type", "application/xml; charset=utf-8")
        asked.body = _packed(call, payload).encode()
    elif call.content == "form":
        asked.headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        asked.body = urlencode({key: plain(one) for key, one in payload.items()}).encode()


def _is_there(values: Mapping[str, Any], piece: Piece) -> bool:
    return values.get(piece.name) not in (None, "", [])


def _text(texts: Texts, values: Mapping[str, Any], write: Callable[[Any], str]) -> str:
    """Fill a template; a list goes with commas between."""

    def one(piece: Piece) -> str | None:
        value = values.get(piece.name)
        if value is None or value == "":
            return None
        codec = texts.codecs.get(piece)
        if codec is None:
            kind = KINDS.get(type(value), "")
            codec = codecs.SIMPLE["text"](None) if kind == "text" else None
        if isinstance(value, list):
            return ",".join(write(codec.encode(item) if codec else item) for item in value)
        return write(codec.encode(value) if codec else value)

    return texts.template.build(one)


def _quoted(value: Any) -> str:
    """A part of a path: not even a slash or two dots get out of it."""
    text = quote(plain(value), safe="")
    return text.replace(".", "%2E") if text in (".", "..") else text


def _header(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
