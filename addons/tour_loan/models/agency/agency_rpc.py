"""What the agency API does: the hooks that ``rpc/methods`` call on an agency."""

import logging
import time
from contextlib import contextmanager, nullcontext
from datetime import UTC

from psycopg2 import InterfaceError, OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ... import hot_path
from ...rpc import dispatcher, errors, webhook
from ...rpc.content import content as normal_content
from ...rpc.content import differing_paths
from ...rules import moves, quote
from ...rules import order as rules
from ...rules.questionnaire import told_by_agency
from ...rules.words import counted
from ...tools import is_on, server_setting
from .agency_rpc_checks import refuse

_logger = logging.getLogger(__name__)
_BEFORE_THE_CALL = "tour_loan_before_the_call"


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    # --- the call ---

    @api.model
    def _authenticate(self, headers, body: bytes):
        """Return (agency as superuser, webhook id), or (None, "") for a call to refuse.

        An unknown code costs the same HMAC as a known one, and the answer is one.
        """
        now = fields.Datetime.now()
        agency_id, keys = self._callers().get(headers.get("x-agency"), (None, ()))
        secrets = [secret for secret, until in keys if not until or until > now][:2]
        try:
            webhook_id = webhook.verify(
                headers, body, secrets or [webhook.new_secret()], now.replace(tzinfo=UTC)
            )
        except webhook.SignatureRefused:
            return None, ""
        return self.with_user(SUPERUSER_ID).browse(agency_id), webhook_id

    def _rpc(self, webhook_id: str, body: bytes) -> bytes | None:
        """Run one call; a repeat of a changing call gets the stored answer."""
        started = time.monotonic()
        call = dispatcher.parse(body)
        calls = earlier = self.env["tour_loan.call"]
        if call.changes:
            earlier = calls._earlier(self, webhook_id, savepoint=_BEFORE_THE_CALL)
        if not earlier:
            answer = dispatcher.handle(
                call,
                self,
                passthrough=(OperationalError, InterfaceError, ConcurrencyError),
                atomic=self._atomic if call.changes else nullcontext,
                allow_loopback=is_on(server_setting("tour_loan", "allow_private_callbacks")),
                logger=_logger,
            )
        elif earlier._is_same(body):
            answer = earlier._stored_answer()
        else:
            answer = dispatcher.refuse(
                call, errors.InvalidRequest([errors.Problem("", "other_body")])
            )
        answers_repeats = call.changes and not earlier
        if answers_repeats or calls._records(self):
            seconds = time.monotonic() - started
            calls._keep(self, webhook_id, body, call, answer, seconds, not answers_repeats)
        return answer

    @contextmanager
    def _atomic(self):
        """Undo what a call wrote if its answer is an error."""
        try:
            yield
            # inside, so that what the database refuses is refused here
            self.env.cr.flush()
        except BaseException:
            self.env.cr.clear()
            self.env.cr.execute(SQL("ROLLBACK TO SAVEPOINT %s", SQL.identifier(_BEFORE_THE_CALL)))
            raise

    # --- methods ---

    def _rpc_application_create(self, params) -> dict:
        """Take an order over; the same order again gives the same application."""
        content = normal_content(params)
        fresh, known = self._claim_order(params.order.number)
        if known and known.state not in moves.ENDED_WITHOUT_MONEY:
            paths = differing_paths(known.content, content)
            if paths:
                raise errors.OrderConflict(paths, known.uuid)
            known._renew_link()
            return known._agency_object()
        if not fresh:
            # the number is known but free again: only one of two rivals may take it
            self.env["tour_loan.lock"]._take(self._order_key(params.order.number))
        months, product = self._check_order(params)
        quiet = {"tracking_disable": True, "mail_create_nosubscribe": True}
        application = (
            self.env["tour_loan.application"]
            .with_context(**quiet)
            .create(self._application_values(params, content, months, product))
        )
        application._record("create", "agency", source="")
        return application._agency_object()

    def _rpc_application_get(self, params) -> dict:
        fetched = self.env["tour_loan.application"]._object_fields
        return self._application_of(params, fetched)._agency_object()

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
        if params.starts_on and params.starts_on < today:
            refuse([rules.Refusal(rules.ORDER, "starts_on", "departure_in_the_past")])
        conditions = product._conditions()
        terms = [params.months] if params.months else conditions.terms
        refuse(rules.months(terms, conditions.terms, "months"))
        return {
            "amount": amount,
            "previews": [
                _preview(preview)
                for preview in quote.previews(
                    amount, terms, conditions.rate, today, conditions.conventions
                )
            ],
        }

    # --- finding ---

    def _order_key(self, number) -> str:
        return f"order:{self.id}:{number}"

    def _claim_order(self, number):
        """Return (is the number claimed for the first time, its latest application)."""
        key = self._order_key(number)
        fresh, known = hot_path.claim_order(self.env.cr, key, self.id, number)
        return fresh, self.env["tour_loan.application"].browse(known or [])

    def _application_of_order(self, number, fetched=None):
        """Return the order's latest application of this agency."""
        return self.env["tour_loan.application"].search_fetch(
            [("agency_id", "=", self.id), ("order_number", "=", number)],
            fetched,
            order="id desc",
            limit=1,
        )

    def _application_of(self, params, fetched=None):
        """Return this agency's application named by id or order number.

        :param fetched: names of the fields that will be read; None: about all
        """
        if params.application_id:
            application = self.env["tour_loan.application"].search_fetch(
                [("agency_id", "=", self.id), ("uuid", "=", params.application_id)], fetched
            )
        else:
            application = self._application_of_order(params.order_number, fetched)
        if not application:
            raise errors.NotFound()
        return application

    # --- values ---

    def _tour_values(self, tour) -> dict:
        hotel = tour.hotel and tour.hotel.name
        return {
            "tour_summary": self._summary(tour.country, tour.resort, hotel, tour.nights),
            "tour_starts_on": tour.starts_on,
        }

    def _summary(self, country, resort, hotel, nights: int) -> str:
        """Return the tour in a few words: «Анталья, Hotel» or «Турция, 7 ночей»."""
        parts = [resort or self._country(country), hotel]
        if not resort and not hotel:
            parts.append(counted(nights, "ночь", "ночи", "ночей"))
        return ", ".join(part for part in parts if part)

    def _country(self, code: str) -> str:
        """Return the Russian name of a country, or its code if nobody knows it."""
        countries = self.env["res.country"].with_context(lang="ru_RU")
        return countries.search([("code", "=", code)], limit=1).name or code

    def _application_values(self, params, content, months, product) -> dict:
        order, tour, customer = params.order, params.tour, params.customer
        return {
            "agency_id": self.id,
            "product_id": product.id,
            "currency_id": product._conditions().currency_id,
            "test": bool(params.test) or self._settings().test_mode,
            "order_number": order.number,
            "price": float(order.price.amount),
            "advance": float(order.advance.amount.amount),
            "advance_paid_at": _naive(order.advance.paid_at),
            "months": months,
            "held_until": _naive(order.held_until),
            "content": content,
            **hot_path.told_at_once(order, _naive(order.held_until)),
            "customer_phone": customer.phone,
            **self._tour_values(tour),
            **told_by_agency(customer),
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
