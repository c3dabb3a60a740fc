"""What a 1C publication may do that its contract does not say; each can be switched on.

A quirk changes the answer of its operation (``*``: of any) as long as it is on.
"""

import copy
import re

from lxml import etree
from werkzeug.wrappers import Response

SCHEMA = "CREATE TABLE IF NOT EXISTS quirk (name TEXT PRIMARY KEY);"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
QUIRKS = {
    "empty_date": "пустая дата 1С: 0001-01-01T00:00:00",
    "bad_date": "дата прописью: 01.09.2025 0:00:00",
    "blank_date": "пустой элемент вместо даты",
    "nil_object": "остатки пришли как xsi:nil",
    "extra_element": "лишнее поле, которого нет в WSDL",
    "extra_return": "лишний элемент рядом с return",
    "other_order": "элементы в обратном порядке",
    "missing_element": "нет обязательного поля «Номер»",
    "any_type": "поле anyType со структурой 1С",
    "exponent": "число в виде 1E5",
    "fault": "исключение 1С (SOAP Fault) с путём модуля",
    "lock_fault": "исключение 1С: конфликт блокировок",
    "html_500": "HTML с кодом 500: сеанс завершён администратором",
    "html_200": "HTML с кодом 200: страница входа",
    "locked_503": "503 обычным текстом: база заблокирована",
    "unauthorized": "401: нет прав",
    "bom": "метка UTF-8 перед XML",
    "huge_text": "текст больше 10 МБ в одном поле",
    "cut": "ответ обрывается на середине",
    "broken_xml": "ответ целый, но это не XML",
    "bad_json": "в return не JSON",
    "unknown_status": "статус, которого никто не знает",
    "bad_row": "одна строка страницы без УИД",
    "cyrillic_ok": "ОК русскими буквами",
    "refusal_word": "return со словами отказа вместо OK",
    "redirect": "перенаправление на другой адрес",
}
HTML = (
    "<html><head><title>1С:Предприятие</title></head><body>"
    "Сеанс работы завершен администратором</body></html>"
)
MODULE = "{WebСервис.TourCabinet.Модуль(25)}"
STRUCTURE = (
    '<Дополнительно xmlns:v8="http://v8.1c.ru/8.1/data/core" xmlns:xsi="' + XSI + '" '
    'xsi:type="v8:Structure"><v8:Property name="Менеджер"><v8:Value>Иванова</v8:Value>'
    "</v8:Property></Дополнительно>"
)


class Quirks:
    """Switches kept in the server's database."""

    def __init__(self, app):
        self._app = app
        app.schema(SCHEMA)

    def on(self) -> set[str]:
        return {row["name"] for row in self._app.db.execute("SELECT name FROM quirk")}

    def switch(self, name, on):
        """:raises ValueError: no such quirk"""
        if name not in QUIRKS:
            raise ValueError(f"unknown quirk {name!r}, known: {sorted(QUIRKS)}")
        if on:
            self._app.db.execute("INSERT OR IGNORE INTO quirk VALUES (?)", (name,))
        else:
            self._app.db.execute("DELETE FROM quirk WHERE name = ?", (name,))


def instead(on) -> Response | None:
    """The answer that comes in place of any work."""
    if "html_500" in on:
        return Response(HTML, 500, content_type="text/html; charset=utf-8")
    if "html_200" in on:
        return Response(HTML, 200, content_type="text/html; charset=utf-8")
    if "locked_503" in on:
        return Response(
            "Начало сеанса с информационной базой запрещено.", 503,
            content_type="text/plain; charset=utf-8", headers={"Retry-After": "7"},
        )  # fmt: skip
    if "unauthorized" in on:
        return Response("", 401, headers={"WWW-Authenticate": 'Basic realm="1C"'})
    if "redirect" in on:
        return Response("", 302, headers={"Location": "http://127.0.0.1:9/"})
    return None


def fault(on) -> str | None:
    """The text of an exception that 1C raises in place of any work."""
    if "lock_fault" in on:
        return "Конфликт блокировок при выполнении транзакции: Не удалось заблокировать запись"
    if "fault" in on:
        return f"Неизвестная ошибка. {MODULE}: Деление на 0\nпо причине:\n{MODULE}: Деление на 0"
    return None


def spoil_text(on, text: str) -> str:
    """The text inside ``return`` of a JSON operation."""
    if "bad_json" in on:
        return '{"Строки": [' if text.startswith("{") else "<не JSON>"
    if "refusal_word" in on:
        return "Заявка заблокирована другим пользователем"
    if "cyrillic_ok" in on:
        text = text.replace('"OK"', '"ОК"') if text.startswith("{") else "ОК"
    if "unknown_status" in on:
        text = re.sub(r'"Статус": "[^"]*"', '"Статус": "Передана в космос"', text, count=1)
    if "bad_row" in on:
        text = text.replace('"УИД"', '"УИДД"', 1)
    if "extra_element" in on:
        text = text.replace('"УИД"', '"НовоеПоле": 1, "УИД"')
    if "huge_text" in on and text.startswith("{"):
        text = text[:-1] + ', "ПечатнаяФорма": "' + "QUJD" * 2_800_000 + '"}'
    return text


def spoil_contract(on, element, namespace):
    """One ``Договор`` of GetContracts, in place."""

    def child(path):
        return element.find("/".join(f"{{{namespace}}}{name}" for name in path.split("/")))

    if "empty_date" in on:
        child("ДатаПодписания").text = "0001-01-01T00:00:00"
    if "bad_date" in on:
        child("ДатаОстатков").text = "01.09.2025 0:00:00"
    if "blank_date" in on:
        child("ДатаОстатков").text = ""
    if "nil_object" in on:
        balances = child("Остатки")
        balances.clear()
        balances.set(f"{{{XSI}}}nil", "true")
    if "exponent" in on:
        child("Сумма").text = "1E5"
    if "unknown_status" in on:
        child("Статус").text = "Передан в космос"
    if "missing_element" in on:
        element.remove(child("Номер"))
    if "extra_element" in on:
        etree.SubElement(element, f"{{{namespace}}}НовоеПоле").text = "1"
    if "any_type" in on:
        element.append(etree.fromstring(STRUCTURE))
    if "other_order" in on:
        element[:] = [copy.deepcopy(one) for one in reversed(element)]


def spoil_bytes(on, content: bytes) -> Response:
    """The finished envelope as an HTTP answer."""
    if "bom" in on:
        content = b"\xef\xbb\xbf" + content
    if "broken_xml" in on:
        content = content.replace(b"</", b"<", 1)
    if "extra_return" in on:
        content = re.sub(
            rb"(<(\w+:)?return>.*</(\w+:)?return>)", rb"\1<extra>1</extra>", content, flags=re.S
        )
    response = Response(content, content_type="text/xml; charset=utf-8")
    if "cut" in on:
        # Fewer bytes than Content-Length promises, then the connection ends.
        response.headers["Content-Length"] = str(len(content))
        response.headers["Connection"] = "close"
        response.response = [content[: len(content) // 2]]
    return response
