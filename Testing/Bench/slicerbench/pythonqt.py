"""Qt objects as PythonQt shows them: properties as attributes, signals by signature, nothing unknown.

The rules are those of PythonQt's attribute access on a wrapped object. Where PythonQt only prints a
complaint (a signal that does not exist), this raises.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from . import raw, signals
from .enumerations import makeIntLike
from .names import ABSENT, CLASSES, METHODS_THEN, absentFrom, exported


@dataclass(frozen=True)
class Members:
    """What a class's meta-object declares."""

    properties: dict[str, Any]
    signals: frozenset[str]


def standIn(kind: type) -> type:
    """Mark a Python class as standing for a C++ class: it takes no new attributes from outside."""
    kind._standsForCpp = True
    return kind


def isWrapper(kind: type) -> bool:
    """Whether the class is C++'s for PythonQt, and not one derived from it in Python."""
    return _isQts(kind) or "_standsForCpp" in vars(kind)


@functools.cache
def membersOf(kind: type) -> Members:
    """Properties and signals of a class, without those that Qt 5.15 has not."""
    meta = kind.staticMetaObject
    absent = absentFrom(kind)
    noProperties = absent | {
        name for base in kind.__mro__ for owner, name in METHODS_THEN if owner == base.__name__
    }
    properties = [meta.property(n) for n in range(meta.propertyCount())]
    methods = [meta.method(n) for n in range(meta.methodCount())]
    isSignal = QtCore.QMetaMethod.MethodType.Signal
    return Members(
        {item.name(): item for item in properties if item.name() not in noProperties},
        frozenset(bytes(item.name()).decode() for item in methods if item.methodType() == isSignal) - absent,
    )


@functools.cache
def install() -> None:
    """Have all Qt objects of this process behave so, from now on."""
    QtCore.QObject.__getattribute__ = _get
    for kind in _qtObjectClasses():
        kind.__setattr__ = _set
    for name in sorted(CLASSES):
        kind = exported(name)
        makeIntLike(kind)
        if name != "Qt" and not issubclass(kind, QtCore.QObject):
            _refuseNewAttributes(kind)
    QtWidgets.QTableWidgetItem.__init_subclass__ = classmethod(_refuseOrdering)
    for name, place in _PLACES_OF_A_CLICK.items():
        setattr(QtGui.QMouseEvent, name, place)
    QtGui.QShortcut.__init__ = _makeShortcut
    for dialog in (QtWidgets.QDialog, QtWidgets.QMenu):
        dialog.exec_ = lambda self, *args: raw.read(self, "exec")(*args)


def _qtObjectClasses() -> list[type]:
    """All of them, for each comes with a __setattr__ of its own."""
    found = [getattr(module, name) for module in (QtCore, QtGui, QtWidgets) for name in dir(module)]
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, QtCore.QObject)]


def _get(self: Any, name: str) -> Any:
    kind = type(self)
    declared = _pythonAttribute(kind, name)
    if isinstance(declared, QtCore.Signal):
        return signals.BoundSignal(self, name)
    if declared is not None or name.startswith("__"):
        return raw.read(self, name)
    members = membersOf(kind)
    if name in members.properties:
        return _readProperty(self, members.properties[name])
    if name in absentFrom(kind):
        raise AttributeError(f"{kind.__name__} has no attribute named '{name}' in Qt 5.15 with PythonQt")
    if name in members.signals:
        return signals.BoundSignal(self, name)
    extra = _EXTRAS.get(name)
    if extra is not None:
        return extra(self)
    try:
        return raw.read(self, name)
    except AttributeError:
        return _dynamicPropertyOrChild(self, name)


def _set(self: Any, name: str, value: Any) -> None:
    kind = type(self)
    if isinstance(_pythonAttribute(kind, name), (QtCore.Property, property)):
        raw.write(self, name, value)
    elif name in membersOf(kind).properties and name not in absentFrom(kind):
        _writeProperty(self, membersOf(kind).properties[name], value)
    elif name == "name":
        raw.read(self, "setObjectName")(value)
    elif name in membersOf(kind).signals or _isMethodOfQt(kind, name):
        raise AttributeError(f"'{name}' can not be overwritten on {kind.__name__} object")
    elif _dynamic(self, name):
        raw.read(self, "setProperty")(name, value)
    elif not isWrapper(kind) or (name.startswith("_") and "_standsForCpp" in vars(kind)):
        raw.write(self, name, value)
    else:
        raise AttributeError(
            f"'{name}' does not exist on {kind.__name__}, a C++ object, which takes no new attributes"
        )


def _isQts(kind: type) -> bool:
    return kind.__module__.startswith(("PySide6", "Shiboken", "shiboken6"))


