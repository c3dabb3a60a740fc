"""One order is one application, whoever asks how often and whatever breaks meanwhile."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from .caller import body, order
from .conftest import assert_tells_nothing

RIVALS = 50
PATIENCE = 60  # seconds; the machine may be busy


def applications_of(stack, params) -> list[tuple]:
    return stack.sql(
        "SELECT uuid FROM tour_loan_application WHERE order_number = %s",
        params["order"]["number"],
    )


def at_once(count: int, call) -> list:
    """Call from ``count`` threads that start together; return the answers."""
    barrier = threading.Barrier(count)

    def wait_and_call(index):
        barrier.wait()
        return call(index)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_call, range(count)))


def wait_until(question):
    deadline = time.monotonic() + PATIENCE
    while not (answer := question()):
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)
    return answer


def without_clock(application: dict) -> dict:
    """Leave out what is counted from the moment of the answer."""
    return {name: value for name, value in application.items() if name != "hold_needed_until"}


def test_fifty_creates_of_one_order_make_one_application_and_equal_answers(slon, stack):
    params = order()
    answers = at_once(RIVALS, lambda _index: slon.call("application.create", params))
    results = [without_clock(answer.result) for answer in answers]
    assert all(result == results[0] for result in results)
    assert applications_of(stack, params) == [(results[0]["application_id"],)]


def test_rivals_with_different_content_of_one_order_leave_one_winner(slon, stack):
    number = order()["order"]["number"]
    prices = [f"{100_000 + index}.00" for index in range(10)]
    answers = at_once(
        len(prices), lambda i: slon.call("application.create", order(number, price=prices[i]))
    )
    won = [answer.result for answer in answers if "result" in answer.json]
    lost = [answer.error for answer in answers if "error" in answer.json]
    assert len(won) == 1 and len(lost) == len(prices) - 1
    for error in lost:
        assert error["code"] == -32002
        assert error["data"]["application_id"] == won[0]["application_id"]
        assert [e["path"] for e in error["data"]["errors"]] == ["order.price.amount"]


def test_one_webhook_id_many_times_at_once_gets_one_answer(slon, stack):
    params, webhook_id = order(), f"msg_{uuid.uuid4().hex}"
    answers = at_once(20, lambda _index: slon.call("application.create", params, webhook_id))
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].result["application_id"] == applications_of(stack, params)[0][0]
    assert stack.sql("SELECT count(*) FROM tour_loan_call WHERE webhook_id = %s", webhook_id) == [
        (1,)
    ]


def test_a_move_repeated_many_times_at_once_is_made_once(slon, stack):
    application = slon.call("application.create", order()).result["application_id"]
    params, webhook_id = {"application_id": application, "reason": "race"}, uuid.uuid4().hex
    answers = at_once(20, lambda _index: slon.call("application.cancel", params, webhook_id))
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].result["status"] == "cancelled"
    moves = stack.sql(
        "SELECT count(*) FROM tour_loan_history JOIN tour_loan_application application "
        "ON application.id = application_id WHERE uuid = %s AND move = 'cancel'",
        application,
    )
    assert moves == [(1,)]
    calls = stack.sql("SELECT count(*) FROM tour_loan_call WHERE webhook_id = %s", webhook_id)
    assert calls == [(1,)]


def test_one_webhook_id_with_two_bodies_at_once_makes_one_application(slon, stack):
    rivals, webhook_id = [order() for _rival in range(10)], uuid.uuid4().hex
    answers = at_once(
        len(rivals), lambda index: slon.call("application.create", rivals[index], webhook_id)
    )
    won = [answer for answer in answers if "result" in answer.json]
    assert len(won) == 1
    assert {a.error["code"] for a in answers if a not in won} == {-32600}
    assert sum(len(applications_of(stack, params)) for params in rivals) == 1


def test_a_known_webhook_id_with_another_body_is_refused(slon, stack):
    first, second, webhook_id = order(), order(), f"msg_{uuid.uuid4().hex}"
    assert slon.call("application.create", first, webhook_id).result
    answer = slon.call("application.create", second, webhook_id)
    assert_tells_nothing(answer)
    assert answer.error["code"] == -32600
    assert answer.error["data"]["errors"][0]["code"] == "other_body"
    assert applications_of(stack, second) == []
    assert slon.call("application.create", first, webhook_id).result


def test_agencies_have_webhook_ids_and_order_numbers_of_their_own(slon, parus):
    params, webhook_id = order(), f"msg_{uuid.uuid4().hex}"
    one = slon.call("application.create", params, webhook_id).result
    other = parus.call("application.create", params, webhook_id).result
    assert one["application_id"] != other["application_id"]
    stranger = parus.call("application.get", {"application_id": one["application_id"]})
    assert stranger.error["code"] == -32001


@pytest.mark.parametrize("same_id", [True, False], ids=["same webhook-id", "new webhook-id"])
def test_a_create_whose_connection_dropped_after_the_commit_is_repeated(slon, stack, same_id):
    params, webhook_id = order(), f"msg_{uuid.uuid4().hex}"
    connection = slon.send(body("application.create", params), webhook_id)
    [(made,)] = wait_until(lambda: applications_of(stack, params))
    connection.close()
    again = slon.call("application.create", params, webhook_id if same_id else "")
    assert again.result["application_id"] == made
    assert again.result["redirect_url"]
    assert applications_of(stack, params) == [(made,)]


def test_a_request_whose_database_backend_dies_is_answered_in_json_and_repeats_well(slon, stack):
    params, webhook_id = order(), f"msg_{uuid.uuid4().hex}"
    [(agency,)] = stack.sql("SELECT id FROM tour_loan_agency WHERE code = 'slon'")
    holder = stack.postgres.connect(stack.database)
    try:
        with holder.cursor() as cursor:
            # an open rival for the same order: the call waits for it
            cursor.execute(
                "INSERT INTO tour_loan_lock (key, touched_at) VALUES (%s, now())",
                [f"order:{agency}:{params['order']['number']}"],
            )
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(slon.call, "application.create", params, webhook_id)
            killed = 0
            while not call.done():
                killed += len(kill_those_who_wait(stack))
                time.sleep(0.05)
                assert killed < 100
            answer = call.result()
    finally:
        holder.rollback()
        holder.close()
    assert killed
    assert_tells_nothing(answer)
    assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    assert applications_of(stack, params) == []
    made = slon.call("application.create", params, webhook_id).result["application_id"]
    assert applications_of(stack, params) == [(made,)]


def kill_those_who_wait(stack) -> list[tuple]:
    """End the backends that wait for our open row."""
    return stack.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND wait_event_type = 'Lock' AND query LIKE '%%tour_loan_lock%%'",
        stack.database,
    )


def test_calls_go_on_after_all_backends_died(slon, stack):
    params = order()
    made = slon.call("application.create", params).result["application_id"]
    stack.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND application_name LIKE 'odoo-%%'",
        stack.database,
    )

    def all_workers_answer():
        answers = [slon.call("application.get", {"application_id": made}) for _ in range(20)]
        for answer in answers:
            assert_tells_nothing(answer)
            assert answer.status in (200, 503)
        return all(answer.status == 200 for answer in answers)

    wait_until(all_workers_answer)
