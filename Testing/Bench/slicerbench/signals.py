"""Signals as PythonQt connects them: by signature, keeping the callable, with the arguments it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6 import QtCore

from . import raw
from .names import absentFrom

# Sender's address -> what is connected to it: (signature, callable, Qt's connection).
_connections: dict[int, list[tuple[str, Any, Any]]] = {}


def connect(sender: Any, signature: str, *receiver: Any) -> bool:
    """Connect a signal to a callable, or to a receiver's slot given by signature.

    Raises
    ------
    ValueError
        When the sender has no such signal or the receiver no such slot. PythonQt prints and goes on.
    """
    call = _slotOf(*receiver) if len(receiver) == 2 else receiver[0]
    if not callable(call):
        raise TypeError(f"{call!r} is not callable")
    actual = actualSignature(sender, signature)
    taken = argumentsTaken(call)

    def deliver(*args: Any) -> None:
        call(*args[:taken])

    link = QtCore.QObject.connect(sender, QtCore.SIGNAL(actual), deliver)
    address = _address(sender)
    if address not in _connections:
        _connections[address] = []
        QtCore.QObject.connect(sender, QtCore.SIGNAL("destroyed()"), lambda: _connections.pop(address, None))
    _connections[address].append((actual, call, link))
    return True


def disconnect(sender: Any, signature: str, *receiver: Any) -> bool:
    """Undo `connect`; without a callable, all that were made for the signal. Whether there was any.

    Raises
    ------
    ValueError
        When the sender has no such signal.
    """
    actual = actualSignature(sender, signature)
    call = _slotOf(*receiver) if len(receiver) == 2 else next(iter(receiver), None)
    kept, dropped = [], []
    for item in _connections.get(_address(sender), []):
        (dropped if item[0] == actual and call in (None, item[1]) else kept).append(item)
    for _, _, link in dropped:
        QtCore.QObject.disconnect(link)
    if dropped:
        _connections[_address(sender)] = kept
    return bool(dropped)


def connectionCount(sender: Any) -> int:
    """How many callables hang on an object's signals."""
    return len(_connections.get(_address(sender), []))


def actualSignature(sender: Any, signature: str) -> str:
    """The signature under which PySide6 knows a signal that is named as in C++.

    Raises
    ------
    ValueError
        When there is no such signal.
    """
    plain = signature.lstrip("2").replace("const ", "").replace("&", "").replace(" ", "")
    plain = getattr(type(sender), "cppSignals", {}).get(plain, plain)
    meta = QtCore.QObject.metaObject(sender)
    absent = absentFrom(type(sender))
    if meta.indexOfSignal(plain) < 0 or plain.split("(")[0] in absent:
        raise ValueError(f"signal '{signature}' does not exist on {type(sender).__name__}")
    return plain


def argumentsTaken(call: Callable[..., Any]) -> int | None:
    """How many arguments PythonQt hands over: what a function takes, and all to any other callable."""
    function = call.__func__ if inspect.ismethod(call) else call
    if not inspect.isfunction(function) or function.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return function.__code__.co_argcount - inspect.ismethod(call)


class BoundSignal:
    """`button.clicked`: to be connected, disconnected and emitted."""

    def __init__(self, sender: Any, name: str) -> None:
        self._sender = sender
        self._name = name

    def connect(self, call: Callable[..., Any]) -> bool:
        return connect(self._sender, self._signature(), call)

    def disconnect(self, call: Callable[..., Any] | None = None) -> bool:
        return disconnect(self._sender, self._signature(), *([call] if call else []))

    def emit(self, *args: Any) -> None:
        fitting = [item for item in self._overloads() if item.parameterCount() == len(args)]
        if not fitting:
            raise TypeError(f"signal '{self._name}' does not take {len(args)} arguments")
        signature = bytes(fitting[0].methodSignature()).decode()
        raw.read(self._sender, "emit")(QtCore.SIGNAL(signature), *args)

    __call__ = emit

    def _signature(self) -> str:
        return bytes(self._overloads()[0].methodSignature()).decode()

    def _overloads(self) -> list[QtCore.QMetaMethod]:
        meta = QtCore.QObject.metaObject(self._sender)
        methods = (meta.method(n) for n in range(meta.methodCount()))
        return [item for item in methods if bytes(item.name()).decode() == self._name]


def _slotOf(receiver: Any, signature: str) -> Callable[..., Any]:
    name = signature.lstrip("1").split("(")[0]
    plain = bytes(QtCore.QMetaObject.normalizedSignature(signature.lstrip("1"))).decode()
    meta = QtCore.QObject.metaObject(receiver)
    if meta.indexOfMethod(plain) < 0 and plain not in getattr(type(receiver), "cppSlots", ()):
        raise ValueError(f"slot '{signature}' does not exist on {type(receiver).__name__}")
    return raw.read(receiver, name)


def _address(obj: Any) -> int:
    return shiboken6.getCppPointer(obj)[0]
