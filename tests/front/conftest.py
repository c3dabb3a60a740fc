"""The real Odoo behind docker/nginx.conf, as in production but for TLS and containers."""

import pytest

from scripts.stack import Stack

from .nginx import PROGRAM, Nginx


@pytest.fixture(scope="session")
def stack():
    with Stack("door", options=("--proxy-mode",)) as running:
        # English beside Russian: Odoo takes "/en" for a language then
        running.sql("UPDATE res_lang SET active = true WHERE code = 'en_US'")
        running.sql("INSERT INTO orm_signaling_default DEFAULT VALUES")
        running.sql("INSERT INTO orm_signaling_stable DEFAULT VALUES")
        running.sql("INSERT INTO orm_signaling_routing DEFAULT VALUES")
        yield running


@pytest.fixture(scope="session")
def nginx(stack, tmp_path_factory):
    if PROGRAM is None:
        pytest.exit("no nginx here: scripts/get_nginx.py")
    http, websocket = stack.ports
    # what is asked here is asked quickly; the throttle has a test of its own
    changes = {"rate=1r/s": "rate=1000r/s"}
    with Nginx(tmp_path_factory.mktemp("nginx"), http, websocket, changes) as running:
        yield running
