"""A payer's name in one line, as people write it, into the two fields PayU wants.

Russian names come in two orders, «Иванова Мария Петровна» in papers and «Мария Петровна
Иванова» in letters; the patronymic between or behind tells which. Without one, a surname is
known by its ending.
"""

#: Endings of patronymics; those of the Turkic kind are a word of their own.
_PATRONYMIC = ("вич", "вна", "чна", "шна", "ьич", "мич", "кич")
_PATRONYMIC_WORDS = frozenset({"оглы", "оглу", "кызы", "гызы", "кизи", "улы", "уулу"})
#: Endings that surnames have and first names have not.
_SURNAME = (
    *("ов", "ев", "ёв", "ин", "ын", "ова", "ева", "ёва", "ина", "ына"),
    *("ский", "цкий", "ской", "цкой", "ская", "цкая", "енко", "чук", "швили", "дзе", "ых", "их"),
)
#: First names: those with the ending of a surname, and the commonest of the others.
_FIRST = frozenset(
    """
    александр александра алексей алла анастасия анатолий андрей анна антон артём артем борис вадим
    валерий валерия варвара василий вера вероника виктор виктория виталий владимир владислав
    вячеслав галя геннадий георгий глеб григорий даниил данила дарья денис диана дмитрий евгений
    евгения егор елена елизавета жанна иван игорь илья инна иосиф кирилл ксения лариса леонид лидия
    любовь людмила майя максим маргарита мария матвей михаил надежда наталья наталия никита николай
    оксана олег олеся ольга павел пётр петр роман руслан светлана семён семен сергей софия софья
    станислав степан татьяна тимур ульяна фёдор федор юлия юрий ярослав
    август авдотья агафья акулина алевтина алина альбина ангелина анжелина антонина арина
    валентин валентина вениамин галина дина домна евелина ева екатерина зарина зинаида ирина
    карина каролина катарина константин кристина лев лина марина мартин марьина мальвина
    магдалина нина полина регина рустин сабина самсон северин северина устин устина фаина
    харитина эвелина эльвина яков ян янина юстин юстина
    """.split()
)


def split(full_name: str) -> tuple[str, str]:
    """Return (first name, last name); a single word is both."""
    words = full_name.split()
    if len(words) < 2:
        return (words[0], words[0]) if words else ("", "")
    first, last = _with_patronymic(words) or _by_ending(words)
    return " ".join(first), " ".join(last)


def _with_patronymic(words: list[str]) -> tuple[list[str], list[str]] | None:
    """Split by the patronymic; ``None`` if there is none."""
    if len(words) < 3:
        return None
    for index, word in enumerate(words[1:], 1):
        lower = word.lower()
        is_word = lower in _PATRONYMIC_WORDS and index > 1
        if not is_word and not lower.endswith(_PATRONYMIC):
            continue
        before = words[: index - 1 if is_word else index]  # «Расим оглы» is the patronymic
        after = words[index + 1 :]
        if after:
            return before, after
        return (before[-1:], before[:-1]) if len(before) > 1 else None
    return None


def _by_ending(words: list[str]) -> tuple[list[str], list[str]]:
    """Split a name without a patronymic: the last word is the surname, unless the first is."""
    if len(words) == 2:
        one, other = (word.lower() for word in words)
        is_turned = other in _FIRST or (_is_surname(one) and not _is_surname(other))
        if is_turned and one not in _FIRST:
            return words[1:], words[:1]
    return words[:-1], words[-1:]


def _is_surname(lower: str) -> bool:
    return len(lower) > 3 and lower not in _FIRST and lower.endswith(_SURNAME)
