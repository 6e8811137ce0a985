"""What docstrings of the science say: the type of every parameter first, the shape of every array."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = sorted((REPOSITORY / "RadioImmunoScore").rglob("*.py"))
SCIENCE = [module for module in MODULES if "radioimmuno" in module.parts]

SECTION = re.compile(r"^(Parameters|Attributes|Returns|Yields)\n-+\n", re.MULTILINE)
NEXT_SECTION = re.compile(r"\n\n?\w[\w ]*\n-{3,}\n")
ENTRY = re.compile(r"^(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*) : (?P<type>.+)$")
BUILT_IN = (
    r"int|float|str|bool|bytes|None|ndarrays?|array_like|Path|path-like|callable|sequence|mapping|list|dict|tuple|set|"
    r"frozenset|iterable|iterator|collection|object|number|type|module|generator|stream|file|datetime"
)
TYPE = re.compile(rf"(?:(?:{BUILT_IN})\b|[A-Z]\w+|\{{|vtk\w+|\((?:int|float|str|bool)\b)")
SHAPE = re.compile(r"shape|\((?:[\w*+ -]+,)+[\w*+ -]*\)")


def short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


Documented = tuple[ast.FunctionDef | ast.ClassDef, str]


@cache
def documented(module: Path) -> tuple[Documented, ...]:
    """All functions and classes that have a docstring, with it."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return tuple((node, text) for node in nodes if (text := ast.get_docstring(node)))


def faults_of(modules: list[Path], faults: Callable[[Documented], Iterator[str]]) -> list[str]:
    return [
        f"{short(module)}: {fault}"
        for module in modules
        for one in documented(module)
        for fault in faults(one)
    ]


def entries(docstring: str, *sections: str) -> dict[str, str]:
    """What stands before each description: name (of a return value: its place) -> type and shape."""
    found: dict[str, str] = {}
    for section in SECTION.finditer(docstring):
        if section.group(1) not in sections:
            continue
        rest = docstring[section.end() :]
        end = NEXT_SECTION.search(rest)
        for line in (rest[: end.start()] if end else rest).splitlines():
            if not line or line.startswith(" "):
                continue
            entry = ENTRY.match(line)
            names = entry.group("names").split(", ") if entry else [f"{section.group(1)} {len(found)}"]
            found |= dict.fromkeys(
                (name.lstrip("*") for name in names), entry.group("type") if entry else line
            )
    return found


def is_public(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return not node.name.startswith("_")


def takes_arrays(node: ast.FunctionDef) -> list[str]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [a.arg for a in arguments if a.annotation is not None and "ndarray" in ast.unparse(a.annotation)]


def test_every_parameter_begins_with_its_type():
    def faults(one: Documented) -> Iterator[str]:
        node, text = one
        for name, written in entries(text, "Parameters", "Attributes", "Returns", "Yields").items():
            if not TYPE.match(written):
                yield f"{node.name}: {name} : {written}"

    assert faults_of(MODULES, faults) == []


def test_every_array_that_a_public_function_takes_has_a_shape():
    def faults(one: Documented) -> Iterator[str]:
        node, text = one
        if isinstance(node, ast.FunctionDef) and is_public(node):
            written = entries(text, "Parameters")
            for name in takes_arrays(node):
                if not SHAPE.search(written.get(name, "")):
                    yield f"{node.name}: {name}"

    assert faults_of(SCIENCE, faults) == []


def test_every_array_that_a_public_function_gives_has_a_shape():
    def faults(one: Documented) -> Iterator[str]:
        node, text = one
        if not isinstance(node, ast.FunctionDef) or not is_public(node) or node.returns is None:
            return
        if "ndarray" in ast.unparse(node.returns) and not SHAPE.search(text):
            yield node.name

    assert faults_of(SCIENCE, faults) == []
