"""A small synthetic patient and made-up scores for it: the scene's tests need no science."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Site
from radioimmuno.scoring.results import LesionScore, Metrics, PatientScore
from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Distribution, Signature, Term

SHAPE = (48, 80, 96)
SPACING = (2.5, 1.5, 1.5)
ORIGIN_RAS = (-70.0, -60.0, -55.0)


@dataclass(frozen=True)
class Ball:
    """A round lesion: centre as index (k, j, i), radius in mm."""

    segmentID: str
    name: str
    center: tuple[int, int, int]
    radiusMm: float


# Two have the same name. None overlaps another; together they lie on several slices.
BALLS = (
    Ball("liver_1", "metastasis", (18, 34, 28), 12.0),
    Ball("liver_2", "metastasis", (18, 46, 62), 9.0),
    Ball("node", "lymph node", (34, 30, 66), 10.0),
)
SCORES = {"liver_1": -0.8, "liver_2": 0.9, "node": None}


@functools.cache
def ballMask(ball: Ball) -> np.ndarray:
    """The ball's voxels, bool (k, j, i) on the CT's grid; read-only, as tests share them."""
    axes = [(np.arange(n) - c) * s for n, c, s in zip(SHAPE, ball.center, SPACING, strict=True)]
    k, j, i = np.meshgrid(*axes, indexing="ij")
    mask = k**2 + j**2 + i**2 <= ball.radiusMm**2
    mask.setflags(write=False)
    return mask


@functools.cache
def ctValues() -> np.ndarray:
    """A body of soft tissue in air, with a spine, int16 HU; read-only, as tests share them."""
    _, j, i = np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij")
    body = ((i - 47.5) / 42) ** 2 + ((j - 39.5) / 32) ** 2 <= 1
    spine = ((i - 47.5) / 6) ** 2 + ((j - 16) / 6) ** 2 <= 1
    values = np.where(body, 40, -1000)
    values[spine] = 500
    values = (values + np.random.default_rng(7).normal(0, 8, SHAPE)).astype(np.int16)
    values.setflags(write=False)
    return values


def addVolume(scene: Any) -> Any:
    """The CT's node."""
    volumeNode = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    slicer.util.updateVolumeFromArray(volumeNode, ctValues())
    volumeNode.SetSpacing(*SPACING[::-1])
    volumeNode.SetOrigin(*ORIGIN_RAS)
    volumeNode.CreateDefaultDisplayNodes()
    volumeNode.GetDisplayNode().SetAutoWindowLevel(False)
    volumeNode.GetDisplayNode().SetWindowLevel(400, 40)
    return volumeNode


def addSegmentation(scene: Any, volumeNode: Any) -> Any:
    """A segmentation node with a segment for each ball, in colors that no score has."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Lesions")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    for n, ball in enumerate(BALLS):
        color = (0.1 + 0.123456789 * n, 0.9 - 0.3 * n, 1 / 3)
        node.GetSegmentation().AddEmptySegment(ball.segmentID, ball.name, color)
        mask = ballMask(ball).astype(np.uint8)
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, ball.segmentID, volumeNode)
    return node


def centerRas(ball: Ball) -> np.ndarray:
    """The ball's centre in RAS mm."""
    return np.array(ORIGIN_RAS) + np.array(ball.center[::-1]) * np.array(SPACING[::-1])


def signature(status: str = "demonstration") -> Signature:
    """A signature whose scale runs from -1 to 1."""
    return Signature(
        name="Synthetic CD8",
        version="1",
        status=status,
        predicts="CD8 T-cell infiltration",
        direction="higher is more",
        settings=Settings(),
        intercept=0.0,
        terms=(Term("lesion.statistics.skewness", 1.0, 0.0, 1.0, (-1.0, 1.0)),),
        cutoffs=Cutoffs(-0.4, 0.0, 0.4),
        distribution=Distribution(100, -1.0, 1.0, (-1.0, 0.0, 1.0)),
        sha256="ab" * 32,
    )


