"""The borrower's loan: what is next, the schedule, and paying."""

from functools import wraps

from markupsafe import Markup
from werkzeug.exceptions import BadRequest

from odoo.exceptions import ValidationError
from odoo.http import request, route
from odoo.tools import hash_sign, is_html_empty

from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing

from ..rules import money
from ..tools import read_signed
from .portal_base import BorrowerPages, by_uuid, may_see_loan, turn_away

PAY_SCOPE = "tour_loan.pay"


def with_loan(page):
    """Give the handler the loan if it is the visitor's own."""

    @wraps(page)
    def handler(self, uuid, *args, **values):
        # sudo: portal users have no right on the model; ownership is checked at once
        loan_sudo = by_uuid("tour_loan.loan", uuid)
        if not may_see_loan(loan_sudo):
            return turn_away(loan_sudo.application_id or loan_sudo, loan_sudo)
        values.pop("loan", None)  # a form may have a field of that name
        return page(self, loan_sudo, *args, **values)

    return handler


class LoanPages(BorrowerPages, PaymentPortal):
    @route("/my/loans/<string:uuid>", type="http", auth="public", methods=["GET"])
    @with_loan
    def loan(self, loan, **_values):
        return self._loan_page("loan_page", loan)

    @route(
        "/my/loans/<string:uuid>/state",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    @with_loan
    def loan_state(self, loan, **_values):
        """What the loan's page and the page of paying ask every few seconds."""
        return request.make_json_response({"sequence": loan._page_version()})

    @route("/my/loans/<string:uuid>/pay", type="http", auth="public", methods=["GET", "POST"])
    @with_loan
    def pay(self, loan, what="", amount="", **_values):
        """Choose a sum, then a way to pay it; the sum is frozen, signed, in the route.

        While a payment is under way the same sum leads to its page, another one to what
        is open.
        """
        if not loan._takes_payments():
            return request.redirect(f"/my/loans/{loan.uuid}")
        if not loan._is_of_today():
            loan._ask_for_figures()
        if request.httprequest.method != "POST":
            return self._loan_page("pay_page", loan)
        chosen = loan._sum_to_pay(what, amount)
        if not chosen:
            wrong = loan._wrong_sum(what, amount)
            return self._loan_page("pay_page", loan, what=what, typed=amount, wrong=wrong)
        current_sudo = request.env["payment.transaction"].sudo()._tour_loan_current(loan)
        if current_sudo:
            return request.redirect(self._way_on(current_sudo, chosen), 303)
        # a page of its own: who comes back to it sends no form again
        token = self._sign_sum(loan, chosen)
        return request.redirect(f"/my/loans/{loan.uuid}/pay/{token}", 303)

    @route(
        "/my/loans/<string:uuid>/pay/<string:token>", type="http", auth="public", methods=["GET"]
    )
    @with_loan
    def pay_method(self, loan, token, **_values):
        """Choose a way to pay the sum that was chosen; who comes back finds his payment."""
        chosen = self._signed_sum(loan, token)
        if not chosen:
            return request.redirect(f"/my/loans/{loan.uuid}/pay")
        current_sudo = request.env["payment.transaction"].sudo()._tour_loan_current(loan)
        if current_sudo:
            return request.redirect(current_sudo._tour_loan_url())
        return self._loan_page("pay_page", loan, chosen=chosen, **self._form(loan, chosen, token))

    @staticmethod
    def _sign_sum(loan, amount) -> str:
        sum_ = [loan.uuid, f"{amount:.2f}"]
        return hash_sign(request.env(su=True), PAY_SCOPE, sum_, expiration_hours=1)

    @staticmethod
    def _signed_sum(loan, token) -> float:
        """Return the sum of a token of ours, in roubles; 0 if it may not be paid now.

        The token may be an hour old, and a payment may have been booked meanwhile.
        """
        signed = read_signed(request.env, PAY_SCOPE, token)
        fresh = signed and signed[0] == loan.uuid and loan._takes_payments()
        return loan._sum_to_pay("other", signed[1]) if fresh else 0

    @staticmethod
    def _way_on(payment, amount, method_id=None) -> str:
        """Return where someone goes who begins again: to the open page, or to what is open."""
        is_same = payment.currency_id.compare_amounts(payment.amount, amount) == 0
        is_same = is_same and method_id in (None, payment.payment_method_id.id)
        return payment._tour_loan_url("open" if is_same else "")

    def _loan_page(self, template, loan, **values):
        # sudo: whose loan it is was checked
        payments_sudo = request.env["payment.transaction"].sudo()
        return self._render(
            template,
            loan.application_id,
            loan=loan,
            current=payments_sudo._tour_loan_current(loan),
            amount_text=lambda amount: money.format_amount(loan.application_id._exact(amount)),
            **values,
        )

    def _form(self, loan, amount, token) -> dict:
        """Return what Odoo's payment form needs for ``amount`` (float, ₽)."""
        partner_sudo = loan.borrower_id.user_id.partner_id
        providers_sudo = self._providers(loan, amount)
        methods = request.env["payment.method"].sudo()  # readable by the form's visitors
        return {
            "mode": "payment",
            "allow_token_selection": False,
            "amount": amount,
            "currency": loan.currency_id,
            "partner_id": partner_sudo.id,
            "providers_sudo": providers_sudo,
            "payment_methods_sudo": methods._get_compatible_payment_methods(
                providers_sudo.ids, partner_sudo.id, currency_id=loan.currency_id.id
            ),
            "tokens_sudo": request.env["payment.token"],
            "transaction_route": f"/my/loans/{loan.uuid}/transaction/{token}",
            "landing_route": f"/my/loans/{loan.uuid}",
            "access_token": "",
            "show_tokenize_input_mapping": dict.fromkeys(providers_sudo.ids, False),
            "is_html_empty": is_html_empty,
        }

    def _providers(self, loan, amount):
        # sudo: providers are read for the form; secrets never reach the page
        return (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                request.env.company.id,
                loan.borrower_id.user_id.partner_id.id,
                amount,
                currency_id=loan.currency_id.id,
            )
        )

    @route("/my/loans/<string:uuid>/transaction/<string:token>", type="jsonrpc", auth="public")
    @with_loan
    def loan_transaction(self, loan, token, **kwargs):
        """Make the transaction: sum, currency and payer come from here, not from him."""
        if kwargs.get("flow") == "token":
            raise BadRequest()  # no card is kept here
        kwargs.pop("access_token", None)  # the form sends one; the session decides here
        self._validate_transaction_kwargs(kwargs)
        for name in ("amount", "currency_id", "partner_id", "landing_route", "is_validation"):
            kwargs.pop(name, None)  # they come from here, not from him
        amount = self._signed_sum(loan, token)
        if not amount:
            raise ValidationError(request.env._("What is owed has changed. Please choose again."))
        if kwargs.get("provider_id") not in self._providers(loan, amount).ids:
            raise BadRequest()
        # sudo: whose loan it is was checked
        payment_sudo = request.env["payment.transaction"].sudo()._tour_loan_begin(loan)
        address = None
        if payment_sudo:
            address = self._way_on(payment_sudo, amount, kwargs.get("payment_method_id"))
            PaymentPostProcessing.monitor_transaction(payment_sudo)
        else:
            payment_sudo = self._begin(loan, amount, kwargs)
            if kwargs.get("flow") != "redirect":
                return payment_sudo._get_processing_values()
            payment_sudo._tour_loan_enqueue_page()
            address = payment_sudo._tour_loan_url("open")
        return {
            "provider_id": payment_sudo.provider_id.id,
            "provider_code": payment_sudo.provider_code,
            "reference": payment_sudo.reference,
            "amount": payment_sudo.amount,
            "currency_id": payment_sudo.currency_id.id,
            "partner_id": payment_sudo.partner_id.id,
            "state": "draft",
            "redirect_form_html": Markup('<form method="get" action="%s"></form>') % address,
        }

    def _begin(self, loan, amount, kwargs):
        """Return a new payment (sudo), the loan's one under way."""
        payment_sudo = self._create_transaction(
            **kwargs,
            amount=amount,
            currency_id=loan.currency_id.id,
            partner_id=loan.borrower_id.user_id.partner_id.id,
            landing_route=f"/my/loans/{loan.uuid}",
            is_validation=False,
            custom_create_values={"tour_loan_id": loan.id, "tour_loan_under_way": True},
        )
        payment_sudo.landing_route = payment_sudo._tour_loan_url()
        return payment_sudo
