"""The kit's promises, over real sockets."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.sandbox import kit

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def app(tmp_path):
    app = kit.App("counter", "Счётчик", {}, tmp_path)
    app.schema("CREATE TABLE IF NOT EXISTS hit (id INTEGER PRIMARY KEY, text TEXT)")
    app.outgoing("notice")

    @app.route("/hit", methods=["POST"])
    @app.faulty("hit")
    def hit(request):
        app.db.execute("INSERT INTO hit (text) VALUES (?)", (request.get_data(as_text=True),))
        return {"hits": hits(app)}

    @app.route("/broken")
    def broken(request):
        raise RuntimeError("внутри")

    return app


@pytest.fixture
def url(app):
    with app.running() as address:
        yield address


def hits(app):
    return app.db.execute("SELECT count(*) FROM hit").fetchone()[0]


def texts(app):
    return [row["text"] for row in app.db.execute("SELECT text FROM hit ORDER BY id")]


def switch(url, operation, kind, times=1, **more):
    order = {"operation": operation, "kind": kind, "times": times, **more}
    return requests.post(url + "/_control/faults", json=order)


@pytest.mark.parametrize(
    ("kind", "status", "type_"), [("500", 500, "text/plain"), ("html", 200, "text/html")]
)
def test_a_wrong_answer_comes_instead_of_the_work_as_often_as_asked(app, url, kind, status, type_):
    switch(url, "hit", kind, times=2)
    for _time in range(2):
        answer = requests.post(url + "/hit")
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, type_)
    assert requests.post(url + "/hit").json() == {"hits": 1}


@pytest.mark.parametrize(("kind", "done"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_gives_not_one_byte(app, url, kind, done):
    switch(url, "hit", kind)
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"POST /hit HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
        assert connection.recv(100) == b""
    assert hits(app) == done
    logged = requests.get(url + "/_control/messages").json()["messages"][0]
    assert (logged["status"], logged["fault"], logged["request_body"]) == (None, kind, "hi")


def test_a_slow_answer_waits_after_the_work(app, url):
    switch(url, "hit", "slow", seconds=0.3)
    started = time.monotonic()
    assert requests.post(url + "/hit").json() == {"hits": 1}
    assert time.monotonic() - started >= 0.3


def test_a_fault_without_times_stays_until_it_is_switched_off(url):
    switch(url, "hit", "500", times=None)
    assert {requests.post(url + "/hit").status_code for _time in range(4)} == {500}
    switch(url, "hit", None)
    assert requests.post(url + "/hit").status_code == 200


def test_a_fault_hits_exactly_as_many_of_concurrent_requests_as_asked(app, url):
    switch(url, "hit", "500", times=5)
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(requests.post(url + "/hit").status_code))
        for _thread in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 15 + [500] * 5
    assert hits(app) == 15


@pytest.mark.parametrize(
    "order",
    [
        {"operation": "unknown", "kind": "500"},
        {"operation": "hit", "kind": "duplicate"},
        {"operation": "notice", "kind": "html"},
        {"operation": "hit", "kind": "500", "times": 0},
    ],
)
def test_a_fault_that_would_do_nothing_is_refused(url, order):
    answer = requests.post(url + "/_control/faults", json=order)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_duplicated_message_is_sent_twice(app, url):
    switch(url, "notice", "duplicate")
    app.send("notice", "POST", url + "/hit", data="one")
    app.send("notice", "POST", url + "/hit", data="two")
    assert texts(app) == ["one", "one", "two"]


def test_an_out_of_order_message_lets_the_next_one_pass(app, url):
    switch(url, "notice", "out_of_order", seconds=5)
    first = app.later(0, app.send, "notice", "POST", url + "/hit", data="first")
    while not app.sender.waits("notice"):
        time.sleep(0.01)
    app.send("notice", "POST", url + "/hit", data="second")
    first.join()
    assert texts(app) == ["second", "first"]


def test_an_out_of_order_message_without_a_next_one_leaves_after_its_time(app, url):
    switch(url, "notice", "out_of_order", seconds=0.2)
    app.send("notice", "POST", url + "/hit", data="alone")
    assert texts(app) == ["alone"]


@pytest.mark.parametrize(("kind", "done"), [("drop_before", 0), ("drop_after", 1)])
def test_a_lost_outgoing_message_looks_the_same_to_its_sender(app, url, kind, done):
    switch(url, "notice", kind)
    with pytest.raises(requests.ConnectionError):
        app.send("notice", "POST", url + "/hit")
    assert hits(app) == done


def test_the_journal_has_both_directions_and_no_pages(app, url):
    app.send("notice", "POST", url + "/hit", data="привет")
    for page in ("/log", "/faults", "/_control/health"):
        assert requests.get(url + page).status_code == 200
    messages = requests.get(url + "/_control/messages").json()["messages"]
    assert [(each["direction"], each["operation"]) for each in messages] == [
        ("out", "notice"),
        ("in", "hit"),
    ]
    assert messages[0]["request_body"] == "привет"
    assert json.loads(messages[0]["response_body"]) == {"hits": 1}


def test_an_error_of_a_handler_is_500_and_is_in_the_journal(url):
    answer = requests.get(url + "/broken")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert "внутри" in requests.get(url + "/_control/messages").json()["messages"][0]["error"]


def test_state_survives_a_restart_and_reset_empties_it(app, url, tmp_path):
    requests.post(url + "/hit")
    switch(url, "hit", "500", times=None)
    again = kit.App("counter", "Счётчик", {}, tmp_path)
    assert hits(again) == 1
    requests.post(url + "/_control/reset")
    assert hits(again) == 0
    assert requests.get(url + "/_control/faults").json()["faults"] == []


def test_the_faults_page_sets_a_switch(app, url):
    requests.post(url + "/faults", data={"operation": "hit", "kind": "500", "times": "3"})
    assert requests.get(url + "/_control/faults").json()["faults"][0]["times"] == 3
    assert "ещё 3" in requests.get(url + "/faults").text


@pytest.mark.parametrize("name", ["phone", "travel"])
def test_sigterm_stops_a_server_at_once_even_during_a_slow_answer(name, tmp_path):
    settings = {"url": "http://127.0.0.1:1", "agencies": [], "login": "a", "password": "b"}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"odoo": "http://127.0.0.1:1", name: settings}), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", f"tests.sandbox.{name}", "--port", str(port)]
    command += ["--state", str(tmp_path / "state"), "--config", str(config)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert f"127.0.0.1:{port}" in server.stdout.readline()
            url = f"http://127.0.0.1:{port}"
            assert requests.get(url + "/_control/health").json() == {"name": name, "ok": True}
            if name == "phone":
                switch(url, "send", "slow", seconds=60)
                threading.Thread(
                    target=_ignore_answer, args=(url + "/rest/send/",), daemon=True
                ).start()
                time.sleep(0.2)
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0  # half of what the hanging answer would take
        finally:
            server.kill()


def _ignore_answer(url):
    try:
        requests.post(url, json={})
    except requests.ConnectionError:
        return
