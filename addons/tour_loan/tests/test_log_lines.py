import io
import json
import logging
import os
import threading
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from .. import log_lines
from .common import TourLoanHttpCommon

ODOO = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
PHONE, EMAIL, PASSPORT, SNILS = (
    "+79161234567",
    "maria@example.com",
    "45 11 123456",
    "112-233-445 95",
)
PERSONAL = (PHONE, "9161234567", EMAIL, "123456", "445 95", "Иванова", "Мясницкая", "Мария")


@tagged("post_install", "-at_install")
class TestLogLines(BaseCase):
    """What Odoo logs holds no personal data, whatever format and whoever wrote it."""

    def lines(self, inner, log):
        """Return what one logger writes by a handler of ours."""
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(log_lines.Masked(inner))
        logger = logging.getLogger(f"tour_loan.test.{id(written)}")
        logger.propagate = False
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        log(logger)
        return written.getvalue()

    def both(self, log):
        text = self.lines(logging.Formatter(ODOO), log)
        machine = self.lines(log_lines.JsonLines(), log)
        for line in machine.splitlines():
            json.loads(line)
        return text, machine

    def assertMasked(self, log, kept=()):
        for lines in self.both(log):
            self.assertTrue(lines)
            for word in PERSONAL:
                self.assertNotIn(word, lines)
            for word in kept:
                self.assertIn(word, lines)

    def test_what_looks_like_somebodys_is_masked_in_texts_and_arguments(self):
        self.assertMasked(lambda log: log.info("SMS to %s of %s", PHONE, EMAIL), ["SMS to"])
        self.assertMasked(lambda log: log.info(f"phone {PHONE}, passport {PASSPORT}"))
        self.assertMasked(
            lambda log: log.info("%(who)s and %(snils)s", {"who": EMAIL, "snils": SNILS})
        )
        self.assertMasked(lambda log: log.info("bytes %s", f"x {PHONE}".encode()))

    def test_arguments_are_masked_by_the_names_they_go_under(self):
        person = {
            "last_name": "Иванова",
            "first_name": "Мария",
            "registration_street": "ул. Мясницкая",
            "passport": {"series": "45 11", "number": "123456"},
            "state": "filling",
        }
        self.assertMasked(lambda log: log.info("got %s", person), ["filling"])
        self.assertMasked(lambda log: log.info("got %r", [person]), ["filling"])
        self.assertMasked(lambda log: log.info("got %s", json.dumps(person)), ["filling"])
        self.assertMasked(lambda log: log.info("of %(last_name)s: %(state)s", person), ["filling"])

    def test_tracebacks_are_masked(self):
        def log(logger):
            try:
                raise ValueError(f"no SMS to {PHONE} of {EMAIL}")
            except ValueError:
                logger.exception("failed for %s", EMAIL)

        self.assertMasked(log, ["Traceback", "ValueError"])

    def test_nobody_writes_a_line_by_what_he_sends(self):
        forged = "2026-11-26 10:00:00,000 1 INFO db odoo.addons.base: Login successful for admin"
        ways = {
            "an argument": lambda log, text: log.info("Login failed for %s", text),
            "by its name": lambda log, text: log.info("failed for %(login)s", {"login": text}),
            "a representation": lambda log, text: log.info("failed for %r", text),
            "bytes": lambda log, text: log.info("failed for %s", text.encode()),
            "an error": lambda log, text: log.warning("refused: %s", ValueError(text)),
            "an error's representation": lambda log, text: log.warning("%r", ValueError(text)),
            "a list": lambda log, text: log.info("rows: %s", [text]),
            "a text made before": lambda log, text: log.info(f"failed for {text}"),
            "arguments that do not fit": lambda log, text: log.info("%d of %s", 9161234567, text),
            "a traceback": self.fails_with,
        }
        for way, log in ways.items():
            for end in ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"):
                for lines in self.both(lambda logger, log=log, end=end: log(logger, end + forged)):
                    with self.subTest(way=way, end=end):
                        self.assertIn("Login successful", lines)
                        for line in lines.splitlines():
                            self.assertFalse(line.startswith("2026-11-26 10:00:00"), lines)
            for lines in self.both(lambda logger, log=log: log(logger, "\x1b[2K\x08\u202egpj")):
                with self.subTest(way=way):
                    self.assertNotRegex(lines, "[\x1b\x08\u202e]")

    def fails_with(self, logger, text):
        try:
            raise ValueError(text)
        except ValueError:
            logger.exception("failed")

    def test_a_text_of_several_lines_is_read_as_one_record(self):
        text = self.lines(
            logging.Formatter("%(levelname)s %(message)s"), lambda log: log.info("one\ntwo")
        )
        self.assertEqual(text, "INFO one\n    two\n")

    def test_what_is_nobodys_stays_as_it_is(self):
        for lines in self.both(
            lambda log: log.info(
                "job %s took %.3f s, %d rows, %s", "5d1c-77", 1.5, 1764176400, None
            )
        ):
            self.assertIn("job 5d1c-77 took 1.500 s, 1764176400 rows, None", lines)

    def test_a_record_is_masked_for_the_line_only(self):
        seen = []

        class Other(logging.Handler):
            def emit(self, record):
                seen.append(record.args)

        def log(logger):
            logger.addHandler(Other())
            logger.info("to %s", PHONE)

        self.lines(log_lines.JsonLines(), log)
        self.assertEqual(seen, [(PHONE,)])

    def test_arguments_that_do_not_fit_break_no_line(self):
        for lines in self.both(lambda log: log.info("%d of %s", 9161234567, "them")):
            self.assertIn("of them", lines)
            self.assertNotIn("9161234567", lines)

    def test_a_line_for_machines_says_when_where_and_in_which_request(self):
        incident = "0123456789abcdef" * 2
        with patch.object(threading.current_thread(), log_lines.REQUEST, "ab" * 16, create=True):
            line = self.lines(
                log_lines.JsonLines(), lambda log: log.error("call failed, incident %s", incident)
            )
        told = json.loads(line)
        self.assertEqual(told["incident"], incident)
        self.assertEqual(told["request"], "ab" * 16)
        self.assertEqual(told["level"], "ERROR")
        self.assertEqual(told["process"], os.getpid())
        self.assertRegex(told["at"], r"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$")

    def test_every_handler_of_the_server_is_guarded(self):
        for format_, kind in (("json", log_lines.JsonLines), ("", logging.Formatter)):
            handler = logging.StreamHandler(io.StringIO())
            root = logging.getLogger()
            root.addHandler(handler)
            self.addCleanup(root.removeHandler, handler)
            with patch.dict(os.environ, TOUR_LOAN_LOG_FORMAT=format_):
                log_lines.install()
            self.assertIsInstance(handler.formatter, log_lines.Masked)
            self.assertIs(type(handler.formatter.inner), kind)
        for handler in logging.getLogger().handlers:
            if type(handler) is logging.StreamHandler:
                self.assertIsInstance(handler.formatter, log_lines.Masked)


@tagged("post_install", "-at_install")
class TestRequestIds(TourLoanHttpCommon):
    def asked(self, given):
        seen = []

        def monitor(_self):
            seen.append(getattr(threading.current_thread(), log_lines.REQUEST))
            return {}

        with (
            patch.object(self.registry["tour_loan.message"], "_unsent", monitor),
            patch.dict(os.environ, TOUR_LOAN_MONITOR_TOKEN="token"),
        ):
            self.url_open("/tour_loan/monitor", headers={"X-Token": "token", "X-Request-Id": given})
        return seen[0]

    def test_a_request_goes_by_the_id_nginx_logged_it_under(self):
        self.assertEqual(self.asked("ab" * 16), "ab" * 16)

    def test_whatever_else_is_sent_as_an_id_is_not_believed(self):
        for given in ("", "x", "AB" * 16, f"{'ab' * 16} more", PHONE):
            self.assertRegex(self.asked(given), r"^[0-9a-f]{32}$")
            self.assertNotEqual(self.asked(given), given)
