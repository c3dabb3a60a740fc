"""Passwords tried at once, at several doors of the real server with its several workers."""

import xmlrpc.client
from collections import Counter

import pytest
import requests
from lxml import html

from .forms import PATIENCE, at_once

TRIES = 5  # in vain, by login and address, whatever the door
TOO_MANY = "Слишком много неудачных попыток"
RUSSIAN = {"Accept-Language": "ru"}


class Browser:
    """One person at the login form, with cookies of his own."""

    def __init__(self, stack):
        self.stack, self.session = stack, requests.Session()
        self.session.headers.update(RUSSIAN)

    def log_in(self, login, password) -> requests.Response:
        page = self.session.get(f"{self.stack.url()}/web/login", timeout=PATIENCE)
        [form] = html.fromstring(page.text).cssselect("form.oe_login_form")
        values = {**dict(form.fields), "login": login, "password": password}
        return self.session.post(f"{self.stack.url()}/web/login", values, timeout=PATIENCE)

    def is_in(self) -> bool:
        answer = self.session.get(
            f"{self.stack.url()}/odoo", allow_redirects=False, timeout=PATIENCE
        )
        return answer.status_code == 200


def by_xml(stack, login, password):
    door = xmlrpc.client.ServerProxy(f"{stack.url()}/xmlrpc/2/common")
    return door.authenticate(stack.database, login, password, {})


def by_json_rpc(stack, login, password):
    params = {
        "service": "common",
        "method": "authenticate",
        "args": [stack.database, login, password, {}],
    }
    answer = requests.post(f"{stack.url()}/jsonrpc", json={"params": params}, timeout=PATIENCE)
    return answer.json()["result"]


def counted(stack, login) -> list[tuple]:
    return stack.sql(
        "SELECT kind, scope, count, refused FROM tour_loan_attempt WHERE login = %s ORDER BY id",
        login,
    )


@pytest.fixture
def person(stack):
    """Give one of the demo's people a clean count, and take his tries back at the end."""
    stack.sql("DELETE FROM tour_loan_attempt")
    yield "manager"
    stack.sql("DELETE FROM tour_loan_attempt")


def test_sixty_passwords_at_once_by_three_doors_are_five_tries(stack, person):
    browsers = [Browser(stack) for _number in range(20)]

    def attempt(index):
        if index % 3 == 0:
            answer = browsers[index // 3].log_in(person, f"wrong {index}")
            return "refused" if TOO_MANY in answer.text else "tried"
        door = by_xml if index % 3 == 1 else by_json_rpc
        return bool(door(stack, person, f"wrong {index}"))

    answers = Counter(at_once(60, attempt))
    assert True not in answers
    rows = {row[1]: row[2:] for row in counted(stack, person)}
    assert rows["login_address"] == (TRIES, 60 - TRIES)
    assert rows["login"][0] == TRIES
    assert answers["tried"] <= TRIES
    # the right one is not tried either, at any door
    assert by_xml(stack, person, person) is False
    assert by_json_rpc(stack, person, person) is False
    assert TOO_MANY in Browser(stack).log_in(person, person).text


def test_what_a_rolled_back_request_tried_stays_counted(stack, person):
    """By user id: the request ends with an error, and takes everything of its own back."""
    [(uid,)] = stack.sql("SELECT id FROM res_users WHERE login = %s", person)

    def attempt(index):
        door = xmlrpc.client.ServerProxy(f"{stack.url()}/xmlrpc/2/object")
        with pytest.raises(xmlrpc.client.Fault):
            door.execute_kw(stack.database, uid, f"wrong {index}", "res.users", "read", [[uid]])

    at_once(20, attempt)
    rows = {row[1]: row[2:] for row in counted(stack, person)}
    assert rows["login_address"] == (TRIES, 20 - TRIES)
    assert TOO_MANY in Browser(stack).log_in(person, person).text


def test_the_owner_gets_in_where_he_is_known_and_others_elsewhere(stack, person):
    known = Browser(stack)
    known.log_in(person, person)
    assert known.is_in()
    known.session.cookies.pop("session_id")
    at_once(20, lambda index: by_xml(stack, person, f"wrong {index}"))
    assert TOO_MANY in Browser(stack).log_in(person, person).text
    known.log_in(person, person)
    assert known.is_in()
    other = Browser(stack)
    other.log_in("operator", "operator")
    assert other.is_in()


def test_keys_at_once_are_tried_as_often_as_an_address_may(stack, person):
    def attempt(index):
        return requests.post(
            f"{stack.url()}/json/2/res.users/context_get",
            json={},
            headers={"Authorization": f"bearer {index:040x}"},
            timeout=PATIENCE,
        ).status_code

    answers = Counter(at_once(40, attempt))
    assert answers == {401: 20, 429: 20}


def test_right_passwords_at_once_are_no_attack(stack, person):
    for _round in range(3):
        assert all(at_once(TRIES, lambda _index: by_xml(stack, person, person)))
    assert [row for row in counted(stack, person) if row[2]] == []


def test_a_session_that_ends_ends_at_every_worker(stack, person):
    """Its user is archived by one of them, and made active again."""
    browser = Browser(stack)
    browser.log_in("operator", "operator")
    assert browser.is_in()
    boss = Browser(stack)
    boss.log_in(person, person)
    [(uid,)] = stack.sql("SELECT id FROM res_users WHERE login = 'operator'")
    [(password,)] = stack.sql("SELECT password FROM res_users WHERE id = %s", uid)
    try:
        answer = boss.session.post(
            f"{stack.url()}/web/dataset/call_kw/res.users/action_tour_loan_leave",
            json={
                "params": {
                    "model": "res.users",
                    "method": "action_tour_loan_leave",
                    "args": [[uid]],
                    "kwargs": {},
                }
            },
            timeout=PATIENCE,
        )
        assert "result" in answer.json(), answer.text
        seen = at_once(20, lambda _index: browser.is_in())
        assert not any(seen)
    finally:
        stack.sql("UPDATE res_users SET active = true, password = %s WHERE id = %s", password, uid)
        stack.sql("INSERT INTO orm_signaling_default DEFAULT VALUES")
    assert not any(at_once(20, lambda _index: browser.is_in()))
    again = Browser(stack)
    again.log_in("operator", "operator")
    assert again.is_in()
