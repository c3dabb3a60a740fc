"""Questions: by ids or by what changed, whatever a lender's question can say."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from . import dto
from .answers import Document, NotFound, flag, moment, said
from .calling import Caller
from .checks import READS
from .codecs import Ignored, decimal
from .contracts import Ahead, ContractStream, TypedRows
from .errors import FormatError
from .mapping import Decoder, row_key
from .memory import Cursors, Directory
from .operations import Operation
from .paths import Path

# rows → what the directory knows them by, and the fields of both sides' ids
KNOWN_BY = {
    "application_state": ("applications", "uid", "number"),
    "contract": ("contracts", "application_uid", "number"),
    "booked_payment": ("payments", "uid", "uid"),
}
LIMIT_OF_DAYS = 366


class Questioner:
    """Asks one operation of a profile."""

    def __init__(
        self,
        caller: Caller,
        operation: Operation,
        name: str,
        directory: Directory,
        cursors: Cursors,
        ahead: Ahead,
    ):
        self._caller, self._operation, self._name = caller, operation, name
        self._directory, self._cursors, self._ahead = directory, cursors, ahead
        self._record = READS[name]
        self._kind, self._own, self._theirs = KNOWN_BY[self._record]
        self._decoder = Decoder(operation.call.shapes)

    # === pages === #

    def by_ids(self, uids: list[str]) -> dto.Page:
        page, more = dto.Page(rows=[]), False
        numbers = self._numbers(uids)
        for question, asked in self._by_ids(uids, numbers):
            self._take(page, question, asked)
            more = more or page.more
        mine = set(uids)
        if self._operation.filter:
            page.foreign += [row for row in page.rows if getattr(row, self._own) not in mine]
        page.rows = [row for row in page.rows if getattr(row, self._own) in mine]
        # who did not look at the ids may have ours on a later page
        page.more = more and bool(page.foreign or not self._operation.filter)
        return page

    def changed(self, since: datetime | None, page_number: int, cursor: str | None) -> dto.Page:
        page = dto.Page(rows=[])
        for question in self._changed(since, page_number, cursor):
            self._take(page, question, {})
        self._keep_cursor(since, page_number, page.cursor)
        return page

    def _take(self, page: dto.Page, question: dto.Question, asked: Mapping[str, Any]) -> None:
        """Ask, and add what came to the page."""
        call = self._operation.call
        try:
            document, _reply = self._caller.call(call, question, safe=True)
            self._caller.judge.check(call, document)
        except NotFound:
            return
        raws = self._caller.judge.rows(call, document)
        # its own word first, else its server's clock: never ours, which may go otherwise
        told = moment(document.get(call.answer.as_of), self._caller.formats)
        page.as_of = told or self._caller.answered_at
        self._add(page, raws, asked)
        page.more, page.cursor = self._more(document, question, raws)
        page.ahead += self._ahead.page(told)

    def _add(self, page: dto.Page, raws: list[Any], asked: Mapping[str, Any]) -> None:
        shape, name = self._operation.call.shapes[self._record], self._record
        found: list[dict[str, Any]] = []
        for raw in raws:
            try:
                detailed = self._with_details(raw, asked)
                values = self._decoder.values(name, detailed, asked)
                found.append(values)
            except Ignored:
                continue
            except FormatError as error:
                page.bad.append(dto.BadRow(key=row_key(shape, raw), reason=str(error)))
        self._own_ids(found)
        for values in found:
            if name == "contract" and shape.spot("as_of") is None and page.as_of is not None:
                values.setdefault("as_of", page.as_of)
            key = str(values.get("uid") or values.get("number") or "?")
            try:
                row = self._decoder.made(name, values)
            except FormatError as error:
                page.bad.append(dto.BadRow(key=key, reason=str(error)))
                continue
            page.rows.append(row)
            page.ahead += self._ahead.of(name, row, key)
        page.unknown_keys |= self._decoder.unknown

    def _own_ids(self, found: list[dict[str, Any]]) -> None:
        """Give rows that tell only 1C's number our id; what nobody knows is a foreign row
        under that number."""
        if self._own in self._operation.call.shapes[self._record].mapped:
            return
        missing = [v for v in found if self._own not in v and v.get(self._theirs)]
        if missing:
            numbers = [str(values[self._theirs]) for values in missing]
            known = self._directory.uids(self._kind, numbers)
            for values, number in zip(missing, numbers, strict=True):
                values[self._own] = known.get(number, number)

    def _with_details(self, raw: Any, asked: Mapping[str, Any]) -> Any:
        for call in self._operation.details:
            if not isinstance(raw, dict):
                raw = {".": raw}
            shape = self._operation.call.shapes[self._record]
            ids = {
                name: said(spot.path.get(raw)) if spot.path else None
                for name in ("uid", "number")
                if (spot := shape.spot(name)) is not None
            }
            question = dto.Question(
                uid=ids.get("uid") or asked.get("uid"),
                number=ids.get("number") or asked.get("number"),
            )
            try:
                document, _reply = self._caller.call(call, question, safe=True)
                self._caller.judge.check(call, document)
            except NotFound:
                continue
            raw = {**raw, call.into: document.payload}
        return raw

    # === questions === #

    def _asks(self, *names: str) -> bool:
        call = self._operation.call
        return bool((call.mapped | call.named) & set(names))

    def _numbers(self, uids: list[str]) -> Mapping[str, str]:
        if not self._asks("number", "numbers"):
            return {}
        return self._directory.numbers(self._kind, uids)

    def _by_ids(
        self, uids: list[str], numbers: Mapping[str, str]
    ) -> Iterator[tuple[dto.Question, Mapping[str, Any]]]:
        """Yield the calls that ask for these ids, each with what it asks for."""
        if self._operation.each == "uid" or (
            self._asks("uid", "number") and not self._asks("uids", "numbers")
        ):
            by_number = self._asks("number") and not self._asks("uid")
            for uid in uids:
                if by_number and uid not in numbers:
                    continue  # 1C has not told its number: it cannot know the thing
                number = numbers.get(uid)
                asked: dict[str, Any] = {self._own: uid, self._theirs: number or uid, "uid": uid}
                if self._record == "contract":
                    asked = {"application_uid": uid, "number": number}
                yield dto.Question(uid=uid, number=number), asked
            return
        if self._operation.each == "day":
            for question in self._days(None):
                yield question, {}
            return
        question = dto.Question(uids=uids, numbers=list(numbers.values()) or None)
        if not self._asks("uids", "numbers"):
            question = self._slice(question, None, 1)
        if self._record == "contract":
            question = self._slice(question, None, 1)
        yield question, {}

    def _changed(
        self, since: datetime | None, page: int, cursor: str | None
    ) -> Iterator[dto.Question]:
        if self._operation.each == "day":
            yield from self._days(since)
            return
        question = self._slice(dto.Question(), since, page)
        if self._operation.call.pages == "cursor" and page > 1:
            question.cursor = cursor or self._cursor(since, page)
        yield question

    def _slice(self, question: dto.Question, since: datetime | None, page: int) -> dto.Question:
        size, answer = self._caller.profile.page_size, self._operation.call.answer
        question.changed_since = since
        if since is not None or self._asks("changed_until"):
            question.changed_until = datetime.now(UTC)
        question.page, question.page_size = page - 1 + answer.told.first_page, size
        question.offset = (page - 1) * size
        return question

    def _days(self, since: datetime | None) -> Iterator[dto.Question]:
        zone = self._caller.formats.zone
        now = datetime.now(UTC)
        first = since or now - timedelta(days=self._operation.days)
        first = max(first, now - timedelta(days=LIMIT_OF_DAYS))
        day = first.astimezone(zone).date()
        while day <= now.astimezone(zone).date():
            yield dto.Question(day=day, changed_since=since, changed_until=now)
            day += timedelta(days=1)

    # === further pages === #

    def _more(
        self, document: Document, question: dto.Question, raws: list[Any]
    ) -> tuple[bool, str | None]:
        """Return whether there is a further page, and where it begins."""
        call, size = self._operation.call, self._caller.profile.page_size
        answer = call.answer
        pages = call.pages
        if pages == "none" or self._operation.each:
            return False, None
        cursor = None
        if pages == "cursor":
            path = answer.cursor or Path(())
            where = path.get(raws[-1]) if raws and answer.row_cursor else None
            cursor = said(where if answer.row_cursor else document.get(answer.cursor)) or None
        if answer.more is not None:
            return flag(document.get(answer.more)), cursor
        if answer.total is not None:
            total = decimal(document.get(answer.total)) or 0
            return total > (question.offset or 0) + len(raws), cursor
        if pages == "cursor" and not answer.row_cursor:
            return cursor is not None, cursor
        return len(raws) >= size, cursor

    def _keep_cursor(self, since: datetime | None, page: int, cursor: str | None) -> None:
        if cursor is not None:
            self._cursors.keep((self._name, since), page + 1, cursor)

    def _cursor(self, since: datetime | None, page: int) -> str | None:
        """Return where a page begins; another process may have asked for those before."""
        for number in range(1, page):
            if self._cursors.of((self._name, since), number + 1) is None:
                before = self.changed(since, number, None)
                if before.cursor is None:
                    raise FormatError(f"page {page}: the lender has no more than {number}")
        return self._cursors.of((self._name, since), page)

    # === contracts === #

    @contextmanager
    def contracts(
        self,
        uids: list[str] | None,
        since: datetime | None = None,
        page: int = 1,
        cursor: str | None = None,
    ) -> Iterator[ContractStream]:
        """Yield contracts as a stream: row by row of typed XML, else of a page."""
        call = self._operation.call
        numbers = self._numbers(uids) if uids is not None else {}
        if uids is not None:
            asked = [question for question, _asked in self._by_ids(uids, numbers)]
        else:
            asked = [*self._changed(since, page, cursor)]
        plain = not self._operation.each and not self._operation.details and len(asked) == 1
        if not (plain and TypedRows.fits(call) and self._has_own_ids()):
            answer = (
                self.changed(since, page, cursor) if uids is None else self._all_of(uids, numbers)
            )
            yield self._stream_of(answer, uids)
            return
        reply = self._caller.stream(call, asked[0])
        assert reply.file is not None
        rows = TypedRows(reply.file, call, self._caller.formats, self._raise)
        stream = self._stream(iter(rows), uids)
        rows.stream = stream
        try:
            yield stream
        finally:
            reply.file.close()

    def _raise(self, text: str) -> None:
        raise self._caller.judge.fault(text, self._operation.call.answer)

    def _has_own_ids(self) -> bool:
        return "application_uid" in self._operation.call.shapes["contract"].mapped

    def _all_of(self, uids: list[str], numbers: Mapping[str, str]) -> dto.Page:
        page = dto.Page(rows=[])
        for question, asked in self._by_ids(uids, numbers):
            self._take(page, question, asked)
        page.more = False
        return page

    def _stream(self, rows: Iterator[Any], uids: Collection[str] | None) -> ContractStream:
        return ContractStream(
            rows,
            wanted=uids,
            filtered=self._operation.filter,
            answered_at=self._caller.answered_at,
            ahead=self._ahead,
        )

    def _stream_of(self, page: dto.Page, uids: Collection[str] | None) -> ContractStream:
        stream = self._stream(iter([*page.rows, *page.bad]), uids)
        stream.more, stream.cursor, stream.as_of = page.more, page.cursor, page.as_of
        stream.unknown_keys = page.unknown_keys
        return stream
