"""What 1C says of an application and cannot be true is kept aside, and nobody hears of it."""

from odoo import fields

from .common import MoyamfoCase, approved, page


class TestOffersAside(MoyamfoCase):
    def submitted(self, **values):
        application, message = super().submitted(**values)
        message.state = "sent"  # a decision on what 1C does not have yet is an older one
        return application, message

    def pulled(self, *rows):
        self.publication.answers["GetApplications"] = lambda body: page(*rows)
        return self.pull("applications")[0]

    def offer(self, uuid, **values):
        row = approved(uuid)
        row["Условия"] |= values
        return row

    def kept(self, application):
        return self.env["moyamfo.aside"].search(
            [("application_id", "=", application.id), ("state", "=", "open")]
        )

    def line(self, **values):
        return [approved("")["Условия"]["ГрафикПлатежей"][0] | values]

    def test_impossible_offers_are_told_to_nobody_but_staff_until_1c_corrects_them(self):
        wrong = (
            {"Сумма": "500000.00"},
            {"Сумма": "0.00"},
            {"Срок": 0},
            {"Срок": 24},
            {"ПроцентнаяСтавка": "0"},
            {"ПСК": "0"},
            {"ДействуетДо": "20200101000000"},
            {"ГрафикПлатежей": self.line(Сумма="5.00", СуммаОД="5.00", СуммаПроцентов="0.00")},
            {"ГрафикПлатежей": self.line(Дата="20200101000000")},
            {"ГрафикПлатежей": self.line(СуммаПроцентов="-1.00")},
        )
        for values in wrong:
            application, _message = self.submitted()
            told = application.callback_ids
            sms = self.env["tour_loan.sms"].search_count([])
            other, _message = self.submitted()
            self.pulled(self.offer(application.uuid, **values), approved(other.uuid))
            self.assertEqual(application.state, "submitted", values)
            self.assertEqual(other.state, "approved", "the rest of the page goes on")
            self.assertEqual(application.callback_ids, told)
            self.assertLessEqual(self.env["tour_loan.sms"].search_count([]), sms + 1)
            self.assertEqual(len(self.kept(application)), 1, values)
            waiting = self.env["tour_loan.attention"].search(
                [("application_id", "=", application.id), ("kind", "=", "moyamfo.aside")]
            )
            self.assertEqual(len(waiting), 1)
            self.assertTrue(waiting.what)
            self.pulled(approved(application.uuid))
            self.assertEqual(application.state, "approved")
            self.assertFalse(self.kept(application))

    def test_a_change_of_tomorrow_is_not_believed(self):
        application, _message = self.submitted()
        self.pulled(approved(application.uuid, ДатаИзменения="20990101000000"))
        self.assertEqual(application.state, "submitted")
        self.assertTrue(self.kept(application))

    def test_an_offer_that_grew_old_here_is_no_mistake(self):
        application, _message = self.submitted()
        self.pulled(approved(application.uuid))
        application.offer_valid_until = fields.Datetime.to_datetime("2026-01-01 00:00:00")
        self.pulled(self.offer(application.uuid, ДействуетДо="20260101030000"))
        self.assertFalse(self.kept(application))

    def test_a_payout_of_another_sum_is_no_payout(self):
        application = self.new_application(state="committed", offer_amount=120000)
        row = {"УИД": application.uuid, "Статус": "Займ выдан"}
        today = fields.Date.context_today(application)
        for amount, day in (("5.00", today), ("0.00", today), ("120000.00", "2020")):
            stamp = "20990101000000" if day == "2020" else f"{day:%Y%m%d}000000"
            self.pulled(row | {"Выплата": {"Сумма": amount, "Дата": stamp}})
            self.assertEqual(application.state, "committed", amount)
            self.assertTrue(self.kept(application))
        payout = {"Сумма": "120000.00", "Дата": f"{today:%Y%m%d}000000"}
        self.pulled(row | {"Выплата": payout | {"НомерПлатежногоПоручения": "17"}})
        self.assertEqual(application.state, "funded")
        self.assertFalse(self.kept(application))
