"""What can go wrong in the exchange, by what has to be done about it.

=================  ==========================================================
TransportError     the answer did not arrive whole: retry by itself, but ask
                   for the state first when ``maybe_received``
AccessRefused      a TransportError that no retry heals: login, password or
                   rights; the publication has to wait for a person
FormatError        an answer came and cannot be read: a person looks; the
                   figures on our side stay as they were
BusinessError      1C understood and refused: a person looks; ``text`` is for
                   staff only, never for a borrower
NotOffered         a BusinessError of ours: this lender's system has no such
                   operation; nothing was sent (`Exchange.offers` asks before)
=================  ==========================================================
"""

WORDS = 1000  # characters of the other side's own words that are kept


class ExchangeError(Exception):
    """Base of all; ``str(error)`` is short and fit for the staff log, never a raw body.

    :ivar publication: name of the publication in the profile that was called, "" if none
    """

    kind = "error"
    publication = ""


class TransportError(ExchangeError):
    """No network, time-out, HTTP error, HTML page instead of an answer.

    ``maybe_received`` is False only when the request certainly did not reach
    the other side. ``retry_after`` is the server's own wish in seconds.
    """

    kind = "transport"

    def __init__(
        self,
        text: str,
        *,
        maybe_received: bool = True,
        status: int | None = None,
        retry_after: float | None = None,
    ):
        super().__init__(text)
        self.maybe_received = maybe_received
        self.status = status
        self.retry_after = retry_after


class AccessRefused(TransportError):
    """HTTP 401 or 403, or a WS-Security fault: asking again would only lock the user."""

    def __init__(self, text: str, *, status: int | None = None):
        super().__init__(text, maybe_received=False, status=status)


class FormatError(ExchangeError):
    """The answer (or our own value) does not fit the contract."""

    kind = "format"


class BusinessError(ExchangeError):
    """A SOAP fault with 1C's text, or a result other than the profile's words for yes."""

    kind = "business"

    def __init__(self, text: str):
        super().__init__(text if len(text) <= WORDS else f"{text[:WORDS]}…")


class NotOffered(BusinessError):
    """``instead``: ``staff`` do it by hand, or it is ``never`` done."""

    def __init__(self, operation: str, instead: str):
        super().__init__(f"{operation}: this accounting system does not offer it ({instead})")
        self.operation, self.instead = operation, instead


class ProfileError(ValueError):
    """The profile file is wrong; the message starts with the path inside it."""
