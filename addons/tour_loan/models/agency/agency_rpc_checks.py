"""The rules of ``rules/order.py`` by this agency's settings and the clock."""

from datetime import UTC

from odoo import api, fields, models
from odoo.tools import ormcache

from ...rpc import errors
from ...rules import order as rules

_ERRORS = {
    rules.ORDER: errors.InvalidParams,
    rules.AGENCY: errors.AgencyRule,
    rules.LENDER: errors.Limit,
}


def refuse(refusals):
    """Raise the API's error for refusals of one rule; none is well.

    :param list refusals: of ``rules/order.py``
    """
    if refusals:
        problems = [errors.Problem(one.path, one.code, one.values) for one in refusals]
        raise _ERRORS[refusals[0].rule](problems)


def _now():
    return fields.Datetime.now().replace(tzinfo=UTC)


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    def _check_order(self, params):
        """Return the term and product of an order, or refuse it with the paths."""
        order = params.order
        price, advance = order.price.amount, order.advance.amount.amount
        self._check_advance(price, advance)
        refuse(rules.items([item.price.amount for item in order.items or []], price))
        self._check_times(order.held_until, order.advance.paid_at, params.tour)
        urls = {name: getattr(params.urls, name) for name in ("success", "failure", "back")}
        refuse(rules.hosts(urls, self._settings().url_hosts))
        terms = params.terms
        product = self._product_for(
            price - advance, terms and terms.product, "terms.product", "order.price.amount"
        )
        conditions = product._conditions()
        months = (terms and terms.months) or conditions.default_months
        refuse(rules.months([months], conditions.terms, "terms.months"))
        self._check_hold(order.held_until, price - advance)
        return months, product

    def _check_advance(self, price, advance, path=rules.ADVANCE):
        refuse(rules.least_advance(price, advance, self._settings().minimum_advance, path))

    def _check_times(self, held_until, paid_at, tour):
        """Refuse times (aware) and places that cannot be; what is None was not told."""
        problems = rules.times(_now(), held_until, paid_at, tour and tour.starts_on)
        if tour and tour.country not in self._country_codes():
            problems.append(rules.Refusal(rules.ORDER, "tour.country", "country_unknown"))
        refuse(problems)

    @api.model
    @ormcache()
    def _country_codes(self) -> frozenset:
        """Return the ISO codes of the countries Odoo knows."""
        return frozenset(
            self.env["res.country"].search([("code", "!=", False)], order="id").mapped("code")
        )

    def _check_hold(self, held_until, amount):
        """Refuse a hold (aware) too short for the pause of ``amount``, if the agency wishes."""
        if self._settings().short_hold == "refuse":
            refuse(rules.hold(held_until, _now(), amount))

    def _product_for(self, amount, code, code_path, amount_path):
        """Return the product whose limits, and the agency's own, hold ``amount`` (₽)."""
        product, refusals = self._fitting_product(amount, code, code_path, amount_path)
        refuse(refusals)
        return product

    def _fitting_product(self, amount, code="", code_path="", amount_path=""):
        """Return (product, no refusals), or (an empty record, why no product fits)."""
        own, products = self._settings(), self._products()
        refusals = rules.limits(amount, own.loan_min, own.loan_max, rules.AGENCY, amount_path)
        if refusals:
            return products.browse(), refusals
        offered = [product._conditions() for product in products]
        place, refusals = rules.product(amount, offered, code, code_path, amount_path)
        return products.browse() if refusals else products[place], refusals
