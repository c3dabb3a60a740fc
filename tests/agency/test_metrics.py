"""/metrics of a house of many workers: sums of all of them, that never go down."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from scripts import monitoring
from scripts.stack import Stack
from tests.e2e.story import wait_until

from .conftest import MONITOR_TOKEN

SERVER = {"X-Token": MONITOR_TOKEN}


def scraped(stack: Stack) -> dict:
    """Return {(name, labels): value} of one scrape."""
    answer = requests.get(f"{stack.direct_url}/metrics", headers=SERVER, timeout=60)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def counted(stack, **labels) -> float:
    return scraped(stack).get(("tour_loan_requests_total", tuple(sorted(labels.items()))), 0)


def fell(before: dict, after: dict) -> dict:
    """Return counters that went down or are gone."""
    kinds = re.compile(r"_(total|count|sum|bucket)$")
    return {
        key: (value, after.get(key))
        for key, value in before.items()
        if kinds.search(key[0]) and after.get(key, -1) < value
    }


def ask_all(stack, times=80):
    """Ask so often at once that many workers answer."""
    with ThreadPoolExecutor(16) as pool:
        list(
            pool.map(
                lambda _n: requests.get(f"{stack.direct_url}/tour_loan/login", timeout=60),
                range(times),
            )
        )


def test_every_worker_answers_the_same_sum(stack):
    login = {"route": "login", "status": "200"}
    before = counted(stack, **login)
    ask_all(stack)
    # whichever worker answers: one that saw a few of them says eighty all the same
    assert {counted(stack, **login) - before for _time in range(30)} == {80}


def test_no_sum_goes_down_when_workers_die_and_others_take_their_places(stack):
    ask_all(stack)
    before = scraped(stack)
    dead = stack.workers()
    for pid in dead:
        stack.kill_worker(pid)
    wait_until(lambda: len(set(stack.workers()) - set(dead)) == len(dead))
    wait_until(lambda: requests.get(f"{stack.direct_url}/web/health", timeout=60).ok)
    after = scraped(stack)
    assert fell(before, after) == {}
    ask_all(stack)
    assert fell(after, scraped(stack)) == {}
    login = ("tour_loan_requests_total", (("route", "login"), ("status", "200")))
    assert scraped(stack)[login] - before[login] == 80


def test_places_are_taken_again_and_do_not_pile_up(stack):
    ask_all(stack)
    for pid in stack.workers():
        stack.kill_worker(pid)
    wait_until(lambda: requests.get(f"{stack.direct_url}/web/health", timeout=60).ok)
    ask_all(stack)
    from scripts import odoo  # noqa: PLC0415 (where the house keeps its data)

    files = list((odoo.DATA / "metrics" / stack.database).glob("counter_*.db"))
    assert 1 <= len(files) <= 25, "nineteen workers and few others"


def test_refusals_are_counted_as_attacks(stack, slon):
    def attacks(kind):
        return scraped(stack).get(("tour_loan_attacks_total", (("kind", kind),)), 0)

    before = attacks("refused_signature"), attacks("refused_token")
    address = f"{stack.direct_url}/tour_loan/v1/rpc"
    forged = requests.post(address, json={}, headers={"x-agency": "slon"}, timeout=60)
    assert forged.status_code == 401
    assert requests.get(f"{stack.direct_url}/metrics", timeout=60).status_code == 403
    ping = requests.post(f"{stack.direct_url}/moyamfo_sync/ping", timeout=60)
    assert ping.status_code == 403
    assert attacks("refused_signature") - before[0] == 1
    assert attacks("refused_token") - before[1] == 2


def test_every_figure_the_alerts_and_the_dashboard_name_is_there(stack, slon):
    requests.post(f"{stack.direct_url}/tour_loan/v1/rpc", json={}, timeout=60)
    expressions = [
        rule["expr"] for rule in yaml.safe_load(monitoring.alert_rules())["groups"][0]["rules"]
    ]
    expressions += [
        panel["targets"][0]["expr"]
        for panel in json.loads(monitoring.dashboard())["panels"]
        if panel["type"] != "row"
    ]
    named = {name for text in expressions for name in re.findall(r"\btour_loan_\w+", text)}
    names = {name for name, _labels in wait_until(lambda: _with_accounting(stack))}
    assert named - names == set()
    labels = {name for text in expressions for name in re.findall(r"(\w+)=~?\"", text)} - {"job"}
    shown = {label for _name, pairs in scraped(stack) for label, _value in pairs}
    assert labels <= shown


def _with_accounting(stack):
    found = scraped(stack)
    return found if any("accounting_last" in name for name, _labels in found) else None


def test_a_scrape_costs_the_database_little(stack, request):
    begun = time.monotonic()
    for _time in range(20):
        figures = scraped(stack)
    each = (time.monotonic() - begun) / 20
    database = figures["tour_loan_metrics_seconds", ()]
    print(f"a scrape: {each * 1000:.0f} ms, of which the database {database * 1000:.0f} ms")
    assert figures["tour_loan_metrics_failed", ()] == 0
