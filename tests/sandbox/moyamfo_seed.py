"""Many issued contracts at once, for benchmarks of reading them."""

import json

from .journal import now

BODY = {
    "Клиент": {"Фамилия": "Образцов", "Имя": "Пример", "Паспорт": {}},
    "Тур": {"Страна": "TR", "Стоимость": "150000.00", "Аванс": "30000.00"},
    "Турагентство": {"Код": "seed"},
}


def contracts(books, count: int):
    """Add ``count`` issued contracts of 120 000 roubles for 12 months."""
    today = books.today()
    clients = [
        {
            **BODY["Клиент"],
            "Телефон": f"7(900)000-{number // 100 % 100:02}-{number % 100:02}",
            "ДатаРождения": "19800101000000",
        }
        for number in range(count)
    ]
    bodies = [json.dumps(BODY | {"Клиент": one}, ensure_ascii=False) for one in clients]
    payout = {"amount": "120000.00", "paid_on": today.isoformat(), "payment_order": "1"}
    with books.app.transaction() as db:
        start = db.execute("SELECT coalesce(max(id), 0) FROM application").fetchone()[0]
        db.executemany(
            "INSERT INTO application (uid, number, status, body, amount, months, rate,"
            " offer_amount, offer_months, offer_until, contract_number, signature, commitment,"
            " payout, received_at, changed_at)"
            " VALUES (?, ?, 'Займ выдан', ?, '120000.00', 12, '29.9', '120000.00', 12, ?,"
            " ?, ?, '{}', ?, ?, ?)",
            [
                (
                    f"seed-{start + n}", f"ЗК-{start + n:08d}", bodies[n - 1], now(),
                    f"ТК{today:%y}-{start + n:06d}",
                    json.dumps({"ДатаПодписания": f"{today:%Y%m%d}000000"}),
                    json.dumps(payout), now(), now(),
                )
                for n in range(1, count + 1)
            ],
        )  # fmt: skip
