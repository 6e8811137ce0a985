"""Observers of MRML nodes that are known by number, so that none outlives the panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


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
