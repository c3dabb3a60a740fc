"""PayU counts our calls; when there were too many, it says when to come back."""

from collections.abc import Mapping
from contextlib import suppress

from urllib3 import Retry
from urllib3.exceptions import InvalidHeader

from .answers import LIMIT

#: Seconds: PayU's own window, and the longest pause that is believed.
WINDOW = 60
LONGEST = 300
_HEADERS = ("Retry-After", "X-RateLimit-Reset", "X-Rate-Limit-Reset")


def pause(http_status: int, headers: Mapping[str, str], body: bytes, now: float) -> int:
    """Return for how many seconds nothing is to be asked; 0 if PayU did not complain.

    :param now: seconds since 1970; some servers name the moment instead of the seconds left
    """
    if http_status != 429 and LIMIT.encode() not in body[:2000]:
        return 0
    for name in _HEADERS:
        with suppress(InvalidHeader, ValueError, OverflowError):
            seconds = int(Retry().parse_retry_after(headers.get(name, "")))
            if seconds > 1_000_000_000:
                seconds -= int(now)
            return min(max(seconds, 1), LONGEST)
    return WINDOW
