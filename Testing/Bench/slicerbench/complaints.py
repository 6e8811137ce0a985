"""What nobody would have heard: exceptions in slots and observers, errors and warnings of VTK and Qt."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import Any

import vtk
from PySide6 import QtCore

# What the offscreen platform cannot do, and says of any tooltip or window.
_OF_THE_PLATFORM = ("propagateSizeHints", "does not support raise()", "does not support grabbing")


class Complaints:
    """Collects complaints while it is open; `heard` has their texts."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __enter__(self) -> Complaints:
        self._hooks = sys.excepthook, sys.unraisablehook
        sys.excepthook = self._hearException
        sys.unraisablehook = lambda item: self._hearException(
            item.exc_type, item.exc_value, item.exc_traceback
        )
        self._window = vtk.vtkOutputWindow.GetInstance()
        window = vtk.vtkOutputWindow()
        for event in ("ErrorEvent", "WarningEvent"):
            window.AddObserver(event, self._vtkListener())
        vtk.vtkOutputWindow.SetInstance(window)
        self._handler = QtCore.qInstallMessageHandler(self._hearQt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.excepthook, sys.unraisablehook = self._hooks
        vtk.vtkOutputWindow.SetInstance(self._window)
        QtCore.qInstallMessageHandler(self._handler)

    def _hearException(self, kind: Any, error: Any, trace: Any) -> None:
        self.heard.append("".join(traceback.format_exception(kind, error, trace)))

    def _vtkListener(self) -> Any:
        @vtk.calldata_type(vtk.VTK_STRING)
        def hear(caller: Any, event: str, text: str) -> None:
            self.heard.append(text)

        return hear

    def _hearQt(self, severity: Any, context: Any, text: str) -> None:
        if severity != QtCore.QtMsgType.QtInfoMsg and not any(what in text for what in _OF_THE_PLATFORM):
            self.heard.append(f"Qt: {text}")
