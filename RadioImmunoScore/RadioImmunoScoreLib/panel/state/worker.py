"""Work on a thread, its outcome on the main thread.

The worker gets and gives plain values only. Slicer's event loop keeps Python's lock while it waits for
events, so a worker would hardly run: each tick of the timer waits a moment on the main thread, which lets the
worker have the lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import qt

from .signal import Signal

TICK_MS = 5
YIELD_S = 0.02

Progress = Callable[[int, int], None]


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
        self._told: tuple[int, int] | None = None
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
        self._told = None
        self._task = _Task(work)
        self._timer.start()

    def cancel(self) -> None:
        """Forget the task that is under way: nothing of it is told any more."""
        if self._task is not None:
            self._task.isCancelled.set()
            self._abandoned.append(self._task)
            self._task = None

    def release(self) -> None:
        """Nothing is run or told ever again."""
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
            self._tell(task)

    def _tell(self, task: _Task) -> None:
        isDone = task.isDone.is_set()
        if task.progress is not None and task.progress != self._told:
            self._told = task.progress
            self.progressed.emit(*task.progress)
        if not isDone or task is not self._task:
            return
        self._task = None
        if task.error is None:
            self.finished.emit(task.result)
        else:
            self.failed.emit(task.error)
