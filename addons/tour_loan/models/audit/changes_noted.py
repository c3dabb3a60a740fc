"""Which changes of which records are events."""

import hashlib

from odoo import api, models

from .changes import DETAILS


class Agency(models.Model):
    _name = "tour_loan.agency"
    _inherit = ["tour_loan.agency", "tour_loan.noted"]
    _noted = {"bank_details": DETAILS, "agency": None}


class AgencyKey(models.Model):
    _name = "tour_loan.agency.key"
    _inherit = ["tour_loan.agency.key", "tour_loan.noted"]
    _noted = {"agency_key": None}

    def _noted_name(self):
        return f"{self.agency_id.code} {self.direction}"


class Product(models.Model):
    _name = "tour_loan.product"
    _inherit = ["tour_loan.product", "tour_loan.noted"]
    _noted = {"product": None}


class DocumentTemplate(models.Model):
    _name = "tour_loan.document.template"
    _inherit = ["tour_loan.document.template", "tour_loan.noted"]
    _noted = {"text": None}


class View(models.Model):
    """The text of a document is a view; others are the house's looks."""

    _inherit = "ir.ui.view"

    def write(self, vals):
        texts = self._tour_loan_texts() if self.pool.ready and vals else self.browse()
        before = [_fingerprint(text) for text in texts]
        done = super().write(vals)
        for text, old in zip(texts, before, strict=True):
            new = _fingerprint(text)
            if new != old:
                note = {"what": "changed", "name": text.key or text.name, "sha256": [old, new]}
                self.env["tour_loan.event"]._record("text", text, note=note)
        return done

    def _tour_loan_texts(self):
        """Return those of these views that are a lender's text, or change one."""
        # sudo: which views are texts, nothing of them
        templates_sudo = self.env["tour_loan.document.template"].sudo()
        with_text = templates_sudo.with_context(active_test=False).search(
            [("view_id", "!=", False)]
        )
        texts_sudo = with_text.view_id
        return self.filtered(lambda view: view in texts_sudo or view.inherit_id in texts_sudo)


def _fingerprint(view) -> str:
    arch = view.with_context(lang="ru_RU").arch_db or ""
    return hashlib.sha256(arch.encode()).hexdigest()


class Access(models.Model):
    _name = "ir.model.access"
    _inherit = ["ir.model.access", "tour_loan.noted"]
    _noted = {"rights": None}


class Rule(models.Model):
    _name = "ir.rule"
    _inherit = ["ir.rule", "tour_loan.noted"]
    _noted = {"rights": None}


class Group(models.Model):
    _name = "res.groups"
    _inherit = ["res.groups", "tour_loan.noted"]
    _noted = {"rights": ("name", "implied_ids", "user_ids", "model_access", "rule_groups")}


class Provider(models.Model):
    """Names of fields only: keys of the provider are among their values."""

    _inherit = "payment.provider"

    def write(self, vals):
        done = super().write(vals)
        if self.pool.ready:
            for provider in self:
                note = {"what": "changed", "name": provider.sudo().name, "fields": sorted(vals)}
                self.env["tour_loan.event"]._record("provider", provider, note=note)
        return done


class Users(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "tour_loan.noted"]
    _noted = {"rights": ("group_ids",), "user": ("login", "active", "share")}

    def _noted_values(self, names):
        """Borrowers' users are made by the server, by hundreds, and may nothing."""
        return {} if self.sudo().share else super()._noted_values(names)

    def _noted_name(self):
        return self.sudo().login


class ApiKeys(models.Model):
    _inherit = "res.users.apikeys"

    def _generate(self, scope, name, expiration_date):
        key = super()._generate(scope, name, expiration_date)
        note = {"what": "created", "name": name, "scope": scope, "until": expiration_date}
        self.env["tour_loan.event"]._record("api_key", self.env.user, note=note)
        return key

    def _remove(self):
        # sudo: the names of the keys that go
        for key_sudo in self.sudo():
            note = {"what": "deleted", "name": key_sudo.name}
            self.env["tour_loan.event"]._record("api_key", key_sudo.user_id, note=note)
        return super()._remove()


class ConfigParameter(models.Model):
    """Values that are numbers, and ours, are told: others may be secrets."""

    _inherit = "ir.config_parameter"

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        for parameter in made:
            parameter._tour_loan_note(None, parameter.value)
        return made

    def write(self, vals):
        before = [(parameter, parameter.value) for parameter in self]
        done = super().write(vals)
        for parameter, old in before:
            parameter._tour_loan_note(old, parameter.value)
        return done

    def unlink(self):
        for parameter in self:
            parameter._tour_loan_note(parameter.value, None)
        return super().unlink()

    def _tour_loan_note(self, old, new):
        if self.pool.ready and old != new:
            note = {"name": self.key}
            values = [old, new]
            if self.key.startswith("tour_loan.") or all(_is_number(one) for one in values):
                note["values"] = values
            self.env["tour_loan.event"]._record("setting", self, note=note)


def _is_number(value) -> bool:
    return not value or value.isdecimal() or value in ("True", "False")
