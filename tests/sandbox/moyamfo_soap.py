"""The SOAP side of MoyaMFO in the shape of a 1C publication.

Document/literal wrapped, two ports, ``soap:address`` with the host as 1C itself sees
it, Basic login in Cyrillic, soapAction ``<namespace>#TourCabinet:<Operation>``. Most
operations take one string ``TextJSON`` and return one string; GetContracts is typed.
"""

import base64
import hmac
import json
from datetime import date, datetime
from decimal import Decimal

from lxml import etree
from werkzeug.wrappers import Response

from . import moyamfo_quirks as quirks
from .filters import MOSCOW
from .moyamfo_books import Refusal

NAMESPACE = "http://www.mfo1c.ru/TourCabinet"
PATH = "/mfo/ws/TourCabinet.1cws"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
TEXT_OPERATIONS = (
    "LoadApplication", "ChangeApplication", "CancelApplication", "SignContract",
    "CommitApplication", "TourRefund", "LoadPayment", "ReversePayment",
    "GetApplications", "GetPayments",
    "ПолучитьЗаявки",  # GetApplications once more: Cyrillic names do occur
)  # fmt: skip
OPERATIONS = (*TEXT_OPERATIONS, "GetContracts")


class Soap:
    """Answers SOAP calls by ``handlers``: operation → function.

    A text operation's handler takes the decoded JSON and returns a str or what goes
    into JSON; GetContracts' takes the request element's texts by name and returns
    ``(contracts, more)``.
    """

    def __init__(self, app, switches, handlers):
        self.app, self.switches = app, switches
        self.handlers = {name: app.faulty(name)(handler) for name, handler in handlers.items()}
        app.page(PATH, methods=["GET"])(self.wsdl)
        app.route(PATH, methods=["POST"])(self.call)

    def wsdl(self, request):
        if not self._is_allowed(request):
            return Response("", 401, headers={"WWW-Authenticate": 'Basic realm="1C"'})
        text = self.app.jinja.get_template("wsdl.xml").render(
            namespace=NAMESPACE, text_operations=TEXT_OPERATIONS, operations=OPERATIONS
        )
        return Response(text, content_type="text/xml; charset=utf-8")

    def call(self, request):
        on = self.switches.on()
        if not self._is_allowed(request):
            return Response("", 401, headers={"WWW-Authenticate": 'Basic realm="1C"'})
        try:
            operation, element = _read(request.get_data())
            self.app._local.operation = operation
            _check_action(request, operation)
            special = quirks.instead(on)
            if special:
                return special
            with_fault = quirks.fault(on)
            if with_fault:
                raise Refusal(with_fault)
            if operation == "GetContracts":
                parameters = {etree.QName(one).localname: one.text for one in element}
                answer = self._contracts(on, *self.handlers[operation](parameters))
            else:
                answer = self._text(on, operation, element)
        except Refusal as refusal:
            return _fault(str(refusal))
        return quirks.spoil_bytes(on, etree.tostring(answer, encoding="utf-8"))

    def _text(self, on, operation, element):
        try:
            body = json.loads(element[0].text, parse_float=Decimal)
            result = self.handlers[operation](body)
        except (KeyError, ValueError, IndexError, TypeError) as wrong:
            raise Refusal(
                f"{{WebСервис.TourCabinet.Модуль(7)}}: Неверные данные {operation}: {wrong!r}"
            ) from wrong
        if not isinstance(result, str):
            result = json.dumps(result, ensure_ascii=False, default=str)
        envelope, response = _envelope(operation)
        etree.SubElement(response, f"{{{NAMESPACE}}}return").text = quirks.spoil_text(on, result)
        return envelope

    def _contracts(self, on, contracts, more):
        envelope, response = _envelope("GetContracts")
        page = etree.SubElement(response, f"{{{NAMESPACE}}}return")
        for contract in contracts:
            element = _element(page, "Договор", contract)
            quirks.spoil_contract(on, element, NAMESPACE)
        _element(page, "ЕстьЕще", more)
        _element(page, "Сформировано", datetime.now(MOSCOW).replace(tzinfo=None, microsecond=0))
        return envelope

    def _is_allowed(self, request):
        settings = self.app.settings
        expected = f"{settings.get('login', '')}:{settings.get('password', '')}"
        expected = b"Basic " + base64.b64encode(expected.encode())
        given = request.headers.get("Authorization", "").encode("latin-1", "replace")
        return hmac.compare_digest(given, expected)


def _read(content: bytes):
    element = _read_any(content)
    operation = etree.QName(element).localname
    if operation not in OPERATIONS:
        raise Refusal(f"Операция {operation} не найдена")
    return operation, element


def _read_any(content: bytes):
    """The element of a call."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))
        return root.find("{*}Body")[0]
    except (etree.XMLSyntaxError, TypeError, IndexError):
        raise Refusal("Ошибка преобразования данных XDTO: тело запроса не разобрано") from None


def _check_action(request, operation):
    # WSGI hands header bytes over as Latin-1
    action = request.headers.get("SOAPAction", "").encode("latin-1").decode("utf-8", "replace")
    if action.strip('"') != f"{NAMESPACE}#TourCabinet:{operation}":
        raise Refusal(f"SOAPAction {action} не соответствует операции {operation}")


def _envelope(operation):
    names = {"soap": ENVELOPE, "m": NAMESPACE}
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap=names)
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    return envelope, etree.SubElement(body, f"{{{NAMESPACE}}}{operation}Response")


def _element(parent, name, value):
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, list):
                rows = etree.SubElement(element, f"{{{NAMESPACE}}}{key}")
                for row in one:
                    _element(rows, "СтрокаГрафика", row)
            else:
                _element(element, key, one)
    else:
        element.text = _text_of(value)
    return element


def _text_of(value):
    if value is None:
        return "0001-01-01T00:00:00"  # only dates are ever empty here
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00"
    return str(value)


def _fault(text):
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    fault = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = "soap:Server"
    etree.SubElement(fault, "faultstring").text = text
    content = etree.tostring(envelope, encoding="utf-8")
    return Response(content, 500, content_type="text/xml; charset=utf-8")
