"""Results from the console say whose they are: a pseudonym, a name that was given, or the PatientID."""

from __future__ import annotations

import json
import os

import pytest
import slicer
from patients import addPatient

pytest.importorskip("pydicom")

from dicom_patient import addDicomPatient

from dicom_lesions import PATIENT
from radioimmuno.identity import pseudonym

SALT = os.environ["RADIOIMMUNO_SALT"].encode()


def test_a_patient_of_the_database_has_a_pseudonym_a_name_or_the_patient_id(bench, tmp_path):
    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addDicomPatient(tmp_path / "ct")
    first = logic.score(*nodes).identity
    assert (first.patient, first.study) == (pseudonym(PATIENT["PatientID"], SALT), "2020-01-02")
    assert logic.score(*nodes, patient="Case 7").identity.patient == "Case 7"
    scores = logic.score(*nodes, identify=True)
    assert scores.identity.patient == PATIENT["PatientID"]
    file = logic.exportReport(*nodes, scores, tmp_path / "patient.json")
    assert json.loads(file.read_text(encoding="utf-8"))["patient"] == PATIENT["PatientID"]


def test_a_volume_without_dicom_is_called_by_its_name_or_as_the_user_wants(bench):
    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    nodes[0].SetName("Phantom A")
    assert logic.score(*nodes).identity.patient == "Phantom A"
    assert logic.score(*nodes, patient="Case 7").identity.patient == "Case 7"
