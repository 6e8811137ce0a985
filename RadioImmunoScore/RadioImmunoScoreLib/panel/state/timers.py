"""Timers of the event loop that end with the panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt


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
