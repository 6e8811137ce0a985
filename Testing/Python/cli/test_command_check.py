"""`radioimmuno check` on files: what it prints, writes and returns."""

from __future__ import annotations

import csv
import json

import pytest
import SimpleITK as sitk
from small_patient import BALLS, SPACING, label_map, write_volume


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Five segments: a ball with a hole, one with a spike, a sound one, two voxels, none."""
    labels = label_map()
    (k, j, i), _, _ = BALLS[1]
    labels[k, j, i] = 0
    (k, j, i), radius, _ = BALLS[2]
    labels[k, j, i + int(radius) + 1 : i + int(radius) + 4] = 2
    labels[15, 12, 12:14] = 4
    segments = {"hollow": 1, "spiky": 2, "=sound": 3, "two voxels": 4, "empty": 5}
    return write_volume(tmp_path_factory.mktemp("faulty") / "five.seg.nrrd", labels, segments)


EXPECTED = [
    ("hollow", "lesion.holes", "warn"),
    ("spiky", "lesion.spurs", "warn"),
    ("two voxels", "lesion.too_small", "refuse"),
    ("two voxels", "lesion.few_voxels", "warn"),
    ("two voxels", "lesion.few_voxels", "warn"),
    ("empty", "lesion.empty", "refuse"),
]


def test_lesions_without_findings_end_with_code_0_and_say_so(installed, files):
    done = installed("check", files.ct, files.labels)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("nothing found") == 3
    assert "0 of 3 lesions refused, 0 to look at, 3 without findings." in done.stdout
    assert done.stderr == ""


def test_warnings_alone_end_with_code_0(radioimmuno, files, tmp_path):
    labels = label_map()
    (k, j, i), _, _ = BALLS[1]
    labels[k, j, i] = 0
    done = radioimmuno("check", files.ct, write_volume(tmp_path / "hollow.nrrd", labels))
    assert done.returncode == 0
    assert "lesion.holes" in done.stdout
    assert "0 of 3 lesions refused, 1 to look at, 2 without findings." in done.stdout


def test_a_refused_lesion_ends_with_code_8_and_the_table_names_each_finding(radioimmuno, files, faulty):
    done = radioimmuno("check", files.ct, faulty)
    assert done.returncode == 8
    lines = done.stdout.splitlines()
    assert lines[0] == "Patient ct, study ct"
    assert lines[2].split() == ["lesion", "severity", "finding", "text"]
    for name, code, severity in EXPECTED:
        assert any(
            line.startswith(name) and code in line and severity in line for line in done.stdout.splitlines()
        )
    assert "2 of 5 lesions refused, 2 to look at, 1 without findings." in done.stdout


def test_json_lists_every_finding_with_its_repairs(radioimmuno, files, faulty):
    done = radioimmuno("check", files.ct, faulty, "--json")
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode == 8
    assert document["files"] == []
    assert [(f["lesion_id"], f["code"], f["severity"]) for f in document["findings"]] == EXPECTED
    assert [f["repairs"] for f in document["findings"]][:3] == [["Fill the holes"], ["Remove the spurs"], []]
    assert all(f["text"].endswith(".") for f in document["findings"])


def test_the_csv_has_a_row_a_finding_and_one_for_a_sound_lesion(radioimmuno, files, faulty, tmp_path):
    out = tmp_path / "new folder" / "checks.csv"
    done = radioimmuno("check", files.ct, faulty, "--out", out)
    assert str(out) in done.stdout
    assert [file.name for file in out.parent.iterdir()] == ["checks.csv"]
    with out.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    assert list(rows[0]) == ["patient", "study", "lesion_id", "name", "code", "severity", "text"]
    sound = ("'=sound", "", "")
    assert [(r["lesion_id"], r["code"], r["severity"]) for r in rows] == [*EXPECTED[:2], sound, *EXPECTED[2:]]


def test_a_segmentation_on_another_grid_is_reported(radioimmuno, files, tmp_path):
    image = sitk.ReadImage(str(files.labels))
    shifted = sitk.Image(image)
    shifted.SetOrigin((0.4 * SPACING[0], 0.0, 0.0))
    sitk.WriteImage(shifted, str(tmp_path / "shifted.nrrd"))
    document = json.loads(radioimmuno("check", files.ct, tmp_path / "shifted.nrrd", "--json").stdout)
    assert {(f["code"], f["severity"]) for f in document["findings"]} == {("mask.geometry", "fixed")}
    assert len(document["findings"]) == 3


def test_settings_decide_what_is_refused(radioimmuno, files, tmp_path):
    (tmp_path / "fine.json").write_text('{"extraction": {"bin_width_hu": 0.5}}')
    done = radioimmuno("check", files.ct, files.labels, "--settings", tmp_path / "fine.json")
    assert done.returncode == 8
    assert done.stdout.count("lesion.too_many_levels") == 3


def test_what_cannot_be_read_is_one_plain_line(radioimmuno, files, tmp_path):
    done = radioimmuno("check", tmp_path / "no.nrrd", files.labels)
    assert done.returncode == 1
    assert done.stderr.startswith("radioimmuno: ")
    assert "[ct.unreadable]" in done.stderr


def test_help_names_severities_codes_and_examples(radioimmuno):
    text = radioimmuno("check", "--help").stdout
    for word in ("refuse", "warn", "fixed", "examples:", "no lesion is refused", "checks.csv"):
        assert word in text
