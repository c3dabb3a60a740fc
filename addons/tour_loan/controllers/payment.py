"""A payment's own pages: the way to the provider, and what came of it."""

import random
from datetime import timedelta
from functools import wraps

from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.http import request, route

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.addons.payment.utils import check_access_token

from ..models.loan.payment_page import FINAL
from .loan import LoanPages, with_loan
from .portal_base import note_refused

# Seconds between two looks at whether the provider's page is there: soon at first; who
# waits for a provider that hangs looks less often, and not with all others at once.
REFRESH, PATIENT_REFRESH = 1, (3, 6)
SOON = timedelta(seconds=4)


def with_payment(page):
    """Give the handler the payment if it is one of the visitor's own loan."""

    @with_loan
    @wraps(page)
    def handler(self, loan, reference, *args, **values):
        # sudo: payments have no rule for borrowers; it must belong to the loan checked above
        payment_sudo = (
            request.env["payment.transaction"]
            .sudo()
            .search(
                [("reference", "=", reference), ("operation", "!=", "refund")]
                if reference.isprintable()
                else [("id", "=", 0)]
            )
        )
        if not payment_sudo or payment_sudo.tour_loan_id != loan:
            if payment_sudo:
                loan_sudo = payment_sudo.tour_loan_id
                note_refused(payment_sudo, loan_sudo.application_id or loan_sudo)
            raise NotFound()
        values.pop("payment", None)  # a form may have a field of that name
        return page(self, payment_sudo, *args, **values)

    return handler


class PaymentPages(LoanPages):
    @route(
        "/my/loans/<string:uuid>/payment/<string:reference>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    @with_payment
    def payment(self, payment, **_values):
        """Say what became of a payment, and what he can do now."""
        return self._payment_page(payment)

    @route(
        "/my/loans/<string:uuid>/payment/<string:reference>/state",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    @with_payment
    def payment_state(self, payment, **_values):
        """What the payment's page asks every few seconds; it books what has come."""
        if not payment.is_post_processed and payment.state in ("done", "cancel", "error"):
            payment._post_process()
        return request.make_json_response({"sequence": payment._tour_loan_version()})

    @route(
        "/my/loans/<string:uuid>/payment/<string:reference>/open",
        type="http",
        auth="public",
        methods=["GET"],
    )
    @with_payment
    def open_payment(self, payment, **_values):
        """Lead to the provider's page; while it is being made, wait and look again."""
        status = payment._tour_loan_status()
        if status == "opening":
            response = self._payment_page(payment)
            is_fresh = fields.Datetime.now() - payment.create_date < SOON
            seconds = REFRESH if is_fresh else random.randint(*PATIENT_REFRESH)
            response.headers["Refresh"] = str(seconds)
            return response
        is_open = payment.tour_loan_under_way and payment._tour_loan_page_is_open()
        if not is_open or not payment.tour_loan_id._is_running():
            return request.redirect(payment._tour_loan_url())
        PaymentPostProcessing.monitor_transaction(payment)
        address = payment._tour_loan_page_address()
        if not address:
            return self._payment_page(payment, post=payment.tour_loan_page)
        response = self._payment_page(payment, address=address)
        # no redirect: after a form of ours the policy of its page would bar a foreign host
        response.headers["Refresh"] = f"0; url={address}"
        return response

    @route(
        "/my/loans/<string:uuid>/payment/<string:reference>/drop",
        type="http",
        auth="public",
        methods=["POST"],
    )
    @with_payment
    def drop_payment(self, payment, **_values):
        """Give a payment up, to choose another sum or way."""
        payment._tour_loan_drop()
        loan = payment.tour_loan_id
        return request.redirect(f"/my/loans/{loan.uuid}{'/pay' if loan._takes_payments() else ''}")

    def _payment_page(self, payment, **values):
        status = payment._tour_loan_status()
        is_final = status in FINAL and (status != "paid" or payment.tour_loan_repayment_ids)
        return self._loan_page(
            "payment_page",
            payment.tour_loan_id,
            payment=payment,
            status=status,
            asks=not values and status != "opening" and not is_final,
            **values,
        )


class PaymentStatus(PaymentPostProcessing):
    """Where Odoo brings every payer back to: one who paid a loan goes to his own page."""

    @route()
    def display_status(self, reference="", access_token="", **kwargs):
        payment_sudo = self._get_monitored_transaction()
        # a token over the reference comes along where the session did not
        if reference and check_access_token(access_token, reference):
            payment_sudo = payment_sudo.search([("reference", "=", reference)])
        if payment_sudo.tour_loan_id:
            return request.redirect(payment_sudo._tour_loan_url())
        if not request.env.user._is_internal():
            return request.redirect("/my/applications")  # Odoo's own page is for nobody else
        return super().display_status(**kwargs)
