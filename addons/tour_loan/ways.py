"""Where a visitor is led: to the login, and from there back to his own pages only."""

import re
from urllib.parse import urlencode, urlsplit

LOGIN = "/tour_loan/login"
CABINET = "/my/applications"
OWN = re.compile(r"/my/(applications|loans)/[\w/.~%=+-]+(\?[\w=&%.~+-]*)?", re.ASCII)
# a browser takes these for steps up, out of the cabinet
STEP_UP = re.compile(r"(?:\.|%2e){2}|%2f|%5c", re.IGNORECASE)
# addresses below a page that are no pages: of its buttons and of its scripts
BELOW = re.compile(r"/(cancel|handed_over|drop|state|open|code/\w+|transaction/.*)$")


def own_path(path: str) -> str:
    """Return ``path`` if it is one of the cabinet's, else the cabinet's first page."""
    return path if OWN.fullmatch(path) and not STEP_UP.search(path) else CABINET


def page_of(path: str) -> str:
    """Return the page at or above an address of the cabinet; a query stays with it."""
    parts = urlsplit(path)
    page = BELOW.sub("", parts.path)
    query = f"?{parts.query}" if parts.query and page == parts.path else ""
    return own_path(page + query)


def to_login(path: str, lost: bool = False) -> str:
    """Return the login that leads back to ``path``.

    :param lost: a form was being sent: the login says that it was not
    """
    return f"{LOGIN}?{urlencode({'next': path, **({'lost': 1} if lost else {})})}"
