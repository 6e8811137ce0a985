"""Finding DICOM files: a folder is looked through whole, whatever its files are called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from .header import BIG_ENDIAN, DEFLATED, KEYWORDS, LITTLE_ENDIAN, Pixels, SliceHeader, slices_of
from .library import lenient_reading, pydicom

PREAMBLE_BYTES, MAGIC = 128, b"DICM"
# Enough for the preamble and the file's meta information, which names the transfer syntax.
HEAD_BYTES = 2048
# Old files begin without a preamble, with an element of group 2 or 8.
BARE_GROUPS = (b"\x02\x00", b"\x08\x00")
DIRECTORY_CLASS = "1.2.840.10008.1.3.10"
PIXEL_DATA = 0x7FE00010
LONG_FORM = (b"OB", b"OW", b"UN")


@dataclass(frozen=True)
class Damaged:
    """A file that seems to be DICOM and cannot be read; its name and `problem` make a sentence."""

    path: Path
    problem: str


@dataclass(frozen=True)
class Found:
    """The slices of a folder's DICOM files, and what is damaged; files that are no DICOM are left out."""

    slices: tuple[SliceHeader, ...]
    damaged: tuple[Damaged, ...]


def scan(path: Path) -> Found:
    """Read the headers of all DICOM files below a folder, or of one file.

    Hidden files and DICOMDIR files are passed over; a DICOMDIR itself stands for the folder it lies in.
    """
    pydicom()
    if path.is_file() and path.name.upper() == "DICOMDIR":
        path = path.parent
    slices: list[SliceHeader] = []
    damaged: list[Damaged] = []
    with lenient_reading():
        for file in _files(path):
            found = _read(file)
            if isinstance(found, Damaged):
                damaged.append(found)
            else:
                slices += found
    return Found(tuple(slices), tuple(damaged))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _read(path: Path) -> list[SliceHeader] | Damaged:
    try:
        size = path.stat().st_size
        if size == 0:
            return Damaged(path, "is empty")
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            if not has_magic(head):
                return _bare_slices(path, stream, size) if head[:2] in BARE_GROUPS else []
            if DEFLATED.encode() in head:
                # Unpacking is not bounded, and no scanner writes it.
                return Damaged(path, "is in the deflated transfer syntax, which is not read")
            stream.seek(0)
            return _slices(path, stream, size)
    except OSError as error:
        return Damaged(path, f"cannot be read ({error.strerror})")
    except Exception as error:
        # A damaged file can make the library raise anything, RecursionError and struct.error among it.
        return Damaged(path, f"is damaged ({type(error).__name__})")


def has_magic(head: bytes) -> bool:
    """Whether a file that begins like this says that it is DICOM."""
    return head[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == MAGIC


def _bare_slices(path: Path, stream: BinaryIO, size: int) -> list[SliceHeader]:
    """The slices of a file without preamble; none where it turns out to be something else."""
    stream.seek(0)
    try:
        found = _slices(path, stream, size)
    except Exception:
        # Any file can begin with these bytes.
        return []
    return [] if isinstance(found, Damaged) else found


def _slices(path: Path, stream: BinaryIO, size: int) -> list[SliceHeader] | Damaged:
    dataset = pydicom().dcmread(stream, stop_before_pixels=True, force=True, specific_tags=list(KEYWORDS))
    meta = getattr(dataset, "file_meta", {})
    if str(meta.get("MediaStorageSOPClassUID", "")) == DIRECTORY_CLASS:
        return []
    if not dataset.get("SOPClassUID") or not dataset.get("SeriesInstanceUID"):
        return Damaged(path, "is cut off or names no series")
    return list(slices_of(path, dataset, _pixels(dataset, stream, size)))


def _pixels(dataset: Any, stream: BinaryIO, size: int) -> Pixels | None:
    """How the pixels lie in the file; the stream stands where reading the header ended."""
    if not dataset.get("Rows") or not dataset.get("Columns"):
        return None
    length = _pixel_length(stream, bool(dataset.is_implicit_VR), bool(dataset.is_little_endian))
    offset = stream.tell()
    bits = int(dataset.get("BitsAllocated") or 0)
    return Pixels(
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        frames=int(dataset.get("NumberOfFrames") or 1),
        samples=int(dataset.get("SamplesPerPixel") or 1),
        bits_allocated=bits,
        bits_stored=int(dataset.get("BitsStored") or bits),
        signed=bool(dataset.get("PixelRepresentation") or 0),
        syntax=_syntax(dataset),
        offset=offset,
        length=length,
        available=size - offset,
    )


def _syntax(dataset: Any) -> str:
    """The transfer syntax; of files that do not name one, the one that reading them found."""
    named = str(getattr(dataset, "file_meta", {}).get("TransferSyntaxUID", ""))
    if named:
        return named
    return LITTLE_ENDIAN[not dataset.is_implicit_VR] if dataset.is_little_endian else BIG_ENDIAN


def _pixel_length(stream: BinaryIO, implicit: bool, little: bool) -> int:
    """Bytes of pixel data; 0 without any, -1 where they are in pieces (compressed)."""
    order: Literal["little", "big"] = "little" if little else "big"
    head = stream.read(8)
    group, element = (int.from_bytes(head[at : at + 2], order) for at in (0, 2))
    if len(head) < 8 or (group << 16 | element) != PIXEL_DATA:
        return 0
    if implicit:
        length = int.from_bytes(head[4:8], order)
    elif head[4:6] in LONG_FORM:
        length = int.from_bytes(stream.read(4), order)
    else:
        return 0
    return -1 if length == 0xFFFFFFFF else length
