"""Three other interfaces over the same books, each in a shape that real lenders publish.

/mfo/ws/TourTyped.1cws  typed XDTO in and out, everything nillable
/mfo/ws/TourFlat.1cws   flat parameters, nothing nillable, a result code with OUT parameters,
                        rows as an XML document in a text
/mfo/api                JSON over HTTP: a command in a header, a token, kopecks, shares, days,
                        pages by a cursor
"""

import base64
import hmac

from lxml import etree
from werkzeug.wrappers import Response

from . import moyamfo_http
from . import moyamfo_words as words
from .moyamfo_books import Refusal
from .moyamfo_soap import ENVELOPE, _fault, _read_any
from .moyamfo_words import FIELDS, READS, SENDS

XS = {"moment": "dateTime", "day": "date", "money": "decimal", "percent": "decimal",
      "whole": "int", "months": "int", "boolean": "boolean"}  # fmt: skip
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
OK, REPEATED, REFUSED, UNKNOWN = 0, 1, 2, 404


def add(app, handlers):
    """Publish all three."""
    Typed(app, handlers)
    Flat(app, handlers)
    moyamfo_http.Api(app, handlers)


class _Publication:
    """A SOAP publication of 1C over the books."""

    name = ""

    def __init__(self, app, handlers):
        self.app, self.handlers = app, handlers
        self.namespace = f"http://www.mfo1c.ru/{self.name}"
        path = f"/mfo/ws/{self.name}.1cws"
        app.page(path, methods=["GET"])(self.wsdl)
        app.route(path, methods=["POST"])(self.call)

    def wsdl(self, request):
        if not allowed(self.app, request):
            return Response("", 401, headers={"WWW-Authenticate": 'Basic realm="1C"'})
        text = self.app.jinja.get_template("wsdl_face.xml").render(
            name=self.name,
            namespace=self.namespace,
            operations=[*SENDS, *self.questions()],
            types=self.types(),
        )
        return Response(text, content_type="text/xml; charset=utf-8")

    def call(self, request):
        if not allowed(self.app, request):
            return Response("", 401, headers={"WWW-Authenticate": 'Basic realm="1C"'})
        try:
            element = _read_any(request.get_data())
            operation = etree.QName(element).localname
            if operation not in (*SENDS, *self.questions()):
                raise Refusal(f"Операция не найдена: {operation}")
            answer = self.answer(operation, element)
        except Refusal as refusal:
            return _fault(str(refusal))
        names = {"soap": ENVELOPE, "m": self.namespace}
        envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap=names)
        body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
        self.element(body, f"{operation}Response", answer)
        content = etree.tostring(envelope, encoding="utf-8")
        return Response(content, content_type="text/xml; charset=utf-8")

    def element(self, parent, name, value):
        if isinstance(value, list):
            for one in value:
                self.element(parent, name, one)
            return
        element = etree.SubElement(parent, f"{{{self.namespace}}}{name}")
        if isinstance(value, dict):
            for key, one in value.items():
                self.element(element, key, one)
        elif value is None:
            element.set(XSI_NIL, "true")
        else:
            element.text = str(value).lower() if isinstance(value, bool) else str(value)

    def sent(self, operation, body):
        """(code, number, text) of what the books say to a message."""
        try:
            result = self.handlers[operation](body)
        except Refusal as refusal:
            return REFUSED, "", str(refusal)
        except (KeyError, ValueError, TypeError) as wrong:
            return REFUSED, "", f"Неверные данные {operation}: {wrong!r}"
        number = result.get("Номер", "") if isinstance(result, dict) else ""
        word = result["Результат"] if isinstance(result, dict) else result
        return (REPEATED if word == "Повтор" else OK), number, ""

    def asked(self, operation, body):
        """(rows, whether there are more) of a question of the JSON interface."""
        result = self.handlers[operation](body)
        return result if isinstance(result, tuple) else (result["Строки"], result["ЕстьЕще"])


