"""Where the keyboard is: kept while something is under way, and in rows from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import qt


class KeyboardFocus:
    """Gives the keyboard back to whom a job took it from.

    Qt takes it from a widget that is disabled or hidden and gives it to none: the Tab key would start again
    at the application's first widget.

    Parameters
    ----------
    root : QWidget
        The panel.
    widgets : mapping of str to QWidget
        The panel's widgets by name, whose parts may be deleted meanwhile.
    after : sequence of str
        Who gets it where its widget is no more to be seen: the first of these names that is.
    """

    def __init__(self, root: Any, widgets: dict[str, Any], after: Iterable[str]) -> None:
        self._root, self._widgets, self._after = root, widgets, tuple(after)
        self._name = ""

    def keep(self, meanwhile: Any) -> None:
        """Note who has the keyboard; nobody of the panel where it is elsewhere."""
        widget = qt.QApplication.focusWidget()
        if widget is None or widget == meanwhile:
            return
        self._name = ""
        if not self._root.isAncestorOf(widget):
            return
        while widget is not None and self._widgets.get(widget.objectName) is None:
            widget = widget.parentWidget()
        self._name = widget.objectName if widget is not None else ""

    def wait(self, meanwhile: Any) -> None:
        """Who stops the job has the keyboard while it runs, if it was taken from somebody."""
        if self._name and qt.QApplication.focusWidget() is None:
            meanwhile.setFocus()

    def giveBack(self, meanwhile: Any) -> None:
        """The job has ended: unless the user went elsewhere, the keyboard is where it was."""
        names, self._name = (self._name, *self._after) if self._name else (), ""
        widget = qt.QApplication.focusWidget()
        if widget is not None and not meanwhile.parentWidget().isAncestorOf(widget):
            return
        for name in names:
            widget = self._widgets[name]
            if widget.visible and widget.enabled:
                widget.setFocus()
                return


def inTabOrder(first: Any, others: Iterable[Any]) -> None:
    """Have the Tab key go from a widget to others one after the other, though these were made later."""
    for widget in others:
        qt.QWidget.setTabOrder(first, widget)
        first = widget
