"""Decompressing pixels in a process of its own.

A damaged picture can make the decoders for JPEG loop without end, or end the process that they run in. So
they run in a child, which is given up when a frame takes too long; the parent then names the file. Run
lengths (RLE) are decompressed by pydicom itself, here.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from .library import lenient_reading, pydicom

# A frame of 512 x 512 pixels takes some milliseconds.
FRAME_SECONDS = 8.0

RLE = "1.2.840.10008.1.2.5"
JPEG_2000_START = b"\xff\x4f\xff\x51"
CHILD = "from radioimmuno.io.dicom.decoding import serve; serve()"
PACKAGES = str(Path(__file__).resolve().parents[3])


@dataclass(frozen=True)
class Job:
    """A file to decompress, and what its header says of the pixels; `dtype` is numpy's name of them."""

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


class CannotDecode(ValueError):
    """The pixels of a file are not what its header says."""


def decoded(jobs: Sequence[Job]) -> Iterator[tuple[Job, int, np.ndarray]]:
    """Each frame, (row, column), of each file, with its number from 0.

    Raises
    ------
    CannotDecode
        At the first file that cannot be decompressed; its argument is the file's path.
    """
    safe = [job for job in jobs if job.syntax == RLE]
    for job in safe:
        yield from _decoded_here(job)
    if len(safe) < len(jobs):
        yield from _decoded_by_child([job for job in jobs if job.syntax != RLE])


def _decoded_here(job: Job) -> Iterator[tuple[Job, int, np.ndarray]]:
    try:
        with lenient_reading():
            frames = [frame.reshape(job.rows, job.columns) for frame in _frames(job)]
        if len(frames) < job.frames:
            raise CannotDecode(job.path)
    except Exception:
        # The library raises anything for a damaged file.
        raise CannotDecode(job.path) from None
    yield from ((job, number, frame) for number, frame in enumerate(frames))


def _decoded_by_child(jobs: Sequence[Job]) -> Iterator[tuple[Job, int, np.ndarray]]:
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
                _ask(child, job)
                for number in range(job.frames):
                    data = _answer(child, job.frame_bytes)
                    if len(data) < job.frame_bytes:
                        raise CannotDecode(job.path)
                    yield job, number, np.frombuffer(data, job.dtype).reshape(job.rows, job.columns)
        finally:
            child.kill()


def _ask(child: subprocess.Popen[bytes], job: Job) -> None:
    try:
        _stream(child.stdin).write(json.dumps(vars(job)).encode() + b"\n")
        _stream(child.stdin).flush()
    except OSError:
        raise CannotDecode(job.path) from None


def _answer(child: subprocess.Popen[bytes], size: int) -> bytes:
    """`size` bytes from the child; fewer when it ended, or had to be ended."""
    watch = threading.Timer(FRAME_SECONDS, child.kill)
    watch.start()
    try:
        return _stream(child.stdout).read(size)
    finally:
        watch.cancel()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the child has no pipe")
    return stream


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


def _frames(job: Job) -> Iterator[np.ndarray]:
    library = pydicom()
    dataset = library.dcmread(job.path, force=True)
    if job.syntax != RLE:
        for picture in library.encaps.generate_frames(dataset.PixelData, number_of_frames=job.frames):
            *size, bits = _claim(picture)
            if size != [job.rows, job.columns, 1] or bits > 8 * np.dtype(job.dtype).itemsize:
                raise CannotDecode(job.path)
    yield from library.pixels.iter_pixels(dataset)


def _claim(picture: bytes) -> list[int]:
    """Rows, columns, components and bits that a JPEG, JPEG-LS or JPEG 2000 picture claims to have.

    Decoders go by it, whatever the DICOM header says: they take memory for it, and pictures of JPEG-LS and
    JPEG 2000 that have another size come out as pixels at wrong places. Raises anything for a damaged one.
    """
    start = picture.find(JPEG_2000_START)
    if start < 0:
        from pydicom.pixels.utils import _get_jpg_parameters

        claim = _get_jpg_parameters(picture)
        return [claim[key] for key in ("height", "width", "components", "precision")]
    # Marker SIZ (ISO/IEC 15444-1, A.5.1)
    width, height, left, top = struct.unpack_from(">4I", picture, start + 8)
    components, bits = struct.unpack_from(">HB", picture, start + 40)
    return [height - top, width - left, components, (bits & 0x7F) + 1]
