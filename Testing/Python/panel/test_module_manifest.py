"""The module as a package: what is listed is there, loading it stays light, translations are literal."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
MODULE = REPOSITORY / "RadioImmunoScore"
SLICER_SIDE = [MODULE / "RadioImmunoScore.py", *sorted((MODULE / "RadioImmunoScoreLib").rglob("*.py"))]
HEAVY = ("scipy", "sklearn", "SimpleITK", "numpy")


def listed(variable: str) -> set[str]:
    text = (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(rf"set\({variable}\n(.*?)\)", text, re.DOTALL)
    return {line.strip().replace("${MODULE_NAME}", "RadioImmunoScore") for line in found[1].split("\n")} - {
        ""
    }


def there(*patterns: str) -> set[str]:
    files = {file for pattern in patterns for file in MODULE.rglob(pattern) if file.is_file()}
    return {str(file.relative_to(MODULE)) for file in files if "__pycache__" not in file.parts}


def test_every_python_file_is_listed_and_every_listed_one_exists():
    assert listed("MODULE_PYTHON_SCRIPTS") == there("*.py")


def test_every_resource_is_listed_and_every_listed_one_exists():
    # Scripts are compiled and get the ending .py; whatever else stands beside them is copied as a resource.
    beside_scripts = {
        name for name in there("radioimmuno/**/*", "RadioImmunoScoreLib/**/*") if not name.endswith(".py")
    }
    assert listed("MODULE_PYTHON_RESOURCES") == there("Resources/**/*") | beside_scripts


def test_importing_the_module_file_is_light():
    code = (
        "import sys, types\n"
        "for name in ('slicer', 'slicer.i18n', 'slicer.ScriptedLoadableModule'):\n"
        "    module = sys.modules[name] = types.ModuleType(name)\n"
        "    module.tr = module.translate = str\n"
        "    for kind in ('', 'Logic', 'Test', 'Widget'):\n"
        "        setattr(module, 'ScriptedLoadableModule' + kind, object)\n"
        "import RadioImmunoScore\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=MODULE
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("file", SLICER_SIDE, ids=lambda file: file.name)
def test_only_literal_text_is_translated(file):
    calls = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]
    wrong = [
        call.lineno
        for call in calls
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant) or call.keywords
    ]
    assert wrong == []


def test_the_catalog_entry_fits_the_extension():
    entry = json.loads((REPOSITORY / "RadioImmunoScore.json").read_text(encoding="utf-8"))
    cmake = (REPOSITORY / "CMakeLists.txt").read_text(encoding="utf-8")
    assert entry["category"] == "Quantification"
    assert entry["build_dependencies"] == re.search(r'EXTENSION_DEPENDS "(.*?)"', cmake)[1].split()
    assert "project(RadioImmunoScore)" in cmake
    assert "v1.0.2" in entry["$schema"]


def test_what_the_extension_shows_of_itself_is_in_the_repository():
    cmake = (REPOSITORY / "CMakeLists.txt").read_text(encoding="utf-8")
    urls = re.findall(r'EXTENSION_(?:ICONURL|SCREENSHOTURLS) "(.*?)"', cmake)
    files = [REPOSITORY / url.split("/main/")[1] for text in urls for url in text.split()]
    assert len(files) >= 2
    assert [file for file in files if not file.is_file()] == []