def ringOf(ball: Ball) -> Image:
    """A shell around the ball on a 1 mm grid that all balls share, as scoring gives it: bool, cropped."""
    origin = np.array(ORIGIN_RAS) * (-1, -1, 1) - (150.0, 120.0, 0.0)
    lattice = Lattice((140, 140, 170), (1.0, 1.0, 1.0), tuple(origin.tolist()))
    center = lattice.to_index(centerRas(ball) * (-1, -1, 1))
    start = np.floor(center - ball.radiusMm - 4).astype(int)
    box = Box(tuple(start.tolist()), tuple((start + 2 * int(ball.radiusMm) + 9).tolist()))
    k, j, i = (np.arange(a, b) - c for a, b, c in zip(box.start, box.stop, center, strict=True))
    distance = np.sqrt(k[:, None, None] ** 2 + j[:, None] ** 2 + i**2) - ball.radiusMm
    return Image(np.abs(distance) <= 2.0, lattice, box.start)


def patientScore(scores: dict[str, float | None] | None = None) -> PatientScore:
    """Scores for the balls; a lesion without one is refused as too small."""
    scores = SCORES if scores is None else scores
    lesions = tuple(_lesionScore(ball, scores[ball.segmentID]) for ball in BALLS)
    values = [s for s in scores.values() if s is not None]
    metrics = Metrics(n=len(values), mean=float(np.mean(values)) if values else None)
    return PatientScore(
        lesions, {"all": metrics}, {"signature": {"name": "Synthetic CD8", "sha256": "ab" * 32}}
    )


def _lesionScore(ball: Ball, score: float | None) -> LesionScore:
    refused = (
        Finding("lesion.too_small", Severity.REFUSE, "The lesion has 0.1 cc, at least 0.2 are needed."),
    )
    volume = float(np.count_nonzero(ballMask(ball)) * np.prod(SPACING) / 1000)
    return LesionScore(
        ball.segmentID,
        ball.name,
        volume,
        score,
        site=Site.LYMPH_NODE if ball.segmentID == "node" else Site.LIVER,
        irradiated={"liver_1": True, "liver_2": False}.get(ball.segmentID),
        findings=() if score is not None else refused,
        ring=ringOf(ball) if score is not None else None,
    )


def addTurn(scene: Any) -> Any:
    """A linear transform node that turns and moves."""
    transform = vtk.vtkTransform()
    transform.Translate(12, -7, 20)
    transform.RotateZ(17)
    transform.RotateX(9)
    return addLinear(scene, transform)


def addShift(scene: Any, mm: Sequence[float]) -> Any:
    """A linear transform node that moves by (R, A, S) mm."""
    transform = vtk.vtkTransform()
    transform.Translate(*mm)
    return addLinear(scene, transform)


def addLinear(scene: Any, transform: vtk.vtkTransform) -> Any:
    """A linear transform node."""
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Transform")
    node.SetMatrixTransformToParent(transform.GetMatrix())
    return node


def addShearingGrid(scene: Any) -> Any:
    """A grid transform that moves each slice further, as Slicer's DICOM reader puts above a tilted series."""
    grid = vtk.vtkImageData()
    grid.SetDimensions(2, 2, 3)
    grid.SetOrigin(-300.0, -300.0, -300.0)
    grid.SetSpacing(600.0, 600.0, 300.0)
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    for k in range(3):
        for j in range(2):
            for i in range(2):
                grid.SetScalarComponentFromDouble(i, j, k, 1, 40.0 * k)
    transform = slicer.vtkOrientedGridTransform()
    transform.SetDisplacementGridData(grid)
    node = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "Acquisition transform")
    node.SetAndObserveTransformFromParent(transform)
    return node


def addBend(scene: Any, shiftMm: Sequence[float]) -> Any:
    """A transform node of the bending kind that in truth moves all points alike."""
    corners = [(r, a, s) for r in (-300.0, 300.0) for a in (-300.0, 300.0) for s in (-300.0, 300.0)]
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for corner in corners:
        source.InsertNextPoint(*corner)
        target.InsertNextPoint(*(c + d for c, d in zip(corner, shiftMm, strict=True)))
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetSourceLandmarks(source)
    spline.SetTargetLandmarks(target)
    spline.SetBasisToR()
    node = scene.AddNewNodeByClass("vtkMRMLTransformNode", "Bend")
    node.SetAndObserveTransformToParent(spline)
    return node
