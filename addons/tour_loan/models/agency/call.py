"""Calls of agencies: answers for repeats, and what staff may see of the last ones."""

import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models

from ... import hot_path, links
from ...rpc import dispatcher
from ...rules import masking
from ..outbox.ending import Period

SHOWN_LIMIT = 20_000  # characters of parameters or of an answer
RECORDED_LIMIT = 1000  # calls of one agency that are kept only to be shown
# Beside the fields known by name: all of a customer's block, free notes, live links.
_HIDDEN = ("customer", "tourists", "extra", "redirect_url")
_INDEX = masking.build_index(names=dict.fromkeys(_HIDDEN, "evidence"))


class Call(models.Model):
    """One call with the answer it got; kept for 24 hours at least.

    A call that changes something always has its row: the repeat of its ``webhook-id``
    is answered from it. Other calls (reads, repeats, nonsense) leave one only while the
    agency's ``record_calls_until`` says so, and are then ``only_shown``.
    """

    _name = "tour_loan.call"
    _inherit = ["tour_loan.ending"]
    _description = "Call of an agency"
    _order = "id desc"
    _rec_name = "webhook_id"
    # a day at least: so long an agency may repeat a call
    _period = Period("tour_loan.keep_calls_days", 1)

    agency_id = fields.Many2one(
        "tour_loan.agency", required=True, readonly=True, ondelete="cascade"
    )
    webhook_id = fields.Char("webhook-id", required=True, readonly=True)
    body_hash = fields.Char(readonly=True)
    only_shown = fields.Boolean(
        "Only shown", readonly=True, help="No repeat is answered from this row."
    )
    answer = fields.Text(readonly=True, groups=fields.NO_ACCESS)
    # for staff
    method = fields.Char(readonly=True)
    outcome = fields.Char(readonly=True, help="ok, or code and name of the error.")
    milliseconds = fields.Integer("Server time, ms", readonly=True)
    order_number = fields.Char(readonly=True)
    application_uuid = fields.Char("Application id", readonly=True)
    application_id = fields.Many2one("tour_loan.application", compute="_compute_application")
    incident = fields.Char(readonly=True, help="Finds the error -32603 in the server's log.")
    params = fields.Text("Parameters", readonly=True, groups=fields.NO_ACCESS)
    shown_params = fields.Text("Parameters, masked", compute="_compute_shown", compute_sudo=True)
    shown_answer = fields.Text("Answer, masked", compute="_compute_shown", compute_sudo=True)

    _id_uniq = models.UniqueIndex("(agency_id, webhook_id) WHERE only_shown IS NOT TRUE")
    _shown = models.Index("(agency_id, id) WHERE only_shown")
    _age = models.Index("(create_date)")

    @api.depends("params", "answer", "only_shown")
    def _compute_shown(self):
        for row in self:
            row.shown_params = _spread(row.params)
            row.shown_answer = _spread(row.answer if row.only_shown else _masked(row.answer))

    @api.depends("application_uuid")
    def _compute_application(self):
        uuids = set(self.mapped("application_uuid")) - {False}
        found = self.env["tour_loan.application"].search([("uuid", "in", list(uuids))])
        by_uuid = {application.uuid: application for application in found}
        for row in self:
            application = by_uuid.get(row.application_uuid)
            # an agency may name another's: then there is nothing to show
            own = application and application.agency_id == row.agency_id
            row.application_id = application if own else False

    # --- repeats ---

    @api.model
    def _earlier(self, agency, webhook_id: str, savepoint: str):
        """Return the row of an earlier call with this id, or none; set ``savepoint``."""
        self.env.flush_all()
        return self.browse(hot_path.begin_call(self.env.cr, savepoint, agency.id, webhook_id))

    def _is_same(self, body: bytes) -> bool:
        return self.body_hash == _hash(body)

    def _stored_answer(self) -> bytes | None:
        return links.opened(self.answer).encode() if self.answer else None

    # --- the trace ---

    @api.model
    def _records(self, agency) -> bool:
        """Are calls of ``agency`` that change nothing recorded now? The agency's setting.

        Bounded by number: as many rows as may be are looked at, never more are made.
        """
        until = agency._settings().record_calls_until
        if not until or until < fields.Datetime.now():
            return False
        shown = [("agency_id", "=", agency.id), ("only_shown", "=", True)]
        return self.search_count(shown, limit=RECORDED_LIMIT) < RECORDED_LIMIT

    @api.model
    def _keep(self, agency, webhook_id: str, body: bytes, call, answer, seconds, only_shown):
        """Write the row of ``call``, which took ``seconds`` to ``answer`` (bytes or None).

        Parameters are stored masked. An incident's row lets go of its ``webhook-id``:
        it was our fault, the same call may be tried again.
        """
        told = json.loads(answer) if answer else {}
        error, result = told.get("error"), told.get("result")
        params = call.params if isinstance(call.params, dict) else {}
        named = result if isinstance(result, dict) and "application_id" in result else params
        order = params.get("order") if isinstance(params.get("order"), dict) else {}
        text = (answer or b"").decode()
        only_shown = only_shown or dispatcher.is_incident(answer)
        if only_shown:
            kept = _masked(text)
        else:
            kept = links.sealed(text, named.get("redirect_url") if result else None)
        hot_path.keep_call(
            self.env.cr,
            agency_id=agency.id,
            webhook_id=webhook_id,
            body_hash=_hash(body),
            only_shown=only_shown,
            answer=kept,
            method=_short(call.method),
            outcome=_outcome(error) if answer else "204",
            milliseconds=round(seconds * 1000),
            order_number=_short(named.get("order_number") or order.get("number")),
            application_uuid=_short(named.get("application_id")),
            incident=error and error["data"].get("incident"),
            params=_masked(call.params) if call.method else None,
            create_date=self.env.cr.now(),
        )


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    record_calls_until = fields.Datetime(
        "All calls are recorded until",
        readonly=True,
        copy=False,
        help="Till then calls that change nothing are recorded too.",
    )

    def action_record_calls(self):
        """Staff: for an hour record the calls that change nothing too, a thousand at most."""
        self.check_access("write")
        # sudo: staff only read calls; older recordings make room for the new one
        self.env["tour_loan.call"].sudo().search(
            [("agency_id", "in", self.ids), ("only_shown", "=", True)]
        ).unlink()
        self.record_calls_until = fields.Datetime.now() + timedelta(hours=1)
        return True


def _outcome(error: dict | None) -> str:
    return f"{error['code']} {error['data']['code']}" if error else "ok"


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _short(value) -> str | None:
    """Return a text as a column may hold it; PostgreSQL knows no NUL."""
    return value.replace("\x00", "")[:100] if isinstance(value, str) else None


def _masked(value) -> str:
    """Return a message or a part of one as staff may see it, cut to ``SHOWN_LIMIT``."""
    if isinstance(value, str):
        value = json.loads(value, strict=False) if value else None
    if value is None:
        return ""
    text = json.dumps(masking.mask(value, _INDEX), ensure_ascii=False)
    # a little more than is kept, so that nothing is cut before it could be recognised
    return masking.mask_patterns(text[: SHOWN_LIMIT + 200])[:SHOWN_LIMIT]


def _spread(text) -> str:
    """Return JSON with an indent; what was cut stays as it is."""
    try:
        return json.dumps(json.loads(text, strict=False), ensure_ascii=False, indent=2)
    except (TypeError, ValueError):
        return text or ""
