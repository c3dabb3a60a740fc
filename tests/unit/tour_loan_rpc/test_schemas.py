"""What the schemas accept, refuse and normalise."""

import copy
import json

import pytest
from pydantic import ValidationError

from .agency import Agency, accepted, call, create_params, problems, refused, rpc

create = "application.create"


def nodes(value, path=()):
    """Yield (path, value) of every place in a JSON value."""
    yield path, value
    members = []
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for key, member in members:
        yield from nodes(member, (*path, key))


def place(params, path):
    for key in path:
        params = params[key]
    return params


EXAMPLE = create_params(customer__passport={"series": "4506", "number": "123456"})
OBJECTS = [
    path for path, value in nodes(EXAMPLE) if isinstance(value, dict) and path[:1] != ("extra",)
]
PLACES = [path for path, _value in nodes(EXAMPLE) if path]


@pytest.mark.parametrize("path", OBJECTS, ids=rpc.problems.path_text)
def test_unknown_field_is_refused_with_its_path_wherever_it_is(path):
    params = copy.deepcopy(EXAMPLE)
    place(params, path)["hotell"] = 1
    expected = rpc.problems.path_text((*path, "hotell"))
    assert problems(call(create, params)) == {(expected, "unknown_field")}


@pytest.mark.parametrize("path", PLACES, ids=rpc.problems.path_text)
@pytest.mark.parametrize("wrong", [[[]], 1.5, "\x00"], ids=["array", "float", "NUL"])
def test_value_of_another_type_is_refused_with_its_path_wherever_it_is(path, wrong):
    params = copy.deepcopy(EXAMPLE)
    place(params, path[:-1])[path[-1]] = wrong
    answer = call(create, params)
    assert answer["error"]["code"] == -32602
    assert all(found.startswith(rpc.problems.path_text(path)) for found, _code in problems(answer))


REQUIRED = [
    "order",
    "order__number",
    "order__price",
    "order__price__amount",
    "order__price__currency",
    "order__advance",
    "order__advance__amount",
    "order__advance__paid_at",
    "order__held_until",
    "order__items__0__kind",
    "tour",
    "tour__country",
    "tour__starts_on",
    "tour__nights",
    "tour__tourists",
    "tour__tourists__0__last_name",
    "tour__flights__0__from",
    "customer",
    "customer__phone",
    "customer__consent__ip",
    "urls",
    "urls__success",
    "urls__failure",
]


@pytest.mark.parametrize("path", REQUIRED)
def test_required_field_is_required(path):
    keys = tuple(int(key) if key.isdigit() else key for key in path.split("__"))
    assert refused(**{path: ...}) == {(rpc.problems.path_text(keys), "required")}


def test_order_tour_customer_and_urls_are_enough():
    params = create_params()
    minimal = {
        "order": {
            key: params["order"][key] for key in ("number", "price", "advance", "held_until")
        },
        "tour": {
            "country": "TR",
            "starts_on": "2026-07-15",
            "nights": 7,
            "tourists": [{"last_name": "PETROVA", "first_name": "ANNA"}],
        },
        "customer": {"phone": "+79161234567"},
        "urls": {"success": "https://a.example/", "failure": "https://a.example/"},
    }
    assert "result" in call(create, minimal)


def test_null_is_the_same_as_absent():
    content = rpc.content.content
    assert content(accepted(terms=None)) == content(accepted(terms=...))


def test_all_problems_are_told_at_once():
    assert refused(order__price=..., tour__nights="7", customer__phone="1", urls__back="x") == {
        ("order.price", "required"),
        ("tour.nights", "wrong_type"),
        ("customer.phone", "phone"),
        ("urls.back", "url"),
    }


def test_what_was_sent_is_never_quoted():
    answer = call(create, create_params(customer__last_name=["Иванова"], urls__back="Иванова"))
    assert "Иванова" not in json.dumps(answer, ensure_ascii=False)


def test_body_of_nonsense_gets_a_bounded_answer():
    params = {"a" * 1000 + str(index): 1 for index in range(1000)}
    answer = call(create, params)
    errors = answer["error"]["data"]["errors"]
    assert len(errors) == 100
    assert all(len(error["path"]) <= 200 for error in errors)


