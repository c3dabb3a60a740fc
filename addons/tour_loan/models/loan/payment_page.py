"""A payment of a loan from the click to its end: one is under way per loan."""

import hashlib
from datetime import timedelta
from urllib.parse import quote, urlencode

from lxml import etree, html

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.payment.utils import get_customer_ip_address

# Unless the provider says until when its page can be paid on.
PAGE_LIFETIME = timedelta(minutes=30)
# A page that was not made by then is not waited for any more.
OPENING = timedelta(minutes=2)
# A page nobody said anything about since its end.
FORGOTTEN = timedelta(days=1)
# What an address may hold as it is; anything else could end a header.
ADDRESS_SIGNS = "%/:=&?~#+!$,;'@()*[]"
# Statuses that will not change by themselves: a page about them stops asking.
FINAL = frozenset({"paid", "given_back", "not_paid", "not_opened"})


class PaymentTransaction(models.Model):
    """What a borrower's page asks of a payment; nothing here knows a provider.

    The provider is asked for its page by a job: a click waits for nobody, and a
    provider that hangs fills its channel and no page of ours.
    """

    _inherit = "payment.transaction"

    tour_loan_under_way = fields.Boolean(
        "The loan's payment under way",
        readonly=True,
        copy=False,
        help="A loan has one such payment at most: two pages may both be paid on.",
    )
    tour_loan_page = fields.Json("The provider's page", readonly=True, copy=False)
    tour_loan_dropped_at = fields.Datetime(
        "Given up by the borrower",
        readonly=True,
        copy=False,
        help="The provider cannot be told: its page may still be paid on.",
    )

    _tour_loan_one_under_way = models.UniqueIndex(
        "(tour_loan_id) WHERE tour_loan_under_way",
        "Another payment of this loan is under way.",
    )

    # --- one under way ---

    @api.model
    def _tour_loan_current(self, loan):
        """Return the payment under way of a loan, or none."""
        current = self.search([("tour_loan_id", "=", loan.id), ("tour_loan_under_way", "=", True)])
        return current.filtered(lambda payment: not payment._tour_loan_is_over())

    @api.model
    def _tour_loan_begin(self, loan):
        """Return the payment under way of a loan; if there is none, make room for one.

        Of two requests in the same instant one is run again, and finds what the other made.
        """
        self.env["tour_loan.lock"]._take(f"payment of loan:{loan.id}")
        current = self._tour_loan_current(loan)
        if not current:
            self.search(
                [("tour_loan_id", "=", loan.id), ("tour_loan_under_way", "=", True)]
            )._tour_loan_let_go()
        return current

    def _tour_loan_is_over(self) -> bool:
        """Return whether it is under way in name only."""
        return self._tour_loan_status() in FINAL or (
            self.state == "error" and not self._tour_loan_page_is_open()
        )

    def _tour_loan_let_go(self):
        """Make room for another payment of the same loan."""
        self.filtered("tour_loan_under_way").tour_loan_under_way = False

    def _tour_loan_drop(self):
        """The borrower gives it up; what is paid on its page all the same is looked into."""
        self.env["tour_loan.lock"]._take(f"payment of loan:{self.tour_loan_id.id}")
        if self.tour_loan_under_way and self.state not in ("done", "cancel"):
            self.write(
                {"tour_loan_under_way": False, "tour_loan_dropped_at": fields.Datetime.now()}
            )

    def _update_state(self, allowed_states, target_state, state_message):
        """A payment that is paid or cancelled is not under way; nor is one without a page."""
        moved = super()._update_state(allowed_states, target_state, state_message)
        moved.filtered(
            lambda payment: (
                payment.state in ("done", "cancel")
                or (payment.state == "error" and not payment._tour_loan_page_is_open())
            )
        )._tour_loan_let_go()
        return moved

    # --- the provider's page ---

    def _tour_loan_enqueue_page(self):
        """Let a job ask the provider for its page, once this request is committed."""
        jobs = self.with_user(SUPERUSER_ID).with_delay(
            priority=5,
            max_retries=0,
            description=f"Payment page of {self.reference}",
            identity_key=f"payment page {self.id}",
        )
        jobs._tour_loan_make_page(self.provider_id.get_base_url(), get_customer_ip_address())

    def _tour_loan_make_page(self, base_url, payer_ip=""):
        """Job: ask the provider for its page and keep its address.

        Run again, it asks again: the provider recognises the repeat by the reference.

        :param base_url: our address as the borrower's browser knows it
        :param payer_ip: the borrower's address, for providers that want it
        """
        if self.state != "draft" or self.tour_loan_page:
            return
        payment = self.with_context(
            lang=self.partner_lang or "ru_RU",
            payment_base_url=base_url,
            payment_payer_ip=payer_ip,
        )
        page = read_form(payment._get_processing_values().get("redirect_form_html"))
        if payment.state == "draft" and page:
            payment.tour_loan_page = page
        elif payment.state in ("draft", "pending"):
            # nobody has seen an address, so nothing can be paid on it
            payment.tour_loan_page = {"action": ""}
            payment._tour_loan_let_go()

    def _tour_loan_has_page(self) -> bool:
        """Return whether the provider made a page; of an ``unkept`` one we know no address:
        it was made before addresses were kept."""
        page = self.tour_loan_page or {}
        return bool(page.get("action") or page.get("unkept"))

    def _tour_loan_page_closes_at(self):
        return self._tour_loan_facts()["closes_at"] or self.create_date + PAGE_LIFETIME

    def _tour_loan_closes_at_text(self) -> str:
        """Return until when the provider's page is open: «18:30», Moscow time."""
        zoned = self.with_context(tz="Europe/Moscow")
        closes_at = self._tour_loan_page_closes_at()
        return fields.Datetime.context_timestamp(zoned, closes_at).strftime("%H:%M")

    def _tour_loan_page_is_open(self) -> bool:
        """Return whether we can lead to the provider's page, and it may be paid on."""
        closes_at = self._tour_loan_page_closes_at()
        is_kept = bool((self.tour_loan_page or {}).get("action"))
        return is_kept and fields.Datetime.now() < closes_at

    def _tour_loan_facts(self) -> dict:
        """Return what only the provider's addon may know.

        ``closes_at``: until when its page is open (naive UTC, or nothing);
        ``is_untouched``: the payer has not paid on it; ``needs_person``: staff look into
        it. An addon says so by a method ``_get_page_facts``; it need not know us.
        """
        facts = {"closes_at": None, "is_untouched": self.state == "draft", "needs_person": False}
        if hasattr(self, "_get_page_facts"):
            facts |= self._get_page_facts()
        return facts

    # --- what the borrower is told ---

    def _tour_loan_status(self) -> str:
        """Return which of its texts a payment has at this moment.

        ``opening``: the page is being made; ``open``: it waits for him; ``processing``:
        he paid, the bank has not said yes; ``unknown``: his time is over, we are asking;
        ``checking``: staff look into it; ``declined``; and those of ``FINAL``.
        """
        self.ensure_one()
        if self.state == "done":
            is_back = self._tour_loan_given_back() >= self.amount
            return "given_back" if is_back else "paid"
        if self.state == "cancel":
            return "not_paid"
        facts, now = self._tour_loan_facts(), fields.Datetime.now()
        if facts["needs_person"]:
            return "checking"
        if self.state == "error":
            return "declined" if self._tour_loan_has_page() else "not_opened"
        if not self._tour_loan_has_page():
            if self.state != "draft" and not self.tour_loan_page:
                return "processing"  # a way of paying without a page
            is_fresh = not self.tour_loan_page and now < self.create_date + OPENING
            return "opening" if is_fresh else "not_opened"
        if not facts["is_untouched"]:
            return "processing"
        if self.tour_loan_dropped_at or self._tour_loan_page_closes_at() + FORGOTTEN < now:
            return "not_paid"
        return "open" if self._tour_loan_page_is_open() else "unknown"

    def _tour_loan_version(self) -> str:
        """Return what changes when the page about this payment has to be shown anew."""
        repayment = self.tour_loan_repayment_ids
        shown = (
            self._tour_loan_status(),
            self.state_message,
            self._tour_loan_given_back(),
            self.tour_loan_under_way,
            repayment.state,
            repayment.surplus,
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    def _tour_loan_url(self, page: str = "") -> str:
        """Return the path of our page about this payment, or of ``page`` below it."""
        home = f"/my/loans/{self.tour_loan_id.uuid}/payment/{self.reference}"
        return f"{home}/{page}" if page else home

    def _tour_loan_page_address(self) -> str:
        """Return the address the provider's page opens at; empty if it takes a POST.

        As a form sends it: its fields take the place of the query of its address.
        """
        page = self.tour_loan_page
        if page["method"] != "GET":
            return ""
        address = quote(page["action"], safe=ADDRESS_SIGNS)
        query = urlencode([tuple(field) for field in page["fields"]])
        return f"{address.partition('?')[0]}?{query}" if query else address


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def get_base_url(self):
        """In a job the address of the request is that of the job runner."""
        return self.env.context.get("payment_base_url") or super().get_base_url()


def read_form(markup) -> dict | None:
    """Return ``{"action", "method", "fields"}`` of a provider's redirect form, or None."""
    if not markup:
        return None
    try:
        form = next(html.fromstring(str(markup)).iter("form"), None)
    except etree.ParserError:
        return None
    action = form is not None and form.get("action")
    if not action:
        return None
    fields_of_form = [[item.get("name"), item.get("value") or ""] for item in form.iter("input")]
    return {
        "action": action,
        "method": (form.get("method") or "get").upper(),
        "fields": [pair for pair in fields_of_form if pair[0]],
    }
