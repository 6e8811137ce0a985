"""What the command says when it cannot do what it was asked: one plain line and an exit code."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from small_patient import SHAPE, write_volume

from radioimmuno_cli import result
from radioimmuno_cli.exit_status import Failure

LINE = re.compile(r"radioimmuno: [^\n]+\n")


def failed(done, words):
    assert done.returncode == 1
    assert done.stdout == ""
    assert LINE.fullmatch(done.stderr), done.stderr
    assert re.search(words, done.stderr), done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("unknown",),
        ("score", "ct.nrrd"),
        ("score", "ct.nrrd", "lesions.nrrd"),
        ("score", "ct.nrrd", "lesions.nrrd", "--out", "o", "--kvp", "high"),
        ("score", "ct.nrrd", "lesions.nrrd", "--out", "o", "--kvp", "-120"),
        ("features", "ct.nrrd", "lesions.nrrd", "--out", "f.csv", "--region", "rim"),
        ("features", "ct.nrrd", "lesions.nrrd", "--out", "f.csv", "--engine", "lifex"),
        ("features", "ct.nrrd", "lesions.nrrd", "--out", "f.csv", "--image-type", "LoG:broad"),
        ("demo", "--out", "o", "--seed", "-1"),
        ("signature", "delete"),
    ],
)
def test_wrong_usage_is_exit_code_2(radioimmuno, tmp_path, arguments):
    done = radioimmuno(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: radioimmuno")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["score", "features", "ring"])
def test_a_missing_ct_is_one_plain_line_with_its_code(radioimmuno, files, tmp_path, command):
    done = radioimmuno(command, tmp_path / "no.nrrd", files.labels, "--out", tmp_path / "out.nrrd")
    failed(done, r"no\.nrrd does not exist\. \[ct\.unreadable\]")


def test_what_libraries_print_is_kept_away(installed, files, tmp_path):
    broken = tmp_path / "broken.mhd"
    broken.write_text("ObjectType = Image\nNDims = 3\n")
    failed(installed("ring", broken, files.labels, "--out", tmp_path / "r.nrrd"), r"\[ct\.unreadable\]")


def test_swapped_files_are_noticed(radioimmuno, files, tmp_path):
    done = radioimmuno("score", files.labels, files.ct, "--out", tmp_path)
    failed(done, r"negative values; .* swapped\? \[mask\.unreadable\]")


def test_a_segmentation_of_another_image_is_refused(radioimmuno, files, tmp_path):
    big = np.zeros((SHAPE[0] * 4, *SHAPE[1:]), np.uint8)
    big[-2:, 20:30, 20:30] = 1
    lesions = write_volume(tmp_path / "elsewhere.nrrd", big)
    done = radioimmuno("score", files.ct, lesions, "--out", tmp_path / "out")
    failed(done, r"outside of the CT altogether.* \[mask\.geometry\]")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("lesion_id,site\n7,liver\n", "table.unknown_lesion"),
        ("lesion_id,site\n1,knee\n", "table.unknown_site"),
        ("lesion,site\n1,liver\n", "table.unreadable"),
    ],
)
def test_a_wrong_lesion_table_is_refused_with_its_line(radioimmuno, files, tmp_path, text, code):
    table = tmp_path / "table.csv"
    table.write_text(text)
    done = radioimmuno("score", files.ct, files.labels, "--lesion-table", table, "--out", tmp_path / "out")
    failed(done, rf"Line \d of .*table\.csv.* \[{re.escape(code)}\]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", r"not valid JSON.* \[settings\.invalid\]"),
        ('{"extraction": {"bin_width": 25}}', r"extraction\.bin_width is not known.* \[settings\.invalid\]"),
        ('{"ring": {"outer_mm": -1}}', r"ring\.outer_mm must be .* \[settings\.invalid\]"),
    ],
)
def test_wrong_settings_are_refused_by_field(radioimmuno, files, tmp_path, text, words):
    settings = tmp_path / "settings.json"
    settings.write_text(text)
    out = tmp_path / "f.csv"
    failed(radioimmuno("features", files.ct, files.labels, "--settings", settings, "--out", out), words)
    assert not out.exists()


def test_an_unknown_preset_is_refused_with_those_that_there_are(radioimmuno, files, tmp_path):
    done = radioimmuno(
        "features", files.ct, files.labels, "--settings", "ibsi-z", "--out", tmp_path / "f.csv"
    )
    failed(done, "neither a file nor one of the presets default, ibsi-digital, ibsi-c")


def test_an_output_folder_that_is_a_file_is_refused(radioimmuno, files):
    failed(radioimmuno("score", files.ct, files.labels, "--out", files.ct), "is a file; name a folder")


def test_an_output_folder_that_cannot_be_made_is_refused(radioimmuno, files):
    failed(radioimmuno("score", files.ct, files.labels, "--out", files.ct / "out"), "Not a directory")


def test_a_reader_that_stops_reading_gets_no_complaint(files, tmp_path):
    command = [sys.executable, "-m", "radioimmuno_cli", "features", files.ct, files.labels, "--json"]
    done = subprocess.Popen(
        [*map(str, command), "--out", str(tmp_path / "f.csv")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    done.stdout.close()
    assert done.stderr.read() == b""
    done.stderr.close()
    assert done.wait() == 1


def test_a_scene_without_slicers_libraries_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Failure, match=r"pip install 'radioimmuno\[slicer\]'"):
        result.check_scene_can_be_made()


@pytest.mark.parametrize("engine", ["pyradiomics", "compare"])
def test_an_engine_that_is_missing_is_reported_before_anything_is_read(
    radioimmuno, monkeypatch, tmp_path, engine
):
    monkeypatch.setitem(sys.modules, "radiomics", None)  # as if it were not installed
    done = radioimmuno(
        "features", "no.nrrd", "no.nrrd", "--engine", engine, "--out", tmp_path / "new" / "f.csv"
    )
    failed(done, r"SlicerRadiomics.*pip install pyradiomics.*Python 3\.11.* \[engine\.missing\]")
    assert list(tmp_path.iterdir()) == []


def test_filtered_images_go_with_pyradiomics_alone(radioimmuno, tmp_path):
    done = radioimmuno(
        "features", "ct.nrrd", "l.nrrd", "--image-type", "Wavelet", "--out", tmp_path / "f.csv"
    )
    failed(done, "--engine pyradiomics")
