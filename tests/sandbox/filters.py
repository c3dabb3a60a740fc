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


def day(iso: str | None) -> str:
    """An ISO 8601 date: 24.11.2026."""
    return datetime.fromisoformat(iso[:10]).strftime("%d.%m.%Y") if iso else ""


def pretty(text: str) -> str:
    """JSON with indents; any other text as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (TypeError, ValueError):
        return text or ""


FILTERS = {"money": money, "moment": moment, "day": day, "pretty": pretty}
