"""What an answer says: its payload, whether it is a yes, its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import codecs, dto
from .channel import Channel, Reply
from .codecs import Formats
from .errors import BusinessError, FormatError, TransportError
from .moments import Moment
from .operations import Call, Reading
from .paths import Path, as_list
from .soap import fault_of
from .trees import element_value, parse_json, parse_xml, unpacked

WHITE = b"\xef\xbb\xbf \t\r\n"


class NotFound(Exception):
    """The answer says that there is no such thing: no rows, and no error."""


@dataclass
class Document:
    """An answer as a tree.

    :ivar whole: the response element (SOAP), the body's content (HTTP)
    :ivar payload: the part that the profile reads
    :ivar xml: whether it was XML, which has no empty lists
    :ivar about: of HTTP, ``/@status`` and ``/@header.Location``
    """

    whole: Any
    payload: Any
    xml: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)

    def get(self, path: Path | None) -> Any:
        if path is None:
            return None
        if path.beside and path.steps[0] in self.about:
            return path.get(self.about)
        return path.get(self.whole if path.beside else self.payload)

    def first(self, paths: Iterable[Path]) -> Any:
        """The plain value (or list of messages) at the first of the paths that has one."""
        for one in paths:
            found = self.get(one)
            if isinstance(found, dict) and "#text" in found:
                found = found["#text"]
            if found is not None and not isinstance(found, dict):
                return found
        return None


class Judge:
    """Reads answers of calls as the profile says.

    :param transient: parts of texts that say: later
    """

    def __init__(self, transient: tuple[str, ...]):
        self.transient = transient

    def document(self, call: Call, reply: Reply, channel: Channel) -> Document:
        """Return what came, if it is no error.

        :raises NotFound: the status says there is none
        """
        told = call.answer.told
        if call.kind == "soap":
            return self._soap(call, reply, channel)
        if reply.status in told.not_found_statuses:
            raise NotFound
        if reply.status >= 500:
            raise channel.busy(reply)
        if not reply.body.strip():
            if reply.status < 400 and (told.content == "void" or reply.status == 204):
                return Document({}, {})
            if reply.status < 400:
                raise TransportError("an empty answer", status=reply.status)
            raise BusinessError(f"HTTP {reply.status}")
        if told.content == "void" and reply.status < 400:
            return Document({}, {})
        whole = self._content(reply, call)
        about = {"@status": reply.status, "@header": dict(reply.headers)}
        is_xml = reply.body.lstrip(WHITE)[:1] == b"<"
        document = Document(whole, *self._payload(call.answer, whole, "", is_xml), about)
        if reply.status >= 400 and reply.status not in told.repeated_statuses:
            raise self._no(document, call.answer, f"HTTP {reply.status}")
        return document

    def _content(self, reply: Reply, call: Call) -> Any:
        head = reply.body.lstrip(WHITE)[:1]
        try:
            if head == b"<":
                return element_value(parse_xml(reply.body.lstrip(WHITE)))
            text = reply.body.decode("utf-8-sig")
            if (
                call.answer.told.base64
                or call.answer.told.content == "text"
                or (call.answer.told.content == "auto" and head not in (b"{", b"["))
            ):
                return text.strip()
            return parse_json(text)
        except UnicodeDecodeError:
            raise FormatError("the answer is not in UTF-8") from None
        except FormatError as error:
            ends = reply.body.rstrip()[-1:]
            if not reply.whole or (head in (b"{", b"[") and ends not in (b"}", b"]")):
                raise TransportError("the answer was cut off") from error
            if reply.status >= 400:
                return {}
            raise

    def _soap(self, call: Call, reply: Reply, channel: Channel) -> Document:
        if not reply.body.strip():
            if reply.status >= 400:
                raise channel.busy(reply)
            raise TransportError("an empty answer", status=reply.status)
        try:
            root = parse_xml(reply.body)
        except (FormatError, TransportError) as error:
            if reply.status >= 400:
                raise channel.busy(reply) from None
            if not reply.whole:
                raise TransportError("the answer was cut off") from error
            raise
        text = fault_of(root)
        if text is not None:
            raise self.fault(text, call.answer)
        if reply.status >= 400:
            raise channel.busy(reply)
        body = root.find("{*}Body")
        if body is None:
            raise FormatError("the answer is no SOAP envelope")
        first = next((one for one in body if isinstance(one.tag, str)), None)
        whole = {} if first is None else element_value(first)
        if not isinstance(whole, dict):
            whole = {} if whole is None else {"return": whole}
        if call.answer.told.content == "void":
            return Document(whole, {})
        usual = "return" if "return" in whole else ""
        return Document(whole, *self._payload(call.answer, whole, usual, True))

    def _payload(self, answer: Reading, whole: Any, usual: str, is_xml: bool) -> tuple[Any, bool]:
        """Return what the profile reads, unwrapped from text if it is text, and whether
        that is XML."""
        path = answer.payload
        found = (
            whole
            if path is None and not usual
            else (whole.get(usual) if path is None else path.get(whole))
        )
        if not isinstance(found, str):
            return found, is_xml
        told = answer.told
        if told.base64:
            found = unpacked(found)
        text = found.strip("\ufeff \t\r\n")
        if told.content == "xml" or (told.content == "auto" and text[:1] == "<"):
            return (element_value(parse_xml(text.encode())) if text else None), True
        looks = text[:1] in ("{", "[")
        # a word in place of JSON is judged as a result, where one is asked for
        if (
            looks
            and told.content in ("auto", "json")
            or (told.content == "json" and text and not answer.result)
        ):
            return parse_json(text), False
        return (None if told.content == "json" and not text else found), False

    def fault(self, text: str, answer: Reading) -> Exception:
        """A fault is not always a refusal: a lock or a lost session will pass."""
        if _has(text, (*self.transient, *answer.told.transient)):
            return TransportError(f"1C is busy: {text[:300]}", status=500)
        if _has(text, answer.told.not_found):
            return NotFound()
        return BusinessError(text)

    def _no(self, document: Document, answer: Reading, word: str) -> Exception:
        message = said(document.first(answer.message))
        return self.fault(" ".join(filter(None, (word, message))) or "an empty answer", answer)

    # === a yes, and what it gave === #

    def accepted(self, call: Call, document: Document, status: int = 200) -> dto.Accepted:
        """:raises BusinessError: the result is none of the profile's words for yes"""
        answer = call.answer
        if status in answer.told.repeated_statuses:
            return dto.Accepted(number=self._number(document, answer), repeated=True)
        repeated = self._yes(document, answer) or flag(said(document.get(answer.known)))
        return dto.Accepted(number=self._number(document, answer), repeated=repeated)

    def check(self, call: Call, document: Document) -> None:
        """The same of a question: its result, if it has one, must be a yes."""
        if call.answer.result and document.first(call.answer.result) is not None:
            self._yes(document, call.answer)

    def _yes(self, document: Document, answer: Reading) -> bool:
        """Return whether it is a yes to what was known already."""
        told = answer.told
        if told.content == "void" or not (answer.result or told.ok or answer.ok):
            return False
        word = said(document.first(answer.result or (Path(()),)))
        repeated = word in map(said, told.repeated) or (
            answer.repeated is not None and bool(answer.repeated.search(word))
        )
        if repeated:
            return True
        if word in map(said, told.ok) or (answer.ok is not None and answer.ok.search(word)):
            return False
        raise self._no(document, answer, word)

    def _number(self, document: Document, answer: Reading) -> str | None:
        raw = said(document.first(answer.number))
        if answer.number_pattern is not None:
            found = answer.number_pattern.search(raw)
            raw = found[1] if found else ""
        return raw or None

    def taken(self, call: Call, document: Document) -> dict[str, str]:
        """What is kept of this call for the next ones."""
        return {name: said(document.get(path)) for name, path in call.answer.take}

    # === rows === #

    def rows(self, call: Call, document: Document) -> list[Any]:
        """:raises FormatError: there is no place of rows in this answer"""
        path = call.answer.rows
        if path is None:
            raise FormatError("this operation answers with no rows")
        found = document.get(path)
        if found is None and path.steps and not document.xml and document.payload is not None:
            above = Path(path.steps[:-1]).get(document.payload)
            if not (isinstance(above, dict) and path.steps[-1] in above):
                raise FormatError(f"{path.text}: is missing")
        return as_list(found)


def said(raw: Any) -> str:
    """A result or a message as text: lists of messages in a row."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return "; ".join(filter(None, map(said, raw)))
    if isinstance(raw, dict):
        return "; ".join(filter(None, map(said, raw.values())))
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return "" if raw is None else str(raw).strip()


def _has(text: str, words: Iterable[str]) -> bool:
    return any(word and word in text for word in words)


def flag(raw: Any) -> bool:
    """Yes or no in any of its dresses; nothing is no."""
    return bool(codecs.Boolean((False, True)).decode(raw))


def moment(raw: Any, formats: Formats) -> Any:
    return Moment(formats.datetime, formats).decode(raw)
