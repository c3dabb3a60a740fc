"""Which routes exist for whom: everything that stands in no table is a 404.

Odoo and each addon somebody installs bring routes for the public and for portal users.
To visitors and borrowers only those of this table exist, and what other addons of ours
add to it (``ir.http._tour_loan_routes``). What an employee reaches is Odoo's business,
but for the doors of programs. Static files, ``/<addon>/static/<file>``, are served to
everybody past all routing: they are the addons' published code and pictures.
"""

import re
from dataclasses import dataclass, field

PUBLIC, BORROWER, INTERNAL = "public", "borrower", "internal"
EVERYBODY = frozenset({PUBLIC, BORROWER, INTERNAL})
STAFF_LOGIN = frozenset({PUBLIC, INTERNAL})  # a borrower has no business there
STAFF = frozenset({INTERNAL})
NOBODY = frozenset()


@dataclass(frozen=True)
class Door:
    """Who may come in; ``only``: the values a part of the address may have."""

    who: frozenset[str]
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def lets_in(self, role: str, parts: dict) -> bool:
        """Return whether the address with these ``parts`` exists for ``role``."""
        limited = role != INTERNAL and self.only
        fits = not limited or all(parts.get(name) in ok for name, ok in self.only.items())
        return role in self.who and fits


# The logos in Odoo's payment form.
_LOGO = Door(EVERYBODY, {"model": ("payment.method",)})

# Odoo's routes, as Odoo writes them.
ROUTES = {
    "/": Door(EVERYBODY),  # leads to the cabinet, staff to theirs
    "/my": Door(EVERYBODY),
    "/my/home": Door(EVERYBODY),
    "/robots.txt": Door(EVERYBODY),
    "/web/health": Door(EVERYBODY),  # {"status": "pass"}
    # ours, under the name every monitor asks for; the handler looks at its token
    "/metrics": Door(EVERYBODY),
    # style sheets and scripts, put together from the addons' static files
    "/web/assets/<string:unique>/<string:filename>": Door(EVERYBODY),
    # words of the scripts: Odoo's payment form, the staff's login
    "/website/translations": Door(EVERYBODY),
    "/web/image/<string:model>/<int:id>/<string:field>": _LOGO,
    "/web/image/<string:model>/<int:id>/<string:field>/<string:filename>": _LOGO,
    "/web/image/<string:model>/<int:id>/<string:field>/<int:width>x<int:height>": _LOGO,
    (
        "/web/image/<string:model>/<int:id>/<string:field>"
        "/<int:width>x<int:height>/<string:filename>"
    ): _LOGO,
    # the lender's logo, on the staff's login and in letters
    "/logo": Door(EVERYBODY),
    "/logo.png": Door(EVERYBODY),
    "/web/binary/company_logo": Door(EVERYBODY),
    # where Odoo brings a payer back to; it leads on to the loan
    "/payment/status": Door(EVERYBODY),
    # staff come in; their sign-up and new passwords are an administrator's
    "/odoo": Door(STAFF_LOGIN),
    "/odoo/<path:subpath>": Door(STAFF_LOGIN),
    "/web": Door(STAFF_LOGIN),
    "/web/login": Door(STAFF_LOGIN),
    "/web/login/totp": Door(STAFF_LOGIN),
    "/web/login/second_factor": Door(STAFF_LOGIN),  # ours: a passkey, or setting one up
    "/auth/passkey/start-auth": Door(STAFF_LOGIN),  # a random challenge for the session
    "/web/session/logout": Door(STAFF_LOGIN),
}

# Odoo's doors for programs: shut for staff too, whatever addon brings them.
FOR_PROGRAMS = re.compile(r"/(xmlrpc|jsonrpc|json)\b|/web/session/authenticate$")
RUNJOB = "/queue_job/runjob"  # opens to who knows the runner's secret, see job_runner.py
# Routes this addon makes itself: each checks its visitor, see docs/security.md.
OWN = re.compile(r"/tour_loan/|/my/(applications|loans)\b")
OWN_MODULE = "odoo.addons.tour_loan."
# What a payment provider needs: its pages, webhook, return. Its code says which it is.
OF_PROVIDER = re.compile(r"/payment/([^/<]+)/")


def door(rule: str, module: str, table: dict[str, Door], opened: tuple[str, ...] = ()) -> Door:
    """Return the door of a route.

    :param rule: the route as it was declared, ``/web/image/<int:id>``
    :param module: where its handler was written, ``odoo.addons.web.controllers.binary``
    :param table: all addons' rows
    :param opened: what the setting ``open_routes`` opens
    """
    if is_opened(rule, opened):
        return Door(EVERYBODY)
    if rule == RUNJOB or FOR_PROGRAMS.match(rule):
        return Door(NOBODY)
    if OWN.match(rule) and module.startswith(OWN_MODULE):
        return Door(EVERYBODY)
    return table.get(rule, Door(STAFF))


def is_opened(rule: str, opened: tuple[str, ...]) -> bool:
    """Return whether a setting opens the route: by its name, or its beginning and ``*``."""
    return any(
        rule.startswith(name[:-1]) if name.endswith("*") else rule == name for name in opened
    )


def provider_code(rule: str) -> str:
    """Return the code of the payment provider a route belongs to, if it looks like one."""
    match = OF_PROVIDER.match(rule)
    return match[1] if match else ""
