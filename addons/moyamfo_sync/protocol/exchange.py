"""The operations of the exchange in our words: records in, records out.

Every method may raise the errors of ``errors``. ``last_sent`` and ``last_received`` keep
the masked, shortened text of the latest exchange for the staff log.

What a lender's system does not offer, `offers` and `instead` tell before anything is
written; a call of it raises NotOffered. Times in the future and rows nobody asked for
are findings on the page (``ahead``, ``foreign``): what to do with them, the caller says.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import dto
from .access import Access
from .calling import Caller
from .contracts import AHEAD, Ahead, ContractStream
from .errors import NotOffered
from .memory import Cursors, Directory, NoDirectory, Progress
from .operations import Operation
from .profile import Profile
from .questions import Questioner
from .sending import Sender

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
QUESTIONS = {
    "application_states": "get_applications",
    "changed_applications": "changed_applications",
    "payments": "get_payments",
    "changed_payments": "changed_payments",
    "contracts": "get_contracts",
    "changed_contracts": "changed_contracts",
}


class Exchange:
    """One lender's accounting system behind its profile; one thread at a time.

    Connections are built late: the first call loads the WSDL.

    :param url: of every publication, with ``login`` and ``password``; or give ``access``,
        a function from the name of a publication to its `Access`
    :param cache_file: where WSDLs are kept between processes; None = memory
    :param mask: takes personal data out of any text for the log, beside what the
        profile names
    :ivar directory: knows 1C's numbers of our records, for profiles that ask by them
    :ivar ahead_limit: how far in the future a time may lie before it is a finding
    """

    def __init__(
        self,
        profile: Profile,
        url: str = "",
        login: str = "",
        password: str = "",
        cache_file: Path | str | None = None,
        mask: Callable[[str], str] = str,
        *,
        access: Callable[[str], Access] | None = None,
    ):
        self.directory: Directory = NoDirectory()
        self.ahead_limit: timedelta = AHEAD
        self._caller = Caller(
            profile,
            access or (lambda _name: Access(url, {"login": login, "password": password})),
            cache_file,
            mask,
        )
        self._progress, self._cursors = Progress(), Cursors()

    @property
    def profile(self) -> Profile:
        return self._caller.profile

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self._caller.profile = profile

    @property
    def last_sent(self) -> str:
        return self._caller.last_sent

    @property
    def last_received(self) -> str:
        return self._caller.last_received

    @property
    def answered_at(self) -> datetime | None:
        """The other server's clock at its latest answer, aware UTC; None: it told none."""
        return self._caller.answered_at

    # === what there is === #

    def offers(self, kind: str) -> bool:
        """Whether this lender's system does it.

        :param kind: a key of OPERATIONS or of QUESTIONS
        """
        return not self._operation(kind).instead

    def instead(self, kind: str) -> str:
        """Return what is done where it is not offered: staff, never; "" where it is."""
        return self._operation(kind).instead

    def publications(self, kind: str) -> tuple[str, ...]:
        """Return the names of the publications that ``kind`` calls, in order."""
        one = self._operation(kind)
        calls = (one.call, *one.steps, *one.details)
        return tuple(dict.fromkeys(call.publication for call in calls))

    def _operation(self, kind: str) -> Operation:
        return self.profile.operations[{**OPERATIONS, **QUESTIONS}[kind]]

    def _offered(self, kind: str) -> Operation:
        operation = self._operation(kind)
        if operation.instead:
            raise NotOffered(kind, operation.instead)
        return operation

    # === out === #

    def send(self, kind: str, record: Any, progress: dict[str, Any] | None = None) -> dto.Accepted:
        """Send one outgoing record; ``kind`` is a key of OPERATIONS.

        :param progress: of an operation of several calls, what earlier attempts reached:
            changed in place, JSON; kept with the message, a repeat goes on where it
            stopped, in another process too
        :raises BusinessError: the answer is none of the profile's words for yes
        """
        operation = self._offered(kind)
        sender = Sender(self._caller, operation, self.directory)
        if progress is None:
            progress = self._progress.of(kind, record.uid)
        accepted = sender.send(record, progress)
        self._progress.done(kind, record.uid)
        return accepted

    # === in === #

    def application_states(self, uids: Iterable[str]) -> dto.Page:
        """Ask about some applications; those 1C does not know are absent."""
        return self._questioner("application_states").by_ids(list(uids))

    def changed_applications(
        self, since: datetime, page: int, cursor: str | None = None
    ) -> dto.Page:
        """Page ``page`` (from 1) of applications changed at or after ``since``.

        :param cursor: of the page before, if the caller kept it
        """
        return self._questioner("changed_applications").changed(since, page, cursor)

    def payments(self, uids: Iterable[str]) -> dto.Page:
        """Ask about some payments or reversals; those 1C does not know are absent."""
        return self._questioner("payments").by_ids(list(uids))

    def changed_payments(self, since: datetime, page: int, cursor: str | None = None) -> dto.Page:
        return self._questioner("changed_payments").changed(since, page, cursor)

    @contextmanager
    def contracts(
        self,
        *,
        uids: Iterable[str] | None = None,
        since: datetime | None = None,
        page: int = 1,
        cursor: str | None = None,
    ) -> Iterator[ContractStream]:
        """Yield a ContractStream over one page of contracts.

        ``uids`` are application uids; without them everything changed since ``since``.
        """
        if uids is not None:
            with self._questioner("contracts").contracts(list(uids)) as stream:
                yield stream
        else:
            questioner = self._questioner("changed_contracts")
            with questioner.contracts(None, since, page, cursor) as stream:
                yield stream

    def _questioner(self, kind: str) -> Questioner:
        operation = self._offered(kind)
        return Questioner(
            self._caller,
            operation,
            QUESTIONS[kind],
            self.directory,
            self._cursors,
            Ahead(self.ahead_limit),
        )
