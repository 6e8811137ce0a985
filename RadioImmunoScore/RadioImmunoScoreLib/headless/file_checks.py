"""Whether files that VTK and Slicer wrote are whole: neither reports that the disk was full."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import vtk

from radioimmuno.io.volume_writer import nrrd_problem

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PNG_LENGTH, PNG_KIND, PNG_SUM = 4, 4, 4


def pngProblem(path: Path) -> str:
    """What is wrong with a PNG file: all chunks have their check sums, up to the last."""
    content = path.read_bytes()
    if not content.startswith(PNG_MAGIC):
        return "it is no picture"
    at = len(PNG_MAGIC)
    while at < len(content):
        length = int.from_bytes(content[at : at + PNG_LENGTH], "big")
        body = content[at + PNG_LENGTH : at + PNG_LENGTH + PNG_KIND + length]
        end = at + PNG_LENGTH + PNG_KIND + length
        if zlib.crc32(body) != int.from_bytes(content[end : end + PNG_SUM], "big"):
            break
        at = end + PNG_SUM
        if body[:PNG_KIND] == b"IEND":
            return "" if at == len(content) else "something follows the picture"
    return "the picture is cut off"


def sceneProblem(path: Path) -> str:
    """What is wrong with a scene's `.mrb`: the archive, the scene, and each volume and model in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return "the archive is damaged"
            for name in archive.namelist():
                if problem := _memberProblem(archive, name):
                    return f"{name}: {problem}"
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return "the archive is cut off"
    return ""


def _memberProblem(archive: zipfile.ZipFile, name: str) -> str:
    suffix = Path(name).suffix.lower()
    if suffix == ".nrrd":
        with archive.open(name) as stream:
            return nrrd_problem(stream)
    if suffix == ".mrml":
        try:
            ElementTree.fromstring(archive.read(name))
        except ElementTree.ParseError:
            return "the scene is cut off"
    if suffix == ".vtk":
        return _modelProblem(archive.read(name))
    if suffix == ".tsv" and not archive.read(name).endswith(b"\n"):
        return "the table is cut off"
    isEmpty = archive.getinfo(name).file_size == 0 and not name.endswith("/")
    return "it is empty" if isEmpty else ""


def _modelProblem(content: bytes) -> str:
    if not content.endswith(b"\n"):  # follows every array
        return "the model is cut off"
    reader = vtk.vtkPolyDataReader()
    reader.ReadFromInputStringOn()
    reader.SetBinaryInputString(content, len(content))
    failed = []
    reader.AddObserver("ErrorEvent", lambda caller, event: failed.append(event))
    reader.Update()
    return "the model is cut off" if failed or not reader.GetOutput().GetNumberOfPolys() else ""
