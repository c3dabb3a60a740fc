from datetime import datetime, timedelta

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import MoyamfoCase, approved, fault, page

OK = {"Результат": "OK", "Номер": "ЗК-1"}


class TestRun(MoyamfoCase):
    def sent(self, **values):
        application, message = self.submitted(**values)
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.deliver(message)
        return application

    def answer(self, *rows, **options):
        self.publication.answers["GetApplications"] = lambda body: page(*rows, **options)

    def test_fresh_applications_are_asked_about_in_one_call_until_decided(self):
        first, second = self.sent(), self.sent()
        self.answer(approved(first.uuid))
        run, trap = self.pull("fresh")
        (question,) = self.publication.called("GetApplications")
        self.assertEqual(set(question["УИДы"]), {first.uuid, second.uuid})
        self.assertEqual((first.state, second.state), ("approved", "submitted"))
        self.assertEqual((run.row_count, run.changed_count, run.state), (1, 1, "done"))
        trap.assert_jobs_count(1, only=self.env["moyamfo.run"]._pull)
        self.answer(approved(second.uuid))
        _run, trap = self.pull("fresh")
        trap.assert_jobs_count(0, only=self.env["moyamfo.run"]._pull)

    def test_the_offer_arrives_to_the_kopeck(self):
        application = self.sent()
        self.answer(approved(application.uuid, amount="90000.00"))
        self.pull("fresh")
        self.assertEqual(application.offer_amount, 90000)
        self.assertEqual(application.offer_psk, 29.999)
        self.assertEqual(application.offer_schedule[0]["amount"], "92958.90")
        self.assertEqual(application.offer_valid_until, datetime(2099, 12, 31, 20, 59, 59))

    def test_an_offer_whose_time_has_fractions_is_no_news_at_each_pull(self):
        application = self.sent()
        row = approved(application.uuid)
        row["Условия"]["ДействуетДо"] = "2099-12-31T23:59:59.987654"
        self.answer(row)
        self.pull("fresh")
        moves = len(application.history_ids)
        self.env.flush_all()
        application.invalidate_recordset()
        run, _trap = self.pull("applications")
        self.assertEqual((run.changed_count, run.state), (0, "done"))
        self.assertEqual(len(application.history_ids), moves)
        self.assertEqual(application.offer_valid_until, datetime(2099, 12, 31, 20, 59, 59))

    def test_an_answer_without_a_time_is_of_its_servers_time_and_not_of_ours(self):
        date = "Tue, 24 Nov 2026 09:00:00 GMT"
        handler = self.publication.server.RequestHandlerClass
        self.patch(handler, "date_time_string", lambda handler, timestamp=None: date)
        self.answer(as_of="")
        run, _trap = self.pull("applications")
        self.assertEqual(run.as_of, datetime(2026, 11, 24, 9))
        again, _trap = self.pull("applications")
        self.assertEqual(again.since, datetime(2026, 11, 24, 8, 55))

    def test_a_refusal_names_its_code_only(self):
        application = self.sent()
        self.answer({
            "УИД": application.uuid, "Статус": "Отказ", "КодОтказа": "Самозапрет",
            "ПричинаОтказа": "внутренняя",
        })  # fmt: skip
        self.pull("fresh")
        self.assertEqual((application.state, application.decline_code), ("declined", "self_ban"))

    def test_words_nobody_knows_change_nothing_and_are_shown(self):
        first, second = self.sent(), self.sent()
        self.answer(
            {"УИД": first.uuid, "Статус": "Передана в космос"},
            {"УИД": second.uuid, "Статус": "Нужны данные", "НужныДанные": ["Паспорт", "Хвост"]},
            {"Статус": "Одобрена"},
        )
        run, _trap = self.pull("fresh")
        self.assertEqual(first.state, "submitted")
        self.assertEqual((second.state, second.needs), ("needs_data", ["passport", "Хвост"]))
        self.assertEqual(run.state, "problems")
        for words in ("Передана в космос", "Хвост", "УИД"):
            self.assertIn(words, run.problems)

    def test_what_is_wanted_is_told_to_the_borrower_in_the_lenders_words(self):
        application = self.sent()
        application.phone = "+79161234567"
        wanted = ["Доход", "Документы", "Справка с работы"]
        self.answer({"УИД": application.uuid, "Статус": "Нужны данные", "НужныДанные": wanted})
        self.pull("fresh")
        self.assertEqual(application._need_labels(), wanted)
        sms = self.env["tour_loan.sms"].search([("application_id", "=", application.id)], limit=1)
        self.assertIn("Доход, Документы, Справка с работы", sms.text)

    def test_a_wish_for_data_that_names_none_is_for_staff(self):
        application = self.sent()
        self.answer({"УИД": application.uuid, "Статус": "Нужны данные", "НужныДанные": []})
        run, _trap = self.pull("fresh")
        self.assertEqual((application.state, run.state), ("submitted", "problems"))
        self.assertTrue(application.attention)

    def test_an_approval_without_an_offer_changes_nothing(self):
        application = self.sent()
        self.answer({"УИД": application.uuid, "Статус": "Одобрена"})
        run, _trap = self.pull("fresh")
        self.assertEqual(application.state, "submitted")
        self.assertIn("without an offer", run.problems)

    def test_a_payout_funds_the_application(self):
        application = self.new_application(state="committed")
        payout = {"Сумма": "120000.00", "Дата": "20261124000000", "НомерПлатежногоПоручения": "7"}
        self.answer({"УИД": application.uuid, "Статус": "Займ выдан", "Выплата": payout})
        self.pull("applications")
        self.assertEqual((application.state, application.payout_order), ("funded", "7"))
        self.assertEqual(fields.Date.to_string(application.payout_on), "2026-11-24")

    def test_changes_are_asked_for_since_the_last_complete_pull_with_an_overlap(self):
        self.answer(as_of="20261124120000")
        self.pull("applications")
        run, _trap = self.pull("applications")
        self.assertEqual(run.since, datetime(2026, 11, 24, 8, 55))
        question = self.publication.called("GetApplications")[-1]
        self.assertEqual(question["ИзмененыС"], "20261124115500")

    def test_an_unfinished_pull_does_not_move_the_watermark(self):
        self.answer(more=1)
        run, trap = self.pull("applications")
        self.assertFalse(run.complete)
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.args[:2], ("applications", 2))
        self.assertEqual(job.args[2:], (run.since, run.as_of))
        self.publication.answers["GetApplications"] = lambda body: fault("Ой")
        failed, _trap = self.pull("applications", page=2, since=run.since, as_of=run.as_of)
        self.assertEqual(failed.state, "failed")
        self.assertIn("Ой", failed.error)
        self.answer()
        again, _trap = self.pull("applications")
        self.assertLess(again.since, fields.Datetime.now() - timedelta(days=29))

    def test_a_failed_question_about_fresh_ones_is_put_again(self):
        application = self.sent()
        run, trap = self.pull("fresh")  # the connection is dropped
        self.assertEqual(run.state, "failed")
        trap.assert_jobs_count(1, only=self.env["moyamfo.run"]._pull)
        self.assertEqual(application.state, "submitted")

    def test_applications_from_elsewhere_are_counted_and_left_alone(self):
        self.answer(approved("somebody-elses"))
        run, _trap = self.pull("applications")
        self.assertEqual((run.foreign_count, run.state), (1, "done"))

    def test_at_night_an_application_1c_has_forgotten_is_shown(self):
        known, forgotten = self.sent(), self.sent()
        self.answer({"УИД": known.uuid, "Статус": "На рассмотрении"})
        run, _trap = self.pull("open")
        self.assertIn(forgotten.uuid, run.problems)
        self.assertNotIn(known.uuid, run.problems)

    def test_a_row_that_breaks_us_costs_the_others_nothing(self):
        first, second = self.sent(), self.sent()
        self.answer(approved(first.uuid), approved(second.uuid))
        update = type(first)._accounting_update

        def breaking(application, values):
            if application == first:
                raise ValueError("ошибка")
            return update(application, values)

        self.patch(type(first), "_accounting_update", breaking)
        with mute_logger("odoo.addons.moyamfo_sync.models.moyamfo_run"):
            run, _trap = self.pull("fresh")
        self.assertEqual((first.state, second.state), ("submitted", "approved"))
        self.assertIn("ValueError", run.problems)

    def test_the_minute_cron_enqueues_and_never_calls_out(self):
        self.sent()
        self.publication.calls.clear()
        with trap_jobs() as trap:
            self.env["moyamfo.run"]._cron_pull()
            self.env["moyamfo.run"]._cron_reconcile()
        kinds = [job.args[0] for job in trap.enqueued_jobs]
        self.assertEqual(kinds, ["applications", "fresh", "open", "unbooked", "loans"])
        channels = {job.args[0]: job.channel for job in trap.enqueued_jobs}
        # who waits for a decision waits for no reconcile
        self.assertEqual(
            {kind for kind, channel in channels.items() if channel == "root.moyamfo_books"},
            {"open", "unbooked", "loans"},
        )
        self.assertFalse(self.publication.calls)

    def test_a_server_without_an_address_asks_nobody(self):
        with self.environment_without_url(), trap_jobs() as trap:
            self.env["moyamfo.run"]._cron_pull()
            self.env["moyamfo.run"]._cron_reconcile()
        trap.assert_jobs_count(0)

    def test_old_runs_go_and_eventful_ones_stay_longer(self):
        days_ago = fields.Datetime.now() - timedelta(days=2)
        rows = self.env["moyamfo.run"].create(
            [
                {"kind": "applications", "started_at": days_ago},
                {"kind": "applications", "started_at": days_ago, "changed_count": 1},
                {"kind": "applications", "started_at": days_ago - timedelta(days=40)},
            ]
        )
        self.env["moyamfo.run"]._gc_ended()
        self.assertEqual(rows.exists(), rows[1])

    def test_the_lenders_word_stop_stops_signing_at_once(self):
        application, _message = self.submitted(state="filling")
        self.publication.answers["GetApplications"] = lambda question: page(
            {
                "УИД": application.uuid,
                "Номер": "ЗК-1",
                "Статус": "Стоп",
                "ПричинаОтказа": "подозрение на мошенничество",
            }
        )
        run, _trap = self.pull("applications")
        self.assertEqual((run.state, run.changed_count), ("done", 1))
        self.assertEqual(application.stopped_why, "подозрение на мошенничество")
        self.assertEqual(application.state, "submitted")
        run, _trap = self.pull("applications")
        self.assertEqual(run.changed_count, 0)
