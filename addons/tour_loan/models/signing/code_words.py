"""What the page of a code says: why a code is good for nothing, and what to do now."""

from odoo import api, fields, models

from ...gateways import smsc

SECONDS_TO_TELL = 2  # a login's trouble is told then, whoever asked for it


class Code(models.Model):
    _inherit = "tour_loan.code"

    def _sms_trouble(self):
        """Return ``{"error": "refused"|"delayed"}`` if the gateway did not take the SMS.

        Of a login from a browser nobody knows only what is wrong with the gateway itself
        is told, and to all alike: that a number was refused would tell whose it is.
        """
        trouble = self._trouble_of_sms()
        if self.budget != "login" or not trouble:
            return trouble
        age = fields.Datetime.now() - self.create_date
        if age.total_seconds() < SECONDS_TO_TELL:
            return None
        return {"error": "delayed"}

    def _trouble_of_sms(self):
        sms = self.sms_id
        if self.budget == "login":
            away = sms.attempts and smsc.is_of_gateway(sms.last_error) and sms.state != "sent"
            return {"error": "delayed"} if self.gateway_failed or away else None
        if sms.state == "stuck":
            return {"error": "refused"}
        if sms.state == "pending" and sms.attempts:
            return {"error": "delayed"}
        return None

    @api.model
    def _words(self, problem) -> str:
        """Return ``problem`` as the borrower reads it, or nothing."""
        problem = problem or {}
        env, left = self.env, problem.get("left")
        match problem.get("error"):
            case "wrong":
                return env._("The code is wrong. Attempts left: %s.", left)
            case "locked":
                return env._("Five wrong codes: this code is blocked. Please ask for a new one.")
            case "expired":
                return env._(
                    "The time of this code is over: it is good for 5 minutes. Please ask for "
                    "a new one."
                )
            case "void":
                return env._(
                    "This code has been replaced: another one was sent after it. Type the code "
                    "from the last SMS, or ask for a new one."
                )
            case "used":
                return env._("This code has been used already. Please ask for a new one.")
            case "changed":
                return env._(
                    "What you sign has changed, so the code sent before is no longer valid. "
                    "Please read the documents once more and ask for a new code."
                )
            case "none":
                return env._("No code has been sent yet. Please ask for one.")
            case "date":
                return env._(
                    "The code is no longer valid: it was asked for with another date of birth. "
                    "Enter the phone and the date of birth from your passport, and ask for a "
                    "new code."
                )
            case "refused":
                return env._(
                    "The operator has not taken our SMS for this number, the code will not "
                    "come. See below what to do without a code."
                )
            case "delayed":
                return env._(
                    "The SMS has not gone yet: the operator does not answer. We go on trying. "
                    "If no code comes in two minutes, ask for a new one."
                )
            case "wait":
                return env._(
                    "A code was sent a moment ago. A new one can be sent in %s seconds.",
                    problem["seconds"],
                )
            case "limit":
                return self._words_of_limit(problem["seconds"])
        return ""

    def _words_of_limit(self, seconds) -> str:
        moscow = fields.Datetime.context_timestamp(
            self.with_context(tz="Europe/Moscow"),
            fields.Datetime.add(fields.Datetime.now(), seconds=seconds + 60),
        )
        return self.env._(
            "Too many codes were asked for. A new one can be sent after %s (Moscow time).",
            moscow.strftime("%d.%m.%Y %H:%M"),
        )