class TestCustomer:
    def test_phone_and_email_need_no_consent(self):
        accepted(customer={"phone": "+79161234567", "email": "a@b.example"})

    @pytest.mark.parametrize(
        "more",
        [
            {"last_name": "Петрова"},
            {"birth_date": "1988-11-30"},
            {"passport": {"series": "4506"}},
            {"registration_address": "Москва"},
        ],
        ids=lambda more: next(iter(more)),
    )
    def test_anything_more_needs_the_customers_consent(self, more):
        customer = {"phone": "+79161234567", **more}
        assert refused(customer=customer) == {("customer.consent", "consent_required")}

    def test_passport_is_normalised(self):
        passport = accepted(
            customer__passport={"series": "45 06", "number": "123456", "division_code": "770001"}
        ).customer.passport
        assert passport.series == "4506"
        assert passport.division_code == "770-001"

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("series", "450", "passport_series"),
            ("number", "12345a", "passport_number"),
            ("division_code", "77-001", "division_code"),
            ("division_code", "٧٧٠-٠٠١", "division_code"),
        ],
    )
    def test_broken_passport_is_refused(self, field, value, code):
        found = refused(customer__passport={field: value})
        assert found == {(f"customer.passport.{field}", code)}

    @pytest.mark.parametrize("ip", ["203.0.113.7", "2001:db8::7"])
    def test_consent_ip(self, ip):
        assert accepted(customer__consent__ip=ip).customer.consent.ip == ip

    @pytest.mark.parametrize("ip", ["203.0.113.256", "slon.example", "0x7f.1", 5])
    def test_consent_ip_must_be_one(self, ip):
        [(path, _code)] = refused(customer__consent__ip=ip)
        assert path == "customer.consent.ip"

    @pytest.mark.parametrize("email", ["a", "a@b", "a b@c.example", "a@b.example\n.x", "@b.c"])
    def test_broken_email_is_refused(self, email):
        assert refused(customer__email=email) == {("customer.email", "email")}


class TestOrderAndTour:
    @pytest.mark.parametrize("advance", ["145000.00", "145000.01"])
    def test_advance_must_leave_something_to_lend(self, advance):
        assert refused(order__advance__amount__amount=advance) == {
            ("order.advance.amount.amount", "advance_not_below_price")
        }

    def test_tour_may_not_start_before_the_hold_ends(self):
        assert refused(order__held_until="2026-07-16T12:00:00+03:00") == {
            ("tour.starts_on", "departure_before_hold_end")
        }

    def test_arrival_may_not_precede_departure(self):
        found = refused(tour__flights__0__arrives_at="2026-07-15T06:00:00+03:00")
        assert found == {("tour.flights[0].arrives_at", "arrival_before_departure")}

    def test_tourists_are_written_in_latin_letters(self):
        found = refused(tour__tourists__1__last_name="ПЕТРОВ")
        assert found == {("tour.tourists[1].last_name", "latin")}
        accepted(tour__tourists__1__last_name="O'NEIL-SMITH")

    def test_only_one_tourist_is_the_borrower(self):
        found = refused(tour__tourists__1__is_borrower=True)
        assert found == {("tour.tourists", "several_borrowers")}

    def test_there_is_at_least_one_tourist(self):
        assert refused(tour__tourists=[]) == {("tour.tourists", "too_short")}

    @pytest.mark.parametrize("nights", [0, -1, 366, "7", 7.0, True])
    def test_nights(self, nights):
        [(path, _code)] = refused(tour__nights=nights)
        assert path == "tour.nights"

    @pytest.mark.parametrize("country", ["tr", "TUR", "Турция", ""])
    def test_country_is_two_capital_letters(self, country):
        assert refused(tour__country=country) == {("tour.country", "wrong_format")}

    @pytest.mark.parametrize(
        ("number", "code"),
        [("", "too_short"), ("  ", "too_short"), ("x" * 65, "too_long"), ("a\nb", "wrong_format")],
    )
    def test_order_number(self, number, code):
        assert refused(order__number=number) == {("order.number", code)}

    def test_flight_keeps_its_from(self):
        flight = accepted().tour.flights[0]
        assert flight.from_ == "SVO"
        assert flight.model_dump()["from"] == "SVO"


