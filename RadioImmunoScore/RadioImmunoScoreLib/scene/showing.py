"""Scores into the scene, and out of it again."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import slicer

from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.color_scale import ColorScale, Rgb, color_scale
from radioimmuno.signature.signature import Signature

from .camera import lookAt
from .interior_map import removeMap
from .legend import COLORS, legendOf, removeLegend, showLegend
from .lesion_labels import removeLabels
from .nodes import ensureNode, ownedNode, removeOwnedNode
from .plots import PLOT_ROLES, showPlot
from .reading import isEmpty
from .rings import RINGS, showRings
from .segment_properties import paintSegments, restoreColors
from .surfaces import removeSurfaces
from .tables import TABLE, showTable

PROVENANCE = "provenance"

# What the colors of segments mean.
BY_SCORE, OWN_COLORS, BY_OTHERS = "score", "own", "others"


@dataclass(frozen=True)
class SceneResult:
    """The nodes that show a patient's scores."""

    tableNode: Any
    chartNode: Any
    ringsNode: Any
    legendNode: Any
    provenanceNode: Any


def showScores(
    volumeNode: Any,
    segmentationNode: Any,
    patientScore: PatientScore,
    signature: Signature,
    *,
    stale: Collection[str] = (),
    restored: Collection[str] = (),
    colored: str = BY_SCORE,
    unchanged: Collection[str] = (),
) -> SceneResult:
    """Bring the scene to a patient's scores: segment colors, legend, rings, table, plot and provenance.

    What shows lesions that are not among the scores goes. Their segments are gray, as is each lesion without
    a score; only what is no lesion (`PatientScore.left_out`) has its own color.
    What is right already is not touched, so that this can be called after every change. Everything hangs on
    the segmentation node by references, so it is found again in a scene that was saved and loaded.
    `clearScores` takes all of it back.

    Parameters
    ----------
    volumeNode : vtkMRMLScalarVolumeNode
        The CT that was scored.
    segmentationNode : vtkMRMLSegmentationNode
        Its lesions; the scores' IDs are its segment IDs.
    patientScore : PatientScore
    signature : Signature
        What it was scored with.
    stale : collection of str, optional
        IDs of lesions that are no longer as they were scored; the table says so
    restored : collection of str, optional
        IDs of lesions whose rings are not among the scores, as after loading: those in the scene stay
    colored : str, optional
        What the segments' colors mean: `BY_SCORE`, `OWN_COLORS`, or `BY_OTHERS` where colors and legend are
        somebody else's and left as they are.
    unchanged : collection of str, optional
        IDs of lesions whose rings are shown as they are: they are not looked at again.
    """
    scale = color_scale(signature)
    if colored != BY_OTHERS:
        isByScore = colored == BY_SCORE
        colors = _scoreColors(segmentationNode, patientScore, scale) if isByScore else {}
        paintSegments(segmentationNode, colors)
        showLegend(segmentationNode, signature, scale)
    return SceneResult(
        tableNode=showTable(segmentationNode, patientScore, signature, stale),
        chartNode=showPlot(segmentationNode, patientScore, signature),
        ringsNode=showRings(volumeNode, segmentationNode, patientScore, scale, restored, unchanged),
        legendNode=legendOf(segmentationNode),
        provenanceNode=_showProvenance(segmentationNode, patientScore, signature),
    )


def paintScores(segmentationNode: Any, patientScore: PatientScore, signature: Signature) -> None:
    """Give the lesions the colors of their scores; `showScores` does so among the rest.

    Parameters
    ----------
    segmentationNode : vtkMRMLSegmentationNode
    patientScore : PatientScore
    signature : Signature
    """
    paintSegments(segmentationNode, _scoreColors(segmentationNode, patientScore, color_scale(signature)))


def _scoreColors(segmentationNode: Any, patientScore: PatientScore, scale: ColorScale) -> dict[str, Rgb]:
    """By segment ID, of all lesions: one that was drawn since, or is not to be scored, has no score."""
    scores = {lesion.id: lesion.score for lesion in patientScore.lesions}
    others = {one.id for one in patientScore.left_out} - set(scores)
    segmentIDs = segmentationNode.GetSegmentation().GetSegmentIDs()
    return {i: scale.rgb(scores.get(i)) for i in segmentIDs if i not in others}


def clearScores(segmentationNode: Any) -> None:
    """Take back all that `showScores` did: colors, display and nodes are as they were found."""
    restoreColors(segmentationNode)
    removeLabels(segmentationNode)
    removeSurfaces(segmentationNode)
    removeLegend(segmentationNode)
    for role in (TABLE, RINGS, PROVENANCE, *PLOT_ROLES):
        removeOwnedNode(segmentationNode, role)


def hideOthers(segmentationNode: Any) -> None:
    """Hide legend and rings of all other segmentations, and remove their labels, surfaces and maps."""
    for other in slicer.util.getNodesByClass("vtkMRMLSegmentationNode", segmentationNode.GetScene()):
        if other is segmentationNode:
            continue
        removeMap(other)
        removeLabels(other)
        removeSurfaces(other)
        # A legend without our colors is the user's.
        legend = legendOf(other) if ownedNode(other, COLORS) else None
        rings = ownedNode(other, RINGS)
        for display in (legend, rings.GetDisplayNode() if rings else None):
            if display is not None:
                display.SetVisibility(False)


def jumpToLesion(segmentationNode: Any, segmentID: str) -> None:
    """Show a lesion in the middle of all slice and 3D views; cameras keep their direction and distance."""
    segment = segmentationNode.GetSegmentation().GetSegment(segmentID)
    # Of an empty segment Slicer would warn.
    center = None if isEmpty(segment) else segmentationNode.GetSegmentCenterRAS(segmentID)
    if center is None:
        return
    jumpTo(segmentationNode.GetScene(), center)


def jumpTo(scene: Any, center: Sequence[float]) -> None:
    """Show a point (RAS mm) in the middle of all slice and 3D views."""
    slicer.vtkMRMLSliceNode.JumpAllSlices(scene, *center, slicer.vtkMRMLSliceNode.CenteredJumpSlice)
    lookAt(scene, center)


def _showProvenance(segmentationNode: Any, patientScore: PatientScore, signature: Signature) -> Any:
    node = ensureNode(
        segmentationNode, PROVENANCE, "vtkMRMLTextNode", f"{segmentationNode.GetName()} score provenance"
    )
    content = {"notice": signature.notice, **patientScore.provenance}
    text = json.dumps(content, indent=2, default=str)
    if node.GetText() != text:
        node.SetText(text)
    return node
