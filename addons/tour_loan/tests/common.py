"""The world of a test: an agency with keys, a product, the server's settings, people."""

import copy
import json
import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch
from uuid import uuid4

from standardwebhooks.webhooks import Webhook

from odoo import SUPERUSER_ID, fields
from odoo.tests import HttpCase, TransactionCase
from odoo.tests.common import Opener
from odoo.tools import SQL

from odoo.addons.queue_job.tests.common import trap_jobs

from ..rpc import webhook
from .visitor import Visitor

RPC = "/tour_loan/v1/rpc"
PHONE = "+79161234567"
BORN = "14.03.1990"
OTHER_PHONE = "+79169876543"
ORIGIN = {"ip": "203.0.113.7", "user_agent": "Browser of a test", "session": "5e55" * 8}
SETTINGS = {
    "TOUR_LOAN_CODE_KEY": "a key of codes for the tests, forty bytes",
    "TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS": "1",
    "TOUR_LOAN_SMS_URL": "",
    "TOUR_LOAN_SMS_LOGIN": "cabinet",
    "TOUR_LOAN_SMS_PASSWORD": "password of the gateway",
    "TOUR_LOAN_SMS_SENDER": "",
}
CUSTOMER = {
    "phone": PHONE,
    "email": "maria@example.com",
    "last_name": "Иванова",
    "first_name": "Мария",
    "middle_name": "Петровна",
    "birth_date": "1990-03-14",
    "passport": {
        "series": "4511",
        "number": "123456",
        "issued_on": "2011-04-20",
        "division_code": "770-001",
        "issued_by": "ГУ МВД РОССИИ ПО Г. МОСКВЕ",
    },
    "registration_address": "101000, Москва, ул. Мясницкая, д. 1",
    "consent": {"given_at": "2026-06-01T12:20:00+03:00", "ip": "203.0.113.7", "text_version": "1"},
}
# The questionnaire as a person types it, page by page.
TYPED = {
    "passport": {
        "last_name": "Иванова",
        "first_name": "Мария",
        "middle_name": "Петровна",
        "birth_date": "14.03.1990",
        "birth_place": "гор. Москва",
        "passport_series": "45 11",
        "passport_number": "123456",
        "passport_issued_on": "20.04.2011",
        "passport_division_code": "770001",
        "passport_issued_by": "ГУ МВД РОССИИ ПО Г. МОСКВЕ",
        "email": "maria@example.com",
    },
    "address": {
        "registration_postcode": "101000",
        "registration_region": "Москва",
        "registration_city": "Москва",
        "registration_street": "ул. Мясницкая",
        "registration_house": "1",
        "registration_flat": "5",
        "residence_same": "1",
    },
    "work": {
        "employment": "employee",
        "employer_name": "ООО «Ромашка»",
        "position": "бухгалтер",
        "income": "95 000",
        "months": "6",
    },
}


# One clock for all orders of a run: two of them differ in what a test wants, not by a second.
BEGUN = datetime.now(UTC)


def later(**time) -> str:
    """Return the moment so much later, as an agency writes it."""
    return (BEGUN + timedelta(**time)).isoformat(timespec="seconds")


def rub(amount) -> dict:
    return {"amount": str(amount), "currency": "RUB"}


