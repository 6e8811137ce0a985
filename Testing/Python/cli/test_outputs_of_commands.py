"""No command replaces or removes what it reads, whatever it is told to write to."""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

import pytest

from radioimmuno_cli.main import COMMANDS, main
from radioimmuno_cli.paths import Input, OutputPath

CLICK = "--click=20,20,16"


@pytest.fixture
def place(files, tmp_path, monkeypatch):
    """Copies of the patient's files in a folder to work in."""
    monkeypatch.chdir(tmp_path)
    for file in (files.ct, files.labels, files.signature):
        shutil.copy(file, file.name)
    Path("table.csv").write_text("lesion_id,site\n1,liver\n")
    Path("settings.json").write_text("{}")
    Path("result").mkdir()
    Path("result/patient.json").write_text("{}")
    Path("dicom").mkdir()
    Path("dicom/1.dcm").write_text("")
    return tmp_path


def hashes(folder):
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


CASE = ("ct.nrrd", "labels.nrrd")
TABLE = ("--lesion-table", "table.csv")


@pytest.mark.parametrize(
    "command",
    [
        ("segment", "ct.nrrd", CLICK, "--out", "ct.nrrd"),
        ("ring", *CASE, "--out", "labels.nrrd"),
        ("features", *CASE, "--settings", "settings.json", "--out", "settings.json"),
        ("features", *CASE, "--out", "ct.nrrd"),
        ("features", *CASE, "--out", "./labels.nrrd"),
        ("features", *CASE, "--settings", "settings.json", "--out", "settings.csv"),
        ("check", *CASE, "--out", "labels.nrrd"),
        ("filter", "ct.nrrd", "--preset", "ibsi2-2_c", "--out", "ct.nrrd"),
        ("maps", *CASE, "--out", "."),
        ("score", *CASE, "--out", "."),
        ("score", *CASE, "--out", ".."),
        ("score", "dicom", "labels.nrrd", "--out", "dicom"),
        ("score", "dicom", "labels.nrrd", "--out", "dicom/result"),
        ("score", *CASE, *TABLE, "--out", "table.csv/.."),
        ("score", *CASE, "--signature", "result/patient.json", "--out", "result"),
        ("score", "ct.nrrd", "result", "--out", "result"),
        ("export-dicom", "result", "--ct", "dicom", "--out", "result"),
        ("export-dicom", "result", "--ct", "dicom", "--out", "dicom"),
    ],
    ids=" ".join,
)
def test_an_output_in_the_way_of_an_input_is_refused_before_anything_is_done(place, command, capsys):
    before = hashes(place)
    assert main(command) == 1
    assert "[output.is_input]" in capsys.readouterr().err
    assert hashes(place) == before
    assert not [entry.name for entry in place.iterdir() if entry.name.startswith(".")]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("features", *CASE, "--out", "result"), "result is a folder; name a file"),
        (("ring", *CASE, "--out", "rings.txt"), "has to end in one of .nrrd, .nii, .nii.gz, .mha"),
        (("segment", "ct.nrrd", CLICK, "--out", "new"), "has to end in one of .nrrd, .nii, .nii.gz, .mha"),
        (("features", *CASE, "--out", "/dev/null"), "/dev/null is a device or a pipe; name a file"),
        (("maps", *CASE, "--out", "table.csv"), "table.csv is a file; name a folder"),
        (("ring", *CASE, "--out", "table.csv/rings.nrrd"), "Not a directory"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_in_words(place, command, words, capsys):
    assert main(command) == 1
    assert words in capsys.readouterr().err


def test_folders_made_for_a_result_go_again_when_there_is_none(place):
    assert main(["ring", "missing.nrrd", "labels.nrrd", "--out", "new/folder/rings.nrrd"]) == 1
    assert main(["score", "missing.nrrd", "labels.nrrd", "--out", "new/folder"]) == 1
    assert not Path("new").exists()


def test_a_file_that_is_no_input_is_replaced_by_a_single_output(place):
    Path("rings.nrrd").write_text("of last week")
    assert main(["ring", *CASE, "--out", "rings.nrrd"]) == 0
    assert Path("rings.nrrd").read_bytes().startswith(b"NRRD")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("score", *CASE, "--signature", "signature.json", "--out", "out"), "scores.csv"),
        (("score", *CASE, "--signature", "signature.json", "--out", "out"), "rings.nrrd"),
        (("maps", *CASE, "--out", "out"), "mean.nrrd"),
        (("demo", "--out", "out"), "ct.nrrd"),
        (("export-dicom", "result", "--ct", "dicom", "--out", "out"), "patient_report.dcm"),
        (("score", *CASE, "--dicom", "--out", "out"), "dicom_export/lesion_segmentation.dcm"),
        (("score", *CASE, "--dicom", "--out", "out"), "dicom_export"),
    ],
)
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_file_of_the_users_with_a_results_name_is_refused_at_once(place, command, name, force, capsys):
    file = Path("out", name)
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    assert main([*command, *force]) == 1
    assert f"{name}, which this software did not write" in capsys.readouterr().err
    assert hashes(Path("out")) == {name: hashlib.sha256(b"mine").hexdigest()}


def test_results_are_replaced_while_they_are_unchanged_and_by_force_when_edited(place, capsys):
    command = ("score", *CASE, "--signature", "signature.json", "--kvp", "120", "--out", "out")
    assert main(command) == 0
    Path("out/notes.txt").write_text("mine")
    assert main(command) == 0
    Path("out/scores.csv").write_text("annotated")
    assert main(command) == 1
    assert "scores.csv, edited since it was written" in capsys.readouterr().err
    assert Path("out/scores.csv").read_text() == "annotated"
    assert main([*command, "--force"]) == 0
    assert Path("out/scores.csv").read_text() != "annotated"
    assert Path("out/notes.txt").read_text() == "mine"


def test_maps_and_scores_share_a_folder(place):
    score = ("score", *CASE, "--signature", "signature.json", "--kvp", "120", "--out", "out")
    for command in (score, ("maps", *CASE, "--names", "mean", "--out", "out"), score):
        assert main(command) == 0
    assert main(["maps", *CASE, "--names", "entropy", "--out", "out"]) == 0
    assert {"scores.csv", "mean.nrrd", "entropy.nrrd"} <= set(hashes(Path("out")))


def test_each_path_of_each_command_is_an_input_or_an_output():
    commands = argparse.ArgumentParser().add_subparsers()
    for command in COMMANDS:
        command.register(commands)
    for name, parser in commands.choices.items():
        for action in parser._actions:
            if action.type is Path:
                assert isinstance(action, Input | OutputPath), f"{name} {action.dest}"
