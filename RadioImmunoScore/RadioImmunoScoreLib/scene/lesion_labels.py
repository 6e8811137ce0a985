"""Names and scores beside the lesions in the slice views, where a slice cuts a lesion and nowhere else.

Slicer shows a markup's point in the slice that it lies in. So each slice view has a markup of its own, with a
point for each lesion that the view's slice cuts, and the points follow when the view shows another slice.
These markups are neither listed nor saved: they are made anew for whatever scene is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.naming import lesion_names
from radioimmuno.scoring.results import PatientScore

from .nodes import PREFIX, removeWhole
from .ras_geometry import imageToWorld, linearPart, scalarsOf, transformBetween
from .reading import BINARY_LABELMAP, labelBoxes
from .stroke_markups import POINT, SELECTION, isPlaceMode

LABELS_OF = PREFIX + "LabelsOf"

# So many of a lesion's voxels say where a slice cuts it; evenly drawn, so that each of its slices has some.
MOST_POINTS = 3000
TEXT_COLOR = (1.0, 1.0, 1.0)
GROUND_OPACITY = 0.55
TEXT_SCALE = 2.4
# No glyph is drawn; of none Slicer would not know where the text begins.
GLYPH_SCALE = 0.01


def labelTexts(patientScore: PatientScore, stale: Collection[str] = ()) -> dict[str, str]:
    """What stands beside each lesion: its name and score.

    Parameters
    ----------
    patientScore : PatientScore
    stale : collection of str, optional
        IDs of lesions that are no longer as they were scored.

    Returns
    -------
    dict of str to str
        By lesion ID.
    """
    names = lesion_names(patientScore.lesions)
    scores = {
        one.id: "not scored" if one.score is None else f"{one.score:.2f}" for one in patientScore.lesions
    }
    return {i: f"{names[i]}  {score}{' (stale)' if i in stale else ''}" for i, score in scores.items()}


def valueLabels(lesions: Iterable[Any], values: Mapping[str, str]) -> dict[str, str]:
    """What stands beside each lesion where colors show another value than the score: its name and that value.

    Parameters
    ----------
    lesions : iterable
        Have an `id` and a `name` each.
    values : mapping of str to str
        By lesion ID, with the unit; where a lesion has none, its name stands alone.

    Returns
    -------
    dict of str to str
        By lesion ID.
    """
    return {
        i: f"{name}  {values[i]}" if i in values else name for i, name in lesion_names(tuple(lesions)).items()
    }


@dataclass(frozen=True, eq=False)
class LesionPoints:
    """Where a lesion is.

    Parameters
    ----------
    points : ndarray of float, shape (n, 3), RAS mm
        Some of its voxels' centers in the world.
    steps : ndarray of float, shape (3, 3), mm
        The steps from voxel to voxel, in columns.
    """

    points: np.ndarray
    steps: np.ndarray

    def anchorOn(self, sliceToRas: np.ndarray) -> np.ndarray | None:
        """Where a label begins on a slice: at the lesion's right edge in the view; None where it is not cut.

        Parameters
        ----------
        sliceToRas : ndarray of float, shape (4, 4)
            Right and up in the view, the slice's normal and its place.

        Returns
        -------
        ndarray of float, shape (3,), RAS mm
        """
        right, normal, origin = sliceToRas[:3, 0], sliceToRas[:3, 2], sliceToRas[:3, 3]
        distances = (self.points - origin) @ normal
        cut = np.abs(distances) <= np.abs(normal @ self.steps).sum() / 2
        if not cut.any():
            return None
        across = self.points[cut] @ right
        edge = self.points[cut][across >= across.max() - np.abs(right @ self.steps).sum()].mean(axis=0)
        anchor: np.ndarray = (
            edge + right * (across.max() - edge @ right) - normal * ((edge - origin) @ normal)
        )
        return anchor


class LesionLabels:
    """Keeps the labels of one segmentation's lesions beside them, whatever slices the views show."""

    def __init__(self) -> None:
        self._segmentationNode: Any = None
        self._texts: Mapping[str, str] = {}
        self._known: dict[str, tuple[Any, LesionPoints]] = {}
        # By the slice node: its observation, its markup, and what was shown last.
        self._views: dict[Any, tuple[int, Any]] = {}
        self._shown: dict[Any, bytes] = {}

    def show(
        self, segmentationNode: Any, texts: Mapping[str, str], sliceNodes: Collection[Any] | None = None
    ) -> None:
        """Label these lesions and no others, from now on in whatever slice a view shows.

        Parameters
        ----------
        segmentationNode : vtkMRMLSegmentationNode
            The lesions. What was edited is found again: call this after edits, too.
        texts : mapping of str to str
            By segment ID, as of `labelTexts`; those of segments that are gone are passed over.
        sliceNodes : collection of vtkMRMLSliceNode, optional
            The views; all of the scene by default.
        """
        if segmentationNode is not self._segmentationNode:
            self.clear()
        self._segmentationNode, self._texts = segmentationNode, dict(texts)
        self._known = _lesionPoints(segmentationNode, texts, self._known)
        self._shown.clear()
        scene = segmentationNode.GetScene()
        views = slicer.util.getNodesByClass("vtkMRMLSliceNode", scene) if sliceNodes is None else sliceNodes
        for sliceNode in [known for known in self._views if all(known is not one for one in views)]:
            self._removeView(sliceNode)
        for sliceNode in views:
            isThere = sliceNode in self._views and self._views[sliceNode][1].GetScene() is not None
            # What the mouse places is not to be disturbed: labels come when this is called next.
            if not isThere and isPlaceMode(scene):
                continue
            if not isThere:
                self._addView(sliceNode)
            self._place(sliceNode)

    def clear(self) -> None:
        """Remove all labels, and follow no view any more."""
        for sliceNode in list(self._views):
            self._removeView(sliceNode)
        self._shown.clear()
        self._known, self._segmentationNode = {}, None

    def _removeView(self, sliceNode: Any) -> None:
        observation, markup = self._views.pop(sliceNode)
        sliceNode.RemoveObserver(observation)
        if markup.GetScene() is not None:
            removeWhole(markup.GetScene(), markup)

    def _addView(self, sliceNode: Any) -> None:
        if sliceNode in self._views:
            sliceNode.RemoveObserver(self._views[sliceNode][0])
        markup = _addMarkup(self._segmentationNode, sliceNode)
        observation = sliceNode.AddObserver(vtk.vtkCommand.ModifiedEvent, self._viewChanged)
        self._views[sliceNode] = observation, markup

    def _viewChanged(self, sliceNode: Any, event: str) -> None:
        if self._segmentationNode is None or self._segmentationNode.GetScene() is None:
            self.clear()
        elif self._views[sliceNode][1].GetScene() is not None:
            self._place(sliceNode)

    def _place(self, sliceNode: Any) -> None:
        """Bring the points to the slice that a view shows."""
        markup = self._views[sliceNode][1]
        sliceToRas = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
        if self._shown.get(sliceNode) == sliceToRas.tobytes():
            return
        self._shown[sliceNode] = sliceToRas.tobytes()
        anchors = {i: lesion.anchorOn(sliceToRas) for i, (_, lesion) in self._known.items()}
        cut = [(self._texts[i], anchor) for i, anchor in anchors.items() if anchor is not None]
        if not cut and markup.GetNumberOfControlPoints() == 0:
            return
        wasModifying = markup.StartModify()
        markup.RemoveAllControlPoints()
        for text, anchor in cut:
            markup.AddControlPointWorld(vtk.vtkVector3d(*anchor.tolist()), text)
        markup.EndModify(wasModifying)


