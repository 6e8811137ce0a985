"""Events of a widget that have no signal: sizes, keys, the mouse's way over a picture, tooltips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qt


class EventWatch(qt.QObject):
    """Calls a function on events of a widget, as long as it is kept.

    Parameters
    ----------
    widget : QWidget
    calls : mapping of QEvent.Type to callable
        What is called with an event; True when the widget is not to get it any more.
    """

    def __init__(self, widget: Any, calls: Mapping[Any, Callable[[Any], bool | None]]) -> None:
        super().__init__()
        self._calls = dict(calls)
        widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Hand an event on, to whom it is for."""
        called = self._calls.get(event.type())
        return called is not None and called(event) is True
