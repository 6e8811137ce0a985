"""Mutants of a module: one small change of what it computes each, never one of mere wording.

Strings, docstrings, annotations, `raise` statements, decorators and what only a type checker reads stay as
they are. A mutant is a piece of the source and what stands in its place: all other lines stay as they are.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
# Functions and methods whose opposite has the same arguments.
OPPOSITES = {"min": "max", "minimum": "maximum", "argmin": "argmax", "any": "all", "floor": "ceil"}
OPPOSITES |= {other: name for name, other in OPPOSITES.items()}

# What these keywords say is shown or checked, not computed.
OF_WORDING = ("repr", "strict", "text", "default", "description", "title")


@dataclass(frozen=True)
class Mutant:
    """A change of one piece of a module.

    Parameters
    ----------
    path : Path
        The module.
    place : str
        Name of the function or class that it stands in, and whose, with dots.
    start, stop : int
        The piece, as places in the bytes of the source.
    old, new : str
        What stands there, and what is to stand there.
    line : int
        Where it begins.
    number : int
        Which one it is of those that put the same in place of the same, in the same function; from 1.
    """

    path: Path
    place: str
    start: int
    stop: int
    old: str
    new: str
    line: int
    number: int = 1

    @property
    def key(self) -> str:
        """A name that other lines of the module do not change."""
        which = f" #{self.number}" if self.number > 1 else ""
        return f"{self.path.stem}.{self.place}: {flat(self.old)} -> {flat(self.new)}{which}"

    def applied(self) -> bytes:
        """The module's source with the change."""
        source = self.path.read_bytes()
        return source[: self.start] + self.new.encode() + source[self.stop :]


def flat(source: str) -> str:
    """A piece of source in one line."""
    return " ".join(source.split())


def mutants(path: Path) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    source = path.read_bytes()
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    seen: dict[str, int] = {}
    numbered = []
    for found in sorted(finder.found, key=lambda mutant: (mutant.start, mutant.stop, mutant.new)):
        seen[found.key] = seen.get(found.key, 0) + 1
        numbered.append(Mutant(**{**vars(found), "number": seen[found.key]}))
    return numbered


class _Finder(ast.NodeVisitor):
    """Goes through a module and collects what can be changed."""

    def __init__(self, path: Path, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._path, self._source = path, source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._place: list[str] = []

    # What is left alone.

    def visit_Raise(self, node: ast.Raise) -> None:
        pass

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        pass

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        pass

    # Where it is.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._place.append(node.name)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(default)
        for statement in node.body:
            self.visit(statement)
        self._place.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._place.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self._place.pop()

    # What is changed.

    def visit_Compare(self, node: ast.Compare) -> None:
        for number, operator in enumerate(node.ops):
            other = COMPARISONS.get(type(operator))
            if other is not None:
                operators = [*node.ops[:number], other(), *node.ops[number + 1 :]]
                self._add(node, ast.Compare(node.left, operators, node.comparators))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = ARITHMETIC.get(type(node.op))
        if other is not None and not any(_is_text(side) for side in (node.left, node.right)):
            self._add(node, ast.BinOp(node.left, other(), node.right))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        other = ARITHMETIC.get(type(node.op))
        if other is not None and not _is_text(node.value):
            self._add(node, ast.AugAssign(node.target, other(), node.value))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._add(node, ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            self._add(node, node.operand)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._add(node, ast.Constant(not value))
        elif isinstance(value, int | float):
            other = {0: 1, 1: 0}.get(value, value + 1 if isinstance(value, int) else 2 * value)
            self._add(node, ast.Constant(type(value)(other)))

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._add(node, ast.IfExp(node.test, node.orelse, node.body))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if flat(ast.unparse(node.test)) == "TYPE_CHECKING":
            return
        if not isinstance(node.test, ast.UnaryOp | ast.Compare):
            self._add(node.test, ast.UnaryOp(ast.Not(), node.test))
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not _is_none(node.value) and not _is_text(node.value):
            self._add(node.value, ast.Constant(None))
        self.generic_visit(node)

    def visit_Slice(self, node: ast.Slice) -> None:
        for side in ("lower", "upper"):
            if getattr(node, side) is not None:
                parts = {"lower": node.lower, "upper": node.upper, "step": node.step, side: None}
                self._add(node, ast.Slice(**parts))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in OPPOSITES:
            other = OPPOSITES[name]
            changed = (
                ast.Attribute(function.value, other, ast.Load())
                if isinstance(function, ast.Attribute)
                else ast.Name(other, ast.Load())
            )
            self._add(function, changed)
        for number, keyword in enumerate(node.keywords):
            if keyword.arg is not None and keyword.arg not in OF_WORDING and not _is_text(keyword.value):
                kept = [*node.keywords[:number], *node.keywords[number + 1 :]]
                self._add(node, ast.Call(function, node.args, kept))
        self.visit(function)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in OF_WORDING:
                self.visit(keyword.value)

    def _add(self, node: ast.expr | ast.stmt | ast.Slice, replacement: ast.AST) -> None:
        start = self._lines[node.lineno - 1] + node.col_offset
        stop = self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        old = self._source[start:stop].decode()
        new = ast.unparse(ast.fix_missing_locations(replacement))
        is_simple = isinstance(node, ast.Slice | ast.stmt) or isinstance(
            replacement, ast.Constant | ast.Name | ast.Attribute | ast.Call
        )
        new = new if is_simple else f"({new})"
        place = ".".join(self._place) or "module"
        self.found.append(Mutant(self._path, place, start, stop, old, new, node.lineno))


def _is_text(node: ast.AST) -> bool:
    """Whether a value is certainly a string."""
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
