import os
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

URL = "/moyamfo_sync/ping"


@tagged("post_install", "-at_install")
class TestPing(HttpCase):
    def ping(self, token=None, settings=None, body=b"{}"):
        """POST a ping; return (status, pulls enqueued by it)."""
        settings = settings or {
            "MOYAMFO_SYNC_PING_TOKEN": "token",
            "MOYAMFO_SYNC_URL": "http://127.0.0.1:9",
        }
        jobs = self.env["queue.job"]
        before = jobs.search_count([("method_name", "=", "_pull")])
        with patch.dict(os.environ, settings):
            headers = {"X-Token": token} if token else {}
            answer = self.url_open(URL, data=body, headers=headers)
        return answer.status_code, jobs.search_count([("method_name", "=", "_pull")]) - before

    def test_the_right_token_enqueues_a_pull_once(self):
        self.assertEqual(self.ping("token"), (204, 1))
        self.assertEqual(self.ping("token"), (204, 0), "one is waiting already")

    def test_the_body_is_not_believed(self):
        self.assertEqual(self.ping("token", body="мусор".encode()), (204, 1))

    def test_a_wrong_token_or_none_is_refused(self):
        self.assertEqual(self.ping("tokem"), (403, 0))
        self.assertEqual(self.ping(), (403, 0))

    def test_without_a_token_on_the_server_every_ping_is_refused(self):
        settings = {"MOYAMFO_SYNC_PING_TOKEN": "", "MOYAMFO_SYNC_URL": "http://127.0.0.1:9"}
        self.assertEqual(self.ping(settings=settings), (403, 0))

    def test_a_get_is_no_ping(self):
        self.assertEqual(self.url_open(URL).status_code, 405)
