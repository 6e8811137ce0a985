"""Signals of plain Python, observers of MRML nodes and timers of the event loop: none outlives the panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import qt


class Signal:
    """Calls what is connected to it, in that order."""

    def __init__(self) -> None:
        self._slots: list[Callable[..., Any]] = []

    def connect(self, slot: Callable[..., Any]) -> None:
        """Call `slot` from now on."""
        self._slots.append(slot)

    def emit(self, *values: Any) -> None:
        """Call everything that is connected."""
        for slot in tuple(self._slots):
            slot(*values)


class Observers:
    """The observers of one owner."""

    def __init__(self) -> None:
        self._tags: list[tuple[Any, int]] = []

    def __len__(self) -> int:
        return len(self._tags)

    def observe(self, subject: Any, events: Iterable[Any], called: Callable[[], None]) -> None:
        """Call `called` without arguments on each of these events of `subject`."""
        for event in events:
            tag = subject.AddObserver(event, lambda *_caller_event_data: called())
            self._tags.append((subject, tag))

    def removeAll(self) -> None:
        """Observe nothing any more."""
        for subject, tag in self._tags:
            subject.RemoveObserver(tag)
        self._tags.clear()


def release(timer: Any) -> None:
    """Let go of a timer, which its connection would keep alive together with all that is called."""
    timer.stop()
    timer.deleteLater()


def singleShot(ms: int, called: Callable[[], None]) -> Any:
    """A timer that calls `called` once, so long after it was started last."""
    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.connect("timeout()", called)
    return timer
