"""The album: which pages have a picture, the files, and the page that shows them all."""

import io
from pathlib import Path

from PIL import Image

from tests.e2e.story import DESKTOP_SIZE, PHONE_SIZE

SIZES = {"phone": PHONE_SIZE, "desktop": DESKTOP_SIZE}
COLOURS = 192  # enough for flat pages with smooth letters
STILL = ".o_loading_indicator { display: none; }"
DRAWN = """async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""
MAIN_ROAD = {
    "shop": "The travel site",
    "tours": "Tours of an agency",
    "tour": "A tour",
    "customer": "Who travels",
    "checkout": "The advance is paid there",
    "travel-order": "«Купить в кредит»",
    "start": "What will happen",
    "documents": "Documents, each with its tick",
    "code": "SMS code 1",
    "passport": "Passport, issuers by division code",
    "address": "Address",
    "work": "Work, income and term",
    "review": "Everything once more",
    "review-code": "SMS code 2",
    "waiting": "With the lender",
    "desk-application": "The lender decides at his desk",
    "approved": "Approved",
    "sign": "The contract",
    "sign-code": "SMS code 3 is the signature",
    "signed": "Signed, the pause of the law",
    "signed-refusal": "He may still refuse",
    "ready": "The agency books",
    "travel-callbacks": "What the agency was told",
    "funded": "The agency is paid",
    "loan": "The loan and its schedule",
    "pay": "Choose a sum",
    "pay-method": "Choose a way to pay",
    "payu": "PayU's page",
    "repaid": "Booked, fresh figures",
    "list": "Applications and loans",
}
SIDE_ROADS = {
    "code-wrong": "A wrong code, and the countdown",
    "passport-errors": "Answers that cannot be right",
    "document-text": "A document as a page",
    "passport-doubts": "Answers that are hardly so, each with its tick",
    "needs-data": "The lender asks for more",
    "needs-documents": "He wants what cannot be sent here",
    "needs-handed-over": "He says that the lender has it",
    "waiting-documents": "Documents are being made",
    "documents-fail": "Documents that cannot be made",
    "waiting-agency": "The agency is slow to say that the tour stands",
    "committed-asked": "After the booking the lender is asked",
    "committed-refused": "His answer",
    "approved-for-less": "Approved for less",
    "declined": "Declined",
    "cancelled": "Cancelled",
    "expired": "Expired",
    "link-used": "The link was used",
    "link-late": "The link is too old",
    "link-wrong": "The link is wrong",
    "not-found": "An address that does not exist",
    "login": "Back in by phone",
    "login-code": "The code to log in",
    "login-errors": "Phone and date that cannot be",
    "login-lost": "The session ended under a form",
    "code-help": "No code has come",
    "page-old": "A page that was open for too long",
    "away": "The database is away",
}
PAYMENTS = {
    "payment-opening": "PayU's page is being made",
    "payment-open": "Left without paying",
    "loan-payment-open": "The loan, a payment begun",
    "pay-begun": "Paying, a payment begun",
    "pay-error": "A sum that cannot be",
    "payment-declined": "Declined, and why",
    "payment-processing": "Nobody knows yet",
    "payment-paid": "Paid",
    "loan-surplus": "Paid twice",
    "payment-not-paid": "Given up",
    "payment-not-opened": "PayU did not open its page",
    "payment-unknown": "Its time is over, nobody knows yet",
    "payment-checking": "Staff are checking it",
    "payment-given-back": "Given back",
    "loan-disputed": "Disputed at the bank",
}
OTHER_BRAND = {
    "parus-start": "What will happen",
    "parus-documents": "Documents",
    "parus-passport": "Passport",
}
STAFF = {
    "staff-home": "What needs a person, the first page",
    "staff-payments": "Payments",
    "staff-applications": "Applications",
    "staff-applications-list": "Applications as a list",
    "staff-application": "An application",
    "staff-borrowers": "Borrowers",
    "staff-loans": "Loans",
    "staff-loan": "A loan",
    "staff-installments": "Installments",
    "staff-repayments": "Repayments",
    "staff-agencies": "Agencies",
    "staff-agency": "An agency",
    "staff-settlements": "Settlement register",
    "staff-callbacks": "Callbacks to agencies",
    "staff-callback": "A callback",
    "staff-sms": "SMS",
    "staff-moyamfo-messages": "Messages to MoyaMFO",
    "staff-moyamfo-message": "A message",
    "staff-moyamfo-runs": "Pulls from MoyaMFO",
    "staff-signatures": "Signatures",
    "staff-signature": "Evidence of a signature",
    "staff-documents": "Documents",
    "staff-products": "Products",
    "staff-proposals": "Wait for a second person",
    "staff-golive": "Going live",
    "staff-events": "Events, as the auditor sees them",
    "staff-event": "An event",
    "second-factor-set-up": "A second factor is set up",
    "second-factor-passkey": "The passkey after the password",
    "staff-employees": "Employees",
    "staff-factor-ask": "A reset of a second factor is asked for",
    "staff-factor-reset": "And waits for another administrator",
    "staff-payu-payments": "PayU payments",
    "staff-payu-notices": "PayU notices",
    "staff-payu-notice": "A notice",
}
COUNTERPARTIES = {
    "desk": "MoyaMFO: the lender's desk",
    "desk-contracts": "MoyaMFO: contracts",
    "desk-settings": "MoyaMFO: who decides",
    "log": "Travel site: log of messages",
    "faults": "MoyaMFO: fault switches",
    "phone-sms": "The borrower's phone",
    "payu-cabinet": "PayU's cabinet",
}
SECTIONS = {
    "The main road": MAIN_ROAD,
    "Side roads": SIDE_ROADS,
    "Payments": PAYMENTS,
    "The second agency": OTHER_BRAND,
    "Staff": STAFF,
    "Counterparties": COUNTERPARTIES,
}
CAPTIONS = {name: caption for section in SECTIONS.values() for name, caption in section.items()}
TITLE = """# Every page in pictures

