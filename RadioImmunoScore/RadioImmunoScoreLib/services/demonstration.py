"""The demonstration patients: simulated, so that a first score needs no data of anybody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from radioimmuno.geometry.image import Box, Image
from radioimmuno.lesion import Lesion
from radioimmuno.modality import CT, PET
from radioimmuno.study import Study

from ..scene.course_nodes import CourseNodes
from ..scene.parameters import parametersOf
from ..scene.patient_nodes import (
    addReferences,
    addSegmentation,
    addVolume,
    fileBeside,
    fileUnderSubject,
    setUnit,
)
from .node_origin import noteAcquisition

SEED = 2
SLICE_MM = 2.5
NAME = "Demonstration patient (simulated)"
BODY_HU, AROUND_BODY_VOXELS = -300, 8
# As DICOM and Slicer's PET-DICOM extension call the unit.
SUV_BY_WEIGHT = "{SUVbw}g/ml", "UCUM", "Standardized Uptake Value body weight"
COURSE_NAME = "Demonstration follow-up (simulated)"


def simulate() -> Any:
    """The patient as plain values; takes seconds, on any thread."""
    from radioimmuno.simulation.patient import simulate_patient

    return simulate_patient(SEED, slice_mm=SLICE_MM)


@dataclass(frozen=True, eq=False)
class PatientWithPet:
    """The demonstration patient with a PET beside the CT, and regions that uptake is compared with.

    Parameters
    ----------
    patient : SimulatedPatient
    pet : Image
        SUV by body weight.
    references : tuple of Lesion
        Their ids are the regions' names.
    """

    patient: Any
    pet: Image
    references: tuple[Lesion, ...]


def simulateWithPet() -> PatientWithPet:
    """The patient of `simulate` with a PET as plain values; takes seconds more, on any thread."""
    from radioimmuno.simulation.patient import plan_patient, realize
    from radioimmuno.simulation.pet import simulate_pet
    from radioimmuno.simulation.reference_regions import reference_regions

    plan = plan_patient(SEED, slice_mm=SLICE_MM)
    regions = tuple(reference_regions(plan, plan.lattice))
    return PatientWithPet(realize(plan), simulate_pet(plan).image, regions)


def simulateCourse(progress: Callable[[int, int], None] = lambda done, total: None) -> list[Study]:
    """Another patient at three dates as plain values; takes seconds, on any thread.

    Parameters
    ----------
    progress : callable, optional
        Called with the number of studies that are made, and of all.

    Returns
    -------
    list of Study
        In order of time. What became of which lesion is not said.
    """
    from radioimmuno.simulation.course import demonstration_course

    course = demonstration_course()
    made, count = [], len(course.studies)
    for study, irradiated in zip(course.studies, course.irradiated, strict=True):
        progress(len(made), count)
        lesions = tuple(_asSegments(study.lesions(), irradiated))
        made.append(Study({CT.role: _ofBody(study.image())}, lesions, study.acquisition, date=study.date))
    progress(count, count)
    return made


def addPatient(scene: Any, patient: Any) -> tuple[Any, Any]:
    """Nodes of a simulated patient's CT and lesions, filed under one subject; on the main thread.

    Returns
    -------
    tuple
        Volume node and segmentation node.
    """
    # Every third lesion was in a field: enough for the panel's subsets to show something.
    lesions = _asSegments(patient.lesions, {lesion.id for lesion in patient.lesions[::3]})
    nodes = _addNodes(scene, patient.image, lesions, patient.acquisition, "Demonstration")
    fileUnderSubject(scene, nodes, NAME)
    return nodes


def addPatientWithPet(scene: Any, made: PatientWithPet) -> tuple[Any, Any, Any]:
    """As `addPatient`, with the reference regions among the segments; the last node is the PET's."""
    volumeNode, segmentationNode = addPatient(scene, made.patient)
    addReferences(segmentationNode, made.references)
    petNode = addVolume(scene, made.pet, "Demonstration PET", PET)
    setUnit(petNode, *SUV_BY_WEIGHT)
    fileBeside(volumeNode, petNode)
    return volumeNode, segmentationNode, petNode


def addCourse(scene: Any, studies: Sequence[Study]) -> list[tuple[Any, Any]]:
    """Nodes of a simulated patient's studies, which become those of the follow-up; on the main thread.

    Parameters
    ----------
    scene : vtkMRMLScene
        Has no studies in its follow-up.
    studies : sequence of Study
        As of `simulateCourse`.

    Returns
    -------
    list of tuple
        Volume node and segmentation node of each study.
    """
    course, added = CourseNodes(parametersOf(scene).node), []
    for number, study in enumerate(studies):
        name = f"Follow-up {number}" if number else "Baseline"
        nodes = _addNodes(scene, study.image, study.lesions, study.acquisition, name)
        # As long as one study is shown, the lesions of the others would lie over it.
        nodes[1].GetDisplayNode().SetVisibility(number == 0)
        course.add(*nodes)
        course.setDate(course.keys[-1], study.date)
        added.append(nodes)
    fileUnderSubject(scene, [node for nodes in added for node in nodes], COURSE_NAME)
    return added


def _ofBody(image: Image) -> Image:
    """The CT without most of the air around, as it is reconstructed for reading: views are fitted to it."""
    box = Box.around(image.values > BODY_HU)
    assert box is not None
    return image.crop(box.grow((0, AROUND_BODY_VOXELS, AROUND_BODY_VOXELS)))


def _addNodes(scene: Any, image: Any, lesions: Sequence[Lesion], acquisition: Any, name: str) -> Any:
    volumeNode = addVolume(scene, image, f"{name} CT")
    noteAcquisition(volumeNode, acquisition)
    return volumeNode, addSegmentation(scene, lesions, volumeNode, f"{name} lesions")


def _asSegments(lesions: Sequence[Lesion], irradiated: Collection[str]) -> list[Lesion]:
    return [
        replace(lesion, id=f"lesion_{lesion.id}", irradiated=lesion.id in irradiated) for lesion in lesions
    ]
