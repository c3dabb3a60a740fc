"""SOAP envelopes of a 1C publication, with zeep kept on a short leash.

zeep reads the WSDL and writes requests: it knows namespaces, order and types. Answers are
read by ourselves (`answers`, `contracts`): zeep stops at an element that an update added,
takes one in another order for nothing, and needs 1.1 GB for 20,000 contracts.
"""

import contextlib
import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import zeep
import zeep.exceptions
from lxml import etree
from zeep.cache import InMemoryCache, SqliteCache
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken
from zeep.xsd.const import Nil

from .channel import Channel
from .errors import AccessRefused, FormatError
from .language_wire import WsdlFile, Wsse
from .trees import plain

WSDL_SECONDS = 3600  # a changed WSDL is noticed within this time, if no fault tells sooner
LOAD_SECONDS = 30
NO_ACCESS = ("FailedAuthentication", "InvalidSecurity", "FailedCheck")


class Loader(Transport):
    """Gets the WSDL and what it imports, from our publication alone: our password never
    goes to a host that only a WSDL names."""

    def __init__(self, channel: Channel, cache_file: Path | str | None, fresh: bool):
        cache = SqliteCache(path=str(cache_file), timeout=WSDL_SECONDS) if cache_file else None
        super().__init__(cache=cache or InMemoryCache(timeout=WSDL_SECONDS))
        self.channel, self.fresh = channel, fresh

    def load(self, url: str) -> Any:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise FormatError(f"the WSDL imports a file: {Path(parts.path).name}")
        own = urlsplit(self.channel.access.url)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise FormatError(
                f"the WSDL imports from another host, {parts.hostname}: "
                "keep it as a file beside the profile"
            )
        if self.fresh and self.cache:
            content = self._load_remote_data(url)
            self.cache.add(url, content)
            return content
        return super().load(url)

    def _load_remote_data(self, url: str) -> bytes:
        reply = self.channel.ask("GET", url, LOAD_SECONDS, safe=True)
        if reply.status != 200:
            raise self.channel.busy(reply)
        return reply.body


class Soap:
    """Makes requests of one publication.

    :raises TransportError, FormatError: the WSDL cannot be had or read
    """

    def __init__(
        self,
        channel: Channel,
        folder: Path | None,
        cache_file: Path | str | None = None,
        fresh: bool = False,
        wsdl: bytes | None = None,
    ):
        """:param wsdl: its text, for who has it already"""
        self.channel, publication = channel, channel.publication
        with reading_wsdl():
            self._client = zeep.Client(
                io.BytesIO(wsdl) if wsdl is not None else wsdl_of(channel, folder),
                transport=Loader(channel, cache_file, fresh),
                settings=zeep.Settings(strict=True, xml_huge_tree=True, force_https=False),
            )
            # At the public address: the WSDL names the host as 1C sees it itself.
            self._service = self._client.create_service(
                self._binding(publication.binding, publication.soap), self.address
            )
        for one in publication.auth:
            if isinstance(one, Wsse):
                # made anew for each request: a nonce is used once
                self._client.wsse = UsernameToken(
                    channel.access.value(one.login),
                    channel.access.value(one.password),
                    use_digest=one.digest,
                )

    @property
    def address(self) -> str:
        return self.channel.access.url + self.channel.publication.address

    def _binding(self, name: str | None, version: str) -> str:
        """Return the full name of the binding that is asked for."""
        known = self._client.wsdl.bindings
        wanted = "Soap12Binding" if version == "1.2" else "Soap11Binding"
        for full, one in known.items():
            local = full.partition("}")[2]
            if name in (full, local) or (name is None and type(one).__name__ == wanted):
                return str(full)
        raise FormatError(f"the WSDL has no binding {name or f'of SOAP {version}'}")

    def knows(self, operation: str) -> bool:
        return operation in self._service._binding._operations

    def request(self, operation: str, tree: dict[str, Any], explicit: bool) -> tuple[bytes, Any]:
        """Return the envelope and HTTP headers of a call.

        :param tree: parameter → value
        :param explicit: parameters that nobody mentions get an empty value: 1C has no
            optional ones
        """
        if not self.knows(operation):
            raise FormatError(f"the WSDL has no operation {operation}")
        with reading_wsdl():
            body = self._service._binding.get(operation).input.body
            if explicit:
                _fill(tree, body.type)
            envelope, headers = self._service._binding._create(
                operation, (), _texts(tree, body.type), client=self._client
            )
        return etree.tostring(envelope, encoding="utf-8", xml_declaration=True), headers