class Typed(_Publication):
    """XDTO in and out: the JSON interface's names as elements."""

    name = "TourTyped"

    def questions(self):
        return tuple(READS)

    def types(self):
        made = "".join(self.type(record, FIELDS[record]) for record in FIELDS)
        for operation, record in SENDS.items():
            made += _operation(operation, f'<xs:element name="Данные" type="tns:{record}"/>')
        for operation in READS:
            made += _operation(
                operation,
                '<xs:element name="УИД" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>'
                '<xs:element name="ИзмененыС" type="xs:dateTime" nillable="true"/>'
                '<xs:element name="Страница" type="xs:int"/>'
                '<xs:element name="РазмерСтраницы" type="xs:int"/>',
            )
        return made

    def type(self, name, fields):
        """A complex type, with one for each part of its paths."""
        own, parts = "", {}
        for english, path, kind in fields:
            first, _dot, rest = path.partition(".")
            if rest:
                parts.setdefault(first, []).append((english, rest, kind))
                continue
            many = (
                ' minOccurs="0" maxOccurs="unbounded"'
                if kind[:4] in ("rows", "list")
                else (' nillable="true"')
            )
            of = f"tns:{kind[5:]}" if ":" in kind else f"xs:{XS.get(kind, 'string')}"
            own += f'<xs:element name="{first}" type="{of}"{many}/>'
        made = ""
        for first, inner in parts.items():
            made += self.type(f"{name}.{first}", inner)
            own += f'<xs:element name="{first}" type="tns:{name}.{first}" nillable="true"/>'
        return made + (
            f'<xs:complexType name="{name}"><xs:sequence>{own}</xs:sequence></xs:complexType>'
        )

    def answer(self, operation, element):
        if operation in SENDS:
            data = element.find("{*}Данные")
            code, number, text = self.sent(operation, self.body(SENDS[operation], data))
            return {"return": {"Успех": code != REFUSED, "Повтор": code == REPEATED,
                               "Номер": number, "Описание": text}}  # fmt: skip
        uids = [one.text for one in element.findall("{*}УИД")]
        since = words.to_books(element.findtext("{*}ИзмененыС"), "text")
        body = {"Страница": element.findtext("{*}Страница"),
                "РазмерСтраницы": element.findtext("{*}РазмерСтраницы")}  # fmt: skip
        if operation == "GetContracts":
            body |= {"УИДы": ",".join(uids) if uids or not since else None, "ИзмененыС": since}
        elif since:
            body["ИзмененыС"] = words.stamp(since)
        else:
            body["УИДы"] = uids
        rows, more = self.asked(operation, body)
        record = READS[operation]
        return {"return": {
            "Запись": [self.row(record, row) for row in rows], "ЕстьЕще": bool(more),
        }}  # fmt: skip

    def body(self, record, element):
        body = {}
        for _english, path, kind in FIELDS[record]:
            found = element.findall("/".join(f"{{*}}{key}" for key in path.split(".")))
            if kind.startswith("rows:"):
                value = [self.body(kind[5:], one) for one in found] or None
            elif kind == "list":
                value = [one.text for one in found if one.text] or None
            else:
                text = found[0].text if found and found[0].get(XSI_NIL) != "true" else None
                value = words.to_books(text, kind)
            if value is not None:
                words.put(body, path, value)
        return body

    def row(self, record, row):
        made = {}
        for _english, path, kind in FIELDS[record]:
            value = words.get(row, path.partition(".")[0] if kind[:4] == "rows" else path)
            if kind.startswith("rows:"):
                value = [self.row(kind[5:], one) for one in value or []]
            elif kind.startswith("part:"):
                value = self.row(kind[5:], value) if value else None
            elif kind != "list":
                value = words.from_books(value, kind)
            words.put(made, path, value)
        return made


