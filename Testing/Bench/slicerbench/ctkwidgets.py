"""Stand-ins for CTK's widgets: the properties, slots and signals that CTK declares, and no others."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from . import raw
from .pythonqt import install, standIn

install()


@standIn
class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A button that shows its own children while it is checked, but for those that were hidden on purpose."""

    contentsCollapsed = QtCore.Signal(bool)

    def __init__(self, *args: object) -> None:
        parent = args[-1] if args and not isinstance(args[-1], str) else None
        super().__init__(parent)
        self._collapsed = self._isForcing = False
        self._collapsedHeight = 14
        self._openHeight = raw.read(self, "maximumHeight")()
        raw.read(self, "setCheckable")(True)
        raw.read(self, "setChecked")(True)
        raw.read(self, "setSizePolicy")(
            QtWidgets.QSizePolicy.Policy.Minimum, QtWidgets.QSizePolicy.Policy.Preferred
        )
        raw.read(self, "setFocusPolicy")(QtCore.Qt.FocusPolicy.StrongFocus)
        raw.read(self, "setContentsMargins")(0, self._headHeight(), 0, 0)
        raw.read(self, "toggled").connect(lambda checked: self._collapse(not checked))
        if args and isinstance(args[0], str):
            raw.read(self, "setText")(args[0])

    def _isCollapsed(self) -> bool:
        return self._collapsed

    def _setCollapsed(self, collapsed: bool) -> None:
        raw.read(self, "setChecked")(not collapsed)

    collapsed = QtCore.Property(bool, _isCollapsed, _setCollapsed)

    def _getCollapsedHeight(self) -> int:
        return self._collapsedHeight

    def _setCollapsedHeight(self, height: int) -> None:
        self._collapsedHeight = height
        if self._collapsed:
            raw.read(self, "setMaximumHeight")(self.sizeHint().height())
        raw.read(self, "updateGeometry")()

    collapsedHeight = QtCore.Property(int, _getCollapsedHeight, _setCollapsedHeight)

    def sizeHint(self) -> QtCore.QSize:
        width = raw.read(self, "fontMetrics")().horizontalAdvance(raw.read(self, "text")()) + 40
        layout = raw.read(self, "layout")()
        if self._collapsed or layout is None:
            return QtCore.QSize(width, self._headHeight() + self._collapsedHeight * self._collapsed)
        inner = layout.totalSizeHint()
        return QtCore.QSize(max(width, inner.width()), max(self._headHeight(), inner.height()))

    minimumSizeHint = sizeHint

    def hitButton(self, position: QtCore.QPoint) -> bool:
        return position.y() < self._headHeight()

    def childEvent(self, event: QtCore.QChildEvent) -> None:
        child = event.child()
        if event.added() and isinstance(child, QtWidgets.QWidget):
            raw.read(child, "installEventFilter")(self)
            if self._collapsed:
                self._force(child)
        super().childEvent(event)

    def eventFilter(self, child: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """As CTK: what is shown or hidden on purpose while all is collapsed is so when it opens."""
        kinds = QtCore.QEvent.Type
        if not self._isForcing and event.type() in (kinds.ShowToParent, kinds.HideToParent):
            isShown = event.type() == kinds.ShowToParent
            raw.read(child, "setProperty")("visibilityToParent", isShown)
            if isShown:
                self._force(child)
        return False

    def _force(self, child: QtWidgets.QWidget) -> None:
        wanted = raw.read(child, "property")("visibilityToParent") is not False
        self._isForcing = True
        QtWidgets.QWidget.setVisible(child, wanted and not self._collapsed)
        if wanted:
            raw.read(child, "setAttribute")(QtCore.Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        self._isForcing = False

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.rect.setHeight(self._headHeight())
        option.state |= (
            QtWidgets.QStyle.StateFlag.State_Sunken
            if raw.read(self, "isDown")()
            else QtWidgets.QStyle.StateFlag.State_Raised
        )
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_PushButtonBevel, option)
        arrow = QtWidgets.QStyle.PrimitiveElement.PE_IndicatorArrowDown
        if self._collapsed:
            arrow = QtWidgets.QStyle.PrimitiveElement.PE_IndicatorArrowRight
        head = QtCore.QRect(option.rect)
        option.rect = QtCore.QRect(6, (head.height() - 10) // 2, 10, 10)
        painter.drawPrimitive(arrow, option)
        where = head.adjusted(24, 0, -4, 0)
        flags = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.TextFlag.TextShowMnemonic
        painter.drawText(where, flags, raw.read(self, "text")())

    def _headHeight(self) -> int:
        return max(24, raw.read(self, "fontMetrics")().height() + 10)

    def _collapse(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        height = self.sizeHint().height() if collapsed else self._openHeight
        raw.read(self, "setMaximumHeight")(height)
        for child in raw.read(self, "children")():
            if isinstance(child, QtWidgets.QWidget):
                self._force(child)
        raw.read(self, "updateGeometry")()
        raw.read(self, "contentsCollapsed").emit(collapsed)


@standIn
class ctkSliderWidget(QtWidgets.QWidget):
    """A slider and a spin box of one value."""

    valueChanged = QtCore.Signal(float)
    valueIsChanging = QtCore.Signal(float)
    _STEPS = 1000

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._spin = QtWidgets.QDoubleSpinBox(self)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        QtWidgets.QSlider.setRange(self._slider, 0, self._STEPS)
        layout = QtWidgets.QHBoxLayout(self)
        raw.read(layout, "setContentsMargins")(0, 0, 0, 0)
        raw.read(layout, "addWidget")(self._slider)
        raw.read(layout, "addWidget")(self._spin)
        raw.read(self, "setFocusProxy")(self._spin)
        raw.read(self._spin, "setMaximum")(100.0)
        raw.read(self._spin, "valueChanged").connect(self._spinChanged)
        raw.read(self._slider, "valueChanged").connect(self._sliderMoved)

    def _of(name: str, kind: type) -> QtCore.Property:
        setter = f"set{name[0].upper()}{name[1:]}"

        def put(self: ctkSliderWidget, value: object) -> None:
            raw.read(self._spin, setter)(value)
            self._showOnSlider()

        return QtCore.Property(kind, lambda self: raw.read(self._spin, name)(), put)

    value = _of("value", float)
    minimum = _of("minimum", float)
    maximum = _of("maximum", float)
    singleStep = _of("singleStep", float)
    decimals = _of("decimals", int)
    prefix = _of("prefix", str)
    suffix = _of("suffix", str)

    def setValue(self, value: float) -> None:
        self.value = value

    def _spinChanged(self, value: float) -> None:
        self._showOnSlider()
        raw.read(self, "valueChanged").emit(value)

    def _sliderMoved(self, step: int) -> None:
        self.value = self.minimum + (self.maximum - self.minimum) * step / self._STEPS

    def _showOnSlider(self) -> None:
        span = self.maximum - self.minimum
        blocker = QtCore.QSignalBlocker(self._slider)
        raw.read(self._slider, "setValue")(
            round((self.value - self.minimum) / span * self._STEPS) if span else 0
        )
        blocker.unblock()


@standIn
class ctkPathLineEdit(QtWidgets.QWidget):
    """A line for a path, with a button that asks for one."""

    currentPathChanged = QtCore.Signal(str)
    validInputChanged = QtCore.Signal(bool)
    Dirs, Files, Readable, Writable, Executable = 1, 2, 16, 32, 64

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._filters, self._nameFilters, self._label = self.Dirs | self.Files, [], ""
        self._settingKey, self._valid = "", False
        self._line = QtWidgets.QLineEdit(self)
        browse = QtWidgets.QToolButton(self)
        raw.read(browse, "setText")("...")
        layout = QtWidgets.QHBoxLayout(self)
        raw.read(layout, "setContentsMargins")(0, 0, 0, 0)
        raw.read(layout, "addWidget")(self._line)
        raw.read(layout, "addWidget")(browse)
        raw.read(self, "setFocusProxy")(self._line)
        raw.read(self._line, "textChanged").connect(self._changed)
        raw.read(browse, "clicked").connect(self.browse)

    def _path(self) -> str:
        return raw.read(self._line, "text")()

    def setCurrentPath(self, path: str) -> None:
        raw.read(self._line, "setText")(path)

    currentPath = QtCore.Property(str, _path, setCurrentPath)

    def _kept(name: str, kind: object) -> QtCore.Property:
        def put(self: ctkPathLineEdit, value: object) -> None:
            setattr(self, name, value)

        return QtCore.Property(kind, lambda self: getattr(self, name), put)

    filters = _kept("_filters", int)
    nameFilters = _kept("_nameFilters", "QStringList")
    label = _kept("_label", str)
    settingKey = _kept("_settingKey", str)

    def browse(self) -> None:
        ask = QtWidgets.QFileDialog
        if not self._filters & self.Files:
            path = ask.getExistingDirectory(self, self._label, self._path())
        elif self._filters & self.Writable:
            path, _ = ask.getSaveFileName(self, self._label, self._path(), ";;".join(self._nameFilters))
        else:
            path, _ = ask.getOpenFileName(self, self._label, self._path(), ";;".join(self._nameFilters))
        if path:
            self.setCurrentPath(path)

    def addCurrentPathToHistory(self) -> None:
        """The history is the application's; the bench keeps none."""

    def _changed(self, path: str) -> None:
        valid = Path(path).exists() or bool(self._filters & self.Writable and path)
        raw.read(self, "currentPathChanged").emit(path)
        if valid != self._valid:
            self._valid = valid
            raw.read(self, "validInputChanged").emit(valid)


@standIn
class ctkComboBox(QtWidgets.QComboBox):
    """A drop-down whose text can be elided, and which the mouse wheel need not change."""

    NeverScroll, AlwaysScroll, ScrollWithFocus, ScrollWithNoVScrollBar = range(4)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._elideMode, self._scrollWheelEffect = QtCore.Qt.TextElideMode.ElideNone, self.AlwaysScroll

    def _setElideMode(self, mode: object) -> None:
        self._elideMode = QtCore.Qt.TextElideMode(mode)

    def _setScrollWheelEffect(self, effect: int) -> None:
        self._scrollWheelEffect = effect

    elideMode = QtCore.Property(int, lambda self: self._elideMode.value, _setElideMode)
    scrollWheelEffect = QtCore.Property(int, lambda self: self._scrollWheelEffect, _setScrollWheelEffect)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if self._scrollWheelEffect == self.AlwaysScroll:
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionComboBox()
        raw.read(self, "initStyleOption")(option)
        style = QtWidgets.QStyle
        room = raw.read(self, "style")().subControlRect(
            style.ComplexControl.CC_ComboBox, option, style.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = option.fontMetrics.elidedText(option.currentText, self._elideMode, room.width())
        painter.drawComplexControl(style.ComplexControl.CC_ComboBox, option)
        painter.drawControl(style.ControlElement.CE_ComboBoxLabel, option)
