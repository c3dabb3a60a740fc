import pytest

from scripts.places import ADDONS
from tests.unit.rooms import room

passwords = room("tour_loan", "rules").passwords
RULES = ADDONS / "tour_loan" / "rules"
ABOUT = ("operator7", "Ольга Операторова", "olga@veter.example", "МКК «Попутный ветер»")


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password123!",
        "P@ssw0rd2026",
        "qwerty12345",
        "йцукен2026",
        "12345678901",
        "qazwsxedc",
        "1q2w3e4r5t",
        "abcdefghij",
        "aaaaaaaaaaaa",
        "121212121212",
        "operator7",
        "Operator7!!",
        "операторова1985",
        "ОльгаОператорова",
        "попутный2026",
        "adminadmin",
        "admin-operator",
        "Manager2026",
        # rows of keys, there and back
        *(
            "poiuytrewq",
            "asdfghjkl;",
            "asdfghj",
            "hjkl4hjkl",
            "lkjhgfdsa",
            "mnbvcxz123",
            "ъхзщшгнекуцй",
            "ждлорпавыф",
        ),
        *("юбьтимсчя", "абвгдежзий", "0p9o8i7u6y", "5tgb4rfv3edc", "9876543210"),
    ],
)
def test_what_is_tried_first_is_refused(password):
    assert passwords.is_guessable(password, *ABOUT)


def test_the_commonest_three_thousand_of_eight_letters_are_refused():
    lines = (RULES / "common_passwords.txt").read_text().splitlines()
    commonest = [line for line in lines if not line.startswith("#")]
    assert len(commonest) >= 3000 and all(len(word) >= 8 for word in commonest)
    assert all(passwords.is_guessable(word) for word in commonest[:3000:7])
    assert passwords.is_guessable(commonest[-1].upper())
    assert (RULES / "common_passwords_licence.txt").exists()


@pytest.mark.parametrize(
    "password",
    [
        "лодка гвоздь апрель сито",
        "correct horse battery staple",
        "h7#Kd02mQz!x",
        "Семь-чайников-в-лесу",
        "password of three rivers",  # one common word among others
    ],
)
def test_words_that_have_nothing_to_do_with_the_person_are_taken(password):
    assert not passwords.is_guessable(password, *ABOUT)
