"""The console with a PET: scoring, uptake with reference regions, the demonstration patient."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from pet_patients import MUSCLE_SUV, SUV, addMuscle, addPetPatient, petSignature

from radioimmuno.findings import InputError
from RadioImmunoScoreLib.services import demonstration


@pytest.fixture
def patient(bench):
    """(logic, (CT node, segmentation node, PET node))."""
    return bench.logic, addPetPatient()


def test_the_pet_is_given_beside_the_ct(patient, tmp_path):
    logic, nodes = patient
    path = petSignature(tmp_path)
    scored = logic.score(*nodes[:2], path, pet=nodes[2])
    assert {row.id: row.score for row in scored.lesions} == pytest.approx(SUV, rel=1e-6)
    assert scored.provenance["inputs"]["pet"]["name"] == "PET"
    assert {row.score for row in logic.score(*nodes[:2], path).lesions} == {None}


def test_a_signature_of_the_ct_scores_as_without_the_pet_and_uptake_comes_along(patient, tmp_path):
    logic, nodes = patient
    scored, alone = logic.score(*nodes[:2], pet=nodes[2]), logic.score(*nodes[:2])
    assert [row.score for row in scored.lesions] == [row.score for row in alone.lesions]
    assert {one.id: one.maximum for one in scored.uptakes["pet"].lesions} == pytest.approx(SUV)
    page = tmp_path / "page.html"
    logic.exportReport(*nodes[:2], scored, page)
    assert "Uptake on the PET" in page.read_text()


def test_uptake_with_a_reference_region_by_name_or_as_the_panel_was_told(patient):
    logic, nodes = patient
    addMuscle(nodes)
    uptake = logic.uptake(nodes[2], nodes[1], {"muscle": "Muscle"}, volumeNode=nodes[0])
    assert {one.id: one.maximum for one in uptake.lesions} == pytest.approx(SUV)
    ratios = {one.id: one.ratios["muscle"].maximum for one in uptake.lesions}
    assert ratios == pytest.approx({i: suv / MUSCLE_SUV for i, suv in SUV.items()})
    assert logic.uptake(nodes[2], nodes[1], volumeNode=nodes[0]).references == ()
    with pytest.raises(ValueError, match="no segment 'Psoas'"):
        logic.uptake(nodes[2], nodes[1], {"muscle": "Psoas"})


def test_uptake_of_lesions_drawn_on_the_pet_itself_needs_no_ct(patient):
    logic, nodes = patient
    uptake = logic.uptake(nodes[2], nodes[1])
    assert {one.id: one.maximum for one in uptake.lesions} == pytest.approx(SUV)


def test_what_is_no_image_is_refused(patient):
    logic, nodes = patient
    empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing")
    with pytest.raises(InputError, match="no voxels of one value") as refused:
        logic.uptake(empty, nodes[1])
    assert refused.value.code == "study.image_unreadable"


def test_the_demonstration_with_pet_has_references_that_are_no_lesions_and_plausible_uptake(bench):
    made = demonstration.simulateWithPet()
    volumeNode, segmentationNode, petNode = demonstration.addPatientWithPet(bench.scene, made)
    uptake = bench.logic.uptake(petNode, segmentationNode, volumeNode=volumeNode)
    assert len(uptake.lesions) == len(made.patient.lesions)
    assert {one.name for one in uptake.references} == {region.id for region in made.references}
    assert {"liver", "muscle"} <= {one.name for one in uptake.references}
    # As FDG in a liver, and as nothing much in a muscle.
    assert 0.7 < uptake.reference("liver").mean < 5.0
    assert uptake.reference("muscle").mean < uptake.reference("liver").mean
    assert uptake.findings == ()
    assert all(np.isfinite(one.maximum) for one in uptake.measured)
    assert petNode.GetVoxelValueUnits().GetCodeValue() == "{SUVbw}g/ml"
