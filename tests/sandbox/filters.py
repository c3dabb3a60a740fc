"""How templates show money, moments and messages."""

import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")


def money(amount) -> str:
    """Roubles as people write them: 12 500 ₽, 12 500,50 ₽ (a decimal string, Decimal or int)."""
    amount = Decimal(str(amount))
    text = f"{amount:,.2f}" if amount % 1 else f"{amount:,.0f}"
    return text.replace(",", "\u00a0").replace(".", ",") + "\u00a0₽"


def moment(iso: str | None) -> str:
    """An ISO 8601 time with offset in Moscow time: 24.11.2026 14:05:10."""
    if not iso:
        return ""
    return datetime.fromisoformat(iso).astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S")


def minute(iso: str | None) -> str:
    """A moment for people: 24.11.2026 14:05, Moscow time."""
    return moment(iso)[:16]


def day(iso: str | None) -> str:
    """An ISO 8601 date: 24.11.2026."""
    return datetime.fromisoformat(iso[:10]).strftime("%d.%m.%Y") if iso else ""


def pretty(text: str) -> str:
    """JSON with indents; any other text as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (TypeError, ValueError):
        return text or ""


def counted(number: int, one: str, few: str, many: str) -> str:
    """A number with its Russian noun: 1 ночь, 3 ночи, 21 ночь, 12 ночей."""
    if number % 10 == 1 and number % 100 != 11:
        noun = one
    elif number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        noun = few
    else:
        noun = many
    return f"{number}\u00a0{noun}"


FILTERS = {
    "money": money,
    "moment": moment,
    "minute": minute,
    "day": day,
    "pretty": pretty,
    "counted": counted,
}
