"""The operations of the exchange in our words: records in, records out.

Every method may raise the three errors of ``errors``. ``last_sent`` and
``last_received`` keep the masked text of the latest exchange for the staff log.
"""

from contextlib import contextmanager
from datetime import datetime

from . import codecs, dto
from .contracts import ContractStream
from .errors import BusinessError, FormatError
from .mapping import decode_page, encode, json_text, masked, parse_json
from .profile import Profile
from .transport import Service

OPERATIONS = {
    "application": "load_application",
    "change": "change_application",
    "cancel": "cancel_application",
    "signature": "sign_contract",
    "commit": "commit_application",
    "tour_refund": "tour_refund",
    "payment": "load_payment",
    "reversal": "reverse_payment",
}
LOG_LIMIT = 20000  # characters of an answer kept for the log


class Exchange:
    """One lender's 1C behind its profile.

    Its ``transport.Service`` is built late: the first call loads the WSDL.

    :param mask: takes personal data out of any text for the log, beside what the
        profile names
    """

    def __init__(self, profile: Profile, url, login, password, cache_file=None, mask=str):
        self.profile = profile
        self._mask = mask
        self._access = (url, login, password, cache_file)
        self._service = None
        self.last_sent = self.last_received = ""

    def send(self, kind: str, record) -> dto.Accepted:
        """Send one outgoing record; ``kind`` is a key of OPERATIONS.

        :raises BusinessError: ``return`` is neither one of the words for yes nor JSON
            with one of them
        """
        data = encode(record, self.profile)
        answer = self._call(OPERATIONS[kind], data).strip().lstrip("\ufeff")
        number, word = None, answer
        if answer.startswith("{"):
            body = parse_json(answer)
            word = str(body.get(self.profile.answer["result"]) or "").strip()
            number = body.get(self.profile.answer["number"]) or None
        if word in self.profile.ok_words:
            return dto.Accepted(number=number)
        if word in self.profile.repeat_words:
            return dto.Accepted(number=number, repeated=True)
        raise BusinessError(word or "an empty answer")

    def application_states(self, uids) -> dto.Page:
        """Ask about some applications; those 1C does not know are absent."""
        return self._page("get_applications", dto.ApplicationState, {"uids": list(uids)})

    def changed_applications(self, since: datetime, page: int) -> dto.Page:
        """Page ``page`` (from 1) of applications changed at or after ``since``."""
        return self._page("get_applications", dto.ApplicationState, self._slice(since, page))

    def payments(self, uids) -> dto.Page:
        """Ask about some payments or reversals; those 1C does not know are absent."""
        return self._page("get_payments", dto.BookedPayment, {"uids": list(uids)})

    def changed_payments(self, since: datetime, page: int) -> dto.Page:
        return self._page("get_payments", dto.BookedPayment, self._slice(since, page))

    @contextmanager
    def contracts(self, *, uids=None, since: datetime | None = None, page: int = 1):
        """Yield a ContractStream over one page of contracts.

        ``uids`` are application uids; without them everything changed since ``since``.
        """
        names, profile = self.profile.contracts, self.profile
        parameters = {names["page"]: page, names["page_size"]: profile.page_size}
        if uids is not None:
            parameters[names["uids"]] = codecs.clean(",".join(uids))
        if since is not None:
            # 1C takes its own local time without a zone
            parameters[names["changed_since"]] = since.astimezone(profile.formats.zone).replace(
                tzinfo=None, microsecond=0
            )
        service = self._connected()
        with service.stream("get_contracts", **parameters) as file:
            yield ContractStream(
                file, profile, service.transport.raise_fault, service.transport.answered_at
            )

    def _slice(self, since, page):
        formats, enums = self.profile.formats, self.profile.enums
        return {
            "changed_since": codecs.MOMENT.encode(since, formats, enums),
            "page": page,
            "page_size": self.profile.page_size,
        }

    def _page(self, operation, record_type, question) -> dto.Page:
        data = {self.profile.paging[name]: value for name, value in question.items()}
        page = decode_page(record_type, parse_json(self._call(operation, data)), self.profile)
        # its own word first, else its server's clock: never ours, which may go otherwise
        page.as_of = page.as_of or self._connected().transport.answered_at
        return page

    def _call(self, operation, data) -> str:
        self.last_received = ""
        self.last_sent = self._mask(json_text(masked(data, self.profile)))
        answer = self._connected().call(operation, json_text(data))
        self.last_received = self._masked_answer(answer)[:LOG_LIMIT]
        return answer

    def _masked_answer(self, answer):
        try:
            return self._mask(json_text(masked(parse_json(answer), self.profile)))
        except FormatError:
            # not JSON: a short word of 1C, or something that may hold anything
            return self._mask(answer[:1000])[:500]

    def _connected(self) -> Service:
        if self._service is None:
            url, login, password, cache_file = self._access
            self._service = Service(self.profile, url, login, password, cache_file)
        return self._service
