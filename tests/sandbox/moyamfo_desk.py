"""The desk: pages where the lender's person decides, pays and looks at contracts."""

import json
from decimal import Decimal, InvalidOperation

from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from . import moyamfo_books as words
from .moyamfo_books import Refusal
from .moyamfo_quirks import QUIRKS

TABS = {
    "": "все",
    words.REVIEW: "на рассмотрении",
    words.NEEDS: "ждут данных",
    words.APPROVED: "одобрены",
    words.SIGNED: "подписаны",
    words.PAYING: "к выплате",
    words.ISSUED: "выданы",
    words.DECLINED: "отказы",
}
COLOURS = {
    words.REVIEW: "wait", words.NEEDS: "wait", words.APPROVED: "good", words.SIGNED: "good",
    words.PAYING: "wait", words.ISSUED: "good", words.DECLINED: "bad", words.CANCELLED: "bad",
    words.ANNULLED: "bad", "Выдан": "good", "Просрочен": "bad", "Закрыт": "",
}  # fmt: skip


def add(app, books, money, cancels, switches):
    """Give ``app`` its desk pages."""
    app.jinja.globals.update(words=words, COLOURS=COLOURS)
    _add_lists(app, books, money)
    _add_application(app, books, money, cancels)
    _add_settings(app, books, switches)


def _add_lists(app, books, money):
    @app.page("/")
    def home(request):
        status = request.args.get("status", "")
        rows = books.rows(
            "SELECT * FROM application WHERE ? IN ('', status) ORDER BY id DESC LIMIT 200", status
        )
        counts = dict(books.rows("SELECT status, count(*) FROM application GROUP BY status"))
        return app.render(
            "home.html", tabs=TABS, chosen=status, counts=counts, settings=books.settings(),
            applications=[(row, json.loads(row["body"])) for row in rows],
        )  # fmt: skip

    @app.page("/contracts")
    def contracts(request):
        rows = books.rows(
            "SELECT * FROM application WHERE signature IS NOT NULL ORDER BY id DESC LIMIT 100"
        )
        return app.render("contracts.html", contracts=[(row, money.contract(row)) for row in rows])


def _add_application(app, books, money, cancels):
    def page(row_id, error=None, status=200):
        row = books.application(row_id)
        if row is None:
            raise NotFound()
        contract = money.contract(row) if row["signature"] else None
        return app.render(
            "application.html", status=status, row=row, body=json.loads(row["body"]),
            error=error, contract=contract, needs=json.loads(row["needs"]),
            signature=json.loads(row["signature"] or "null"),
            payout=json.loads(row["payout"] or "null"), wish=cancels.wish(row),
            history=books.rows(
                "SELECT * FROM history WHERE application_id = ? ORDER BY id DESC", row_id
            ),
            movements=contract and books.rows(
                "SELECT * FROM money WHERE contract_number = ? ORDER BY id DESC",
                row["contract_number"],
            ),
            settings=books.settings(),
        )  # fmt: skip

    @app.page("/application/<int:row_id>", methods=["GET", "POST"])
    def application(request, row_id):
        if request.method == "POST":
            try:
                _decide(books, cancels, row_id, request.form)
            except Refusal as refusal:
                return page(row_id, str(refusal), 409)
            return redirect(f"/application/{row_id}", 303)
        return page(row_id)


def _decide(books, cancels, row_id, form):
    decision = form.get("decision")
    if decision == "pay":
        books.pay_agency(row_id)
    elif decision in ("agree_cancel", "refuse_cancel"):
        cancels.answer(row_id, decision == "agree_cancel")
    elif decision == "annul":
        books.annul(row_id)
    else:
        try:
            amount = Decimal(form.get("amount", "").replace(" ", "").replace(",", ".") or 0)
            rate = Decimal(form.get("rate", "").replace(",", ".") or 0)
        except InvalidOperation:
            raise Refusal("Сумма и ставка пишутся цифрами") from None
        books.decide(
            row_id, decision, amount=amount, rate=str(rate) if rate else None,
            months=form.get("months", type=int), decline_code=form.get("decline_code"),
            decline_text=form.get("decline_text"), needs=form.getlist("needs"),
        )  # fmt: skip


def _add_settings(app, books, switches):
    @app.page("/settings", methods=["GET", "POST"])
    def settings(request):
        if request.method == "POST":
            form, values = request.form, {}
            for name, default in words.SETTINGS.items():
                if isinstance(default, bool):
                    values[name] = name in form
                elif form.get(name, "").strip():
                    values[name] = form[name].replace(",", ".")
            try:
                books.set(**values)
            except ValueError:
                return app.render(
                    "settings.html", 400, settings=books.settings(), error="Нужны числа"
                )
            return redirect("/settings", 303)
        return app.render("settings.html", settings=books.settings(), error=None)

    @app.page("/quirks", methods=["GET", "POST"])
    def quirks(request):
        if request.method == "POST":
            for name in QUIRKS:
                switches.switch(name, name in request.form)
            return redirect("/quirks", 303)
        return app.render("quirks.html", quirks=QUIRKS, on=switches.on())
