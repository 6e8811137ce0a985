"""The panel's small patient with a PET and an MR beside the CT, whose true values are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import slicer
from patients import BALLS, addPatient
from synthetic import ORIGIN_RAS, SPACING

from radioimmuno.signature.signature import default_signature, write_signature

# Voxels of 3 mm that are none of the CT's, and hold all of it.
PET_SHAPE, PET_MM = (42, 42, 50), 3.0
PET_ORIGIN_RAS = tuple(low - 1.0 for low in ORIGIN_RAS)
BACKGROUND_SUV = 1.0
SUV = {"liver_1": 4.0, "liver_2": 8.0, "node": 12.0}
MUSCLE_SUV, MUSCLE_CENTER, MUSCLE_MM = 0.5, (40, 60, 30), 12.0


def petValues():
    """SUV on the PET's voxels: each lesion its own value everywhere, somewhat beyond its border, too."""
    k, j, i = np.indices(PET_SHAPE)
    ras = np.stack([i, j, k], axis=-1) * PET_MM + np.array(PET_ORIGIN_RAS)
    values = np.full(PET_SHAPE, BACKGROUND_SUV, np.float32)
    for center, radius, suv in [
        *((ball.center, ball.radiusMm, SUV[ball.segmentID]) for ball in BALLS),
        (MUSCLE_CENTER, MUSCLE_MM, MUSCLE_SUV),
    ]:
        middle = np.array(ORIGIN_RAS) + np.array(center[::-1]) * np.array(SPACING[::-1])
        values[np.linalg.norm(ras - middle, axis=-1) <= radius + 4.0] = suv
    return values


def addPet(values=None, name="PET"):
    """The PET's node, by default with `petValues`."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(node, petValues() if values is None else values)
    node.SetSpacing(PET_MM, PET_MM, PET_MM)
    node.SetOrigin(*PET_ORIGIN_RAS)
    node.CreateDefaultDisplayNodes()
    return node


def addPetPatient():
    """(CT node, segmentation node, PET node)."""
    return *addPatient(), addPet()


def addMuscle(nodes):
    """A segment in the muscle; its ID."""
    from synthetic import Ball, ballMask

    ball = Ball("muscle", "Muscle", MUSCLE_CENTER, MUSCLE_MM)
    nodes[1].GetSegmentation().AddEmptySegment(ball.segmentID, ball.name)
    mask = ballMask(ball).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, nodes[1], ball.segmentID, nodes[0])
    return ball.segmentID


def petSignature(folder, variable="pet.lesion.statistics.maximum"):
    """The file of a signature whose score is the one variable: intercept 0, coefficient 1."""
    base = default_signature()
    term = replace(
        base.terms[0], variable=variable, coefficient=1.0, mean=0.0, scale=1.0, training_range=(0.0, 20.0)
    )
    path = folder / "pet.json"
    made = replace(base, name="PET", intercept=0.0, terms=(term,), cutoffs=None, distribution=None)
    write_signature(made, path)
    return path


def setUnits(node, code):
    """Say in which unit the values of a volume are, as Slicer's PET-DICOM extension does."""
    entry = slicer.vtkCodedEntry()
    entry.SetValueSchemeMeaning(code, "UCUM", code)
    node.SetVoxelValueUnits(entry)
