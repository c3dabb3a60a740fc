"""One call of a profile: made, sent to its publication, its answer as a document."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from .access import Access
from .answers import Document, Judge
from .asking import Asked, ask
from .channel import Channel, Reply
from .codecs import Formats
from .errors import BusinessError, ExchangeError, FormatError
from .operations import Call
from .profile import Profile
from .soap import Soap
from .trees import json_text, masked, masked_text

LOG_LIMIT = 20000  # characters of one exchange kept for the log


class Caller:
    """Calls the publications of a profile; knows what was last said."""

    def __init__(
        self,
        profile: Profile,
        access: Callable[[str], Access],
        cache_file: Path | str | None,
        mask: Callable[[str], str],
    ):
        self.profile, self._mask = profile, mask
        self._access, self._cache_file = access, cache_file
        self._channels: dict[str, Channel] = {}
        self._soaps: dict[str, Soap] = {}
        self.judge = Judge(profile.transient_faults)
        self.last_sent = self.last_received = ""
        self.answered_at: datetime | None = None

    @property
    def formats(self) -> Formats:
        return self.profile.formats

    def call(
        self, call: Call, record: Any, known: Mapping[str, Any] | None = None, safe: bool = False
    ) -> tuple[Document, Reply]:
        """Return the answer of one call.

        :raises NotFound: it says that there is none
        """
        with self._named(call):
            reply = self._reply(call, record, known or {}, safe, stream=False)
            try:
                document = self.judge.document(call, reply, self._channel(call))
            except BusinessError as error:
                if not (call.kind == "soap" and self._is_stale(str(error))):
                    raise
                # the WSDL we know is of before an update: nothing was done by the other side
                self._soaps[call.publication] = self._soap(call, fresh=True)
                reply = self._reply(call, record, known or {}, safe, stream=False)
                document = self.judge.document(call, reply, self._channel(call))
            self._note(document.whole)
            return document, reply

    def stream(self, call: Call, record: Any) -> Reply:
        """Return an answer whose body is a file, to be read row by row."""
        with self._named(call):
            reply = self._reply(call, record, {}, safe=True, stream=True)
            if reply.file is None:
                self.judge.document(call, reply, self._channel(call))
                raise FormatError(f"HTTP {reply.status}: no rows in this answer")
            return reply

    def _is_stale(self, text: str) -> bool:
        return any(word in text for word in self.profile.stale_faults)

    @contextmanager
    def _named(self, call: Call) -> Iterator[None]:
        """Errors say whose they are, in words that hold nobody's data."""
        try:
            yield
        except ExchangeError as error:
            error.publication = call.publication
            error.args = (self._mask(str(error)),)
            if not self.last_received:
                self.last_received = str(error)
            raise

    def _reply(
        self, call: Call, record: Any, known: Mapping[str, Any], safe: bool, stream: bool
    ) -> Reply:
        channel = self._channel(call)
        asked = ask(
            call,
            record,
            known,
            channel.publication,
            channel.access.value,
            self.profile.empty,
        )
        self.last_received = ""
        self.last_sent = self._short(f"{asked.path} {self._shown(asked)}".strip())
        body, url, headers = asked.body, channel.access.url + asked.path, asked.headers
        if call.kind == "soap":
            soap = self._knowing(call)
            body, own = soap.request(call.name, asked.tree, asked.explicit)
            url, headers = soap.address, {**asked.headers, **own}
        reply = channel.ask(
            asked.verb, url, call.timeout, body=body, headers=headers, stream=stream, safe=safe
        )
        self.answered_at = channel.answered_at
        return reply

    def _knowing(self, call: Call) -> Soap:
        """Return the publication's WSDL, fetched anew if it does not know the operation."""
        soap = self._soaps.get(call.publication)
        if soap is None:
            soap = self._soaps[call.publication] = self._soap(call, fresh=False)
        if not soap.knows(call.name):
            soap = self._soaps[call.publication] = self._soap(call, fresh=True)
        return soap

    def _soap(self, call: Call, fresh: bool) -> Soap:
        return Soap(self._channel(call), self.profile.folder, self._cache_file, fresh)

    def _channel(self, call: Call) -> Channel:
        name, profile = call.publication, self.profile
        if name not in self._channels:
            self._channels[name] = Channel(
                profile.publications[name],
                self._access(name),
                profile.connect_timeout,
                profile.transient_faults,
            )
        return self._channels[name]

    # === the log === #

    def _shown(self, asked: Asked) -> str:
        return json_text(masked(asked.shown, self.profile.personal)) if asked.shown else ""

    def _note(self, whole: Any) -> None:
        personal = self.profile.personal
        if isinstance(whole, dict) and set(whole) == {"return"}:
            whole = whole["return"]
        if isinstance(whole, str):
            text = masked_text(whole, personal)[:1000]
        else:
            text = json_text(masked(whole, personal))
        self.last_received = self._short(text)

    def _short(self, text: str) -> str:
        return self._mask(text[: 2 * LOG_LIMIT])[:LOG_LIMIT]
