"""What is no lesion is left out by every command that reads lesions, and said so; it changes no exit code."""

from __future__ import annotations

import json

import pytest
from small_patient import label_map, write_volume

# command -> what it needs besides CT and lesions, with the output's name
COMMANDS = {
    "features": ("--region", "lesion", "--out", "features.csv"),
    "ring": ("--out", "rings.nrrd"),
    "check": ("--out", "checks.csv"),
    "maps": ("--names", "mean", "--out", "maps"),
    "score": ("--kvp", "120", "--out", "result"),
}


@pytest.fixture(scope="module")
def options_of(files):
    """What each command needs besides CT and lesions, the output's name last."""
    signature = ("--signature", files.signature)
    return {name: (*(signature if name == "score" else ()), *rest) for name, rest in COMMANDS.items()}


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A tumor, a cord and a target volume."""
    folder = tmp_path_factory.mktemp("planned")
    return write_volume(folder / "l.seg.nrrd", label_map(), {"GTV": 1, "Spinal cord": 2, "PTV 60": 3})


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_names_what_it_left_out(radioimmuno, files, planned, options_of, tmp_path, command):
    *options, out = options_of[command]
    case = (command, files.ct, planned, *options, tmp_path / out)
    done = radioimmuno(*case)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if "Spinal cord" in line]
    assert len(lines) == 1
    assert "left out" in lines[0].lower()
    assert "By its name it is no lesion but: spinal cord." in lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_json_lists_what_was_left_out(radioimmuno, files, planned, options_of, tmp_path, command):
    *options, out = options_of[command]
    document = json.loads(radioimmuno(command, files.ct, planned, *options, tmp_path / out, "--json").stdout)
    left_out = (document["patient"] if command == "score" else document)["left_out"]
    assert [one["name"] for one in left_out] == ["Spinal cord", "PTV 60"]
    assert all(one["reason"] for one in left_out)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_takes_a_structure_by_name_or_id(
    radioimmuno, files, planned, options_of, tmp_path, command
):
    *options, out = options_of[command]
    for option, name in (("--roi", "ptv*"), ("--lesion", "PTV 60")):
        done = radioimmuno(command, files.ct, planned, option, name, *options, tmp_path / out)
        assert done.returncode == 0, done.stderr
        assert "PTV 60" in done.stdout
        assert "Spinal cord" not in done.stdout


def test_the_table_of_checks_has_a_row_for_what_is_left_out(radioimmuno, files, planned, tmp_path):
    radioimmuno("check", files.ct, planned, "--out", tmp_path / "checks.csv")
    rows = (tmp_path / "checks.csv").read_text().splitlines()
    assert [row.count("lesion.not_a_lesion,left out") for row in rows[-2:]] == [1, 1]
