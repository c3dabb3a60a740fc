"""The answer without a database: a page for people, JSON for machines."""

import base64
import hashlib
import json
import re

from werkzeug.wrappers import Response

RETRY_AFTER = 5  # seconds
MACHINES = re.compile(
    r"""/+([a-z]{2}(_[A-Z]{2})?/+)?(
        tour_loan/(v1|monitor|divisions)\b | \w+/ping\b | payment/[^/]+/webhook
        | metrics\b | queue_job/ | websocket | longpolling | xmlrpc | jsonrpc | json/
        | web/(dataset|webclient|action|bundle|assets|health)\b | my/.+/state$
    )""",
    re.VERBOSE,
)
STYLE = """
body { margin: 0; padding: 24px 16px; color: #1a2330; background: #f3f5f8;
    font: 17px/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 512px; margin: 0 auto; padding: 28px; border-radius: 14px; background: #fff; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 16px; }
p { margin: 0 0 12px; }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE = """<!DOCTYPE html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main>
<h1>{title}</h1>
{text}
</main></body>
</html>
"""
TITLES = {
    503: "Кабинет ненадолго недоступен",
    500: "Не получилось показать страницу",
    413: "Отправлено слишком много",
}
FOR_READERS = """<p>Попробуйте ещё раз через минуту. Эта страница сама проверит, всё ли снова работает.</p>
<p>Всё, что вы сохранили раньше, на месте. Входить заново не нужно.</p>"""
FOR_ANYBODY = """<p>Это не ваша вина. Попробуйте ещё раз через минуту.</p>
<p>Всё, что вы сохранили раньше, на месте.</p>"""
FOR_WRITERS = """<p>Мы не знаем, сохранилось ли то, что вы сейчас отправили.</p>
<p>Попробуйте ещё раз через минуту: вернитесь на предыдущую страницу, проверьте её и,
если нужно, отправьте снова. Всё, что вы сохранили раньше, на месте.</p>"""
TEXTS = {
    503: FOR_WRITERS,
    500: FOR_ANYBODY,
    413: "<p>Столько данных за один раз мы не принимаем.</p>",
}
ERROR = {
    "jsonrpc": "2.0",
    "id": None,
    "error": {
        "code": -32603,
        "message": "Service is temporarily unavailable",
        # Odoo's own client reads these
        "data": {
            "name": "tour_loan.away",
            "message": "Сервис временно недоступен. Попробуйте ещё раз через минуту.",
            "debug": "",
            "arguments": [],
            "context": {},
        },
    },
}


def of(request, status: int = 503) -> Response:
    """Return the answer to a werkzeug request that has to be made again later.

    :param int status: 503; 500 or 413 when not even our page of errors could be shown
    """
    if is_machine(request):
        response = Response(json.dumps(ERROR), mimetype="application/json")
    else:
        response = page(status, reads=request.method in ("GET", "HEAD"))
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def page(status: int, reads: bool) -> Response:
    """Return the page; who reads comes back by himself, what was sent is not sent again."""
    again = reads and status == 503
    html = PAGE.format(
        title=TITLES[status],
        style=STYLE,
        text=FOR_READERS if again else TEXTS[status],
    )
    response = Response(html, mimetype="text/html")
    if again:
        response.headers["Refresh"] = str(2 * RETRY_AFTER)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def is_machine(request) -> bool:
    """Tell whether nobody reads the answer with his eyes."""
    accepted = request.headers.get("Accept", "")
    if request.mimetype.endswith("json") or MACHINES.match(request.path):
        return True
    return "json" in accepted and "text/html" not in accepted
