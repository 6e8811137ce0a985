"""`radioimmuno follow-up --dicom`: one tracking UID for one lesion, reports that refer to those before."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from small_patient import BALLS, SPACING, ct_values, label_map, write_volume

pydicom = pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from dicom_lesions import PATIENT  # noqa: E402
from dicom_series import ct_series, write  # noqa: E402
from dicom_tools import run  # noqa: E402
from pet_series import pet_series  # noqa: E402
from radioimmuno.io.ct import read_ct  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402

SMALLER, LARGER, NEW = ((8, 20, 20), 6.0, 80), ((8, 40, 42), 11.0, 110), ((26, 11, 49), 5.0, 90)
# Lesions are called otherwise in each study: balls 1 and 2 stay, 3 goes, 4 comes.
STUDIES = {
    "first": (BALLS, "20260105", "Ball"),
    "second": ({1: SMALLER, 2: LARGER}, "20260302", "Seen"),
    "third": ({1: SMALLER, 2: LARGER, 4: NEW}, "20260430", "Found"),
}
ALWAYS = {"lesion_segmentation.dcm", "ring_segmentation.dcm", "lesion_report.dcm", "patient_report.dcm"}
REPORT = "follow_up_report.dcm"
AXIS, VOLUME = "103339001", "118565006"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("dicom_studies")


@pytest.fixture(scope="module")
def folders(place) -> list[Path]:
    """Three studies of a patient, a CT and lesions each; one of another patient beside them."""
    for name, (balls, day, word) in STUDIES.items():
        write_study(place / name, balls, word, StudyDate=day)
    write_study(place / "strange", {1: SMALLER}, "Seen", StudyDate="20260302", PatientID="P-99")
    return [place / name for name in STUDIES]


def write_study(folder: Path, balls: dict, word: str, **tags: str) -> None:
    series = ct_series(ct_values(balls), spacing=SPACING[::-1], origin=(0, 0, 0), **(PATIENT | tags))
    write(folder, series)
    if word == "Found":
        write_pet(folder / "pet", balls, series[0])
    write_volume(folder / "drawn.seg.nrrd", label_map(balls), {f"{word} {n}": n for n in balls})


def write_pet(folder: Path, balls: dict, ct) -> None:
    """A PET beside a CT, each ball as many SUV as its number and 1 more, in a body of 1."""
    suv = np.ones(label_map(balls).shape) + label_map(balls)
    same = {name: ct.get(name) for name in ("FrameOfReferenceUID", "StudyInstanceUID", *PATIENT)}
    write(folder, pet_series(suv, spacing=SPACING[::-1], origin=(0, 0, 0), **same))


@pytest.fixture(scope="module")
def exported(radioimmuno, files, folders, place) -> Path:
    done = radioimmuno(
        "follow-up", *folders, "--signature", files.signature, "--out", place / "out", "--dicom"
    )
    assert done.returncode == 0, done.stderr
    assert f"dicom_export/study3/{REPORT}" in done.stdout
    return place / "out" / "dicom_export"


def tracked(path: Path) -> dict[str, tuple[str, str]]:
    """Tracking ID and UID by the segment's label."""
    return {
        str(s.SegmentLabel): (str(s.TrackingID), str(s.TrackingUID))
        for s in pydicom.dcmread(path).SegmentSequence
    }


def code_of(item) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeValue)


def groups_of(path: Path) -> list[dict[str, object]]:
    """Of each group of a report: what its items have, by the code of their name (and unit, of changes)."""
    (measured,) = (item for item in pydicom.dcmread(path).ContentSequence if code_of(item) == "126010")
    found = []
    for group in measured.ContentSequence:
        values: dict[str, object] = {}
        for item in group.ContentSequence:
            if item.ValueType == "NUM":
                number = item.MeasuredValueSequence[0]
                unit = str(number.MeasurementUnitsCodeSequence[0].CodeValue)
                key = f"{code_of(item)}, {unit}" if code_of(item).endswith("CHANGE") else code_of(item)
                values[key] = float(number.NumericValue)
            elif item.ValueType == "CODE":
                values[code_of(item)] = str(item.ConceptCodeSequence[0].CodeValue)
            elif item.ValueType in ("UIDREF", "TEXT"):
                values[code_of(item)] = str(item.UID if item.ValueType == "UIDREF" else item.TextValue)
        found.append(values)
    return found


