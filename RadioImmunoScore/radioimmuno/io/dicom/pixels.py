"""The pixels of slices, as stored and in Hounsfield units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ...findings import InputError
from ...memory import require_memory
from .decoding import CannotDecode, Job, decoded
from .geometry import Stack
from .header import BIG_ENDIAN, Pixels, SliceHeader

# What stands for "nothing was measured here" in an image that was read: below all that tissue and air can be.
PADDING_HU = -2000
# Padding values at or below this, as CT writers use them, make padding of all that is lower, too.
LOW_PADDING_HU = -1000.0
INT16 = np.iinfo(np.int16)
# How often the voxels are in memory: as they are read, and in canonical order.
COPIES = 2


def read_values(stack: Stack) -> np.ndarray:
    """The stack's voxels in HU, (slice, row, column); padding and missing slices are `PADDING_HU`.

    Slice by slice into one array: int16 when all values are whole numbers that fit, else float32.

    Raises
    ------
    InputError
        `ct.damaged_file` when a file does not hold the pixels that its header promises,
        `settings.too_large` when they would not fit into memory.
    """
    shown = [header for _, same in stack.slices for header in same[:1]]
    whole = all(_whole_numbers(header) for header in shown)
    kind = np.dtype(np.int16 if whole else np.float32)
    require_memory(COPIES * math.prod(stack.lattice.shape) * kind.itemsize, "Reading the series")
    values = np.empty(stack.lattice.shape, kind)
    for gap in stack.gaps:
        values[gap.start : gap.stop] = PADDING_HU
    numbers = {header: k for k, same in stack.slices for header in same[:1]}
    for header, stored in stored_pixels(shown):
        plane = hounsfield(header, stored)
        if values.dtype == np.int16 and (plane.min() < INT16.min or plane.max() > INT16.max):
            values = values.astype(np.float32)
        values[numbers[header]] = plane
    return values


def same_pixels(slices: Sequence[SliceHeader]) -> bool:
    """Whether slices hold the same values."""
    planes = (hounsfield(header, stored) for header, stored in stored_pixels(slices))
    first = next(planes)
    return all(np.array_equal(first, plane) for plane in planes)


def hounsfield(header: SliceHeader, stored: np.ndarray) -> np.ndarray:
    """A slice's own rescale slope and intercept applied; padding becomes `PADDING_HU`."""
    slope = 1.0 if header.slope is None else header.slope
    intercept = 0.0 if header.intercept is None else header.intercept
    if _whole_numbers(header):
        plane = stored.astype(np.int32)
        plane *= int(slope)
        plane += int(intercept)
    else:
        with np.errstate(over="ignore"):
            plane = (stored * slope + intercept).astype(np.float32)
    if header.padding is not None:
        low, high = header.padding
        below = high * slope + intercept <= LOW_PADDING_HU
        plane[stored <= high if below else (stored >= low) & (stored <= high)] = PADDING_HU
    return plane


def stored_pixels(slices: Sequence[SliceHeader]) -> Iterator[tuple[SliceHeader, np.ndarray]]:
    """Each slice with its stored pixels, (row, column); not always in the order given.

    Compressed files come last, the frames of each together, so that it is opened once.
    """
    compressed: dict[Job, dict[int, SliceHeader]] = {}
    for header in slices:
        pixels = _pixels(header)
        if pixels.native:
            yield header, _native(header, pixels)
        else:
            compressed.setdefault(_job(header, pixels), {})[(header.frame or 1) - 1] = header
    if not compressed:
        return
    try:
        for job, number, stored in decoded(list(compressed)):
            if number in compressed[job]:
                yield compressed[job][number], stored
    except CannotDecode as error:
        raise damaged(Path(str(error))) from None


def _job(header: SliceHeader, pixels: Pixels) -> Job:
    return Job(str(header.path), pixels.syntax, pixels.frames, pixels.rows, pixels.columns, _dtype(pixels))


def _dtype(pixels: Pixels) -> str:
    order, sign = ">" if pixels.syntax == BIG_ENDIAN else "<", "i" if pixels.signed else "u"
    return f"{order}{sign}{pixels.bits_allocated // 8}"


def _native(header: SliceHeader, pixels: Pixels) -> np.ndarray:
    offset = pixels.offset + ((header.frame or 1) - 1) * pixels.frame_bytes
    try:
        stored = np.fromfile(header.path, _dtype(pixels), pixels.rows * pixels.columns, offset=offset)
        stored = stored.reshape(pixels.rows, pixels.columns)
    except (OSError, ValueError):
        raise damaged(header.path) from None
    unused = pixels.bits_allocated - pixels.bits_stored
    # The high bits may hold anything (once, overlays); shifting there and back extends the sign.
    return stored if unused == 0 else (stored << unused) >> unused


def damaged(path: Path) -> InputError:
    """The error for a file that does not hold what its header promises."""
    return InputError(
        "ct.damaged_file", f"{path.name} is damaged or cut off: its pixels cannot be read. Copy it again."
    )


def _pixels(header: SliceHeader) -> Pixels:
    if header.pixels is None:
        raise damaged(header.path)
    return header.pixels


def _whole_numbers(header: SliceHeader) -> bool:
    """Whether the slice's values are whole numbers that 32 bits hold."""
    slope, intercept = header.slope or 1.0, header.intercept or 0.0
    small = _pixels(header).bits_allocated <= 16 and abs(slope) <= 2**10 and abs(intercept) <= 2**20
    return small and slope.is_integer() and intercept.is_integer()
