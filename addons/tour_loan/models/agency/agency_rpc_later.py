"""The agency API after the order is with us: change, commit, refund, reconcile."""

import base64
from datetime import UTC, timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.tools import SQL

from ...rpc import errors
from ...rpc.content import content as normal_content
from ...rules import moves
from ...rules import order as rules
from .agency_rpc import _naive
from .agency_rpc_checks import refuse

# Far more than the servers' time limits allow a request, a job or a cron.
LONGEST_TRANSACTION = timedelta(hours=1)


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    def _rpc_application_change(self, params) -> dict:
        """Change price, advance, hold or tour before the contract is signed."""
        application = self._application_of(params)
        if application.state not in moves.BEFORE_SIGNING:
            raise errors.WrongState(application.state)
        changed = normal_content(params)
        content = {**application.content}
        content["order"] = {**content["order"], **changed.get("order", {})}
        is_new_price = content["order"]["price"] != application.content["order"]["price"]
        if is_new_price and not (params.order and params.order.items):
            content["order"].pop("items", None)  # they were the lines of the old price
        if params.tour:
            content["tour"] = changed["tour"]
        values = self._changed_values(application, params)
        if content == application.content:
            return application._agency_object()
        application._change_order(values, content, note="application.change")
        return application._agency_object()

    def _changed_values(self, application, params) -> dict:
        """Return the fields to write, or refuse the change by the rules of a create."""
        order, tour, values = params.order, params.tour, {}
        price = application._exact(application.price)
        advance = application._exact(application.advance)
        if order and order.price:
            price = order.price.amount
            values["price"] = float(price)
        if order and order.advance:
            advance = order.advance.amount.amount
            values["advance"] = float(advance)
            values["advance_paid_at"] = _naive(order.advance.paid_at)
        amounts = [item.price.amount for item in (order and order.items) or []]
        refuse(rules.items(amounts, price))
        if order and order.held_until:
            values["held_until"] = _naive(order.held_until)
        if tour:
            values |= self._tour_values(tour)
        self._check_changed_times(application, order, tour)
        is_other_loan = self._check_loan(application, price, advance)
        self._check_advance(price, advance)
        if is_other_loan or "held_until" in values:
            held_until = values.get("held_until", application.held_until)
            self._check_hold(held_until.replace(tzinfo=UTC), price - advance)
        return values

    def _check_loan(self, application, price: Decimal, advance: Decimal) -> bool:
        """Refuse a loan that cannot be; return whether it is another one than before."""
        refuse(self._loan_refusals(application, price, advance))
        return price - advance != application._exact(application.amount)

    def _loan_refusals(self, application, price: Decimal, advance: Decimal) -> list:
        """Return why an order cannot be changed to this price and advance (₽), if so."""
        refusals = rules.loan(price, advance)
        if refusals or price - advance == application._exact(application.amount):
            return refusals
        code = application.product_id.code
        return self._fitting_product(price - advance, code, "order.price", "order.price.amount")[1]

    def _check_changed_times(self, application, order, tour):
        """Check what is new as at create; hold and departure also against what stays."""
        held_until = order and order.held_until
        self._check_times(held_until, order and order.advance and order.advance.paid_at, tour)
        if held_until or tour:
            refuse(
                rules.departure(
                    tour.starts_on if tour else application.tour_starts_on,
                    held_until or application.held_until,
                    "tour.starts_on" if tour else "order.held_until",
                )
            )

    def _rpc_application_commit(self, params) -> dict:
        """The tour is booked; the lender may pay. Possible once the pause is over."""
        application = self._application_of(params)
        if application.state == "signed":
            until = application.cooling_off_until
            left = (until - fields.Datetime.now()).total_seconds()
            if left > 0:
                raise errors.CoolingOff(until, int(left))
            application._end_cooling_off()
        if application.state in ("committed", "funded"):
            if application.booking_number == params.booking_number:
                return application._agency_object()
            raise errors.WrongState(application.state)
        documents = [document.model_dump(mode="json") for document in params.documents or []]
        if not application._move(
            "commit",
            "agency",
            booking_number=params.booking_number,
            booking_documents=documents,
        ):
            raise errors.WrongState(application.state)
        return application._agency_object()

    def _rpc_application_tour_refund(self, params) -> dict:
        """The agency returns the tour's price, or a part of it, to the lender."""
        application = self._application_of(params)
        if application.state != "funded":
            raise errors.WrongState(application.state)
        refunds = application.claim_ids._of("tour_refund", "waiting", "accepted")
        returned = sum(map(application._exact, refunds.mapped("amount")), Decimal(0))
        rest = application._exact(application.payout_amount) - returned
        amount = params.amount.amount if params.amount else rest
        for claim in refunds.filtered(lambda c: c.document_numbers == params.document_numbers):
            # the same papers for the same sum; or for "all", of which nothing is left
            if application._exact(claim.amount) == amount or not (params.amount or rest):
                return application._agency_object()
        if not 0 < amount <= rest:
            raise errors.AgencyRule(
                [errors.Problem("amount.amount", "refund_too_big", {"maximum": str(rest)})]
            )
        application._claim(
            "tour_refund",
            amount=float(amount),
            document_numbers=params.document_numbers,
            reason=params.reason,
        )
        application._notify_accounting("tour_refund")
        return application._agency_object()

    def _rpc_application_list(self, params) -> dict:
        """Page through applications in the order their changes were committed.

        The order is that of the writing transactions, and a page ends below the oldest
        one still open: what is being written now comes on a later page, never too late
        to be seen. A time stamp alone would lose a long transaction's change.
        """
        Application = self.env["tour_loan.application"]
        Application.flush_model()
        # one snapshot for the whole call: Odoo works at REPEATABLE READ
        [[open_transaction, newest, listed]] = self.env.execute_query(
            SQL(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, "
                "greatest(pg_snapshot_xmax(pg_current_snapshot()), "
                "pg_current_xact_id_if_assigned())::text::bigint, "
                "(SELECT max(change_transaction) FROM tour_loan_application WHERE agency_id = %s)",
                self.id,
            )
        )
        if (listed or 0) > newest:
            self._list_anew(newest)
        after = self._cursor_position(params.cursor, newest)
        condition = SQL("agency_id = %s", self.id)
        if params.updated_since and not params.cursor:
            since = _naive(params.updated_since)
            after = self._position_before(since)
            # the sum keeps the planner from the index of times, whose order we do not want
            condition = SQL("%s AND state_changed_at + interval '0' >= %s", condition, since)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, change_transaction FROM tour_loan_application WHERE %s "
                "AND (change_transaction, id) > (%s, %s) AND change_transaction < %s "
                "ORDER BY change_transaction, id LIMIT %s",
                condition,
                *after,
                open_transaction,
                params.limit + 1,
            )
        )
        page, more = rows[: params.limit], len(rows) > params.limit
        # all before the oldest open transaction is read, also what `updated_since` left out
        last = (page[-1][1], page[-1][0]) if more else (open_transaction, 0)
        cursor = base64.urlsafe_b64encode("{}.{}".format(*last).encode()).decode()
        applications = Application.browse([row[0] for row in page])
        applications.fetch(Application._object_fields)
        return {
            "items": [application._agency_object() for application in applications],
            "next_cursor": cursor if more else None,
            "resume_cursor": None if more else cursor,
        }

    def _list_anew(self, newest: int):
        """A restored database counts its transactions anew: what is numbered above them
        would be hidden from the list for years, and becomes a change of now."""
        self.env.cr.execute(
            SQL(
                "UPDATE tour_loan_application "
                "SET change_transaction = pg_current_xact_id()::text::bigint "
                "WHERE agency_id = %s AND change_transaction > %s",
                self.id,
                newest,
            )
        )

    def _position_before(self, since) -> tuple[int, int]:
        """Return a position that no change since ``since`` (naive UTC) comes before.

        A transaction gets its number when it first writes, so numbers follow the time
        stamps but for the length of a transaction, on both sides.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT change_transaction FROM tour_loan_application "
                "WHERE agency_id = %s AND state_changed_at < %s "
                "ORDER BY state_changed_at DESC LIMIT 1",
                self.id,
                since - 2 * LONGEST_TRANSACTION,
            )
        )
        return (rows[0][0], 0) if rows else (0, 0)

    def _cursor_position(self, cursor, newest: int) -> tuple[int, int]:
        """Return (transaction, id) of a cursor; one of another life of the database, or
        made up, is refused: the agency starts anew."""
        if not cursor:
            return (0, 0)
        try:
            text = base64.urlsafe_b64decode(cursor.encode()).decode()
            transaction, number = (int(part) for part in text.split("."))
            if not (0 <= transaction <= newest and 0 <= number < 2**31):
                raise ValueError(cursor)
        except ValueError:
            raise errors.InvalidParams([errors.Problem("cursor", "cursor")]) from None
        return transaction, number
