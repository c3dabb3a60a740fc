"""A 1C publication on a local port that answers as a test tells it to."""

import json
import os
import threading
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch
from xml.sax.saxutils import escape

from lxml import etree

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .. import connection

WSDL = (Path(__file__).parent / "files" / "tour_cabinet.wsdl").read_bytes()
NAMESPACE = "http://www.mfo1c.ru/TourCabinet"
ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    "<soap:Body>%s</soap:Body></soap:Envelope>"
)


class Publication:
    """``answers``: operation → function of the request's JSON that returns a dict, a
    text, or (HTTP status, body); None, and an absent operation, drop the connection."""

    def __init__(self):
        self.answers, self.calls, self.elements = {}, [], []
        publication = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                publication.reply(self, 200, WSDL)

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = etree.fromstring(self.rfile.read(length)).find("{*}Body")[0]
                publication.call(self, etree.QName(body).localname, body)

            def log_message(self, *_args):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def called(self, operation) -> list:
        """The requests' JSON of an operation, oldest first."""
        return [body for name, body in self.calls if name == operation]

    def call(self, handler, operation, element):
        question = json.loads(element.findtext("{*}TextJSON") or "null")
        self.calls.append((operation, question))
        self.elements.append(element)
        if operation not in self.answers:
            handler.close_connection = True
            return
        answer = self.answers[operation](question)
        if answer is None:
            handler.close_connection = True
            return
        if isinstance(answer, tuple):
            self.reply(handler, *answer)
            return
        if isinstance(answer, dict):
            answer = json.dumps(answer, ensure_ascii=False)
        response = (
            f'<m:{operation}Response xmlns:m="{NAMESPACE}"><m:return>{escape(answer)}'
            f"</m:return></m:{operation}Response>"
        )
        self.reply(handler, 200, (ENVELOPE % response).encode())

    @staticmethod
    def reply(handler, status, content, kind="text/xml; charset=utf-8"):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


def fault(text):
    """An exception of 1C."""
    body = f"<soap:Fault><faultstring>{escape(text)}</faultstring></soap:Fault>"
    return 500, (ENVELOPE % body).encode()


def page(*rows, more=0, as_of="20261124120000"):
    """A page of an answer."""
    return {"Строки": list(rows), "ЕстьЕще": more, "Сформировано": as_of}


def approved(uuid, amount="120000.00", **values):
    """A row of GetApplications: approved, one payment in thirty days."""
    due_on = fields.Date.today() + timedelta(days=30)
    payment = str(Decimal(amount) + Decimal("2958.90"))
    line = {
        "Дата": f"{due_on:%Y%m%d}000000",
        "Сумма": payment,
        "СуммаОД": amount,
        "СуммаПроцентов": "2958.90",
        "ОстатокОД": "0.00",
    }
    offer = {
        "Сумма": amount,
        "Срок": 1,
        "ПроцентнаяСтавка": "30",
        "ПСК": "29.999",
        "ПСКВРублях": "2958.90",
        "ЕжемесячныйПлатеж": payment,
        "ДействуетДо": "20991231235959",
        "ГрафикПлатежей": [line],
    }
    return {"УИД": uuid, "Номер": "ЗК-1", "Статус": "Одобрена", "Условия": offer, **values}


@tagged("post_install", "-at_install")
class MoyamfoCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls.env["tour_loan.agency"].create(
            {"name": "Мыс", "code": "mys", "legal_name": "ООО «Мыс»", "inn": "7700000016"}
        )

    def setUp(self):
        super().setUp()
        self.publication = Publication()
        self.addCleanup(self.publication.close)
        settings = {
            "MOYAMFO_SYNC_URL": self.publication.url,
            "MOYAMFO_SYNC_LOGIN": "Кабинет",
            "MOYAMFO_SYNC_PASSWORD": "пароль",
            "MOYAMFO_SYNC_PROFILE": "default",
            "MOYAMFO_SYNC_PING_TOKEN": "token",
        }
        environment = patch.dict(os.environ, settings)
        environment.start()
        self.addCleanup(environment.stop)
        connection.forget()
        self.addCleanup(connection.forget)

    def environment_without_url(self):
        return patch.dict(os.environ, {"MOYAMFO_SYNC_URL": ""})

    def new_application(self, state="filling", **values):
        """An application with a filled-in questionnaire."""
        count = self.env["tour_loan.application"].search_count([])
        return self.env["tour_loan.application"].create(
            {
                "agency_id": self.agency.id,
                "product_id": self.env.ref("tour_loan.product_tour").id,
                "order_number": f"ORD-{count}",
                "price": 150000,
                "advance": 30000,
                "months": 6,
                "state": state,
                "held_until": fields.Datetime.now() + timedelta(days=3),
                "content": {"customer": {}, "tour": {"country": "TR", "nights": 7}},
                "phone": "+79161234567",
                "last_name": "Иванова",
                "first_name": "Мария",
                "birth_date": "1990-05-17",
                "passport_series": "4510",
                "passport_number": "123456",
                "employment": "employee",
                **values,
            }
        )

    def submitted(self, **values):
        """An application just submitted, and its message."""
        application = self.new_application(**values)
        with trap_jobs():
            application._move("submit", "borrower", submitted_at=fields.Datetime.now())
        return application, application.moyamfo_message_ids

    def deliver(self, message):
        """Run the message's job once; return the trap with what it enqueued."""
        with trap_jobs() as trap:
            message._deliver()
        return trap

    def pull(self, kind, *page, **arguments):
        """Run a pull's job; return (its run or none, trap)."""
        before = self.env["moyamfo.run"].search([], limit=1)
        with trap_jobs() as trap:
            self.env["moyamfo.run"]._pull(kind, *page, **arguments)
        return self.env["moyamfo.run"].search([("id", ">", before.id or 0)]), trap
