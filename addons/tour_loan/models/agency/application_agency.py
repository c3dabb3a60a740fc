"""The agency's side of an application: the object it sees, the link it gets."""

import re
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ... import links
from ...hot_path import Rubles
from ...rules import quote

LINK_LIFETIME = timedelta(hours=24)
# An offer made before a change of the order, or before a refusal, is none any more.
WITHOUT_OFFER = ("new", "filling", "submitted", "needs_data", "declined")
AFTER_THE_PAUSE = ("ready", "committed", "funded", "annulled")
# Where the agency may have asked for something (a cancel may have been granted).
AFTER_THE_COMMIT = ("committed", "funded", "cancelled", "annulled")
NEED_CODE = re.compile(r"[a-z][a-z0-9_]*")


class Application(models.Model):
    _inherit = "tour_loan.application"

    refunded_amount = Rubles(
        "Returned", compute="_compute_settlement", store=True, precompute=True, readonly=False
    )
    settlement_difference = Rubles(
        "Difference",
        compute="_compute_settlement",
        store=True,
        precompute=True,
        readonly=False,
        help="What was to be paid to the agency less what was paid; 0 is well.",
    )

    @api.depends(
        "state",
        "offer_amount",
        "payout_amount",
        "claim_ids.amount",
        "claim_ids.kind",
        "claim_ids.state",
    )
    def _compute_settlement(self):
        for application in self:
            application.refunded_amount = sum(
                application.claim_ids._of("tour_refund", "accepted").mapped("amount")
            )
            paid = application.state in ("funded", "annulled")
            application.settlement_difference = (
                application.offer_amount - application.payout_amount if paid else 0
            )

    # --- the object ---

    # What the object below reads, not the sixty columns more of the row: they were a third
    # of `application.get`. A field that is missing here costs a query more.
    _object_fields = (
        *("uuid", "order_number", "state", "state_changed_at", "sequence", "test", "content"),
        *("link_made_at", "link_used_at", "link_generation", "held_until", "signed_at"),
        *("amount", "advance", "months", "product_id", "phone", "customer_phone", "last_name"),
        *("offer_amount", "offer_problem", "offer_months", "offer_monthly_payment", "offer_rate"),
        *("offer_psk", "offer_psk_amount", "offer_valid_until", "offer_schedule"),
        *("payout_amount", "payout_on", "payout_order", "cooling_off_until", "commit_until"),
        *("needs", "decline_code", "loan_number"),
    )

    def _agency_object(self) -> dict:
        """Return the application object of the agency API: no personal data in it."""
        self.ensure_one()
        link_ends_at = self._link_expires_at()
        link = (
            self.state == "new" and not self.link_used_at and link_ends_at > fields.Datetime.now()
        )
        customer = self.content["customer"]
        return {
            "application_id": self.uuid,
            "order_number": self.order_number,
            "status": self.state,
            "redirect_url": self._link() if link else None,
            "expires_at": link_ends_at if link else None,
            "held_until": self.held_until,
            "hold_needed_until": self._hold_needed_until(),
            "amount": self._exact(self.amount),
            "advance": self._exact(self.advance),
            "customer": {
                "phone": self.phone or self.customer_phone,
                "last_name": self.last_name or None,
                "first_name": customer.get("first_name"),
            },
            "preview": self._preview(),
            "offer": self._offer_object(),
            "payout": self._payout_object(),
            "cooling_off": self._cooling_off_object(),
            "needs": self._needs_codes() if self.state == "needs_data" else [],
            "decline_code": self.decline_code or None,
            "loan_number": self.loan_number or None,
            "commit_until": self.commit_until or None,
            "requests": self._claims_told() if self.state in AFTER_THE_COMMIT else [],
            "test": self.test,
            "sequence": self.sequence,
            "updated_at": self.state_changed_at,
            "extra": self.content.get("extra") or {},
        }

    def _claims_told(self) -> list[dict]:
        """Return the claims as the API tells of them: there they are ``requests``."""
        return [claim._agency_object() for claim in self.claim_ids]

    def _needs_codes(self) -> list[str]:
        """Return what is wanted in codes; a word of the lender's we do not know is "other"."""
        codes = (code if NEED_CODE.fullmatch(code) else "other" for code in self.needs or [])
        return list(dict.fromkeys(codes))

    def _preview(self) -> dict:
        """Return our own estimate for the wished term; the lender's offer decides."""
        preview = quote.preview(
            self._exact(self.amount),
            self.months,
            self.product_id._conditions().rate,
            fields.Date.context_today(self),
            self.product_id._conditions().conventions,
        )
        return {
            "months": preview.months,
            "monthly_payment": preview.monthly_payment,
            "psk": preview.psk,
            "overpayment": preview.overpayment,
        }

    def _offer_object(self) -> dict | None:
        if not self.offer_amount or self.offer_problem or self.state in WITHOUT_OFFER:
            return None
        offered = self._exact(self.offer_amount)
        return {
            "amount": offered,
            "shortfall": max(self._exact(self.amount) - offered, Decimal("0.00")),
            "months": self.offer_months,
            "monthly_payment": self._exact(self.offer_monthly_payment),
            "rate": Decimal(str(round(self.offer_rate, 3))),
            "psk": Decimal(str(round(self.offer_psk, 3))),
            "psk_amount": self._exact(self.offer_psk_amount),
            "valid_until": self.offer_valid_until,
            "schedule": [
                {
                    "due_on": fields.Date.to_date(line["due_on"]),
                    **{
                        name: Decimal(line[name])
                        for name in ("amount", "principal", "interest", "rest")
                    },
                }
                for line in self.offer_schedule or []
            ],
        }

    def _payout_object(self) -> dict | None:
        if not self.payout_order:
            return None
        return {
            "amount": self._exact(self.payout_amount),
            "paid_on": self.payout_on,
            "payment_order": self.payout_order,
        }

    def _cooling_off_object(self) -> dict | None:
        if not self.cooling_off_until:
            return None
        return {"until": self.cooling_off_until, "passed": self.state in AFTER_THE_PAUSE}

    # --- the link ---

    def _link(self) -> str:
        """Return the one-time address that starts the questionnaire."""
        secret = links.secret(self.uuid, self.link_generation)
        return f"{self.get_base_url()}/tour_loan/start/{self.uuid}/{secret}"

    def _link_expires_at(self):
        return min(self.held_until, self.link_made_at + LINK_LIFETIME)

    def _link_state(self, secret: str) -> str:
        """Return ``good``, ``used``, ``late`` or ``wrong`` for what a visitor brings."""
        if not links.is_secret(self.uuid, self.link_generation, secret):
            return "wrong"
        if self.link_used_at:
            return "used"
        if self._link_expires_at() <= fields.Datetime.now() or self.state != "new":
            return "late"
        return "good"

    def _renew_link(self):
        """A repeated create: a used or late link is replaced, a live one stays."""
        late = self._link_expires_at() <= fields.Datetime.now()
        if self.state == "new" and (self.link_used_at or late):
            self.env["tour_loan.lock"]._take_rows(self)
            self.write(
                {
                    "link_generation": self.link_generation + 1,
                    "link_made_at": fields.Datetime.now(),
                    "link_used_at": False,
                }
            )
            # what the holder of the former link asked for is nothing to the new one's
            live = [("application_id", "=", self.id), ("state", "!=", "used")]
            self.env["tour_loan.code"].search(live)._end("link")

    def _claim_cancel(self, reason: str, actor: str = "agency"):
        """After the commit a cancel is a claim that the lender accepts or refuses."""
        if self.claim_ids._of("cancel", "waiting"):
            return
        self._claim("cancel", actor, reason=reason)
        self._notify_accounting("cancel")

    def _claim(self, kind: str, actor: str = "agency", **values):
        """Write a claim of the agency's or the borrower's and its trace in the history."""
        claim = self.env["tour_loan.claim"].create(
            {"application_id": self.id, "kind": kind, "asked_by": actor, **values}
        )
        self._note(f"ask_{kind}", actor, values.get("reason") or "")
        return claim
