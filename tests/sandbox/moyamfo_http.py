"""JSON over HTTP at /mfo/api: what is done stands in a header, who asks in a token."""

import hmac
import json
from decimal import Decimal

from werkzeug.wrappers import Response

from . import moyamfo_words as words
from .moyamfo_books import Refusal
from .moyamfo_words import FIELDS, READS, SENDS

QUESTIONS = {"applications": "GetApplications", "payments": "GetPayments",
             "contracts": "GetContracts"}  # fmt: skip
DAYS = Decimal(365) / 12


class Api:
    """The interface; the token is the password of the others."""

    def __init__(self, app, handlers):
        self.app, self.handlers = app, handlers
        app.route("/mfo/api", methods=["POST"])(self.command)
        app.route("/mfo/api/<name>", methods=["GET"])(self.question)

    def command(self, request):
        if not self._is_allowed(request):
            return Response("", 401)
        operation = request.headers.get("Command", "")
        if operation not in SENDS:
            return self.app.json({"code": 404, "message": f"no command {operation}"}, 400)
        try:
            body = self._body(SENDS[operation], json.loads(request.get_data(), parse_float=Decimal))
            result = self.handlers[operation](body)
        except Refusal as refusal:
            return self.app.json({"code": 2, "message": str(refusal)})
        except (KeyError, ValueError, TypeError) as wrong:
            return self.app.json({"code": 3, "message": f"Неверные данные: {wrong!r}"}, 422)
        word = result["Результат"] if isinstance(result, dict) else result
        number = result.get("Номер") if isinstance(result, dict) else None
        return self.app.json({"code": int(word == "Повтор"), "data": {"number": number}})

    def question(self, request, name):
        if not self._is_allowed(request):
            return Response("", 401)
        operation, asked = QUESTIONS[name], request.args
        size, cursor = int(asked.get("limit", 100)), int(asked.get("after") or 0)
        body = {"Страница": cursor // size + 1, "РазмерСтраницы": size}
        if "since" in asked:
            since = asked["since"]
            body["ИзмененыС"] = since if name == "contracts" else words.stamp(since)
        else:
            ids = [one for one in asked.get("ids", "").split(",") if one]
            body["УИДы"] = ",".join(ids) if name == "contracts" else ids
        result = self.handlers[operation](body)
        rows, more = result if isinstance(result, tuple) else (result["Строки"], result["ЕстьЕще"])
        answer = {"code": 0, "data": [self._row(READS[operation], row) for row in rows]}
        if more:
            answer["next"] = str(cursor + size)
        return self.app.json(answer)

    def _is_allowed(self, request):
        expected = f"Bearer {self.app.settings.get('password', '')}"
        given = request.headers.get("Authorization", "").encode("latin-1", "replace")
        return hmac.compare_digest(given, expected.encode())

    def _body(self, record, told):
        body = {}
        for english, path, kind in FIELDS[record]:
            value = told.get(english)
            if value is None:
                continue
            if kind.startswith("rows:"):
                value = [self._body(kind[5:], one) for one in value]
            elif kind == "money":
                value = str(Decimal(value) / 100)
            elif kind == "months":
                value = int((Decimal(value) / DAYS).to_integral_value())
            elif kind != "list":
                value = words.to_books(value, kind)
            words.put(body, path, value)
        return body

    def _row(self, record, row):
        made = {}
        for english, path, kind in FIELDS[record]:
            value = words.get(row, path.partition(".")[0] if kind[:4] == "rows" else path)
            if kind.startswith("rows:"):
                value = [self._row(kind[5:], one) for one in value or []]
            elif kind.startswith("part:"):
                value = self._row(kind[5:], value) if value else None
            elif kind == "money":
                value = None if value in ("", None) else int(Decimal(value) * 100)
            elif kind == "percent":
                value = None if value is None else float(Decimal(value) / 100)
            elif kind == "months":
                value = int((int(value) * DAYS).to_integral_value())
            elif kind != "list":
                value = words.from_books(value, kind)
            made[english] = value
        return made
