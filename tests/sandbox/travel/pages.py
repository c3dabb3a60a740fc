"""The pages: tours for the customer, the order for the customer and the manager."""

from datetime import UTC, datetime
from decimal import InvalidOperation

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.utils import redirect

from .agency_api import (
    METHODS,
    Away,
    Refused,
    act,
    create,
    find_agency,
    is_russian_mobile,
    terms_of,
)
from .orders import DEMO_CUSTOMER, DEMO_TOURISTS, money, tenth
from .tours import TOURS

CONSENT_VERSION = "agency-2026-01"
STATUSES = {
    "new": "заявка создана",
    "filling": "клиент заполняет анкету",
    "submitted": "на рассмотрении",
    "needs_data": "нужны данные от клиента",
    "approved": "одобрена",
    "declined": "отказ",
    "signed": "договор подписан, идёт период охлаждения",
    "ready": "можно бронировать",
    "committed": "забронировано, ждём деньги",
    "funded": "деньги перечислены",
    "cancelled": "отменена",
    "expired": "срок вышел",
    "annulled": "аннулирована",
}


def add(app) -> None:
    """Give the site its pages."""
    app.jinja.globals.update(statuses=STATUSES, tenth=tenth)
    _add_shop(app)
    _add_order(app)


def find_order(app, number) -> dict:
    """An order, or 404."""
    try:
        return app.orders.get(number)
    except KeyError:
        raise NotFound() from None


def _add_shop(app):
    @app.page("/")
    def home(request):
        return app.render("home.html")

    @app.page("/agency/<code>/")
    def shop(request, code):
        agency = find_agency(app, code)
        return app.render("shop.html", agency=agency, orders=app.orders.latest(code, 5))

    @app.page("/agency/<code>/tours/<tour_code>")
    def tour(request, code, tour_code):
        chosen = _find_tour(tour_code)
        starts_on = chosen.starts_on().isoformat()
        return app.render(
            "tour.html", agency=find_agency(app, code), tour=chosen, starts_on=starts_on
        )

    @app.page("/agency/<code>/tours/<tour_code>/order", methods=["GET", "POST"])
    def order(request, code, tour_code):
        agency, chosen = find_agency(app, code), _find_tour(tour_code)
        terms = terms_of(app, agency, chosen.price, tenth(chosen.price))
        if request.method == "GET":
            return _customer_page(app, agency, chosen, terms, DEMO_CUSTOMER)
        form = request.form
        if problem := _problem(form, terms):
            typed = {name: form.get(name, "") for name in DEMO_CUSTOMER}
            return _customer_page(app, agency, chosen, terms, typed, problem)
        consent = None
        if form.get("consent"):
            given_at = datetime.now(UTC).replace(microsecond=0).isoformat()
            consent = {
                "given_at": given_at,
                "ip": request.remote_addr,
                "text_version": CONSENT_VERSION,
            }
        created = app.orders.create(
            code,
            chosen.code,
            customer={name: form.get(name, "").strip() for name in DEMO_CUSTOMER},
            tourists=_tourists(form),
            consent=consent,
            hold_hours=form.get("hold_hours"),
            months=form.get("months"),
        )
        return redirect(f"/orders/{created['number']}/pay", 303)

    @app.page("/orders/<number>/pay", methods=["GET", "POST"])
    def pay(request, number):
        found = find_order(app, number)
        if request.method == "POST":
            app.orders.pay(number, _sum(request.form.get("advance")))
            return redirect(f"/orders/{number}", 303)
        return app.render("pay.html", order=found, **_about(app, found))


def _customer_page(app, agency, tour, terms, customer, problem=None):
    return app.render(
        "customer.html",
        status=422 if problem else 200,
        agency=agency,
        tour=tour,
        terms=terms,
        customer=customer,
        tourists=DEMO_TOURISTS,
        problem=problem,
    )


def _problem(form, terms):
    """What has to be put right before anybody pays an advance, or None."""
    if not is_russian_mobile(form.get("phone", "")):
        return (
            "phone",
            "Для покупки в кредит нужен российский мобильный номер: на него придут коды. "
            "Например, +7 916 123-45-67.",
        )
    if form.get("months") and terms and form["months"] not in {str(one["months"]) for one in terms}:
        return ("months", "Такого срока у кредитора нет. Выберите один из предложенных.")
    return None


def _add_order(app):
    def context(number):
        order = find_order(app, number)
        return {"order": order, "callbacks": app.orders.callbacks(number), **_about(app, order)}

    @app.page("/orders/<number>")
    def order_page(request, number):
        return app.render("order.html", back=request.args.get("back"), **context(number))

    @app.page("/orders/<number>/state")
    def state(request, number):
        return app.render("state.html", **context(number))

    @app.page("/orders/<number>/credit", methods=["POST"])
    def credit(request, number):
        find_order(app, number)
        address = _attempt(app, number, lambda: create(app, number))
        return redirect(address or f"/orders/{number}", 303)

    @app.page("/orders/<number>/application", methods=["POST"])
    def manage(request, number):
        find_order(app, number)
        method = request.form.get("method", "")
        if method.removeprefix("application.") not in METHODS or method == "application.create":
            raise BadRequest()
        done = _attempt(app, number, lambda: act(app, number, method, request.form))
        return redirect(f"/orders/{number}{'#manager' if done else ''}", 303)

    @app.page("/orders/<number>/actualize", methods=["POST"])
    def plan_actualize(request, number):
        find_order(app, number)
        price, available = _sum(request.form.get("price")), request.form.get("available") == "yes"
        planned = {"available": available, "price": price and str(price), "valid_until": None}
        app.orders.change(number, lambda stored: stored.update(actualize=planned))
        return redirect(f"/orders/{number}#manager", 303)


def _attempt(app, number, work):
    """Do a call; what went wrong is kept for the order's page, and None is returned."""
    problem = result = None
    try:
        result = work()
    except Refused as refused:
        problem = {"refused": refused.args[0]}
    except Away as away:
        problem = {"away": str(away)}
    except InvalidOperation as wrong:
        raise BadRequest("Сумма написана не числом") from wrong
    app.orders.change(number, lambda stored: stored.update(problem=problem))
    return result


def _about(app, order):
    return {"agency": app.agencies[order["agency"]], "tour": TOURS[order["tour"]]}


def _find_tour(code):
    if code not in TOURS:
        raise NotFound()
    return TOURS[code]


def _sum(text):
    try:
        return money(text) if text else None
    except InvalidOperation as wrong:
        raise BadRequest("Сумма написана не числом") from wrong


def _tourists(form):
    tourists = []
    for last_name, first_name in zip(
        form.getlist("latin_last_name"), form.getlist("latin_first_name"), strict=False
    ):
        if last_name.strip() and first_name.strip():
            tourists.append(
                {"last_name": last_name.strip().upper(), "first_name": first_name.strip().upper()}
            )
    if tourists:
        tourists[0]["is_borrower"] = True
    return tourists
