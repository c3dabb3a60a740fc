"""Before going live: what the lender fills in, and what is left of the demonstration."""

import base64
import binascii
import socket
from urllib.parse import urlsplit

from odoo import api, models
from odoo.tools import config, str2bool

from ...rpc import addresses
from ...rules import limits, strength
from ...tools import is_neutralized, server_setting
from .golive import DIVISIONS, GREEN, RED, YELLOW, Finding
from .scan import scanner

RESOLVE_SECONDS = 3
# Bytes and bits a secret must have: a key, a token, a password somebody else gave.
KEY, TOKEN, PASSWORD = (32, 120), (16, 60), (8, 24)
# What Odoo or the demonstration calls a company nobody has named yet.
NAMELESS = ("my company", "yourcompany", "your company", "моя компания")


class GoLive(models.AbstractModel):
    _inherit = "tour_loan.golive"

    # --- secrets ---

    def _weak(self, secrets: dict[str, tuple[str, tuple[int, float]]]) -> list[str]:
        """Return in words what is wrong with {name: (secret, what it must have)}."""
        words = {
            "empty": self.env._("empty"),
            "short": self.env._("too short"),
            "guessable": self.env._("easy to guess"),
        }
        found = {name: strength.weakness(value, *least) for name, (value, least) in secrets.items()}
        return [f"{name}: {words[weakness]}" for name, weakness in found.items() if weakness]

    def _secrets_of_server(self) -> dict:
        """Return the secrets of the server's settings; other addons of ours add theirs."""
        return {
            "TOUR_LOAN_CODE_KEY": (server_setting("tour_loan", "code_key"), KEY),
            "TOUR_LOAN_MONITOR_TOKEN": (server_setting("tour_loan", "monitor_token"), TOKEN),
            "TOUR_LOAN_SMS_PASSWORD": (server_setting("tour_loan", "sms_password"), PASSWORD),
        }

    def _golive_server_secrets(self) -> Finding:
        weak = self._weak(self._secrets_of_server())
        if weak:
            return Finding(
                RED,
                self.env._("Secrets of the server's settings. %s", "; ".join(weak)),
                self._in_docs("settings"),
            )
        return Finding(GREEN, self.env._("The secrets of the server's settings are strong."))

    def _golive_keys_before(self) -> Finding:
        """A key that was changed is good for a day, and for whoever got hold of it."""
        if server_setting("tour_loan", "code_key_before"):
            return Finding(
                YELLOW,
                self.env._(
                    "A key before code_key is still good: empty code_key_before a day "
                    "after the change."
                ),
                self._in_docs("changing-a-secret"),
            )
        return Finding(GREEN, self.env._("No key before code_key is good any more."))

    def _golive_master_password(self) -> Finding:
        """Odoo's password for managing databases; shut here, and a door nevertheless."""
        master = config["admin_passwd"]
        is_hash = master.startswith("$pbkdf2")
        if not is_hash and self._weak({"admin_passwd": (master, TOKEN)}):
            return Finding(
                RED,
                self.env._("admin_passwd of odoo.conf is Odoo's own, short or easy to guess."),
                self._in_docs("settings"),
            )
        return Finding(GREEN, self.env._("Odoo's password for managing databases is strong."))

    def _golive_agency_keys(self) -> Finding:
        """Keys of agencies that are in force."""
        agencies = self._agencies()
        # sudo: how strong keys are; nobody is shown one
        keys_sudo = (
            self.env["tour_loan.agency.key"].sudo().search([("agency_id", "in", agencies.ids)])
        )
        weak = {
            key.agency_id.name
            for key in keys_sudo
            if (not key.valid_until or key.valid_until > self.env.cr.now())
            and self._weak({"": (_raw_key(key.secret), (24, 60))})
        }
        bare = {
            agency.name
            for agency in agencies
            if {"inbound", "outbound"}
            - set(
                keys_sudo.filtered(lambda key, agency=agency: key.agency_id == agency).mapped(
                    "direction"
                )
            )
        }
        if weak or bare:
            return Finding(
                RED,
                self.env._(
                    "Agencies with a weak key or without one for a direction: %s.",
                    ", ".join(sorted(weak | bare)),
                ),
                self._action("tour_loan.agency_action"),
            )
        return Finding(GREEN, self.env._("Each agency has strong keys for both directions."))

    def _agencies(self):
        return self.env["tour_loan.agency"].search([("blocked", "=", False)])

    # --- addresses ---

    def _address_trouble(self, url: str, own_network: bool = False) -> str:
        """Return in words why an address is none for production, or nothing.

        :param own_network: the lender's own network is where it may stand
        """
        parts = urlsplit(url or "")
        if not parts.hostname:
            return self.env._("not set")
        if parts.scheme != "https":
            return self.env._("not https")
        if is_neutralized(self.env):  # it asks nobody, not even for a name
            return ""
        try:
            found = addresses.lookup(
                parts.hostname, parts.port or 443, RESOLVE_SECONDS, socket.getaddrinfo
            )
        except OSError:
            return self.env._("nobody knows this name")
        hosts = [address[0] for _family, address in found]
        loopback = any(host.startswith("127.") or host == "::1" for host in hosts)
        if loopback or not all(addresses.allowed(host, own_network) for host in hosts):
            return self.env._("not a public address")
        return ""

    def _golive_sms(self) -> Finding:
        trouble = self._address_trouble(server_setting("tour_loan", "sms_url"))
        if trouble:
            return Finding(
                RED,
                self.env._("The SMS gateway's address (TOUR_LOAN_SMS_URL): %s", trouble),
                self._in_docs("settings"),
            )
        return Finding(GREEN, self.env._("The SMS gateway has a public address."))

    def _golive_agencies(self) -> Finding:
        """Agencies in test mode, or with addresses of a sandbox."""
        agencies = self._agencies()
        wrong = {}
        for agency in agencies:
            urls = [url for url in (agency.callback_url, agency.actualize_url) if url]
            troubles = [trouble for url in urls if (trouble := self._address_trouble(url))]
            if agency.test_mode:
                troubles.append(self.env._("test mode"))
            if not urls:
                troubles.append(self.env._("no address for callbacks"))
            if troubles:
                wrong[agency.name] = ", ".join(dict.fromkeys(troubles))
        link = self._action("tour_loan.agency_action")
        if wrong:
            told = "; ".join(f"{name}: {words}" for name, words in wrong.items())
            return Finding(RED, self.env._("Agencies. %s", told), link)
        if not agencies:
            return Finding(RED, self.env._("There is no agency yet."), link)
        return Finding(
            GREEN, self.env._("Agencies have public addresses and are not in test mode.")
        )

    # --- money ---

    def _golive_providers(self) -> Finding:
        """Ways to pay that take real money; none of Odoo's play ones."""
        # sudo: states and names; the page is the administrator's
        providers_sudo = self.env["payment.provider"].sudo().search([("state", "!=", "disabled")])
        link = self._action("payment.action_payment_provider")
        if not providers_sudo:
            return Finding(RED, self.env._("No payment provider is enabled: nobody can pay."), link)
        test = providers_sudo.filtered(lambda provider: provider.state == "test")
        foreign = providers_sudo.filtered(
            lambda provider: provider.code not in self._expected_providers()
        )
        if test or foreign:
            names = ", ".join((test | foreign).mapped("name"))
            return Finding(
                RED, self.env._("In test mode, or left over from elsewhere: %s.", names), link
            )
        return Finding(GREEN, self.env._("Payments are for real money."))

    @api.model
    def _expected_providers(self) -> set[str]:
        """Return the codes of providers this house knows; each one's addon adds its own."""
        return set()

    # --- words and books ---

    def _golive_lender(self) -> Finding:
        """The name that stands on every document, the address letters come from."""
        company = self.env.company
        link = self._action("base.action_res_company_form")
        if (company.name or "").strip().casefold().rstrip(".") in NAMELESS:
            return Finding(RED, self.env._("The company has no name of its own yet."), link)
        return Finding(GREEN, self.env._("The lender is %s.", company.name))

    def _golive_mail(self) -> Finding:
        # sudo: whether there is a mail server; the page is the administrator's
        servers_sudo = self.env["ir.mail_server"].sudo().search([], limit=1)
        if not servers_sudo:
            return Finding(
                RED,
                self.env._("No outgoing mail server: neither borrowers nor you get letters."),
                self._action("base.action_ir_mail_server_list"),
            )
        if not self.env.company.email:
            return Finding(
                RED,
                self.env._("The company has no e-mail address to write from."),
                self._action("base.action_res_company_form"),
            )
        return Finding(GREEN, self.env._("Letters leave by %s.", servers_sudo.name))

    def _golive_divisions(self) -> Finding:
        count = self.env["tour_loan.passport.division"].search_count([])
        if count < DIVISIONS:
            return Finding(
                RED,
                self.env._(
                    "The book of passport divisions has %s rows: borrowers would type who "
                    "issued their passports.",
                    count,
                ),
                self._action("tour_loan.passport_division_import_action"),
            )
        return Finding(GREEN, self.env._("The book of passport divisions has %s rows.", count))

    def _golive_scanner(self) -> Finding:
        if scanner(self.env):
            return Finding(GREEN, self.env._("Files of employees are scanned for viruses."))
        return Finding(
            YELLOW,
            self.env._("No virus scanner is set: files of employees are shown unscanned."),
            self._in_docs("settings"),
        )

    def _golive_texts(self) -> Finding:
        """Texts that are still the delivered samples."""
        templates = self.env["tour_loan.document.template"].search([("active", "=", True)])
        samples = templates.filtered(lambda template: self._is_sample(template.view_id))
        if samples:
            return Finding(
                RED,
                self.env._(
                    "Still the delivered samples, which no lawyer has read: %s.",
                    ", ".join(samples.mapped("name")),
                ),
                self._action("tour_loan.document_template_action"),
            )
        return Finding(GREEN, self.env._("The legal texts are the lender's own."))

    @api.model
    def _is_sample(self, view) -> bool:
        """Return whether a text is the one of our files, and nothing of others changes it."""
        view_sudo = view.sudo()  # sudo: texts, of which administrators may read each
        if not (view_sudo.xml_id or "").startswith("tour_loan."):
            return False
        if any(
            not (child.xml_id or "").startswith("tour_loan.")
            for child in view_sudo.inherit_children_ids
        ):
            return False
        delivered = view_sudo.with_context(read_arch_from_file=True, lang=None).arch
        return _plain(delivered) == _plain(view_sudo.with_context(lang=None).arch_db)

    def _golive_market(self) -> Finding:
        """The Bank of Russia's averages, which may cap the full cost below the law's number."""
        today = self.env.cr.now().date()
        if limits.market_of(today) is None:
            return Finding(
                YELLOW,
                self.env._(
                    "No table of market averages for this quarter is kept here: that the "
                    "full cost is at most a third above the average, the accounting system has "
                    "to watch."
                ),
                self._in_docs("going-live"),
            )
        return Finding(GREEN, self.env._("The market averages of this quarter are known."))

    # --- what is left of the demonstration ---

    def _golive_demonstration(self) -> Finding:
        # sudo: a flag of the installation
        modules_sudo = self.env["ir.module.module"].sudo()
        if modules_sudo.search_count([("demo", "=", True)], limit=1):
            return Finding(
                RED,
                self.env._(
                    "This database was made with demonstration data: make a new one without it."
                ),
                self._in_docs("deployment"),
            )
        return Finding(GREEN, self.env._("No demonstration data was loaded."))

    def _golive_neutralized(self) -> Finding:
        if str2bool(self._param("database.is_neutralized"), False):
            return Finding(
                RED,
                self.env._("This database is a neutralized copy: nothing leaves it."),
                self._in_docs("backup"),
            )
        return Finding(GREEN, self.env._("This database is no neutralized copy."))


def _raw_key(secret: str) -> str:
    """Return the bytes of a ``whsec_`` key as letters; what is no base64 as it stands."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return secret


def _plain(arch: str | None) -> str:
    return "".join((arch or "").split())
