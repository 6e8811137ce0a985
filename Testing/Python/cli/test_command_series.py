"""`radioimmuno series`, and DICOM folders as the CT of other commands."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from small_patient import SPACING, ct_values

from dicom_series import ct_series, write
from pet_series import pet_series, uptake

GOOD, OTHER, TILTED = "1.2.826.0.1.1", "1.2.826.0.1.2", "1.2.826.0.1.3"


def patient_series(uid=GOOD, **tags):
    return ct_series(ct_values(), uid=uid, spacing=SPACING[::-1], origin=(0, 0, 0), **tags)


def tilted_series():
    slices = patient_series(TILTED, SeriesDescription="Tilted", SeriesNumber=3)
    for number, dataset in enumerate(slices):
        dataset.ImagePositionPatient = [0.0, 0.5 * number, 2.0 * number]
    return slices


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """Three series of one study: two good ones and a tilted one."""
    folder = tmp_path_factory.mktemp("export")
    write(folder / "A", patient_series(SeriesDescription="Portal venous", SeriesNumber=1))
    write(
        folder / "B", patient_series(OTHER, SeriesDescription="Lung", SeriesNumber=2, ConvolutionKernel=None)
    )
    write(folder / "C", tilted_series())
    return folder


def rows_of(folder):
    with (folder / "scores.csv").open(newline="") as stream:
        return {row["lesion_id"]: row for row in csv.DictReader(stream)}


def score(radioimmuno, files, ct, out, *options):
    return radioimmuno("score", ct, files.labels, "--signature", files.signature, "--out", out, *options)


def test_json_lists_the_series_and_what_is_wrong_with_each(installed, export):
    done = installed("series", export, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    good, other, tilted = json.loads(done.stdout)["series"]
    assert set(good) == {"uid", "modality", "description", "slices", "usable", "findings"}
    assert (good["uid"], good["modality"], good["slices"], good["usable"]) == (GOOD, "CT", 30, True)
    assert good["findings"] == []
    assert [(f["code"], f["severity"]) for f in other["findings"]] == [("domain.kernel_unknown", "warn")]
    assert not tilted["usable"]
    assert [(f["code"], f["severity"]) for f in tilted["findings"]] == [("ct.gantry_tilt", "refuse")]
    assert "14.0 degrees" in tilted["findings"][0]["text"]


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory):
    """A CT, its PET, and the PET without correction for attenuation."""
    folder = tmp_path_factory.mktemp("hybrid")
    write(folder, patient_series(SeriesDescription="CT", SeriesNumber=1))
    write(folder, pet_series(uptake(), SeriesDescription="PET AC", SeriesNumber=2))
    write(folder, pet_series(uptake(), SeriesDescription="PET NAC", SeriesNumber=3, CorrectedImage=["DECY"]))
    return folder


def test_a_pet_is_judged_as_one_and_says_how_suv_are_made(radioimmuno, hybrid):
    done = radioimmuno("series", hybrid, "--json")
    ct, pet, other = json.loads(done.stdout)["series"]
    assert [series["usable"] for series in (ct, pet, other)] == [True, True, False]
    assert "pet" not in ct
    assert pet["findings"] == []
    facts = pet["pet"]
    assert (facts["units"], facts["decay_correction"], facts["tracer"]) == ("BQML", "START", "tracer")
    assert (facts["uptake_min"], facts["weight_kg"], facts["dose_mbq"]) == (60.0, 50.0, 200.0)
    assert facts["suv"]["unit"] == "g/ml"
    assert {"RadionuclideTotalDose (0018,1074)", "PatientWeight (0010,1030)"} <= {
        tag for step in facts["suv"]["steps"] for tag in step["used"]
    }
    assert [finding["code"] for finding in other["findings"]] == ["pet.attenuation"]
    assert other["pet"]["suv"] is None


def test_the_terminal_has_a_column_of_what_values_of_a_pet_are(radioimmuno, hybrid):
    done = radioimmuno("series", hybrid)
    lines = done.stdout.splitlines()
    assert lines[0].split()[-2:] == ["values", "findings"]
    assert "SUVbw of BQML (START), tracer, uptake 60 min" in done.stdout
    assert "It is not corrected for attenuation" in " ".join(done.stdout.split())


def test_the_terminal_shows_a_line_a_series(radioimmuno, export):
    done = radioimmuno("series", export)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["UID", "modality", "description", "slices", "usable", "findings"]
    assert lines[2].split() == [GOOD, "CT", "Portal", "venous", "30", "yes"]
    assert "no" in lines[4].split()


def test_a_folder_without_dicom_is_one_plain_line(radioimmuno, tmp_path):
    done = radioimmuno("series", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("radioimmuno: ")
    assert done.stderr.endswith("[ct.unreadable]\n")


@pytest.mark.parametrize(("command", "out"), [("score", "out"), ("features", "f.csv"), ("ring", "r.nrrd")])
def test_every_command_asks_which_of_several_series(radioimmuno, files, export, tmp_path, command, out):
    done = radioimmuno(command, export, files.labels, "--out", tmp_path / out)
    assert done.returncode == 1
    assert "Say which (--series UID). [ct.mixed_series]" in done.stderr
    assert GOOD in done.stderr
    assert OTHER in done.stderr


@pytest.mark.parametrize(("command", "out"), [("score", "out"), ("features", "f.csv"), ("ring", "r.nrrd")])
def test_every_command_takes_the_series_that_is_named(radioimmuno, files, export, tmp_path, command, out):
    done = radioimmuno(command, export, files.labels, "--out", tmp_path / out, "--series", GOOD)
    assert done.returncode in (0, 8), done.stderr
    assert (tmp_path / out).exists()


def test_a_series_is_scored_like_the_volume_and_its_header_is_recorded(radioimmuno, files, export, tmp_path):
    done = score(radioimmuno, files, export, tmp_path / "dicom", "--series", GOOD)
    assert done.returncode == 0, done.stderr
    score(radioimmuno, files, files.ct, tmp_path / "nrrd", "--kvp", "120")
    assert {key: row["score"] for key, row in rows_of(tmp_path / "dicom").items()} == {
        key: row["score"] for key, row in rows_of(tmp_path / "nrrd").items()
    }
    provenance = json.loads((tmp_path / "dicom" / "patient.json").read_text())["provenance"]
    assert provenance["inputs"]["ct"]["series_uid"] == GOOD
    assert len(provenance["inputs"]["ct"]["sha256"]) == 64
    assert provenance["acquisition"]["scanner"] == "Maker Model"
    assert provenance["acquisition"]["modality"] == "CT"


def test_an_unusable_series_that_is_named_is_refused_with_its_own_code(radioimmuno, files, export, tmp_path):
    done = score(radioimmuno, files, export, tmp_path / "out", "--series", TILTED)
    assert done.returncode == 1
    assert done.stderr.endswith("[ct.gantry_tilt]\n")


def test_a_series_of_a_file_that_has_none_is_refused(radioimmuno, files, tmp_path):
    done = score(radioimmuno, files, files.ct, tmp_path / "out", "--series", GOOD)
    assert done.returncode == 1
    assert done.stderr.endswith("[ct.unknown_series]\n")


def test_a_warning_of_the_header_is_in_every_row(radioimmuno, files, export, tmp_path):
    score(radioimmuno, files, export, tmp_path, "--series", OTHER)
    rows = rows_of(tmp_path)
    assert all("domain.kernel_unknown" in row["codes"] and row["score"] for row in rows.values())


def test_another_modality_is_refused_and_cannot_be_accepted(radioimmuno, files, tmp_path):
    write(tmp_path / "mr", patient_series(Modality="MR"))
    refused = score(
        radioimmuno, files, tmp_path / "mr", tmp_path / "out", "--accept-values", "--accept-derived"
    )
    assert refused.returncode == 1
    assert refused.stderr.endswith("[ct.not_ct]\n")


def test_a_missing_slice_refuses_the_lesion_it_crosses_and_warns_of_the_others(radioimmuno, files, tmp_path):
    slices = patient_series()
    del slices[22]  # through the middle of lesion 3
    write(tmp_path / "gap", slices)
    done = score(radioimmuno, files, tmp_path / "gap", tmp_path / "out")
    rows = rows_of(tmp_path / "out")
    assert done.returncode == 8
    assert all("ct.missing_slice" in row["codes"] for row in rows.values())
    assert [rows[key]["status"] for key in "123"] == ["warning", "warning", "refused"]
    score(radioimmuno, files, files.ct, tmp_path / "whole", "--kvp", "120")
    whole = rows_of(tmp_path / "whole")
    assert [rows[key]["score"] for key in "12"] == [whole[key]["score"] for key in "12"]


def test_padding_in_a_lesion_is_refused(radioimmuno, files, tmp_path):
    values = ct_values()
    values[4:12, 14:22, 14:22] = -1024
    slices = ct_series(values, spacing=SPACING[::-1], origin=(0, 0, 0), PixelPaddingValue=0)
    assert np.frombuffer(slices[5].PixelData, "<u2").min() == 0
    write(tmp_path / "padded", slices)
    score(radioimmuno, files, tmp_path / "padded", tmp_path / "out")
    row = rows_of(tmp_path / "out")["1"]
    assert (row["status"], row["score"]) == ("refused", "")
    assert "ct.padding" in row["codes"]


def test_damaged_files_are_named(radioimmuno, tmp_path):
    write(tmp_path, patient_series())
    (tmp_path / "IM9999").write_bytes(b"")
    assert "Damaged: IM9999 is empty." in radioimmuno("series", tmp_path).stdout
    assert json.loads(radioimmuno("series", tmp_path, "--json").stdout)["damaged"] == ["IM9999 is empty"]
