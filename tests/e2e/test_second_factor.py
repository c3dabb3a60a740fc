"""Staff set up a second factor in a browser, lose it, and get a new one by two people."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import expect

from .story import PATIENCE, wait_until

PARAMETER = "tour_loan.second_factor"
SETTING_UP = re.compile(r"/web/login/second_factor")


@pytest.fixture
def required(stack):
    """Make the second factor required, and take back what the test set up."""
    address = "SELECT value FROM ir_config_parameter WHERE key = 'web.base.url'"
    [(before,)] = stack.sql(address)
    change(stack, "required")
    yield
    set_address(stack, before)
    for query in (
        "DELETE FROM auth_passkey_key",
        "UPDATE res_users SET totp_secret = NULL, totp_last_counter = NULL",
        "DELETE FROM tour_loan_factor_reset",
    ):
        stack.sql(query)
    change(stack, "optional")


def change(stack, said):
    stack.sql("DELETE FROM ir_config_parameter WHERE key = %s", PARAMETER)
    stack.sql("INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)", PARAMETER, said)
    for cache in ("stable", "default"):
        stack.sql(f"INSERT INTO orm_signaling_{cache} DEFAULT VALUES")


@pytest.fixture
def people(chromium):
    """Return a function that gives a browser of its own, with a device for passkeys."""
    contexts = []

    def opened():
        context = chromium.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return with_device(context.new_page())

    yield opened
    for context in contexts:
        context.close()


def with_device(page):
    """Give the page's browser a device that holds passkeys; return the page."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def log_in(page, url, login):
    page.goto(f"{url}/web/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", login)
    page.locator("form.oe_login_form button[type=submit]").click()


def by_name(stack) -> str:
    """Return the house's address by a name: no passkey belongs to a number."""
    url = stack.url().replace("127.0.0.1", "localhost")
    set_address(stack, url)
    return url


def set_address(stack, url):
    stack.sql("UPDATE ir_config_parameter SET value = %s WHERE key = 'web.base.url'", url)
    stack.sql("INSERT INTO orm_signaling_stable DEFAULT VALUES")


def walk(stack, people, look=lambda page, name: None):
    """A passkey, an app with codes, a lost factor; ``look`` sees each page."""
    url = by_name(stack)
    page = people()
    log_in(page, url, "manager")
    expect(page).to_have_url(SETTING_UP)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Второй фактор")
    page.locator("img[alt]").last.wait_for()
    look(page, "second-factor-set-up")
    page.goto(f"{url}/odoo")  # nowhere else
    expect(page).to_have_url(re.compile("/web/login"))
    log_in(page, url, "manager")
    page.fill("#passkey_name", "Ноутбук на работе")
    page.get_by_role("button", name="Создать ключ доступа").click()
    page.wait_for_url("**/odoo**")
    expect(page.locator(".o_menu_sections")).to_contain_text("Заявки")
    page.goto("about:blank")

    def logged_out():
        # a request under way may have written the session once more
        page.goto(f"{url}/web/session/logout")
        return "/web/login" in page.url

    wait_until(logged_out)
    log_in(page, url, "manager")
    expect(page).to_have_url(SETTING_UP)
    look(page, "second-factor-passkey")
    page.get_by_role("button", name="Войти по ключу доступа").click()
    page.wait_for_url("**/odoo**")

    boss = people()
    log_in(boss, url, "admin")
    boss.get_by_text("Не получается?").click()
    secret = boss.locator("code").inner_text()
    boss.fill("#totp_token", code(secret))
    boss.get_by_role("button", name="Подтвердить и войти").click()
    boss.wait_for_url("**/odoo**")
    boss.goto(f"{url}/odoo/action-tour_loan.staff_action")
    row = boss.locator(".o_data_row", has_text="manager")
    row.wait_for()
    look(boss, "staff-employees")
    row.locator("button[name=action_tour_loan_ask_reset]").click()
    dialog = boss.locator(".modal")
    dialog.locator("[name=reason] input").fill("потерян ноутбук, пришла сама")
    look(boss, "staff-factor-ask")
    dialog.get_by_role("button", name="Попросить о сбросе").click()
    asked = boss.locator(".o_data_row", has_text="потерян ноутбук")
    expect(asked).to_contain_text("Ждёт другого администратора")
    expect(asked.locator("button[name=action_confirm]")).to_have_count(0)
    look(boss, "staff-factor-reset")
    return page, boss


def code(secret: str) -> str:
    """Return what an app with this key shows (RFC 6238, as Odoo asks for)."""
    key = base64.b32decode(re.sub(r"\s", "", secret))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    at = digest[-1] & 0xF
    return f"{(struct.unpack_from('>I', digest, at)[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_staff_set_up_use_and_lose_a_second_factor(stack, people, required):
    url = stack.url().replace("127.0.0.1", "localhost")
    page, boss = walk(stack, people)
    page.goto(f"{url}/odoo")
    expect(page.locator(".o_menu_sections")).to_contain_text("Заявки")
    boss.locator("button[name=action_withdraw]").click()
    expect(boss.locator(".o_data_row", has_text="потерян ноутбук")).to_contain_text("Отозвано")
