"""The demonstration patient: simulated, so that a first score needs no data of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from radioimmuno.lesion import Lesion

from ..scene.patient_nodes import addSegmentation, addVolume, fileUnderSubject
from .node_origin import noteAcquisition

SEED = 2
SLICE_MM = 2.5
NAME = "Demonstration patient (simulated)"


def simulate() -> Any:
    """The patient as plain values; takes seconds, on any thread."""
    from radioimmuno.simulation.patient import simulate_patient

    return simulate_patient(SEED, slice_mm=SLICE_MM)


def addPatient(scene: Any, patient: Any) -> tuple[Any, Any]:
    """Nodes of a simulated patient's CT and lesions, filed under one subject; on the main thread.

    Returns
    -------
    tuple
        Volume node and segmentation node.
    """
    volumeNode = addVolume(scene, patient.image, "Demonstration CT")
    noteAcquisition(volumeNode, patient.acquisition)
    lesions = _someIrradiated(patient.lesions)
    segmentationNode = addSegmentation(scene, lesions, volumeNode, "Demonstration lesions")
    fileUnderSubject(scene, (volumeNode, segmentationNode), NAME)
    return volumeNode, segmentationNode


def _someIrradiated(lesions: Iterable[Lesion]) -> list[Lesion]:
    """Every third lesion was in a field: enough for the panel's subsets to show something."""
    return [
        replace(lesion, id=f"lesion_{lesion.id}", irradiated=number % 3 == 0)
        for number, lesion in enumerate(lesions)
    ]
