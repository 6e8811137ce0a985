"""Scores into the scene, and out of it again."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import slicer

from radioimmuno.colors import color_scale
from radioimmuno.results import PatientScore
from radioimmuno.signature import Signature

from .legend import removeLegend, showLegend
from .nodes import ensureNode, ownedNode, removeOwnedNodes
from .painting import paintSegments, restoreColors
from .plots import showPlot
from .rings import RINGS, showRings, updateRings
from .tables import showTable

PROVENANCE = "provenance"


@dataclass(frozen=True)
class SceneResult:
    """The nodes that show a patient's scores."""

    tableNode: Any
    chartNode: Any
    ringsNode: Any
    legendNode: Any
    provenanceNode: Any


def showScores(
    volumeNode: Any, segmentationNode: Any, patientScore: PatientScore, signature: Signature
) -> SceneResult:
    """Paint the segments by score and make legend, rings, table, plot and provenance.

    Scoring again updates the same nodes. Everything hangs on the segmentation node by references, so it is
    found again in a scene that was saved and loaded. `clearScores` takes all of it back.

    Parameters
    ----------
    volumeNode : the CT that was scored
    segmentationNode : its lesions; the scores' IDs are its segment IDs
    patientScore : what scoring gave
    signature : what it was scored with
    """
    scale = color_scale(signature)
    paintSegments(segmentationNode, {lesion.id: scale.rgb(lesion.score) for lesion in patientScore.lesions})
    return SceneResult(
        tableNode=showTable(segmentationNode, patientScore, signature),
        chartNode=showPlot(segmentationNode, patientScore, signature),
        ringsNode=showRings(volumeNode, segmentationNode, patientScore, scale),
        legendNode=showLegend(segmentationNode, signature, scale),
        provenanceNode=_showProvenance(segmentationNode, patientScore, signature),
    )


def updateScores(
    volumeNode: Any,
    segmentationNode: Any,
    patientScore: PatientScore,
    signature: Signature,
    only: Collection[str],
) -> None:
    """As `showScores`, but only these lesions are painted and get their rings anew; the others stay.

    A row that came from a saved scene has no ring any more: the one in the scene stays.
    """
    if ownedNode(segmentationNode, RINGS) is None:
        showScores(volumeNode, segmentationNode, patientScore, signature)
        return
    scale = color_scale(signature)
    lesions = [lesion for lesion in patientScore.lesions if lesion.id in only]
    paintSegments(segmentationNode, {lesion.id: scale.rgb(lesion.score) for lesion in lesions})
    updateRings(
        segmentationNode, [lesion for lesion in lesions if lesion.ring or lesion.score is None], scale
    )
    showTable(segmentationNode, patientScore, signature)
    showPlot(segmentationNode, patientScore, signature)
    _showProvenance(segmentationNode, patientScore, signature)


def clearScores(segmentationNode: Any) -> None:
    """Take back all that `showScores` did: colors, display and nodes are as they were found."""
    restoreColors(segmentationNode)
    removeLegend(segmentationNode)
    removeOwnedNodes(segmentationNode)


def jumpToLesion(segmentationNode: Any, segmentID: str) -> None:
    """Show a lesion in the middle of all slice and 3D views; cameras keep their direction and distance."""
    center = segmentationNode.GetSegmentCenterRAS(segmentID)
    if center is None:
        return
    scene = segmentationNode.GetScene()
    slicer.vtkMRMLSliceNode.JumpAllSlices(scene, *center, slicer.vtkMRMLSliceNode.CenteredJumpSlice)
    for camera in slicer.util.getNodesByClass("vtkMRMLCameraNode", scene):
        shift = [c - f for c, f in zip(center, camera.GetFocalPoint(), strict=True)]
        camera.SetPosition(*(p + s for p, s in zip(camera.GetPosition(), shift, strict=True)))
        camera.SetFocalPoint(*center)
        camera.ResetClippingRange()


def _showProvenance(segmentationNode: Any, patientScore: PatientScore, signature: Signature) -> Any:
    node = ensureNode(
        segmentationNode, PROVENANCE, "vtkMRMLTextNode", f"{segmentationNode.GetName()} score provenance"
    )
    content = {"notice": signature.notice, **patientScore.provenance}
    node.SetText(json.dumps(content, indent=2, default=str))
    return node
