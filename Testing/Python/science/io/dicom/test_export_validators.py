"""What is exported, before programs that know the standard: no error, and every value is read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from export_cases import export

from dicom_tools import run

pytest.importorskip("highdicom")

from radioimmuno.io.dicom.write import write_dicom
from radioimmuno.scoring.score import score

pytestmark = pytest.mark.slow
SEGMENTATIONS = ("lesion_segmentation", "ring_segmentation")
REPORTS = ("lesion_report", "patient_report")


def assert_no_error(file):
    """The program knew what the file is, and found nothing wrong with it."""
    lines = run("dciodvfy", file).splitlines()
    assert any(line in ("Segmentation", "Comprehensive3DSR") for line in lines), file.name
    assert [line for line in lines if line.startswith("Error")] == [], file.name


@pytest.mark.parametrize("name", [*SEGMENTATIONS, *REPORTS])
def test_dciodvfy_finds_no_error(files, name):
    assert_no_error(files[name])


def test_dciodvfy_finds_no_error_in_names_as_people_write_them(case, tmp_path):
    names = ("長" * 200, "a^b\\c\n\x07\u202ed", "")
    lesions = [replace(one, name=name) for one, name in zip(case.lesions, names, strict=False)]
    patient = score(case.ct.image, lesions, case.signature, case.ct.acquisition)
    files = write_dicom(patient, case.signature, case.ct.image, lesions, case.ct.source, tmp_path)
    for file in files:
        assert_no_error(file)


@pytest.mark.parametrize("name", REPORTS)
def test_pixelmeds_validator_finds_no_error(files, name):
    lines = run("DicomSRValidator", files[name]).splitlines()
    assert "Found Root Template TID_1500 (MeasurementReport)" in lines
    assert "Root Template Validation Complete" in lines
    assert "IOD validation complete" in lines
    assert [line for line in lines if "Error" in line] == []


def test_what_stands_in_words_is_no_error_and_no_value(case, files, tmp_path):
    first, second, *others = case.patient.lesions
    in_words = {"lesion.log_sigma_3mm.statistics.mean": -1.25, "ring.log_sigma_3mm.statistics.mean": 3.5}
    rows = (
        replace(first, features={**first.features, **in_words}),
        replace(second, features=in_words),
        *others,
    )
    written = export(replace(case, patient=replace(case.patient, lesions=rows)), tmp_path)
    assert_no_error(written["lesion_report"])
    assert [
        line for line in run("DicomSRValidator", written["lesion_report"]).splitlines() if "Error" in line
    ] == []
    groups, before = (_groups_read(of["lesion_report"], tmp_path) for of in (written, files))
    for name in (first.name, f"{first.name}, ring"):
        assert _values(groups[name]) == _values(before[name])
    assert len(_values(groups[second.name])) == 2


def test_dcmqi_reads_every_value_of_the_lesions(case, files, tmp_path):
    groups = _groups_read(files["lesion_report"], tmp_path)
    for row in case.patient.lesions[:3]:
        expected = [row.volume_cc, *(v for k, v in row.features.items() if k.startswith("lesion."))]
        expected += [] if row.score is None else [row.score]
        assert _values(groups[row.name]) == pytest.approx(expected, rel=5e-4)
        if row.score is not None:
            ring = [v for k, v in row.features.items() if k.startswith("ring.")]
            assert _values(groups[f"{row.name}, ring"]) == pytest.approx(ring, rel=5e-4)


def test_dcmqi_reads_every_value_of_the_patient(case, files, tmp_path):
    groups = _groups_read(files["patient_report"], tmp_path)
    m = case.patient.metrics
    expected = [m.n, m.mean, m.median, m.minimum, m.maximum, m.sd, m.entropy, m.outside_bins]
    assert _values(groups["Patient, all lesions"]) == pytest.approx(expected, rel=5e-4)
    value = case.patient.value
    expected = [value.lesions, value.value, value.cutoff]
    assert _values(groups["Patient, value"]) == pytest.approx(expected, rel=5e-4)
    assert _values(groups["nothing"]) == []
    statuses = [
        item["conceptValue"]["CodeValue"]
        for item in groups["nothing"]["qualitativeEvaluations"]
        if item["conceptCode"]["CodeValue"] == "STATUS"
    ]
    assert statuses == ["STATUS_REFUSED"]


def _groups_read(path, tmp_path):
    run("tid1500reader", "--inputDICOM", path, "--outputMetadata", tmp_path / "read.json")
    read = json.loads((tmp_path / "read.json").read_text(encoding="utf-8"))
    return {group["TrackingIdentifier"]: group for group in read["Measurements"]}


def _values(group):
    return [float(item["value"]) for item in group["measurementItems"]]
