"""The lesions in 3D: surfaces that are made one at a time, while nobody waits, and never during an edit.

Slicer makes a segmentation's closed surfaces of all segments at once. While a segmentation has them, each
edit by a tool makes that of the edited segment anew, half a second for a lesion of 500 cc in which nothing
else runs, and each edit by other means throws all of them away. So the surfaces shown here are
models of our own: an edit leaves the lesion's last surface there, fainter, until there is a new one.

These models are neither listed nor saved; of a loaded scene they are made anew. Where the lesions'
segmentation has closed surfaces of its own (a file had them, or the user had Slicer show them) those are
shown, and none are made here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.geometry.image import Image

from .camera import frameBounds
from .nodes import PREFIX, addTemporaryModel, removeWhole
from .ras_geometry import imageToWorld, latticeFromIjkToRas, orientedImage, scalarsOf
from .reading import BINARY_LABELMAP

CLOSED_SURFACE = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
SURFACE_OF, SEGMENT = PREFIX + "SurfaceOf", PREFIX + "SurfaceSegment"
FRAMED = PREFIX + "FramedIn3D"

# Of a box with more voxels every second or third is taken: the surface of any lesion is made in about 0.1 s.
MOST_VOXELS = 500_000

# How strongly the surface of a lesion is shown that was edited since.
STALE_OPACITY = 0.35


@dataclass(frozen=True)
class _Made:
    """What a surface was made of: the label map's time stamp with the label, and a digest of the voxels."""

    stamp: tuple[int, int]
    digest: bytes


class LesionSurfaces:
    """Shows the lesions of one segmentation in 3D, in their segments' colors, opacity and visibility.

    Examples
    --------
    >>> surfaces = LesionSurfaces()
    >>> surfaces.show(segmentationNode, ["Lesion_1", "Lesion_2"])
    >>> while surfaces.step():  # between two turns of the event loop
    ...     pass
    """

    def __init__(self) -> None:
        self._segmentationNode: Any = None
        self._observation = 0
        self._segmentIDs: list[str] = []
        self._made: dict[str, _Made] = {}

    def show(self, segmentationNode: Any, segmentIDs: Collection[str]) -> None:
        """Show these segments and no others; those whose surface is to be made first are `due`.

        Surfaces that are there follow their segments' names, colors, opacity, visibility and transform, and
        are fainter when the segment was edited. It is fast, to be called whenever something may have changed.

        Parameters
        ----------
        segmentationNode : vtkMRMLSegmentationNode
        segmentIDs : collection of str
            Those that are gone are passed over.
        """
        if segmentationNode is not self._segmentationNode:
            self.clear()
            self._segmentationNode = segmentationNode
            event = slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent
            self._observation = segmentationNode.AddObserver(event, self._displayChanged)
        segmentation = segmentationNode.GetSegmentation()
        self._segmentIDs = [i for i in segmentation.GetSegmentIDs() if i in segmentIDs]
        self._follow()

    def clear(self) -> None:
        """Remove all surfaces, and follow no segmentation any more."""
        if self._segmentationNode is not None:
            self._segmentationNode.RemoveObserver(self._observation)
            removeSurfaces(self._segmentationNode)
        self._segmentationNode, self._segmentIDs, self._made = None, [], {}

    @property
    def due(self) -> list[str]:
        """IDs of the segments whose surface is missing, or that may have been edited since it was made."""
        node = self._segmentationNode
        if node is None or node.GetScene() is None or _hasSurfaces(node):
            return []
        stamps = {i: stamp for i in self._segmentIDs if (stamp := _stampOf(node, i)) is not None}
        return [i for i, stamp in stamps.items() if i not in self._made or self._made[i].stamp != stamp]

    def step(self) -> bool:
        """Make one surface that is due, the other ones' turn is later; whether there are more.

        With the first surfaces the 3D views' cameras are brought to the lesions, once for a segmentation.
        """
        due = self.due
        if due:
            self._make(due[0])
            if len(due) == 1 and self._segmentationNode.GetAttribute(FRAMED) is None:
                self._segmentationNode.SetAttribute(FRAMED, "1")
                frameBounds(self._segmentationNode.GetScene(), self._bounds())
        return len(due) > 1

    def _make(self, segmentID: str) -> None:
        node = self._segmentationNode
        segmentation = node.GetSegmentation()
        mask = _maskOf(segmentation.GetSegment(segmentID))
        made = _Made(_stampOf(node, segmentID) or (0, 0), _digestOf(mask))
        model = surfacesOf(node).get(segmentID)
        # Another segment of the same label map may be what was edited.
        if model is None or segmentID not in self._made or self._made[segmentID].digest != made.digest:
            surface = _surfaceOf(mask, segmentation.SerializeAllConversionParameters())
            (model or _addModel(node, segmentID)).SetAndObservePolyData(surface)
        self._made[segmentID] = made
        self._follow()

    def _bounds(self) -> np.ndarray:
        """The box (RAS mm) around all surfaces that have a point."""
        every, bounds = vtk.vtkBoundingBox(), np.zeros(6)
        for model in surfacesOf(self._segmentationNode).values():
            model.GetRASBounds(bounds)
            # Of one without points the box is inside out.
            if bounds[0] <= bounds[1]:
                every.AddBounds(bounds)
        every.GetBounds(bounds)
        return bounds

    def _displayChanged(self, node: Any, event: str) -> None:
        if node.GetScene() is not None:
            self._follow()

    def _follow(self) -> None:
        """Bring what is shown to the segments as they are."""
        node, models = self._segmentationNode, surfacesOf(self._segmentationNode)
        for segmentID in set(models) - set(self._segmentIDs):
            removeWhole(node.GetScene(), models.pop(segmentID))
        self._made = {i: made for i, made in self._made.items() if i in models}
        due, hasOthers = set(self.due), _hasSurfaces(node)
        for segmentID, model in models.items():
            segment, display = node.GetSegmentation().GetSegment(segmentID), model.GetDisplayNode()
            opacity, isShown = _lookOf(node.GetDisplayNode(), segmentID)
            model.SetName(segment.GetName())
            model.SetAndObserveTransformNodeID(node.GetTransformNodeID())
            if display is not None:
                wasModifying = display.StartModify()
                display.SetColor(*segment.GetColor())
                display.SetOpacity(opacity * (STALE_OPACITY if segmentID in due else 1.0))
                display.SetVisibility(isShown and not hasOthers)
                display.EndModify(wasModifying)


