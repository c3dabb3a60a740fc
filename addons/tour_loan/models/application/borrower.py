"""The borrower: identity and confirmed phone, and the portal user behind them."""

from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessDenied


class Borrower(models.Model):
    """A person, known by the phone he confirmed with an SMS code."""

    _name = "tour_loan.borrower"
    _inherit = ["tour_loan.person"]
    _description = "Borrower"
    _rec_name = "phone"

    phone = fields.Char(required=True, readonly=True, help="Confirmed, E.164.")
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict", index=True
    )
    application_ids = fields.One2many("tour_loan.application", "borrower_id")
    application_count = fields.Integer(compute="_compute_application_count")

    _phone_uniq = models.UniqueIndex("(phone)")

    @api.depends("phone", "last_name", "first_name", "middle_name")
    def _compute_display_name(self):
        for borrower in self:
            borrower.display_name = borrower._full_name() or borrower.phone

    @api.depends("application_ids")
    def _compute_application_count(self):
        for borrower in self:
            borrower.application_count = len(borrower.application_ids)

    @api.model
    def _of_phone(self, phone: str, create: bool = False):
        """Return the borrower with this confirmed phone (E.164), made if asked.

        By the phone of a borrower only: a user somebody made with the phone as his login
        is nobody's borrower and bars nobody.

        The caller has checked the SMS code; this runs as superuser because nobody is
        logged in yet.
        """
        borrower = self.search([("phone", "=", phone)])
        if borrower or not create:
            return borrower
        self.env["tour_loan.lock"]._take(f"phone:{phone}")
        user = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": self.env._("Borrower %s", phone[-4:]),
                    # nobody can have taken it before, and no log tells the phone by it
                    "login": f"borrower-{uuid4()}",
                    "lang": "ru_RU",
                    "tz": "Europe/Moscow",
                    "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
                }
            )
        )
        return self.create({"phone": phone, "user_id": user.id})

    @api.model_create_multi
    def create(self, vals_list):
        borrowers = super().create(vals_list)
        borrowers.user_id.partner_id.tour_loan_borrower = True
        return borrowers

    @api.model
    def _of_user(self):
        """Return the borrower who is logged in, or an empty record (sudo)."""
        # sudo: portal users have no right on this model; the domain is their own id
        return self.sudo().search([("user_id", "=", self.env.uid)])

    def _keep(self, application):
        """Take over what the borrower has just confirmed for ``application``."""
        self.write(application._person_values())
        # the payment form wants a name, a phone and a mail; nothing is decided by them
        self.user_id.partner_id.write(
            {
                "name": self._full_name(),
                "phone": self.phone,
                "email": self.email,
                "country_id": self.env.ref("base.ru").id,
            }
        )

    def _birth_dates(self) -> set:
        """Return the birth dates of those who are known to have used this phone.

        Numbers are given to new people: a code alone does not show a stranger's loans.
        """
        return {
            date
            for application in self.application_ids
            for date in application._known_birth_dates()
        }

    @api.model
    def _dates_of_phone(self, phone: str) -> set | None:
        """Return the birth dates this phone may come in with; None if nobody has it.

        An empty set is anybody's: of somebody who has told none yet.
        """
        borrower = self._of_phone(phone)
        return borrower._birth_dates() if borrower else None

    @api.model
    def _who_comes(self, phone: str, born):
        """Return who logs in by this phone and birth date; empty if it is nobody's."""
        return self._of_phone(phone)

    def _is_born(self, birth_date) -> bool:
        """Return whether ``birth_date`` may come in; anybody, while none is known."""
        known = self._birth_dates()
        return not known or birth_date in known


class ResUsers(models.Model):
    _inherit = "res.users"

    def _check_credentials(self, credential, env):
        """Let a borrower in by an SMS code that has just been confirmed.

        The credential carries the random id of the challenge, which only the server
        knows; ``/web/login`` and ``/web/session/authenticate`` cannot pass it on.
        """
        borrower = self.env["tour_loan.borrower"].sudo()._of_user()
        if credential.get("type") != "tour_loan_code":
            if self.env.user.share and borrower:
                raise AccessDenied()  # whoever reads his mail could have set a password
            return super()._check_credentials(credential, env)
        # staff never log in by SMS, even if somebody gives a borrower their user
        if not self.env.user.share or not borrower:
            raise AccessDenied()
        if (
            not self.env["tour_loan.code"]
            .sudo()
            ._redeem_login(credential.get("challenge") or "", borrower.phone)
        ):
            raise AccessDenied()
        return {"uid": self.env.uid, "auth_method": "tour_loan_code", "mfa": "skip"}

    def _action_reset_password(self, signup_type="reset"):
        """A borrower has no password, so there is none to mail a link for."""
        # sudo: asked for by a visitor; nothing but "is it a borrower" is read
        borrowers_sudo = self.env["tour_loan.borrower"].sudo()
        borrowers_sudo = borrowers_sudo.search([("user_id", "in", self.ids)])
        others = self - borrowers_sudo.user_id
        return super(ResUsers, others)._action_reset_password(signup_type) if others else None
