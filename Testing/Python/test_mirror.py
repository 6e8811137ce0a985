"""Tests mirror the science: each of its modules has a test file in the folder of its room.

A file `test_<module>.py`, or one of the room that imports the module or, where it is reached only through
another, names it in its docstring: `Tests of: emphasis, moments.`
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCIENCE = HERE.parents[1] / "RadioImmunoScore" / "radioimmuno"
TESTS = HERE / "science"
# Modules that hold nothing to test: empty packages' docstrings.
MODULES = sorted(module for module in SCIENCE.rglob("*.py") if module.name != "__init__.py")
TESTS_OF = re.compile(r"Tests of: ([\w, \n]+)\.")


@cache
def named_in(test: Path) -> set[str]:
    """The modules that a test file names in its docstring."""
    found = TESTS_OF.search(ast.get_docstring(ast.parse(test.read_text(encoding="utf-8"))) or "")
    return set(re.split(r",\s*", found.group(1).strip())) if found else set()


@cache
def imported_in(test: Path) -> set[str]:
    """The modules of the science that a test file imports from, with their rooms."""
    found = set()
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def has_its_tests(module: Path) -> bool:
    place = module.relative_to(SCIENCE)
    name = ".".join(("radioimmuno", *place.with_suffix("").parts))
    tests = sorted((TESTS / place.parent).glob("test_*.py"))
    if any(test.stem == f"test_{module.stem}" for test in tests):
        return True
    return any(name in imported_in(test) or module.stem in named_in(test) for test in tests)


def test_modules_have_their_tests_in_their_room():
    assert [str(module.relative_to(SCIENCE)) for module in MODULES if not has_its_tests(module)] == []


def test_what_test_files_name_is_there():
    missing = {}
    for test in sorted(TESTS.rglob("test_*.py")):
        folder = SCIENCE / test.parent.relative_to(TESTS)
        absent = named_in(test) - {module.stem for module in folder.glob("*.py")}
        missing |= {test.name: absent} if absent else {}
    assert missing == {}


def test_no_two_test_files_have_one_name():
    """Their folders are no packages: a second file of a name is not collected in the same run."""
    counts = Counter(test.name for test in HERE.rglob("test_*.py"))
    assert [name for name, count in counts.items() if count > 1] == []
