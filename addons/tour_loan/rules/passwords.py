"""Which passwords of staff are refused beside short ones.

No rule about kinds of letters and no end after so many days: both make people write
passwords down and number them (NIST SP 800-63B 3.1.1.2; OWASP ASVS 5, 6.2.5 and 6.2.10).
What is refused is what is tried first: the person's own name, the lender's, rows of keys,
one thing repeated, the words of the lists attackers begin with, and the commonest passwords
themselves (``common_passwords.txt``).
"""

import re
from functools import cache
from pathlib import Path

# Beginnings of what lists of leaked passwords begin with; digits around them add nothing.
COMMON = frozenset(
    "admin administrator password passw passwd parol qwerty qazwsx zaqwsx letmein welcome "
    "iloveyou monkey dragon football baseball master superman batman trustno sunshine "
    "princess shadow michael jordan login user guest test demo manager operator root toor "
    "secret changeme default access hello freedom whatever marina natasha lubov lyubov "
    "samsung google yandex odoo пароль админ любовь привет наташа марина йцукен "
    "секрет оператор менеджер".split()
)
ROWS = (
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgb",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
)
LOOKS = str.maketrans("@$013457!", "asoieasti")  # what stands for which letter
ENDS = re.compile(r"^[\d\W_]+|[\d\W_]+$")
WORDS = re.compile(r"\w{4,}")


def is_guessable(password: str, *about: str) -> bool:
    """Return whether ``password`` is among what is tried first.

    :param about: what is known of the person: login, name, mail, the lender's name
    """
    plain = password.casefold()
    if plain in _commonest():
        return True
    own = {word for text in about for word in WORDS.findall((text or "").casefold())}
    for said in (plain, plain.translate(LOOKS)):
        core = ENDS.sub("", said)
        if core in COMMON or any(core == word for word in own):
            return True
        rest = said
        for word in sorted(own | COMMON, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(ENDS.sub("", rest)) < 3 and rest != said:
            return True  # nothing but such words, digits and signs
    return _is_row(plain) or len(set(plain)) < 5


@cache
def _commonest() -> frozenset[str]:
    """Return the passwords of the list, in small letters; read when first asked for."""
    lines = Path(__file__).with_name("common_passwords.txt").read_text().splitlines()
    return frozenset(line.casefold() for line in lines if not line.startswith("#"))


def _is_row(text: str) -> bool:
    """Return whether three quarters of the text follow rows of keys or of the alphabet."""
    pairs = list(zip(text, text[1:], strict=False))
    steps = {pair for row in ROWS for pair in zip(row, row[1:], strict=False)}
    steps |= {(second, first) for first, second in steps}
    along = sum(pair in steps or pair[0] == pair[1] for pair in pairs)
    return bool(pairs) and along * 4 >= len(pairs) * 3
