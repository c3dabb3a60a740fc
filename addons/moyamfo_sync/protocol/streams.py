"""A big XML on its way from the wire to the parser, without what XML cannot carry."""

# "read" and "write" here are no methods of an Odoo model
# pylint: disable=method-required-super

import codecs
import re
from typing import IO

from .trees import CONTROL, NOT_SIGNS, REFERENCE, _reference

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""", re.I)
_OPEN_REFERENCE = re.compile(rb"&#?x?[0-9a-fA-F]{0,8}$")


class Cleaned:
    """A file for iterparse: control characters and bad bytes of UTF-8 in one text must not
    cost the other contracts."""

    def __init__(self, file: IO[bytes]):
        self._file = file
        self._rest = b""
        self._first = True
        self._decoder: codecs.IncrementalDecoder | None = None
        self._as_is = False

    def read(self, size: int = 65536) -> bytes:
        chunk = self._file.read(max(size, 65536))
        if self._first:
            self._first = False
            self._look(chunk)
        if self._as_is:
            return chunk
        if not chunk:
            rest, self._rest = self._rest, b""
            return rest
        data = self._utf8(self._rest + chunk.translate(None, CONTROL))
        if found := _OPEN_REFERENCE.search(data[-12:]):
            cut = len(data) - len(found[0])
            self._rest, data = data[cut:], data[:cut]
        else:
            self._rest = b""
        if b"&#" in data:
            data = REFERENCE.sub(_reference, data)
        return data or self.read(size)

    def _look(self, chunk: bytes) -> None:
        """UTF-16 is left alone, other encodings than UTF-8 are only freed of controls."""
        self._as_is = chunk[:2] in (b"\xff\xfe", b"\xfe\xff")
        told = _ENCODING.match(chunk.lstrip(b"\xef\xbb\xbf"))
        if not told or told[1].lower() in (b"utf-8", b"utf8"):
            self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def _utf8(self, data: bytes) -> bytes:
        if self._decoder is None:
            return data
        data = self._decoder.decode(data).encode()
        for sign in NOT_SIGNS:
            data = data.replace(sign, b"")
        return data
