"""When the session of somebody who is logged in ends by itself."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds: without a request of the person's, and from the login on, whatever he does."""

    idle: int
    whole: int


# For whom, unless an administrator says otherwise. Of staff: a quarter of an hour, as
# GOST R 57580.1 asks, and a working day. Of borrowers: time to look for one's papers.
DEFAULTS = {"staff": Limits(15 * 60, 12 * 3600), "borrower": Limits(120 * 60, 24 * 3600)}

# Asked for by pages and browsers by themselves: no sign that somebody is there. Files of
# pages stand here too; they may lie in caches, and no answer with a cookie belongs there.
BY_THEMSELVES = (
    "/websocket",
    "/bus/",
    "/mail/data",
    "/web/dataset/call_kw/tour_loan.attention/search_count",
    "/tour_loan/code/state",
    "/tour_loan/assets/",
    "/tour_loan/brand/",
    "/tour_loan/monitor",
    "/web/assets/",
    "/web/bundle/",
    "/web/image",
    "/web/manifest",
    "/web/service-worker",
    "/web/webclient/",
    "/web/health",
    "/web/binary/company_logo",
    "/website/translations",
    "/logo",
    "/metrics",
)
POLLS = ("/my/applications/", "/my/loans/")
POLLED = "/state"
CODE = "/code/"


def is_by_itself(path: str) -> bool:
    """Return whether a page asks for ``path`` without its reader."""
    if path.startswith(POLLS):
        return path.endswith(POLLED) or CODE in path
    return path.startswith(BY_THEMSELVES)


def is_over(now: float, began: float | None, seen: float | None, limits: Limits) -> bool:
    """Return whether a session is over; what happened later than now counts as just now."""
    return any(
        moment is not None and now - moment >= limit
        for moment, limit in ((began, limits.whole), (seen, limits.idle))
    )


def is_worth_noting(now: float, seen: float | None, limits: Limits) -> bool:
    """Return whether to write down that somebody is there; not at each of his requests."""
    return seen is None or not 0 <= now - seen < min(60, limits.idle / 10)
