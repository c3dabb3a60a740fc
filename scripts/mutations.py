"""Small wrong changes of a Python file, one at a time: what tests must notice.

A mutant replaces one piece of the text, so that it can be shown as a diff. Left alone are
docstrings, annotations, words for a person, and the arguments of a decorator.
"""

import ast
import re
from collections import Counter
from typing import NamedTuple

COMPARED = {
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    ">": (">=", "<"),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "in": ("not in",),
    "not in": ("in",),
    "is": ("is not",),
    "is not": ("is",),
}
RECKONED = {
    **{"+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "//": ("/",), "%": ("*",)},
    **{"**": ("*",), "|": ("&",), "&": ("|",), "<<": (">>",), ">>": ("<<",)},
}
NAMES = {
    **{"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"},
    **{"ROUND_HALF_UP": '"ROUND_HALF_EVEN"', "True": "False", "False": "True"},
}
WORDS = re.compile(r"[^\W\d_]+[,:]? [^\W_]|[А-Яа-яЁё]")  # what is for a person: no test repeats it
PATTERN_PIECES = re.compile(  # what is escaped, classes and group heads stay whole
    r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|(\(\?<?[!=](?:\\.|\[[^\]]*\]|[^()\[\\])*\))|\(\?(?:\w+\)|<?\w*[:=!>])?"
    r"|(\{\d+(?:,\d*)?\}|[*+?])"
)


class Mutant(NamedTuple):
    """One change: bytes `start` to `end` of the file become `new`.

    ``where``, ``before`` and ``after`` name it whatever stands above it in the file; the
    same line changed the same way twice in one function gets a number. ``imported``: it runs
    when the file is imported.
    """

    file: str
    where: str
    line: int
    last: int
    before: str
    after: str
    start: int
    end: int
    new: str
    imported: bool

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the mutant is called in files that a person writes."""
        return self.file, self.where, self.before, self.after

    def applied(self, source: bytes) -> bytes:
        """Return the changed text of the file."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def of_file(file: str, source: bytes) -> list[Mutant]:
    """Return the changes of a file; what ``is_python`` refuses among them is none."""
    found, seen = [], Counter()
    finder = Finder(source)
    finder.visit(ast.parse(source))
    for start, end, new, where, imported in finder.changes:
        mutant = Mutant(file, where, *_lines(source, start, end, new), start, end, new, imported)
        seen[mutant.key] += 1
        if seen[mutant.key] > 1:
            mutant = mutant._replace(after=f"{mutant.after} #{seen[mutant.key]}")
        found.append(mutant)
    return found


def is_python(mutant: Mutant, source: bytes) -> bool:
    """Return whether the changed file is Python at all: what was cut out may have to be there."""
    try:
        ast.parse(mutant.applied(source))
    except SyntaxError:
        return False
    return True


def _lines(source: bytes, start: int, end: int, new: str) -> tuple[int, int, str, str]:
    """Return the numbers of first and last line, and their text before and after, unfolded."""
    first = source.rfind(b"\n", 0, start) + 1
    last = source.find(b"\n", end) % (len(source) + 1)
    before = source[first:last].decode()
    after = (source[first:start] + new.encode() + source[end:last]).decode()
    numbers = [source.count(b"\n", 0, at) + 1 for at in (start, end)]
    return *numbers, " ".join(before.split()), " ".join(after.split())


class Finder(ast.NodeVisitor):
    """Collects ``changes``: (start, end, new text, function or class around, run by import)."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.changes: list[tuple[int, int, str, str, bool]] = []
        self._rows = [0]
        for line in source.split(b"\n"):
            self._rows.append(self._rows[-1] + len(line) + 1)
        self._around: list[str] = []
        self._depth = 0

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Return the bytes a node takes."""
        start = self._rows[node.lineno - 1] + node.col_offset
        return start, self._rows[node.end_lineno - 1] + node.end_col_offset

    def change(self, start: int, end: int, new: str) -> None:
        """Note one change."""
        self.changes.append((start, end, new, ".".join(self._around), not self._depth))

    def instead(self, node: ast.AST, *texts: str) -> None:
        """Note a change of the whole node for each text."""
        for text in texts:
            self.change(*self.place(node), text)

    def between(self, left: ast.AST, right: ast.AST, others: dict) -> None:
        """Change the operator that stands between two nodes."""
        start, end = self.place(left)[1], self.place(right)[0]
        gap = self.source[start:end].decode()
        words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in _longest(others))
        if not (found := re.search(words, gap)):
            return
        at = start + len(gap[: found.start()].encode())
        for other in others[" ".join(found[0].split())]:
            self.change(at, at + len(found[0].encode()), other)

    # What is walked

    def _body(self, node, inside: int) -> None:
        for decorator in node.decorator_list:
            self.instead(decorator, "(lambda same: same)")
        self._around.append(node.name)
        self._depth += inside
        for number, child in enumerate(node.body):
            if not (number == 0 and _is_text(child)):
                self.visit(child)
        self._depth -= inside
        self._around.pop()

    def visit_Module(self, node: ast.Module) -> None:
        for child in node.body:
            if not _is_text(child):
                self.visit(child)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body(node, 0)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._body(node, 1)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Import(self, node: ast.AST) -> None:
        """An import says nothing that a test could miss."""

    visit_ImportFrom = visit_Import

    def visit_Assign(self, node: ast.Assign) -> None:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        is_type = any(
            isinstance(each, ast.Name) and each.id == "Literal" for each in ast.walk(node)
        )
        if names != ["__all__"] and not is_type:
            self.generic_visit(node)

    # What is changed

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, right in zip(sides, sides[1:], strict=False):
            self.between(left, right, COMPARED)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.between(node.left, node.right, RECKONED)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between(left, right, {"and": ("or",), "or": ("and",)})
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        length = 3 if isinstance(node.op, ast.Not) else 1
        start = self.place(node)[0]
        self.change(start, start + length, "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.instead(node, str(not value))
        elif isinstance(value, int | float):
            self.instead(node, repr(value + 1))
        elif isinstance(value, str) and not WORDS.match(value):
            self.instead(node, repr(f"XX{value}"))
        elif isinstance(value, bytes):
            self.instead(node, repr(b"XX" + value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.instead(node, '""')  # its parts have no places of their own

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in NAMES and isinstance(node.ctx, ast.Load):
            self.instead(node, NAMES[node.id])

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            if not node.args and not node.keywords:
                self.change(self.place(node.func.value)[1], self.place(node)[1], "")
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args:
                self._pattern(node.args[0])
        for keyword in node.keywords:
            start, end = self.place(keyword)
            comma = re.match(rb"\s*,", self.source[end:])
            self.change(start, end + (comma.end() if comma else 0), "")
        self.generic_visit(node)

    def _pattern(self, node: ast.AST) -> None:
        """Take the looks aside and the counts out of a regular expression."""
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            return
        for found in PATTERN_PIECES.finditer(node.value):
            piece = next((number for number in (1, 2) if found[number]), None)
            if piece:
                rest = node.value[: found.start()] + node.value[found.end() :]
                self.instead(node, repr(rest))

    def visit_Slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper):
            if bound is not None:
                self.instead(bound, "")
        self.generic_visit(node)

    def _test(self, node) -> None:
        self.instead(node.test, "True", "False")
        self.generic_visit(node)

    visit_If = visit_IfExp = _test

    def visit_While(self, node: ast.While) -> None:
        self.instead(node.test, "False")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.instead(test, "True")
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.instead(node.iter, "()")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.instead(node, "return None")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not _is_text(node):
            self.instead(node, "pass")
            self.generic_visit(node)

    def _left_out(self, node: ast.AST) -> None:
        self.instead(node, "pass")
        self.generic_visit(node)

    visit_AugAssign = visit_Continue = visit_Break = _left_out

    def visit_Raise(self, node: ast.Raise) -> None:
        self.instead(node, "pass")

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if not isinstance(node.body[0], ast.Raise):
            self.instead(node.body[0], "raise")
        self.generic_visit(node)


def _longest(words: dict) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
