"""The dated limits of the law (``rules/limits.py``) before products and offers."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...rules import limits, money, quote
from ...rules.psk import full_cost
from ...tools import server_setting

# A PSK computed here from a schedule knows the day of issue only about: it speaks where it
# is beyond doubt.
COMPUTED_PSK_SLACK = Decimal("1.05")
# An offer that is repeated after the signature changes nothing any more.
UNSIGNED = ("submitted", "needs_data", "approved")


def lender_kind() -> str:
    """Return the kind of the lender: mkk (the narrower limits) unless set to mfk."""
    kind = server_setting("tour_loan", "lender_kind", "mkk").strip().lower()
    return kind if kind in limits.LARGEST else "mkk"


def in_words(env, found) -> str:
    """Return broken limits as sentences, one a line."""
    say = {
        "amount": lambda **said: env._(
            "the sum is %(found)s, the lender may lend a person %(limit)s", **said
        ),
        "rate": lambda **said: env._(
            "the rate is %(found)s a year, the law allows %(limit)s, which is 0.8 per cent a day",
            **said,
        ),
        "psk": lambda **said: env._(
            "the full cost (PSK) is %(found)s a year, the law allows %(limit)s", **said
        ),
        "overpayment": lambda **said: env._(
            "%(found)s are charged over the loan, the law allows %(limit)s within a year", **said
        ),
    }
    return "\n".join(
        say[breach.what](found=_value(breach, breach.found), limit=_value(breach, breach.limit))
        for breach in found
    )


def _value(breach, number) -> str:
    if breach.what in ("rate", "psk"):
        return money.format_percent(number)
    return money.format_amount(number)


class Product(models.Model):
    _inherit = "tour_loan.product"

    @api.constrains("amount_max", "months", "default_months", "rate")
    def _check_law(self):
        """A product the law forbids is not saved, whatever it is used for."""
        for product in self:
            try:
                terms = product._terms()
            except ValueError:
                continue  # said by the check of the terms
            found = {
                breach.what: breach for months in terms for breach in product._breaches(months)
            }
            if found:
                raise ValidationError(
                    self.env._(
                        "The law does not allow this product:\n%s",
                        in_words(self.env, found.values()),
                    )
                )

    def _breaches(self, months: int) -> list:
        """Return what the largest loan of this product would break in so many months."""
        today = fields.Date.context_today(self)
        amount, rate = Decimal(str(self.amount_max)), Decimal(str(self.rate))
        overpayment = None
        if amount > 0 and 0 < months <= limits.SHORT_MONTHS and 0 <= rate <= 10_000:
            overpayment = quote.preview(
                amount, months, rate, today, self._conventions()
            ).overpayment
        terms = limits.Terms(amount, months, rate, overpayment=overpayment)
        return limits.breaches(terms, lender_kind(), today)

    def _lawful_terms(self) -> tuple:
        """Return the terms of which the law allows, today, a loan of this product.

        A product that was saved when more was allowed offers less by itself.
        """
        return tuple(months for months in self._terms() if not self._breaches(months))

    def _law_since(self) -> str:
        return limits.since(fields.Date.context_today(self)).isoformat()


class Application(models.Model):
    _inherit = "tour_loan.application"

    offer_aside = fields.Json("Offer kept aside", readonly=True, copy=False)
    offer_problem = fields.Text(
        "Offer the law forbids",
        readonly=True,
        copy=False,
        help="The accounting system approved these terms. They are shown to nobody and "
        "cannot be signed until it sends lawful ones.",
    )

    def _accounting_update(self, update):
        """An offer the law forbids is kept aside; the rest of the update is taken over."""
        offer = update.get("offer")
        is_offered = bool(offer) and update.get("status") == "approved"
        if not is_offered or self.state not in UNSIGNED:
            return super()._accounting_update(update)
        problem = self._offer_breaches(offer)
        if not problem:
            if self.offer_problem:
                self.write({"offer_aside": False, "offer_problem": False})
            return super()._accounting_update(update)
        rest = {name: value for name, value in update.items() if name not in ("status", "offer")}
        aside = {name: str(value) for name, value in offer.items() if name != "schedule"}
        is_new = (self.offer_aside, self.offer_problem) != (aside, problem)
        if is_new:
            self.write({"offer_aside": aside, "offer_problem": problem})
            self._note_unlawful(problem)
        return super()._accounting_update(rest) or is_new

    def _offer_breaches(self, offer) -> str:
        """Return in Russian why an offer of the accounting system may not be made, or ""."""
        flows = [
            (fields.Date.to_date(str(line["due_on"])), Decimal(str(line["amount"])))
            for line in offer.get("schedule") or []
        ]
        amount = Decimal(str(offer["amount"]))
        today = fields.Date.context_today(self)
        psk, overpayment = [Decimal(str(offer["psk"]))], [Decimal(str(offer["psk_amount"]))]
        if flows:
            overpayment.append(sum(paid for _day, paid in flows) - amount)
            ahead = [flow for flow in flows if flow[0] > today]
            if amount > 0 and ahead:
                computed = full_cost([(today, -amount), *ahead]).percent
                psk.append(computed / COMPUTED_PSK_SLACK)
        terms = limits.Terms(
            amount,
            int(offer["months"]),
            Decimal(str(offer["rate"])),
            tuple(psk),
            max(overpayment),
            self._owed_besides(),
        )
        found = limits.breaches(terms, lender_kind(), today)
        return in_words(self.with_context(lang="ru_RU").env, found)

    def _owed_besides(self) -> Decimal:
        """Return what the borrower owes this lender by other contracts, roubles."""
        others = self.borrower_id.loan_ids - self.loan_id
        running = others.filtered(
            lambda loan: loan.state in ("pending", "active", "overdue", "court")
        )
        return sum(
            (self._exact(loan.principal if loan.as_of else loan.amount) for loan in running),
            Decimal(0),
        )

    def _own_offer_breaches(self) -> str:
        """Return why the offer the application has may not be signed today, or ""."""
        return self._offer_breaches(
            {
                **{name: self[f"offer_{name}"] for name in ("amount", "months", "rate", "psk")},
                "psk_amount": self.offer_psk_amount,
                "schedule": self.offer_schedule or [],
            }
        )

    def _set_unlawful_aside(self):
        """Let approved offers wait for staff that the law does not allow, or no longer.

        The law changes by days, and so does what the borrower owes besides.
        """
        for application in self:
            problem = application._own_offer_breaches()
            if problem and problem != application.offer_problem:
                application.offer_problem = problem
                application._note_unlawful(problem)

    @api.model
    def _cron_unlawful(self):
        """Clock: look at every offer that may still be signed."""
        offered = [("state", "=", "approved"), ("offer_problem", "in", (False, ""))]
        self._for_each(offered, lambda application: application._set_unlawful_aside(), limit=None)

    def _note_unlawful(self, problem: str):
        self._record("approve", "accounting", problem, target="approved", made=False)

    @api.model
    def _needs_person(self) -> list:
        """Offers that were kept aside (see ``tour_loan.attention``)."""
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, state_changed_at AS since, offer_problem AS what, "
                "id AS application_id FROM tour_loan_application "
                "WHERE offer_problem <> '' AND state IN %s",
                UNSIGNED,
            ),
        ]

    def _sign_blocker(self):
        """Terms the law forbids are not signed, whenever and however they came."""
        if self.state == "approved" and (self.offer_problem or self._own_offer_breaches()):
            return "law"
        return super()._sign_blocker()
