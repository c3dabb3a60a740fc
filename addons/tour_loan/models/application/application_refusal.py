"""The borrower does not want the loan any more: at once, or by asking the lender."""

from odoo import models

# Where one button ends it; after the commit the lender has to agree.
REFUSABLE = ("filling", "submitted", "needs_data", "approved", "signed", "ready")


class Application(models.Model):
    _inherit = "tour_loan.application"

    def _refusal_way(self) -> str:
        """Return ``button``, ``request`` (the lender has to agree) or an empty text."""
        if self.state in REFUSABLE:
            return "button"
        # an answered request is not asked again: its answer is on the page
        asked = self.claim_ids._of("cancel")[-1:]
        may_ask = not asked or (asked.asked_by == "agency" and asked.state == "refused")
        return "request" if self.state == "committed" and may_ask else ""

    def _cancel_by_borrower(self) -> bool:
        """Cancel, or after the commit ask the lender to; return whether that was possible."""
        if self.state == "committed":
            reason = self.with_context(lang="ru_RU").env._("The borrower refuses the loan")
            self._claim_cancel(reason, "borrower")
            return True
        return self._move("cancel", "borrower", decline_code="borrower")