def surfacesOf(segmentationNode: Any) -> dict[str, Any]:
    """The model nodes with the surfaces of a segmentation's lesions, by segment ID."""
    # No references: in a saved scene they would lead to whatever nodes have the IDs there.
    models = slicer.util.getNodesByClass("vtkMRMLModelNode", segmentationNode.GetScene())
    owned = [model for model in models if model.GetAttribute(SURFACE_OF) == segmentationNode.GetID()]
    return {model.GetAttribute(SEGMENT): model for model in owned}


def removeSurfaces(segmentationNode: Any) -> None:
    """Remove the surfaces of a segmentation's lesions from the scene, whoever shows them."""
    for model in surfacesOf(segmentationNode).values():
        removeWhole(model.GetScene(), model)


def _addModel(segmentationNode: Any, segmentID: str) -> Any:
    attributes = {SURFACE_OF: segmentationNode.GetID(), SEGMENT: segmentID}
    model = addTemporaryModel(segmentationNode.GetScene(), attributes)
    model.GetDisplayNode().SetVisibility2D(False)
    return model


def _lookOf(displayNode: Any | None, segmentID: str) -> tuple[float, bool]:
    """How opaque a segmentation shows a segment in 3D, and whether it shows it at all."""
    if displayNode is None:
        return 1.0, True
    opacity = displayNode.GetOpacity3D() * displayNode.GetSegmentOpacity3D(segmentID)
    ofAll = displayNode.GetVisibility() and displayNode.GetVisibility3D()
    ofOne = displayNode.GetSegmentVisibility(segmentID) and displayNode.GetSegmentVisibility3D(segmentID)
    return opacity, bool(ofAll and ofOne)


def _hasSurfaces(segmentationNode: Any) -> bool:
    """Whether a segmentation has closed surfaces of its own."""
    segmentation = segmentationNode.GetSegmentation()
    return segmentation.ContainsRepresentation(CLOSED_SURFACE)


def _stampOf(segmentationNode: Any, segmentID: str) -> tuple[int, int] | None:
    segment = segmentationNode.GetSegmentation().GetSegment(segmentID)
    labelmap = segment.GetRepresentation(BINARY_LABELMAP) if segment else None
    return None if labelmap is None else (labelmap.GetMTime(), segment.GetLabelValue())


def _maskOf(segment: Any) -> Image:
    """A segment's voxels on their own grid, cropped to what they cover."""
    labelmap, label = segment.GetRepresentation(BINARY_LABELMAP), segment.GetLabelValue()
    lattice = latticeFromIjkToRas(imageToWorld(labelmap), labelmap.GetExtent())
    return Image(scalarsOf(labelmap) == label, lattice).trimmed()


def _digestOf(mask: Image) -> bytes:
    window = mask.window
    digest = blake2b(np.packbits(mask.values).tobytes(), digest_size=16)
    digest.update(repr((window.shape, window.origin, window.spacing, window.axes)).encode())
    return digest.digest()


def _surfaceOf(mask: Image, conversionParameters: str) -> Any:
    """A mask's vtkPolyData, converted by Slicer as the segmentation's parameters say."""
    if not mask.values.size:
        return vtk.vtkPolyData()
    segmentation, segment = slicer.vtkSegmentation(), slicer.vtkSegment()
    segmentation.SetSourceRepresentationName(BINARY_LABELMAP)
    segmentation.DeserializeConversionParameters(conversionParameters)
    segment.AddRepresentation(BINARY_LABELMAP, _thinned(mask))
    segment.SetLabelValue(1)
    segmentation.AddSegment(segment, "lesion")
    segmentation.CreateRepresentation(CLOSED_SURFACE)
    return segment.GetRepresentation(CLOSED_SURFACE)


def _thinned(mask: Image) -> Any:
    """The mask as a label map of at most `MOST_VOXELS` voxels, coarser first along its finest axes."""
    steps, spacing = np.ones(3, int), np.array(mask.lattice.spacing)
    while mask.values.size / steps.prod() > MOST_VOXELS:
        steps[(steps * spacing).argmin()] += 1
    k, j, i = steps.tolist()
    values = mask.values[::k, ::j, ::i].astype(np.uint8)
    coarse = replace(mask.window, shape=values.shape, spacing=tuple((spacing * steps).tolist()))
    return orientedImage(values, coarse)
