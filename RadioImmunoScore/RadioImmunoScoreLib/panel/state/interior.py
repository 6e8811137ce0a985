"""The map of the selected lesion's interior: follows selection and edits as long as one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion

from ...scene import readImage, readLesions
from ...scene.maps import mappedSegment, removeMap, showMap
from ...services.interior import computeMap, mapTitle
from .edits import frameOf, stampsOf
from .jobs import IDLE, MAPPING
from .session import Session
from .signal import Signal

Mapper = Callable[..., Image]


class InteriorMap:
    """Keeps the map in the scene in step with what is chosen.

    Parameters
    ----------
    session : the patient
    selectedID : gives the segment ID of the selected lesion, or None
    mapper : as `interior.computeMap`; a test gives its own

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
