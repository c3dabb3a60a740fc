"""What staff change counts from the next call on, though every worker remembers settings."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts import databases

from .caller import Caller, order

SECRET = "whsec_" + "bmV3LWtleS1vZi10aGUtdGVzdC1vZi1zdGFmZi0tLS0="


@pytest.fixture
def staff(stack, tmp_path):
    """Return a function that does something with ``agency`` (parus) in a process of its
    own, and tells the others as Odoo does at the end of a request."""

    def do(statement: str):
        script = tmp_path / "staff_of_a_test.py"
        script.write_text(
            'agency = env["tour_loan.agency"].with_context(active_test=False).search('
            f'[("code", "=", "parus")])\n{statement}\nenv.cr.commit()\n'
            "env.registry.signal_changes()\n"
        )
        databases.run_script(stack.postgres, stack.database, script)

    return do


def statuses(caller: Caller) -> set[int]:
    """Call so often at once that every worker answers."""
    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(lambda _i: caller.call("rpc.discover").status, range(40)))


def test_a_blocked_agency_is_let_in_by_no_worker(stack, staff, parus):
    assert statuses(parus) == {200}
    staff("agency.blocked = True")
    assert statuses(parus) == {401}
    staff("agency.blocked = False")
    assert statuses(parus) == {200}


def test_a_new_key_works_and_an_ended_one_does_not_in_every_worker(stack, staff, parus):
    assert statuses(parus) == {200}
    renewed = Caller(stack.url(), "parus", SECRET)
    assert statuses(renewed) == {401}
    staff(
        'env["tour_loan.agency.key"].create({"agency_id": agency.id, "direction": "inbound", '
        f'"secret": {SECRET!r}}})'
    )
    assert statuses(renewed) == statuses(parus) == {200}
    staff(f"agency.key_ids.filtered(lambda key: key.secret == {SECRET!r}).unlink()")
    assert statuses(renewed) == {401}
    assert statuses(parus) == {200}


def test_a_limit_and_a_product_count_in_every_worker(stack, staff, parus):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _i: parus.call("application.create", order()).result, range(16)))
    staff("agency.loan_max = 50000")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _i: parus.call("application.create", order()), range(16)))
    assert {a.error["data"]["errors"][0]["path"] for a in answers} == {"order.price.amount"}
    staff("agency.loan_max = 0")
    assert parus.call("application.create", order()).result
