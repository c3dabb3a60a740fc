"""What went wrong with 1C, in words for the lender's people: short, Russian, what to do."""

from odoo.addons.tour_loan.rules.masking import mask_text

from .protocol.errors import (
    AccessRefused,
    BusinessError,
    FormatError,
    NotOffered,
    ProfileError,
    TransportError,
)

DETAIL = 300  # characters of 1C's or the program's own words


class Unanswered(FormatError):
    """1C answered about others, and perhaps not about all: whether it has ours is not known."""


def explained(env, error: Exception) -> str:
    """Return what staff read of an error of the exchange; personal data is masked.

    :param env: its language is that of who reads
    """
    said = shortened(str(error))
    if isinstance(error, AccessRefused):
        return env._(
            "1C does not let us in (HTTP %s): check login, password and rights, then resume.",
            error.status or 401,
        )
    if isinstance(error, TransportError):
        return _of_transport(env, error)
    if isinstance(error, NotOffered):
        return env._("This accounting system does not do it: do it there by hand, then give up.")
    if isinstance(error, BusinessError):
        return env._("1C refused: %s", said)
    if isinstance(error, ProfileError):
        return env._("The exchange is not set up: %s", said)
    if isinstance(error, Unanswered):
        return env._(
            "1C answers about others and does not tell whether it has this: look there. If it "
            "does not, send without asking; if it does, give up."
        )
    if isinstance(error, FormatError):
        return env._("1C answers otherwise than the profile says: %s", said)
    return env._("A fault of our program (%s): tell the programmer.", type(error).__name__)


def _of_transport(env, error) -> str:
    text = str(error).lower()
    if error.status and "html" in text:
        return env._(
            "1C shows a page instead of an answer (HTTP %s): it is tried again by itself.",
            error.status,
        )
    if "busy" in text:
        return env._("1C is busy: it is tried again by itself.")
    if error.status:
        return env._(
            "1C's server answers HTTP %s: it is tried again by itself.",
            error.status,
        )
    if not error.maybe_received:
        return env._("1C cannot be reached: it is tried again by itself.")
    if "time" in text:
        return env._("1C does not answer in time: it is asked and tried again by itself.")
    return env._("1C's answer did not come whole: it is asked and tried again by itself.")


def shortened(text: str) -> str:
    """One masked line of what somebody else said."""
    line = " ".join(mask_text(text[: 4 * DETAIL]).split())
    return line if len(line) <= DETAIL else line[: DETAIL - 1] + "…"
