"""PayU's words for the state of a payment, and what each means for us."""

from enum import Enum


class Meaning(str, Enum):
    """What a status asks of the shop."""

    PENDING = "pending"  # nothing decided yet
    AUTHORIZED = "authorized"  # money is held on the card, not yet taken
    PAID = "paid"  # money is taken
    FAILED = "failed"  # an attempt failed; the payer may try again on the same page
    CANCELLED = "cancelled"  # will not be paid any more
    REVERSED = "reversed"  # the hold was released
    REFUNDED = "refunded"  # money went back, wholly or partly
    WIRE = "wire"  # a wire transfer is said to have arrived: we do not offer it
    CASH = "cash"  # pay on delivery: no money yet, never done
    SUSPICIOUS = "suspicious"  # their fraud check holds it
    TEST = "test"  # no real money
    ABSENT = "absent"  # PayU knows no such payment
    UNKNOWN = "unknown"  # a word we do not know


#: The same things are spelled differently in notices and in status answers.
MEANINGS = {
    "-": Meaning.PENDING,
    "PENDING": Meaning.PENDING,
    "PROCESSING": Meaning.PENDING,
    "WAITING_PAYMENT": Meaning.PENDING,
    "IN_PROGRESS": Meaning.AUTHORIZED,
    "PAYMENT_AUTHORIZED": Meaning.AUTHORIZED,
    "COMPLETE": Meaning.PAID,
    "PAYMENT_RECEIVED": Meaning.WIRE,
    "CASH": Meaning.CASH,
    "REVERSED": Meaning.REVERSED,
    "REFUND": Meaning.REFUNDED,
    "CARD_NOT_AUTHORIZED": Meaning.FAILED,
    "CARD_NOTAUTHORIZED": Meaning.FAILED,
    "INVALID": Meaning.FAILED,
    "CANCELED": Meaning.CANCELLED,
    "CANCELLED": Meaning.CANCELLED,
    "SUSPECT": Meaning.SUSPICIOUS,
    "FRAUD": Meaning.SUSPICIOUS,
    "TEST": Meaning.TEST,
    "NOT_FOUND": Meaning.ABSENT,
}

#: Pending, but the payer has not done anything yet.
NOT_BEGUN = frozenset({"-", "WAITING_PAYMENT"})

#: Once the payment page is closed, these will never become money.
HOPELESS_AFTER_PAGE = frozenset(
    {"-", "WAITING_PAYMENT", "NOT_FOUND", "CARD_NOT_AUTHORIZED", "CARD_NOTAUTHORIZED", "INVALID"}
)

#: Meanings that say money moved: an event with one of them must name the sum.
MONEY = frozenset({Meaning.PAID, Meaning.AUTHORIZED, Meaning.REFUNDED, Meaning.WIRE, Meaning.TEST})

#: It will not be paid any more.
NEVER_PAID = frozenset({Meaning.CANCELLED, Meaning.REVERSED})

#: PayU's last word on a payment: it took the money, or never will.
FINAL = NEVER_PAID | {Meaning.PAID, Meaning.REFUNDED, Meaning.TEST}

#: States of a refund as the status call lists them.
REFUND_DONE = frozenset({"REFUND", "REVERSED"})


def meaning_of(status: str) -> Meaning:
    """Return the meaning of PayU's word; a word that is not in the table is UNKNOWN."""
    return MEANINGS.get(status.strip().upper(), Meaning.UNKNOWN)
