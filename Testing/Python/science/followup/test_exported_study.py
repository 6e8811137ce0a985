"""What is written of a study of a course: scores as `score` has them, of one patient's DICOM studies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from followed import studies_of

from radioimmuno.findings import InputError
from radioimmuno.followup import exported_study
from radioimmuno.followup.exported_study import check_exported, patient_score_of
from radioimmuno.scoring.score import patient_score
from radioimmuno.signature.signature import default_signature

SIGNATURE = default_signature()


@pytest.fixture
def scored():
    """A study whose lesion has what the signature weighs, a value of the patient, and something besides."""
    (one,) = studies_of({"a": 20.0})
    values = dict.fromkeys(SIGNATURE.variables, 1.0)
    features = {**values, "ring.morphology.volume": 2.0, "clinical.pdl1": 40.0}
    union = replace(one.rows["a"], id="a+b", name="as one")
    return replace(one, rows={"a": replace(one.rows["a"], features=features), "a+b": union})


def test_what_was_measured_besides_is_left_out(scored):
    found = patient_score_of(scored, None, SIGNATURE)
    assert [row.id for row in found.lesions] == ["a"]
    names = set(found.lesions[0].features)
    assert "ring.morphology.volume" not in names
    assert "clinical.pdl1" in names
    assert names >= {name for name in SIGNATURE.variables if name.startswith(("lesion.", "ring."))}
    assert found.metrics.n == 1


def test_a_result_is_kept_with_the_features_that_it_had(scored):
    row = replace(scored.rows["a"], features={"ring.morphology.volume": 2.0})
    known = patient_score([row], SIGNATURE, scored.study.acquisition, {"ct": {"name": "known"}})
    found = patient_score_of(scored, known, None)
    assert found.provenance == known.provenance
    assert set(found.lesions[0].features) >= {"ring.morphology.volume", "clinical.pdl1"}
    left = {name for name in SIGNATURE.variables if name.startswith(("lesion.", "ring."))}
    assert not left & set(found.lesions[0].features)


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (("P1", "", "Doe"), ("p1 ", "", "Roe"), False),
        (("P1", "", "Doe"), ("P2", "", "Doe"), True),
        (("", "", "Doe"), ("P2", "", "Doe"), False),
        (("", "", "Doe"), ("P2", "", "Roe"), True),
        (("", "", ""), ("", "", "Roe"), False),
    ],
)
def test_studies_of_two_patients_are_refused(monkeypatch, first, second, refused):
    monkeypatch.setattr(exported_study, "patient_of", lambda source: source)
    if not refused:
        check_exported(Path("ct"), [first, second])
        return
    with pytest.raises(InputError) as error:
        check_exported(Path("ct"), [first, second])
    assert error.value.code == "followup.patient"


def test_files_that_are_no_dicom_are_refused():
    with pytest.raises(InputError, match=r"ct\.nrrd is no DICOM series") as error:
        check_exported(Path("ct.nrrd"), [None])
    assert error.value.code == "followup.study"
