"""From the offer to the signature: is the tour still there, code 3, the pause."""

import time
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import hash_sign

from ...rpc import outgoing
from ...rules import cooling_off
from ...tools import read_signed
from ..application.history import ACTUALIZE

ACTUALIZE_SCOPE = "tour_loan.actualize"
ACTUALIZE_MINUTES = 15
ACTUALIZE_SECONDS = 5
# Pages that ask at the same moment: of one agency, and of all together. The others wait
# at a page that asks again; odoo.conf keeps workers for them.
ASKED_AT_ONCE, ALL_ASKED_AT_ONCE = 2, 3


class Application(models.Model):
    _inherit = "tour_loan.application"

    # --- is the tour still there? ---

    def _actualize(self) -> str:
        """Ask the agency whether the order still stands; return the signed answer.

        Writes nothing, so it may be called in a request: the answer travels through
        the browser, signed, and is believed for some minutes in the next POST. An empty
        text: others are asking this agency and wait for it, ask again in a moment.
        """
        agency = self.agency_id
        take_place = self.env["tour_loan.lock"]._take_place
        if agency.actualize_url and not (
            take_place(f"ask agency {agency.id}", ASKED_AT_ONCE)
            and take_place("ask any agency", ALL_ASKED_AT_ONCE)
        ):
            return ""
        return hash_sign(
            self.env(su=True),
            ACTUALIZE_SCOPE,
            [self.uuid, self.sequence, self._ask_agency()],
            expiration_hours=ACTUALIZE_MINUTES / 60,
        )

    def _ask_agency(self) -> dict:
        """Return ``{"available": bool, "price": str, "until": Unix seconds or None}``.

        ``{}`` without an answer.
        """
        agency = self.agency_id
        if not agency.actualize_url or not agency._secrets("outbound"):
            return {"available": True, "price": str(self._exact(self.price)), "until": None}
        message_id = str(uuid4())
        body = outgoing.actualize_body(message_id, self.order_number, self._exact(self.price))
        outcome = agency._post_signed(agency.actualize_url, body, message_id, ACTUALIZE_SECONDS)
        if not outcome.accepted:
            return {}
        try:
            answer = outgoing.actualize_answer(message_id, outcome.body)
        except outgoing.NoAnswer:
            return {}
        price = answer.price.amount if answer.price else self._exact(self.price)
        return {
            "available": answer.available,
            "price": str(price),
            "until": answer.valid_until and answer.valid_until.timestamp(),
        }

    def _heed_actualized(self, token: str) -> str:
        """Act on the signed answer; return what the borrower may do now.

        ``sign``: go on; ``gone``: the tour is not available, cancelled; ``changed``:
        another price, so other terms; ``wait``: no answer and the agency wants to be
        asked again; ``again``: no fresh answer was brought.
        """
        values = read_signed(self.env, ACTUALIZE_SCOPE, token)
        # an answer about an order that was changed since is an answer to something else
        if not values or values[:2] != [self.uuid, self.sequence]:
            return "again"
        answer = values[2]
        if not answer:
            return "sign" if self.agency_id.actualize_no_answer == "sign" else "wait"
        if answer["until"] and answer["until"] <= time.time():
            return "again"
        if not answer["available"]:
            self._move("cancel", "agency", note=self._tour_gone(), decline_code="agency")
            return "gone"
        price = Decimal(answer["price"])
        if price == self._exact(self.price):
            return "sign"
        # the least share of the advance is not asked for again: the lender decides anew
        if self.agency_id._loan_refusals(self, price, self._exact(self.advance)):
            return "wait"  # no such loan: the agency has to change the order
        wire_price = {"amount": f"{price:.2f}", "currency": "RUB"}
        order = {**self.content["order"], "price": wire_price}
        order.pop("items", None)  # they were the lines of the old price
        self._change_order(
            {"price": float(price)}, {**self.content, "order": order}, note=ACTUALIZE
        )
        return "changed"

    def _tour_gone(self) -> str:
        """Return the reason of a cancel that the lender's people read."""
        env = self.with_context(lang="ru_RU").env
        return env._("%s: the tour is not available any more", ACTUALIZE)

    # --- the contract ---

    def _sign_blocker(self) -> str:
        """Return why the contract cannot be signed now, or an empty text."""
        if self.state != "approved":
            return "state"
        if self.ends_at and self.ends_at <= fields.Datetime.now():
            return "late"
        asked, offered = self._exact(self.amount), self._exact(self.offer_amount)
        if asked > offered:
            return "shortfall"  # the agency tops up or cancels
        if asked < offered:
            return "refresh"  # the lender's schedule for the smaller loan is on its way
        if self.product_id.identification_required and not self.identified:
            return "identity"
        return ""

    def _contract_documents(self):
        """Return the documents of the present offer if they are made already; orders nothing.

        Not those made last: an offer may go back to what it was before.
        """
        return self.env["tour_loan.document"]._of_stage("contract", self.agency_id, self)

    def _documents_to_keep(self):
        """Return what the borrower may download: all he signed, and the sheet."""
        signed = self.signature_ids.document_ids
        sheet = self.document_ids.filtered(lambda d: d.template_id.stage == "signed")
        offered = self._contract_documents() if self.state == "approved" else signed
        return (signed | offered | sheet).sorted("id")

    def _pause_hours(self) -> int:
        """Return the hours of cooling-off that the offered sum needs."""
        return int(cooling_off.pause(self._loan_amount()).total_seconds() // 3600)

    def _sign(self, code):
        """SMS code 3 was right: the contract is signed."""
        evidence = self.env["tour_loan.signature"]._record(self, code)
        signed_at = evidence.signed_at
        until = cooling_off.until(signed_at, self._loan_amount())
        self._move(
            "sign",
            "borrower",
            signed_at=signed_at,
            cooling_off_until=until,
            commit_until=until + timedelta(days=self.product_id.commit_days),
            contract_number=self._contract_number(),
        )
        self._make_loan()
        self._tell_borrower("signed")
        self._notify_accounting("signature")
        if until <= signed_at:
            self._end_cooling_off()
        else:
            self.with_user(SUPERUSER_ID).with_delay(eta=until, max_retries=0)._end_cooling_off()

    def _end_cooling_off(self):
        """Clock: the pause is over, the agency may book. Does nothing before."""
        if self.state == "signed" and self.cooling_off_until <= fields.Datetime.now():
            self._move("cool", "clock")

    def _cron_end_cooling_off(self):
        """Clock: what a lost job left behind."""
        over = [("state", "=", "signed"), ("cooling_off_until", "<=", fields.Datetime.now())]
        self._for_each(over, lambda application: application._end_cooling_off())

    def _signed_evidence(self):
        """Return the evidence of the contract's signature, or an empty record."""
        return self.signature_ids.filtered(lambda row: row.purpose == "contract")[-1:]

    # --- change of the order ---

    def _change_order(self, values: dict, content: dict | None = None, note="") -> bool:
        """Take over a new price, advance, tour or hold before the contract is signed.

        For another loan, or another tour after the decision, the lender decides anew;
        unless the loan gets smaller within the offer: then the schedule for less comes
        from the lender.
        """
        loan_before = self._exact(self.amount)
        other_tour = bool(content) and content["tour"] != self.content["tour"]
        self.write({**values, **({"content": content} if content else {})})
        loan, state = self._exact(self.amount), self.state
        offered, other_loan = self._exact(self.offer_amount), loan != loan_before
        decided = state == "approved"
        anew = other_loan and (state == "submitted" or (decided and loan > offered))
        if anew or (decided and other_tour):
            return self._move("change", "agency", note=note)
        adjusted = self._move(f"adjust_{state}", "agency", note=note)
        if state == "submitted" or (decided and other_loan):
            self._notify_accounting("change")
        if decided and loan == offered < loan_before:
            self._tell_borrower("top_up")
        return adjusted
