"""What the panel knows and does, without a widget: one patient's inputs, rows and scoring.

Everything here runs on the main thread but the work handed to the runner, which gets plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from radioimmuno.findings import InputError
from radioimmuno.results import LesionScore, PatientScore, PatientStability

from ..case import Case, checked, inputsOf, scoreCase
from ..parameters import Parameters
from ..scene import restoreColors, showScores, updateScores
from ..scene.sites import noteSites, sitesOf
from ..scene.tables import showTable
from .edits import AxesWatch, EditWatch, lesionsNow, observeInputs
from .history import History
from .inputs import Inputs
from .jobs import IDLE, SCORING, SIMULATING, UPDATING, Jobs
from .ledger import Ledger
from .notes import LesionNotes
from .observers import Observers
from .rows import Row, rowOf
from .runner import Progress
from .signal import Signal
from .volumes import Volumes
from .words import problemText

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
    message : Signal of a sentence for the user
    jobs : what is under way
    history : what was done to segments here
    notes : what the user says of lesions
    """

    def __init__(self, parameters: Parameters, scorer: Scorer = scoreCase) -> None:
        self.changed, self.message = Signal(), Signal()
        self.observers = Observers()
        self.jobs = Jobs()
        self.jobs.finished.connect(self._jobFinished)
        self.jobs.failed.connect(self._jobFailed)
        self._scorer = scorer
        self.history = History()
        self._axes = AxesWatch()
        self._edits = EditWatch(self._mark, self._rescore)
        self._volumes = Volumes()
        self._unscored: set[str] = set()
        self.adopt(parameters)

    def adopt(self, parameters: Parameters) -> None:
        """Go on with this parameter node: of a new scene, or of one that was loaded."""
        self.stop()
        self.inputs = Inputs(parameters)
        self.parameters = parameters
        self._ledger = Ledger(self.inputs)
        self.notes = LesionNotes(self.inputs, self._ledger, self.changed.emit)
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

    @property
    def state(self) -> str:
        """What is under way; `idle` for nothing."""
        return self.jobs.state

    # What the user says.

    def setInputs(self, volumeNode: Any | None, segmentationNode: Any | None) -> None:
        """Choose the CT and the segmentation; scores of another segmentation are not kept."""
        if self._watched is None:
            return
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
        """An input may be gone from the scene: what is under way with it stops, its rows go.

        While a scene is closed or loaded nothing is watched, and what is removed then is none of ours.
        """
        if self._watched is None or not any(node and node.GetScene() is None for node in self._watched):
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

    def setAccepted(self, codes: Iterable[str]) -> None:
        """Take on what refuses all lesions: these codes and no others; all rows are stale then."""
        self.stop()
        self.inputs.accepted = codes
        self._ledger.mark()
        self.changed.emit()

    def setUpdateWhileEditing(self, on: bool) -> None:
        """Score edited lesions again by themselves, or only mark them."""
        self.parameters.updateWhileEditing = on
        self._edits.schedule()

    def setColorByScore(self, on: bool) -> None:
        """The lesions in the colors of their scores, or in their own."""
        self.parameters.colorByScore = on
        self._show(set(self._ledger.scores))

    # What is done to segments.

    def measured(self, segmentID: str) -> None:
        """A lesion was segmented and measured here: its row is to be scored when edits are."""
        self._axes.accept({segmentID})
        if segmentID not in self._ledger.scores:
            self._unscored.add(segmentID)
        self._edits.schedule()
        self.changed.emit()

    def undo(self) -> None:
        """Take back what was done to segments last."""
        self._axes.accept(self.history.undo())

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._axes.accept(self.history.redo())

    def enterStability(self, stability: PatientStability) -> None:
        """Enter into rows and score table how stable the scores are."""
        self._ledger.amendAll({i: {"stability": each} for i, each in stability.lesions.items()})
        if (patient := self.patient) is not None:
            showTable(self.inputs.segmentationNode, patient, self.inputs.signature)
        self.changed.emit()

    # What is shown.

    @property
    def rows(self) -> list[Row]:
        """A row for every segment, in their order."""
        included, ledger, node = set(self.inputs.included), self._ledger, self.inputs.segmentationNode
        sites = sitesOf(node) if node else {}
        return [
            rowOf(
                self._segment(i),
                i,
                ledger.scores.get(i),
                i in ledger.stale,
                i in included,
                sites[i],
                self._volumes,
            )
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
        inputs = self.inputs
        names = inputsOf(inputs.volumeNode, inputs.segmentationNode)
        return patient_score(rows, inputs.signature, inputs.acquisition, names, inputs.identity)

    def scoreOf(self, segmentID: str) -> LesionScore | None:
        """A lesion's last score."""
        return self._ledger.scores.get(segmentID)

    def nameOf(self, segmentID: str) -> str:
        """What a person calls the lesion."""
        return self._segment(segmentID).GetName()

    # Scoring.

    def score(self) -> None:
        """Score all included lesions on a thread."""
        if self.inputs.missing or self.jobs.isBusy:
            return
        self.stop()
        self._run(SCORING, self.inputs.included, self._ledger.empty, None)

    def simulate(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Make something slow on a thread; `done` gets it on the main thread."""
        self.stop()
        self.jobs.start(SIMULATING, lambda progress: work(), done)

    def _run(
        self, state: str, only: Collection[str], prepare: Callable[[], None], known: Case | None
    ) -> None:
        """Score the lesions in `only`; `prepare` runs when the result is there, right before it is taken."""
        try:
            case = known or self.inputs.case()
        except InputError as problem:
            self.message.emit(problemText(problem))
            return
        scorer, stamps, frame = self._scorer, self._ledger.stamps(), self._ledger.frame()

        def work(progress: Progress) -> tuple[Case, Sequence[LesionScore]]:
            whole = known or checked(case)
            return whole, scorer(whole, only=only, progress=progress)

        def done(result: tuple[Case, Sequence[LesionScore]]) -> None:
            prepare()
            self._case, rows = result
            self._ledger.enter(rows, only, stamps, frame)
            self._unscored -= set(only)
            self._show(None if state == SCORING else set(only))

        self.jobs.start(state, work, done)

    def _jobFinished(self) -> None:
        self.changed.emit()
        if (self._ledger.stale or self._unscored) and self.parameters.updateWhileEditing:
            self._edits.schedule()

    def _jobFailed(self, error: BaseException) -> None:
        self.message.emit(problemText(error))
        self.changed.emit()

    # Following the scene.

    def _watch(self) -> None:
        """Observe the nodes in use, and no others."""
        self.observers.removeAll()
        self._case: Case | None = None
        self._ledger.begin()
        self._unscored = set()
        self.history.begin(self.inputs.segmentationNode)
        self._axes.begin(self.inputs.segmentationNode)
        self._volumes.begin()
        self._watched: tuple[Any, Any] | None
        self._watched = volumeNode, node = self.inputs.volumeNode, self.inputs.segmentationNode
        if node is not None:
            noteSites(node)
        observeInputs(self.observers, volumeNode, node, self._edits.schedule)
        self.changed.emit()

    def _mark(self) -> None:
        if self.inputs.segmentationNode is not None:
            noteSites(self.inputs.segmentationNode)
            self._ledger.compare()
            self._axes.forgetEdited()
            self.changed.emit()

    def _rescore(self) -> None:
        """The user paused: score what was edited again, if that is asked for."""
        ledger, known = self._ledger, self._case
        wanted = (ledger.stale | self._unscored) & set(self.inputs.included)
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
