"""The rooms of ``tour_loan/models``: which may know which, and what may know no other."""

import ast
import re
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"
MODELS = ADDONS / "tour_loan" / "models"
# As they are loaded. A room imports from itself and from those before it.
ROOMS = ["outbox", "application", "agency", "signing", "loan", "web", "staff", "audit"]


def imports(file: Path):
    """Yield (dots, module) of the relative imports of ``file``."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.level, node.module or ""


def arrows(room: str) -> set[str]:
    """Return the rooms that files of ``room`` import from."""
    found = set()
    for file in (MODELS / room).glob("*.py"):
        found |= {module.split(".")[0] for dots, module in imports(file) if dots == 2}
    return found


def test_the_rooms_are_loaded_in_their_order():
    loaded = re.findall(r"^from \. import (\w+)$", (MODELS / "__init__.py").read_text(), re.M)
    assert loaded == ROOMS
    assert {path.name for path in MODELS.iterdir() if path.is_dir()} - {"__pycache__"} == set(ROOMS)


def test_every_file_of_a_room_is_loaded():
    for room in ROOMS:
        text = (MODELS / room / "__init__.py").read_text()
        loaded = set(re.findall(r"^from \. import (\w+)$", text, re.M))
        files = {file.stem for file in (MODELS / room).glob("*.py")} - {"__init__"}
        tables = {  # imported by those that use them
            file
            for file in files
            if "models.Model" not in (MODELS / room / f"{file}.py").read_text()
        }
        assert files - tables <= loaded, room


def test_imports_point_down_only():
    wrong = {
        f"{room} -> {other}"
        for number, room in enumerate(ROOMS)
        for other in arrows(room) - set(ROOMS[: number + 1])
    }
    assert not wrong


def test_rules_and_rpc_know_no_model():
    for folder in ("rules", "rpc"):
        for file in (ADDONS / "tour_loan" / folder).rglob("*.py"):
            text = file.read_text()
            assert not re.search(r"^(from|import) odoo\b|\bmodels\b.* import", text, re.M), file


def test_the_outbox_names_no_other_model():
    own = {"tour_loan.message", "tour_loan.lock", "tour_loan.ending", "tour_loan.pause"}
    for file in (MODELS / "outbox").glob("*.py"):
        named = set(re.findall(r"""["']((?:tour_loan|moyamfo)\.\w+)["']""", file.read_text()))
        assert named <= own, file
        far = {module for dots, module in imports(file) if dots > 1}
        assert far <= {"rules"}, file


def test_tour_loan_knows_no_accounting_system_and_no_provider():
    for file in (ADDONS / "tour_loan").rglob("*.py"):
        if "tests" not in file.parts:
            code = ast.unparse(without_docstrings(ast.parse(file.read_text())))
            assert not re.search("payu|moyamfo", code, re.IGNORECASE), file


def without_docstrings(tree: ast.AST) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def test_what_makes_calls_cheap_stands_in_the_hot_path():
    """Connections of our own, and fields and models that look less up than Odoo's."""
    odd = r"psycopg2\.connect\(|connection_info_for|\(fields\.(Json|Monetary)\):|\.clear_cache\b"
    odd += "|SAVEPOINT %s; SELECT"
    found = {
        file.name
        for file in (ADDONS / "tour_loan").rglob("*.py")
        if "tests" not in file.parts and re.search(odd, file.read_text())
    }
    assert found == {"hot_path.py"}


def test_only_one_place_writes_the_history():
    writes = [
        file.name
        for file in ADDONS.rglob("*.py")
        if "tests" not in file.parts and '"tour_loan.history"]' in file.read_text()
    ]
    assert writes == ["application_moves.py"]


def test_pages_catch_no_error_of_the_api():
    """Rules answer with refusals; only the API makes them errors."""
    for folder in ("controllers", "models"):
        for file in (ADDONS / "tour_loan" / folder).rglob("*.py"):
            if not file.name.startswith("agency_rpc"):
                assert "RpcError" not in file.read_text(), file


def test_no_method_hides_one_that_was_loaded_before():
    """Of one model's methods the last loaded is asked first: it has to ask the others."""
    known, hidden = {}, []
    for file in in_order():
        for model, method in methods(ast.parse(file.read_text())):
            where = known.setdefault((model, method.name), file)
            if where != file and "super()" not in ast.unparse(method):
                hidden.append(f"{model}.{method.name} of {where.name} by {file.name}")
    assert not hidden


def in_order():
    """Yield the files of models as they are loaded."""
    for room in ROOMS:
        text = (MODELS / room / "__init__.py").read_text()
        for name in re.findall(r"^from \. import (\w+)$", text, re.M):
            yield MODELS / room / f"{name}.py"


def methods(tree: ast.Module):
    """Yield (name of the model, method) of what the classes of a file define."""
    for defined in tree.body:
        if isinstance(defined, ast.ClassDef):
            said = {
                part.targets[0].id: ast.literal_eval(part.value)
                for part in defined.body
                if isinstance(part, ast.Assign) and part.targets[0].id in ("_name", "_inherit")
            }
            inherited = said.get("_inherit")
            model = said.get("_name") or (
                inherited if isinstance(inherited, str) else (inherited or [None])[0]
            )
            for part in defined.body:
                if isinstance(part, ast.FunctionDef):
                    yield model, part
