"""The pixels of slices, as stored and in the unit of their modality.

Compressed ones are decoded in a process of its own: a damaged picture can make the decoders for JPEG loop
without end, or end the process that they run in. The child is given up when a frame takes too long; the
parent then names the file. Run lengths (RLE) are decoded by pydicom itself, here.
"""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from ...findings import InputError
from ...memory import require_memory
from .headers import BIG_ENDIAN, Pixels, SliceHeader
from .kinds import SeriesKind
from .library import lenient_reading, pydicom
from .stack import Stack

# Padding values at or below this, as CT writers use them, make padding of all that is lower, too.
LOW_PADDING_HU = -1000.0
INT16 = np.iinfo(np.int16)
# How often the voxels are in memory: as they are read, and in canonical order.
COPIES = 2

# A frame of 512 x 512 pixels takes some milliseconds.
FRAME_SECONDS = 8.0
RLE = "1.2.840.10008.1.2.5"
JPEG_START, JPEG_2000_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
CHILD = "from radioimmuno.io.dicom.pixels import serve; serve()"
PACKAGES = str(Path(__file__).resolve().parents[3])


@dataclass(frozen=True)
class Job:
    """A file to decode, and what its header has on the pixels.

    Parameters
    ----------
    syntax : str, UID of the transfer syntax
    dtype : str, numpy's name of the pixels' type
    """

    path: str
    syntax: str
    frames: int
    rows: int
    columns: int
    dtype: str

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.rows * self.columns * np.dtype(self.dtype).itemsize


class DecodingError(ValueError):
    """The pixels of a file are not as its header has them; the argument is the file's path."""


@dataclass(frozen=True)
class Rescale:
    """What makes a slice's values of its stored ones.

    Parameters
    ----------
    slope, intercept : float
    padding : tuple of float or None, lowest and highest stored value of pixels that hold no measurement
    """

    slope: float
    intercept: float
    padding: tuple[float, float] | None

    @classmethod
    def of(cls, header: SliceHeader, kind: SeriesKind) -> Rescale:
        """A slice's own; what its header does not say changes nothing.

        Parameters
        ----------
        header : SliceHeader
        kind : SeriesKind, of its series
        """
        slope = 1.0 if header.slope is None else header.slope
        intercept = 0.0 if header.intercept is None else header.intercept
        return cls(slope, intercept, kind.padding_of(header))

    @property
    def is_whole(self) -> bool:
        """Whether whole numbers stay whole, and within 32 bits."""
        small = abs(self.slope) <= 2**10 and abs(self.intercept) <= 2**20
        return small and self.slope.is_integer() and self.intercept.is_integer()


def read_values(stack: Stack, rescale: Mapping[SliceHeader, Rescale], empty: float) -> np.ndarray:
    """The stack's voxels.

    Slice by slice into one array: int16 when all values are whole numbers that fit, else float32.

    Parameters
    ----------
    stack : Stack
    rescale : mapping of SliceHeader to Rescale, for each of its slices
    empty : float, the value of padding and of missing slices; with NaN all values are float32

    Returns
    -------
    ndarray of int16 or float32, shape (k, j, i)

    Raises
    ------
    InputError
        `ct.damaged_file` when a file does not hold the pixels that its header promises,
        `settings.too_large` when they would not fit into memory.
    """
    shown = [header for _, same in stack.slices for header in same[:1]]
    whole = math.isfinite(empty) and all(_whole_numbers(header, rescale[header]) for header in shown)
    kind = np.dtype(np.int16 if whole else np.float32)
    require_memory(COPIES * math.prod(stack.lattice.shape) * kind.itemsize, "Reading the series")
    values = np.empty(stack.lattice.shape, kind)
    for gap in stack.gaps:
        values[gap.start : gap.stop] = empty
    numbers = {header: k for k, same in stack.slices for header in same[:1]}
    for header, stored in _stored_pixels(shown):
        plane = _rescaled(header, stored, rescale[header], empty)
        if values.dtype == np.int16 and (plane.min() < INT16.min or plane.max() > INT16.max):
            values = values.astype(np.float32)
        values[numbers[header]] = plane
    return values


