"""A PET beside the CT: chosen, read as what it is, scored with, refused in words, kept in a saved scene."""

from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest
import slicer
import vtk
from dicom_patient import openDatabase
from patients import addPatient, select, waitIdle
from pet_patients import SUV, addPet, addPetPatient, petSignature, petValues, setUnits

from dicom_series import write
from pet_series import SPACING as SPACING_OF_SERIES
from pet_series import SUV_OF_BQML, pet_series, uptake
from slicerbench.hands import click

TAKEN = "does not say in which unit"


@pytest.fixture
def patient(panel):
    """(panel, nodes) with CT and lesions chosen, and a PET that is not."""
    nodes = addPetPatient()
    select(panel, nodes)
    waitIdle(panel)
    return panel, nodes


def choosePet(panel, node):
    panel.panel.ui.petSelector.setCurrentNode(node)
    waitIdle(panel)


def scoresBy(panel, path):
    panel.panel.session.setSignature(str(path))
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return {row.id: row.score for row in panel.panel.session.rows}


def test_a_signature_that_measures_the_pet_scores_with_the_one_that_was_chosen(patient, tmp_path):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    assert scoresBy(panel, petSignature(tmp_path)) == pytest.approx(SUV, rel=1e-6)


def test_without_the_pet_every_lesion_is_refused_and_the_panel_asks_for_it(patient, tmp_path):
    panel, _nodes = patient
    assert set(scoresBy(panel, petSignature(tmp_path)).values()) == {None}
    assert all("under Inputs" in row.reasons for row in panel.panel.session.rows)
    assert panel.panel.ui.moreImagesButton.checked
    assert panel.panel.session.state.inputs.asked == {"PET"}


def test_another_pet_makes_its_scores_stale_and_a_ct_signature_does_not_care(patient, tmp_path):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    scoresBy(panel, petSignature(tmp_path))
    choosePet(panel, addPet(petValues() * 1.1, "other"))
    assert {row.status for row in panel.panel.session.rows} == {"stale"}
    scoresBy(panel, "")
    choosePet(panel, nodes[2])
    assert "stale" not in {row.status for row in panel.panel.session.rows}


def test_a_pet_that_is_edited_makes_its_scores_stale(patient, tmp_path, bench):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    scoresBy(panel, petSignature(tmp_path))
    slicer.util.arrayFromVolume(nodes[2])[:] *= 2
    slicer.util.arrayFromVolumeModified(nodes[2])
    bench.process(500)
    waitIdle(panel)
    assert {row.status for row in panel.panel.session.rows} == {"stale"}


def imageOf(panel):
    (image,) = panel.panel.session.inputs.beside
    return image


def test_values_of_no_unit_are_taken_as_suv_and_the_panel_says_so(patient):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    assert TAKEN in imageOf(panel).reading.source
    panel.panel.session.refresh()
    assert TAKEN in panel.panel.ui.petSourceLabel.text


def test_suv_of_the_pet_dicom_extension_are_taken_as_the_volume_says(patient):
    panel, nodes = patient
    setUnits(nodes[2], "{SUVbw}g/ml")
    choosePet(panel, nodes[2])
    reading = imageOf(panel).reading
    assert reading.findings == ()
    assert reading.source.startswith("Taken as {SUVbw}g/ml")


@pytest.mark.parametrize(
    ("units", "values", "code"),
    [
        ("Bq/ml", None, "pet.units"),
        ("", np.float32(5000), "pet.suv_implausible"),
        ("{SUVlbm}g/ml", None, "pet.taken_as_suv"),
    ],
    ids=["Bq/ml", "values of no SUV", "lean mass"],
)
def test_what_is_no_suv_by_weight_is_said(patient, units, values, code):
    panel, nodes = patient
    node = nodes[2] if values is None else addPet(petValues() * values, "Bq")
    if units:
        setUnits(node, units)
    choosePet(panel, node)
    assert code in [finding.code for finding in imageOf(panel).reading.findings]


def addDicomPet(folder, **tags):
    """A PET as Slicer loads it, whole numbers of Bq/ml, with its files in the DICOM database."""
    series = pet_series(uptake(), **tags)
    write(folder, series)
    database = openDatabase()
    for file in sorted(folder.iterdir()):
        database.insert(str(file))
    headers = [pydicom.dcmread(file) for file in sorted(folder.iterdir())]
    low = min(headers, key=lambda header: header.ImagePositionPatient[2])
    k, j, i = SPACING_OF_SERIES
    x, y, z = map(float, low.ImagePositionPatient)
    assert list(low.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
    ijkToRas = np.diag([-i, -j, k, 1.0])
    ijkToRas[:3, 3] = -x, -y, z
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "PET")
    slicer.util.updateVolumeFromArray(node, (uptake() / SUV_OF_BQML).astype(np.int16))
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(ijkToRas))
    node.SetAttribute("DICOM.instanceUIDs", " ".join(str(header.SOPInstanceUID) for header in headers))
    return node


