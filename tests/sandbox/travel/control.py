"""JSON for tests; the shapes are in the package's docstring."""

from decimal import InvalidOperation

from werkzeug.exceptions import BadRequest, NotFound

from .agency_api import Away, Refused, act, create
from .orders import DEMO_CUSTOMER
from .pages import find_order


def add(app) -> None:
    """Give the site its control addresses."""

    def shown(number):
        return {**find_order(app, number), "callbacks": app.orders.callbacks(number)}

    @app.page("/_control/orders", methods=["POST"])
    def create_order(request):
        wishes = request.get_json(silent=True) or {}
        phone, paid = wishes.pop("phone", None), wishes.pop("paid", True)
        if phone:
            wishes["customer"] = {
                "email": DEMO_CUSTOMER["email"],
                **(wishes.get("customer") or {}),
                "phone": phone,
            }
        try:
            order = app.orders.create(
                wishes.pop("agency", None) or next(iter(app.agencies)), **wishes
            )
        except (KeyError, TypeError, ValueError, InvalidOperation) as wrong:
            raise BadRequest(repr(wrong)) from wrong
        if paid:
            app.orders.pay(order["number"])
        return app.json(shown(order["number"]), 201)

    @app.page("/_control/orders/<number>")
    def order(request, number):
        return shown(number)

    @app.page("/_control/orders/<number>/call", methods=["POST"])
    def call(request, number):
        find_order(app, number)
        form = request.get_json()
        method = form.pop("method")
        try:
            if method == "application.create":
                create(app, number)
                return {"result": app.orders.get(number)["application"]}
            return {"result": act(app, number, method, form)}
        except Refused as refused:
            return {"error": refused.args[0]}
        except Away as away:
            return {"away": str(away)}

    @app.page("/_control/orders/<number>/actualize", methods=["POST"])
    def actualize(request, number):
        find_order(app, number)
        planned = request.get_json()
        return app.orders.change(number, lambda stored: stored["actualize"].update(planned))[
            "actualize"
        ]

    @app.page("/_control/agency/<code>", methods=["POST"])
    def agency(request, code):
        if code not in app.agencies:
            raise NotFound()
        status = request.get_json().get("callback_status")
        app.db.execute("INSERT OR REPLACE INTO agency_setting VALUES (?, ?)", (code, status))
        return {"callback_status": status}
