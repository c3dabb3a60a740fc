"""How a request ended: whether somebody who is logged in was refused what he asked for.

Odoo refuses at few places, and there it is known what was asked for: rights of a model,
record rules, fields. What is refused there is *suspected* only (``models/audit/refused.py``):
Odoo asks so for itself as well, and goes on without. It is an event if the request ended by
it. A row names ids, models and routes, never a value somebody sent.
"""

import re
import threading

from werkzeug.exceptions import Forbidden, NotFound

from odoo.exceptions import AccessError

from .rules.masking import mask_patterns

KIND = "access_refused"
SUSPECTED = "tour_loan_suspected"
# Doors that answer a refusal by an empty picture or a sentence: no error leaves them.
QUIET = ("/web/image", "/web/content", "/web/binary/", "/mail/attachment/")
PLAIN = re.compile(r"[\w./-]+", re.ASCII)
SECRET = re.compile(r"(/start/[^/]*/|/transaction/|/pay/).+")


def suspect(served, row: dict):
    """Remember what was refused: an event if the request ends by it."""
    served.__dict__.setdefault(SUSPECTED, []).append(row)


def keep(served, row: dict):
    """Have a refusal written when the request is over: of a request one, the first."""
    told = {"kind": KIND, "address": served.httprequest.remote_addr, "door": _door(served), **row}
    served.__dict__.setdefault("tour_loan_events", {}).setdefault(KIND, told)


def ending(served, error: BaseException | None):
    """Keep what the request ended by, if that was a refusal.

    :param error: what the request ended with, None if by an answer
    """
    suspected = served.__dict__.pop(SUSPECTED, [])
    if error is None:
        if suspected and served.httprequest.path.startswith(QUIET):
            keep(served, _together(suspected))
        return
    causes = list(_causes(error))
    if suspected and any(isinstance(one, AccessError | Forbidden | NotFound) for one in causes):
        keep(served, _together(suspected))
    elif any(isinstance(one, AccessError) for one in causes) and (uid := _who(served)):
        keep(served, {"uid": uid, **_asked(served)})


def _causes(error):
    """Yield an error and those it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _together(suspected: list[dict]) -> dict:
    """Return what the request ended by, with all records of that model."""
    last = suspected[-1]
    same = [one["records"] for one in suspected if one["model"] == last["model"]]
    ids = dict.fromkeys(one for records in same for one in records.split(", ") if one)
    return {**last, "records": ", ".join(ids)}


def _who(served) -> int | None:
    """Return who came in, by a session, a key or a password; None if nobody did."""
    # Odoo notes it so, once he is known; the request's own environment is gone by now
    return served.session.uid or getattr(threading.current_thread(), "uid", None)


def _asked(served) -> dict:
    """Return model, ids and method of a call that was refused elsewhere than by rights.

    Names that exist, and numbers: what else was sent may be anything.
    """
    params = getattr(served, "params", None) or {}
    model = params.get("model") or params.get("__model__")
    if not model and served.httprequest.path.startswith(QUIET):
        model = "ir.attachment"
    if not isinstance(model, str) or model not in served.registry:
        return {}
    method = params.get("method") or params.get("__method__")
    args = params.get("args")
    ids = args[0] if isinstance(args, list) and args else params.get("ids") or params.get("id")
    ids = ids if isinstance(ids, list) else [ids]
    known = isinstance(method, str) and hasattr(served.registry[model], method)
    return {
        "model": model,
        "records": ", ".join(str(one) for one in ids if type(one) is int),
        "names": method if known else None,
    }


def _door(served) -> str:
    """Return method and path without secrets, and without what somebody typed there."""
    path = SECRET.sub(r"\1***", served.httprequest.path)
    if not PLAIN.fullmatch(path.removesuffix("***")):
        path = "…"
    return f"{served.httprequest.method} {mask_patterns(path)}"
