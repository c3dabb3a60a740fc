"""What a 1C publication does against its contract, over real sockets."""

import json
import logging
from dataclasses import replace
from decimal import Decimal

import pytest

from .conftest import LOGIN, PASSWORD, PROFILE, QUESTIONS, application, protocol

dto, errors = protocol.dto, protocol.errors


def contract(exchange):
    with exchange.contracts(uids=["a-1"]) as stream:
        (row,) = list(stream)
    return row, stream


def test_the_internal_host_of_the_wsdl_is_not_used(exchange):
    assert exchange.application_states([]).rows == []


def test_a_cyrillic_operation_name_travels_in_the_action_header(mfo, profile):
    data = json.loads(PROFILE.read_text())
    data["operations"]["get_applications"]["name"] = "ПолучитьЗаявки"
    cyrillic = protocol.exchange.Exchange(
        protocol.profile.parse(data, QUESTIONS), mfo.url, LOGIN, PASSWORD
    )
    cyrillic.send("application", application())
    assert [row.uid for row in cyrillic.application_states(["a-1"]).rows] == ["a-1"]


def test_a_wrong_password_is_a_transport_error_with_its_status(mfo, profile):
    stranger = protocol.exchange.Exchange(profile, mfo.url, LOGIN, "нет")
    with pytest.raises(errors.TransportError) as refused:
        stranger.application_states([])
    assert refused.value.status == 401 and not refused.value.maybe_received


def test_an_empty_date_is_none(exchange, issued, quirk):
    quirk("empty_date")
    row, _stream = contract(exchange)
    assert row.signed_on is None and row.amount == Decimal("120000.00")


@pytest.mark.parametrize("name", ["bad_date", "blank_date"])
def test_an_unreadable_required_date_spoils_its_row_and_names_the_field(
    exchange, issued, quirk, name
):
    quirk(name)
    row, _stream = contract(exchange)
    assert isinstance(row, dto.BadRow) and row.key == issued
    assert "ДатаОстатков" in row.reason


def test_nil_balances_are_missing_balances_not_zeros(exchange, issued, quirk):
    quirk("nil_object")
    row, _stream = contract(exchange)
    assert isinstance(row, dto.BadRow) and "Остатки" in row.reason


def test_a_field_nobody_knows_is_reported_and_harmless(exchange, issued, quirk):
    quirk("extra_element")
    row, stream = contract(exchange)
    assert row.number == issued and stream.unknown_keys == {"НовоеПоле"}
    page = exchange.application_states(["a-1"])
    assert page.rows[0].status == "funded" and page.unknown_keys == {"НовоеПоле"}


def test_an_element_beside_return_disturbs_nobody(exchange, issued, quirk):
    quirk("extra_return")
    assert exchange.application_states(["a-1"]).rows[0].uid == "a-1"
    assert contract(exchange)[0].number == issued


def test_another_order_of_elements_leaves_every_figure_in_its_place(exchange, issued, quirk):
    expected, _stream = contract(exchange)
    quirk("other_order")
    row, _stream = contract(exchange)
    assert replace(row, as_of=expected.as_of) == expected


def test_a_missing_required_element_spoils_its_row(exchange, issued, quirk):
    quirk("missing_element")
    row, _stream = contract(exchange)
    assert isinstance(row, dto.BadRow) and "Номер" in row.reason


def test_an_any_type_structure_does_not_disturb(exchange, issued, quirk):
    quirk("any_type")
    row, stream = contract(exchange)
    assert row.number == issued and "Дополнительно" in stream.unknown_keys


def test_an_exponent_is_a_plain_amount(exchange, issued, quirk):
    quirk("exponent")
    assert str(contract(exchange)[0].amount) == "100000.00"


@pytest.mark.parametrize("call", [contract, lambda one: one.application_states([])])
def test_an_exception_of_1c_is_a_business_error_with_its_whole_text(exchange, quirk, call):
    quirk("fault")
    with pytest.raises(errors.BusinessError, match="по причине"):
        call(exchange)


@pytest.mark.parametrize("call", [contract, lambda one: one.application_states([])])
def test_a_lock_conflict_will_pass(exchange, quirk, call):
    quirk("lock_fault")
    with pytest.raises(errors.TransportError, match="1C is busy"):
        call(exchange)


@pytest.mark.parametrize("call", [contract, lambda one: one.application_states([])])
@pytest.mark.parametrize("name", ["html_500", "html_200", "locked_503", "redirect"])
def test_a_page_instead_of_an_answer_is_no_refusal(exchange, quirk, call, name):
    exchange.application_states([])
    quirk(name)
    with pytest.raises(errors.TransportError):
        call(exchange)


def test_the_wish_to_wait_is_kept(exchange, quirk):
    quirk("locked_503")
    with pytest.raises(errors.TransportError) as busy:
        exchange.application_states([])
    assert (busy.value.status, busy.value.retry_after) == (503, 7.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("soon", None), ("-7", None), ("", None), ("Thu, 01 Jan 2026 00:00:00 GMT", 0)],
)
def test_the_wish_is_seconds_or_a_date_or_none(header, seconds):
    assert protocol.channel.retry_after(header) == seconds


