import json
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..rpc import webhook
from .common import RPC, TourLoanHttpCommon

RPC_LOGGER = "odoo.addons.tour_loan.models.agency.agency_rpc"


@tagged("post_install", "-at_install")
class TestAgencyRpc(TourLoanHttpCommon):
    """The door: who may speak, and in which form."""

    def body(self, method="application.get", **params):
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

    def test_refused_callers_get_one_and_the_same_answer(self):
        blocked = self.new_agency("blocked", "Закрыта", blocked=True)
        blocked_secret = blocked._set_key("inbound", webhook.new_secret()).secret
        archived = self.new_agency("archived", "Архив", active=False)
        archived_secret = archived._set_key("inbound", webhook.new_secret()).secret
        ended = self.agency._set_key("outbound", webhook.new_secret())
        now = datetime.now(UTC)
        body = self.body()
        answers = [
            self.post_signed(body, secret=webhook.new_secret()),
            self.post_signed(body, agency="nobody"),
            self.post_signed(body, agency=""),
            self.post_signed(body, agency="blocked", secret=blocked_secret),
            self.post_signed(body, agency="archived", secret=archived_secret),
            self.post_signed(body, at=now - timedelta(seconds=302)),
            self.post_signed(body, at=now + timedelta(seconds=302)),
            # what we sign ourselves cannot be sent back to us
            self.post_signed(body, secret=ended.secret),
            self.post_signed(body, webhook_signature=""),
            self.post_signed(body, webhook_signature="v1,!!"),
            self.post_signed(body, webhook_timestamp="soon"),
        ]
        self.assertEqual({answer.status_code for answer in answers}, {401})
        self.assertEqual({answer.content for answer in answers}, {answers[0].content})
        self.assertEqual(answers[0].json(), {"error": "unauthorized"})

    def test_an_old_key_works_until_it_ends(self):
        self.agency.key_ids.filtered(lambda key: key.direction == "inbound").valid_until = (
            datetime.now() + timedelta(hours=1)
        )
        key = self.env["tour_loan.agency.key"].create(
            {"agency_id": self.agency.id, "direction": "inbound"}
        )
        for secret in (self.secret, key.secret):
            self.assertEqual(self.post_signed(self.body(), secret=secret).status_code, 200)
        (self.agency.key_ids - key).valid_until = datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.post_signed(self.body()).status_code, 401)

    def test_a_signed_body_that_was_changed_is_refused(self):
        first = self.post_signed(self.body())
        headers = {
            name: value
            for name, value in first.request.headers.items()
            if name.lower().startswith(("webhook-", "x-", "content-type"))
        }
        changed = first.request.body.replace(b"application.get", b"application.cancel")
        for tampered in (
            self.url_open(RPC, data=changed, headers=headers),
            self.url_open(
                RPC, data=first.request.body, headers={**headers, "webhook-id": "another"}
            ),
        ):
            self.assertEqual(tampered.status_code, 401)

    def test_a_body_above_256_kib_is_413(self):
        # the size is refused before anybody looks who is asking
        response = self.url_open(
            RPC, data=b" " * (256 * 1024 + 1), headers={"content-type": "application/json"}
        )
        self.assertEqual((response.status_code, response.json()), (413, {"error": "too_large"}))

    def test_only_json_is_read(self):
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
            response = self.post_signed(self.body(), content_type=kind)
            self.assertEqual(
                (response.status_code, response.json()), (415, {"error": "media_type"})
            )

    def test_another_verb_is_405_without_html(self):
        response = self.url_open(RPC)
        self.assertEqual(response.status_code, 405)
        self.assertEqual(response.json(), {"error": "method_not_allowed"})

    def test_a_batch_and_broken_json_are_refused(self):
        answers = [
            self.post_signed(body).json()["error"]["code"]
            for body in ([self.body()], "{", '{"jsonrpc":"1.0","id":1,"method":"x"}')
        ]
        self.assertEqual(answers, [-32600, -32700, -32600])

    def test_a_notification_is_204(self):
        body = {"jsonrpc": "2.0", "method": "application.create", "params": self.order("N-1")}
        for _repeat in range(2):
            response = self.post_signed(body, webhook_id="notification")
            self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertEqual(len(self.agency._application_of_order("N-1")), 1)

    def test_a_repeat_gets_the_stored_answer(self):
        body = self.body("application.create", **self.order())
        first = self.post_signed(body, webhook_id="once")
        application = self.env["tour_loan.application"].search([], limit=1)
        application._move("cancel", "staff")
        again = self.post_signed(body, webhook_id="once")
        self.assertEqual(again.content, first.content)
        self.assertEqual(again.json()["result"]["status"], "new")

    def test_a_known_id_with_another_body_is_refused(self):
        self.post_signed(self.body("application.create", **self.order()), webhook_id="once")
        order = self.order()
        answer = self.post_signed(
            self.body("application.create", **order), webhook_id="once"
        ).json()
        self.assertEqual(answer["error"]["code"], -32600)
        self.assertEqual(answer["error"]["data"]["errors"][0]["code"], "other_body")
        self.assertFalse(self.agency._application_of_order(order["order"]["number"]))

    def test_ids_of_two_agencies_do_not_meet(self):
        other = self.new_agency("yug", "Юг", url_hosts="sever.example")
        secret = other._set_key("inbound", webhook.new_secret()).secret
        mine = self.call("application.create", self.order(), webhook_id="1")
        theirs = self.call(
            "application.create", self.order(), webhook_id="1", agency="yug", secret=secret
        )
        self.assertNotEqual(mine["result"]["application_id"], theirs["result"]["application_id"])

    def test_a_stored_error_is_repeated_too(self):
        params = self.order(order__price={"amount": "20500.00", "currency": "RUB"})
        first = self.call("application.create", params, webhook_id="once")
        self.assertIn("error", first)
        self.product.amount_min = 100
        self.assertEqual(self.call("application.create", params, webhook_id="once"), first)

    def test_calls_above_the_limit_are_429_and_say_when(self):
        agency = self.new_agency("fast", "Быстрая", requests_per_minute=2)
        secret = agency._set_key("inbound", webhook.new_secret()).secret
        with freeze_time(fields.Datetime.now().replace(second=20)):
            answers = [
                self.post_signed(self.body(), agency="fast", secret=secret) for _call in range(3)
            ]
        self.assertEqual([answer.status_code for answer in answers], [200, 200, 429])
        refused = answers[-1]
        self.assertEqual(refused.json(), {"error": "too_many_requests"})
        self.assertEqual(refused.headers["Retry-After"], "40")

    def test_an_exception_tells_nothing_writes_nothing_and_may_be_repeated(self):
        order = self.order("BROKEN-1")
        body = self.body("application.create", **order)
        Agency = self.env.registry["tour_loan.agency"]
        real = Agency._rpc_application_create

        def breaks(agency, params):
            real(agency, params)
            raise RuntimeError("psycopg2 says: relation res_users does not exist")

        with (
            patch.object(Agency, "_rpc_application_create", breaks),
            self.assertLogs(RPC_LOGGER, "ERROR") as logs,
        ):
            response = self.post_signed(body, webhook_id="broken")
        self.assertEqual(response.status_code, 200)
        error = response.json()["error"]
        self.assertEqual(error["code"], -32603)
        self.assertEqual(error["data"].keys(), {"code", "incident"})
        self.assertIn(error["data"]["incident"], logs.output[0])
        for word in ("traceback", "odoo", "psycopg", "res_users", "runtimeerror", "python"):
            self.assertNotIn(word, response.text.lower())
        self.assertFalse(self.agency._application_of_order("BROKEN-1"))
        again = self.post_signed(body, webhook_id="broken").json()
        self.assertEqual(again["result"]["order_number"], "BROKEN-1")

    def test_what_the_database_refuses_is_an_incident_of_that_call_alone(self):
        Agency = self.env.registry["tour_loan.agency"]

        def breaks(agency, params):
            agency.create({"name": "Второй Север", "code": "sever"})
            return {}

        with (
            patch.object(Agency, "_rpc_application_create", breaks),
            mute_logger(RPC_LOGGER, "odoo.sql_db"),
        ):
            answer = self.call("application.create", self.order())
        self.assertEqual(answer["error"]["code"], -32603)
        self.assertEqual(
            self.call("application.get", {"order_number": "?"})["error"]["code"], -32001
        )

    def test_the_openrpc_document_is_served_and_discovered(self):
        response = self.url_open("/tour_loan/v1/openrpc.json")
        self.assertEqual(response.headers["content-type"], "application/json; charset=utf-8")
        document = response.json()
        self.assertTrue(document["openrpc"].startswith("1.3"))
        self.assertEqual(document["servers"][0]["url"], self.base_url() + RPC)
        names = {method["name"] for method in document["methods"]}
        self.assertLessEqual({"application.create", "application.list", "rpc.discover"}, names)
        discovered = self.call("rpc.discover")["result"]
        self.assertEqual(discovered["methods"], document["methods"])

    def test_answers_carry_no_session(self):
        response = self.post_signed(self.body())
        self.assertNotIn("set-cookie", response.headers)

    def test_no_answer_holds_personal_data(self):
        order = self.order()
        created = self.call("application.create", order)
        reference = {"order_number": order["order"]["number"]}
        texts = [
            json.dumps(answer, ensure_ascii=False)
            for answer in (
                created,
                self.call("application.get", reference),
                self.call("application.list", {"limit": 10}),
                self.call("application.cancel", {**reference, "reason": "нет"}),
            )
        ]
        customer = order["customer"]
        secrets = [
            customer["phone"],
            customer["phone"][2:],
            customer["last_name"],
            customer["middle_name"],
            customer["email"],
            customer["birth_date"],
            customer["passport"]["number"],
            customer["registration_address"],
        ]
        for text in texts:
            for secret in secrets:
                self.assertNotIn(secret, text)
        self.assertEqual(
            created["result"]["customer"],
            {"phone": "+7916***4567", "last_name": "И***", "first_name": "Мария"},
        )
