"""One piece of work at a time, by its kind; the outcome goes to who started it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .signal import Signal
from .timers import release, singleShot
from .worker import Progress, Runner

IDLE, SCORING, UPDATING, SIMULATING = "idle", "scoring", "updating", "simulating"
SEGMENTING, CHECKING, TESTING, MAPPING = "segmenting", "checking", "testing", "mapping"
SAVING = "saving"

# What runs by itself beside what the user does: it gives way, and nobody waits for it.
BESIDE = (UPDATING, MAPPING)


class Jobs:
    """Runs work on a thread; what is under way is the `state`.

    Attributes
    ----------
    stateChanged : Signal of the new state: `idle` or what is under way
    progressed : Signal of (steps done, steps in all)
    finished : Signal; a job's outcome was taken
    failed : Signal of the exception of a job
    """

    def __init__(self) -> None:
        self.stateChanged, self.progressed = Signal(), Signal()
        self.finished, self.failed = Signal(), Signal()
        self.state = IDLE
        self._done: Callable[[Any], None] = lambda result: None
        self._after = singleShot(0, self._tellFinished)
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

        What was under way is forgotten. An exception of `work` is told of by `failed`.
        """
        self._runner.cancel()
        self._after.stop()
        self._done = done
        self._setState(state)
        self._runner.start(work)

    def stop(self) -> None:
        """Forget what is under way."""
        self._runner.cancel()
        self._after.stop()
        self._setState(IDLE)

    def release(self) -> None:
        """Nothing is started ever again."""
        self._runner.release()
        release(self._after)

    def _finish(self, result: Any) -> None:
        # Rows are shown in the event loop's next turn: all at once would block it for too long.
        self._after.start()
        self._done(result)

    def _tellFinished(self) -> None:
        self._setState(IDLE)
        self.finished.emit()

    def _fail(self, error: BaseException) -> None:
        self._setState(IDLE)
        self.failed.emit(error)

    def _setState(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.stateChanged.emit(state)
