"""``make screenshots``: see the package."""

import shutil
import sys

from playwright.sync_api import sync_playwright

from scripts import system_packages
from scripts.places import ROOT
from scripts.stack import Stack
from tests.chromium import CHROMIUM_OPTIONS
from tests.e2e.story import PATIENCE

from . import borrower, counterparties, payments, staff
from .album import SIZES, Album

FOLDER = ROOT / "docs" / "screenshots"


def main() -> int:
    """Write docs/screenshots anew; return 1 when a page has no picture."""
    system_packages.ensure("pictures")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    album = Album(FOLDER)
    with Stack("screenshots") as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_packages.browser(), args=CHROMIUM_OPTIONS
        )

        def new_page(size="phone"):
            context = browser.new_context(
                viewport=SIZES[size], locale="ru-RU", timezone_id="Europe/Moscow"
            )
            context.set_default_timeout(PATIENCE)
            return context.new_page()

        play(stack, new_page, album)
        browser.close()
    album.write_page()
    for name in album.missing():
        print(f"no picture: {name}")
    return 1 if album.missing() else 0


def play(stack, new_page, album: Album):
    """Side roads first: what they leave behind makes the lists worth a look."""
    borrower.decisions(stack, new_page, album)
    borrower.mistakes(stack, new_page, album)
    borrower.links(stack, new_page, album)
    borrower.waits(stack, new_page, album)
    borrower.absences(stack, new_page, album)
    borrower.other_brand(stack, new_page, album)
    payments.outcomes(stack, new_page, album)
    customer = borrower.main_road(stack, new_page, album)
    number = customer.order_number
    borrower.second_application(customer)
    counterparties.pages(stack, new_page, album, customer.phone)
    staff.pages(stack, new_page, album, number)


if __name__ == "__main__":
    sys.exit(main())
