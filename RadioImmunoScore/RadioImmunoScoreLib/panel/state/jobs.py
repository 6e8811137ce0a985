"""Work on a thread, one piece at a time, its outcome on the main thread.

The worker gets and gives plain values only. Slicer's event loop keeps Python's lock while it waits for
events, so a worker would hardly run: each tick of the timer waits a moment on the main thread, which lets the
worker have the lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

import qt

from .events import Signal, release, singleShot

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import Progress

TICK_MS = 5
# So long views take until they show what they were told to, at 60 pictures a second.
AFTER_MS = 20
YIELD_S = 0.02


class Cancelled(Exception):
    """Raised in the worker by its progress callback."""


class _Task:
    """One piece of work on its own thread."""

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        self.progress: tuple[int, int] | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.isDone = threading.Event()
        self.isCancelled = threading.Event()
        self._work = work
        threading.Thread(target=self._run, name="RadioImmunoScore", daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._work(self._progressed)
        except BaseException as error:
            self.error = error
        finally:
            self.isDone.set()

    def _progressed(self, done: int, total: int) -> None:
        if self.isCancelled.is_set():
            raise Cancelled
        self.progress = (done, total)


class Runner:
    """Runs one task at a time; cancelling frees it at once, the thread ends at its next step.

    Attributes
    ----------
    progressed : Signal of (done, total)
    finished : Signal of the result
    failed : Signal of the exception
    """

    def __init__(self) -> None:
        self.progressed = Signal()
        self.finished = Signal()
        self.failed = Signal()
        self._task: _Task | None = None
        self._abandoned: list[_Task] = []
        self._lastProgress: tuple[int, int] | None = None
        self._timer = qt.QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.connect("timeout()", self._tick)

    @property
    def isRunning(self) -> bool:
        """Whether a task is under way."""
        return self._task is not None

    def start(self, work: Callable[[Progress], Any]) -> None:
        """Run `work(progress)` on a thread.

        Raises
        ------
        RuntimeError
            When a task is under way.
        """
        if self._task is not None:
            raise RuntimeError("a task is under way already")
        self._lastProgress = None
        self._task = _Task(work)
        self._timer.start()

    def cancel(self) -> None:
        """Forget the task that is under way: no signal of it comes any more."""
        if self._task is not None:
            self._task.isCancelled.set()
            self._abandoned.append(self._task)
            self._task = None

    def release(self) -> None:
        """Nothing is run ever again, and no signal comes."""
        self.cancel()
        self._timer.stop()
        self._timer.deleteLater()

    def _tick(self) -> None:
        self._abandoned = [task for task in self._abandoned if not task.isDone.is_set()]
        task = self._task or next(iter(self._abandoned), None)
        if task is None:
            self._timer.stop()
            return
        task.isDone.wait(YIELD_S)
        if task is self._task:
            self._emit(task)

    def _emit(self, task: _Task) -> None:
        isDone = task.isDone.is_set()
        if task.progress is not None and task.progress != self._lastProgress:
            self._lastProgress = task.progress
            self.progressed.emit(*task.progress)
        if not isDone or task is not self._task:
            return
        self._task = None
        if task.error is None:
            self.finished.emit(task.result)
        else:
            self.failed.emit(task.error)


IDLE, SCORING, UPDATING, SIMULATING = "idle", "scoring", "updating", "simulating"
SEGMENTING, CHECKING, TESTING, MAPPING = "segmenting", "checking", "testing", "mapping"
SAVING, COMPARING, MATCHING, MEASURING = "saving", "comparing", "matching", "measuring"

# What runs by itself beside what the user does: it gives way, and nobody waits for it.
BESIDE = (UPDATING, MAPPING, MEASURING)


def jobText(job: str) -> str:
    """What is under way, for a person."""
    return {
        SCORING: _("Scoring"),
        SIMULATING: _("Making the simulated patient"),
        SEGMENTING: _("Segmenting"),
        CHECKING: _("Checking"),
        TESTING: _("Testing stability"),
        SAVING: _("Saving"),
        COMPARING: _("Measuring with PyRadiomics"),
        MATCHING: _("Matching lesions"),
    }.get(job, "")


class Jobs:
    """Runs work on a thread; what is under way is the `state`.

    Attributes
    ----------
    stateChanged : Signal of the new state: `idle` or what is under way
    progressed : Signal of (steps done, steps in all)
    taken : Signal; a job's outcome was taken, and the views had time to show it
    finished : Signal; the user had a turn since, and there is nothing left to do
    failed : Signal of the exception of a job
    """

    def __init__(self) -> None:
        self.stateChanged, self.progressed = Signal(), Signal()
        self.taken, self.finished, self.failed = Signal(), Signal(), Signal()
        self.state = IDLE
        self._done: Callable[[Any], None] = lambda result: None
        self._after = singleShot(AFTER_MS, self._emitTaken)
        self._end = singleShot(AFTER_MS, self._emitFinished)
        self._runner = Runner()
        self._runner.progressed.connect(self.progressed.emit)
        self._runner.finished.connect(self._finish)
        self._runner.failed.connect(self._fail)

    @property
    def isBusy(self) -> bool:
        """Whether something is under way that the user waits for."""
        return self.state != IDLE and self.state not in BESIDE

    def start(self, state: str, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        """Run `work(progress)` on a thread and give its result to `done` on the main thread.

        What was under way is forgotten. An exception of `work` goes out by `failed`.
        """
        self._runner.cancel()
        self._stopTimers()
        self._done = done
        self._setState(state)
        self._runner.start(work)

    def stop(self) -> None:
        """Forget what is under way."""
        self._runner.cancel()
        self._stopTimers()
        self._setState(IDLE)

    def release(self) -> None:
        """Nothing is started ever again."""
        self._runner.release()
        for timer in (self._after, self._end):
            release(timer)

    def _finish(self, result: Any) -> None:
        # Rows are shown a moment later: what was colored is to be seen first.
        self._after.start()
        self._done(result)

    def _stopTimers(self) -> None:
        for timer in (self._after, self._end):
            timer.stop()

    def _emitTaken(self) -> None:
        # Scene and panel are brought up one after the other: both at once would block for too long.
        self._end.start()
        self.taken.emit()

    def _emitFinished(self) -> None:
        self._setState(IDLE)
        self.finished.emit()

    def _fail(self, error: BaseException) -> None:
        self._setState(IDLE)
        self.failed.emit(error)

    def _setState(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.stateChanged.emit(state)