class TourLoanCommon(TransactionCase):
    """No job runs by itself: ``self.jobs`` is the trap that counts them.

    Documents are not laid out unless ``lays_out_documents``: it is slow, and most tests
    are about their texts, not their looks.
    """

    lays_out_documents = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a page would wait for the job
        cls.startClassPatcher(
            patch.object(
                cls.registry["tour_loan.document"],
                "_have_made",
                lambda documents, *whose: documents.with_user(SUPERUSER_ID)._make_stage(*whose),
            )
        )
        if not cls.lays_out_documents:
            cls.startClassPatcher(
                patch.object(
                    cls.registry["tour_loan.document"],
                    "_pdf",
                    lambda document, html: b"%PDF-1.7 " + str(html).encode(),
                )
            )
        # test_four_eyes asks the second person; elsewhere one does it alone
        cls.env["ir.config_parameter"].set_param("tour_loan.one_person", "True")
        cls.product = cls.env["tour_loan.product"].create(
            {
                "name": "Sea",
                "code": "sea",
                "amount_min": 5000,
                "amount_max": 300000,
                "months": "3,6,12",
                "default_months": 6,
                "rate": 30,
            }
        )
        cls.agency = cls.new_agency("sever", "Север")
        cls.secret = cls.agency._set_key("inbound", webhook.new_secret()).secret
        cls.outbound_secret = cls.agency._set_key("outbound", webhook.new_secret()).secret
        # the same for every borrower of the agency: made once, as in life
        for template in cls.env["tour_loan.document.template"]._of_stage("acquaintance"):
            cls.env["tour_loan.document"]._make(template, cls.agency)

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Odoo's guard against calls abroad compares the time-out with a number."""
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    @classmethod
    def new_agency(cls, code, name, **values):
        return cls.env["tour_loan.agency"].create(
            {
                "code": code,
                "name": name,
                "product_ids": [(6, 0, cls.product.ids)],
                "url_hosts": f"{code}.example",
                "requests_per_minute": 0,  # counted outside the test's transaction
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        stack = ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(patch.dict(os.environ, SETTINGS))
        self.jobs = stack.enter_context(trap_jobs())

    # --- orders ---

    def order(self, number=None, **changes) -> dict:
        """Return parameters of ``application.create``, changed at ``order__held_until``."""
        params = {
            "order": {
                "number": number or f"S-{uuid4().hex[:8]}",
                "price": rub("120000.00"),
                "advance": {"amount": rub("20000.00"), "paid_at": later(hours=-1)},
                "held_until": later(days=3),
            },
            "tour": {
                "country": "TR",
                "resort": "Анталья",
                "starts_on": later(days=40)[:10],
                "nights": 7,
                "tourists": [{"last_name": "IVANOVA", "first_name": "MARIIA"}],
            },
            "customer": copy.deepcopy(CUSTOMER),
            "terms": {"months": 6},
            "urls": {
                "success": "https://sever.example/good",
                "failure": "https://sever.example/bad",
            },
        }
        for path, value in changes.items():
            *parents, last = path.split("__")
            place = params
            for parent in parents:
                place = place[parent]
            if value is ...:
                del place[last]
            else:
                place[last] = value
        return params

    def rpc(self, method, params=None, agency=None, webhook_id=None) -> dict:
        """Call a method without HTTP; return the parsed answer."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
        agency = agency or self.agency
        return json.loads(agency._rpc(webhook_id or str(uuid4()), body.encode()))

    def application(self, **changes):
        """Return a new application as ``application.create`` makes it."""
        answer = self.rpc("application.create", self.order(**changes))
        self.assertIn("result", answer)
        return self.env["tour_loan.application"].search(
            [("uuid", "=", answer["result"]["application_id"])]
        )

    def application_in(self, state, **values):
        """Return an application put into ``state`` without its story."""
        application = self.application()
        now = fields.Datetime.now()
        clocks = {}
        if state in ("signed", "ready", "committed", "funded"):
            clocks = {
                "signed_at": now,
                "cooling_off_until": now + timedelta(hours=4),
                "commit_until": now + timedelta(days=14),
            }
        application.write({"state": state, **clocks, **values})
        return application

    # --- the borrower's story, without pages ---

    def opened(self, phone=None, **changes):
        """An application whose documents were confirmed, from ``phone`` or the agency's."""
        application = self.application(**changes)
        self.confirm(application, "acquaintance", phone or application.customer_phone)
        return application

    def filled(self, **changes):
        application = self.opened(**changes)
        for step, typed in TYPED.items():
            self.assertFalse(application._save_step(step, typed))
        return application

    def submitted(self, **changes):
        application = self.filled(**changes)
        self.confirm(application, "questionnaire")
        self.assertEqual(application.state, "submitted")
        return application

    def approved(self, amount=None, **changes):
        application = self.submitted(**changes)
        self.approve(application, amount)
        return application

    def signed(self, **changes):
        application = self.approved(**changes)
        self.confirm(application, "contract")
        return application

    def approve(self, application, amount=None):
        """Let the lender approve the loan, or another sum."""
        offer = self.offer_of(application, amount)
        return application._accounting_update(
            {"status": "approved", "number": "ZK-1", "offer": offer}
        )

    def offer_of(self, application, amount=None) -> dict:
        """Return the lender's offer, the same each time: a second later it would be another."""
        amount = Decimal(amount or application._exact(application.amount))
        made = self.__dict__.setdefault("_offers", {})
        if (application, amount) not in made:
            made[application, amount] = application._test_offer(amount)
        return made[application, amount]

    def confirm(self, application, stage, phone=None):
        """Ask for the code of ``stage`` and type it right."""
        code, refusal = application._request_code(stage, phone or application.phone, ORIGIN)
        self.assertFalse(refusal)
        _code, error = application._confirm(stage, code._plain(), str(code.id), ORIGIN)
        self.assertFalse(error)

    # --- looks ---

    def moves(self, application) -> list:
        """Return (move, actor, made) of the history, oldest first."""
        return [(row.move, row.actor, row.made) for row in application.history_ids.sorted("id")]

    def messages_to(self, phone):
        return self.env["tour_loan.sms"].search([("phone", "=", phone)], order="id")

    def send_logins(self):
        """Do the jobs of the logins that were asked for."""
        waiting = [("purpose", "=", "login"), ("state", "=", "active"), ("sms_id", "=", False)]
        for code in self.env["tour_loan.code"].search(waiting):
            code._send_login()

    def _now(self):
        return self.env.cr.now()  # when all rows of this test are made

    def age(self, records, **time):
        """Make records as old as ``timedelta(**time)``."""
        records.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = %s WHERE id IN %s",
                SQL.identifier(records._table),
                self._now() - timedelta(**time),
                tuple(records.ids),
            )
        )
        records.invalidate_recordset()