@functools.cache
def _pythonAttribute(kind: type, name: str) -> Any:
    """What a Python class defines under the name; `None` when only Qt does."""
    for base in kind.__mro__:
        if base is not object and not _isQts(base) and name in vars(base):
            return vars(base)[name]
    return None


def _isMethodOfQt(kind: type, name: str) -> bool:
    return any(name in vars(base) for base in kind.__mro__ if _isQts(base))


def _readProperty(obj: Any, item: Any) -> Any:
    name = item.name()
    # Reading these would call a virtual method, which PySide6 looks for in Python, which reads the property.
    if name in ("sizeHint", "minimumSizeHint", "spacing"):
        return raw.read(obj, name)()
    if item.isEnumType() or item.isFlagType():
        for getter in (name, f"is{name[0].upper()}{name[1:]}"):
            if _isMethodOfQt(type(obj), getter):
                return raw.read(obj, getter)()
    return item.read(obj)


def _writeProperty(obj: Any, item: Any, value: Any) -> None:
    name, kind = item.name(), type(obj).__name__
    if not item.isWritable():
        raise AttributeError(f"Property '{name}' of {kind} object is not writable")
    refusal = f"Property '{name}' of type '{item.typeName()}' does not accept {value!r}"
    if value is None:
        raise AttributeError(refusal)
    setter = f"set{name[0].upper()}{name[1:]}"
    if (item.isEnumType() or item.isFlagType()) and _isMethodOfQt(type(obj), setter):
        raw.read(obj, setter)(value)
    elif not item.write(obj, value):
        raise AttributeError(refusal)


def _dynamic(obj: Any, name: str) -> bool:
    return name in [bytes(item).decode() for item in raw.read(obj, "dynamicPropertyNames")()]


def _dynamicPropertyOrChild(obj: Any, name: str) -> Any:
    if _dynamic(obj, name):
        return raw.read(obj, "property")(name)
    for child in raw.read(obj, "children")():
        if raw.read(child, "objectName")() == name:
            return child
    raise AttributeError(f"{type(obj).__name__} has no attribute named '{name}'")


def _refuseNewAttributes(kind: Any) -> None:
    def write(self: Any, name: str, value: Any) -> None:
        if type(self) is kind and name not in vars(kind):
            raise AttributeError(f"'{name}' does not exist on {kind.__name__}")
        object.__setattr__(self, name, value)

    kind.__setattr__ = write
    absent = ABSENT.get(kind.__name__)
    if absent:

        def read(self: Any, name: str) -> Any:
            if name in absent:
                raise AttributeError(
                    f"{kind.__name__} has no attribute named '{name}' in Qt 5.15 with PythonQt"
                )
            return object.__getattribute__(self, name)

        kind.__getattribute__ = read


def _refuseOrdering(kind: type, **_: Any) -> None:
    # PythonQt does not hand operator< of items to Python: the application would sort a column by its text.
    if "__lt__" in vars(kind):
        raise TypeError("PythonQt never calls __lt__ of a QTableWidgetItem; sort by data of Qt.DisplayRole")


def _whereOnTheWidget(event: Any) -> QtCore.QPointF:
    return object.__getattribute__(event, "position")()


def _whereOnTheScreen(event: Any) -> QtCore.QPointF:
    return object.__getattribute__(event, "globalPosition")()


# Qt 6 has other names for these and warns of the old ones.
_PLACES_OF_A_CLICK = {
    "pos": lambda event: _whereOnTheWidget(event).toPoint(),
    "x": lambda event: _whereOnTheWidget(event).toPoint().x(),
    "y": lambda event: _whereOnTheWidget(event).toPoint().y(),
    "localPos": _whereOnTheWidget,
    "globalPos": lambda event: _whereOnTheScreen(event).toPoint(),
    "globalX": lambda event: _whereOnTheScreen(event).toPoint().x(),
    "globalY": lambda event: _whereOnTheScreen(event).toPoint().y(),
    "screenPos": _whereOnTheScreen,
}
_initShortcut = QtGui.QShortcut.__init__


def _makeShortcut(self: Any, *args: Any) -> None:
    # What is called has the type const char* in C++, which no Python function becomes.
    if any(map(callable, args[2:])):
        raise TypeError("PythonQt's QShortcut takes no function; connect 'activated()'")
    _initShortcut(self, *args)


_EXTRAS = {
    "connect": lambda obj: functools.partial(signals.connect, obj),
    "disconnect": lambda obj: functools.partial(signals.disconnect, obj),
    "name": lambda obj: raw.read(obj, "objectName")(),
    "className": lambda obj: lambda: type(obj).__name__,
}
