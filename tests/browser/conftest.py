"""A browser for scripts and style alone: pages come from the test, files from the addon.

No server stands behind them: every request ends here, and time stands still until the
test moves it.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.places import ADDONS

FILES = ADDONS / "tour_loan" / "static" / "src" / "borrower"
TYPES = {".js": "text/javascript", ".css": "text/css"}
# how many timers were set, and how many of them rang
COUNT_WAITS = """{
    const wait = window.setTimeout;
    window.waits = window.rings = 0;
    window.setTimeout = (call, ...rest) => {
        window.waits += 1;
        return wait(() => { window.rings += 1; call(); }, ...rest);
    };
}"""
HOME = "http://house.test/my/page"


class House:
    """What the browser asks for: ``asked`` are its requests, ``answers`` by path."""

    def __init__(self, page):
        self.page, self.asked, self.answers, self.html = page, [], {}, ""
        page.route("**/*", self._answer)

    def _answer(self, route):
        parts = urlsplit(route.request.url)
        file = FILES / Path(parts.path).name
        if parts.path.startswith("/files/") and file.exists():
            return route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        self.asked.append(f"{route.request.method} {address}")
        answer = self.answers.get(parts.path)
        if answer is not None:
            content = answer()
            if content is None:
                return route.abort()
            return route.fulfill(body=json.dumps(content), content_type="application/json")
        html = self.html if route.request.url == HOME else "<p>another page"
        return route.fulfill(body=html, content_type="text/html; charset=utf-8")

    def open(self, body: str, *scripts: str, until="load"):
        """Show a page with these scripts; return it once they have run (or ``until``)."""
        tags = "".join(f'<script type="module" src="/files/{name}"></script>' for name in scripts)
        style = '<link rel="stylesheet" href="/files/borrower.css">'
        self.html = f"<!DOCTYPE html><html lang=ru><head>{style}{tags}</head><body>{body}"
        self.page.goto(HOME, wait_until=until)  # modules have run when it is loaded
        self.asked.clear()
        return self.page

    def take(self) -> list[str]:
        """Return what was asked for since the last time."""
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture
def house(chromium):  # noqa: F811 (the fixture)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="ru-RU")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.add_init_script(COUNT_WAITS)
    broken = []
    page.on("pageerror", lambda error: broken.append(error))
    yield House(page)
    context.close()
    assert not broken, f"errors of the scripts: {broken}"
