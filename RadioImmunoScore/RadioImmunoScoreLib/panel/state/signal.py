"""A signal of plain Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Signal:
    """Calls what is connected to it, in that order."""

    def __init__(self) -> None:
        self._slots: list[Callable[..., Any]] = []

    def connect(self, slot: Callable[..., Any]) -> None:
        """Call `slot` from now on."""
        self._slots.append(slot)

    def disconnectAll(self) -> None:
        """Call nothing any more."""
        self._slots.clear()

    def emit(self, *values: Any) -> None:
        """Call everything that is connected."""
        for slot in tuple(self._slots):
            slot(*values)
