"""Every text an agency's programmer may see, by stable code, in Russian and English.

Codes are the contract; texts may be improved at any time.
"""

from collections.abc import Mapping
from typing import Any

LOCALES = ("ru", "en")

# For whole answers; the names of errors.py. The first five are in English JSON-RPC's own words.
ERRORS = {
    "parse_error": ("Тело запроса не JSON", "Parse error"),
    "invalid_request": ("Это не один запрос JSON-RPC 2.0", "Invalid Request"),
    "method_not_found": ("Такого метода нет", "Method not found"),
    "invalid_params": ("Неверные параметры", "Invalid params"),
    "internal_error": ("Внутренняя ошибка кабинета", "Internal error"),
    "not_found": ("Заявка не найдена", "Application not found"),
    "order_conflict": (
        "Заявка по этому заказу уже есть, но с другими данными",
        "This order already has an application with other content",
    ),
    "wrong_state": (
        "Состояние заявки этого не допускает",
        "The application's status does not allow this",
    ),
    "cooling_off": (
        "Период охлаждения ещё не закончился",
        "The cooling-off period is not over yet",
    ),
    "limit": (
        "Заём не укладывается в условия продукта",
        "The loan is outside the product's limits",
    ),
    "agency_rule": (
        "Нарушено условие, заданное для турагентства",
        "Against a rule set for the agency",
    ),
}

# Found by the schemas.
SHAPES = {
    "required": ("Обязательное поле", "Required"),
    "unknown_field": ("Такого поля нет", "No such field"),
    "wrong_type": ("Ожидается {expected}", "Expected {expected}"),
    "wrong_format": ("Неверный формат", "Wrong format"),
    "not_allowed": ("Допустимо: {expected}", "Allowed: {expected}"),
    "too_long": ("Длиннее {limit}", "Longer than {limit}"),
    "too_short": ("Короче {limit}", "Shorter than {limit}"),
    "too_big": ("Больше {limit}", "Greater than {limit}"),
    "too_small": ("Меньше {limit}", "Less than {limit}"),
    "invalid": ("Недопустимое значение", "Invalid value"),
    "by_name": (
        "Параметры передаются по именам, объектом",
        "Parameters are passed by name, as an object",
    ),
    "money": (
        "Сумма: строка вида «145000.00», не больше двух знаков после точки",
        "An amount is a string like “145000.00”, at most two decimal places",
    ),
    "not_positive": ("Сумма должна быть больше нуля", "The amount must be above zero"),
    "date": ("Дата: строка вида «2026-07-15»", "A date is a string like “2026-07-15”"),
    "time": (
        "Время: строка со смещением вида «2026-07-15T12:00:00+03:00»",
        "A time is a string with an offset like “2026-07-15T12:00:00+03:00”",
    ),
    "phone": (
        "Нужен российский мобильный номер вида «+79161234567»",
        "A Russian mobile number like “+79161234567” is needed",
    ),
    "email": ("Неверный адрес почты", "Not an e-mail address"),
    "url": ("Неверный адрес", "Not a web address"),
    "https": (
        "Адрес должен начинаться с https://",
        "The address must start with https://",
    ),
    "ip": ("Неверный IP-адрес", "Not an IP address"),
    "latin": (
        "Имя латиницей, как в загранпаспорте",
        "In Latin letters, as in the passport",
    ),
    "passport_series": ("Четыре цифры", "Four digits"),
    "passport_number": ("Шесть цифр", "Six digits"),
    "division_code": ("Код вида «770-001»", "A code like “770-001”"),
    "uuid": ("Неверный идентификатор заявки", "Not an application id"),
    "one_of": (
        "Нужно ровно одно из полей: {fields}",
        "Exactly one of these is needed: {fields}",
    ),
    "nothing_to_change": ("Нечего менять", "Nothing to change"),
    "advance_not_below_price": (
        "Аванс должен быть меньше цены",
        "The advance must be below the price",
    ),
    "departure_before_hold_end": (
        "Тур начинается раньше, чем кончается бронь",
        "The tour starts before the hold ends",
    ),
    "arrival_before_departure": (
        "Прилёт раньше вылета",
        "Arrival before departure",
    ),
    "several_borrowers": (
        "Заёмщиком отмечен больше чем один турист",
        "More than one tourist is marked as the borrower",
    ),
    "consent_required": (
        "Нужно согласие клиента на передачу его данных",
        "The customer's consent to pass the data on is needed",
    ),
}

# Found by the models, which know the settings and the clock.
RULES = {
    "differs": (
        "Отличается от принятой заявки",
        "Differs from the application on file",
    ),
    "advance_too_small": (
        "Аванс меньше допустимого: нужно не менее {minimum} ₽",
        "The advance is too small: at least {minimum} RUB is needed",
    ),
    "loan_too_small": (
        "Сумма займа меньше допустимой: от {minimum} ₽",
        "The loan is too small: from {minimum} RUB",
    ),
    "loan_too_big": (
        "Сумма займа больше допустимой: до {maximum} ₽",
        "The loan is too big: up to {maximum} RUB",
    ),
    "months_not_offered": (
        "Такой срок не предлагается: {offered}",
        "This term is not offered: {offered}",
    ),
    "items_not_price": (
        "Сумма строк {sum} ₽ не равна цене заказа {price} ₽",
        "The items add up to {sum} RUB, the order's price is {price} RUB",
    ),
    "product_unknown": ("Такого продукта нет", "No such product"),
    "hold_in_the_past": ("Бронь уже истекла", "The hold is already over"),
    "hold_too_short": (
        "Бронь короче, чем нужно: держите тур до {until}",
        "The hold is too short: keep the tour until {until}",
    ),
    "departure_in_the_past": (
        "Дата начала тура прошла",
        "The tour has already started",
    ),
    "in_the_future": ("Время ещё не наступило", "This time is in the future"),
    "country_unknown": ("Такой страны нет", "No such country"),
    "host_not_allowed": (
        "Этого сайта нет в списке сайтов турагентства",
        "This host is not on the agency's list",
    ),
    "refund_too_big": (
        "Возврат больше выплаченного: до {maximum} ₽",
        "The refund exceeds what was paid out: up to {maximum} RUB",
    ),
    "other_body": (
        "Сообщение с таким webhook-id уже приходило с другим содержанием",
        "This webhook-id has already come with another body",
    ),
    "cursor": ("Неверный курсор", "Not a cursor of ours"),
}

# What «Ожидается …» names.
TYPES = {
    "string": ("строка", "a string"),
    "integer": ("целое число", "an integer"),
    "boolean": ("true или false", "true or false"),
    "object": ("объект", "an object"),
    "array": ("массив", "an array"),
}

FIELDS = {**SHAPES, **RULES}
CATALOGUE = {**ERRORS, **FIELDS}


def text(code: str, locale: str, values: Mapping[str, Any] | None = None) -> str:
    """Return the message of ``code`` in ``locale`` with ``values`` put in."""
    column = LOCALES.index(locale)
    filled = {
        key: TYPES[value][column] if key == "expected" and value in TYPES else value
        for key, value in (values or {}).items()
    }
    return CATALOGUE[code][column].format_map(filled)
