"""Loans that did not begin here: of the lender's office, or of the time before this cabinet.

They have no application. Whose they are the books say: a phone and a birth date. The
borrower sees one when he comes in by that phone and that date; an agency never does.
"""

from odoo import api, fields, models

from ...rules import identity, sms_text


class Loan(models.Model):
    _inherit = "tour_loan.loan"

    phone = fields.Char(readonly=True, index="btree_not_null", help="As the books have it, E.164.")
    birth_date = fields.Date(readonly=True)
    books_uid = fields.Char(
        "Id in the books",
        readonly=True,
        copy=False,
        help="What the books know a loan by that did not begin here.",
    )

    _has_someone = models.Constraint(
        "CHECK (application_id IS NOT NULL OR (phone IS NOT NULL AND birth_date IS NOT NULL))",
        "A loan without an application has a phone and a birth date.",
    )

    @api.depends("application_id.borrower_id")
    def _compute_borrower_id(self):
        for loan in self:
            loan.borrower_id = (
                loan.application_id.borrower_id if loan.application_id else loan.borrower_id
            )

    @api.depends("application_id.currency_id")
    def _compute_currency_id(self):
        rubles = self.env.ref("base.RUB")
        for loan in self:
            loan.currency_id = loan.application_id.currency_id or rubles

    def _contract_number(self) -> str:
        """Return the number of the contract, the same wherever it is named."""
        application = self.application_id
        return application._contract_number() if application else self.number

    @api.model
    def _taken_over(self, update: dict):
        """Return the loan of a contract that did not begin here, made if need be.

        :param update: as of ``_take_contract``, with ``person`` {phone (as written), birth_date}
            and ``uid``
        :raises ValueError: why it is not taken over: ``person``, ``phone``, ``born``,
            ``number`` or ``signed``
        """
        person = update.get("person") or {}
        known = self.search([("number", "=", update["number"])])
        if known.application_id:
            raise ValueError("number")
        if known and not (person.get("phone") and person.get("birth_date")):
            return known
        if not (person.get("phone") and person.get("birth_date")):
            raise ValueError("person")
        if identity.check_phone(person["phone"]):
            raise ValueError("phone")
        phone, born = identity.normal_phone(person["phone"]), person["birth_date"]
        borrower = self.env["tour_loan.borrower"]._of_phone(phone)
        dates = borrower._birth_dates() - set(known.mapped("birth_date"))
        if dates and born not in dates:
            raise ValueError("born")
        whose = {"phone": phone, "birth_date": born, "borrower_id": borrower.id}
        whose["books_uid"] = update.get("uid") or False
        if not known:
            return self.create({"number": update["number"], **whose})
        if any(known[name] != value for name, value in whose.items() if name != "borrower_id"):
            known.write(whose)
        return known

    def _tell_of_payment(self, repayment):
        """Confirm a payment of a loan that did not begin here by SMS."""
        application = self.env["tour_loan.application"].with_context(lang="ru_RU")
        text = application._repaid_text(repayment)
        self.env["tour_loan.sms"].create(
            {
                "phone": self.phone,
                "text": f"{sms_text.name(self.env.company.name)}: {text}",
                "business_key": f"sms loan {self.uuid}",
            }
        )


class Borrower(models.Model):
    _inherit = "tour_loan.borrower"

    loan_ids = fields.One2many("tour_loan.loan", "borrower_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Loans the books had of this phone are his; he sees those of his birth date."""
        borrowers = super().create(vals_list)
        loans = self.env["tour_loan.loan"]
        for borrower in borrowers:
            waiting = [("phone", "=", borrower.phone), ("application_id", "=", False)]
            loans.search([*waiting, ("borrower_id", "=", False)]).borrower_id = borrower
        return borrowers

    def _birth_dates(self):
        taken_over = self.loan_ids.filtered(lambda loan: not loan.application_id)
        return super()._birth_dates() | set(taken_over.mapped("birth_date"))

    @api.model
    def _who_comes(self, phone, born):
        """Who comes for a loan of the books was never here: the code shows that he is he."""
        loans = self.env["tour_loan.loan"]
        his = [("phone", "=", phone), ("birth_date", "=", born), ("application_id", "=", False)]
        is_expected = bool(born) and bool(loans.search_count(his, limit=1))
        return (
            self._of_phone(phone, create=True) if is_expected else super()._who_comes(phone, born)
        )

    @api.model
    def _dates_of_phone(self, phone: str) -> set | None:
        """Whom the books tell of may come in as well, who has never been here."""
        known = super()._dates_of_phone(phone)
        waiting = self.env["tour_loan.loan"].search(
            [("phone", "=", phone), ("application_id", "=", False)]
        )
        return (known or set()) | set(waiting.mapped("birth_date")) if waiting else known
