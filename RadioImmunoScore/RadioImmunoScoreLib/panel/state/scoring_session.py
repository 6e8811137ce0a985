"""One patient's inputs, rows and scoring, kept in step with the scene.

Everything here runs on the main thread but the work handed to the runner, which gets plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.lesion import LeftOut
from radioimmuno.scoring.results import LesionScore, PatientScore
from radioimmuno.stability.agreement import PatientStability
from radioimmuno.study import Study

from ...scene.course_nodes import CourseNodes
from ...scene.parameters import Parameters
from ...scene.segment_properties import noteSites, sitesOf
from ...services.learned_models import cardName
from ...services.measurement import aboutImages
from ..texts import problemText
from .edits import AxesWatch, EditWatch, History, observeInputs
from .events import Observers, Signal
from .inputs import Inputs
from .jobs import IDLE, SCORING, SIMULATING, UPDATING, Jobs
from .patient_of_rows import PatientOfRows
from .rows import LesionNotes, Row, Volumes, rowOf
from .scores import SceneView, ScoreStore

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import Progress

Scorer = Callable[..., Sequence[LesionScore]]


class ScoringSession:
    """One patient, scored and scored again.

    Parameters
    ----------
    scorer : callable
        As `scoreStudy`; a test gives its own.

    Attributes
    ----------
    refreshed : Signal; the scene was brought to what is known now
    message : Signal of a sentence for the user and, optionally, a callable: whether it is still so
    jobs : Jobs
        What is under way.
    history : History
        What was done to segments here.
    notes : LesionNotes
        What the user says of lesions.
    """

    def __init__(self, scorer: Scorer) -> None:
        self.refreshed, self.message = Signal(), Signal()
        self.observers = Observers()
        self.jobs = Jobs()
        self.jobs.taken.connect(self._jobTaken)
        self.jobs.finished.connect(self._jobFinished)
        self.jobs.failed.connect(self._jobFailed)
        self._scorer = scorer
        self._patientOf = PatientOfRows()
        self.history = History()
        self._axes = AxesWatch()
        self._edits = EditWatch(self._mark, self._rescore)
        self._volumes = Volumes()

    def adopt(self, parameters: Parameters) -> None:
        """Go on with this parameter node: of a new scene, or of one that was loaded."""
        self.stop()
        self.inputs = Inputs(parameters)
        self.parameters = parameters
        self._forget()
        self._store = ScoreStore(self.inputs)
        self._view = SceneView(self.inputs)
        self.notes = LesionNotes(self.inputs, self._store, self.refresh, self._edits.schedule)
        self._watch()

    def stop(self) -> None:
        """Forget what is under way; the rows stay as they were."""
        self.jobs.stop()
        self._edits.stop()

    def close(self) -> None:
        """Stop, and follow nothing any more, until a parameter node is adopted."""
        self.stop()
        self.observers.removeAll()
        self._watched = None

    def release(self) -> None:
        """The panel goes: nothing is started ever again."""
        self.close()
        self.jobs.release()
        self._edits.release()

    def say(self, text: str, isCurrent: Callable[[], bool] | None = None) -> None:
        """Have a sentence shown to the user; empty for none.

        Parameters
        ----------
        isCurrent : callable, optional
            Whether what the sentence is about is still so.
        """
        self.message.emit(text, isCurrent)

    # What the user says.

    def setInputs(self, volumeNode: Any | None, segmentationNode: Any | None) -> None:
        """Choose the CT and the segmentation; each segmentation keeps its scores."""
        parameters = self.parameters
        isOtherCt = volumeNode is not parameters.volumeNode
        isOtherSegmentation = segmentationNode is not parameters.segmentationNode
        if self._watched is None or not (isOtherCt or isOtherSegmentation):
            return
        self.stop()
        if isOtherCt:
            parameters.kvp, parameters.clinical, parameters.batch = None, {}, ""
            if parameters.volumeNode is not None:
                # What was chosen for a study of the follow-up comes back with it.
                parameters.petNode = CourseNodes(parameters.node).petOf(volumeNode)
                parameters.mrNode = None
        parameters.volumeNode, parameters.segmentationNode = volumeNode, segmentationNode
        self._watch()

    def setBeside(self, petNode: Any | None, mrNode: Any | None) -> None:
        """Choose the PET and the MR beside the CT; None for none."""
        parameters = self.parameters
        nodes = petNode, mrNode
        if self._watched is None or nodes == (parameters.petNode, parameters.mrNode):
            return
        chosen = [node for node in (parameters.volumeNode, *nodes) if node is not None]
        if len({node.GetID() for node in chosen}) < len(chosen):
            self.say(_("A volume cannot be two of CT, PET and MR: choose another one."))
            return
        self.stop()
        # What was said of another choice holds no more.
        self.say("")
        parameters.petNode, parameters.mrNode = nodes
        CourseNodes(parameters.node).setPetOf(parameters.volumeNode, petNode)
        self._watch()
        self._compare()

    def chooseCandidates(self) -> None:
        """Choose what is not chosen yet where the scene offers but one."""
        parameters = self.parameters
        if self._watched is None or self.jobs.isBusy or None not in self._watched[:2]:
            return
        volumeNode, segmentationNode = self.inputs.candidates
        self.setInputs(parameters.volumeNode or volumeNode, parameters.segmentationNode or segmentationNode)

    def followInputs(self) -> None:
        """An input may be gone from the scene: what is under way with it stops, its rows go.

        While a scene is closed or loaded nothing is watched, and what is removed then is none of ours.
        """
        if self._watched is None or not any(node and node.GetScene() is None for node in self._watched):
            return
        self.stop()
        self._watch()

    def setSignature(self, nameOrPath: str) -> None:
        """Choose a signature by name or file; errors as of `Inputs`."""
        if self.inputs.setSignature(nameOrPath):
            self.stop()
        self._compare()

    def setKvp(self, kvp: float | None) -> None:
        """Type in the tube voltage."""
        if kvp != self.parameters.kvp:
            self.parameters.kvp = kvp
            self._compare()

    def setClinical(self, name: str, value: float | None) -> None:
        """Type in a value of the patient that the signature needs; None takes it away."""
        others = {key: known for key, known in self.parameters.clinical.items() if key != name}
        clinical = others if value is None else {**others, name: value}
        if clinical != self.parameters.clinical:
            self.parameters.clinical = clinical
            self._compare()

    def setBatch(self, name: str) -> None:
        """Choose the scanner or center of the CT; empty for none."""
        if name != self.parameters.batch:
            self.parameters.batch = name
            self._compare()

    def setModel(self, path: str) -> None:
        """Choose the card file of an outside model that the signature needs.

        Raises
        ------
        ModelError
            When it is no card.
        ValueError
            When the signature needs no model of that name.
        """
        name, wanted = cardName(path), self.inputs.signature.learned
        if name not in wanted:
            raise ValueError(
                f"This is the card of {name}; the signature needs {', '.join(wanted) or 'none'}."
            )
        self.parameters.models = {**self.parameters.models, name: path}
        self._compare()

    def setAccepted(self, codes: Iterable[str]) -> None:
        """Take on what refuses all lesions: these codes and no others."""
        self.stop()
        self.inputs.accepted = codes
        self._compare()

    def setUpdateWhileEditing(self, on: bool) -> None:
        """Score edited lesions again by themselves, or only mark them."""
        self.parameters.updateWhileEditing = on
        self._edits.schedule()

    # What is done to segments.

    def measured(self, segmentID: str) -> None:
        """A lesion was segmented and measured here: its row is to be scored when edits are."""
        self._axes.accept({segmentID})
        self._store.ask(segmentID)
        self._edits.schedule()
        self.refresh()

    def drawn(self, segmentID: str) -> None:
        """A lesion was made here: where others have scores it gets one by itself."""
        self._drawn.add(segmentID)
        self.measured(segmentID)

    def undo(self) -> None:
        """Take back what was done to segments last."""
        self._axes.accept(self.history.undo())
        self.refresh()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._axes.accept(self.history.redo())
        self.refresh()

    def enterStability(self, stability: PatientStability) -> None:
        """Enter into rows and score table how stable the scores are."""
        self._store.write({i: {"stability": each} for i, each in stability.lesions.items()})
        self.refresh()

    # What is shown.

    @property
    def rows(self) -> list[Row]:
        """A row for every segment, in their order."""
        if self._rows is None:
            self._rows = self._rowsNow()
        return list(self._rows)

    @property
    def patient(self) -> PatientScore | None:
        """The patient of the included rows; None before anything was scored."""
        if not self._hasPatient:
            self._patient, self._hasPatient = self._patientNow(), True
        return self._patient

    @property
    def stale(self) -> set[str]:
        """IDs of the scored lesions that are others now."""
        return self._store.stale

    def scoreOf(self, segmentID: str) -> LesionScore | None:
        """A lesion's last score; None for one that is left out."""
        return self._store.scores.get(segmentID) if segmentID in self.inputs.included else None

    def nameOf(self, segmentID: str) -> str:
        """What a person calls the lesion."""
        return self._segment(segmentID).GetName()

    # Scoring.

    def score(self) -> None:
        """Score all included lesions on a thread."""
        if self.inputs.missing or self.jobs.isBusy:
            return
        self.stop()
        self._run(SCORING, self.inputs.included)

    def simulate(self, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        """Make something slow on a thread; `done` gets it on the main thread."""
        self.stop()
        self.jobs.start(SIMULATING, work, done)

    def _run(self, state: str, only: Collection[str]) -> None:
        """Score the lesions in `only`, as they are now."""
        self._drawn -= set(only)
        try:
            snapshot = self.inputs.snapshot()
        except InputError as problem:
            self.say(problemText(problem))
            return
        scorer = self._scorer

        def work(progress: Progress) -> tuple[Study, Sequence[LesionScore], Mapping[str, Any]]:
            whole = snapshot.whole()
            beside = snapshot.modelsGiven()
            rows = scorer(whole, snapshot.signature, only=only, progress=progress, **beside)
            return whole, rows, aboutImages(whole, snapshot.signature)

        def done(result: tuple[Study, Sequence[LesionScore], Mapping[str, Any]]) -> None:
            whole, rows, about = result
            self.inputs.reader.rememberValues(snapshot, whole)
            self._store.enter(snapshot, rows)
            self.parameters.aboutImages = about
            if state == SCORING:
                self._store.remember(rows)
            # The color first: the rest follows when the views had time to show it.
            self._forget()
            self._view.paint(self.patient)

        self.jobs.start(state, work, done)

    def _jobTaken(self) -> None:
        self._store.compare()
        self._showInScene()

    def _jobFinished(self) -> None:
        self.refresh()
        if self.parameters.updateWhileEditing or self._drawn:
            self._edits.schedule()

    def _jobFailed(self, error: BaseException) -> None:
        self.say(problemText(error))
        self.refresh()

    # Following the scene.

    def _watch(self) -> None:
        """Observe the nodes in use, and no others."""
        self.observers.removeAll()
        self._forget()
        self._drawn: set[str] = set()
        self._store.begin()
        self.history.begin(self.inputs.segmentationNode)
        self._axes.begin(self.inputs.segmentationNode)
        self._volumes.begin()
        volumeNode, node = self.inputs.volumeNode, self.inputs.segmentationNode
        beside = self.parameters.petNode, self.parameters.mrNode
        self._watched: tuple[Any, ...] | None = volumeNode, node, *beside
        if node is not None:
            noteSites(node)
        observeInputs(self.observers, (volumeNode, *beside), node, self._edited)
        self._view.begin()
        self.refresh()
        self._edits.schedule()

    def _edited(self) -> None:
        """An input says that it is another one now: what was worked out of it is forgotten at once."""
        self._forget()
        self._edits.schedule()

    def _forget(self) -> None:
        self.inputs.forget()
        self._rows: list[Row] | None = None
        self._patient: PatientScore | None = None
        self._hasPatient = False

    def _compare(self) -> None:
        """What all scores depend on may be another: some may be stale, and are scored again if asked for."""
        self._forget()
        self._store.compare()
        self.refresh()
        self._edits.schedule()

    def _mark(self) -> None:
        """Something was edited: show what may be stale."""
        if self.inputs.segmentationNode is not None:
            noteSites(self.inputs.segmentationNode)
            self._axes.forgetEdited()
            self.refresh()

    def _rescore(self) -> None:
        """The user paused: see what is stale, and score it again if that is asked for."""
        if self.inputs.segmentationNode is None:
            return
        self._forget()
        self._store.compare()
        if wanted := self._wanted():
            self._run(UPDATING, wanted)
        self.refresh()

    def _wanted(self) -> set[str]:
        """What is scored without a click: edited lesions where that is asked for, else those drawn here."""
        if self.jobs.state != IDLE or self.inputs.missing:
            return set()
        if self.parameters.updateWhileEditing:
            return self._store.due
        # The first Score is the user's.
        return self._store.due & self._drawn if self._store.scores else set()

    @property
    def isSettled(self) -> bool:
        """Whether nothing is under way and nothing was edited that nobody looked at yet."""
        return self.jobs.state == IDLE and not self._edits.isWaiting

    def refresh(self) -> None:
        """Something may be another: bring the scene to it, and have it shown."""
        self._showInScene()
        self.refreshed.emit()

    def _showInScene(self) -> None:
        self._forget()
        self._view.show(self.patient, self._store.stale, self._store.restored)

    # Helpers.

    def _rowsNow(self) -> list[Row]:
        store, included, node = self._store, set(self.inputs.included), self.inputs.segmentationNode
        stale, leftOut = store.stale, self.inputs.leftOut
        sites = sitesOf(node) if node else {}
        # Those of the patient's rows: the weight of each lesion depends on all others.
        weights = {row.id: row.weight for row in self.patient.lesions} if self.patient else {}
        return [
            rowOf(
                self._segment(i),
                i,
                store.scores.get(i) if i in included else None,
                i in stale,
                i in included,
                sites[i],
                self._volumes,
                leftOut.get(i, ""),
                store.last.get(i),
                weights.get(i),
            )
            for i in self.inputs.segmentIDs
        ]

    def _patientNow(self) -> PatientScore | None:
        rows = [row for i in self.inputs.included if (row := self._store.scores.get(i)) is not None]
        left = [LeftOut(i, self.nameOf(i), reason) for i, reason in self.inputs.leftOut.items()]
        return self._patientOf.of(self.inputs, rows, left)

    def _segment(self, segmentID: str) -> Any:
        return self.inputs.segmentationNode.GetSegmentation().GetSegment(segmentID)
