"""A view of the scene as a Qt widget: VTK draws offscreen, Qt paints the picture and hands on the mouse."""

from __future__ import annotations

from typing import Any

import vtk
from PySide6 import QtCore, QtGui, QtWidgets

from . import raw

_BUTTONS = {
    QtCore.Qt.MouseButton.LeftButton: "LeftButton",
    QtCore.Qt.MouseButton.MiddleButton: "MiddleButton",
    QtCore.Qt.MouseButton.RightButton: "RightButton",
}
_WHEEL_STEP = 120
# As in the application: 60 pictures a second at most, whatever the scene asks for.
_PICTURE_MS = 16


class ViewWidget(QtWidgets.QWidget):
    """Shows a headless view, which it draws again when the scene asks for it.

    Parameters
    ----------
    view : a view of `RadioImmunoScoreLib.headless.views`
    """

    def __init__(self, view: Any) -> None:
        super().__init__()
        self._view = view
        self._wheel = 0
        self._picture = QtGui.QImage()
        self._stale = True
        self._next = QtCore.QTimer(self)
        raw.read(self._next, "setSingleShot")(True)
        raw.read(self._next, "setInterval")(_PICTURE_MS)
        raw.read(self._next, "timeout").connect(raw.read(self, "update"))
        self._observed = [
            (view.group, vtk.vtkCommand.UpdateEvent),
            (view.interactor, vtk.vtkCommand.RenderEvent),
        ]
        if hasattr(view.logic, "GetImageDataConnection"):
            self._observed.append((view.logic, vtk.vtkCommand.ModifiedEvent))
        # As in the application's views. The default one would move the camera too, beside the MRML style.
        isSlice = hasattr(view.logic, "ResizeSliceNode")
        view.interactor.SetInteractorStyle(
            vtk.vtkInteractorStyleUser() if isSlice else vtk.vtkInteractorStyle3D()
        )
        view.interactor.EnableRenderOff()
        self._tags = [(caller, caller.AddObserver(event, self._ask)) for caller, event in self._observed]
        raw.read(self, "setMinimumSize")(120, 120)
        raw.read(self, "setMouseTracking")(True)
        raw.read(self, "setFocusPolicy")(QtCore.Qt.FocusPolicy.ClickFocus)

    def detach(self) -> None:
        """Let go of the view, before it is closed."""
        for caller, tag in self._tags:
            caller.RemoveObserver(tag)
        self._tags.clear()
        self._view = None

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        if self._view is not None and self._stale:
            self._stale = False
            pixels = self._view.render()
            height, width, _ = pixels.shape
            image = QtGui.QImage(pixels.data, width, height, 3 * width, QtGui.QImage.Format.Format_RGB888)
            self._picture = image.copy()
        painter = QtGui.QPainter(self)
        painter.drawImage(raw.read(self, "rect")(), self._picture)
        painter.end()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        size = event.size()
        if self._view is None or size.width() < 2 or size.height() < 2:
            return
        self._view.window.SetSize(size.width(), size.height())
        self._view.interactor.UpdateSize(size.width(), size.height())
        if hasattr(self._view.logic, "ResizeSliceNode"):
            self._view.logic.ResizeSliceNode(size.width(), size.height())
        self._ask()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hand(event, f"{_BUTTONS.get(event.button(), 'LeftButton')}PressEvent")

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hand(event, f"{_BUTTONS.get(event.button(), 'LeftButton')}ReleaseEvent")

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hand(event, "MouseMoveEvent")

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        while abs(self._wheel) >= _WHEEL_STEP:
            forward = self._wheel > 0
            self._wheel -= _WHEEL_STEP if forward else -_WHEEL_STEP
            self._hand(event, f"MouseWheel{'Forward' if forward else 'Backward'}Event")

    def _hand(self, event: Any, name: str) -> None:
        if self._view is None:
            return
        isWheel = isinstance(event, QtGui.QWheelEvent)
        place, keys = event.position().toPoint() if isWheel else event.pos(), event.modifiers()
        interactor = self._view.interactor
        interactor.SetEventInformationFlipY(
            place.x(),
            place.y(),
            int(bool(keys & QtCore.Qt.KeyboardModifier.ControlModifier)),
            int(bool(keys & QtCore.Qt.KeyboardModifier.ShiftModifier)),
            "\0",
            0,
            None,
        )
        getattr(interactor, name)()
        event.accept()

    def _ask(self, *_: object) -> None:
        self._stale = True
        if not raw.read(self._next, "isActive")():
            raw.read(self._next, "start")()
