"""Personal data: for how long it is kept, and how a field of it is declared.

152-FZ art. 5: no more data and no longer than the purpose needs. The periods are
the law's minimum or our proposal where the law is silent; the lender's policy
decides.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data lives: years after the loan ends, days when there is no loan."""

    years_after_loan: int
    days_without_loan: int
    source: str


IDENTIFICATION = Retention(
    5, 30, "115-FZ art. 7 part 4: five years; 152-FZ art. 21 part 4: thirty days"
)
EVIDENCE = Retention(
    5, 30, "proof of the signature: kept like the contract it signs (115-FZ art. 7)"
)
DECISION = Retention(3, 30, "limitation period (Civil Code art. 196); 152-FZ art. 21 part 4")

CONTACT = "contact the borrower, confirm codes, find his account"
IDENTIFY = "identify the borrower (115-FZ art. 7), the loan contract"
TRAVEL = "names of the travellers as the tour is booked; identify the borrower"
DECIDE = "the lender's decision and debt burden (353-FZ art. 5.1)"
PROVE = "prove who signed what (63-FZ art. 9) and fend off code guessing"


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A personal field under all its names.

    Names are compared without case, spaces and underscores; one that ends in `*`
    stands for every name beginning so. The first is the name in our models. `mask`
    names one of `masking.MASKS`.
    """

    names: tuple[str, ...]
    mask: str
    why: str
    keep: Retention