Written by `make screenshots`, which plays the stories in a browser: borrower's and
counterparties' pages 390 and 1280 px wide, staff pages 1280. Names, agencies and sums
are invented.
"""


class Album:
    """Pictures in ``folder``; only pages of the tables above are taken."""

    def __init__(self, folder: Path):
        self.folder = folder

    def keep(self, page, name: str, sizes=tuple(SIZES), full=True):
        """Keep a picture of ``page`` as it is now, at each of the ``sizes``."""
        if name not in CAPTIONS:
            raise ValueError(f"{name!r} has no caption in the album")
        before = page.viewport_size
        for size in sizes:
            page.set_viewport_size(SIZES[size])
            page.evaluate(DRAWN)
            self._save(
                page.screenshot(full_page=full, animations="disabled", style=STILL), name, size
            )
        page.set_viewport_size(before)

    def _save(self, picture: bytes, name: str, size: str):
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        reduced = image.quantize(COLOURS, dither=Image.Dither.NONE)
        reduced.save(self.folder / f"{name}-{size}.png", optimize=True)

    def missing(self) -> list[str]:
        """Return the names of the tables that have no picture."""
        return [name for name in CAPTIONS if not (self.folder / f"{name}-desktop.png").exists()]

    def write_page(self):
        """Write README.md: all pictures by section; what has none is left to ``missing``."""
        without = set(self.missing())
        parts = [TITLE]
        for title, section in SECTIONS.items():
            parts.append(f"## {title}\n")
            cell, columns = (self._staff_cell, 2) if section is STAFF else (self._cell, 4)
            shown = {name: text for name, text in section.items() if name not in without}
            parts.append(table(shown, cell, columns))
        (self.folder / "README.md").write_text("\n".join(parts))

    @staticmethod
    def _cell(name: str, caption: str) -> str:
        picture = f'<img src="{name}-phone.png" width="200" alt="{caption}">'
        return f"{picture}<br>{caption} ([desktop]({name}-desktop.png))"

    @staticmethod
    def _staff_cell(name: str, caption: str) -> str:
        picture = f'<img src="{name}-desktop.png" width="420" alt="{caption}">'
        return f"[{picture}]({name}-desktop.png)<br>{caption}"


def table(section: dict[str, str], cell, columns: int) -> str:
    """Return a Markdown table without headings, ``columns`` pictures in a row."""
    cells = [cell(name, caption) for name, caption in section.items()]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    rows[-1] += [""] * (columns - len(rows[-1]))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"|{' |' * columns}", f"|{'---|' * columns}", *lines, ""])
