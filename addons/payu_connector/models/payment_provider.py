import ipaddress
import time
import uuid
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import str2bool
from odoo.tools.urls import urljoin

from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import answers, calls, limits, masking, signature

_logger = get_payment_logger(__name__)

# Until when PayU wants no calls, in this process's clock: (database, provider) -> seconds.
# Each process learns it from a refusal of its own.
quiet_until = {}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[("payu_ru", "PayU Russia")], ondelete={"payu_ru": "set default"}
    )
    payu_ru_merchant_code = fields.Char(
        string="PayU Merchant Code",
        help="The code of the merchant account in PayU's cabinet.",
        required_if_provider="payu_ru",
        copy=False,
    )
    payu_ru_secret_key = fields.Char(
        string="PayU Secret Key",
        help="Signs our requests and PayU's notices.",
        required_if_provider="payu_ru",
        copy=False,
        groups="base.group_system",
    )
    payu_ru_api_url = fields.Char(
        string="PayU Address",
        help="Leave empty for PayU's own addresses. Another one, such as a sandbox, is used in test"
        " mode only, unless its use for live payments is confirmed below.",
        copy=False,
        groups="base.group_system",
    )
    payu_ru_api_url_is_live = fields.Boolean(
        string="Use This Address for Live Payments",
        help="Without it payments of the enabled provider go to PayU's own live address, whatever"
        " address was left here from testing.",
        copy=False,
        groups="base.group_system",
    )
    payu_ru_address_used = fields.Char(
        string="Payments Go To",
        compute="_compute_payu_ru_address_used",
        groups="base.group_system",
    )
    payu_ru_notice_url = fields.Char(
        string="PayU Notice Address",
        help="The address of notices as written in PayU's cabinet, if a proxy makes it differ"
        " from what Odoo sees. PayU signs its path and query.",
        copy=False,
        groups="base.group_system",
    )
    payu_ru_authorized_is_paid = fields.Boolean(
        string="Authorised Means Paid",
        help="Only for one-stage accounts whose contract says that PAYMENT_AUTHORIZED is final."
        " Otherwise the payment is done when PayU says COMPLETE.",
        copy=False,
    )

    # === COMPUTE METHODS === #

    @api.depends("code", "state", "payu_ru_api_url", "payu_ru_api_url_is_live")
    def _compute_payu_ru_address_used(self):
        for provider in self:
            provider.payu_ru_address_used = (
                provider.code == "payu_ru"
                and provider._payu_ru_api_address(provider.state == "enabled")
            )

    def _compute_feature_support_fields(self):
        """Override of `payment` to enable refunds."""
        result = super()._compute_feature_support_fields()
        self.filtered(lambda provider: provider.code == "payu_ru").support_refund = "partial"
        return result

    def _get_supported_currencies(self):
        """Override of `payment`: roubles only."""
        supported_currencies = super()._get_supported_currencies()
        if self.code == "payu_ru":
            supported_currencies = supported_currencies.filtered(
                lambda currency: currency.name in const.SUPPORTED_CURRENCIES
            )
        return supported_currencies

    # === CONSTRAINT METHODS === #

    @api.constrains("state", "payu_ru_api_url", "payu_ru_api_url_is_live", "payu_ru_notice_url")
    def _check_payu_ru_urls(self):
        """A secret and a borrower's payment never travel in the clear, except inside one machine."""
        for provider in self:
            for url in (provider.payu_ru_api_url, provider.payu_ru_notice_url):
                if url and not _is_safe(url):
                    raise ValidationError(
                        self.env._("PayU addresses must begin with https:// (got %s).", url)
                    )
            parts = urlsplit(provider.payu_ru_api_url or "")
            if provider.payu_ru_api_url_is_live and parts.scheme != "https":
                raise ValidationError(
                    self.env._("Live payments go to an address that begins with https:// only.")
                )
            is_live_host = parts.hostname == urlsplit(const.PRODUCTION_URL).hostname
            if provider.state == "test" and is_live_host:
                raise ValidationError(
                    self.env._("In test mode PayU's live address would take real money.")
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `payment`: a confirmation is for one address, not for the next."""
        if "payu_ru_api_url" in vals:
            vals = {"payu_ru_api_url_is_live": False, **vals}
        return super().write(vals)

    def _get_default_payment_method_codes(self):
        """Override of `payment` to return the default payment method codes."""
        self.ensure_one()
        if self.code != "payu_ru":
            return super()._get_default_payment_method_codes()
        return const.DEFAULT_PAYMENT_METHOD_CODES

    def _get_reset_values(self):
        """Override of `payment` to forget the credentials."""
        if self.code != "payu_ru":
            return super()._get_reset_values()
        return {
            "payu_ru_merchant_code": None,
            "payu_ru_secret_key": None,
            "payu_ru_api_url": None,
            "payu_ru_api_url_is_live": False,
        }

    # === BUSINESS METHODS === #

    def _payu_ru_notice_address(self):
        """Return the address whose path and query PayU signs in its notices.

        :rtype: str
        """
        self.ensure_one()
        return self.payu_ru_notice_url or urljoin(self.get_base_url(), const.WEBHOOK_ROUTE)

    @api.model
    def _payu_ru_find_sender(self, headers, body):
        """Return the provider whose secret signed a notice.

        A disabled provider is found too: a payment begun before is still to be booked.

        :param Mapping headers: the HTTP headers of the notice.
        :param bytes body: the notice as received.
        :return: The provider, in sudo mode to read its secret; empty if the signature is
                 missing or wrong.
        :rtype: payment.provider
        """
        merchant_code = headers.get(signature.HEADER_MERCHANT, "")
        date = headers.get(signature.HEADER_DATE, "")
        given = headers.get(signature.HEADER_SIGNATURE, "")
        if not (merchant_code and date and given):
            return self.browse()
        providers_sudo = self.sudo().search(
            [("code", "=", "payu_ru"), ("payu_ru_merchant_code", "=", merchant_code)]
        )
        for provider_sudo in providers_sudo:
            address = provider_sudo._payu_ru_notice_address()
            for key in provider_sudo._payu_ru_notice_keys():
                if signature.is_valid(given, merchant_code, key, date, "POST", address, body):
                    return provider_sudo
        return self.browse()

    def _payu_ru_call(self, call, reference, is_live):
        """Send one request to PayU.

        Core's `_send_api_request` is not used: it would encode the body a second time after
        signing, and it reports a time-out and a refusal with the same error.

        :param protocol.calls.Call call: the request.
        :param str reference: the transaction it is about, for the log.
        :param bool is_live: whether that transaction was begun for real money. A provider that
                             was switched over or off since is asked where the payment is.
        :return: The HTTP status and the body of the answer, whatever they are.
        :rtype: tuple[int, bytes]
        :raise answers.Refused: if nothing was sent.
        :raise answers.Unclear: if it is not known what PayU did.
        """
        self.ensure_one()
        # `odoo neutralize` takes the keys; who gives a copy keys again calls nobody either
        parameters = self.env["ir.config_parameter"].sudo()
        if str2bool(parameters.get_param("database.is_neutralized"), False):
            raise answers.Refused("NEUTRALIZED", "this database is a neutralized copy")
        key = (self.env.cr.dbname, self.id)
        if (left := quiet_until.get(key, 0) - time.monotonic()) > 0:
            raise answers.Refused(answers.LIMIT, f"PayU asks to wait {left:.0f} s")
        # a job of a queue has its channel: nobody waits for it
        is_page = request and not self.env.context.get("job_uuid")
        if is_page and not self._payu_ru_take_place():
            raise answers.Refused("BUSY")
        url = urljoin(self._payu_ru_api_address(is_live), call.path)
        moment = fields.Datetime.context_timestamp(
            self.with_context(tz="Europe/Moscow"), fields.Datetime.now()
        )
        database_uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        headers = signature.headers(
            self.payu_ru_merchant_code,
            self.payu_ru_secret_key,
            moment,
            call.method,
            urlsplit(url).path,
            call.body,
            call.idempotency_key(database_uuid) if call.body else "",
        )
        _logger.info(
            "PayU %s %s for %s: %s", call.method, call.path, reference, masking.mask(call.body)
        )
        try:
            response = requests.request(
                call.method,
                url,
                data=call.body or None,
                headers={**headers, "User-Agent": const.USER_AGENT},
                timeout=const.TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            _logger.info("PayU did not answer for %s: %s", reference, type(error).__name__)
            if _was_not_sent(error):
                raise answers.Refused("NO_CONNECTION") from error
            raise answers.Unclear(type(error).__name__) from error
        _logger.info(
            "PayU answered HTTP %s for %s: %s",
            response.status_code,
            reference,
            masking.mask(response.content),
        )
        if seconds := limits.pause(
            response.status_code, response.headers, response.content, time.time()
        ):
            quiet_until[key] = time.monotonic() + seconds
        return response.status_code, response.content

    def _payu_ru_check_connection(self):
        """Ask PayU how a payment stands that does not exist: harmless, and signed.

        :return: Whether PayU answers and knows us, and a sentence for the administrator.
        :rtype: tuple[bool, str]
        """
        self.ensure_one()
        reference = f"check-{uuid.uuid4()}"
        is_live = self.state == "enabled"
        try:
            status, body = self._payu_ru_call(calls.status(reference), reference, is_live)
        except answers.Refused as refusal:
            if refusal.code == "NO_CONNECTION":
                return False, self.env._("There is no connection to PayU.")
            return False, self.env._("PayU was not asked: %s", refusal)
        except answers.Unclear:
            return False, self.env._("PayU does not answer in time, or hangs up.")
        try:
            said = answers.load(body)
        except ValueError:
            said = {}
        if status == 404 and said.get("status"):  # signed rightly: PayU itself has looked
            return True, self.env._("PayU answers and knows the key.")
        words = answers.text(said.get("status") or said.get("message"))
        if status in (401, 403):
            return False, self.env._("PayU refuses the merchant code or the key: %s", words)
        return False, self.env._(
            "PayU answers HTTP %(status)s: %(words)s", status=status, words=words
        )

    def action_payu_ru_check_connection(self):
        """Tell the administrator whether PayU answers and knows the key."""
        self.check_access("write")
        is_good, words = self._payu_ru_check_connection()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": words, "type": "success" if is_good else "danger"},
        }

    def _payu_ru_take_place(self):
        """Take one of the places for asking PayU while somebody waits for a page.

        A PayU that hangs would else hold every worker of the server. The place is given back
        with the end of the transaction, also by a worker that dies.

        :return: Whether there was one.
        :rtype: bool
        """
        self.ensure_one()
        for place in range(const.ASKED_AT_ONCE):
            self.env.cr.execute(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                (f"payu_ru {self.id}", place),
            )
            if self.env.cr.fetchone()[0]:
                return True
        return False

    def _get_redirect_origins(self):
        """Say where the redirect form may lead, for the `form-action` of a page's policy.

        No method of `payment`: who sends such a policy asks for it. PayU names the address
        of its page in each answer, by https; only a PayU inside this machine has no TLS.

        :rtype: list[str]
        """
        self.ensure_one()
        if self.code != "payu_ru":
            inherited = getattr(super(), "_get_redirect_origins", list)
            return inherited()
        # In sudo mode to read the address of the API.
        parts = urlsplit(self.sudo()._payu_ru_api_address(self.state == "enabled"))
        return ["https:"] if parts.scheme == "https" else [f"{parts.scheme}://{parts.netloc}"]

    def _payu_ru_api_address(self, is_live):
        """Return where payments are made; a leftover of testing never gets live ones.

        :param bool is_live: whether they are for real money.
        :rtype: str
        """
        self.ensure_one()
        if not is_live:
            return self.payu_ru_api_url or const.SANDBOX_URL
        is_confirmed = self.payu_ru_api_url_is_live and _is_https(self.payu_ru_api_url)
        return self.payu_ru_api_url if is_confirmed else const.PRODUCTION_URL


def _is_https(url):
    parts = urlsplit(url or "")
    return parts.scheme == "https" and bool(parts.hostname)


def _is_safe(url):
    """Say whether an address is https, or stays inside this machine."""
    if _is_https(url):
        return True
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _was_not_sent(error):
    """Say whether a network error came before the request could have been read."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
