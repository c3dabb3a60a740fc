"""PSK (ПСК), the full cost of a consumer loan: 353-FZ art. 6 parts 2 to 2.2.

PSK = i * N * 100 per cent a year, where i is the smallest positive root of

    sum of flow_k / ((1 + e_k * i) * (1 + i) ** q_k) = 0

with q_k the whole base periods from the issue to flow k, e_k the rest as a share
of the base period and N the base periods in a year of 365 days.

The law leaves some freedom; the convention here: a month is a calendar month
(clamped at its end, N = 12), a rest inside it is counted in days of 1/30; a base
period of n days gives N = 365/n, never rounded. The PSK of record is the
accounting system's; ours is a preview and a cross-check.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from .money import ZERO
from .months import anniversary, whole_months

YEAR_DAYS = 365
MONTH_DAYS = 30
# How far a payment is moved off a weekend, and off the holidays of January.
WEEKEND_DAYS, HOLIDAY_DAYS = 3, 11
# So many payments do not fall on even days by chance when months were meant.
EVEN, SHORTEST_MONTH = 4, 28
THOUSANDTH = Decimal("0.001")
# A double gives the root to some 14 digits; the noise beyond the ninth place
# would make exactly 292 % look like more than the cap of 292 %.
BILLIONTH = Decimal("0.000000001")
PRECISION = 1e-14  # of the rate of one period

Flow = tuple[date, Decimal]


@dataclass(frozen=True, slots=True)
class BasePeriod:
    """A base period of `months` or of `days`; the other one is 0."""

    months: int = 0
    days: int = 0

    @property
    def per_year(self) -> Decimal:
        """How many base periods a calendar year of 365 days holds."""
        if self.months:
            return Decimal(12) / self.months
        return Decimal(YEAR_DAYS) / self.days

    @property
    def length(self) -> float:
        """Length in days, a month being a twelfth of a year: for comparing."""
        return self.days + self.months * YEAR_DAYS / 12

    def position(self, start: date, on: date) -> tuple[int, float]:
        """Return (q, e): whole periods from start to the day, and the rest."""
        if self.days:
            whole, rest = divmod((on - start).days, self.days)
            return whole, rest / self.days
        elapsed, rest = whole_months(start, on)
        whole, extra = divmod(elapsed, self.months)
        return whole, (extra * MONTH_DAYS + rest) / (self.months * MONTH_DAYS)


MONTH = BasePeriod(months=1)
YEAR = BasePeriod(months=12)


@dataclass(frozen=True, slots=True)
class FullCost:
    """The PSK: per cent a year to 3 places, the same unrounded, and roubles."""

    percent: Decimal
    unrounded: Decimal
    amount: Decimal
    base_period: BasePeriod


def full_cost(flows: Iterable[Flow], base_period: BasePeriod | None = None) -> FullCost:
    """Return the PSK of the flows: the issue with minus, payments with plus.

    `percent` is rounded half up (the law names no mode); compare `unrounded`
    with a cap. `amount` is what is paid above the loan. Without a positive root
    (nothing is overpaid) the PSK is 0.000. A given `base_period` overrides the
    one found by `find_base_period`. Raises ValueError unless the first day is an issue
    of money and something is paid after it.
    """
    by_day: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for on, amount in flows:
        by_day[on] += amount
    days = sorted(by_day)
    if len(days) < 2 or by_day[days[0]] >= 0:
        raise ValueError("flows must start with the issue and go on with payments")
    base = base_period or find_base_period(days)
    positions = [(float(by_day[on]), *base.position(days[0], on)) for on in days]
    amount = sum(by_day.values(), ZERO)
    root = solve(positions) if amount > 0 else 0.0
    exact = (Decimal(root) * base.per_year * 100).quantize(BILLIONTH)
    percent = exact.quantize(THOUSANDTH, ROUND_HALF_UP)
    return FullCost(percent, exact, max(amount, ZERO), base)


def find_base_period(days: list[date]) -> BasePeriod:
    """Return the base period of flows on these sorted days (353-FZ art. 6 part 2.2).

    The most frequent interval *between payments of the schedule*, of equally frequent ones
    the shortest; when none repeats, their mean in days; a year when all are longer than
    that. The way from the issue to the first payment is none of them: it may be broken.
    Payments on the same day of each month keep the month where a day is moved off weekends
    and holidays. A single payment has its own term in days, so that its PSK is the daily
    rate times 365.
    """
    issued_on, *payments = days
    if len(payments) == 1:
        term = (payments[0] - issued_on).days
        return BasePeriod(days=term) if term <= YEAR_DAYS else YEAR
    intervals = [each for each in _intervals(issued_on, payments) if each.length <= YEAR_DAYS]
    if not intervals:
        return YEAR
    counted = Counter(intervals)
    most = max(counted.values())
    if most == 1 and len(intervals) > 1:
        mean = Decimal((payments[-1] - payments[0]).days) / (len(payments) - 1)
        rounded = int(mean.quantize(Decimal(1), ROUND_HALF_UP))
        return BasePeriod(days=min(rounded, YEAR_DAYS))
    frequent = [each for each, count in counted.items() if count == most]
    return min(frequent, key=lambda each: each.length)


def balance(positions: list[tuple[float, int, float]], i: float) -> tuple[float, float]:
    """Return the left side of the law's equation for (flow, q, e), and its slope at i."""
    left = slope = 0.0
    for flow, whole, rest in positions:
        # A negative power fades to zero where a positive one would overflow.
        value = flow * (1.0 + i) ** -whole / (1.0 + rest * i)
        left += value
        slope -= value * (whole / (1.0 + i) + rest / (1.0 + rest * i))
    return left, slope