def same_pixels(slices: Sequence[SliceHeader], kind: SeriesKind) -> bool:
    """Whether slices hold the same values.

    Parameters
    ----------
    slices : sequence of SliceHeader, at least one
    kind : SeriesKind, of their series

    Raises
    ------
    InputError
        `ct.damaged_file` when a file does not hold the pixels that its header promises.
    """
    planes = (
        _rescaled(header, stored, Rescale.of(header, kind), kind.empty)
        for header, stored in _stored_pixels(slices)
    )
    first = next(planes)
    return all(np.array_equal(first, plane, equal_nan=True) for plane in planes)


def decode(jobs: Sequence[Job]) -> Iterator[tuple[Job, int, np.ndarray]]:
    """The frames of compressed files: job, number of the frame from 0, pixels of shape (row, column).

    Parameters
    ----------
    jobs : sequence of Job; those in RLE come first

    Raises
    ------
    DecodingError
        At the first file that cannot be decoded.
    """
    safe = [job for job in jobs if job.syntax == RLE]
    for job in safe:
        yield from _decode_here(job)
    if len(safe) < len(jobs):
        yield from _decode_in_child([job for job in jobs if job.syntax != RLE])


def serve() -> None:
    """The child: a job a line comes in, the bytes of its frames go out; anything wrong ends it."""
    # Decoders may print; only pixels go to the parent.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with lenient_reading():
        for line in sys.stdin:
            job = Job(**json.loads(line))
            for frame in _frames(job):
                out.write(np.ascontiguousarray(frame.reshape(job.rows, job.columns), job.dtype).tobytes())
                out.flush()


def _rescaled(header: SliceHeader, stored: np.ndarray, rescale: Rescale, empty: float) -> np.ndarray:
    """A slice's values; padding becomes `empty`."""
    if _whole_numbers(header, rescale) and math.isfinite(empty):
        plane = stored.astype(np.int32)
        plane *= int(rescale.slope)
        plane += int(rescale.intercept)
    else:
        with np.errstate(over="ignore"):
            # Of pixels of 8 bits, older versions of numpy would make 16-bit numbers.
            plane = (stored.astype(np.float64) * rescale.slope + rescale.intercept).astype(np.float32)
    if rescale.padding is not None:
        low, high = rescale.padding
        below = high * rescale.slope + rescale.intercept <= LOW_PADDING_HU
        plane[stored <= high if below else (stored >= low) & (stored <= high)] = empty
    return plane


def _whole_numbers(header: SliceHeader, rescale: Rescale) -> bool:
    """Whether the slice's values are whole numbers that 32 bits hold."""
    return _pixels(header).bits_allocated <= 16 and rescale.is_whole


def _pixels(header: SliceHeader) -> Pixels:
    if header.pixels is None:
        raise _damage(header.path)
    return header.pixels


def _damage(path: Path) -> InputError:
    """The error for a file that does not hold what its header promises."""
    return InputError(
        "ct.damaged_file", f"{path.name} is damaged or cut off: its pixels cannot be read. Copy it again."
    )


def _stored_pixels(slices: Sequence[SliceHeader]) -> Iterator[tuple[SliceHeader, np.ndarray]]:
    """Each slice with its stored pixels, (row, column); not always in the order given.

    Compressed files come last, the frames of each together, so that it is opened once.
    """
    compressed: dict[Job, dict[int, SliceHeader]] = {}
    for header in slices:
        pixels = _pixels(header)
        if pixels.native:
            yield header, _native(header, pixels)
            continue
        size = pixels.frames, pixels.rows, pixels.columns
        job = Job(str(header.path), pixels.syntax, *size, _dtype(pixels))
        compressed.setdefault(job, {})[(header.frame or 1) - 1] = header
    try:
        for job, number, stored in decode(list(compressed)):
            if number in compressed[job]:
                yield compressed[job][number], stored
    except DecodingError as error:
        raise _damage(Path(str(error))) from None


