"""The sandbox's PayU on a socket, and the shop it tells."""

import pytest
import requests

from tests.sandbox import payu

from .shop import MERCHANT, SECRET, Shop


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def url(shop, tmp_path):
    settings = {"url": "", "merchant": MERCHANT, "secret": SECRET, "notice_url": shop.url}
    app = payu.make_app({"payu": settings}, tmp_path)
    with app.running() as address:
        settings["url"] = address
        requests.post(f"{address}/_control/settings", json={"refund_seconds": 0.1})
        yield address