def test_rights_lost_on_the_way(exchange, quirk):
    exchange.application_states([])
    quirk("unauthorized")
    with pytest.raises(errors.TransportError) as refused:
        exchange.application_states([])
    assert refused.value.status == 401


def test_a_byte_order_mark_is_no_obstacle(exchange, issued, quirk):
    quirk("bom")
    assert contract(exchange)[0].number == issued
    assert exchange.application_states(["a-1"]).rows


def test_a_text_of_more_than_ten_megabytes_is_read(exchange, quirk):
    exchange.send("application", application())
    quirk("huge_text")
    assert exchange.application_states(["a-1"]).rows[0].uid == "a-1"
    assert len(exchange.last_received) < 100_000


@pytest.mark.parametrize("call", [contract, lambda one: one.application_states(["a-1"])])
def test_an_answer_cut_in_the_middle_is_a_transport_error(exchange, issued, quirk, call):
    quirk("cut")
    with pytest.raises(errors.TransportError):
        call(exchange)


def test_a_whole_answer_that_is_no_xml_is_a_format_error(exchange, quirk):
    quirk("broken_xml")
    with pytest.raises(errors.FormatError):
        exchange.application_states([])


def test_bad_json_is_a_format_error(exchange, quirk):
    quirk("bad_json")
    with pytest.raises(errors.FormatError, match="not JSON"):
        exchange.application_states([])


def test_an_unknown_status_is_unknown_and_its_neighbour_is_read(exchange, quirk):
    exchange.send("application", application("a-1"))
    exchange.send("application", application("a-2"))
    quirk("unknown_status")
    first, second = exchange.application_states(["a-1", "a-2"]).rows
    assert first.status == protocol.codecs.Unknown("Передана в космос")
    assert second.status == "in_review"


def test_one_bad_row_spoils_only_itself(exchange, quirk):
    exchange.send("application", application("a-1"))
    exchange.send("application", application("a-2"))
    quirk("bad_row")
    page = exchange.application_states(["a-1", "a-2"])
    assert [row.uid for row in page.rows] == ["a-2"]
    assert "УИД" in page.bad[0].reason


def test_ok_in_cyrillic_letters_is_ok(exchange, quirk):
    quirk("cyrillic_ok")
    assert exchange.send("application", application()).number


def test_words_other_than_ok_are_a_refusal_with_their_text(exchange, quirk):
    quirk("refusal_word")
    with pytest.raises(errors.BusinessError, match="заблокирована"):
        exchange.send("application", application())


def test_a_control_character_from_a_paste_is_dropped(mfo, exchange):
    exchange.send("application", application(answers={"last_name": "Ива\x0bнова\ud800"}))
    (row,) = mfo.control("books")["applications"]
    assert row["body"]["Клиент"]["Фамилия"] == "Иванова"


def test_a_slow_answer_ends_in_time_and_may_have_been_received(mfo, profile):
    one = profile.operations["load_application"]
    hasty = {
        **profile.operations,
        "load_application": replace(one, call=replace(one.call, timeout=2)),
    }
    exchange = protocol.exchange.Exchange(
        replace(profile, operations=hasty), mfo.url, LOGIN, PASSWORD
    )
    mfo.control("faults", operation="LoadApplication", kind="slow", seconds=4)
    with pytest.raises(errors.TransportError, match="in time") as late:
        exchange.send("application", application())
    assert late.value.maybe_received
    assert len(mfo.control("books")["applications"]) == 1


def test_nobody_listening_means_surely_not_received(profile):
    exchange = protocol.exchange.Exchange(profile, "http://127.0.0.1:9", LOGIN, PASSWORD)
    with pytest.raises(errors.TransportError) as nobody:
        exchange.application_states([])
    assert not nobody.value.maybe_received


def test_an_operation_missing_in_the_wsdl_is_a_format_error(mfo):
    data = json.loads(PROFILE.read_text())
    data["operations"]["tour_refund"]["name"] = "НетТакой"
    exchange = protocol.exchange.Exchange(
        protocol.profile.parse(data, QUESTIONS), mfo.url, LOGIN, PASSWORD
    )
    refund = dto.TourRefund(
        uid="t", application_uid="a", amount=Decimal(1), full=True,
        refunded_at=application().submitted_at,
    )  # fmt: skip
    with pytest.raises(errors.FormatError, match="НетТакой"):
        exchange.send("tour_refund", refund)


def test_the_wsdl_is_fetched_once_for_two_connections(mfo, profile, tmp_path, monkeypatch):
    fetched = []
    load = protocol.soap.Loader._load_remote_data
    monkeypatch.setattr(
        protocol.soap.Loader, "_load_remote_data",
        lambda self, url: fetched.append(url) or load(self, url),
    )  # fmt: skip
    for _connection in range(2):
        protocol.exchange.Exchange(
            profile, mfo.url, LOGIN, PASSWORD, tmp_path / "wsdl.sqlite"
        ).application_states([])
    assert len(fetched) == 1


def test_a_big_answer_is_streamed_in_little_memory(mfo, exchange, profile, caplog):
    import tracemalloc

    caplog.set_level(logging.WARNING)
    mfo.control("seed", contracts=300)
    exchange.profile = replace(profile, page_size=1000)
    tracemalloc.start()
    with exchange.contracts() as stream:
        count = sum(1 for row in stream if row.principal)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 300 and peak < 30_000_000
