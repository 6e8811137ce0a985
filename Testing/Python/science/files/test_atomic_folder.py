"""A folder of results is whole: the new one or the one before, whatever happens in between."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import SimpleITK as sitk

from radioimmuno.files import atomic_folder
from radioimmuno.files.atomic_folder import replacing_folder
from radioimmuno.findings import OutputError

MARKER, LIST = "patient.json", ".radioimmuno-files"


def write(path: Path, text: str, names: tuple[str, ...] = ("patient.json", "scores.csv")) -> None:
    with replacing_folder(path, MARKER) as folder:
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)


def content(path: Path) -> dict[str, str]:
    return {
        str(f.relative_to(path)): f.read_text()
        for f in sorted(path.rglob("*"))
        if f.is_file() and f.name != LIST
    }


def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_folder, "_trade", lambda one, other: False)


@pytest.fixture(params=["exchange", "two renames", "one by one"])
def way(request, monkeypatch, tmp_path):
    """Each way in which a folder becomes the new one."""
    if request.param == "two renames":
        without_exchange(monkeypatch)
    if request.param == "one by one":
        (tmp_path / "out").mkdir()
        monkeypatch.chdir(tmp_path / "out")
    return request.param


def test_the_new_files_replace_the_old_ones_and_leave_nothing_beside(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old", ("patient.json", "scores.csv", "dicom/report.dcm"))
    write(out, "new")
    assert content(out) == {"patient.json": "new", "scores.csv": "new"}
    write(out, "newer", ("patient.json", "dicom/report.dcm"))
    assert content(out) == {"patient.json": "newer", "dicom/report.dcm": "newer"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_other_files_stay(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old")
    (out / "notes.txt").write_text("mine")
    write(out, "new")
    assert content(out)["notes.txt"] == "mine"
    (out / "again").mkdir()
    (out / "again" / "patient.json").write_text("mine")
    write(out, "newest")
    assert content(out) == {
        "patient.json": "newest",
        "scores.csv": "newest",
        "notes.txt": "mine",
        "again/patient.json": "mine",
    }


def test_a_failure_leaves_the_old_folder_and_nothing_else(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old")

    def fail() -> None:
        with replacing_folder(out, MARKER) as folder:
            (folder / "patient.json").write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert content(out) == {"patient.json": "old", "scores.csv": "old"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_failure_in_a_new_place_leaves_no_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt), replacing_folder(tmp_path / "out", MARKER):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_replaced_one_by_one_the_marker_goes_first_and_comes_last(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write(out, "old")
    monkeypatch.chdir(out)
    seen = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append((target.name, (out / MARKER).exists()))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    write(out, "new")
    assert seen == [(LIST, True), ("scores.csv", False), ("patient.json", False), (LIST, True)]


def test_what_was_never_written_here_is_not_removed_whatever_it_is_called(tmp_path, way):
    out = tmp_path / "out"
    (out / "dicom").mkdir(parents=True, exist_ok=True)
    (out / "dicom" / "slice").write_text("mine")
    (out / "scene.mrb").write_text("mine")
    for text in ("old", "new"):
        write(out, text)
        assert content(out) == {
            "patient.json": text,
            "scores.csv": text,
            "dicom/slice": "mine",
            "scene.mrb": "mine",
        }
    with pytest.raises(OutputError, match="dicom/slice, which this software did not write"):
        write(out, "newer", ("patient.json", "dicom/slice"))
    assert content(out)["dicom/slice"] == "mine"
    assert content(out)["patient.json"] == "new"


def test_a_file_of_somebody_else_with_a_name_of_ours_is_refused_before_anything_is_done(tmp_path, way):
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    (out / "scores.csv").write_text("mine")
    done = []
    with (
        pytest.raises(OutputError) as refusal,
        replacing_folder(out, MARKER, ("patient.json", "scores.csv"), force=True),
    ):
        done.append("computed")
    assert refusal.value.code == "output.foreign"
    assert "scores.csv" in str(refusal.value)
    assert done == []
    assert content(out) == {"scores.csv": "mine"}


@pytest.mark.parametrize("name", ["patient.json", "scores.csv"])
def test_a_result_that_was_edited_is_only_replaced_by_force(tmp_path, way, name):
    out = tmp_path / "out"
    write(out, "old")
    (out / name).write_text("edited")
    with pytest.raises(OutputError, match=rf"{name}, edited since it was written"):
        write(out, "new")
    with pytest.raises(OutputError, match=rf"{name}, edited since it was written"):
        write(out, "new", ("patient.json",))  # scores.csv would be removed
    assert content(out)[name] == "edited"
    with replacing_folder(out, MARKER, force=True) as folder:
        (folder / MARKER).write_text("newer")
    assert content(out) == {"patient.json": "newer"}


def test_what_an_older_list_names_without_hashes_counts_as_edited(tmp_path, way):
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    for name in ("patient.json", "scores.csv"):
        (out / name).write_text("old")
    (out / LIST).write_text("patient.json\nscores.csv\n")
    with pytest.raises(OutputError, match="older version"):
        write(out, "new", ("patient.json",))
    with replacing_folder(out, MARKER, force=True) as folder:
        (folder / MARKER).write_text("new")
    assert content(out) == {"patient.json": "new"}


def test_what_was_put_into_a_folder_of_ours_stays_when_the_folder_is_no_longer_written(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old", ("patient.json", "dicom/report.dcm"))
    (out / "dicom" / "notes.txt").write_text("mine")
    write(out, "new", ("patient.json", "dicom/report.dcm"))
    assert content(out)["dicom/notes.txt"] == "mine"
    write(out, "newer", ("patient.json",))
    assert content(out) == {"patient.json": "newer", "dicom/notes.txt": "mine"}


def test_a_link_in_the_place_of_a_result_is_somebody_elses(tmp_path, way):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write(out, "old")
    elsewhere.write_text("old")
    (out / "scores.csv").unlink()
    (out / "scores.csv").symlink_to(elsewhere)
    with pytest.raises(OutputError):
        write(out, "new")
    assert (out / "scores.csv").is_symlink()


def test_results_of_another_kind_in_the_same_folder_stay_ours_and_stay(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old")
    for text in ("a", "b"):
        with replacing_folder(out, "mean.nrrd", kind="mean.nrrd") as folder:
            (folder / "mean.nrrd").write_text(text)
        assert content(out) == {"patient.json": "old", "scores.csv": "old", "mean.nrrd": text}
    write(out, "new")
    assert content(out) == {"patient.json": "new", "scores.csv": "new", "mean.nrrd": "b"}


def test_a_file_that_comes_while_the_folder_is_exchanged_is_not_lost(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write(out, "old")
    trade = atomic_folder._trade

    def late(one, other):
        (out / "late.txt").write_text("mine")
        return trade(one, other)

    monkeypatch.setattr(atomic_folder, "_trade", late)
    write(out, "new")
    assert content(out) == {"patient.json": "new", "scores.csv": "new", "late.txt": "mine"}


def test_a_result_that_is_edited_while_the_new_one_is_computed_is_kept(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old")

    def edited_meanwhile() -> None:
        with replacing_folder(out, MARKER, (MARKER,)) as folder:
            (folder / MARKER).write_text("new")
            (out / "scores.csv").write_text("edited meanwhile")

    with pytest.raises(OutputError):
        edited_meanwhile()
    assert content(out) == {"patient.json": "old", "scores.csv": "edited meanwhile"}


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError), replacing_folder(tmp_path / "file" / "out", MARKER):
        pass


WRITER = """
import os, sys
import numpy as np
from pathlib import Path
from radioimmuno.files.atomic_folder import replacing_folder
from radioimmuno.geometry.image import Lattice
from radioimmuno.report import write_patient_json, write_rings, write_scores_csv
from radioimmuno.io.segmentation_writer import write_segmentation
import report_cases
out = Path(sys.argv[1])
cases = {n: report_cases.signature(version=str(n)) for n in range(200)}
patient, lesions = report_cases.patient(), report_cases.lesions()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        n = int(line)
        while True:
            n += 1
            with replacing_folder(out, "patient.json") as folder:
                for name, write in (("patient.json", write_patient_json), ("scores.csv", write_scores_csv)):
                    write(patient, cases[n % 200], folder / name)
                write_rings(patient, folder / "rings.nrrd")
                write_segmentation(folder / "lesions.seg.nrrd", lesions, report_cases.CT)
    print(child, flush=True)
    os.waitpid(child, 0)
