"""What must hold at the end of every story, whatever happened on the way."""

from datetime import datetime
from decimal import Decimal

from .story import Borrower, hurry, wait_until

OUTBOXES = ("tour_loan_callback", "tour_loan_sms", "moyamfo_message")
SETTLING_SECONDS = 150


def application(who: Borrower) -> dict:
    """Return the one application of the borrower's order as Odoo has it."""
    columns = ("id", "uuid", "state", "sequence", "accounting_number")
    rows = who.stack.sql(
        f"SELECT {', '.join(columns)} FROM tour_loan_application WHERE order_number = %s",
        who.order_number,
    )
    assert len(rows) == 1, f"{len(rows)} applications of {who.order_number}"
    return dict(zip(columns, rows[0], strict=True))


def settle(stack) -> None:
    """Wait until nothing is on its way out of Odoo.

    The job runner looks for jobs of dead workers when something happens in its queue,
    and once a minute by itself; knocking spares the minute, and the wait for repeats too.
    """

    def nothing_waits():
        hurry(stack)
        stack.sql("NOTIFY queue_job, 'anything new?'")
        waiting = {
            table: stack.sql(f"SELECT id, last_error FROM {table} WHERE state = 'pending'")
            for table in OUTBOXES
        }
        return not any(waiting.values()) or waiting

    wait_until(lambda: nothing_waits() is True, SETTLING_SECONDS, every=0.25)


def check(who: Borrower, state: str, *, submitted: bool = True) -> dict:
    """Check that nothing of the story was lost or doubled; return the travel order.

    ``submitted``: whether the lender ever heard of the application.
    """
    settle(who.stack)
    ours = application(who)
    assert ours["state"] == state
    check_books(who, ours, submitted)
    check_sms(who)
    return check_callbacks(who, ours)


def check_books(who: Borrower, ours: dict, submitted: bool = True) -> None:
    """MoyaMFO has the application once, under the number that Odoo shows."""
    theirs = who.sandbox.in_books(ours["uuid"])
    assert len(theirs) == int(submitted), [row["number"] for row in theirs]
    assert [row["number"] for row in theirs] == ([ours["accounting_number"]] if submitted else [])


def check_callbacks(who: Borrower, ours: dict) -> dict:
    """The agency was told of every change, in order, by genuine messages.

    A repeat of one message has its id and stands directly behind it.
    """
    order = who.sandbox.order(who.order_number)
    heard = order["callbacks"]
    assert all(callback["verified"] for callback in heard)
    once = [callback for callback in heard if not callback["duplicate"]]
    assert [callback["sequence"] for callback in once] == list(range(1, ours["sequence"] + 1))
    assert [c["sequence"] for c in heard] == sorted(c["sequence"] for c in heard)
    assert len({callback["webhook_id"] for callback in heard}) == len(once)
    assert order["application"]["status"] == ours["state"]
    assert order["application"]["sequence"] == ours["sequence"]
    return order


def told(who: Borrower) -> list[str]:
    """Return the statuses the agency was told of, as they came."""
    return [c["status"] for c in who.sandbox.order(who.order_number)["callbacks"]]


def check_sms(who: Borrower) -> None:
    """No SMS came twice, and every one that Odoo calls sent did come.

    One that came while its answer was lost may be dropped here: its code was typed
    before the repeat asked the gateway for it.
    """
    rows = who.stack.sql("SELECT id, state FROM tour_loan_sms WHERE phone = %s", who.phone)
    came = [message["gateway_id"] for message in who.sandbox.sms(who.phone)]
    assert len(came) == len(set(came))
    assert {row_id for row_id, state in rows if state == "sent"} <= set(came)
    assert set(came) <= {row_id for row_id, _state in rows}


def texts(who: Borrower) -> list[str]:
    """Return the texts on the phone that carry no code: the news."""
    return [m["text"] for m in who.sandbox.sms(who.phone) if not m["code"]]


def check_three_books(who: Borrower, payments: int, given_back: int = 0) -> None:
    """Odoo, PayU and MoyaMFO agree to the kopeck on every repayment of this loan.

    :param int payments: how many there are, ``given_back`` of them refunded and reversed
    """
    settle(who.stack)
    # what 1C booked comes by a pull, after the payments themselves
    expected = ["booked"] * (payments - given_back) + ["reversed"] * given_back
    wait_until(lambda: sorted(row[2] for row in _repayments(who)) == expected, 120)
    ours = _repayments(who)
    books = who.sandbox.get("moyamfo", "books")
    for uid, amount, state, reference, _number in ours:
        (paid,) = who.sandbox.get("payu", "payments", reference=reference)["payments"]
        assert paid["status"] == ("COMPLETE" if state == "booked" else "REFUND")
        assert Decimal(paid["amount"]) == amount
        back = sum(Decimal(refund["amount"]) for refund in paid["refunds"])
        assert back == (0 if state == "booked" else amount)
        _check_bookings(books["money"], uid, amount, state)
    # and so do the loan's figures
    for number in {number for *_rest, number in ours}:
        wait_until(lambda number=number: _principals(who, number) == 1, 120)


def _repayments(who: Borrower) -> list[tuple]:
    return who.stack.sql(
        "SELECT r.uid, r.amount, r.state, t.reference, l.number "
        "FROM tour_loan_repayment r JOIN payment_transaction t ON t.id = r.transaction_id "
        "JOIN tour_loan_loan l ON l.id = r.loan_id "
        "JOIN tour_loan_application a ON a.id = l.application_id "
        "WHERE a.order_number = %s",
        who.order_number,
    )


def _principals(who: Borrower, number: str) -> int:
    """Return how many sums are told as the principal of a loan: one, if the books agree."""
    (contract,) = [
        contract
        for contract in who.sandbox.get("moyamfo", "books")["contracts"]
        if contract["Номер"] == number
    ]
    ours = who.stack.sql("SELECT principal FROM tour_loan_loan WHERE number = %s", number)
    return len({Decimal(contract["Остатки"]["ОсновнойДолг"]), *(sum_ for (sum_,) in ours)})


def _check_bookings(movements: list[dict], uid: str, amount: Decimal, state: str) -> None:
    """MoyaMFO has the payment once, and its reversal once if there was one."""
    booked = [movement for movement in movements if movement["uid"] == uid]
    undone = [movement for movement in movements if movement["target_uid"] == uid]
    assert [Decimal(movement["amount"]) for movement in booked] == [amount]
    assert booked[0]["status"] == ("Проведен" if state == "booked" else "Сторнирован")
    reversals = [Decimal(movement["amount"]) for movement in undone]
    assert reversals == ([] if state == "booked" else [amount])


def seconds_to_agency(who: Borrower, order: dict) -> float:
    """Return how long after the lender's decision the agency heard of it."""
    decided = who.sandbox.in_books(order["application"]["application_id"])[0]["changed_at"]
    heard = next(c["received_at"] for c in order["callbacks"] if c["status"] == "approved")
    return (datetime.fromisoformat(heard) - datetime.fromisoformat(decided)).total_seconds()
