"""How the lesions look: opacity, legend, rings, which one stands out, and the map of its interior."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion

from ...scene import readImage, readLesions
from ...scene.interior_map import mappedSegment, removeMap, showMap
from ...scene.legend import legendOf
from ...scene.nodes import ownedNode
from ...scene.rings import RINGS
from ...services.measurement import computeMap, mapTitle
from .edits import frameOf, stampsOf
from .events import Signal
from .jobs import IDLE, MAPPING
from .session import Session

# How strongly the other lesions are shown while one is selected.
BEHIND = 0.35


def setLegendVisible(segmentationNode: Any, isVisible: bool) -> None:
    """Show or hide the color legend, where there is one."""
    legend = legendOf(segmentationNode)
    if legend is not None:
        legend.SetVisibility(isVisible)


def setRingsVisible(segmentationNode: Any, isVisible: bool) -> None:
    """Show or hide the rings, where there are any."""
    rings = ownedNode(segmentationNode, RINGS)
    if rings is not None and rings.GetDisplayNode():
        rings.GetDisplayNode().SetVisibility(isVisible)


def setOpacity(segmentationNode: Any, opacity: float) -> None:
    """How opaque the lesions are, 0 to 1, in slices and in 3D."""
    segmentationNode.CreateDefaultDisplayNodes()
    displayNode = segmentationNode.GetDisplayNode()
    displayNode.SetOpacity2DFill(opacity)
    displayNode.SetOpacity3D(opacity)


def opacityOf(segmentationNode: Any) -> float:
    """How opaque the lesions are in slices."""
    displayNode = segmentationNode.GetDisplayNode()
    return displayNode.GetOpacity2DFill() if displayNode else 1.0


class Highlight:
    """Lets one lesion stand out by making the others fainter; what was there before comes back."""

    def __init__(self) -> None:
        self._node: Any = None
        self._before: dict[str, float] = {}

    def show(self, segmentationNode: Any, segmentID: str) -> None:
        """Let this lesion stand out."""
        self.clear()
        displayNode = segmentationNode.GetDisplayNode()
        if displayNode is None:
            return
        self._node = segmentationNode
        for other in segmentationNode.GetSegmentation().GetSegmentIDs():
            if other != segmentID:
                self._before[other] = displayNode.GetSegmentOpacity2DFill(other)
                displayNode.SetSegmentOpacity2DFill(other, self._before[other] * BEHIND)

    def clearUnlessOn(self, segmentationNode: Any) -> None:
        """All lesions as they were, when they are those of another segmentation."""
        if self._node is not segmentationNode:
            self.clear()

    def clear(self) -> None:
        """All lesions as they were."""
        displayNode = self._node.GetDisplayNode() if self._node else None
        if displayNode is not None:
            present = set(self._node.GetSegmentation().GetSegmentIDs())
            for segmentID, opacity in self._before.items():
                if segmentID in present:
                    displayNode.SetSegmentOpacity2DFill(segmentID, opacity)
        self._node, self._before = None, {}


Mapper = Callable[..., Image]


class InteriorMap:
    """Keeps the map in the scene in step with what is chosen.

    Parameters
    ----------
    session : Session
        The patient.
    selectedID : callable
        Gives the segment ID of the selected lesion, or None.
    mapper : callable
        As `measurement.computeMap`; a test gives its own.

    Attributes
    ----------
    shown : Signal of (lesion's name, map's values), or of None when there is no map any more
    """

    def __init__(
        self,
        session: Session,
        selectedID: Callable[[], str | None],
        mapper: Callable[..., Image] = computeMap,
    ) -> None:
        self.shown = Signal()
        self.mapper = mapper
        self._session, self._selectedID = session, selectedID
        self._key: Any = None

    def follow(self) -> None:
        """Something may have changed: show another map when it is another lesion, map or shape."""
        session, name = self._session, self._session.parameters.interiorMap
        node = session.inputs.segmentationNode
        if node is None or session.inputs.volumeNode is None or session.state != IDLE:
            return
        segmentID = self._selectedID()
        if not name or mappedSegment(node) not in ("", *session.inputs.segmentIDs):
            self._remove(node)
        elif segmentID is not None and segmentID in session.inputs.segmentIDs:
            self._start(name, segmentID)

    def _remove(self, segmentationNode: Any) -> None:
        removeMap(segmentationNode)
        if self._key is not None:
            self._key = None
            self.shown.emit(None)

    def _start(self, name: str, segmentID: str) -> None:
        inputs = self._session.inputs
        nodes = inputs.volumeNode, inputs.segmentationNode
        stamp = stampsOf(nodes[1])[segmentID]
        key = (name, segmentID, stamp, frameOf(*nodes), inputs.signature.sha256)
        if key == self._key:
            return
        try:
            image = readImage(nodes[0])
        except InputError:
            # Scoring says so.
            return
        lesion = readLesions(nodes[1], nodes[0], [segmentID]).lesions[0]
        mapper, settings = self.mapper, inputs.signature.settings
        self._session.jobs.start(
            MAPPING,
            lambda progress: _orProblem(mapper, image, lesion, settings, name),
            lambda result: self._show(key, lesion, name, result),
        )

    def _show(self, key: Any, lesion: Lesion, name: str, result: Image | InputError) -> None:
        inputs, self._key = self._session.inputs, key
        if isinstance(result, InputError):
            removeMap(inputs.segmentationNode)
            self._session.message.emit(str(result))
            self.shown.emit(None)
        elif lesion.id in inputs.segmentIDs:
            showMap(inputs.volumeNode, inputs.segmentationNode, lesion.id, result, mapTitle(name))
            self.shown.emit((lesion.name, result.values))


def _orProblem(mapper: Mapper, image: Image, lesion: Lesion, settings: Any, name: str) -> Image | InputError:
    try:
        return mapper(image, lesion, settings, name)
    except InputError as problem:
        return problem
