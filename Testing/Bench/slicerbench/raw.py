"""Qt objects as PySide6 has them, before PythonQt's rules came over them; for the bench's own use."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from PySide6 import QtCore

read = QtCore.QObject.__getattribute__


def write(obj: Any, name: str, value: Any) -> None:
    """Set a Python attribute of a Qt object, or what a descriptor of its class makes of it."""
    # Python refuses the original __setattr__ once a class has got another one.
    descriptor = _ofClass(type(obj), name)
    if isinstance(descriptor, (QtCore.Property, property)):
        if descriptor.fset is None:
            raise AttributeError(f"Property '{name}' of {type(obj).__name__} object is not writable")
        descriptor.fset(obj, value)
    else:
        read(obj, "__dict__")[name] = value


@functools.cache
def _ofClass(kind: type, name: str) -> Any:
    return inspect.getattr_static(kind, name, None)
