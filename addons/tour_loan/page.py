"""A borrower's page as the browser gets it: its files, its title, its errors, its policy.

The layouts (``views/layout_templates.xml``) ask for these while they are rendered; the
policy goes out with the response (``models/ir_http.py``).
"""

import base64
import hashlib
import re
import secrets
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from lxml import html
from markupsafe import Markup

from odoo.http import request

ASSETS = Path(__file__).parent / "static" / "src" / "borrower"
STYLE = "borrower.css"
SCRIPTS = ("errors.js", "poll.js", "code_form.js", "code_news.js", "masks.js", "questionnaire.js")
# what Odoo writes into the `onerror` of its script tags; a hash lets this through alone
ASSET_ERROR = base64.b64encode(hashlib.sha256(b"__odooAssetError=1").digest()).decode()
HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
ERRORS = "//*[contains(concat(' ', @class, ' '), ' tl-error ')][@role='alert']"


class Page:
    """One page that is being laid out.

    :ivar content: what stands between header and footer
    :ivar title: its first heading
    :ivar form_to: the address of a form on it that leads to somebody else, or None
    :ivar providers: those of Odoo's payment form, on the page that has it; else None
    :ivar problems: its errors that belong to a field: (id of the field, its name, text)
    :ivar nonce: lets the style of the agency's brand through the policy
    :ivar style: address of the style sheet
    :ivar scripts: addresses of the scripts
    """

    def __init__(self, content, providers=None, form_to=None):
        self.content = Markup(str(content))  # written by our templates, which escape
        self.providers, self.form_to = providers, form_to
        self.nonce = secrets.token_urlsafe(16)
        heading = HEADING.search(self.content)
        self.title = _plain(Markup(heading[1]).striptags()) if heading else ""
        self.has_errors, self.problems = _errors(self.content)
        self.style = asset_url(STYLE)
        self.scripts = [asset_url(name) for name in SCRIPTS]

    def policy(self) -> str:
        """Return the Content-Security-Policy: what the page needs and nothing else."""
        allowed = _own_sources(self.nonce)
        parts = urlsplit(self.form_to or "")
        if parts.scheme in ("http", "https"):
            allowed["form-action"] = ["'self'", f"{parts.scheme}://{parts.netloc}"]
        if self.providers is not None:
            allowed |= _payment_sources(self.nonce, self.providers)
        return "; ".join(f"{name} {' '.join(values)}" for name, values in allowed.items())


def lay_out(content, providers=None, form_to=None) -> Page:
    """Begin the page of this request; the last one begun gives the response its policy."""
    request.tour_loan_page = Page(content, providers, form_to)
    return request.tour_loan_page


def policy_of_request() -> str:
    """Return the policy of the page that was laid out, else that of a page that has nothing."""
    page = getattr(request, "tour_loan_page", None)
    return page.policy() if page else "default-src 'none'; frame-ancestors 'none'"


def _own_sources(nonce: str) -> dict:
    return {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", f"'nonce-{nonce}'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def _payment_sources(nonce: str, providers) -> dict:
    """Odoo's payment form compiles its templates (eval), writes styles into elements, and
    at last sends a form to the page of the provider. Providers are known by no name here:
    one may say where its form leads (``_get_redirect_origins``, as ``payu_connector``
    does), the others lead anywhere by https.
    """
    origins = {"https:"}
    for provider in providers:
        origins.update(getattr(provider, "_get_redirect_origins", list)())
    return {
        "script-src": [
            *("'self'", f"'nonce-{nonce}'", "'unsafe-eval'"),
            *("'unsafe-hashes'", f"'sha256-{ASSET_ERROR}'"),
        ],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "form-action": ["'self'", *sorted(origins)],
    }


def _errors(content: str) -> tuple[bool, list]:
    """Return whether there are errors, and those that belong to a field.

    An error ``<p id="phone_error" class="tl-error" role="alert">`` belongs to ``phone``.
    """
    if "tl-error" not in content:
        return False, []
    root = html.fragment_fromstring(content, create_parent="div")
    errors = root.xpath(ERRORS)
    ids = {field.get("id"): field for field in root.xpath("//*[@id]")}
    fields = [(error.get("id", "").removesuffix("_error"), error) for error in errors]
    return bool(errors), [
        (name, _name(ids[name]), _plain(error.text_content()))
        for name, error in fields
        if name in ids
    ]


def _name(field) -> str:
    """Return what the page calls a field; with its group's name if another is called so.

    Of a group of answers the group's; ``data-name`` is shorter than what the label says.
    """
    if name := field.get("data-name") or field.get("aria-label"):
        return _plain(name)
    legend = next(field.iterancestors("fieldset"), field).find("legend")
    group = _plain(legend.text_content()) if legend is not None else ""
    if field.get("type") == "radio":
        return group
    labels = field.xpath("//label[@for=$id]", id=field.get("id"))
    labels = labels or list(field.iterancestors("label"))
    name = _label(labels[0]) if labels else ""
    alike = [label for label in field.xpath("//label[@for]") if _label(label) == name]
    return f"{name} ({group[:1].lower()}{group[1:]})" if group and len(alike) > 1 else name


def _label(label) -> str:
    """Return the words of a label without its remarks, as «(optional)»."""
    return _plain("".join(label.xpath("text() | *[not(contains(@class, 'tl-muted'))]//text()")))


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- files, by the version of all of them: another version is another address ---


def asset_url(name: str) -> str:
    return f"/tour_loan/assets/{assets_version()}/{name}"


def assets_version() -> str:
    """Return a hash over the names and bytes of all files of ``ASSETS``."""
    files = sorted(ASSETS.iterdir())
    # by their times, so that who restyles sees it at once
    return _version(tuple((file, file.stat().st_mtime_ns) for file in files))


@cache
def _version(files) -> str:
    digest = hashlib.sha256()
    for file, _time in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
