"""Russian words after a number."""


def counted(number: int, one: str, few: str, many: str) -> str:
    """Return «1 ночь», «2 ночи», «5 ночей», «11 ночей», «21 ночь»."""
    if number % 10 == 1 and number % 100 != 11:
        word = one
    elif number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        word = few
    else:
        word = many
    return f"{number} {word}"