def test_one_lesion_has_one_uid_and_one_identifier_in_all_studies(exported):
    first, second, third = (tracked(exported / f"study{n}" / "lesion_segmentation.dcm") for n in (1, 2, 3))
    assert list(first) == ["Ball 1", "Ball 2", "Ball 3"]
    assert [identifier for identifier, _ in first.values()] == list(first)
    assert second == {"Seen 1": first["Ball 1"], "Seen 2": first["Ball 2"]}
    new = third.pop("Found 4")
    assert third == {"Found 1": first["Ball 1"], "Found 2": first["Ball 2"]}
    assert new[0] == "Found 4"
    assert new[1] not in [uid for _, uid in first.values()]
    rings = [set(tracked(exported / f"study{n}" / "ring_segmentation.dcm").values()) for n in (1, 2)]
    assert rings[1] < rings[0]
    # So do the groups of the reports of each study.
    told = {group["112040"]: group["112039"] for group in groups_of(exported / "study2/lesion_report.dcm")}
    assert told[first["Ball 1"][1]] == "Ball 1"
    assert (exported / "study1" / REPORT).exists() is False
    for number in (1, 2, 3):
        assert {file.name for file in (exported / f"study{number}").iterdir()} - {REPORT} == ALWAYS


def test_uptake_of_a_study_with_a_pet_stands_in_its_report(exported):
    groups = groups_of(exported / "study3/lesion_report.dcm")
    by_name = {group["112039"]: group for group in groups}
    for name, heat in (("Ball 1", 2.0), ("Ball 2", 3.0), ("Found 4", 5.0)):
        of_pet = by_name[f"{name}, PET"]
        assert of_pet["112040"] == by_name[name]["112040"]
        # Of each code the last value counts here: SUVpeak, and the glycolysis at or above an SUV of 4.
        assert 0 < of_pet["126401"] <= heat + 0.01
        glycolysis = heat * by_name[name][VOLUME] if heat >= 4 else 0.0
        assert of_pet["126033"] == pytest.approx(glycolysis, rel=1e-3)
    assert not any(
        "PET" in str(group["112039"]) for group in groups_of(exported / "study2/lesion_report.dcm")
    )


def test_the_segmentations_are_read_back_with_the_same_voxels(exported, folders):
    for number, (folder, (balls, _, word)) in enumerate(zip(folders, STUDIES.values(), strict=True), start=1):
        ct = read_ct(folder)
        found = read_lesions(exported / f"study{number}" / "lesion_segmentation.dcm", ct.image, ct.source)
        labels = label_map(balls)
        assert [lesion.name for lesion in found.lesions] == [f"{word} {ball}" for ball in balls]
        for lesion, ball in zip(found.lesions, balls, strict=True):
            whole = np.zeros(labels.shape, bool)
            whole[lesion.mask.box.slices] = lesion.mask.values
            assert np.array_equal(whole, labels == ball)


def test_the_report_has_sizes_at_each_time_point_and_the_change(exported):
    uid = tracked(exported / "study1" / "lesion_segmentation.dcm")["Ball 2"][1]
    groups = [group for group in groups_of(exported / "study3" / REPORT) if group["112040"] == uid]
    assert [group["C2348792"] for group in groups] == ["2026-01-05", "2026-03-02", "2026-04-30"]
    assert [group["126073"] for group in groups] == [1, 2, 3]
    assert [group["128740"] for group in groups] == [0, 56, 115]
    assert [group.get("126072") for group in groups] == ["C1442488", None, None]
    voxels = [np.count_nonzero(label_map(balls) == 2) for balls, _, _ in STUDIES.values()]
    volumes = [count * np.prod(SPACING) / 1000 for count in voxels]
    assert [group[VOLUME] for group in groups] == pytest.approx(volumes, rel=1e-3)
    # Balls of 9 and 11 mm on voxels of 1 mm; scores of 100 and 110 HU at 120 kV.
    assert [group[AXIS] for group in groups] == [19, 23, 23]
    assert [group["SCORE"] for group in groups] == pytest.approx([0.52, 0.62, 0.62], abs=1e-9)
    assert [len([key for key in group if "CHANGE" in key]) for group in groups] == [0, 0, 7]
    last = groups[-1]
    assert last["VOLUME_CHANGE, cm3"] == pytest.approx(volumes[2] - volumes[0], rel=1e-3)
    assert last["VOLUME_CHANGE, %"] == pytest.approx(100 * (voxels[2] / voxels[0] - 1), rel=1e-3)
    assert last["LONG_CHANGE, mm"] == 4
    assert last["LONG_CHANGE, %"] == pytest.approx(400 / 19, rel=1e-3)
    assert last["SCORE_CHANGE, 1"] == pytest.approx(0.1, abs=1e-9)
    assert (last["112016"], last["MATCH"]) == ("112074", "MATCH_SAME")
    third = tracked(exported / "study1" / "lesion_segmentation.dcm")["Ball 3"][1]
    gone = [group for group in groups_of(exported / "study2" / REPORT) if group["112040"] == third]
    assert [(group[VOLUME], group.get("MATCH")) for group in gone][1] == (0, "MATCH_GONE")
    assert gone[1]["VOLUME_CHANGE, %"] == -100


def references(dataset, keyword: str) -> set[str]:
    """UIDs of the instances that an evidence sequence names."""
    return {
        str(item.ReferencedSOPInstanceUID)
        for study in dataset.get(keyword) or []
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    }


