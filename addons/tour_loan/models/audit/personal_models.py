"""Whose the rows of each model are, and what of them is personal beside the one list."""

from odoo import api, models


class Application(models.Model):
    _inherit = "tour_loan.application"
    _tour_loan_whose = ""
    _tour_loan_also = ("content", "search_words")


class Borrower(models.Model):
    _inherit = "tour_loan.borrower"
    _tour_loan_whose = ""
    _tour_loan_also = ("display_name", "user_id")


class Signature(models.Model):
    _inherit = "tour_loan.signature"
    _tour_loan_whose = "application_id"


class Code(models.Model):
    _inherit = "tour_loan.code"
    _tour_loan_whose = "application_id"


class CodeAttempt(models.Model):
    _inherit = "tour_loan.code.attempt"
    _tour_loan_whose = "code_id.application_id"


class Document(models.Model):
    _inherit = "tour_loan.document"
    _tour_loan_whose = "application_id"
    _tour_loan_also = ("content", "text")

    def _tour_loan_persons(self):
        """A text that is the same for everybody is nobody's."""
        return super(Document, self.filtered("application_id"))._tour_loan_persons()


class Sms(models.Model):
    _inherit = "tour_loan.sms"
    _tour_loan_whose = "about_id"
    _tour_loan_also = ("text",)


class Mail(models.Model):
    _inherit = "tour_loan.mail"
    _tour_loan_whose = "application_id"
    _tour_loan_also = ("text",)


class Callback(models.Model):
    _inherit = "tour_loan.callback"
    _tour_loan_whose = "application_id"
    _tour_loan_also = ("request",)


class Loan(models.Model):
    _inherit = "tour_loan.loan"
    _tour_loan_whose = "application_id"

    def _tour_loan_persons(self):
        """One that did not begin here is its borrower's."""
        theirs_sudo = self._origin.sudo()  # sudo: whose it is, for the event
        elsewhere_sudo = theirs_sudo.filtered(lambda loan: not loan.application_id)
        for loan_sudo in elsewhere_sudo:
            yield self.browse(loan_sudo.id), loan_sudo.borrower_id.id or 0, 0
        yield from super(Loan, self - self.browse(elsewhere_sudo.ids))._tour_loan_persons()


class Installment(models.Model):
    _inherit = "tour_loan.installment"
    _tour_loan_whose = "loan_id.application_id"

    def _tour_loan_persons(self):
        yield from _of_loans(self)


class Repayment(models.Model):
    _inherit = "tour_loan.repayment"
    _tour_loan_whose = "loan_id.application_id"

    def _tour_loan_persons(self):
        yield from _of_loans(self)


def _of_loans(records):
    """Yield (record, borrower, application) of rows that hang on a loan."""
    origin = records._origin
    for record, record_sudo in zip(origin, origin.sudo(), strict=True):  # sudo: whose it is
        loan_sudo = record_sudo.loan_id
        application = loan_sudo.application_id.id or 0
        yield record, loan_sudo.borrower_id.id or 0, application


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"
    _tour_loan_whose = "tour_loan_id.application_id"
    _tour_loan_also = (
        "partner_id",
        "partner_name",
        "partner_email",
        "partner_phone",
        "partner_address",
        "partner_zip",
        "partner_city",
    )

    def _tour_loan_persons(self):
        """A shop's payment is none of a borrower's."""
        ours = self.filtered(lambda payment: payment.sudo().tour_loan_id)  # sudo: whose it is
        return super(PaymentTransaction, ours)._tour_loan_persons()


class ResPartner(models.Model):
    """The partner behind a borrower; all others are nobody's."""

    _inherit = "res.partner"
    _tour_loan_whose = ""
    _tour_loan_also = ("name", "display_name", "complete_name", "vat", "street", "user_ids")

    @api.model
    def _tour_loan_is_watched(self):
        return super()._tour_loan_is_watched() and self.env.user._tour_loan_meets_borrowers()

    def _tour_loan_persons(self):
        # sudo: whose they are, for the event; nothing is shown
        theirs_sudo = self._origin.sudo().filtered("tour_loan_borrower")
        if theirs_sudo:
            borrowers_sudo = self.env["tour_loan.borrower"].sudo()
            for borrower in borrowers_sudo.search([("user_id.partner_id", "in", theirs_sudo.ids)]):
                yield borrower.user_id.partner_id, borrower.id, 0


class ResUsers(models.Model):
    _inherit = "res.users"
    _tour_loan_whose = ""
    _tour_loan_also = ("name", "display_name", "partner_id")

    def _tour_loan_meets_borrowers(self) -> bool:
        """Return whether the rules of ``borrower_privacy.xml`` let him see borrowers' partners."""
        groups = ("tour_loan.tour_loan_group_operator", "base.group_erp_manager")
        return any(self.has_group(group) for group in groups)

    @api.model
    def _tour_loan_is_watched(self):
        return super()._tour_loan_is_watched() and self.env.user._tour_loan_meets_borrowers()

    def _tour_loan_persons(self):
        # sudo: whose they are, for the event; nothing is shown
        others_sudo = self._origin.sudo().filtered(lambda user: user.partner_id.tour_loan_borrower)
        if others_sudo:
            borrowers_sudo = self.env["tour_loan.borrower"].sudo()
            for borrower in borrowers_sudo.search([("user_id", "in", others_sudo.ids)]):
                yield borrower.user_id, borrower.id, 0