class Flat(_Publication):
    """Flat parameters that all have to be there; a code, and OUT parameters beside it."""

    name = "TourFlat"
    ASKS = {"СостояниеЗаявки": "GetApplications", "СостояниеПлатежа": "GetPayments",
            "ДоговорПоЗаявке": "GetContracts"}  # fmt: skip
    CHANGED = {"ИзмененныеЗаявки": "GetApplications", "ИзмененныеПлатежи": "GetPayments",
               "ИзмененныеДоговоры": "GetContracts"}  # fmt: skip

    def questions(self):
        return (*self.ASKS, *self.CHANGED)

    @staticmethod
    def flat(record):
        return [
            (path.replace(".", ""), path, kind)
            for _english, path, kind in FIELDS[record]
            if ":" not in kind and kind != "list"
        ]

    def types(self):
        made = ""
        for operation, record in SENDS.items():
            parameters = "".join(
                f'<xs:element name="{name}" type="xs:{XS.get(kind, "string")}"/>'
                for name, _path, kind in self.flat(record)
            )
            extra = '<xs:element name="Партнер" type="xs:string"/>'
            extra += '<xs:element name="ВерсияОбмена" type="xs:string"/>'
            made += _operation(operation, parameters + extra)
        for operation in self.ASKS:
            made += _operation(operation, '<xs:element name="УИД" type="xs:string"/>')
        for operation in self.CHANGED:
            made += _operation(
                operation,
                '<xs:element name="НачалоПериода" type="xs:dateTime"/>'
                '<xs:element name="Смещение" type="xs:int"/>'
                '<xs:element name="Количество" type="xs:int"/>',
            )
        return made

    def answer(self, operation, element):
        if operation in SENDS:
            body = {}
            for name, path, kind in self.flat(SENDS[operation]):
                found = element.find(f"{{*}}{name}")
                if found is None:
                    raise Refusal(f"Не указан параметр {name}")
                value = words.to_books(found.text or "", kind)
                if value is not None:
                    words.put(body, path, value)
            code, number, text = self.sent(operation, body)
            return {"return": code, "НомерДокумента": number, "ТекстОшибки": text}
        if operation in self.ASKS:
            uid = element.findtext("{*}УИД")
            name = self.ASKS[operation]
            question = {"УИДы": uid if name == "GetContracts" else [uid]}
            rows, _more = self.asked(name, question)
            code = OK if rows else UNKNOWN
            return {"return": code, "Данные": self.document(READS[name], rows, len(rows)),
                    "ТекстОшибки": "" if rows else "Не найдено"}  # fmt: skip
        name = self.CHANGED[operation]
        size, offset = (int(element.findtext(f"{{*}}{one}")) for one in ("Количество", "Смещение"))
        since = element.findtext("{*}НачалоПериода")
        body = {"Страница": offset // size + 1, "РазмерСтраницы": size}
        body["ИзмененыС"] = since if name == "GetContracts" else words.stamp(since)
        rows, more = self.asked(name, body)
        total = offset + len(rows) + bool(more)
        return {"return": OK, "Данные": self.document(READS[name], rows, total),
                "ТекстОшибки": ""}  # fmt: skip

    def document(self, record, rows, total):
        root = etree.Element("Ответ", Всего=str(total))
        table = etree.SubElement(root, "Таблица")
        for row in rows:
            self.line(etree.SubElement(table, "Строка"), record, row)
        return etree.tostring(root, encoding="unicode")

    def line(self, element, record, row):
        """A row as attributes; its tables are called «Строка» again."""
        for _english, path, kind in FIELDS[record]:
            value = words.get(row, path.partition(".")[0] if kind[:4] == "rows" else path)
            name = path.replace(".", "")
            if kind.startswith("rows:"):
                table = etree.SubElement(element, "График")
                for one in value or []:
                    self.line(etree.SubElement(table, "Строка"), kind[5:], one)
            elif kind.startswith("part:"):
                if value:
                    self.line(etree.SubElement(element, name), kind[5:], value)
            elif kind == "list":
                element.set(name, ", ".join(value or []))
            else:
                text = words.from_books(value, kind)
                element.set(name, "" if text is None else str(text).replace(".", ",")
                            if kind == "money" else str(text))  # fmt: skip


def _operation(name, parameters):
    request = f"<xs:complexType><xs:sequence>{parameters}</xs:sequence></xs:complexType>"
    answer = '<xs:complexType><xs:sequence><xs:any minOccurs="0"/></xs:sequence></xs:complexType>'
    return (
        f'<xs:element name="{name}">{request}</xs:element>'
        f'<xs:element name="{name}Response">{answer}</xs:element>'
    )


def allowed(app, request):
    settings = app.settings
    expected = f"{settings.get('login', '')}:{settings.get('password', '')}"
    expected = b"Basic " + base64.b64encode(expected.encode())
    given = request.headers.get("Authorization", "").encode("latin-1", "replace")
    return hmac.compare_digest(given, expected)