def wsdl_of(channel: Channel, folder: Path | None) -> Any:
    """Return the address of the WSDL, or its open file."""
    wsdl = channel.publication.wsdl
    if isinstance(wsdl, WsdlFile):
        if folder is None:
            raise FormatError(f"the file {wsdl.file} is not there: the profile is no file")
        try:
            return (folder / wsdl.file).open("rb")
        except OSError:
            raise FormatError(f"the file {wsdl.file} is not beside the profile") from None
    return channel.access.url + (wsdl or f"{channel.publication.address}?wsdl")


def _elements(kind: Any) -> list[tuple[str, Any]]:
    """The elements of a complex type, whatever groups they stand in."""
    return [(name, one) for name, one in getattr(kind, "elements", []) if hasattr(one, "type")]


def _texts(tree: Any, kind: Any) -> Any:
    """Plain values as XML writes them: zeep's own conversions know too little of strings.

    Names that the type does not have are told here: zeep's complaint lists all it has.
    """
    if isinstance(tree, list):
        return [_texts(one, kind) for one in tree]
    if not isinstance(tree, dict):
        return tree if tree is None or isinstance(tree, bool) else plain(tree)
    elements = dict(_elements(kind))
    names = {*elements, *(name for name, _one in getattr(kind, "attributes", []))}
    result = {}
    for name, value in tree.items():
        own = name.removeprefix("@")
        if names and own not in names:
            raise FormatError(f"the WSDL has no «{own}» there")
        one = elements.get(own)
        if one is not None and isinstance(value, bool) and not _is_boolean(one.type):
            value = plain(value)
        result[own] = _texts(value, one.type if one is not None else None)
    return result


def _is_boolean(kind: Any) -> bool:
    return "boolean" in str(getattr(kind, "qname", "") or "").lower()


def _fill(tree: dict[str, Any], kind: Any) -> None:
    """Give elements that have to be there, and are not, an empty value."""
    for name, one in _elements(kind):
        value = tree.get(name)
        if value is None and not one.is_optional:
            if getattr(one, "nillable", False):
                tree[name] = Nil
            elif _elements(one.type):
                tree[name] = {}
                _fill(tree[name], one.type)
            else:
                tree[name] = _empty(one.type)
        elif isinstance(value, dict):
            _fill(value, one.type)
        elif isinstance(value, list):
            for row in value:
                if isinstance(row, dict):
                    _fill(row, one.type)


def _empty(kind: Any) -> Any:
    name = str(getattr(kind, "qname", "") or "").rpartition("}")[2]
    if name == "boolean":
        return False
    if name == "dateTime":
        return "0001-01-01T00:00:00"
    if name == "date":
        return "0001-01-01"
    if name in ("decimal", "int", "integer", "long", "short", "double", "float", "byte"):
        return "0"
    return ""


@contextlib.contextmanager
def reading_wsdl() -> Any:
    """Turn what zeep raises into one of ours."""
    try:
        yield
    except zeep.exceptions.TransportError as error:
        raise FormatError(f"the WSDL is no XML: {error.message}") from error
    except (zeep.exceptions.Error, etree.LxmlError) as error:
        raise FormatError(f"WSDL: {type(error).__name__}: {str(error)[:200]}") from error
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        # zeep's words for a parameter or a binding that the WSDL does not have
        raise FormatError(f"WSDL: {str(error)[:200]}") from error


def fault_of(root: Any) -> str | None:
    """1C's own text of a SOAP fault, None if the envelope has none.

    :raises AccessRefused: the fault is WS-Security's
    """
    fault = root.find(".//{*}Body/{*}Fault") if root.tag is not etree.Comment else None
    if fault is None:
        return None
    code = "".join(
        fault.findtext(path) or "" for path in ("faultcode", "{*}Code/{*}Subcode/{*}Value")
    )
    text = ""
    for path in ("faultstring", "{*}faultstring", "{*}Reason/{*}Text"):
        text = text or (fault.findtext(path) or "").strip()
    if any(word in code for word in NO_ACCESS):
        raise AccessRefused("WS-Security: login or password are refused")
    return text or "a fault without a text"
