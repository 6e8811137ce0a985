"""The frames of a DICOM SEG file: where each lies, whose it is, and its pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...findings import InputError
from ...geometry.image import Triple
from .headers import BIG_ENDIAN, DEFLATED, LITTLE_ENDIAN
from .library import syntax_name
from .pixels import DecodingError, Job, decode

CODE = "mask.unreadable"
MAX_PIXELS = 8_000_000_000  # of all frames: 20 segments on each of 512 x 512 x 1500 voxels
NATIVE = (*LITTLE_ENDIAN, BIG_ENDIAN)


@dataclass(frozen=True)
class Frame:
    """One frame: a plane of one segment, or of all of them in a label map (`segment` is None).

    Parameters
    ----------
    position : LPS mm of the centre of its first pixel
    along_row, along_column : unit vectors in LPS in which columns and rows count up
    spacing : mm between rows, between columns
    distance : mm between neighbouring planes, None where the file does not say it
    thickness : mm, None where the file does not say it
    """

    segment: int | None
    position: Triple
    along_row: Triple
    along_column: Triple
    spacing: tuple[float, float]
    distance: float | None
    thickness: float | None


def frames_of(dataset: Any) -> list[Frame]:
    """The frames in the file's order.

    Raises
    ------
    KeyError, AttributeError, ValueError, IndexError
        When something of them is missing or no number.
    """
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [{}])[0]
    label_map = str(dataset.get("SegmentationType", "")) == "LABELMAP"
    return [_frame(groups, shared, label_map) for groups in dataset.PerFrameFunctionalGroupsSequence]


def _frame(groups: Any, shared: Any, label_map: bool) -> Frame:
    position = _numbers(_group("PlanePositionSequence", groups, shared).ImagePositionPatient, 3)
    cosines = _numbers(_group("PlaneOrientationSequence", groups, shared).ImageOrientationPatient, 6)
    measures = _group("PixelMeasuresSequence", groups, shared)
    spacing = _numbers(measures.PixelSpacing, 2)
    along_row, along_column = np.array(cosines[:3]), np.array(cosines[3:])
    if min(spacing) <= 0 or not np.allclose(
        [along_row @ along_row, along_column @ along_column, along_row @ along_column], [1, 1, 0], atol=1e-3
    ):
        raise ValueError("spacing or orientation is not valid")
    segment = None
    if not label_map:
        segment = int(_group("SegmentIdentificationSequence", groups, shared).ReferencedSegmentNumber)
    return Frame(
        segment,
        (position[0], position[1], position[2]),
        (cosines[0], cosines[1], cosines[2]),
        (cosines[3], cosines[4], cosines[5]),
        (spacing[0], spacing[1]),
        _length(measures.get("SpacingBetweenSlices")),
        _length(measures.get("SliceThickness")),
    )


def _group(name: str, *places: Any) -> Any:
    """The functional group of a frame: its own or the one that all frames share."""
    for place in places:
        found = place.get(name)
        if found:
            return found[0]
    raise KeyError(name)


def _numbers(values: Sequence[Any], count: int) -> list[float]:
    numbers = [float(value) for value in values]
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(f"{count} numbers are expected")
    return numbers


def _length(value: Any) -> float | None:
    return None if value is None or not 0 < float(value) < np.inf else float(value)


def pixels_of(path: Path, dataset: Any, frames: int) -> Iterator[tuple[int, np.ndarray]]:
    """Number (from 0) and pixels (rows, columns) of each frame that holds anything else than 0.

    Raises
    ------
    InputError
        `mask.unreadable` when the file does not hold the pixels that its header promises, or holds them
        compressed in a way that is not read.
    """
    rows, columns, bits = int(dataset.Rows), int(dataset.Columns), int(dataset.BitsAllocated)
    size = rows * columns
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if bits not in (1, 8, 16) or size <= 0 or size * frames > MAX_PIXELS:
        raise InputError(
            CODE, f"{path} claims {frames} frames of {rows} x {columns} with {bits} bits a pixel."
        )
    if int(dataset.NumberOfFrames) != frames:
        raise InputError(
            CODE, f"{path} is damaged: it describes {frames} of {dataset.NumberOfFrames} frames."
        )
    if syntax == DEFLATED:
        raise InputError(CODE, f"{path} is in the transfer syntax {syntax_name(syntax)}, which is not read.")
    if syntax in NATIVE:
        yield from _native(dataset.PixelData, (frames, rows, columns), bits, syntax == BIG_ENDIAN)
        return
    job = Job(str(path), syntax, frames, rows, columns, f"<u{max(1, bits // 8)}")
    try:
        yield from ((number, plane) for _, number, plane in decode([job]) if plane.any())
    except DecodingError:
        named = syntax_name(syntax)
        raise InputError(
            CODE, f"{path}: its pixels (transfer syntax {named}) are damaged, or no decoder is installed."
        ) from None


def _native(
    data: bytes, shape: tuple[int, int, int], bits: int, big_endian: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """Frames that are not compressed; those of a bit a pixel begin inside of bytes, as pydicom 3 cannot."""
    frames, rows, columns = shape
    size = rows * columns
    if len(data) * 8 < frames * size * bits:
        raise ValueError("pixels are missing")
    values = np.frombuffer(data, np.uint8 if bits == 1 else f"{'>' if big_endian else '<'}u{bits // 8}")
    for number in range(frames):
        start, stop = number * size, (number + 1) * size
        part = values[start // 8 : -(-stop // 8)] if bits == 1 else values[start:stop]
        if part.any():
            plane = np.unpackbits(part, bitorder="little")[start % 8 :][:size] if bits == 1 else part
            yield number, plane.reshape(rows, columns)
