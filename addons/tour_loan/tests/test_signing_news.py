from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from .common import PHONE, TourLoanCommon, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestAfterSigning(TourLoanCommon):
    """Every signature is followed by an SMS, and by a letter if there is an address."""

    def told(self, application) -> str:
        """Return the one SMS without a code that came after the signature."""
        rows = self.messages_to(PHONE).filtered(
            lambda sms: (
                sms.application_id == application
                and not sms.code_id
                and "подписан" in sms.text
                and "одобрен" not in sms.text
            )
        )
        self.assertEqual(len(rows), 1, rows.mapped("text"))
        return rows.text.replace("\xa0", " ")

    def cheap(self):
        """An order below the law's pause."""
        return self.signed(order__price={"amount": "60000.00", "currency": "RUB"})

    def test_number_sum_first_date_how_to_refuse_and_a_link_to_the_loan(self):
        for application, amount in ((self.signed(), "100 000,00 ₽"), (self.cheap(), "40 000,00 ₽")):
            text = self.told(application)
            due = fields.Date.to_date(application.offer_schedule[0]["due_on"])
            for part in (
                f"№ {application.contract_number}",
                amount,
                due.strftime("%d.%m.%Y"),
                "Отказаться можно",
                f"/my/loans/{application.loan_id.uuid}",
            ):
                self.assertIn(part, text)

    def test_the_pause_is_named_only_where_there_is_one(self):
        paused, at_once = self.signed(), self.cheap()
        self.assertIn(paused._moscow("cooling_off_until"), self.told(paused))
        self.assertEqual(at_once.state, "ready")
        self.assertNotIn("(мск)", self.told(at_once))

    def test_a_letter_follows_if_there_is_an_address_and_a_mail_server(self):
        letters = self.env["tour_loan.mail"]
        self.signed()
        self.assertFalse(letters.search([]), "no mail server, no letter")
        self.env["ir.mail_server"].create({"name": "Test", "smtp_host": "127.0.0.1"})
        self.env.company.email = "zaem@lender.example"
        application = self.signed()
        [letter] = letters.search([])
        self.assertEqual(letter.email, "maria@example.com")
        self.assertIn(application.contract_number, letter.subject)
        for part in ("100\xa0000,00", f"/my/loans/{application.loan_id.uuid}", "Мария"):
            self.assertIn(part, letter.text)
        self.assertNotIn("<", letter.text)

    def test_a_letter_is_sent_by_a_job_and_tried_again(self):
        self.env["ir.mail_server"].create({"name": "Test", "smtp_host": "127.0.0.1"})
        self.env.company.email = "zaem@lender.example"
        self.signed()
        letter = self.env["tour_loan.mail"].search([])
        sent, servers = [], self.registry["ir.mail_server"]

        def away(_servers, message, *_args, **_options):
            raise MailDeliveryException("away", "no connection")

        self.patch(servers, "send_email", away)
        letter._deliver()
        self.assertEqual((letter.state, letter.attempts), ("pending", 1))
        self.patch(servers, "send_email", lambda _servers, message, **_o: sent.append(message))
        letter._deliver()
        self.assertEqual(letter.state, "sent")
        [message] = sent
        self.assertEqual(message["To"], "maria@example.com")
        self.assertIn("zaem@lender.example", message["From"])
        self.assertIn(letter.uid, message["Message-Id"])
        self.assertEqual(message.get_content_type(), "text/plain")

    def test_the_contract_has_one_number_before_and_after(self):
        application = self.approved()
        application._accounting_update({"loan_number": "ТК26-7"})
        code, _refusal = application._request_code("contract", PHONE, {})
        self.assertIn("ТК26-7", code.sms_id.text)
        conditions = application._documents("contract")
        self.assertEqual(["ТК26-7" in document.text for document in conditions], [True, True])
        self.age(code, minutes=2)
        self.confirm(application, "contract")
        application._accounting_update({"loan_number": "ТК26-8"})
        self.assertEqual(application._contract_number(), "ТК26-7")
        self.assertEqual(application.loan_id.display_name, "ТК26-7")


@tagged("post_install", "-at_install")
class TestOfferPage(TourLoanHttpCommon):
    """The offer as a whole, and the two clocks that end it."""

    def page_of(self, application):
        page = self.come_back(application.borrower_id)
        return page.get(f"/my/applications/{application.uuid}")

    def clocks(self, hold, offer):
        application = self.approved()
        now = fields.Datetime.now()
        application.write(
            {
                "held_until": now + timedelta(days=hold),
                "offer_valid_until": now + timedelta(days=offer),
            }
        )
        page = self.page_of(application)
        return application, page.text

    def test_the_earlier_clock_is_named_and_no_date_outlives_the_application(self):
        for hold, offer, words in (
            (2, 5, "До этого времени турагентство держит тур"),
            (5, 2, "До этого времени действуют условия кредитора"),
        ):
            application, text = self.clocks(hold, offer)
            earlier, later = sorted(
                ("held_until", "offer_valid_until"), key=lambda n: application[n]
            )
            self.assertEqual(application.ends_at, application[earlier])
            self.assertIn(application._moscow(earlier), text)
            self.assertNotIn(application._moscow(later), text)
            self.assertIn(words, text)

    def test_an_ended_application_shows_none_of_its_dates(self):
        for end in ("cancel", "expire", "decline"):
            application = self.approved()
            actor = {"cancel": "borrower", "expire": "clock", "decline": "accounting"}[end]
            application._move(end, actor)
            text = self.page_of(application).text
            for clock in ("held_until", "offer_valid_until"):
                self.assertNotIn(application._moscow(clock), text, end)

    def test_the_offer_shows_schedule_end_total_and_the_frames(self):
        application = self.approved()
        page = self.page_of(application)
        lines = application._schedule_lines()
        text = page.text.replace("\xa0", " ")
        for line in lines:
            self.assertIn(line["due_on"], text)
            self.assertIn(line["amount"].replace("\xa0", " "), text)
        self.assertIn(f"Последний платёж {lines[-1]['due_on']}", text)
        self.assertIn(application._offer_total().replace("\xa0", " "), text)
        frames = [f.text_content() for f in page.page.find_class("tl-psk-frame")]
        self.assertEqual(len(frames), 2)
        self.assertIn(application._percent("offer_psk"), frames[0])
        self.assertIn(application._rubles("offer_psk_amount"), frames[1])

    def test_an_approval_for_less_names_the_sum_to_add_and_promises_nothing(self):
        application = self.approved(60000)
        text = self.page_of(application).text.replace("\xa0", " ")
        self.assertIn("40 000,00 ₽", text)
        self.assertNotIn("вернёт", text)
        self.assertNotIn("вернет", text)
