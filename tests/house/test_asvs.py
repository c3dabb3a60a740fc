"""docs/asvs.md promises an auditor: what it calls met is shown by a test that exists.

Every requirement of OWASP ASVS 5.0 of levels 1 and 2 is spoken of exactly once. That the
files of the page exist, ``test_docs.py`` sees to.
"""

import re

import pytest

from scripts.places import ROOT
from tests.house.test_docs import CODE

PAGE = ROOT / "docs" / "asvs.md"
VERDICTS = {"met", "partly", "not met"}
NUMBER = re.compile(r"\bV\d+\.(?:\d+\.\d+|\*)")
NAMED = re.compile(r"([\w./]+\.py)::(test_\w+)")
NOT_OURS = "Not ours: "
# Chapter and section: numbers of levels 1 and 2 (release 5.0.0).
LEVEL_2 = """
1.1: 1 2; 1.2: 1 2 3 4 5 6 7 8 9; 1.3: 1 2 3 4 5 6 7 8 9 10 11; 1.4: 1 2 3; 1.5: 1 2;
2.1: 1 2 3; 2.2: 1 2 3; 2.3: 1 2 3 4; 2.4: 1; 3.2: 1 2; 3.3: 1 2 3 4; 3.4: 1 2 3 4 5 6;
3.5: 1 2 3 4 5; 3.7: 1 2; 4.1: 1 2 3; 4.2: 1; 4.3: 1 2; 4.4: 1 2 3 4; 5.1: 1; 5.2: 1 2 3;
5.3: 1 2; 5.4: 1 2 3; 6.1: 1 2 3; 6.2: 1 2 3 4 5 6 7 8 9 10 11 12; 6.3: 1 2 3 4;
6.4: 1 2 3 4; 6.5: 1 2 3 4 5; 6.6: 1 2 3; 6.8: 1 2 3 4; 7.1: 1 2 3; 7.2: 1 2 3 4; 7.3: 1 2;
7.4: 1 2 3 4 5; 7.5: 1 2; 7.6: 1 2; 8.1: 1 2; 8.2: 1 2 3; 8.3: 1; 8.4: 1; 9.1: 1 2 3;
9.2: 1 2 3 4; 10.1: 1 2; 10.2: 1 2; 10.3: 1 2 3 4; 10.4: 1 2 3 4 5 6 7 8 9 10 11;
10.5: 1 2 3 4 5; 10.6: 1 2; 10.7: 1 2 3; 11.1: 1 2; 11.2: 1 2 3; 11.3: 1 2 3; 11.4: 1 2 3 4;
11.5: 1; 11.6: 1; 12.1: 1 2 3; 12.2: 1 2; 12.3: 1 2 3 4; 13.1: 1; 13.2: 1 2 3 4 5; 13.3: 1 2;
13.4: 1 2 3 4 5; 14.1: 1 2; 14.2: 1 2 3 4; 14.3: 1 2 3; 15.1: 1 2 3; 15.2: 1 2 3;
15.3: 1 2 3 4 5 6 7; 16.1: 1; 16.2: 1 2 3 4 5; 16.3: 1 2 3 4; 16.4: 1 2 3; 16.5: 1 2 3;
17.1: 1; 17.2: 1 2 3 4; 17.3: 1 2
"""


def asked() -> list[str]:
    """Return the numbers of all requirements of levels 1 and 2."""
    sections = (section.split(":") for section in LEVEL_2.split(";"))
    return [f"V{name.strip()}.{number}" for name, numbers in sections for number in numbers.split()]


def rows(text: str) -> list[list[str]]:
    """Return the cells of each row that begins with a number of a requirement."""
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines(text, "|"))
    return [row for row in cells if row[0].startswith("V") and row[0][1:2].isdigit()]


def lines(text: str, beginning: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(beginning)]


def faults(text: str, sources: dict[str, str]) -> list[str]:
    """Return what is wrong with a page of requirements.

    :param sources: path of each test file: its text
    """
    found, spoken = [], []
    for row in rows(text):
        number = row[0]
        if len(row) != 5:
            found.append(f"{number}: {len(row)} cells")
            continue
        spoken.append(number)
        tests = NAMED.findall(" ".join(CODE.findall(row[4])))
        if row[2] not in VERDICTS:
            found.append(f"{number}: {row[2]} is no verdict")
        if row[2] == "met" and not tests:
            found.append(f"{number}: met, and no test shows it")
        if row[2] != "met" and not row[3]:
            found.append(f"{number}: what is missing is not said")
    for number in (each for line in lines(text, NOT_OURS) for each in NUMBER.findall(line)):
        chapter = number.removesuffix("*")
        whole = [each for each in asked() if each.startswith(chapter)]
        spoken += whole if number.endswith("*") else [number]
    found += [f"{number}: not spoken of" for number in asked() if number not in spoken]
    found += [f"{number}: no such requirement" for number in spoken if number not in asked()]
    found += [f"{each}: spoken of twice" for each in set(spoken) if spoken.count(each) > 1]
    for file, name in NAMED.findall(text):
        places = [path for path in sources if f"/{path}".endswith(f"/{file}")]
        if not any(re.search(rf"def {name}\b", sources[path]) for path in places):
            found.append(f"{file}::{name}: no such test")
    return found


@pytest.fixture(scope="module")
def sources():
    """Return {path: text} of all files of tests."""
    files = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "addons").glob("*/tests/test_*.py")]
    return {str(file.relative_to(ROOT)): file.read_text() for file in files}


def test_every_requirement_has_its_verdict_and_what_is_met_its_test(sources):
    assert faults(PAGE.read_text(), sources) == []


def test_the_sums_are_those_of_the_rows():
    text = PAGE.read_text()
    verdicts = [row[2] for row in rows(text)]
    counts = [verdicts.count(verdict) for verdict in ("met", "partly", "not met")]
    [said] = re.findall(r"Of the (\d+) .*?, (\d+) .*?: (\d+) met, (\d+) partly, (\d+) not", text)
    assert [int(number) for number in said] == [len(asked()), len(verdicts), *counts]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| V1.1.1 | x | good | x | `test_a.py::test_x` |", "good is no verdict"),
        ("| V1.1.1 | x | met | x | – |", "met, and no test shows it"),
        ("| V1.1.1 | x | partly | | – |", "what is missing is not said"),
        ("| V1.1.1 | x | met | x | `test_a.py::test_y` |", "no such test"),
        ("| V1.1.1 | x | met | x | `test_b.py::test_x` |", "no such test"),
        ("| V1.1.3 | x | met | x | `test_a.py::test_x` |", "no such requirement"),
        ("| V1.1.1 | x | met |", "3 cells"),
        ("| V1.1.1 | x | not met | x | – |\nNot ours: V1.1.1 (x)", "spoken of twice"),
        ("Not ours: V17.* (x)", "V1.1.1: not spoken of"),
    ],
)
def test_a_row_that_promises_too_much_is_found(row, fault):
    found = faults(row, {"tests/unit/test_a.py": "def test_x():"})
    assert any(fault in each for each in found)
