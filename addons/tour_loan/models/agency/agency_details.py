"""What staff type about an agency, checked before money and people are sent by it."""

import re
from urllib.parse import urlsplit

import phonenumbers

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from ...rules import requisites

CODE = re.compile(r"[a-z0-9_-]{2,32}")
_HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)*")
# field -> its check
NUMBERS = {"inn": requisites.is_inn, "kpp": requisites.is_kpp, "ogrn": requisites.is_ogrn}
ADDRESSES = ("callback_url", "actualize_url")


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    kpp = fields.Char("KPP", size=9, tracking=True)
    ogrn = fields.Char("OGRN", size=15, tracking=True)
    is_used = fields.Boolean(compute="_compute_is_used")

    def _compute_is_used(self):
        for agency in self:
            agency.is_used = agency._is_used()

    def _is_used(self) -> bool:
        """Return whether the code was given away: with a key, or on an application."""
        # sudo: whether there are any, nothing of them
        rows_sudo = (self.env[f"tour_loan.{name}"].sudo() for name in ("agency.key", "application"))
        return any(
            rows.search_count([("agency_id", "in", self.ids)], limit=1) for rows in rows_sudo
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy(vals) for vals in vals_list])

    def write(self, vals):
        """A code that was given away, or stands on an application, stays what it is."""
        vals = self._tidy(vals)
        if "code" in vals and any(one._is_used() and one.code != vals["code"] for one in self):
            raise UserError(
                self.env._("This code is in use: the agency signs its calls with it. It stays.")
            )
        return super().write(vals)

    @api.model
    def _tidy(self, vals: dict) -> dict:
        """Take away the blanks that come along when numbers are copied."""
        numbers = (*NUMBERS, "bank_bic", "bank_account", "bank_correspondent_account")
        tidy = {n: re.sub(r"\s", "", vals[n]) for n in numbers if isinstance(vals.get(n), str)}
        texts = ("code", "support_phone", "support_email", *ADDRESSES)
        tidy |= {name: vals[name].strip() for name in texts if isinstance(vals.get(name), str)}
        return {**vals, **tidy}

    @api.constrains("code")
    def _check_code(self):
        for agency in self:
            if not CODE.fullmatch(agency.code):
                raise ValidationError(
                    self.env._("A code has 2 to 32 small Latin letters, digits, - and _: slon_tour")
                )

    @api.constrains(*NUMBERS)
    def _check_numbers(self):
        for agency in self:
            for name, is_right in NUMBERS.items():
                if agency[name] and not is_right(agency[name]):
                    raise agency._wrong(name)

    @api.constrains("bank_bic", "bank_account", "bank_correspondent_account")
    def _check_bank(self):
        for agency in self:
            bic, account = agency.bank_bic or "", agency.bank_account
            correspondent = agency.bank_correspondent_account
            if (bic or account or correspondent) and not requisites.is_bic(bic):
                raise agency._wrong("bank_bic")
            if account and not requisites.is_account(account, bic):
                raise agency._wrong("bank_account")
            if correspondent and not requisites.is_correspondent_account(correspondent, bic):
                raise agency._wrong("bank_correspondent_account")

    @api.constrains("support_phone", "support_email")
    def _check_support(self):
        for agency in self:
            if agency.support_phone and not agency._support_number():
                raise agency._wrong("support_phone")
            if agency.support_email and email_normalize(agency.support_email) != (
                agency.support_email.lower()
            ):
                raise agency._wrong("support_email")

    @api.constrains("url_hosts", *ADDRESSES)
    def _check_addresses(self):
        """Whether https and a public address are needed is seen when it is called."""
        for agency in self:
            for name in ADDRESSES:
                if agency[name] and not _is_address(agency[name]):
                    raise agency._wrong(name)
            hosts = [line.strip() for line in (agency.url_hosts or "").splitlines()]
            if not all(_HOST.fullmatch(host) for host in filter(None, hosts)):
                raise agency._wrong("url_hosts")

    def _wrong(self, name: str) -> ValidationError:
        """Return the error that names the field and what stands in it."""
        label = self.fields_get([name], ["string"])[name]["string"]
        return ValidationError(
            self.env._("%(field)s: “%(value)s” is not right.", field=label, value=self[name] or "")
        )

    def _support_number(self) -> str:
        """Return the phone of support as +78001234567, "" if it is none one can call."""
        try:
            number = phonenumbers.parse(self.support_phone or "", "RU")
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_valid_number(number) or re.search(
            r"[^\d\s()+-]", self.support_phone
        ):
            return ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _support_link(self) -> str:
        """Return the ``tel:`` address of support, or "": a wrong number is never a link."""
        number = self._support_number()
        return f"tel:{number}" if number else ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
    except ValueError:
        return False
