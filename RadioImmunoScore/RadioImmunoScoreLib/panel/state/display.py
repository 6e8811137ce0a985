"""How the lesions look: opacity, legend, rings, which one stands out, and the map of its interior."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slicer.i18n import tr as _

from radioimmuno.filters.words import title_of
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.modality import PET
from radioimmuno.settings import Settings

from ...scene import readImage, readLesions
from ...scene.course_nodes import CourseNodes
from ...scene.fused_pet import FusedPet
from ...scene.interior_map import MapScale, mappedSegment, mapScaleOf, removeMap, scaleInScene, showMap
from ...scene.legend import legendOf
from ...scene.lesion_labels import LesionLabels, labelTexts, valueLabels, viewsOf
from ...scene.nodes import ownedNode
from ...scene.parameters import BY_SCORE, COURSE
from ...scene.rings import RINGS
from ...scene.surfaces import LesionSurfaces
from ...services.images_beside import ImageBeside
from ...services.interior_maps import MAPS, computeMap, filterOf, isSigned, mapTitle, shareOf
from ..texts import problemText
from .edits import frameOf, stampsOf
from .events import release, singleShot
from .jobs import IDLE, MAPPING, MEASURING
from .panel_state import DisplayState, ShownMap
from .rows import LEFT_OUT
from .scoring_session import ScoringSession
from .selection import Selection


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


Mapper = Callable[..., Image]
Result = tuple[Image, MapScale]

# So long the panel waits between two surfaces: what the user does comes first.
IDLE_MS = 20


# What of the `DisplayState` a scene keeps by these names.
CHOICES = ("colorByScore", "showLegend", "showRings", "showLabels", "showSurfaces", "showPet", "interiorMap")


class Display:
    """The user's choices of how the lesions look, kept in the scene and followed by it.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    selection : Selection
        Which lesion is selected.
    shownTexts : callable
        Gives what the lesions' colors say, in words by segment ID; None where they say the scores.

    Attributes
    ----------
    interior : InteriorMap
    """

    def __init__(
        self,
        session: ScoringSession,
        selection: Selection,
        shownTexts: Callable[[], Mapping[str, str] | None],
    ) -> None:
        self._session, self._selection, self._shownTexts = session, selection, shownTexts
        self._labels, self._surfaces, self._fused = LesionLabels(), LesionSurfaces(), FusedPet()
        self._startedOn: Any = None
        self._readPet: ImageBeside | None = None
        self._idle = singleShot(IDLE_MS, self._makeSurface)
        self.interior = InteriorMap(session, selection)

    @property
    def state(self) -> DisplayState:
        """The choices as they are now."""
        parameters, node = self._session.parameters, self._session.inputs.segmentationNode
        return DisplayState(
            colorByScore=parameters.colorByScore,
            showLegend=parameters.showLegend,
            showRings=parameters.showRings,
            showLabels=parameters.showLabels,
            showSurfaces=parameters.showSurfaces,
            showPet=parameters.showPet,
            opacity=opacityOf(node) if node else 1.0,
            interiorMap=parameters.interiorMap,
            map=self.interior.shown,
        )

    def followScene(self) -> None:
        """Have the scene show what was chosen."""
        parameters, node = self._session.parameters, self._session.inputs.segmentationNode
        self._selection.highlight.clearUnlessOn(node)
        if node is not None:
            # Rings have the colors of scores.
            isByScore = parameters.colorBy == BY_SCORE
            setLegendVisible(node, parameters.showLegend and parameters.colorBy not in COURSE)
            setRingsVisible(node, parameters.showRings and isByScore)
        self._followLabels(node)
        self._followSurfaces(node)
        self._followPet()
        self.interior.follow()

    def _followLabels(self, node: Any) -> None:
        session, shown = self._session, self._shownTexts()
        patient = session.patient
        if node is None or not session.parameters.showLabels or (patient is None and shown is None):
            self._labels.clear()
        elif shown is not None:
            rows = [row for row in session.rows if row.status != LEFT_OUT]
            # A change is that of the lesion in both studies; all else is of this study alone.
            views = None if session.parameters.colorBy in COURSE else viewsOf(node)
            self._labels.show(node, valueLabels(rows, shown), views)
        elif patient is not None:
            self._labels.show(node, labelTexts(patient, session.stale), viewsOf(node))

    def startSurfaces(self) -> None:
        """Show the lesions in 3D though nothing was drawn or scored yet."""
        self._startedOn = self._session.inputs.segmentationNode
        self._session.refresh()

    def _followPet(self) -> None:
        """The PET over the CT, where that is asked for."""
        parameters = self._session.parameters
        pet = next((one for one in self._session.inputs.beside if one.role == PET.role), None)
        shown = parameters.petNode if parameters.showPet and pet is not None else None
        if shown is None or pet is None:
            self._fused.clear()
        elif pet.isUnitKnown:
            studies = CourseNodes(parameters.node).studies
            volumes = [one.volumeNode for one in studies if one.volumeNode is not parameters.volumeNode]
            self._fused.show(shown, pet.valuesPerUnit, {node.GetID() for node in volumes})
        else:
            self._read(pet)

    def _read(self, pet: ImageBeside) -> None:
        """Find out in which unit Slicer holds a PET: until then there is no window to show it in."""
        session = self._session
        if pet is self._readPet or not session.isSettled:
            return

        def work(progress: Any) -> Exception | None:
            # As a result, so that what cannot be read is not tried again and again.
            try:
                pet.reading  # noqa: B018
            except Exception as problem:
                return problem
            return None

        def done(problem: Exception | None) -> None:
            self._readPet = pet
            if problem is not None:
                session.say(problemText(problem))

        session.jobs.start(MEASURING, work, done)

    def _followSurfaces(self, node: Any) -> None:
        """Surfaces from the first color or stroke on; each is made once nobody waits for anything else."""
        session = self._session
        isColored = session.parameters.hasSavedScores or self._shownTexts() is not None
        isStarted = isColored or bool(session.history.undoTitle)
        if node is None or not session.parameters.showSurfaces or not (isStarted or node is self._startedOn):
            self._surfaces.clear()
            return
        self._surfaces.show(node, [i for i in session.inputs.segmentIDs if i not in session.inputs.leftOut])
        if self._surfaces.due:
            self._idle.start()

    def _makeSurface(self) -> None:
        if not self._session.isSettled or self._surfaces.step():
            self._idle.start()

    def close(self) -> None:
        """The scene goes: label nothing and show nothing in 3D any more."""
        self._idle.stop()
        self._labels.clear()
        self._surfaces.clear()
        self._fused.forget()

    def release(self) -> None:
        """The panel goes: nothing is started ever again."""
        self.close()
        release(self._idle)

    def choose(self, what: str, value: bool | str) -> None:
        """Keep a choice, and have the scene follow it.

        Parameters
        ----------
        what : str
            One of `CHOICES`.
        value : bool or str
            As the `DisplayState` has it.

        Raises
        ------
        ValueError
            When there is no such choice.
        """
        if what not in CHOICES:
            raise ValueError(f"no choice {what!r} of {CHOICES}")
        setattr(self._session.parameters, what, value)
        if what == "showSurfaces" and value:
            self._startedOn = self._session.inputs.segmentationNode
        self._session.refresh()

    def setOpacity(self, opacity: float) -> None:
        """How opaque the lesions are, 0 to 1."""
        node = self._session.inputs.segmentationNode
        if node is not None:
            setOpacity(node, opacity)
            self._session.refresh()


class InteriorMap:
    """Keeps the map in the scene in step with what is chosen.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    selection : Selection
        Which lesion is selected.
    mapper : callable
        As `interior_maps.computeMap`; a test gives its own.

    Attributes
    ----------
    shown : ShownMap or None
        The map that is shown.
    """

    def __init__(
        self, session: ScoringSession, selection: Selection, mapper: Callable[..., Image] = computeMap
    ) -> None:
        self.shown: ShownMap | None = None
        self.mapper = mapper
        self._session, self._selection = session, selection
        self._key: Any = None

    def follow(self) -> None:
        """Something may have changed: show another map when it is another lesion, map or shape."""
        session, name = self._session, self._session.parameters.interiorMap
        node = session.inputs.segmentationNode
        if node is None or session.inputs.volumeNode is None:
            self._key, self.shown = None, None
            return
        if session.jobs.state != IDLE:
            return
        segmentID = self._selection.segmentID
        if not name or mappedSegment(node) not in ("", *session.inputs.segmentIDs):
            self._remove(node)
        elif segmentID is not None and segmentID in session.inputs.segmentIDs:
            self._start(name, segmentID)
        elif self._key is None:
            self.shown = self._shownOf(node, name)

    def _shownOf(self, segmentationNode: Any, name: str) -> ShownMap | None:
        """What a map that came with the scene shows."""
        scale = scaleInScene(segmentationNode)
        if scale is None or not (name in MAPS or filterOf(name)):
            return None
        segment = segmentationNode.GetSegmentation().GetSegment(mappedSegment(segmentationNode))
        if segment is None:
            return None
        return ShownMap(mapTitle(name), segment.GetName(), bool(filterOf(name)), scale)

    def _remove(self, segmentationNode: Any) -> None:
        removeMap(segmentationNode)
        if self.shown is not None or self._key is not None:
            self._key, self.shown = None, None
            self._session.refresh()

    def _start(self, name: str, segmentID: str) -> None:
        inputs = self._session.inputs
        nodes = inputs.volumeNode, inputs.segmentationNode
        stamps = stampsOf(nodes[1])
        # Other lesions cut the ring.
        shapes = (tuple(stamps.items()), *inputs.leftOut) if filterOf(name) else stamps[segmentID]
        key = (name, segmentID, shapes, frameOf(*nodes), inputs.signature.sha256)
        if key == self._key:
            return
        try:
            image = readImage(nodes[0])
            others = inputs.study().lesions if filterOf(name) else ()
        except InputError:
            # Scoring says so.
            return
        lesion = readLesions(nodes[1], nodes[0], [segmentID]).lesions[0]
        mapper, settings = self.mapper, inputs.signature.settings
        if filterOf(name):
            text = _("Filtering: {filter}...").format(filter=mapTitle(name))
            self._session.say(text, lambda: self._session.jobs.state == MAPPING)
        self._session.jobs.start(
            MAPPING,
            lambda progress: _orProblem(mapper, image, lesion, settings, name, others),
            lambda result: self._show(key, lesion, name, result),
        )

    def _show(self, key: Any, lesion: Lesion, name: str, result: Result | Exception) -> None:
        inputs, self._key, self.shown = self._session.inputs, key, None
        if isinstance(result, Exception):
            removeMap(inputs.segmentationNode)
            about = f"{title_of(filterOf(name))}: " if filterOf(name) else ""
            self._session.say(about + problemText(result))
        elif lesion.id in inputs.segmentIDs:
            values, scale = result
            title = mapTitle(name)
            showMap(inputs.volumeNode, inputs.segmentationNode, lesion.id, values, title, scale)
            self.shown = ShownMap(title, lesion.name, bool(filterOf(name)), scale)


def _orProblem(
    mapper: Mapper, image: Image, lesion: Lesion, settings: Settings, name: str, others: Sequence[Lesion]
) -> Result | Exception:
    """The map, or why there is none: as a result, so that it is not tried again and again."""
    try:
        values = mapper(image, lesion, settings, name, others)
        return values, mapScaleOf(values, isSigned(name, settings), shareOf(name))
    except Exception as problem:
        return problem