def test_the_report_refers_to_the_reports_segmentations_and_ct_before_it(exported, folders):
    ct, made = [], []
    for number, folder in enumerate(folders, start=1):
        ct.append({one.sop_instance_uid for one in read_ct(folder).source.instances})
        own = (pydicom.dcmread(exported / f"study{number}" / name) for name in ALWAYS)
        made.append({str(dataset.SOPInstanceUID) for dataset in own})
    report = pydicom.dcmread(exported / "study3" / REPORT)
    before = [pydicom.dcmread(exported / f"study{n}" / "lesion_report.dcm") for n in (1, 2)]
    predecessors = {str(dataset.SOPInstanceUID) for dataset in before}
    assert references(report, "PredecessorDocumentsSequence") == predecessors
    assert references(report, "CurrentRequestedProcedureEvidenceSequence") == ct[2] | made[2]
    second = pydicom.dcmread(exported / "study2" / REPORT)
    assert references(second, "PertinentOtherEvidenceSequence") == ct[0] | made[0]
    follow_up = {str(second.SOPInstanceUID)}
    assert (
        references(report, "PertinentOtherEvidenceSequence") == ct[0] | ct[1] | made[0] | made[1] | follow_up
    )


def test_what_was_exported_is_followed_again_by_its_uids(exported, folders, radioimmuno, files, tmp_path):
    places = []
    for number, folder in enumerate(folders, start=1):
        place = shutil.copytree(folder, tmp_path / f"s{number}", ignore=shutil.ignore_patterns("*.nrrd"))
        places.append(place)
        shutil.copy(exported / f"study{number}" / "lesion_segmentation.dcm", place)
    out = tmp_path / "out"
    done = radioimmuno("follow-up", *places, "--signature", files.signature, "--out", out, "--dicom")
    assert done.returncode == 0, done.stderr
    with (out / "pairs.csv").open(newline="") as file:
        how = {(row["baseline"], row["followup"]): row["by"] for row in csv.DictReader(file)}
    assert how["Ball 1", "Seen 1"] == how["Seen 2", "Found 2"] == "tracking UID"
    for number in (1, 2, 3):
        name = f"study{number}/lesion_segmentation.dcm"
        assert tracked(out / "dicom_export" / name) == tracked(exported / name)


def test_results_of_score_are_exported_with_the_ct_that_is_named(
    exported, folders, radioimmuno, files, tmp_path
):
    results = []
    for folder in folders[:2]:
        results.append(tmp_path / folder.name)
        case = (folder, folder / "drawn.seg.nrrd", "--signature", files.signature)
        radioimmuno("score", *case, "--out", results[-1])
    given = [word for folder in folders[:2] for word in ("--ct", folder)]
    # The signature is not at hand any more: the scores and what they were made with are in the results.
    done = radioimmuno("follow-up", *results, *given, "--out", tmp_path / "out", "--dicom")
    assert done.returncode == 0, done.stderr
    for name in ("study2/lesion_segmentation.dcm", "study2/ring_segmentation.dcm"):
        assert tracked(tmp_path / "out" / "dicom_export" / name) == tracked(exported / name)
    report = f"study2/{REPORT}"
    assert groups_of(tmp_path / "out" / "dicom_export" / report) == groups_of(exported / report)


def test_what_cannot_be_dicom_is_refused_before_anything_is_registered(
    folders, place, radioimmuno, files, tmp_path, monkeypatch
):
    monkeypatch.setattr("radioimmuno.followup.reading.register", None)
    (tmp_path / "plain").mkdir()
    write_volume(tmp_path / "plain" / "ct.nrrd", ct_values())
    write_volume(tmp_path / "plain" / "lesions.seg.nrrd", label_map(), {"Ball 1": 1})
    asked = ("--signature", files.signature, "--out", tmp_path / "out", "--dicom", "--kvp", 100)
    done = radioimmuno("follow-up", folders[0], tmp_path / "plain", *asked)
    assert done.returncode == 1
    assert "[followup.study]" in done.stderr
    done = radioimmuno("follow-up", folders[0], place / "strange", *asked, "--accept-patient")
    assert done.returncode == 1
    assert "[followup.patient]" in done.stderr
    assert "P-99" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow(seconds=28)
def test_validators_find_no_error(exported):
    for number in (2, 3):
        for name in (*ALWAYS, REPORT):
            lines = run("dciodvfy", exported / f"study{number}" / name).splitlines()
            assert any(line in ("Segmentation", "Comprehensive3DSR") for line in lines)
            assert [line for line in lines if line.startswith("Error")] == [], name
    lines = run("DicomSRValidator", exported / "study3" / REPORT).splitlines()
    assert "Found Root Template TID_1500 (MeasurementReport)" in lines
    assert "IOD validation complete" in lines
    assert [line for line in lines if "Error" in line] == []
    dumped = run("dcsrdump", exported / "study3" / REPORT)
    assert "Tracking Unique Identifier" in dumped
    assert "Error" not in dumped
