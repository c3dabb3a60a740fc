"""One order told through all examples of the OpenRPC document, in wire form."""

from typing import Any


def _rub(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "RUB"}


CREATE = {
    "order": {
        "number": "SLON-2026-0715",
        "price": _rub("145000.00"),
        "advance": {
            "amount": _rub("14500.00"),
            "paid_at": "2026-06-01T12:30:00+03:00",
            "receipt_number": "000118",
        },
        "held_until": "2026-06-04T18:00:00+03:00",
        "items": [
            {
                "name": "Тур в Анталью, 7 ночей",
                "kind": "tour",
                "price": _rub("139000.00"),
            },
            {"name": "Страховка", "kind": "insurance", "price": _rub("6000.00")},
        ],
    },
    "tour": {
        "operator": {"name": "Anex Tour", "registry_number": "РТО 018486"},
        "country": "TR",
        "resort": "Анталья",
        "hotel": {"name": "Sea Breeze", "stars": 5, "room": "Standard", "meal": "AI"},
        "departure_city": "Москва",
        "starts_on": "2026-07-15",
        "nights": 7,
        "flights": [
            {
                "number": "SU2142",
                "from": "SVO",
                "to": "AYT",
                "departs_at": "2026-07-15T06:40:00+03:00",
                "arrives_at": "2026-07-15T11:10:00+03:00",
            }
        ],
        "tourists": [
            {"last_name": "PETROVA", "first_name": "ANNA", "is_borrower": True},
            {"last_name": "PETROV", "first_name": "ILIA", "birth_date": "2015-03-09"},
        ],
    },
    "customer": {
        "phone": "+79161234567",
        "email": "anna@example.com",
        "last_name": "Петрова",
        "first_name": "Анна",
        "middle_name": "Сергеевна",
        "birth_date": "1988-11-30",
        "passport": {
            "series": "4510",
            "number": "583214",
            "issued_on": "2009-02-17",
            "division_code": "770-001",
            "issued_by": "ОВД «Хамовники» г. Москвы",
        },
        "registration_address": "119021, г. Москва, ул. Льва Толстого, д. 2, кв. 14",
        "consent": {
            "given_at": "2026-06-01T12:20:00+03:00",
            "ip": "203.0.113.7",
            "text_version": "2026-03",
        },
    },
    "terms": {"months": 6},
    "urls": {
        "success": "https://slon.example/orders/0715/loan-ready",
        "failure": "https://slon.example/orders/0715/pay-otherwise",
        "back": "https://slon.example/orders/0715",
    },
    "locale": "ru",
    "extra": {"manager": "Ольга"},
}

PREVIEW = {
    "months": 6,
    "monthly_payment": _rub("24089.97"),
    "psk": "36.000",
    "overpayment": _rub("14039.82"),
}

APPLICATION: dict[str, Any] = {
    "application_id": "0b8f5c1e-7c1d-4a52-9d0e-3f6f2f5d9a10",
    "order_number": "SLON-2026-0715",
    "status": "new",
    "redirect_url": (
        "https://cabinet.example/tour_loan/start/0b8f5c1e-7c1d-4a52-9d0e-3f6f2f5d9a10/"
        "1.4tQm0vJc9yX2Vh8kPq3sLw7Z"
    ),
    "expires_at": "2026-06-02T09:31:00Z",
    "held_until": "2026-06-04T15:00:00Z",
    "hold_needed_until": "2026-06-01T14:31:00Z",
    "amount": _rub("130500.00"),
    "advance": _rub("14500.00"),
    "customer": {"phone": "+7916***4567", "last_name": "П***", "first_name": "Анна"},
    "preview": PREVIEW,
    "offer": None,
    "payout": None,
    "cooling_off": None,
    "commit_until": None,
    "needs": [],
    "decline_code": None,
    "loan_number": None,
    "requests": [],
    "sequence": 0,
    "updated_at": "2026-06-01T09:31:00Z",
    "test": False,
    "extra": {"manager": "Ольга"},
}

QUOTE = {"amount": _rub("130500.00"), "previews": [PREVIEW]}

CALLBACK = {
    "type": "application.approved",
    "timestamp": "2026-06-01T10:02:11Z",
    "data": {
        **APPLICATION,
        "status": "approved",
        "redirect_url": None,
        "expires_at": None,
        "offer": {
            "amount": _rub("60000.00"),
            "shortfall": _rub("70500.00"),
            "months": 2,
            "monthly_payment": _rub("31356.65"),
            "rate": "36.000",
            "psk": "35.897",
            "psk_amount": _rub("2705.40"),
            "valid_until": "2026-06-06T10:02:00Z",
            "schedule": [
                {
                    "due_on": "2026-07-01",
                    "amount": _rub("31356.65"),
                    "principal": _rub("29581.31"),
                    "interest": _rub("1775.34"),
                    "rest": _rub("30418.69"),
                },
                {
                    "due_on": "2026-08-01",
                    "amount": _rub("31348.75"),
                    "principal": _rub("30418.69"),
                    "interest": _rub("930.06"),
                    "rest": _rub("0.00"),
                },
            ],
        },
        "sequence": 4,
        "updated_at": "2026-06-01T10:02:11Z",
    },
}

ACTUALIZE = {
    "jsonrpc": "2.0",
    "id": "msg_2x7Kq",
    "method": "order.actualize",
    "params": {"order_number": "SLON-2026-0715", "amount": _rub("145000.00")},
}

ACTUALIZED = {
    "jsonrpc": "2.0",
    "id": "msg_2x7Kq",
    "result": {
        "available": True,
        "price": _rub("147200.00"),
        "valid_until": "2026-06-02T18:00:00Z",
    },
}
