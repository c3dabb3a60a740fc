import hashlib

import pytest

from tests.unit.rooms import room

leaked = room("tour_loan", "rules").leaked


def hashed(words) -> list[str]:
    return sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)


@pytest.fixture
def book(tmp_path):
    """Return a function that writes a file of leaked passwords as the world has them."""

    def written(words, end="\r\n", counts=True, last=True):
        lines = [f"{one}:{number}" if counts else one for number, one in enumerate(hashed(words))]
        file = tmp_path / "pwned.txt"
        file.write_bytes((end.join(lines) + (end if last else "")).encode())
        return file

    return written


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_every_password_of_the_file_is_found_and_no_other(book, count, end, last):
    words = [f"word {number}" for number in range(count)]
    file = book(words, end, last=last)
    assert leaked.is_such_a_file(file)
    assert all(leaked.is_leaked(word, file) for word in words)
    assert not any(leaked.is_leaked(f"other {number}", file) for number in range(300))


def test_lines_of_different_lengths_and_without_counts_are_found(book):
    assert leaked.is_leaked("пароль", book(["пароль", "secret"], counts=False))


def test_an_empty_file_holds_nothing(tmp_path):
    file = tmp_path / "empty"
    file.touch()
    assert not leaked.is_leaked("x", file)
    assert not leaked.is_such_a_file(file)


@pytest.mark.parametrize("text", ["password\n12345678\n", "F" * 40 + "\n" + "0" * 40 + "\n"])
def test_words_or_hashes_in_another_order_are_no_such_file(tmp_path, text):
    file = tmp_path / "words.txt"
    file.write_text(text)
    assert not leaked.is_such_a_file(file)


def test_a_file_that_is_gone_is_no_answer(tmp_path):
    with pytest.raises(OSError):
        leaked.is_leaked("x", tmp_path / "none")
