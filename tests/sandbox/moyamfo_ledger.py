"""The lender's arithmetic, small and on its own: annuity, full cost, allocation of money.

Roubles as Decimal, rates in per cent a year, interest ACT/365, every figure half-up
to the kopeck. What a contract owes is never stored: it is replayed from its money.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")
ZERO = Decimal("0.00")
PENALTY_RATE = Decimal(20)  # per cent a year on overdue principal, the legal maximum


def kopecks(value) -> Decimal:
    return Decimal(value).quantize(KOPECK, ROUND_HALF_UP)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def interest(principal: Decimal, rate: Decimal, days: int) -> Decimal:
    return kopecks(principal * rate * days / 36500)


def annuity(amount: Decimal, rate: Decimal, months: int) -> Decimal:
    """The equal monthly payment."""
    step = rate / 1200
    if not step:
        return kopecks(amount / months)
    return kopecks(amount * step / (1 - (1 + step) ** -months))


@dataclass
class Line:
    """One line of a schedule and what was paid of it, roubles."""

    due_on: date
    principal: Decimal
    interest: Decimal
    rest: Decimal
    paid_principal: Decimal = ZERO
    paid_interest: Decimal = ZERO
    paid_on: date | None = None

    @property
    def amount(self):
        return self.principal + self.interest

    @property
    def paid(self):
        return self.paid_principal + self.paid_interest

    @property
    def left(self):
        return self.amount - self.paid


def schedule(amount: Decimal, rate: Decimal, months: int, start: date) -> list[Line]:
    """An annuity schedule from the day of issue."""
    days = [add_months(start, number) for number in range(1, months + 1)]
    return schedule_on(amount, rate, days, start)


def schedule_on(amount, rate, days: list[date], start: date) -> list[Line]:
    """An annuity schedule with given days; the last line takes what rounding left."""
    payment, rest, before, lines = annuity(amount, rate, len(days)), amount, start, []
    for due_on in days:
        charged = interest(rest, rate, (due_on - before).days)
        principal = min(rest, max(ZERO, payment - charged))
        if due_on == days[-1]:
            principal = rest
        rest -= principal
        lines.append(Line(due_on, principal, charged, rest))
        before = due_on
    return lines


def full_cost(amount: Decimal, lines: list[Line]) -> Decimal:
    """ПСК, per cent a year: smallest i with sum(payment / (1 + i)^month) = amount, times 12."""
    if sum(line.amount for line in lines) <= amount:
        return Decimal("0.000")
    flows, low, high = [float(line.amount) for line in lines], 0.0, 10.0
    for _step in range(80):
        middle = (low + high) / 2
        worth = sum(flow / (1 + middle) ** n for n, flow in enumerate(flows, 1))
        low, high = (middle, high) if worth > float(amount) else (low, middle)
    return Decimal(str(low * 1200)).quantize(Decimal("0.001"), ROUND_HALF_UP)


@dataclass
class Money:
    """A payment of the borrower or (``refund``) the tour's price given back by the agency."""

    uid: str
    amount: Decimal
    day: date
    refund: bool = False


@dataclass
class Split:
    """How one payment was allocated."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    penalty: Decimal = ZERO
    overpaid: Decimal = ZERO


@dataclass
class State:
    """What a contract owes on a day."""

    lines: list[Line]
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    penalty: Decimal = ZERO
    overdue: Decimal = ZERO
    splits: dict = field(default_factory=dict)

    @property
    def payoff(self):
        return self.principal + self.interest + self.penalty

    @property
    def next_line(self):
        return next((line for line in self.lines if line.left > 0), None)


def replay(amount, rate, months, start: date, money: list[Money], today: date) -> State:
    """Allocate all money in order of days and return the contract as of ``today``.

    A payment that covers the whole debt closes the contract and its later interest is
    not charged; otherwise it fills the lines one after another, interest first. A
    refund of the tour lowers the principal and the remaining lines are built anew.
    """
    state = State(schedule(amount, rate, months, start))
    penalty_paid = ZERO
    for one in sorted(money, key=lambda item: item.day):
        _measure(state, rate, start, one.day, penalty_paid)
        left, split = one.amount, state.splits.setdefault(one.uid, Split())
        split.penalty = min(left, state.penalty)
        penalty_paid += split.penalty
        left -= split.penalty
        if left >= state.principal + state.interest:
            split.principal, split.interest = state.principal, state.interest
            split.overpaid = left - split.principal - split.interest
            _close(state, one.day)
        elif one.refund:
            split.interest = min(left, state.interest)
            split.principal = left - split.interest
            _rebuild(state, rate, one.day, split)
        else:
            for line in state.lines:
                for part in ("interest", "principal"):
                    take = min(left, getattr(line, part) - getattr(line, f"paid_{part}"))
                    if take > 0:
                        setattr(line, f"paid_{part}", getattr(line, f"paid_{part}") + take)
                        setattr(split, part, getattr(split, part) + take)
                        line.paid_on, left = one.day, left - take
    _measure(state, rate, start, today, penalty_paid)
    return state


def _measure(state, rate, start, day, penalty_paid):
    """Fill in what is owed on ``day``."""
    state.principal = sum((x.principal - x.paid_principal for x in state.lines), ZERO)
    owed = penalty = overdue = ZERO
    before, rest = start, sum((x.principal for x in state.lines), ZERO)
    for line in state.lines:
        if line.due_on <= day:
            owed += line.interest - line.paid_interest
        elif before < day and state.principal:
            accrued = min(line.interest, interest(rest, rate, (day - before).days))
            owed += max(ZERO, accrued - line.paid_interest)
        if line.due_on < day and line.left > 0:
            overdue += line.left
            unpaid = line.principal - line.paid_principal
            penalty += interest(unpaid, PENALTY_RATE, (day - line.due_on).days)
        before, rest = line.due_on, line.rest
    state.interest, state.overdue = owed, overdue
    state.penalty = max(ZERO, penalty - penalty_paid)


def _close(state, day):
    """Everything is paid: of the lines ahead only the accrued interest is charged."""
    accrued = state.interest
    for line in state.lines:
        if line.left <= 0:
            continue
        if line.due_on > day:
            line.interest = min(line.interest, line.paid_interest + accrued)
        accrued -= line.interest - line.paid_interest
        line.paid_on = day
        line.paid_principal, line.paid_interest = line.principal, line.interest
    state.principal = state.interest = state.penalty = ZERO


def _rebuild(state, rate, day, split):
    """Lower the principal and spread the rest over the days still ahead."""
    done = [line for line in state.lines if line.left <= 0 or line.due_on <= day]
    days = [line.due_on for line in state.lines if line not in done] or [day]
    overdue = sum((line.principal - line.paid_principal for line in done), ZERO)
    rest = max(ZERO, state.principal - split.principal - overdue)
    state.lines = done + schedule_on(rest, rate, days, day)
