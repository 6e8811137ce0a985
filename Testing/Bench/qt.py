"""`qt` as a Slicer module imports it: Qt's classes as PythonQt shows them, here over PySide6."""

from __future__ import annotations

from typing import Any

from slicerbench import names, pythonqt, uifile

pythonqt.install()


def __getattr__(name: str) -> Any:
    if name == "QUiLoader":
        return uifile.sharedLoader
    return names.exported(name)
