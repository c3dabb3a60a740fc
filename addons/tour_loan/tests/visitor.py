"""A browser without JavaScript: cookies, redirects, and the forms that pages really have."""

from urllib.parse import urlsplit

from lxml import html

from odoo.tests.common import Opener


class Visitor:
    """One person at one browser; ``status``, ``path``, ``text``, ``page`` of what he sees."""

    def __init__(self, case):
        self.case, self.opener = case, Opener(case)
        self.status, self.path, self.page, self.response = None, "", None, None

    @property
    def text(self) -> str:
        """What can be read on the page, blanks made one."""
        [main] = self.page.xpath("//body")
        return " ".join(
            " ".join(main.xpath(".//text()[not(parent::style or parent::script)]")).split()
        )

    def get(self, path, **options) -> "Visitor":
        return self._request("GET", path, **options)

    def post(self, path, data=None, **options) -> "Visitor":
        """POST something that no form of ours sends."""
        return self._request("POST", path, data=data, **options)

    def send(self, action=None, tick=False, **values) -> "Visitor":
        """Submit the page's form of that ``action``, or its first one.

        :param tick: tick every box of the form
        :param values: what is typed, by the names of the inputs
        """
        form = self.form(action)
        typed = dict(form.form_values())
        if tick:
            typed |= {box.get("name"): "1" for box in form.iterfind(".//input[@type='checkbox']")}
        unknown = values.keys() - {field.get("name") for field in form.iterfind(".//*[@name]")}
        self.case.assertFalse(unknown, "the form has no such fields")
        return self.post(form.get("action") or self.path, {**typed, **values})

    def log_out(self) -> "Visitor":
        """Press the button that stands on every page of who is logged in."""
        [form] = [one for one in self.page.forms if one.get("action") == "/tour_loan/logout"]
        return self.post("/tour_loan/logout", dict(form.form_values()))

    def form(self, action=None):
        for form in self.page.forms:
            if form.get("method") == "post" and action in (None, form.fields.get("action")):
                return form
        raise AssertionError(f"no form {action!r} at {self.path}: {self.text[:300]}")

    def errors(self) -> list[str]:
        return [" ".join(e.text_content().split()) for e in self.page.find_class("tl-error")]

    def _request(self, method, path, **options) -> "Visitor":
        self.case.opener = self.opener  # HttpCase lets one opener in at a time
        self.response = self.case.url_open(path, method=method, **options)
        self.status = self.response.status_code
        parts = urlsplit(self.response.url)
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        if (
            self.response.headers.get("content-type", "").startswith("text/html")
            and self.response.content
        ):
            self.page = html.fromstring(self.response.content)
        return self