def test_suv_are_made_from_the_files_where_they_are_at_hand_whatever_slicer_holds(patient, tmp_path):
    panel, _nodes = patient
    choosePet(panel, addDicomPet(tmp_path / "pet"))
    reading = imageOf(panel).reading
    assert not any(finding.refuses for finding in reading.findings)
    np.testing.assert_allclose(np.sort(reading.image.values.ravel()), uptake().ravel(), atol=2e-3)
    assert reading.scale.is_suv
    assert reading.about["suv"]["quantity"] == "bw"
    assert "made from its DICOM files" in reading.source


def test_without_the_weight_there_is_no_suv_and_what_is_proportional_to_it_stays(patient, tmp_path):
    panel, _nodes = patient
    choosePet(panel, addDicomPet(tmp_path / "pet", PatientWeight=None))
    reading = imageOf(panel).reading
    assert [finding.code for finding in reading.findings if finding.refuses] == ["pet.weight"]
    assert not reading.scale.is_suv
    shares = np.sort(reading.image.values.ravel()) / reading.image.values.max()
    np.testing.assert_allclose(shares, uptake().ravel() / uptake().max(), atol=2e-3)


def test_a_volume_that_is_no_longer_that_of_its_files_is_taken_as_it_is(patient, tmp_path):
    panel, _nodes = patient
    node = addDicomPet(tmp_path / "pet")
    node.SetOrigin(5.0, 5.0, 5.0)
    setUnits(node, "{SUVbw}g/ml")
    choosePet(panel, node)
    assert imageOf(panel).reading.source.startswith("Taken as {SUVbw}g/ml")


def test_a_ct_is_no_pet(patient, tmp_path):
    panel, _nodes = patient
    choosePet(panel, addDicomPet(tmp_path / "pet", Modality="CT"))
    assert "pet.not_pet" in [finding.code for finding in imageOf(panel).findings]


def test_another_patients_pet_in_another_frame_of_reference_is_refused(bench, panel, tmp_path):
    from dicom_patient import addDicomPatient

    nodes = addDicomPatient(tmp_path / "ct")
    select(panel, nodes)
    pet = addDicomPet(tmp_path / "pet", PatientID="SOMEBODY-ELSE", FrameOfReferenceUID="1.2.3.4")
    for file in sorted((tmp_path / "ct").iterdir()):
        slicer.dicomDatabase.insert(str(file))
    choosePet(panel, pet)
    refused = [finding.code for finding in imageOf(panel).findings if finding.refuses]
    assert refused == ["patient.mismatch", "study.frame_of_reference"]


def test_a_pet_moved_by_a_rigid_transform_is_measured_where_it_lies_then(patient, tmp_path):
    panel, nodes = patient
    away = np.eye(4)
    # A quarter turn about a place and back to where it was, by the transform above it.
    away[:2, :2] = [[0.0, -1.0], [1.0, 0.0]]
    away[:3, 3] = (7.0, -5.0, 11.0)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    slicer.util.updateTransformMatrixFromArray(transform, away)
    ijkToRas = np.diag([3.0, 3.0, 3.0, 1.0])
    ijkToRas[:3, 3] = nodes[2].GetOrigin()
    nodes[2].SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(np.linalg.inv(away) @ ijkToRas))
    nodes[2].SetAndObserveTransformNodeID(transform.GetID())
    choosePet(panel, nodes[2])
    assert scoresBy(panel, petSignature(tmp_path)) == pytest.approx(SUV, rel=1e-6)


def stretch(node):
    """Put a volume that is too short under a transform that makes it as long as it was."""
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    slicer.util.updateTransformMatrixFromArray(transform, np.diag([1.0, 1.0, 1.2, 1.0]))
    spacing, origin = list(node.GetSpacing()), list(node.GetOrigin())
    node.SetSpacing(*spacing[:2], spacing[2] / 1.2)
    node.SetOrigin(*origin[:2], origin[2] / 1.2)
    return transform


def bend(node):
    """Put a volume that was moved under displacements that bring all of it back."""
    away = np.array([9.0, -6.0, 12.0])
    grid = vtk.vtkImageData()
    grid.SetDimensions(6, 6, 6)
    grid.SetSpacing(100, 100, 100)
    grid.SetOrigin(-250, -250, -250)
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    for component, value in enumerate(away):
        grid.GetPointData().GetScalars().FillComponent(component, value)
    displacements = slicer.vtkOrientedGridTransform()
    displacements.SetDisplacementGridData(grid)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLGridTransformNode")
    transform.SetAndObserveTransformToParent(displacements)
    node.SetOrigin(*(np.array(node.GetOrigin()) - away))
    return transform


