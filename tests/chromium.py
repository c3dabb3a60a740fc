"""The one Chromium of every test that needs a browser."""

import pytest
from playwright.sync_api import sync_playwright

from scripts import system_packages

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_packages.browser(), args=CHROMIUM_OPTIONS
        )
        yield browser
        browser.close()
