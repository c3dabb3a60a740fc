import json
from contextlib import contextmanager
from datetime import UTC, datetime

from odoo import fields
from odoo.exceptions import LockError

from odoo.addons.payment.tests.common import PaymentCommon

from .. import const
from ..models import payment_provider
from ..protocol import notices, signature
from .standin import StandIn


class PayuCommon(PaymentCommon):
    """A provider in test mode whose PayU is a stand-in on a socket of this machine."""

    MERCHANT = "TOURTEST"
    SECRET = "учебный секрет"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payu = StandIn(cls.MERCHANT, cls.SECRET)
        cls.addClassCleanup(cls.payu.close)
        cls.currency = cls._enable_currency("RUB")
        cls.provider = cls._prepare_provider(
            "payu_ru",
            update_values={
                "payu_ru_merchant_code": cls.MERCHANT,
                "payu_ru_secret_key": cls.SECRET,
                "payu_ru_api_url": cls.payu.url,
                "is_published": True,
            },
        )
        cls.payment_method = cls.env.ref("payment.payment_method_card")
        cls.payment_method_id = cls.payment_method.id
        cls.payment_method_code = "card"
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Иван Петров",
                "lang": "en_US",
                "email": "ivan@example.com",
                "phone": "+79161234567",
                "country_id": cls.env.ref("base.ru").id,
            }
        )
        cls.amount = 1500.50
        cls.reference = "LOAN-42"

    def setUp(self):
        super().setUp()
        self.payu.replies.clear()
        self.payu.requests.clear()
        payment_provider.quiet_until.clear()

    # === What PayU says === #

    def _page(self, **content):
        return 200, {
            "status": "SUCCESS",
            "payuPaymentReference": 2297597,
            "merchantPaymentReference": self.reference,
            "amount": "1500.50",
            "currency": "RUB",
            "paymentResult": {"url": f"{self.payu.url}/pay/2297597?token=t%26t&empty="},
            **content,
        }

    def _status(self, status="COMPLETE", amount="1500.50", refunds=(), **content):
        """The answer as the description has it: the sums stand in what moved the money."""
        sums = {"amount": amount, "currency": "RUB"}
        is_taken = status in ("COMPLETE", "REFUND", "REVERSED", "TEST")
        is_tried = is_taken or status in ("PAYMENT_AUTHORIZED", "IN_PROGRESS")
        return 200, {
            "code": 200,
            "message": "Information retrieved",
            "paymentStatus": status,
            "payuPaymentReference": "2297597",
            "authorizations": [{"authorized": "SUCCESS", **sums}] if is_tried else [],
            "captures": [{"status": "COMPLETE", **sums}] if is_taken else [],
            "refunds": list(refunds),
            **content,
        }

    def _body(self, status="COMPLETE", refund=None, payment_method="CCVISAMC", **order):
        """The bytes of a notice."""
        content = {
            "orderData": {
                "payuPaymentReference": "2297597",
                "merchantPaymentReference": self.reference,
                "status": status,
                "currency": "RUB",
                "amount": "1500.50",
                **order,
            },
            "paymentResult": {"paymentMethod": payment_method},
            "client": {"billing": {"email": "ivan@example.com"}},
        }
        if refund:
            content["refund"] = refund
        return json.dumps(content).encode()

    def _event(self, status="COMPLETE", **order):
        return notices.parse(self._body(status, **order))

    def _signed(self, body, path=const.WEBHOOK_ROUTE, merchant=None, secret=None):
        """The headers of a notice."""
        date = datetime.now(UTC).isoformat(timespec="seconds")
        merchant = merchant or self.MERCHANT
        return {
            "Content-Type": "application/json",
            "X-Header-Merchant": merchant,
            "X-Header-Date": date,
            "X-Header-Signature": signature.sign(
                merchant, secret or self.SECRET, date, "POST", path, body
            ),
        }

    # === Helpers === #

    def _held(self, times):
        """Let somebody else hold the payments for the next ``times`` tries.

        :return: What happened, as it happens: "held", "locked", "applied".
        :rtype: list
        """
        happened = []
        model = type(self.env["payment.transaction"])
        lock, apply = model.lock_for_update, model._payu_ru_apply

        def lock_for_update(payments, **options):
            if happened.count("held") < times:
                happened.append("held")
                raise LockError("somebody is at it")
            happened.append("locked")
            return lock(payments, **options)

        def applied(payment, *args, **kwargs):
            happened.append("applied")
            return apply(payment, *args, **kwargs)

        self.patch(model, "lock_for_update", lock_for_update)
        self.patch(model, "_payu_ru_apply", applied)
        return happened

    def _payment(self, state="draft", **values):
        """A payment whose page was opened just now."""
        now = fields.Datetime.now()
        values = {
            "state": state,
            "provider_reference": "2297597",
            "payu_ru_page_expires_at": now + const.PAGE_LIFETIME,
            "payu_ru_next_check_at": now + const.ASK_OPEN,
            **values,
        }
        return self._create_transaction("redirect", **values)

    @contextmanager
    def _apart(self, records):
        """Work on records in a cursor that may be committed and rolled back."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            yield records.with_env(records.env(cr=cr))
            cr.flush()
        self.env.invalidate_all()

    def _run_cron(self, method):
        """Run a cron method of a model as the scheduler does, in a cursor of its own."""
        model, name = method.rsplit(".", 1)
        with self._apart(self.env[model].sudo()) as records:
            getattr(records, name)()

    def _attention_logged(self):
        """The one warning we write: somebody has to look."""
        return self.assertLogs(
            "odoo.addons.payu_connector.models.payment_transaction_outcome", "WARNING"
        )
