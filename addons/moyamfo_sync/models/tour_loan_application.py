"""What an application tells MoyaMFO, and what MoyaMFO tells it."""

import json
from datetime import UTC, datetime

from odoo import api, fields, models

from ..protocol import dto
from ..protocol.codecs import Unknown

DECISIONS = ("needs_data", "approved", "declined")
STATUSES = (*DECISIONS, "in_review", "funded", "annulled", "cancelled")


class Application(models.Model):
    _inherit = "tour_loan.application"

    moyamfo_message_ids = fields.One2many(
        "moyamfo.message", "application_id", "Messages to MoyaMFO", readonly=True
    )
    moyamfo_message_count = fields.Integer(compute="_compute_moyamfo_message_count")

    @api.depends("moyamfo_message_ids")
    def _compute_moyamfo_message_count(self):
        for application in self:
            application.moyamfo_message_count = len(application.moyamfo_message_ids)

    def action_open_moyamfo_messages(self):
        return self._rows_of("moyamfo_sync.moyamfo_message_action")

    def _notify_accounting(self, kind):
        """Write the message for MoyaMFO; test applications never go out."""
        if not self.test:
            # sudo: the borrower or the agency acts, the outbox is the server's own
            self.env["moyamfo.message"].sudo().create(
                {
                    "kind": kind,
                    "application_id": self.id,
                    "claim_id": self._moyamfo_claim(kind).id,
                    "business_key": self.uuid,
                    "endpoint": self.env["moyamfo.message"]._doors(kind)[0],
                }
            )
        return super()._notify_accounting(kind)

    def _moyamfo_claim(self, kind):
        """Return the agency's claim a message of ``kind`` puts to 1C, if it is one's."""
        return self.claim_ids._of(kind, "waiting")[-1:]

    # === OUT === #

    def _moyamfo_record(self, message):
        """Return the record of ``protocol.dto`` for a message of this application."""
        self.ensure_one()
        build = {
            "application": self._moyamfo_application,
            "change": self._moyamfo_application,
            "cancel": self._moyamfo_cancel,
            "signature": self._moyamfo_signature,
            "commit": self._moyamfo_commit,
            "tour_refund": lambda: self._moyamfo_tour_refund(message.claim_id),
        }[message.kind]
        return build()

    def _moyamfo_application(self):
        agency, content = self.agency_id, self.content or {}
        tour = content.get("tour") or {}
        return dto.Application(
            uid=self.uuid,
            number=f"TL-{self.id}",
            submitted_at=_utc(self.submitted_at or fields.Datetime.now()),
            agency_code=agency.code,
            agency_name=agency.legal_name or agency.name,
            agency_inn=agency.inn or None,
            order_number=self.order_number,
            price=self._exact(self.price),
            advance=self._exact(self.advance),
            amount=self._exact(self.amount),
            months=self.months,
            product=self.product_id.name,
            tour_country=tour.get("country"),
            tour_operator=(tour.get("operator") or {}).get("name"),
            tour_hotel=(tour.get("hotel") or {}).get("name"),
            tour_starts_on=self.tour_starts_on or None,
            tour_nights=tour.get("nights"),
            held_until=_utc(self.held_until),
            phone=self.phone,
            identified_by="cabinet" if self.identified else None,
            consents=self._moyamfo_consents(),
            answers=self._told_answers(),
        )

    def _moyamfo_consents(self) -> list:
        return [
            dto.Consent(
                document=document.name,
                version=document.version,
                sha256=document.sha256,
                signed_at=_utc(signature.signed_at),
                code_uid=signature.code_id.uid,
                phone=signature.phone,
                ip=signature.code_id.ip or None,
            )
            for signature in self.signature_ids
            if signature.purpose in ("acquaintance", "questionnaire")
            for document in signature.document_ids.sorted("id")
        ]

    def _moyamfo_cancel(self):
        last = self.history_ids.filtered(
            lambda row: row.made and row.move in ("cancel", "expire", "ask_cancel")
        )[-1:]
        env = self.with_context(lang="ru_RU").env  # the lender's people read it
        reason = (
            env._("expired") if last.move == "expire" else env._("cancelled by: %s", last.actor)
        )
        return dto.Cancel(
            uid=self.uuid,
            reason=last.note or reason,
            cancelled_at=_utc(last.create_date or fields.Datetime.now()),
        )

    def _moyamfo_signature(self):
        signature = self.signature_ids.filtered(lambda row: row.purpose == "contract")[-1:]
        signature.ensure_one()
        sms = json.loads(signature.evidence)["sms"]
        return dto.Signature(
            uid=self.uuid,
            signed_at=_utc(signature.signed_at),
            phone=signature.phone,
            code_uid=signature.code_id.uid,
            code_sent_at=datetime.fromisoformat(sms["asked_at"]),
            ip=signature.code_id.ip or None,
            user_agent=signature.code_id.user_agent or None,
            amount=self._loan_amount(),
            documents=[
                dto.SignedDocument(
                    name=document.name, version=document.version, sha256=document.sha256
                )
                for document in signature.document_ids.sorted("id")
            ],
        )

    def _moyamfo_commit(self):
        agency = self.agency_id
        # not state_changed_at: every note, as of a claim, moves that
        move = self.history_ids.filtered(lambda row: row.made and row.move == "commit")[-1:]
        return dto.Commit(
            uid=self.uuid,
            committed_at=_utc((move.create_date or self.state_changed_at).replace(microsecond=0)),
            amount=self._loan_amount(),
            order_number=self.order_number,
            booking_number=self.booking_number or None,
            agency_code=agency.code,
            agency_name=agency.legal_name or agency.name,
            agency_inn=agency.inn or None,
            agency_account=agency.bank_account or None,
            agency_bic=agency.bank_bic or None,
            agency_bank=agency.bank_name or None,
        )

    def _moyamfo_tour_refund(self, claim):
        return dto.TourRefund(
            uid=claim.uid,
            application_uid=self.uuid,
            amount=self._exact(claim.amount),
            full=claim._is_full(),
            refunded_at=_utc(claim.create_date),
            document_numbers=claim.document_numbers or [],
        )

    # === IN === #

    def _moyamfo_apply(self, state, held_back, problems: list) -> bool:
        """Take over an ``ApplicationState``; return whether anything changed.

        What cannot be understood leaves the application as it is and is noted in
        ``problems`` for staff.
        """
        self.ensure_one()
        is_older = state.status in DECISIONS and self in held_back
        if not is_older and self._moyamfo_keep_aside(state):
            # it may be ours all the same: its number is what to ask 1C's people by
            return self._accounting_update({"number": state.number})
        update = {"number": state.number, "changed_at": state.changed_at}
        if state.loan_number:
            update["loan_number"] = state.loan_number
        if isinstance(state.status, Unknown):
            problems.append(f"{self.uuid}: {state.status}")
        elif state.status == "stopped":
            env = self.with_context(lang="ru_RU").env
            update["stop"] = state.decline_text or env._("the accounting system says stop")
        elif state.status == "approved" and not (state.offer and state.offer.schedule):
            problems.append(f"{self.uuid}: approved without an offer")
        elif state.status == "funded" and not state.payout:
            problems.append(f"{self.uuid}: funded without a payout")
        elif state.status in STATUSES and not (state.status in DECISIONS and self in held_back):
            update |= self._moyamfo_decision(state, problems)
        return self._accounting_update(update)

    def _moyamfo_decision(self, state, problems) -> dict:
        """Return the part of the update that moves the application."""
        update = {"status": state.status}
        if state.status == "needs_data":
            unknown = [need for need in state.needs if isinstance(need, Unknown)]
            problems += [f"{self.uuid}: {need}" for need in unknown]
            if not state.needs:
                problems.append(f"{self.uuid}: more data wanted, and not said which")
            # what 1C names in a word we do not know is still wanted
            needs = {str(getattr(need, "value", need)): need for need in state.needs}
            update["needs"] = list(needs)
            update["needs_words"] = {
                code: getattr(need, "word", code) for code, need in needs.items()
            }
        if state.status == "declined":
            if isinstance(state.decline_code, Unknown):
                problems.append(f"{self.uuid}: {state.decline_code}")
            elif state.decline_code:
                update["decline_code"] = state.decline_code
        if state.status == "approved":
            update["offer"] = {
                **vars(state.offer),
                # our columns keep seconds: a fraction would be news at each pull
                "valid_until": state.offer.valid_until.replace(microsecond=0),
                "schedule": [vars(line) for line in state.offer.schedule],
            }
        if state.status == "funded":
            update["payout"] = vars(state.payout)
        return update


def _utc(moment) -> datetime:
    """Odoo's naive UTC as an aware datetime."""
    return moment.replace(tzinfo=UTC)
