from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

from odoo import api, fields, models
from odoo.tools.urls import urljoin

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import answers, calls, money, names

_logger = get_payment_logger(__name__)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    payu_ru_page_expires_at = fields.Datetime(
        string="PayU Page Closes At",
        help="Until when the payer can use PayU's page of this payment.",
        readonly=True,
        copy=False,
    )
    payu_ru_next_check_at = fields.Datetime(
        string="PayU Asked Next At",
        help="When PayU is asked next how this payment stands; empty if nothing is open.",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    payu_ru_review_at = fields.Datetime(
        string="PayU Reviewed Next At",
        help="When PayU is asked again whether a settled payment is still what it was.",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    payu_ru_checked_at = fields.Datetime(
        string="PayU Asked At",
        help="When PayU last answered how this payment stands.",
        readonly=True,
        copy=False,
    )
    payu_ru_attention = fields.Text(
        string="PayU Needs Attention",
        help="What happened that a person has to look at.",
        readonly=True,
        copy=False,
    )
    payu_ru_chargeback = fields.Boolean(
        string="PayU Chargeback",
        help="The payer's bank has taken the money back, or tries to.",
        readonly=True,
        copy=False,
    )
    # Named after no provider: whatever sold something may declare the same field and show it.
    dispute_reason = fields.Char(
        help="Why the payer's bank takes the money back; empty if it does not.",
        readonly=True,
        copy=False,
    )
    payu_ru_notice_ids = fields.One2many(
        string="PayU Notices",
        comodel_name="payu_ru.notice",
        inverse_name="transaction_id",
        readonly=True,
    )

    # === BUSINESS METHODS - PRE-PROCESSING === #

    @api.model
    def _compute_reference(self, provider_code, prefix=None, separator="-", **kwargs):
        """Override of `payment`: PayU's status path carries letters, digits, dash and underscore."""
        if provider_code == "payu_ru":
            # In sudo mode to read the documents that name the payment.
            prefix = prefix or self.sudo()._compute_reference_prefix(separator, **kwargs)
            prefix = (
                calls.clean_reference(prefix or "") or payment_utils.singularize_reference_prefix()
            )
        return super()._compute_reference(
            provider_code, prefix=prefix, separator=separator, **kwargs
        )

    def _get_specific_rendering_values(self, processing_values):
        """Override of `payment` to make the payment at PayU and return its page.

        The call is repeatable: the same transaction has the same idempotency key. When the
        answer is lost the transaction stays pending and PayU is asked what became of it.

        Note: `self.ensure_one()` from :meth:`_get_processing_values`

        :return: The address of the page and its query as a list of pairs.
        :rtype: dict
        """
        if self.provider_code != "payu_ru":
            return super()._get_specific_rendering_values(processing_values)

        if not self._payu_ru_is_whole():
            self._set_error(self.env._("PayU takes whole kopecks only."))
            return {}
        missing = self._payu_ru_missing_contact()
        if missing:
            self._set_error(self.env._("PayU needs your %s.", missing))
            return {}
        now = fields.Datetime.now()
        amount = self._payu_ru_amount()
        try:
            call = calls.authorize(self._payu_ru_order(amount))
            answer = self.provider_id._payu_ru_call(call, self.reference, self.is_live)
            page = answers.page(*answer, self.reference, amount)
        except answers.Refused as refusal:
            if refusal.code == "BUSY":
                return self._payu_ru_wait_values()
            self._set_error(self._payu_ru_explain(refusal))
            return {}
        except ValueError as error:  # An amount or reference that is not for PayU.
            self._set_error(str(error))
            return {}
        except answers.Unclear as unclear:
            _logger.info("PayU's answer for %s is unclear: %s", self.reference, unclear)
            self._payu_ru_await_answer()
            page = answers.Page("/payment/status", "")
        self.write(
            {
                "provider_reference": page.provider_reference,
                "payu_ru_page_expires_at": now + const.PAGE_LIFETIME,
                "payu_ru_next_check_at": now + const.ASK_OPEN,
            }
        )
        address, _separator, query = page.url.partition("?")
        return {"api_url": address, "url_params": parse_qsl(query, keep_blank_values=True)}

    def _payu_ru_wait_values(self):
        """Return the address of our page that waits for a place to ask PayU, and goes on.

        :rtype: dict
        """
        token = payment_utils.generate_access_token(self.reference, env=self.env)
        return {
            "api_url": const.WAIT_ROUTE,
            "url_params": [("reference", self.reference), ("access_token", token)],
        }

    def _payu_ru_await_answer(self):
        """Keep a payment open of which PayU does not say what became of it: it may be paid.

        :return: None
        """
        if self.state == "draft":
            self._set_pending(
                state_message=self.env._("PayU has not answered yet. We are asking it.")
            )

    def _payu_ru_order(self, amount):
        """Return what is to be paid, as PayU wants it.

        :rtype: protocol.calls.Order
        """
        first_name, last_name = names.split(self.partner_name)
        moscow = self.with_context(tz="Europe/Moscow")
        token = payment_utils.generate_access_token(self.reference, env=self.env)
        query = urlencode({"reference": self.reference, "access_token": token})
        return_url = f"{urljoin(self.provider_id.get_base_url(), const.RETURN_ROUTE)}?{query}"
        return calls.Order(
            reference=self.reference,
            amount=amount,
            description=self._payment_purpose(),
            payer=calls.Payer(
                first_name=first_name,
                last_name=last_name,
                email=self.partner_email or self.company_id.email,
                phone=self.partner_phone,
                country_code=self.partner_country_id.code or "RU",
                # An addon that asks for the page in a job says from where the payer clicked.
                ip=self.env.context.get("payment_payer_ip")
                or payment_utils.get_customer_ip_address(),
                time=fields.Datetime.context_timestamp(moscow, fields.Datetime.now()),
            ),
            success_url=return_url,
            fail_url=return_url,
            page_seconds=int(const.PAGE_LIFETIME.total_seconds()),
            language="RU" if (self.partner_lang or "ru").startswith("ru") else "EN",
            method=const.PAYMENT_METHODS.get(self.primary_payment_method_id.code, ""),
        )

    def _payment_purpose(self):
        """Return what is paid for, as the payer reads it on PayU's page.

        Another addon that knows the document says so in a method of this name.

        :rtype: str
        """
        known = getattr(super(), "_payment_purpose", None)
        return (known and known()) or self.env._("Payment %s", self.reference)

    def _payu_ru_missing_contact(self):
        """Return the names of the contact details PayU requires and the payer has not.

        A missing e-mail is replaced by the company's: the letter about the payment then goes
        there, which is better than no payment.

        :rtype: str
        """
        details = {
            self.env._("name"): self.partner_name,
            self.env._("e-mail"): self.partner_email or self.company_id.email,
            self.env._("phone"): self.partner_phone,
        }
        return ", ".join(name for name, value in details.items() if not value)

    def _payu_ru_explain(self, refusal):
        """Return what to tell the payer about a refusal of PayU."""
        match refusal.code:
            case "NO_CONNECTION":
                return self.env._("PayU cannot be reached now. Please try again later.")
            case answers.LIMIT | "BUSY":
                return self.env._("PayU is busy. Please try again in a minute.")
            case "REQUEST_EXPIRED":
                return self.env._("The clock of our server is wrong. Please tell us about it.")
            case "DUPLICATE_ORDER":
                return self.env._("This payment was begun before. Please try again.")
        return self.env._("PayU refused the payment (%s).", refusal)

    def _payu_ru_amount(self):
        """Return the exact amount; the sum of a refund is positive.

        :rtype: Decimal
        """
        return Decimal(f"{abs(self.amount):.2f}")

    def _payu_ru_is_whole(self):
        """Say whether the sum is one of whole kopecks: a currency may be kept in finer parts.

        What PayU would take then is not what is owed, and it would be found out after payment.

        :rtype: bool
        """
        exact = Decimal(f"{abs(self.amount):.6f}")
        return exact == exact.quantize(money.CENT)
