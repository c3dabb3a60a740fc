"""An application's codes: for which documents they are sent, and what they confirm."""

from odoo import models

from ...rules import sms_text


class Application(models.Model):
    _inherit = "tour_loan.application"

    def _documents(self, stage: str):
        """Return the documents of ``stage`` for this application as its texts are now.

        None at all while one of them is not laid out: that is a job's work, which this
        orders; the page waits. Texts of the first step name nobody and are shared by all
        borrowers of the agency; those of later stages bear the borrower's name and passport.
        """
        person = None if stage == "acquaintance" else self
        documents = self.env["tour_loan.document"]
        known = documents._of_stage(stage, self.agency_id, person)
        return known or documents._have_made(stage, self.agency_id, person)

    def _request_code(self, stage: str, phone: str, origin: dict, known: bool = False):
        """Send the code that confirms ``stage``; return (code, refusal).

        ``known``: the phone was confirmed in the visitor's browser before.
        """
        documents = self._documents(stage)
        if not documents:  # changed this moment: nobody signs what he was not shown
            return self.env["tour_loan.code"], {"error": "wait", "seconds": 2}
        return self.env["tour_loan.code"]._request(
            stage, phone, origin, self, documents, self._code_text(stage), known
        )

    def _code_text(self, stage) -> str:
        """Return the SMS: what is confirmed comes with the code, in Russian."""
        env = self.with_context(lang="ru_RU").env
        order = sms_text.number(self.order_number)
        texts = {
            "acquaintance": env._(
                "Code {code} confirms that you have read the documents for order %s. "
                "Tell it to nobody.",
                order,
            ),
            "questionnaire": env._(
                "Code {code} signs your loan application for order %s. Tell it to nobody.",
                order,
            ),
            "contract": env._(
                "Code {code} signs loan contract %(number)s for %(amount)s. Tell it to nobody.",
                number=sms_text.number(self._contract_number()),
                amount=self._rubles("offer_amount"),
            ),
        }
        return texts[stage]

    def _active_code(self, stage: str):
        """Return the latest code sent for ``stage``, whatever became of it.

        Of a link the agency has replaced nothing is left.
        """
        return self.env["tour_loan.code"].search(
            [
                ("application_id", "=", self.id),
                ("purpose", "=", stage),
                ("ended_by", "!=", "link"),
            ],
            limit=1,
        )

    def _was_asked(self, stage: str, documents) -> bool:
        """Return whether a code was sent for these very documents: they were ticked then."""
        code = self._active_code(stage)
        return code.state in ("active", "locked") and code.documents_digest == documents._digest()

    def _confirm(self, stage: str, typed: str, shown: str | None, origin: dict):
        """Check the code that confirms ``stage`` and do what follows from it.

        :param str typed: what the borrower typed
        :param shown: number of the code his page speaks of, if it tells one
        :return: (code, None), or (code, error of ``code_words``)
        """
        code = self._active_code(stage)
        error = self._refused_code(stage, code, shown) or code._check(typed, origin)
        if not error:
            follow = {
                "acquaintance": self._open,
                "questionnaire": self._submit,
                "contract": self._sign,
            }[stage]
            follow(code)
        return code, error

    def _refused_code(self, stage, code, shown) -> dict | None:
        """Return why ``code`` confirms nothing, whatever is typed."""
        if code and (shown or "").isdecimal() and shown != str(code.id):
            return {"error": "void"}  # the page is older than the last code
        if not self._may_confirm(stage):
            return {"error": "expired"}
        if not code:
            return {"error": "none"}
        if code.documents_digest != self._documents(stage)._digest():
            # something changed after it was sent: it is for other documents
            return {"error": "changed"}
        return None

    def _may_confirm(self, stage: str) -> bool:
        match stage:
            case "questionnaire":
                return self._is_complete()
            case "contract":
                return not self._sign_blocker()
        return self.state == "new"