def viewsOf(segmentationNode: Any) -> list[Any]:
    """The slice views that show a segmentation, whether or not it is visible now."""
    nodes = slicer.util.getNodesByClass("vtkMRMLSliceNode", segmentationNode.GetScene())
    display = segmentationNode.GetDisplayNode()
    return [node for node in nodes if display is None or display.IsDisplayableInView(node.GetID())]


def removeLabels(segmentationNode: Any) -> None:
    """Remove the labels of a segmentation's lesions from the scene, whoever shows them."""
    scene = segmentationNode.GetScene()
    for markup in slicer.util.getNodesByClass(POINT, scene):
        if markup.GetAttribute(LABELS_OF) == segmentationNode.GetID():
            removeWhole(scene, markup)


def _addMarkup(segmentationNode: Any, sliceNode: Any) -> Any:
    """A markup without points that only this view shows, and that takes no part in what the mouse does."""
    markup = slicer.vtkMRMLMarkupsFiducialNode()
    markup.SetName(f"{segmentationNode.GetName()} labels {sliceNode.GetName()}")
    markup.SetAttribute(LABELS_OF, segmentationNode.GetID())
    for method in (markup.SetHideFromEditors, markup.SetLocked):
        method(True)
    for method in (markup.SetSaveWithScene, markup.SetSelectable, markup.SetUndoEnabled):
        method(False)
    _addInactive(segmentationNode.GetScene(), markup)
    markup.CreateDefaultDisplayNodes()
    display = markup.GetDisplayNode()
    wasModifying = display.StartModify()
    display.SetSaveWithScene(False)
    display.AddViewNodeID(sliceNode.GetID())
    display.SetGlyphScale(GLYPH_SCALE)
    display.SetTextScale(TEXT_SCALE)
    for setColor in (display.SetColor, display.SetSelectedColor, display.SetActiveColor):
        setColor(*TEXT_COLOR)
    display.GetTextProperty().SetBackgroundColor(0.0, 0.0, 0.0)
    display.GetTextProperty().SetBackgroundOpacity(GROUND_OPACITY)
    display.SetPointLabelsVisibility(True)
    display.SetPropertiesLabelVisibility(False)
    display.SetHandlesInteractive(False)
    display.EndModify(wasModifying)
    return markup


