"""What the documents name exists: files, functions, settings, targets of make.

A document that names what is gone sends its reader to look for it.
"""

import re

import pytest

from scripts.places import ADDONS, ROOT

DOCS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/**/*.md")]
    + [*ADDONS.glob("*/README*"), *ADDONS.glob("*/readme/*.md")]
)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# Ours begin with an underscore: Odoo's and the libraries' mostly do not.
PRIVATE = re.compile(r"(?<![\w{%‹$.])\.?(_[a-z]\w+)(?:\(\)|\b)")
FILE = re.compile(
    r"[\w./*-]+\.(?:py|xml|js|css|json|sql|conf|yaml|md|txt|in|toml|csv|php|po|pot)\b"
)
MAKE = re.compile(r"\bmake ([a-z]+(?:-[a-z]+)*)")
# What is named like a file of ours and is none.
NOT_OURS = {
    "journald.conf",
    "pg_hba.conf",
    "fms_unit.csv",  # DaData's file, got by whoever wants it
    *("config.json", "secrets.json", "only.json"),  # written when a house or a test starts
    "autoload.php",  # Composer's, at the agency
    "balance.php",  # of SMSC.ru's server
    "schema.json",  # of an npm package
    "sbom.json",  # written by `make sbom`
}


def texts():
    return [pytest.param(file.read_text(), file, id=str(file.relative_to(ROOT))) for file in DOCS]


@pytest.fixture(scope="module")
def tree():
    """Return (names of files, all code as one text)."""
    files = [
        file
        for folder in ("addons", "scripts", "tests", "docs", "docker", "deploy", ".ci")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ] + [file for file in ROOT.iterdir() if file.is_file()]
    code = "\n".join(file.read_text() for file in files if file.suffix in (".py", ".xml", ".js"))
    return [str(file.relative_to(ROOT)) for file in files], code


@pytest.mark.parametrize(("text", "file"), texts())
def test_every_link_leads_somewhere(text, file):
    gone = [
        target
        for target in LINK.findall(text)
        if "://" not in target
        and not target.startswith("mailto:")
        and not (file.parent / target).exists()
    ]
    assert gone == []


@pytest.mark.parametrize(("text", "file"), texts())
def test_every_file_that_is_named_exists(text, file, tree):
    names, _code = tree
    gone = [
        name
        for code in CODE.findall(text)
        for name in FILE.findall(code)
        # with a slash before it, it is an address of a server
        if "://" not in code
        and not name.startswith("/")
        and not exists(name.removeprefix("./"), names)
    ]
    assert gone == []


def exists(name: str, names: list[str]) -> bool:
    """Tell whether a file of the tree is called so, by its whole path or its end."""
    if name.rpartition("/")[2] in NOT_OURS:
        return True
    wanted = re.compile("(^|.*/)" + re.escape(name).replace(r"\*", "[^/]*") + "$")
    return any(wanted.match(known) for known in names)


@pytest.mark.parametrize(("text", "file"), texts())
def test_every_private_name_is_in_the_code(text, file, tree):
    _names, source = tree
    gone = [
        name
        for code in CODE.findall(text)
        if "/" not in code
        for name in PRIVATE.findall(code)
        if not has(source, name)
    ]
    assert gone == []


@pytest.mark.parametrize(("text", "file"), texts())
def test_every_target_of_make_that_is_named_can_be_made(text, file):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for code in CODE.findall(text) for target in MAKE.findall(code) if "make" in code
    }
    assert named - targets == set()


@pytest.mark.parametrize(("text", "file"), texts())
def test_a_function_stands_in_the_file_it_is_named_with(text, file, tree):
    """Tables of routes and rights name the file first, then what is in it."""
    names, _code = tree
    gone = []
    for line in text.splitlines():
        words = CODE.findall(line.split("|")[1] if line.startswith("|") else "")
        places = [name for word in words for name in names if ends(name, word)]
        source = "".join((ROOT / name).read_text() for name in places if name.endswith(".py"))
        for word in words:
            named = re.fullmatch(r"_?[a-z]+_[a-z_]+", word) and not (ADDONS / word).exists()
            if source and named and not has(source, word):
                gone.append(f"{places}: {word}")
    assert gone == []


def has(source: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", source) is not None


def ends(name: str, wanted: str) -> bool:
    return name == wanted or name.endswith(f"/{wanted}")
