"""Money, times, phones and web addresses: one place for each spelling."""

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest

from tests.unit.rooms import room

from .agency import Agency, accepted, call, create_params, problems, refused, rpc

identity = room("tour_loan", "rules").identity

create = "application.create"


class TestMoney:
    @pytest.mark.parametrize(
        "amount",
        [
            145000.00,
            145000,
            "1e5",
            "1E5",
            "-1",
            "-0.00",
            "+1",
            "1.",
            ".5",
            "01.00",
            "1.001",
            "1.000",
            "1,50",
            "1 000",
            " 1",
            "1\n",
            "",
            "NaN",
            "Infinity",
            "0x10",
            "١٢٣",
            "１００",
            "1_000",
            "1000000000000",
            None,
            True,
            [],
            {},
        ],
    )
    def test_anything_but_a_plain_decimal_string_is_refused(self, amount):
        assert refused(order__price__amount=amount) == {("order.price.amount", "money")}

    @pytest.mark.parametrize(
        ("amount", "value"),
        [
            ("145000.00", "145000.00"),
            ("145000", "145000.00"),
            ("145000.5", "145000.50"),
            ("999999999999.99", "999999999999.99"),
        ],
    )
    def test_decimal_string_is_exact(self, amount, value):
        price = accepted(order__price__amount=amount).order.price
        assert isinstance(price.amount, Decimal)
        assert str(price.amount) == value
        assert price.model_dump(mode="json") == {"amount": value, "currency": "RUB"}

    @pytest.mark.parametrize("amount", ["0", "0.00"])
    def test_price_of_nothing_is_refused(self, amount):
        found = refused(order__price__amount=amount)
        assert ("order.price.amount", "not_positive") in found

    @pytest.mark.parametrize("currency", ["USD", "rub", "643", "", None])
    def test_only_roubles(self, currency):
        assert refused(order__price__currency=currency) == {("order.price.currency", "not_allowed")}

    def test_bare_string_or_number_is_no_money(self):
        for price in ("145000.00", 145000, None, []):
            assert refused(order__price=price) == {("order.price", "wrong_type")}

    def test_result_money_may_be_a_decimal(self):
        agency = Agency(
            application_create=lambda params: {
                **rpc.examples.APPLICATION,
                "amount": Decimal("130500.5"),
            }
        )
        answer = call(create, create_params(), agency)
        assert answer["result"]["amount"] == {"amount": "130500.50", "currency": "RUB"}


class TestTimesAndDates:
    @pytest.mark.parametrize(
        "time",
        [
            "2026-06-04",
            "2026-06-04T18:00:00",
            "2026-06-04 18:00:00+03:00",
            "2026-06-04T18:00:00+0300",
            "2026-06-04T18:00:00+25:00",
            "2026-06-04T24:00:00Z",
            "2026-02-30T18:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-W23-4T18:00:00Z",
            1780585200,
            None,
        ],
    )
    def test_time_needs_a_full_form_with_offset(self, time):
        assert refused(order__held_until=time) == {("order.held_until", "time")}

    def test_time_is_kept_in_utc(self):
        held_until = accepted(order__held_until="2026-06-04T18:00:00.5+03:00").order.held_until
        assert held_until == datetime(2026, 6, 4, 15, 0, 0, 500000, tzinfo=UTC)
        assert held_until.utcoffset().total_seconds() == 0

    @pytest.mark.parametrize(
        "day", ["2026-7-15", "20260715", "2026-07-15T00:00:00Z", "2026-13-01", "", 5, None]
    )
    def test_date_needs_its_form(self, day):
        assert refused(tour__starts_on=day) == {("tour.starts_on", "date")}

    def test_naive_datetimes_of_a_model_are_utc(self):
        agency = Agency(
            application_create=lambda params: {
                **rpc.examples.APPLICATION,
                "updated_at": datetime(2026, 6, 1, 9, 31),
                "payout": {
                    "amount": Decimal(1),
                    "paid_on": date(2026, 6, 5),
                    "payment_order": None,
                },
            }
        )
        result = call(create, create_params(), agency)["result"]
        assert result["updated_at"] == "2026-06-01T09:31:00Z"
        assert result["payout"]["paid_on"] == "2026-06-05"


