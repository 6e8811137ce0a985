"""Decompressing pixels in a process of its own.

A damaged picture can make the decoders for JPEG loop without end, or end the process that they run in. So
they run in a child, which is given up when a frame takes too long; the parent then names the file. Run
lengths (RLE) are decompressed by pydicom itself, here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from .codestream import described
from .library import lenient_reading, pydicom

# A frame of 512 x 512 pixels takes some milliseconds.
FRAME_SECONDS = 8.0
# JPEG's lossless processes know no fewer.
MIN_BITS = 2

RLE = "1.2.840.10008.1.2.5"
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
    dataset = pydicom().dcmread(job.path, force=True)
    _check_pictures(job, dataset)
    try:
        from pydicom.pixels import iter_pixels
    except ImportError:  # pydicom 2
        yield from np.asarray(dataset.pixel_array).reshape(job.frames, job.rows, job.columns)
        return
    yield from iter_pixels(dataset)


def _check_pictures(job: Job, dataset: Any) -> None:
    """Refuse pictures that are broken or no gray ones of the header's size, before a decoder sees them."""
    library = pydicom()
    generate = getattr(library.encaps, "generate_frames", None)
    pictures = (
        generate(dataset.PixelData, number_of_frames=job.frames)
        if generate
        else library.encaps.generate_pixel_data_frame(dataset.PixelData, job.frames)
    )
    for data in pictures:
        picture = described(data)
        if picture is None:
            continue
        size = (picture.rows, picture.columns, picture.components)
        if (
            size != (job.rows, job.columns, 1)
            or not MIN_BITS <= picture.bits <= 8 * np.dtype(job.dtype).itemsize
        ):
            raise CannotDecode(job.path)
