"""Details of a Russian company and its bank account: their shapes and check digits.

ОГРН: приказ Минфина 30.10.2017 № 165н; КПП: приказ ФНС 29.06.2012 ММВ-7-6/435@; БИК: положение
Банка России 24.09.2020 № 732-П; key of an account: порядок Банка России 08.09.1997 № 515.
"""

import re

from stdnum.ru import inn as inn_number

_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_OGRN = re.compile(r"[1259][0-9]{12}|3[0-9]{14}")
_BIC = re.compile(r"0[0-9]{8}")
_ACCOUNT = re.compile(r"[0-9]{20}")
_KEY_WEIGHTS = (7, 1, 3)
# Accounts kept by the Bank of Russia itself.
_CENTRAL_BANK = ("000", "001", "002")


def is_inn(text: str) -> bool:
    """Return whether ``text`` is the ИНН of a company (10 digits) or a sole trader (12)."""
    return len(text) in (10, 12) and text.isascii() and inn_number.is_valid(text)


def is_kpp(text: str) -> bool:
    return bool(_KPP.fullmatch(text))


def is_ogrn(text: str) -> bool:
    """Return whether ``text`` is an ОГРН (13 digits) or ОГРНИП (15) with a right check digit."""
    if not _OGRN.fullmatch(text):
        return False
    return int(text[:-1]) % (len(text) - 2) % 10 == int(text[-1])


def is_bic(text: str) -> bool:
    return bool(_BIC.fullmatch(text))


def is_account(account: str, bic: str) -> bool:
    """Return whether a client's ``account`` can be one in the bank with this БИК."""
    bank = f"0{bic[4:6]}" if bic[6:] in _CENTRAL_BANK else bic[6:]
    return bool(_ACCOUNT.fullmatch(account)) and is_bic(bic) and _key_is_right(bank + account)


def is_correspondent_account(account: str, bic: str) -> bool:
    """Return whether ``account`` can be the bank's own one at the Bank of Russia."""
    return (
        bool(_ACCOUNT.fullmatch(account))
        and is_bic(bic)
        and account.startswith("301")
        and account[-3:] == bic[6:]
        and _key_is_right(f"0{bic[4:6]}{account}")
    )


def _key_is_right(digits: str) -> bool:
    weighed = (int(digit) * _KEY_WEIGHTS[place % 3] for place, digit in enumerate(digits))
    return sum(value % 10 for value in weighed) % 10 == 0