# Between the voxels of the PET that is too short cubic interpolation goes some percent beyond them.
@pytest.mark.parametrize(("moved", "within"), [(stretch, 0.07), (bend, 1e-6)], ids=["stretched", "bent"])
def test_lesions_are_carried_to_a_pet_under_a_transform_that_bends_or_stretches_it(
    patient, tmp_path, bench, moved, within
):
    panel, nodes = patient
    nodes[2].SetAndObserveTransformNodeID(moved(nodes[2]).GetID())
    choosePet(panel, nodes[2])
    assert scoresBy(panel, petSignature(tmp_path)) == pytest.approx(SUV, rel=within)
    # Without the transform the lesions lie elsewhere on it.
    nodes[2].SetAndObserveTransformNodeID(None)
    bench.process(600)
    waitIdle(panel)
    assert "stale" in {row.status for row in panel.panel.session.rows}


def test_colors_are_no_pet(patient):
    panel, _nodes = patient
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "colors")
    colors = vtk.vtkImageData()
    colors.SetDimensions(4, 4, 4)
    colors.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
    node.SetAndObserveImageData(colors)
    choosePet(panel, node)
    assert "no voxels of one value" in panel.panel.ui.petSourceLabel.text


def test_a_volume_is_not_taken_twice(patient):
    panel, nodes = patient
    choosePet(panel, nodes[0])
    assert panel.panel.session.parameters.petNode is None
    assert panel.panel.ui.petSelector.currentNode() is None


def test_another_ct_is_another_patient_and_has_no_pet_yet(patient):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    select(panel, addPatient())
    assert panel.panel.session.parameters.petNode is None


def test_a_pet_that_is_removed_or_a_scene_that_is_closed_leaves_nothing_behind(patient, bench):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    slicer.mrmlScene.RemoveNode(nodes[2])
    bench.process(100)
    assert panel.panel.session.state.inputs.pet is None
    choosePet(panel, addPet())
    slicer.mrmlScene.Clear()
    bench.process(300)
    assert panel.panel.session.state.inputs.pet is None


def test_a_saved_scene_restores_pet_and_scores(patient, tmp_path, bench):
    panel, nodes = patient
    choosePet(panel, nodes[2])
    scores = scoresBy(panel, petSignature(tmp_path))
    file = bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    bench.process(300)
    waitIdle(panel)
    session = panel.panel.session
    assert session.parameters.petNode.GetName() == "PET"
    assert {row.id: row.score for row in session.rows} == scores
    assert "stale" not in {row.status for row in session.rows}


def test_an_mr_is_measured_as_the_signature_says_under_the_name_that_it_asks_for(patient, tmp_path):
    panel, _nodes = patient
    file = petSignature(tmp_path, "mr_t1.lesion.statistics.maximum")
    record = json.loads(file.read_text())
    # As they are: neither prepared nor beyond what was measured between voxels.
    asTheyAre = {"mr": {"bias": None, "normalization": None}, "extraction": {"interpolation": "linear"}}
    record["settings"]["images"] = {"mr_t1": asTheyAre}
    file.write_text(json.dumps(record))
    mr = addPet(petValues() * 1.5, "T1")
    assert set(scoresBy(panel, file).values()) == {None}
    panel.panel.ui.mrSelector.setCurrentNode(mr)
    waitIdle(panel)
    assert scoresBy(panel, file) == pytest.approx({i: 1.5 * suv for i, suv in SUV.items()}, rel=1e-6)


def test_a_volume_that_is_two_images_is_not_taken_and_another_choice_ends_the_message(patient):
    panel, nodes = patient
    ui = panel.panel.ui
    ui.mrSelector.setCurrentNode(nodes[0])
    waitIdle(panel)
    assert ui.mrSelector.currentNode() is None
    assert "cannot be two of CT, PET and MR" in panel.panel.status.text
    ui.mrSelector.setCurrentNode(addPet(petValues() * 1.5, "T1"))
    waitIdle(panel)
    assert panel.panel.session.parameters.mrNode is not None
    assert "cannot be two" not in panel.panel.status.text


def test_how_an_mr_was_prepared_is_in_the_provenance_also_of_a_saved_scene(patient, tmp_path, bench):
    panel, _nodes = patient
    file = petSignature(tmp_path, "mr_t1.lesion.statistics.maximum")
    record = json.loads(file.read_text())
    record["settings"]["images"] = {
        "mr_t1": {"mr": {"bias": None, "normalization": {"z_score": {"mean": 300.0, "sd": 100.0}}}}
    }
    file.write_text(json.dumps(record))
    mr = addPet(petValues() * 100.0, "T1")
    panel.panel.ui.mrSelector.setCurrentNode(mr)
    scoresBy(panel, file)
    made = panel.panel.session.patient.provenance["images"]["mr_t1"]["preparation"]
    assert "300" in json.dumps(made)
    saved = bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(saved)
    bench.process(300)
    waitIdle(panel)
    assert panel.panel.session.patient.provenance["images"]["mr_t1"]["preparation"] == made
