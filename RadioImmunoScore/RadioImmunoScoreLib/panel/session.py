"""What the panel knows and does, without a widget: one patient's inputs, rows and scoring.

Everything here runs on the main thread but the work handed to the runner, which gets plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import slicer

from radioimmuno.findings import InputError
from radioimmuno.lesion import Site
from radioimmuno.results import LesionScore, PatientScore

from ..case import Case, checked, inputsOf, scoreCase
from ..parameters import Parameters
from ..scene import restoreColors, setIrradiated, setSite, showScores, updateScores
from .edits import EditWatch, lesionsNow
from .inputs import Inputs
from .ledger import Ledger
from .observers import Observers
from .rows import Row, rowOf
from .runner import Progress, Runner
from .signal import Signal

IDLE, SCORING, UPDATING, SIMULATING = "idle", "scoring", "updating", "simulating"

Scorer = Callable[..., Sequence[LesionScore]]


class Session:
    """One patient in the panel.

    Parameters
    ----------
    parameters : where inputs, choices and scores are kept
    scorer : as `case.scoreCase`; a test gives its own

    Attributes
    ----------
    changed : Signal; what is shown is to be read again
    stateChanged : Signal of the new state: `idle`, `scoring`, `updating` or `simulating`
    progressed : Signal of (lesions done, lesions in all)
    message : Signal of a sentence for the user
    """

    def __init__(self, parameters: Parameters, scorer: Scorer = scoreCase) -> None:
        self.changed, self.stateChanged = Signal(), Signal()
        self.progressed, self.message = Signal(), Signal()
        self.state = IDLE
        self.observers = Observers()
        self._scorer = scorer
        self._runner = Runner()
        self._runner.progressed.connect(self.progressed.emit)
        self._runner.finished.connect(self._finish)
        self._runner.failed.connect(self._fail)
        self._edits = EditWatch(self._mark, self._rescore)
        self._done: Callable[[Any], None] = lambda result: None
        self.adopt(parameters)

    def adopt(self, parameters: Parameters) -> None:
        """Go on with this parameter node: of a new scene, or of one that was loaded."""
        self.stop()
        self.inputs = Inputs(parameters)
        self.parameters = parameters
        self._ledger = Ledger(self.inputs)
        self._watch()

    def stop(self) -> None:
        """Forget what is under way; the rows stay as they were."""
        self._runner.cancel()
        self._edits.stop()
        self._setState(IDLE)

    def close(self) -> None:
        """Stop, and observe nothing any more."""
        self.stop()
        self.observers.removeAll()

    # What the user says.

    def setInputs(self, volumeNode: Any | None, segmentationNode: Any | None) -> None:
        """Choose the CT and the segmentation; scores of another segmentation are not kept."""
        parameters = self.parameters
        isOtherCt = volumeNode is not parameters.volumeNode
        isOtherSegmentation = segmentationNode is not parameters.segmentationNode
        if not isOtherCt and not isOtherSegmentation:
            return
        self.stop()
        if isOtherCt:
            parameters.kvp = None
            self._ledger.mark()
        if isOtherSegmentation:
            parameters.excluded = ()
            self._ledger.empty()
        parameters.volumeNode, parameters.segmentationNode = volumeNode, segmentationNode
        self._watch()

    def followInputs(self) -> None:
        """An input may be gone from the scene: what is under way with it stops, its rows go."""
        if self._watched == (self.inputs.volumeNode, self.inputs.segmentationNode):
            return
        self.stop()
        if self._watched[1] is not self.inputs.segmentationNode:
            self._ledger.empty()
        self._watch()

    def setSignature(self, nameOrPath: str) -> None:
        """Choose a signature by name or file, all rows are stale then; errors as of `Inputs`."""
        if self.inputs.setSignature(nameOrPath):
            self.stop()
            self._ledger.mark()
        self.changed.emit()

    def setKvp(self, kvp: float | None) -> None:
        """Type in the tube voltage that the CT does not say."""
        if kvp != self.parameters.kvp:
            self.parameters.kvp = kvp
            self._ledger.mark()
            self.changed.emit()

    def setSite(self, segmentID: str, site: Site) -> None:
        """Say where a lesion sits."""
        setSite(self._segment(segmentID), site)
        self._ledger.amend(segmentID, site=site)
        if any(variable.startswith("location.") for variable in self.inputs.signature.variables):
            self._ledger.mark({segmentID})
        self.changed.emit()

    def setIrradiated(self, segmentID: str, irradiated: bool | None) -> None:
        """Say whether a lesion was irradiated; its score does not depend on it."""
        setIrradiated(self._segment(segmentID), irradiated)
        self._ledger.amend(segmentID, irradiated=irradiated)
        self.changed.emit()

    def setIncluded(self, segmentID: str, isIncluded: bool) -> None:
        """Leave a lesion out of scoring and of the patient's metrics, or take it in again."""
        self.inputs.setIncluded(segmentID, isIncluded)
        self.changed.emit()

    def setUpdateWhileEditing(self, on: bool) -> None:
        """Score edited lesions again by themselves, or only mark them."""
        self.parameters.updateWhileEditing = on
        self._edits.schedule()

    def setColorByScore(self, on: bool) -> None:
        """The lesions in the colors of their scores, or in their own."""
        self.parameters.colorByScore = on
        self._show(set(self._ledger.scores))

    # What is shown.

    @property
    def rows(self) -> list[Row]:
        """A row for every segment, in their order."""
        included, ledger = set(self.inputs.included), self._ledger
        return [
            rowOf(self._segment(i), i, ledger.scores.get(i), i in ledger.stale, i in included)
            for i in self.inputs.segmentIDs
        ]

    @property
    def patient(self) -> PatientScore | None:
        """The patient of the included rows; None before anything was scored."""
        from radioimmuno.scoring import patient_score

        scores = self._ledger.scores
        rows = [scores[i] for i in self.inputs.included if i in scores]
        if not rows or self.inputs.volumeNode is None:
            return None
        identity = inputsOf(self.inputs.volumeNode, self.inputs.segmentationNode)
        return patient_score(rows, self.inputs.signature, self.inputs.acquisition, identity)

    def scoreOf(self, segmentID: str) -> LesionScore | None:
        """A lesion's last score."""
        return self._ledger.scores.get(segmentID)

    # Scoring.

    def score(self) -> None:
        """Score all included lesions on a thread."""
        if self.inputs.missing or self.state in (SCORING, SIMULATING):
            return
        self.stop()
        self._run(SCORING, self.inputs.included, self._ledger.empty, None)

    def simulate(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Make something slow on a thread; `done` gets it on the main thread."""
        self.stop()
        self._done = done
        self._setState(SIMULATING)
        self._runner.start(lambda progress: work())

    def _run(
        self, state: str, only: Collection[str], prepare: Callable[[], None], known: Case | None
    ) -> None:
        """Score the lesions in `only`; `prepare` runs when the result is there, right before it is taken."""
        try:
            case = known or self.inputs.case()
        except InputError as problem:
            self.message.emit(str(problem))
            return
        scorer, stamps, frame = self._scorer, self._ledger.stamps(), self._ledger.frame()

        def work(progress: Progress) -> tuple[Case, Sequence[LesionScore]]:
            whole = known or checked(case)
            return whole, scorer(whole, only=only, progress=progress)

        def done(result: tuple[Case, Sequence[LesionScore]]) -> None:
            prepare()
            self._case, rows = result
            self._ledger.enter(rows, only, stamps, frame)
            self._show(None if state == SCORING else set(only))

        self._done = done
        self._setState(state)
        self._runner.start(work)

    def _finish(self, result: Any) -> None:
        self._setState(IDLE)
        self._done(result)
        self.changed.emit()
        if self._ledger.stale and self.parameters.updateWhileEditing:
            self._edits.schedule()

    def _fail(self, error: BaseException) -> None:
        self._setState(IDLE)
        self.message.emit(str(error) or type(error).__name__)
        self.changed.emit()

    # Following the scene.

    def _watch(self) -> None:
        """Observe the nodes in use, and no others."""
        self.observers.removeAll()
        self._case: Case | None = None
        self._ledger.begin()
        self._watched = volumeNode, node = self.inputs.volumeNode, self.inputs.segmentationNode
        moved = slicer.vtkMRMLTransformableNode.TransformModifiedEvent
        if node is not None:
            kinds = slicer.vtkSegmentation
            events = (
                kinds.SegmentAdded,
                kinds.SegmentRemoved,
                kinds.SegmentModified,
                kinds.SourceRepresentationModified,
                kinds.RepresentationModified,
                moved,
            )
            self.observers.observe(node, events, self._edits.schedule)
        if volumeNode is not None:
            events = (slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent, moved)
            self.observers.observe(volumeNode, events, self._edits.schedule)
        self.changed.emit()

    def _mark(self) -> None:
        if self.inputs.segmentationNode is not None:
            self._ledger.compare()
            self.changed.emit()

    def _rescore(self) -> None:
        """The user paused: score what was edited again, if that is asked for."""
        ledger, known = self._ledger, self._case
        wanted = ledger.stale & set(self.inputs.included)
        if not self.parameters.updateWhileEditing or self.state != IDLE or not wanted:
            return
        if ledger.isCertain(wanted):
            known = None
        elif known is not None:
            nodes = self.inputs.segmentationNode, self.inputs.volumeNode
            known, differing = lesionsNow(known, *nodes, wanted)
            ledger.acquit(wanted - differing)
            wanted = differing
        if wanted:
            self._run(UPDATING, wanted, lambda: None, known)
        self.changed.emit()

    # Helpers.

    def _segment(self, segmentID: str) -> Any:
        return self.inputs.segmentationNode.GetSegmentation().GetSegment(segmentID)

    def _show(self, only: Collection[str] | None) -> None:
        """Bring the scores into the scene: of these lesions, or of all."""
        if (patient := self.patient) is None:
            return
        what = self.inputs.volumeNode, self.inputs.segmentationNode, patient, self.inputs.signature
        if only is None:
            showScores(*what)
        else:
            updateScores(*what, only)
        if not self.parameters.colorByScore:
            restoreColors(self.inputs.segmentationNode)

    def _setState(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.stateChanged.emit(state)
