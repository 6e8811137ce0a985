"""The house's rules: who may import whom, what stays light, how long functions and modules may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "RadioImmunoScore"
MODULES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((REPOSITORY / "Testing").rglob("*.py"))
SCIENCE = [module for module in MODULES if (SOURCE / "radioimmuno") in module.parents]

MAX_LINES, MAX_FUNCTION_LINES = 450, 70
HEAVY = ("scipy", "sklearn", "SimpleITK", "vtk", "vtkmodules", "PIL", "onnxruntime", "slicer")
ABOVE_SCIENCE = ("RadioImmunoScoreLib", "radioimmuno_cli", "RadioImmunoScore", "slicer", "qt", "ctk")

# The rooms, ground first: each imports from those before it and from itself.
SCIENCE_ROOMS = (
    *("numbers", "thresholds", "findings", "naming", "memory", "salt", "identity", "acceptance"),
    *("setting_fields", "filters", "preparation", "settings"),
    *("acquisition", "files", "geometry", "modality", "site", "lesion", "study", "structures", "mr"),
    *("features", "extraction", "pet", "learned", "signature", "tables", "stability", "scoring"),
    *("segmentation", "simulation", "validation", "training", "card", "quality", "engines", "io"),
    *("followup", "report", "cohort", "refusals"),
)
SLICER_ROOMS = ("scene", "services", "panel", "headless", "sample_data", "self_test")
PANEL_ROOMS = ("texts", "state", "widgets", "sections", "widget", "life_cycle")


def short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


@cache
def imported(module: Path) -> tuple[str, ...]:
    """Full names of all that the module's import statements name."""
    return tuple(_imported(module))


def _imported(module: Path) -> Iterator[str]:
    package = dotted(module).split(".")
    if module.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{name}.{alias.name}" for alias in node.names)


def is_slicer_side(module: Path) -> bool:
    return SOURCE / "RadioImmunoScoreLib" in module.parents or module == SOURCE / "RadioImmunoScore.py"


def is_of(name: str, packages: tuple[str, ...]) -> bool:
    return name.split(".")[0] in packages


def imports_of(modules: list[Path], packages: tuple[str, ...]) -> list[str]:
    return [
        f"{short(module)} imports {name}"
        for module in modules
        for name in imported(module)
        if is_of(name, packages)
    ]


def test_the_science_knows_neither_slicer_nor_who_calls_it():
    assert imports_of(SCIENCE, ABOVE_SCIENCE) == []


def test_only_the_slicer_side_imports_slicer_and_qt():
    others = [module for module in MODULES if not is_slicer_side(module)]
    assert imports_of(others, ("slicer", "qt", "ctk")) == []


def test_imports_run_in_no_circle():
    known = {dotted(module): module for module in MODULES}
    graph = {}
    for name, module in known.items():
        targets = {target if target in known else target.rpartition(".")[0] for target in imported(module)}
        graph[name] = {target for target in targets & set(known) if target != name}
    list(TopologicalSorter(graph).static_order())  # raises CycleError


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("radioimmuno", SCIENCE_ROOMS),
        ("RadioImmunoScoreLib", SLICER_ROOMS),
        ("RadioImmunoScoreLib.panel", PANEL_ROOMS),
    ],
)
def test_rooms_import_from_lower_rooms_alone(package, rooms):
    def room(name: str) -> str | None:
        return name.removeprefix(f"{package}.").split(".")[0] if name.startswith(f"{package}.") else None

    inside = {name: module for module in MODULES if room(name := dotted(module))}
    assert sorted({room(name) for name in inside}) == sorted(rooms)
    climbs = [
        f"{name} imports {target}"
        for name, module in inside.items()
        for target in imported(module)
        if room(target) in rooms and rooms.index(room(target)) > rooms.index(room(name))
    ]
    assert climbs == []


def test_sections_of_the_panel_import_no_other():
    sections = "RadioImmunoScoreLib.panel.sections."
    others = [
        f"{name} imports {target}"
        for module in MODULES
        if (name := dotted(module)).startswith(sections)
        for target in imported(module)
        if target.startswith(sections) and target.removeprefix(sections).split(".")[0] != "section"
    ]
    assert others == []


@pytest.mark.parametrize(
    "statement",
    ["import radioimmuno", "from radioimmuno_cli.main import parser; parser().format_help()"],
)
def test_loading_stays_light(statement):
    code = f"import sys; {statement}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_function_fits_a_screen():
    long = [
        f"{short(module)}: {node.name}"
        for module in MODULES + TESTS
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


def test_a_module_stays_short():
    counts = {
        short(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES + TESTS
    }
    assert {name: count for name, count in counts.items() if count > MAX_LINES} == {}