def _dtype(pixels: Pixels) -> str:
    order, sign = ">" if pixels.syntax == BIG_ENDIAN else "<", "i" if pixels.signed else "u"
    return f"{order}{sign}{pixels.bits_allocated // 8}"


def _native(header: SliceHeader, pixels: Pixels) -> np.ndarray:
    offset = pixels.offset + ((header.frame or 1) - 1) * pixels.frame_bytes
    try:
        stored = np.fromfile(header.path, _dtype(pixels), pixels.rows * pixels.columns, offset=offset)
        stored = stored.reshape(pixels.rows, pixels.columns)
    except (OSError, ValueError):
        raise _damage(header.path) from None
    unused = pixels.bits_allocated - pixels.bits_stored
    # The high bits may hold anything (once, overlays); shifting there and back extends the sign.
    return stored if unused == 0 else (stored << unused) >> unused


def _decode_here(job: Job) -> Iterator[tuple[Job, int, np.ndarray]]:
    try:
        with lenient_reading():
            frames = [frame.reshape(job.rows, job.columns) for frame in _frames(job)]
        if len(frames) < job.frames:
            raise DecodingError(job.path)
    except Exception:
        # The library raises anything for a damaged file.
        raise DecodingError(job.path) from None
    yield from ((job, number, frame) for number, frame in enumerate(frames))


def _decode_in_child(jobs: Sequence[Job]) -> Iterator[tuple[Job, int, np.ndarray]]:
    paths = os.pathsep.join(filter(None, [PACKAGES, os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
    ) as child:
        try:
            for job in jobs:
                _send(child, job)
                for number in range(job.frames):
                    data = _receive(child, job.frame_bytes)
                    if len(data) < job.frame_bytes:
                        raise DecodingError(job.path)
                    yield job, number, np.frombuffer(data, job.dtype).reshape(job.rows, job.columns)
        finally:
            child.kill()


def _send(child: subprocess.Popen[bytes], job: Job) -> None:
    try:
        _stream(child.stdin).write(json.dumps(vars(job)).encode() + b"\n")
        _stream(child.stdin).flush()
    except OSError:
        raise DecodingError(job.path) from None


def _receive(child: subprocess.Popen[bytes], size: int) -> bytes:
    """`size` bytes from the child; fewer when it ended, or had to be ended."""
    timer = threading.Timer(FRAME_SECONDS, child.kill)
    timer.start()
    try:
        return _stream(child.stdout).read(size)
    finally:
        timer.cancel()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the child has no pipe")
    return stream


def _frames(job: Job) -> Iterator[np.ndarray]:
    library = pydicom()
    dataset = library.dcmread(job.path, force=True)
    if job.syntax != RLE:
        for picture in library.encaps.generate_frames(dataset.PixelData, number_of_frames=job.frames):
            *size, bits = _claim(picture)
            if size != [job.rows, job.columns, 1] or bits > 8 * np.dtype(job.dtype).itemsize:
                raise DecodingError(job.path)
    yield from library.pixels.iter_pixels(dataset)


def _claim(picture: bytes) -> list[int]:
    """Rows, columns, components and bits that a JPEG, JPEG-LS or JPEG 2000 picture claims to have.

    Decoders go by it, whatever the DICOM header has: they take memory for it, and pictures of JPEG-LS and
    JPEG 2000 that have another size come out as pixels at wrong places. Raises anything for a damaged one.
    """
    if picture.startswith(JPEG_START):
        from pydicom.pixels.utils import _get_jpg_parameters

        claim = _get_jpg_parameters(picture)
        return [claim[key] for key in ("height", "width", "components", "precision")]
    start = picture.index(JPEG_2000_START)
    # Marker SIZ (ISO/IEC 15444-1, A.5.1)
    width, height, left, top = struct.unpack_from(">4I", picture, start + 8)
    components, bits = struct.unpack_from(">HB", picture, start + 40)
    return [height - top, width - left, components, (bits & 0x7F) + 1]
