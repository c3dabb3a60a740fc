"""What can go wrong in the exchange, by what has to be done about it.

=================  ==========================================================
AccessRefused      login, password or rights are refused (401, 403): nothing is
                   asked any more until somebody has looked
TransportError     the answer did not arrive whole: retry by itself, but ask
                   for the state first when ``maybe_received``
FormatError        an answer came and cannot be read: a person looks; the
                   figures on our side stay as they were
BusinessError      1C understood and refused: a person looks; ``text`` is for
                   staff only, never for a borrower
=================  ==========================================================
"""


class ExchangeError(Exception):
    """Base of the three; ``str(error)`` is fit for the staff log."""

    kind = "error"


class TransportError(ExchangeError):
    """No network, time-out, HTTP error, HTML page instead of an answer.

    ``maybe_received`` is False only when the request certainly did not reach
    the other side. ``retry_after`` is the server's own wish in seconds.
    """

    kind = "transport"

    def __init__(self, text, *, maybe_received=True, status=None, retry_after=None):
        super().__init__(text)
        self.maybe_received = maybe_received
        self.status = status
        self.retry_after = retry_after


class AccessRefused(TransportError):
    """1C does not let us in: 401 or 403. The request certainly was not worked on.

    ``publication``: whose access it is, where a profile has several; "" for the only one.
    """

    kind = "access"

    def __init__(self, text, *, status=None, publication=""):
        super().__init__(text, maybe_received=False, status=status)
        self.publication = publication


class FormatError(ExchangeError):
    """The answer (or our own value) does not fit the contract."""

    kind = "format"


class BusinessError(ExchangeError):
    """A SOAP fault with 1C's text, or a ``return`` other than "OK"."""

    kind = "business"


class ProfileError(ValueError):
    """The profile file is wrong; the message starts with the path inside it."""
