from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest, Forbidden

from odoo import fields, http
from odoo.http import request

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import answers

_logger = get_payment_logger(__name__)


class PayuController(http.Controller):
    @http.route(
        const.RETURN_ROUTE,
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def payu_ru_return(self, reference="", access_token="", **_untrusted):
        """Bring the payer back from PayU's page.

        Nothing that comes with him is believed, PayU is asked. `save_session=False`: PayU may
        post him here from its own site, and his cookie does not travel with that.

        :param str reference: the payment, written by us into the address.
        :param str access_token: shows that the address is ours, so that nobody can make us ask
                                 about all payments in turn.
        """
        if payment_utils.check_access_token(access_token, reference):
            transaction_sudo = (
                request.env["payment.transaction"]
                .sudo()
                .search([("reference", "=", reference), ("provider_code", "=", "payu_ru")])
            )
            if transaction_sudo and self._is_worth_asking(transaction_sudo):
                try:
                    transaction_sudo._payu_ru_ask()
                except (answers.Refused, answers.Unclear) as error:
                    _logger.info("PayU could not be asked about %s: %s", reference, error)
                    transaction_sudo._payu_ru_in_its_language()._payu_ru_await_answer()
            # The session may not have come along; what shows that the address is ours does.
            query = {"reference": reference, "access_token": access_token}
            return request.redirect_query("/payment/status", query)
        return request.redirect("/payment/status")

    @http.route(const.WAIT_ROUTE, type="http", auth="public", methods=["GET"], save_session=False)
    def payu_ru_wait(self, reference="", access_token="", **_untrusted):
        """Lead the payer on to PayU's page as soon as PayU can be asked for it.

        So many others are asking PayU just now that it seems to hang; the page asks again by
        itself, and holds no worker meanwhile.

        :param str reference: the payment, written by us into the address.
        :param str access_token: shows that the address is ours.
        """
        if not payment_utils.check_access_token(access_token, reference):
            raise Forbidden
        # In sudo mode: the payer may be nobody to Odoo; the token is his access right.
        transaction_sudo = (
            request.env["payment.transaction"]
            .sudo()
            .search([("reference", "=", reference), ("provider_code", "=", "payu_ru")])
        )
        # A draft is a payment PayU has not been asked about; all others went on before.
        if transaction_sudo.state != "draft" or transaction_sudo.payu_ru_page_expires_at:
            return request.redirect("/payment/status")
        values = transaction_sudo._get_specific_rendering_values({})
        if not values:
            return request.redirect("/payment/status")
        if values["api_url"] != const.WAIT_ROUTE:
            query = urlencode(values["url_params"])
            address = f"{values['api_url']}?{query}" if query else values["api_url"]
            return request.redirect(address, local=False)
        request.update_context(lang=transaction_sudo.partner_lang or request.env.lang)
        page = request.render("payu_connector.wait_page")
        page.headers["Refresh"] = str(const.WAIT_SECONDS)
        page.headers["Cache-Control"] = "no-store"
        return page

    @staticmethod
    def _is_worth_asking(transaction):
        now = fields.Datetime.now()
        checked_at = transaction.payu_ru_checked_at
        is_fresh = checked_at and now - checked_at < const.ASK_AT_MOST_EVERY
        return transaction.state != "done" and not is_fresh

    @http.route(
        const.WEBHOOK_ROUTE, type="http", auth="public", methods=["GET"], save_session=False
    )
    def payu_ru_probe(self):
        """Answer PayU's cabinet, which tries the address when it is saved."""
        return request.make_json_response("")

    @http.route(
        const.WEBHOOK_ROUTE,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=const.NOTICE_MAX_BYTES,
        payu_ru_raw_body=True,
    )
    def payu_ru_webhook(self, **_ignored):
        """Store a notice of PayU, then process it.

        It is stored and committed first and acknowledged whatever becomes of it then: what
        could not be processed is in our ledger, and a cron takes it up again.

        :return: An empty response to acknowledge the notice.
        :rtype: odoo.http.Response
        :raise BadRequest: if there is no body.
        :raise Forbidden: if the signature is missing or wrong.
        """
        body = request.httprequest.get_data()
        if not body:
            raise BadRequest("A notice has a body.")
        provider_sudo = request.env["payment.provider"]._payu_ru_find_sender(
            request.httprequest.headers, body
        )
        if not provider_sudo:
            _logger.warning("A PayU notice with a missing or wrong signature was refused.")
            raise Forbidden
        # In sudo mode: PayU has no user here, its signature is its access right.
        notice_sudo = request.env["payu_ru.notice"].sudo()._receive(provider_sudo, body)
        # Whatever happens from here on, the notice is kept.
        request.env.cr.commit()  # pylint: disable=invalid-commit
        if notice_sudo.state in ("received", "unknown", "failed"):
            notice_sudo._process_safely()
        return request.make_json_response("")
