"""What must hold of every borrower's page, looked at where an album would take a picture.

Give an ``Inspector`` to a ``Borrower`` as its ``shots``, or to the scenes of
``tests/screenshots`` in place of the album: every page they show is measured.
"""

import re
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error

from .story import PHONE_SIZE

NARROW = 320  # px: the narrowest phone, and WCAG 1.4.10
LEAST = 44  # px, WCAG 2.5.5
TRIES = 5  # a page that follows its state may leave while it is looked at
OWN_LIMIT = 60 * 1024  # bytes of style and scripts, uncompressed
FIRST_VISIT = 120 * 1024  # bytes of all but the agency's pictures
TARGETS = "a[href], button, summary, select, input:not([type=hidden])"
# A box is hit by its label, a way to pay by its row, a word inside a sentence by the line.
SMALL_TARGETS = f"""() => [...document.querySelectorAll("body :is({TARGETS})")]
    .filter((target) => !target.closest("[aria-hidden=true]")) // nobody's target
    .filter((target) => target.checkVisibility() && target.getBoundingClientRect().right > 0)
    .map((target) => target.matches("[type=checkbox], [type=radio]")
        ? target.closest("label, [name=o_payment_option]") : target)
    .filter((target) => target.getBoundingClientRect().height < {LEAST})
    .map((target) => target.outerHTML.slice(0, 200))"""
WIDTH = "document.documentElement.scrollWidth"
WIDE = """(width) => [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width)
    .map((element) => element.outerHTML.slice(0, 80)).slice(-3)"""
# Bytes as they are after unpacking, out of the cache too: [address, bytes].
LOADED = """() => [
    ...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource"),
].map((entry) => [entry.name, entry.decodedBodySize])"""
FIRST_TARGET = """() => {
    const first = document.querySelector("a[href], button, input:not([type=hidden]), select");
    return [first.tagName, first.getAttribute("href")];
}"""
# Three Latin words in a row that one can see, outside of fields and of the names of brands.
WORDS = r"""() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
        const node = walker.currentNode, place = node.parentElement;
        const text = node.textContent.trim();
        if (!place.closest("script, style, noscript") && place.checkVisibility()
                && /[A-Za-z]{2,}[ ,]+[a-z]{2,}/.test(text)) {  // hotels have capitals
            found.push(text.slice(0, 80));
        }
    }
    return found;
}"""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
PAYMENT_FORM = "#o_payment_form"


class Inspector:
    """Measures pages of the house: ``seen`` are their names, ``faults`` what is wrong.

    :ivar weights: by name, bytes of style and scripts, and of all but the pictures
    """

    def __init__(self, stack):
        self.stack, self.seen, self.faults, self.weights = stack, [], [], {}
        self._titles = {}

    def keep(self, page, name: str, **_size):
        """Look at a page as it is now; pages of the counterparties are not ours.

        Many pages ask for their state and follow it: one that left meanwhile is looked at
        once more, as what it has become. Its requests are not held back: with a navigation
        that waits Playwright waits as well, for ever.
        """
        for tries in range(TRIES):
            if not page.url.startswith(self.stack.url() + "/") or "/odoo" in page.url:
                return
            try:
                faults = self._look(page, name)
            except Error:
                if tries == TRIES - 1:
                    raise
            else:
                self.seen.append(name)
                self.faults += [f"{name}: {fault}" for fault in faults]
                return

    def _look(self, page, name: str) -> list[str]:
        page.wait_for_load_state()
        return [
            *([] if page.locator("h1:visible").count() else ["no heading"]),
            *(f"small target: {target}" for target in page.evaluate(SMALL_TARGETS)),
            *self._widths(page),
            *self._title(page),
            *([] if self._is_bare(page) else [*self._weight(page, name), *skip_link(page)]),
            *summary(page),
            *english(page),
            *map(explained, found(page)),
        ]

    @staticmethod
    def _is_bare(page) -> bool:
        """Return whether it is the page without the house: a few words, no files, no links."""
        return not page.locator("link, script, a, button").count()

    def _widths(self, page):
        before = page.viewport_size
        for width in (PHONE_SIZE["width"], NARROW):
            page.set_viewport_size({**PHONE_SIZE, "width": width})
            if page.evaluate(WIDTH) > width:
                yield f"scrolls sideways at {width} px: {page.evaluate(WIDE, width)}"
        page.set_viewport_size(before)

    def _title(self, page):
        """Another address has another title, ids in it apart."""
        place = re.sub(r"/pay/.*", "/pay", UUID.sub("*", urlsplit(page.url).path))
        if place.startswith("/tour_loan/start/"):
            place = "/tour_loan/start/"
        other = self._titles.setdefault(page.title(), place)
        if other != place:
            yield f"has the title of {other}: {page.title()}"

    def _weight(self, page, name):
        loaded = [one for one in page.evaluate(LOADED) if "/tour_loan/brand/" not in one[0]]
        code = sum(size for address, size in loaded if re.search(r"\.(css|js)$", address))
        everything = sum(size for _address, size in loaded)
        self.weights[name] = code, everything
        heavy = not 0 < code < OWN_LIMIT or everything >= FIRST_VISIT
        if heavy and not page.locator(PAYMENT_FORM).count():  # loads what Odoo's form needs
            yield f"weighs {code} and {everything} bytes: {loaded}"


def skip_link(page):
    """The first thing a keyboard reaches leads over the header, to what the page is about."""
    first = page.evaluate(FIRST_TARGET)
    if first != ["A", "#content"]:
        yield f"begins with {first} for a keyboard"
    if page.locator("main#content").count() != 1:
        yield "the way over the header leads nowhere"


def summary(page):
    """Each line of an error summary names its field, differs from the others, leads there."""
    lines = page.locator(".tl-summary a")
    texts = lines.all_inner_texts()
    for line, text in zip(lines.all(), texts, strict=True):
        if ": " not in text or text.startswith(":"):
            yield f"a line of the summary names no field: {text}"
        if page.locator(line.get_attribute("href")).count() != 1:
            yield f"a line of the summary leads nowhere: {text}"
    if len(set(texts)) < len(texts):
        yield f"two lines of the summary are alike: {texts}"
    errors = page.locator("main .tl-error[role=alert]:visible").count()
    if page.locator("[aria-invalid=true]").count() and len(texts) < errors:
        yield f"{errors} errors, {len(texts)} lines of the summary"


def found(page) -> list[dict]:
    """Return what axe finds, all its rules.

    Odoo's payment form repeats a method's name as the text of its picture: heard twice, a
    matter of style (no rule of WCAG) in a form that is not ours.
    """
    violations = Axe().run(page).response["violations"]
    theirs = page.locator(PAYMENT_FORM).count() and "image-redundant-alt"
    return [violation for violation in violations if violation["id"] != theirs]


def english(page):
    """What a borrower reads is Russian; names are his own or the lender's."""
    for text in page.evaluate(WORDS):
        yield f"is not Russian: {text}"


def explained(violation: dict) -> str:
    nodes = "; ".join(node["html"][:200] for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {nodes}"


def watch(context, house: str) -> list[str]:
    """Return the list that fills with what goes wrong in the pages of ``house``.

    Errors of scripts, and whatever a page's policy keeps the browser from doing.
    """
    broken = []
    context.on("weberror", lambda error: broken.append(str(error.error)))

    def listen(message):
        ours = message.page and message.page.url.startswith(house)
        # a page that is meant to answer 404 says so in the console as well
        if ours and message.type == "error" and "Failed to load resource" not in message.text:
            broken.append(message.text)

    context.on("console", listen)
    return broken
