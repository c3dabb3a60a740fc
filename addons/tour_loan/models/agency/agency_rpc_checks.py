"""What an order must be like by the agency's settings and the clock; refusals name paths."""

from datetime import UTC, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import ormcache

from ...rpc import errors
from ...rules import cooling_off, money
from ..application.application import BOOKING_ALLOWANCE

CLOCK_SKEW = timedelta(minutes=5)


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    def _check_order(self, params):
        """Return the term and product of an order, or refuse it with the paths."""
        order = params.order
        price, advance = order.price.amount, order.advance.amount.amount
        self._check_advance(price, advance, "order.advance.amount.amount")
        self._check_items(order.items, price)
        self._check_times(order.held_until, order.advance.paid_at, params.tour)
        self._check_urls(params.urls)
        terms = params.terms
        product = self._product_for(
            price - advance,
            terms and terms.product,
            "terms.product",
            "order.price.amount",
        )
        months = (terms and terms.months) or product._conditions().default_months
        self._check_months([months], product, "terms.months")
        self._check_hold(order.held_until, price - advance)
        return months, product

    def _hold_needed_until(self, amount):
        """Return until when a loan of ``amount`` signed now needs the tour held."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        return cooling_off.until(now, amount) + BOOKING_ALLOWANCE

    def _check_times(self, held_until, paid_at, tour):
        """Refuse times (aware) and places that cannot be; what is None was not told."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        problems = []
        if held_until and held_until <= now:
            problems.append(errors.Problem("order.held_until", "hold_in_the_past"))
        if paid_at and paid_at > now + CLOCK_SKEW:
            problems.append(errors.Problem("order.advance.paid_at", "in_the_future"))
        if tour and tour.starts_on < now.date():
            problems.append(errors.Problem("tour.starts_on", "departure_in_the_past"))
        if tour and tour.country not in self._country_codes():
            problems.append(errors.Problem("tour.country", "country_unknown"))
        if problems:
            raise errors.InvalidParams(problems)

    @api.model
    @ormcache()
    def _country_codes(self) -> frozenset:
        """Return the ISO codes of the countries Odoo knows."""
        return frozenset(
            self.env["res.country"].search([("code", "!=", False)], order="id").mapped("code")
        )

    def _check_hold(self, held_until, amount):
        """Refuse a hold (aware) too short for the pause of ``amount``, if the agency wishes."""
        if self._settings().short_hold != "refuse":
            return
        needed = self._hold_needed_until(amount)
        if held_until < needed:
            problem = errors.Problem(
                "order.held_until", "hold_too_short", {"until": needed.isoformat()}
            )
            raise errors.AgencyRule([problem])

    def _check_advance(self, price, advance, path):
        minimum = money.percent_of(price, self._settings().minimum_advance)
        if advance < minimum:
            raise errors.AgencyRule(
                [errors.Problem(path, "advance_too_small", {"minimum": str(minimum)})]
            )

    def _check_items(self, items, price):
        """Refuse lines that are not the whole order: he is lent for what he buys."""
        total = sum((item.price.amount for item in items or []), Decimal(0))
        if items and total != price:
            values = {"sum": f"{total:.2f}", "price": f"{price:.2f}"}
            raise errors.InvalidParams([errors.Problem("order.items", "items_not_price", values)])

    def _check_months(self, months, product, path):
        terms = product._conditions().terms
        if not set(months) <= set(terms):
            offered = ", ".join(map(str, terms))
            raise errors.Limit([errors.Problem(path, "months_not_offered", {"offered": offered})])

    def _check_urls(self, urls):
        hosts = self._settings().url_hosts
        problems = [
            errors.Problem(f"urls.{name}", "host_not_allowed")
            for name in ("success", "failure", "back")
            if (url := getattr(urls, name)) and (urlsplit(url).hostname or "") not in hosts
        ]
        if problems:
            raise errors.AgencyRule(problems)

    def _product_for(self, amount, code, code_path, amount_path):
        """Return the product whose limits, and the agency's own, hold ``amount`` (₽)."""
        own = self._settings()
        self._check_limits(amount, own.loan_min, own.loan_max, errors.AgencyRule, amount_path)
        offered = [(product, product._conditions()) for product in self._products()]
        offered = [one for one in offered if one[1].terms]  # what the law allows today
        if code:
            offered = [one for one in offered if one[1].code == code]
        if not offered:
            raise errors.Limit([errors.Problem(code_path, "product_unknown")])
        for product, conditions in offered:
            if conditions.amount_min <= amount <= conditions.amount_max:
                return product
        # of several products the amount may fall between two
        below = [c.amount_max for _, c in offered if c.amount_max < amount]
        least = 0 if below else min(c.amount_min for _, c in offered)
        self._check_limits(amount, least, max(below, default=0), errors.Limit, amount_path)

    def _check_limits(self, amount, least, most, error, path):
        """Refuse ``amount`` outside the limits (Decimals, 0 is none)."""
        if amount < least:
            raise error([errors.Problem(path, "loan_too_small", {"minimum": f"{least:.2f}"})])
        if most and amount > most:
            raise error([errors.Problem(path, "loan_too_big", {"maximum": f"{most:.2f}"})])