def _addInactive(scene: Any, markup: Any) -> None:
    """Add a markup; which one the mouse places points of stays as it is, where Slicer takes the new one."""
    selection = scene.GetNodeByID(SELECTION)
    if selection is None:
        scene.AddNode(markup)
        return
    active = selection.GetActivePlaceNodeClassName(), selection.GetActivePlaceNodeID()
    scene.AddNode(markup)
    selection.SetReferenceActivePlaceNodeClassName(active[0])
    selection.SetReferenceActivePlaceNodeID(active[1])


def _lesionPoints(
    segmentationNode: Any, segmentIDs: Collection[str], known: Mapping[str, tuple[Any, LesionPoints]]
) -> dict[str, tuple[Any, LesionPoints]]:
    """The points of those of the segments that have voxels; `known` ones where nothing changed since."""
    segmentation = segmentationNode.GetSegmentation()
    toWorld = transformBetween(segmentationNode.GetParentTransformNode(), None)
    matrix = linearPart(toWorld)
    above = segmentationNode.GetParentTransformNode()
    frame = above.GetTransformToWorldMTime() if above else 0
    boxes: dict[Any, Any] = {}
    found = {}
    for segmentID in segmentIDs:
        segment = segmentation.GetSegment(segmentID)
        labelmap = segment.GetRepresentation(BINARY_LABELMAP) if segment else None
        if labelmap is None:
            continue
        label = segment.GetLabelValue()
        stamp = labelmap.GetMTime(), label, frame
        if segmentID in known and known[segmentID][0] == stamp:
            found[segmentID] = known[segmentID]
            continue
        labels = scalarsOf(labelmap)
        if labelmap not in boxes:
            boxes[labelmap] = labelBoxes(labels)
        if label not in boxes[labelmap]:
            continue
        box = boxes[labelmap][label]
        index = np.argwhere(labels[box.slices] == label)
        index = index[:: -(-len(index) // MOST_POINTS)] + box.start
        extent = labelmap.GetExtent()
        ijkToRas = imageToWorld(labelmap)
        points = index[:, ::-1] + np.array(extent[::2])
        ras = points @ ijkToRas[:3, :3].T + ijkToRas[:3, 3]
        found[segmentID] = stamp, _inWorld(ras, ijkToRas[:3, :3], toWorld, matrix)
    return found


def _inWorld(points: np.ndarray, steps: np.ndarray, toWorld: Any, matrix: np.ndarray | None) -> LesionPoints:
    if matrix is None:
        return LesionPoints(np.array([toWorld.TransformPoint(*point) for point in points.tolist()]), steps)
    return LesionPoints(points @ matrix[:3, :3].T + matrix[:3, 3], matrix[:3, :3] @ steps)
