"""The panel by keyboard: which widgets somebody can act on, and where the Tab key leads."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from slicerbench.ctkwidgets import ctkCollapsibleButton
from slicerbench.hands import pressInFocus
from slicerbench.mrmlwidgets import qMRMLNodeComboBox

ACTED_ON = (
    QtWidgets.QAbstractButton,
    QtWidgets.QComboBox,
    QtWidgets.QAbstractSpinBox,
    QtWidgets.QAbstractSlider,
    QtWidgets.QLineEdit,
    QtWidgets.QAbstractItemView,
    QtWidgets.QTabBar,
    qMRMLNodeComboBox,
    ctkCollapsibleButton,
)
# What Qt makes for widgets of these by itself.
PARTS_OF = (
    QtWidgets.QComboBox,
    QtWidgets.QAbstractSpinBox,
    QtWidgets.QTabBar,
    qMRMLNodeComboBox,
)
# More presses than any tab has widgets.
MANY = 200


def actedOn(root):
    """The widgets below a widget that somebody can act on, whether shown now or not."""
    found = [child for child in root.findChildren(QtWidgets.QWidget) if isinstance(child, ACTED_ON)]
    return [child for child in found if not _isPart(child)]


def reachable(root):
    """Those of them that somebody could act on now by keyboard."""
    return [
        w for w in actedOn(root) if w.visible and w.enabled and w.focusPolicy != QtCore.Qt.FocusPolicy.NoFocus
    ]


def owner(widget):
    """The widget that somebody acts on, of which a widget is a part: the box around a line."""
    while widget is not None and (not isinstance(widget, ACTED_ON) or _isPart(widget)):
        widget = widget.parentWidget()
    return widget


def tabOrder(root):
    """What has the keyboard, press by press of the Tab key, from the first widget round to it."""
    order = []
    for _ in range(MANY):
        focus = owner(pressInFocus(QtCore.Qt.Key.Key_Tab))
        if order and focus is order[0]:
            return order
        if focus is not None and root.isAncestorOf(focus):
            order.append(focus)
    raise AssertionError(f"the Tab key never comes round: {[nameOf(w) for w in order[-6:]]}")


def tabTo(widget):
    """Press the Tab key until a widget has the keyboard."""
    for _ in range(MANY):
        if owner(QtWidgets.QApplication.focusWidget()) is widget:
            return
        pressInFocus(QtCore.Qt.Key.Key_Tab)
    raise AssertionError(f"the Tab key does not lead to {nameOf(widget)}")


def nameOf(widget):
    """How a test names a widget that has failed."""
    return f"{type(widget).__name__} {widget.objectName or getattr(widget, 'text', '')}".strip()


def _isPart(widget):
    if isinstance(widget, (QtWidgets.QScrollBar, QtWidgets.QHeaderView)):
        return True
    # The button in the corner of a table's heads.
    if type(widget) is QtWidgets.QAbstractButton:
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, PARTS_OF):
            return True
        parent = parent.parentWidget()
    return False