class TestPhone:
    @pytest.mark.parametrize(
        "phone",
        ["+79161234567", "89161234567", "8 (916) 123-45-67", "9161234567", " +7 916 123 45 67 "],
    )
    def test_usual_spellings_become_e164(self, phone):
        assert accepted(customer__phone=phone).customer.phone == "+79161234567"

    @pytest.mark.parametrize(
        "phone",
        [
            "+74951234567",  # Moscow landline
            "+77011234567",  # Kazakhstan
            "+375291234567",  # Belarus
            "+7916123456",
            "+791612345678",
            "+7 916 CALLNOW",
            "+79161234567 ext. 5",
            "tel:+79161234567",
            "",
            79161234567,
            None,
        ],
    )
    def test_anything_but_a_russian_mobile_is_refused(self, phone):
        [(path, code)] = refused(customer__phone=phone)
        assert path == "customer.phone"
        assert code in {"phone", "wrong_type"}


class TestSameRulesAsTheForm:
    """What the API takes the borrower's form takes, and kept alike; what one refuses, both do."""

    @pytest.mark.parametrize(
        "phone",
        ["(916) 123-45-67", "8.916.123.45.67", "+7\u00a0916 123\u201145\u201167", "٨٩١٦١٢٣٤٥٦٧"]
        + ["+7 916 123-45-67 доб. 5", "+7 495 123-45-67", "12345", "+7 701 123 45 67"],
    )
    def test_phones(self, phone):
        is_refused = "error" in call(create, create_params(customer__phone=phone))
        assert is_refused == bool(identity.check_phone(phone))
        if not is_refused:
            kept = accepted(customer__phone=phone).customer.phone
            assert kept == identity.normal_phone(phone) == "+79161234567"

    @pytest.mark.parametrize(
        "address",
        [
            "a..b@mail.ru",
            ".a@mail.ru",
            "ivan@mail.1",
            "ivan@-mail.ru",
            "ivan@mail-.ru",
            "иван@mail.ru",
        ]
        + [
            "ivan@MAIL.ru",
            "o'hara+tour@sub.mail-box.ru",
            "a@" + "b" * 64 + ".ru",
            "a" * 250 + "@b.ru",
        ],
    )
    def test_mail_addresses(self, address):
        is_refused = "error" in call(create, create_params(customer__email=address))
        assert is_refused == bool(identity.check_email(address))
        if not is_refused:
            kept = accepted(customer__email=address).customer.email
            assert kept == identity.normal_email(address)


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "http://slon.example/",
            "http://127.0.0.1/",
            "ftp://slon.example/",
            "javascript:alert(1)",
            "//slon.example/",
            "slon.example",
            "https://",
            "https://user:secret@slon.example/",
            "https://user@slon.example/",
            "https://:secret@slon.example/",
            "https://slon.example\\@evil.example/",
            "https://slon.example/\r\nSet-Cookie: a=b",
            "https://slon .example/",
            " https://slon.example/",
            "https://slon.example/" + "a" * 2000,
            "",
            5,
        ],
    )
    def test_only_https_without_tricks(self, url):
        [(path, code)] = refused(urls__success=url)
        assert path == "urls.success"
        assert code in {"url", "https"}

    def test_host_is_kept_as_a_browser_reads_it(self):
        urls = accepted(urls__success="https://СЛОН.рф/заказ?id=1#a").urls
        host = "слон.рф".encode("idna").decode()
        assert urls.success == f"https://{host}/{quote('заказ')}?id=1#a"

    @pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:8081", "[::1]:8081"])
    def test_sandbox_may_use_http_to_itself(self, host):
        params = create_params(urls__success=f"http://{host}/ok")
        assert problems(call(create, params)) == {("urls.success", "https")}
        assert "result" in call(create, params, allow_loopback=True)

    @pytest.mark.parametrize("host", ["slon.example", "127.0.0.1.slon.example", "10.0.0.1"])
    def test_sandbox_may_not_use_http_to_others(self, host):
        params = create_params(urls__success=f"http://{host}/ok")
        answer = call(create, params, allow_loopback=True)
        assert problems(answer) == {("urls.success", "https")}


class TestUuid:
    @pytest.mark.parametrize(
        "uuid", ["", "1", "0b2f6c9e1d544b0e9d0f2f1d8c3a5b77", "g" * 36, "{%s}" % ("0" * 36), 7]
    )
    def test_what_is_none_is_refused_by_its_path(self, uuid):
        answer = call("application.get", {"application_id": uuid})
        assert problems(answer) <= {
            ("application_id", "uuid"),
            ("application_id", "wrong_type"),
        }
        assert problems(answer)
