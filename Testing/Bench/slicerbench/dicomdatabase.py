"""`slicer.dicomDatabase`, as far as a module asks it: which file an instance is, and what its header says."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore

from .pythonqt import standIn


@standIn
class ctkDICOMDatabase(QtCore.QObject):
    """Files by the UIDs of their instances. Headers are read with pydicom when they are asked for."""

    isOpen = QtCore.Property(bool, lambda self: True)

    def __init__(self) -> None:
        super().__init__()
        self._files: dict[str, str] = {}

    def insert(self, filePath: str) -> None:
        import pydicom

        header = pydicom.dcmread(filePath, stop_before_pixels=True)
        self._files[str(header.SOPInstanceUID)] = str(Path(filePath))

    def fileForInstance(self, sopInstanceUID: str) -> str:
        return self._files.get(sopInstanceUID, "")

    def instanceValue(self, sopInstanceUID: str, tag: str) -> str:
        import pydicom

        file = self._files.get(sopInstanceUID)
        if file is None:
            return ""
        group, element = (int(part, 16) for part in tag.split(","))
        found = pydicom.dcmread(file, stop_before_pixels=True).get((group, element))
        if found is None:
            return ""
        return "\\".join(map(str, found.value)) if found.VM > 1 else str(found.value)