"""


@pytest.mark.slow(seconds=10)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_moments_while_writing_there_is_always_one_whole_result(tmp_path):
    out = tmp_path / "out"
    here = Path(__file__).parent
    command = [sys.executable, "-W", "ignore", "-c", WRITER, str(out)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(here), *sys.path])}
    moments = random.Random(5)
    versions = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        for number in range(50):
            writer.stdin.write(f"{3 * number}\n")
            writer.stdin.flush()
            before = stamp(out)
            child = int(writer.stdout.readline())
            deadline = time.monotonic() + 60.0
            while stamp(out) == before:
                assert time.monotonic() < deadline, "the writer wrote nothing"
                time.sleep(0.002)
            time.sleep(moments.uniform(0.0, 0.1))  # writing a result takes about 0.03 s
            os.kill(child, signal.SIGKILL)
            versions.append(whole_result(out))
        writer.stdin.close()
    assert len(set(versions)) > 10  # it was killed while it wrote, not before


def stamp(out: Path) -> int | None:
    """Another number for every result that was written."""
    try:
        return (out / "patient.json").stat().st_mtime_ns
    except FileNotFoundError:
        return None


def whole_result(out: Path) -> str:
    """The version of the folder's files, which all open and are of one version."""
    names = {"patient.json", "scores.csv", "rings.nrrd", "lesions.seg.nrrd"}
    assert {f.name for f in out.iterdir()} == {*names, LIST}
    version = json.loads((out / "patient.json").read_text())["signature"]["version"]
    header, *rows = (out / "scores.csv").read_text().splitlines()
    column = header.split(",").index("signature_version")
    assert len(rows) == 4
    assert {row.split(",")[column] for row in rows} == {version}
    for name in ("rings.nrrd", "lesions.seg.nrrd"):
        assert sitk.GetArrayFromImage(sitk.ReadImage(str(out / name))).any()
    return version