class TestExtra:
    def test_anything_up_to_twenty_keys(self):
        extra = {f"key {index}": "x" * 500 for index in range(20)}
        assert accepted(extra=extra).extra == extra

    @pytest.mark.parametrize(
        ("extra", "path"),
        [
            ({str(index): "" for index in range(21)}, "extra"),
            ({"a": "x" * 501}, "extra.a"),
            ({"a": 1}, "extra.a"),
            ({"a": None}, "extra.a"),
            ({"a": {"b": "c"}}, "extra.a"),
            ({"a": "\x00"}, "extra.a"),
        ],
    )
    def test_nothing_beyond(self, extra, path):
        [(found, _code)] = refused(extra=extra)
        assert found == path


class TestOtherMethods:
    @pytest.mark.parametrize(
        "name",
        ["application.get", "application.commit", "application.cancel", "application.change"],
    )
    def test_application_is_named_in_exactly_one_way(self, name):
        rest = {
            "application.commit": {"booking_number": "1"},
            "application.cancel": {"reason": "x"},
            "application.change": {"order": {"held_until": "2026-06-05T00:00:00Z"}},
        }.get(name, {})
        by_id = {"application_id": "0B8F5C1E-7C1D-4A52-9D0E-3F6F2F5D9A10"}
        by_order = {"order_number": "1"}
        assert "result" in call(name, {**rest, **by_id})
        assert "result" in call(name, {**rest, **by_order})
        assert problems(call(name, {**rest, **by_id, **by_order})) == {("", "one_of")}
        assert problems(call(name, rest)) == {("", "one_of")}

    @pytest.mark.parametrize("limit", [0, 501, "10", 1.0])
    def test_list_limit(self, limit):
        [(path, _code)] = problems(call("application.list", {"limit": limit}))
        assert path == "limit"

    @pytest.mark.parametrize("order", [{}, {"order": {}}, {"order": {"price": None}}])
    def test_empty_change_is_refused(self, order):
        answer = call("application.change", {"order_number": "1", **order})
        assert problems(answer) == {("", "nothing_to_change")}

    def test_order_number_itself_cannot_change(self):
        answer = call("application.change", {"order_number": "1", "order": {"number": "2"}})
        assert problems(answer) == {("order.number", "unknown_field")}

    def test_quote_needs_an_advance_below_the_price(self):
        money = {"amount": "100.00", "currency": "RUB"}
        answer = call("calculator.quote", {"price": money, "advance": money})
        assert problems(answer) == {("advance.amount", "advance_not_below_price")}


class TestMasking:
    def test_customer_is_masked_whatever_the_hook_gives(self):
        customer = {"phone": "+79161234567", "last_name": "Петрова", "first_name": "Анна"}
        agency = Agency(
            application_create=lambda params: {
                **rpc.examples.APPLICATION,
                "customer": customer,
            }
        )
        answer = call(create, create_params(), agency)
        assert answer["result"]["customer"] == {
            "phone": "+7916***4567",
            "last_name": "П***",
            "first_name": "Анна",
        }


class TestContent:
    def test_another_spelling_is_the_same_content(self):
        first = rpc.content.content(accepted())
        second = rpc.content.content(
            accepted(
                locale="en",
                test=False,
                customer__phone="8 916 123-45-67",
                order__price__amount="145000",
                order__held_until="2026-06-04T15:00:00Z",
            )
        )
        assert first == second
        assert rpc.content.differing_paths(first, second) == []
        json.dumps(first)

    def test_differences_are_named(self):
        first = rpc.content.content(accepted())
        second = rpc.content.content(
            accepted(
                order__price__amount="150000.00",
                tour__tourists__1__first_name="IVAN",
                terms=...,
                tour__flights=[],
            )
        )
        assert rpc.content.differing_paths(first, second) == [
            "order.price.amount",
            "terms",
            "tour.flights",
            "tour.tourists[1].first_name",
        ]


def test_what_an_agency_sent_stands_in_no_traceback():
    params = create_params(
        customer__email="secret mail", tour__country=["secret country"], more="!"
    )
    with pytest.raises(ValidationError) as caught:
        rpc.registry.METHODS[create].params.model_validate(params)
    assert caught.value.error_count() >= 3
    assert "secret" not in str(caught.value)
    assert "!" not in str(caught.value)