class TourLoanHttpCommon(TourLoanCommon, HttpCase):
    """The same world behind real HTTP."""

    def _now(self):
        return fields.Datetime.now()  # rows are made by requests, each at its own time

    def visitor(self) -> Visitor:
        return Visitor(self)

    def come_back(self, borrower) -> Visitor:
        """Return the browser of a borrower who has logged in by a code."""
        codes = self.env["tour_loan.code"]
        codes.search([("phone", "=", borrower.phone), ("purpose", "=", "login")]).state = "used"
        born = max(borrower._birth_dates(), default=None)
        page = self.visitor().get("/tour_loan/login")
        page.send(phone=borrower.phone, birth_date=born and born.strftime("%d.%m.%Y") or "")
        self.send_logins()
        code = codes.search([("phone", "=", borrower.phone), ("purpose", "=", "login")], limit=1)
        return page.send("confirm", code=code._plain())

    def post_signed(self, body, agency="sever", secret=None, webhook_id=None, at=None, **headers):
        """POST a body signed by the published library; an agency keeps no cookies."""
        body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        webhook_id, at = webhook_id or str(uuid4()), at or datetime.now(UTC)
        signed = Webhook(secret or self.secret).sign(webhook_id, at, body)
        self.opener = Opener(self)
        return self.url_open(
            RPC,
            data=body.encode(),
            headers={
                "content-type": "application/json",
                "webhook-id": webhook_id,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": signed,
                "x-agency": agency,
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    def call(self, method, params=None, **options) -> dict:
        """Call a method over HTTP; return the parsed answer."""
        body = {"jsonrpc": "2.0", "id": "7", "method": method, "params": params or {}}
        response = self.post_signed(body, **options)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["id"], "7")
        return response.json()
