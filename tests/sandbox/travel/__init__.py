"""The travel site: several agencies on one server, which sell tours and send borrowers to the cabinet.

It is written as an agency's programmer would write it: it knows the lender only by the public agency API and
signs with the published ``standardwebhooks`` library.

Calls out (operations of the fault switches): ``application.create``, ``.get``, ``.change``, ``.commit``, ``.cancel``,
``.tour_refund``. Calls in: POST /agency/<code>/callback (``callback``), POST /agency/<code>/actualize (``actualize``).

For tests, JSON (``control.py``):
- POST /_control/orders {"agency", "tour", "price", "advance", "phone", "customer", "hold_hours", "months", "paid",
  "number", "starts_in_days", "test", "extra"} (all optional) -> 201, the order;
- GET /_control/orders/<number> -> the order, ``application`` as last heard, ``callbacks``
  [{webhook_id, type, sequence, status, verified, verdict, duplicate, received_at}] in the order received;
- POST /_control/orders/<number>/call {"method", ...fields of the page's form} -> {"result"} | {"error"} | {"away"};
- POST /_control/orders/<number>/actualize {"available", "price", "valid_until"}: what it will answer;
- POST /_control/agency/<code> {"callback_status": 410 | null}: answer every callback so.
"""

from .. import kit
from . import agency_api, control, orders, pages, tours


def make_app(config, state_dir) -> kit.App:
    """The server."""
    app = kit.App("travel", "Турагентства", config, state_dir, accent="#334155")
    app.agencies = {agency["code"]: agency for agency in app.settings["agencies"]}
    app.orders = orders.Orders(app)
    app.jinja.globals.update(agencies=app.agencies, tours=tours.TOURS)
    agency_api.add(app)
    pages.add(app)
    control.add(app)
    return app
