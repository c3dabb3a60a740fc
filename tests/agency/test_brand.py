"""Two agencies, two brands, one server with several workers."""

import re

import pytest
import requests

from .caller import order


def page_of(caller) -> str:
    """Return the first page of a new order's customer."""
    return requests.get(caller.call("application.create", order()).result["redirect_url"]).text


@pytest.mark.parametrize("code", ["slon", "parus"])
def test_each_customer_sees_the_brand_of_his_agency(callers, stack, code):
    page = page_of(callers[code])
    pictures = re.findall(r"/tour_loan/brand/\d+/(\w+)/\w+", page)
    assert sorted(pictures) == ["favicon", "logo", "picture"]
    for address in re.findall(r"/tour_loan/brand/\d+/\w+/\w+", page):
        answer = requests.get(stack.url() + address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
    [[name, color]] = stack.sql(
        "SELECT name, color_accent FROM tour_loan_agency WHERE code = %s", code
    )
    assert f" – {name}</title>" in page
    assert f'name="theme-color" content="{color}"' in page


def test_a_new_colour_shows_on_the_next_page_of_every_worker(slon, stack):
    link = slon.call("application.create", order()).result["redirect_url"]
    assert "#123456" not in requests.get(link).text
    stack.sql("UPDATE tour_loan_agency SET color_accent = '#123456' WHERE code = 'slon'")
    for _worker in range(10):
        assert "--tl-accent: #123456" in requests.get(link).text
