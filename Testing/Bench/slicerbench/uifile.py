"""Loading of .ui files, with stand-ins for the promoted widgets."""

from __future__ import annotations

import functools
from typing import Any
from xml.etree import ElementTree

from PySide6 import QtCore, QtUiTools

from . import ctkwidgets, mrmlwidgets, raw, signals
from .pythonqt import membersOf

STAND_INS = {
    kind.__name__: kind
    for kind in (
        ctkwidgets.ctkCollapsibleButton,
        ctkwidgets.ctkSliderWidget,
        ctkwidgets.ctkPathLineEdit,
        mrmlwidgets.qMRMLWidget,
        mrmlwidgets.qMRMLNodeComboBox,
    )
}


class UnknownInUi(RuntimeError):
    """A .ui file asks for a widget, property, signal or slot that there is no stand-in for."""


class UiLoader(QtUiTools.QUiLoader):
    """What `qt.QUiLoader` makes."""

    def load(self, device: Any, parent: Any = None) -> Any:
        """The widget of a .ui file.

        Raises
        ------
        UnknownInUi
            When it asks for what the bench does not know.
        """
        known = frozenset(raw.read(self, "availableWidgets")())
        text, later, connections = _prepared(bytes(device.readAll()), known)
        buffer = QtCore.QBuffer()
        raw.read(buffer, "setData")(text)
        raw.read(buffer, "open")(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        root = super().load(buffer, parent)
        if root is None:
            raise UnknownInUi(raw.read(self, "errorString")())
        for name, attribute, value in later:
            setattr(_named(root, name), attribute, value)
        for connection in connections:
            _connect(root, connection)
        return root

    def createWidget(self, className: str, parent: Any = None, name: str = "") -> Any:
        if className not in STAND_INS:
            return super().createWidget(className, parent, name)
        widget = STAND_INS[className](parent)
        raw.read(widget, "setObjectName")(name)
        return widget


@functools.cache
def sharedLoader() -> UiLoader:
    """The loader of this process: each that is made looks for plugins on the disk."""
    return UiLoader()


@functools.cache
def _prepared(text: bytes, known: frozenset[str]) -> tuple[bytes, list[tuple[str, str, Any]], list[Any]]:
    """A .ui file without what Qt's loader does not know: the properties and connections that Python makes."""
    tree = ElementTree.fromstring(text)
    for element in tree.iter("widget"):
        if element.get("class") not in known | set(STAND_INS):
            raise UnknownInUi(f"no widget {element.get('class')} on the bench")
    later = [item for element in tree.iter("widget") for item in _takeOwnProperties(element)]
    connections = tree.find("connections")
    if connections is not None:
        tree.remove(connections)
    return ElementTree.tostring(tree), later, list(connections if connections is not None else ())


def _takeOwnProperties(element: ElementTree.Element) -> list[tuple[str, str, Any]]:
    """Take out the properties that only the stand-in knows; they are set from Python."""
    kind = STAND_INS.get(element.get("class", ""))
    if kind is None:
        return []
    taken = []
    for item in element.findall("property"):
        name = item.get("name", "")
        if isinstance(vars(kind).get(name), QtCore.Property):
            taken.append((element.get("name", ""), name, _value(kind, item[0])))
            element.remove(item)
        elif name not in membersOf(kind).properties:
            raise UnknownInUi(f"no property {name} of {kind.__name__} on the bench")
    return taken


def _value(kind: Any, element: ElementTree.Element) -> Any:
    text = element.text or ""
    if element.tag == "stringlist":
        return [item.text or "" for item in element]
    if element.tag in ("set", "enum"):
        total = 0
        for part in text.split("|"):
            total |= getattr(kind, part.split("::")[-1])
        return total
    convert = {"bool": lambda word: word == "true", "number": int, "double": float, "string": str}
    return convert[element.tag](text)


def _named(root: Any, name: str) -> Any:
    if raw.read(root, "objectName")() == name:
        return root
    found = raw.read(root, "findChild")(QtCore.QObject, name)
    if found is None:
        raise UnknownInUi(f"no object {name} in the .ui file")
    return found


def _connect(root: Any, element: ElementTree.Element) -> None:
    sender, signal, receiver, slot = (
        element.findtext(key) for key in ("sender", "signal", "receiver", "slot")
    )
    try:
        signals.connect(_named(root, sender), signal, _named(root, receiver), slot)
    except ValueError as error:
        raise UnknownInUi(str(error)) from error
