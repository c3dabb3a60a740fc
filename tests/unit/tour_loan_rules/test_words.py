from tests.unit.rooms import room

counted = room("tour_loan", "rules").words.counted


def test_russian_counts():
    said = {
        number: counted(number, "ночь", "ночи", "ночей")
        for number in (1, 2, 5, 11, 12, 21, 22, 111)
    }
    assert said == {
        1: "1 ночь", 2: "2 ночи", 5: "5 ночей", 11: "11 ночей",
        12: "12 ночей", 21: "21 ночь", 22: "22 ночи", 111: "111 ночей",
    }  # fmt: skip
