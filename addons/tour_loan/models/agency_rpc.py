"""What the agency API does: the hooks that ``rpc/methods`` call on an agency."""

import logging
from contextlib import contextmanager, nullcontext
from datetime import UTC, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from psycopg2 import InterfaceError, OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError

from ..rpc import dispatcher, errors, signature
from ..rpc.content import content as normal_content
from ..rpc.content import differing_paths
from ..rules import cooling_off, money, moves, quote
from ..tools import is_on, server_setting
from .application import BOOKING_ALLOWANCE

_logger = logging.getLogger(__name__)

CLOCK_SKEW = timedelta(minutes=5)


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    # --- the call ---

    @api.model
    def _authenticate(self, headers, body: bytes):
        """Return (agency as superuser, webhook id), or (None, "") for a call to refuse.

        An unknown code costs the same HMAC as a known one, and the answer is one.
        """
        agency = self.with_user(SUPERUSER_ID)._of_code(headers.get("x-agency") or "")
        secrets = agency._secrets("inbound") if agency else [signature.new_secret()]
        try:
            webhook_id = signature.verify(
                headers, body, secrets, fields.Datetime.now().replace(tzinfo=UTC)
            )
        except signature.SignatureRefused:
            return None, ""
        return agency, webhook_id

    def _rpc(self, webhook_id: str, body: bytes) -> bytes | None:
        """Run one call; a repeat of a changing call gets the stored answer."""
        call = dispatcher.parse(body)
        row = self.env["tour_loan.request"]
        if call.changes:
            row, new = row._claim(self, webhook_id, body, call.method)
            if not new and not row._is_same(body):
                return dispatcher.refuse(
                    call, errors.InvalidRequest([errors.Problem("", "other_body")])
                )
            if not new:
                return row.answer.encode() if row.answer else None
        answer = dispatcher.handle(
            call,
            self,
            passthrough=(OperationalError, InterfaceError, ConcurrencyError),
            atomic=self._atomic if call.changes else nullcontext,
            allow_loopback=is_on(server_setting("tour_loan", "allow_private_callbacks")),
            logger=_logger,
        )
        if row and dispatcher.is_incident(answer):
            row.unlink()  # our fault: the same call may be tried again
        elif row:
            row.answer = (answer or b"").decode()
        return answer

    @contextmanager
    def _atomic(self):
        """Undo what a call wrote if its answer is an error."""
        with self.env.cr.savepoint():
            yield
            # inside, so that what the database refuses is refused here
            self.env.flush_all()

    # --- methods ---

    def _rpc_application_create(self, params) -> dict:
        """Take an order over; the same order again gives the same application."""
        content = normal_content(params)
        claim = f"order:{self.id}:{params.order.number}"
        fresh = self.env["tour_loan.lock"]._claim(claim)
        known = self._application_of_order(params.order.number)
        if known and known.state not in moves.ENDED_WITHOUT_MONEY:
            paths = differing_paths(known.content, content)
            if paths:
                raise errors.OrderConflict(paths, known.uuid)
            known._renew_link()
            return known._agency_object()
        if not fresh:
            # the number is known but free again: only one of two rivals may take it
            self.env["tour_loan.lock"]._take(claim)
        months, product = self._check_order(params)
        quiet = {"tracking_disable": True, "mail_create_nosubscribe": True}
        application = (
            self.env["tour_loan.application"]
            .with_context(**quiet)
            .create(self._application_values(params, content, months, product))
        )
        self.env["tour_loan.history"].create(
            {
                "application_id": application.id,
                "move": "create",
                "actor": "agency",
                "target": "new",
                "made": True,
            }
        )
        return application._agency_object()

    def _rpc_application_get(self, params) -> dict:
        return self._application_of(params)._agency_object()

    def _rpc_application_cancel(self, params) -> dict:
        """Cancel at once before the commit; after it, ask the lender to."""
        application = self._application_of(params)
        if application.state == "cancelled":
            return application._agency_object()
        if application.state == "committed":
            application._claim_cancel(params.reason)
        elif not application._move("cancel", "agency", note=params.reason, decline_code="agency"):
            raise errors.WrongState(application.state)
        return application._agency_object()

    def _rpc_calculator_quote(self, params) -> dict:
        """Preview every allowed term; no row is written."""
        price, advance = params.price.amount, params.advance.amount
        self._check_advance(price, advance, "advance.amount")
        amount = price - advance
        product = self._product_for(amount, params.product, "product", "price.amount")
        today = fields.Date.context_today(self)
        terms = [params.months] if params.months else product._terms()
        self._check_months(terms, product, "months")
        rate = Decimal(str(product.rate))
        return {
            "amount": amount,
            "previews": [
                _preview(preview) for preview in quote.previews(amount, terms, rate, today)
            ],
        }

    # --- finding ---

    def _application_of_order(self, number):
        """Return the order's latest application of this agency."""
        return self.env["tour_loan.application"].search(
            [("agency_id", "=", self.id), ("order_number", "=", number)],
            order="id desc",
            limit=1,
        )

    def _application_of(self, params):
        """Return this agency's application named by id or order number."""
        if params.application_id:
            application = self.env["tour_loan.application"].search_fetch(
                [("agency_id", "=", self.id), ("uuid", "=", params.application_id)]
            )
        else:
            application = self._application_of_order(params.order_number)
        if not application:
            raise errors.NotFound()
        return application

    # --- checks that need the agency's settings ---

    def _check_order(self, params):
        """Return the term and product of an order, or refuse it with the paths."""
        order = params.order
        price, advance = order.price.amount, order.advance.amount.amount
        self._check_advance(price, advance, "order.advance.amount.amount")
        self._check_times(params)
        self._check_urls(params.urls)
        terms = params.terms
        product = self._product_for(
            price - advance,
            terms and terms.product,
            "terms.product",
            "order.price.amount",
        )
        months = (terms and terms.months) or product.default_months
        self._check_months([months], product, "terms.months")
        if self.short_hold == "refuse":
            needed = self._hold_needed_until(price - advance)
            if order.held_until < needed:
                raise errors.AgencyRule(
                    [
                        errors.Problem(
                            "order.held_until",
                            "hold_too_short",
                            {"until": needed.isoformat()},
                        )
                    ]
                )
        return months, product

    def _hold_needed_until(self, amount):
        """Return until when a loan of ``amount`` signed now needs the tour held."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        return cooling_off.until(now, amount) + BOOKING_ALLOWANCE

    def _check_times(self, params):
        now = fields.Datetime.now().replace(tzinfo=UTC)
        problems = []
        if params.order.held_until <= now:
            problems.append(errors.Problem("order.held_until", "hold_in_the_past"))
        if params.order.advance.paid_at > now + CLOCK_SKEW:
            problems.append(errors.Problem("order.advance.paid_at", "in_the_future"))
        if params.tour.starts_on < now.date():
            problems.append(errors.Problem("tour.starts_on", "departure_in_the_past"))
        if not self.env["res.country"].search_count([("code", "=", params.tour.country)], limit=1):
            problems.append(errors.Problem("tour.country", "country_unknown"))
        if problems:
            raise errors.InvalidParams(problems)

    def _check_advance(self, price, advance, path):
        least = Decimal(str(self.minimum_advance))
        minimum = money.percent_of(price, least)
        if advance < minimum:
            raise errors.AgencyRule(
                [errors.Problem(path, "advance_too_small", {"minimum": str(minimum)})]
            )

    def _check_months(self, months, product, path):
        terms = product._terms()
        if not set(months) <= set(terms):
            offered = ", ".join(map(str, terms))
            raise errors.Limit([errors.Problem(path, "months_not_offered", {"offered": offered})])

    def _check_urls(self, urls):
        problems = [
            errors.Problem(f"urls.{name}", "host_not_allowed")
            for name in ("success", "failure", "back")
            if (url := getattr(urls, name)) and not self._url_allowed(urlsplit(url).hostname)
        ]
        if problems:
            raise errors.AgencyRule(problems)

    def _product_for(self, amount, code, code_path, amount_path):
        """Return the product whose limits hold ``amount`` (Decimal, ₽)."""
        products = self._products()
        if code:
            products = products.filtered(lambda product: product.code == code)
        if not products:
            raise errors.Limit([errors.Problem(code_path, "product_unknown")])
        for product in products:
            if float(amount) >= product.amount_min and float(amount) <= product.amount_max:
                return product
        least, most = min(products.mapped("amount_min")), max(products.mapped("amount_max"))
        if amount < Decimal(str(least)):
            problem = ("loan_too_small", {"minimum": f"{least:.2f}"})
        else:
            problem = ("loan_too_big", {"maximum": f"{most:.2f}"})
        raise errors.Limit([errors.Problem(amount_path, *problem)])

    def _tour_values(self, tour) -> dict:
        parts = (tour.resort or tour.country, tour.hotel and tour.hotel.name)
        return {
            "tour_summary": ", ".join(part for part in parts if part),
            "tour_starts_on": tour.starts_on,
        }

    def _application_values(self, params, content, months, product) -> dict:
        order, tour, customer = params.order, params.tour, params.customer
        passport = customer.passport
        return {
            "agency_id": self.id,
            "product_id": product.id,
            "currency_id": product.currency_id.id,
            "test": bool(params.test) or self.test_mode,
            "order_number": order.number,
            "price": float(order.price.amount),
            "advance": float(order.advance.amount.amount),
            "advance_paid_at": _naive(order.advance.paid_at),
            "months": months,
            "held_until": _naive(order.held_until),
            "content": content,
            "customer_phone": customer.phone,
            **self._tour_values(tour),
            "last_name": customer.last_name,
            "first_name": customer.first_name,
            "middle_name": customer.middle_name,
            "birth_date": customer.birth_date,
            "email": customer.email,
            "passport_series": passport and passport.series,
            "passport_number": passport and passport.number,
            "passport_issued_on": passport and passport.issued_on,
            "passport_division_code": passport and passport.division_code,
            "passport_issued_by": passport and passport.issued_by,
        }


def _naive(moment):
    """Return an aware time as Odoo stores it: naive UTC, whole seconds."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _preview(preview) -> dict:
    return {
        "months": preview.months,
        "monthly_payment": preview.monthly_payment,
        "psk": preview.psk,
        "overpayment": preview.overpayment,
    }
