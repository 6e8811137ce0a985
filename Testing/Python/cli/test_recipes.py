"""The recipes of the documentation: each line runs on simulated data, and finds what is in them."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")
pytest.importorskip("sklearn")

from recipe_files import WRITERS, write_own_table

DOCS = Path(__file__).resolve().parents[3] / "Resources" / "Docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
pytestmark = pytest.mark.slow(seconds=14)


def recipes() -> dict[str, str]:
    """Heading -> the text below it."""
    parts = re.split(r"^## (.*)\n", (DOCS / "Recipes.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(text: str, kind: str) -> list[str]:
    return [body for name, body in BLOCK.findall(text) if name == kind]


def run_lines(lines: list[str], folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """Run each line in a shell that finds the command."""
    command = folder / "bin" / "radioimmuno"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m radioimmuno_cli "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    environment = os.environ | {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    done = []
    for line in lines:
        one = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        done.append(one)
    return done


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def terms(signature: Path) -> set[str]:
    return {term["variable"] for term in json.loads(signature.read_text())["terms"]}


def out_of_fold(record: Path, figure: str) -> float:
    return json.loads(record.read_text())["out_of_fold"][figure]["value"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Runs a recipe as the page has it, once; the folder of its files."""
    known: dict[str, Path] = {}

    def run(heading: str) -> Path:
        if heading not in known:
            folder = tmp_path_factory.mktemp("recipe")
            WRITERS[heading](folder)
            text = recipes()[heading]
            for settings in blocks(text, "json"):
                (folder / "settings.json").write_text(settings)
            lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
            for line, done in zip(lines, run_lines(lines, folder), strict=True):
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            known[heading] = folder
        return known[heading]

    return run


def test_each_recipe_of_the_page_has_its_files():
    assert list(recipes()) == list(WRITERS)


def test_lesions_that_progress_are_told_from_those_that_do_not(ran):
    folder = ran("Which lesion will progress")
    assert out_of_fold(folder / "progression" / "training.json", "auc") > 0.9
    assert out_of_fold(folder / "forest" / "training.json", "auc") > 0.9
    assert out_of_fold(folder / "validation" / "validation.json", "auc") > 0.9
    assert all(name.startswith("lesion.") for name in terms(folder / "progression" / "progression.json"))
    methods = {row["method"] for row in rows_of(folder / "aggregation" / "aggregation.csv")}
    assert any(method.startswith("labels") for method in methods)


def test_regions_of_lung_are_measured_and_tell_the_cause(ran):
    folder = ran("Pneumonitis: regions of lung instead of lesions")
    rows = rows_of(folder / "cohort" / "lesions.csv")
    assert {row["status"] for row in rows} <= {"measured", "warning"}
    assert len(rows) == 28
    assert out_of_fold(folder / "training.json", "auc") > 0.85


def test_tumors_of_a_millimeter_are_measured_with_settings_of_their_scale(ran):
    folder = ran("Small animals: voxels of 0.1 mm")
    rows = rows_of(folder / "cohort" / "lesions.csv")
    assert {row["status"] for row in rows} == {"measured"}
    # Balls of 0.6 mm, in mm3.
    volumes = [float(row["lesion.morphology.volume"]) for row in rows]
    assert volumes == pytest.approx([0.905] * len(rows), rel=0.05)
    assert out_of_fold(folder / "training.json", "auc") > 0.9
    settings = json.loads((folder / "animals.json").read_text())["settings"]
    assert settings["extraction"]["spacing_mm"] == 0.1


def test_with_the_default_settings_they_are_refused_as_the_page_says(ran, radioimmuno, tmp_path):
    folder = ran("Small animals: voxels of 0.1 mm")
    done = radioimmuno("cohort", folder / "manifest.csv", "--features", "standard", "--out", tmp_path / "o")
    assert done.returncode == 8
    assert {row["code"] for row in rows_of(tmp_path / "o" / "failed.csv")} == {"lesion.too_small"}


def test_every_line_of_the_page_on_own_tables_runs_or_is_refused_as_it_says(tmp_path):
    write_own_table(tmp_path)
    text = (DOCS / "OwnTable.md").read_text(encoding="utf-8")
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    for line, done in zip(lines, run_lines(lines, tmp_path), strict=True):
        code = re.search(r"# refused: ([\w.]+)$", line)
        if code:
            assert done.returncode == 1, line
            assert f"[{code[1]}]" in done.stderr
        else:
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
