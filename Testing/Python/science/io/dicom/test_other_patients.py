"""Files of other patients: nothing is scored on somebody else's CT, unless a person takes it on."""

from __future__ import annotations

import numpy as np
import pytest

pydicom = pytest.importorskip("pydicom")

from dicom_lesions import PATIENT, rtstruct, save, seg  # noqa: E402
from dicom_series import ct_series, hu_values, write  # noqa: E402
from radioimmuno.findings import InputError, Severity  # noqa: E402
from radioimmuno.io.dicom import find_series, read_ct  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402

STUDY, FRAME, OTHER = "1.2.3.400001", "1.2.3.5", "1.2.3.499999"
SQUARE = [np.array([(-28.0, 14, z), (-20, 14, z), (-20, 20, z), (-28, 20, z)]) for z in (105.0, 107.5)]
ACCEPTED = ("patient.mismatch",)


@pytest.fixture
def slices():
    return ct_series(hu_values(), study_uid=STUDY, frame_uid=FRAME, **PATIENT)


@pytest.fixture
def ct(slices, tmp_path):
    return read_ct(write(tmp_path / "ct", slices))


def structures(path, *, frame_uid=FRAME, series_uid="", **header):
    made = rtstruct({"GTV": SQUARE}, frame_uid=frame_uid, series_uid=series_uid)
    for keyword, value in ({"PatientID": PATIENT["PatientID"], "StudyInstanceUID": STUDY} | header).items():
        setattr(made, keyword, value)
    return save(path, made)


def refusal(path, ct):
    with pytest.raises(InputError) as caught:
        read_lesions(path, ct.image, ct.source)
    assert caught.value.code == "patient.mismatch"
    assert "--accept-patient" in str(caught.value)
    return str(caught.value)


def test_structures_of_another_patient_are_refused_with_both_shown_in_part(ct, tmp_path):
    said = refusal(structures(tmp_path / "rs.dcm", PatientID="MUSTER-0815"), ct)
    assert "M...5" in said
    assert "P...7" in said
    assert "MUSTER" not in said
    assert PATIENT["PatientID"] not in said


def test_what_was_accepted_is_a_warning_of_every_lesion(ct, tmp_path):
    path = structures(tmp_path / "rs.dcm", PatientID="MUSTER-0815")
    found = read_lesions(path, ct.image, ct.source, accepted=ACCEPTED).findings["1"]
    (finding,) = [each for each in found if each.code == "patient.mismatch"]
    assert finding.severity is Severity.WARN
    assert finding.text.endswith("Accepted by hand.")


@pytest.mark.parametrize("identifier", ["", "P-17 ", "p-17", None])
def test_the_same_patient_and_an_unknown_one_pass(ct, tmp_path, identifier):
    path = structures(tmp_path / "rs.dcm", PatientID=identifier)
    codes = {finding.code for finding in read_lesions(path, ct.image, ct.source).findings["1"]}
    assert "patient.mismatch" not in codes


def test_another_study_without_a_shared_frame_of_reference_is_refused(ct, tmp_path):
    said = refusal(
        structures(tmp_path / "rs.dcm", frame_uid="", StudyInstanceUID=OTHER, StudyDate="20200708"), ct
    )
    assert "of another study (of 2020-07-08, UID ...499999)" in said
    assert "than the CT (of 2020-01-02, UID ...400001)" in said


def test_another_study_in_the_ct_s_frame_of_reference_passes(ct, tmp_path):
    path = structures(tmp_path / "rs.dcm", StudyInstanceUID=OTHER)
    assert read_lesions(path, ct.image, ct.source).lesions[0].voxels


def test_a_structure_s_own_frame_of_reference_ties_it_to_the_ct(ct, tmp_path):
    path = structures(tmp_path / "rs.dcm", StudyInstanceUID=OTHER)
    made = pydicom.dcmread(path)
    made.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = "1.2.3.77"
    made.ReferencedFrameOfReferenceSequence.append(pydicom.Dataset())
    assert read_lesions(save(path, made), ct.image, ct.source).lesions[0].voxels


def test_another_study_that_refers_to_the_ct_s_series_passes(ct, tmp_path):
    path = structures(
        tmp_path / "rs.dcm", frame_uid="", series_uid=ct.source.series_uid, StudyInstanceUID=OTHER
    )
    assert read_lesions(path, ct.image, ct.source).lesions[0].voxels


def test_a_segmentation_of_another_patient_is_refused(slices, ct, tmp_path):
    mask = np.zeros(ct.image.lattice.shape, np.uint8)
    mask[3:6, 5:9, 5:9] = 1
    made = seg(slices, mask, ["GTV"], "BINARY")
    made.PatientID = "MUSTER-0815"
    path = save(tmp_path / "seg.dcm", made)
    assert "M...5" in refusal(path, ct)
    found = read_lesions(path, ct.image, ct.source, accepted=ACCEPTED)
    assert "patient.mismatch" in {finding.code for finding in found.findings["1"]}


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [("PatientID", "MUSTER-0815", "another patient"), ("StudyInstanceUID", OTHER, "another study")],
)
def test_a_slice_of_another_patient_or_study_in_a_series_is_refused(slices, tmp_path, keyword, value, words):
    setattr(slices[4], keyword, value)
    folder = write(tmp_path / "ct", slices)
    (series,) = find_series(folder)
    assert not series.usable
    assert [finding.code for finding in series.findings] == ["patient.mismatch"]
    assert f"1 of 10 slices are of {words}" in series.findings[0].text
    assert "MUSTER" not in series.findings[0].text
    taken = read_ct(folder, accepted=ACCEPTED)
    assert [f.severity for f in taken.findings if f.code == "patient.mismatch"] == [Severity.WARN]


def test_the_patient_is_known_where_any_slice_names_it(slices, tmp_path):
    slices[0].PatientID = ""
    assert read_ct(write(tmp_path / "ct", slices)).source.patient_id == PATIENT["PatientID"]


def test_slices_without_a_patient_id_pass(slices, tmp_path):
    slices[4].PatientID = ""
    slices[5].PatientID = " p-17"
    assert find_series(write(tmp_path / "ct", slices))[0].usable
