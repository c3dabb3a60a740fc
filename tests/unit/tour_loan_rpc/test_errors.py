"""What a call is answered with when it fails, and in which words."""

import json
import logging
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from string import Formatter

import pytest

from .agency import Agency, call, create_params, rpc, send


class TestFailures:
    def failing(self, error):
        def fail(_params):
            raise error

        return Agency(application_create=fail)

    def test_unexpected_exception_leaves_only_an_incident_id(self, caplog):
        agency = self.failing(KeyError("secret of the house"))
        with caplog.at_level(logging.ERROR):
            answer = call("application.create", create_params(), agency)
        assert answer["error"]["code"] == -32603
        assert set(answer["error"]["data"]) == {"code", "incident"}
        assert "secret" not in json.dumps(answer)
        assert answer["error"]["data"]["incident"] in caplog.text
        assert "secret of the house" in caplog.text

    def test_incident_is_told_from_other_answers_whatever_the_id(self):
        message = {"jsonrpc": "2.0", "id": "x" * 500, "method": "application.create"}
        body = json.dumps({**message, "params": create_params()}).encode()
        is_incident = rpc.dispatcher.is_incident
        assert is_incident(send(body, self.failing(ValueError())))
        assert not is_incident(send(body, self.failing(rpc.errors.NotFound())))
        assert not is_incident(send(body))
        assert not is_incident(None)

    def test_callers_logger_is_used(self, caplog):
        logger = logging.getLogger("the.caller")
        call("application.create", create_params(), self.failing(ValueError()), logger=logger)
        assert caplog.records[0].name == "the.caller"

    def test_hook_that_answers_another_shape_is_an_incident(self, caplog):
        broken = {**rpc.examples.APPLICATION, "status": "well"}
        agency = Agency(application_create=lambda params: broken)
        answer = call("application.create", create_params(), agency)
        assert answer["error"]["code"] == -32603
        assert "Анна" not in caplog.text

    @pytest.mark.parametrize("amount", [1.5, 3, "-1", "0.001", None, True])
    def test_hook_that_answers_a_float_for_money_is_an_incident(self, amount):
        broken = {**rpc.examples.APPLICATION, "amount": amount}
        agency = Agency(application_create=lambda params: broken)
        answer = call("application.create", create_params(), agency)
        assert answer["error"]["code"] == -32603

    def test_error_with_an_unknown_field_code_is_an_incident(self):
        def fail(_params):
            raise rpc.errors.AgencyRule([rpc.errors.Problem("order", "mispelt")])

        answer = call("application.create", create_params(), Agency(application_create=fail))
        assert answer["error"]["code"] == -32603

    def test_error_that_cannot_be_written_down_is_an_incident(self):
        agency = self.failing(rpc.errors.NotFound(strange=object()))
        assert call("application.create", create_params(), agency)["error"]["code"] == -32603

    def test_exceptions_the_caller_wants_pass_through(self):
        class SerialisationFailure(Exception):
            pass

        with pytest.raises(SerialisationFailure):
            call(
                "application.create",
                create_params(),
                self.failing(SerialisationFailure()),
                passthrough=(SerialisationFailure,),
            )

    def test_work_of_a_refused_call_is_undone_and_of_an_answered_one_kept(self):
        outcomes = []

        @contextmanager
        def savepoint():
            try:
                yield
            except Exception:
                outcomes.append("undone")
                raise
            outcomes.append("kept")

        broken = {**rpc.examples.APPLICATION, "sequence": "1"}
        for agency in (
            Agency(),
            self.failing(rpc.errors.NotFound()),
            self.failing(ValueError()),
            Agency(application_create=lambda params: broken),
        ):
            call("application.create", create_params(), agency, atomic=savepoint)
        assert outcomes == ["kept", "undone", "undone", "undone"]

    def test_failing_notification_is_not_answered(self):
        body = json.dumps(
            {"jsonrpc": "2.0", "method": "application.create", "params": create_params()}
        )
        for error in (ValueError(), rpc.errors.NotFound()):
            assert send(body.encode(), self.failing(error)) is None


class TestOwnErrors:
    def answer(self, error, locale="ru"):
        def fail(_params):
            raise error

        agency = Agency(application_create=fail)
        return call("application.create", create_params(locale=locale), agency)["error"]

    def test_codes(self):
        codes = {error.name: error.code for error in rpc.errors.OWN}
        assert codes == {
            "not_found": -32001,
            "order_conflict": -32002,
            "wrong_state": -32003,
            "cooling_off": -32004,
            "limit": -32005,
            "agency_rule": -32006,
        }

    def test_order_conflict_names_the_paths(self):
        error = self.answer(rpc.errors.OrderConflict(["order.price.amount"], "id-1"))
        assert error["data"]["application_id"] == "id-1"
        assert error["data"]["errors"][0]["path"] == "order.price.amount"

    def test_wrong_state_tells_the_status(self):
        error = self.answer(rpc.errors.WrongState("signed"))
        assert error["data"] == {"code": "wrong_state", "status": "signed"}

    def test_cooling_off_tells_the_time_left(self):
        error = self.answer(rpc.errors.CoolingOff(datetime(2026, 6, 1, 14), 600))
        assert error["data"]["until"] == "2026-06-01T14:00:00Z"
        assert error["data"]["seconds_left"] == 600

    def test_messages_come_in_the_language_asked_for(self):
        problem = rpc.errors.Problem(
            "order.advance.amount", "advance_too_small", {"minimum": Decimal("14500.00")}
        )
        russian = self.answer(rpc.errors.AgencyRule([problem]))["data"]["errors"][0]
        english = self.answer(rpc.errors.AgencyRule([problem]), "en")["data"]["errors"][0]
        assert russian["code"] == english["code"] == "advance_too_small"
        assert "не менее 14500.00 ₽" in russian["message"]
        assert "at least 14500.00 RUB" in english["message"]

    @pytest.mark.parametrize("locale", ["de", 5, None, [], {}])
    def test_unknown_language_does_not_break_the_answer(self, locale):
        answer = call("application.create", {"locale": locale})
        assert answer["error"]["code"] == -32602


def test_every_message_exists_in_both_languages_with_the_same_values():
    for code, texts in rpc.messages.CATALOGUE.items():
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts]
        assert names[0] == names[1], code
        assert all(texts), code
