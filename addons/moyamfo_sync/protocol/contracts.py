"""Reading the big typed answer of GetContracts row by row.

zeep needs 560 MB and 13 s for 20 000 contracts; iterparse holds one contract at a
time. Children are found by name, so their order means nothing.
"""

from lxml import etree
from urllib3.exceptions import HTTPError

from . import dto
from .codecs import BOOLEAN, MOMENT
from .errors import FormatError, TransportError
from .mapping import decode
from .profile import Profile
from .transport import SECURE_PARSER

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class ContractStream:
    """Iterate over contracts of one answer; afterwards ``more`` and ``as_of`` are set.

    Yields ``dto.Contract`` or, for an unreadable row, ``dto.BadRow``.

    :param file: the raw body
    :param raise_fault: called with 1C's text if the body is a SOAP fault
    :param answered_at: the server's time, for an answer that names none
    """

    def __init__(self, file, profile: Profile, raise_fault, answered_at=None):
        self._file, self._profile, self._raise_fault = file, profile, raise_fault
        self.more = False
        self.as_of = answered_at
        self.unknown_keys: set[str] = set()

    def __iter__(self):
        names = self._profile.contracts
        answered = False
        try:
            for _event, element in etree.iterparse(self._file, **SECURE_PARSER):
                if not isinstance(element.tag, str):
                    continue  # a comment
                name = etree.QName(element).localname
                if name == names["row"]:
                    yield self._row(element)
                    _forget(element)
                elif name == names["more"]:
                    self.more = bool(self._value(BOOLEAN, element))
                elif name == names["as_of"]:
                    self.as_of = self._value(MOMENT, element) or self.as_of
                elif name == "Fault":
                    self._raise_fault(_fault_of(element))
                elif name == "Envelope":
                    answered = True
        except etree.XMLSyntaxError as error:
            raise TransportError(f"the answer broke off or is no XML: {error}") from None
        except (OSError, HTTPError) as error:
            raise TransportError(f"connection: {error}") from error
        if not answered:
            raise FormatError("the answer is no SOAP envelope")

    def _row(self, element):
        data = element_value(element)
        try:
            return decode(dto.Contract, data, self._profile, self.unknown_keys)
        except FormatError as error:
            path = self._profile.keys["contract"]["number"]
            key = data.get(path[-1]) if isinstance(data, dict) else None
            return dto.BadRow(key=str(key or "?"), reason=str(error))

    def _value(self, codec, element):
        profile = self._profile
        return codec.decode(element.text, profile.formats, profile.enums)


def element_value(element):
    """An element as text, dict of children (repeated ones as a list) or None (nil)."""
    if element.get(NIL) in ("true", "1"):
        return None
    if not len(element):
        return element.text
    result = {}
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


def _forget(element):
    """Free a row that was read, and its older neighbours."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _fault_of(element) -> str:
    text = element.findtext("faultstring") or element.findtext("{*}Reason/{*}Text")
    return (text or "a fault without a text").strip()
