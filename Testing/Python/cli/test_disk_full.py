"""A full disk is never success: what was there before stays, and a sentence says what happened."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from full_disk import failed, fill, run_with_files_up_to
from running import run_here

COMMAND = [sys.executable, "-W", "error", "-m", "radioimmuno_cli"]
CASE = ("ct.nrrd", "labels.nrrd")
SCORE = ("score", *CASE, "--signature", "signature.json", "--kvp", "120")
needs_slicer = pytest.mark.skipif(
    importlib.util.find_spec("slicer") is None, reason="needs Slicer's libraries"
)


def content(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def place(files, tmp_path):
    """The patient's files, and earlier results."""
    for file in (files.ct, files.labels, files.signature):
        shutil.copy(file, tmp_path / file.name)
    for name in ("rings.nrrd", "new.seg.nrrd", "new.nii", "features.csv", "checks.csv"):
        (tmp_path / name).write_text("of last week")
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "notes.txt").write_text("mine")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "size"),
    [
        (("ring", *CASE, "--out", "rings.nrrd"), 100),
        (("ring", *CASE, "--out", "rings.nrrd"), 1000),
        (("segment", "ct.nrrd", "--click=20,20,16", "--out", "new.seg.nrrd"), 1000),
        (("segment", "ct.nrrd", "--click=20,20,16", "--out", "new.nii"), 1000),
        (("filter", "ct.nrrd", "--preset", "ibsi2-2_c", "--out", "rings.nrrd"), 1000),
        (("maps", *CASE, "--out", "result", "--names", "entropy"), 1000),
        (("features", *CASE, "--out", "features.csv"), 0),
        (("features", *CASE, "--out", "features.csv"), 1000),
        ((*SCORE, "--out", "result"), 0),
        ((*SCORE, "--out", "new/result"), 1000),
        ((*SCORE, "--out", "result"), 9000),
    ],
    ids=str,
)
def test_a_file_that_cannot_grow_is_reported_and_replaces_nothing(place, command, size):
    before = content(place)
    failed(run_here(*command, cwd=place, largest_file=size))
    assert content(place) == before
    assert not (place / "new").exists()
    assert not [entry.name for entry in place.iterdir() if entry.name.startswith(".")]


@pytest.mark.parametrize("size", [0, 50])
def test_a_table_of_findings_that_cannot_grow_is_reported(place, size):
    failed(run_here("check", *CASE, "--out", "checks.csv", cwd=place, largest_file=size))
    assert (place / "checks.csv").read_text() == "of last week"


@needs_slicer
@pytest.mark.scene
@pytest.mark.slow
def test_a_demonstration_that_cannot_grow_is_reported(place):
    before = content(place)
    failed(run_with_files_up_to(300_000, "demo", "--out", "demo", cwd=place))
    assert content(place) == before
    assert not (place / "demo").exists()


@pytest.mark.parametrize("left", [0, 8192])
@pytest.mark.parametrize(
    ("command", "out"),
    [
        (("ring", *CASE), "rings.nrrd"),
        (("maps", *CASE), "maps"),
        (("features", *CASE), "features.csv"),
        (SCORE, "result"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_on_a_full_disk_the_result_is_whole_or_as_before(place, small_disk, command, out, left):
    fill(small_disk, left)
    before = content(small_disk)
    done = run_here(*command, "--out", small_disk / out, cwd=place)
    if done.returncode == 0:
        assert left > 0
        assert content(small_disk) != before
        return
    failed(done)
    assert content(small_disk) == before
    assert [entry.name for entry in small_disk.iterdir()] == ["filling"]


@pytest.mark.parametrize("command", [("features", *CASE, "--json"), ("score", "--help"), ("--version",)])
def test_where_stdout_cannot_be_written_that_is_reported(place, command):
    arguments = [*COMMAND, *command, *(("--out", "f.csv") if command[0] == "features" else ())]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(arguments, cwd=place, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "radioimmuno: No space left on device\n"