def solve(positions: list[tuple[float, int, float]]) -> float:
    """Return the smallest positive root for (flow, q, e) with a positive sum.

    Newton's steps, kept inside a bracket: one that leaves it is replaced by its middle.
    """
    low, high = 0.0, 0.001
    while balance(positions, high)[0] > 0:
        low, high = high, high * 2
    i, step = low, high - low
    while abs(step) > PRECISION:
        left, slope = balance(positions, i)
        low, high = (i, high) if left > 0 else (low, i)
        newton = i - left / slope if slope else high
        following = newton if low < newton < high else (low + high) / 2
        i, step = following, following - i
    return i


def _intervals(issued_on: date, payments: list[date]) -> list[BasePeriod]:
    """Return the intervals between payments, in months where they follow the calendar."""
    apart = [(until - since).days for since, until in pairwise(payments)]
    even = {(payments[0] - issued_on).days, *apart}
    if len(even) == 1 and (len(apart) >= EVEN or apart[0] < SHORTEST_MONTH):
        return [BasePeriod(days=each) for each in apart]  # every 30 days, not each month
    if months := _months_of(payments):
        return [BasePeriod(months=each) for each in months]
    elapsed = [(day, *whole_months(payments[0], day)) for day in payments]
    return [_interval(*pair) for pair in pairwise(elapsed)]


def _interval(since: tuple[date, int, int], until: tuple[date, int, int]) -> BasePeriod:
    """Return the interval of two days, each given with its months and days since the first."""
    if since[2] or until[2]:
        return BasePeriod(days=(until[0] - since[0]).days)
    return BasePeriod(months=until[1] - since[1])


def _months_of(payments: list[date]) -> list[int] | None:
    """Return the months between payments that all belong to one day of the month, or None.

    Which day that is, one of the payments shows.
    """
    for usual in payments:
        nearest = [(day, *_nearest(usual, day)) for day in payments]
        months = [until[1] - since[1] for since, until in pairwise(nearest)]
        if min(months) > 0 and all(_may_be_moved(day, far) for day, _number, far in nearest):
            return months
    return None


def _may_be_moved(day: date, days: int) -> bool:
    """Return whether a payment may be on this day because it was moved by so many."""
    new_year = (day.month, day.day) >= (12, 25) or (day.month, day.day) <= (1, 15)
    return days <= (HOLIDAY_DAYS if new_year else WEEKEND_DAYS)


def _nearest(usual: date, day: date) -> tuple[int, int]:
    """Return the number of the month whose ``usual`` day is nearest, and how far it is."""
    about = (day.year - usual.year) * 12 + day.month - usual.month
    far = {
        number: abs((anniversary(usual, number) - day).days)
        for number in (about, about - 1, about + 1)
    }
    return min(far.items(), key=lambda item: item[1])
