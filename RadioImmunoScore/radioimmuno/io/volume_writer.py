"""Writing volumes by ITK, which does not report that the disk is full: what was written is read back."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..files.atomic import incomplete, replacing
from ..files.utf8_path import spelled
from ..findings import InputError

if TYPE_CHECKING:
    import SimpleITK as sitk

ENDINGS = (".nrrd", ".nii", ".nii.gz", ".mha")

# Masks, rings and maps fill little of their boxes: the fastest compression is already a hundredfold.
COMPRESSION_LEVEL = 1

HEADER_LINES = 100_000
BLOCK_BYTES = 1 << 22
NRRD_BYTES = {
    "signed char": 1,
    "unsigned char": 1,
    "short": 2,
    "unsigned short": 2,
    "int": 4,
    "unsigned int": 4,
    "long long int": 8,
    "unsigned long long int": 8,
    "float": 4,
    "double": 8,
}


def write_volume(path: str | os.PathLike[str], image: sitk.Image) -> None:
    """Write a volume, compressed; it is whole or not there.

    Parameters
    ----------
    path : path-like
        File to write, with one of `ENDINGS`.

    Raises
    ------
    OutputError
        `output.incomplete` when the disk is full, or something else was read back than written.
    ValueError
        For another ending.
    """
    import SimpleITK as sitk

    target = Path(path)
    if not target.name.lower().endswith(ENDINGS):
        raise ValueError(f"a volume is written as {', '.join(ENDINGS)}, not as {target.name!r}")

    def check(file: Path) -> str:
        if file.name.lower().endswith(".nrrd"):
            with file.open("rb") as stream:
                return nrrd_problem(stream)
        return _problem_of(file, image)

    with replacing(target, check) as unfinished:
        try:
            with spelled(unfinished) as name:
                sitk.WriteImage(image, name, useCompression=True, compressionLevel=COMPRESSION_LEVEL)
        except RuntimeError:
            raise incomplete(target, "ITK failed") from None


def nrrd_problem(stream: IO[bytes]) -> str:
    """What is wrong with a NRRD file with its voxels in it, raw or gzip: whether all of them are there.

    Returns
    -------
    str
        A few words; empty when nothing is wrong.
    """
    fields: dict[str, str] = {}
    for _ in range(HEADER_LINES):
        line = stream.readline(BLOCK_BYTES).decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    try:
        values = math.prod(int(size) for size in fields["sizes"].split())
        expected = values * NRRD_BYTES[fields["type"]]
        encoding = fields["encoding"]
    except (KeyError, ValueError):
        return "its header is not whole"
    try:
        found = _count(gzip.GzipFile(fileobj=stream) if encoding in ("gzip", "gz") else stream)
    except (OSError, EOFError, zlib.error):
        return "its voxels cannot be unpacked"
    return "" if found == expected else f"{found} of {expected} bytes of voxels"


def _count(stream: IO[bytes] | gzip.GzipFile) -> int:
    found = 0
    while block := stream.read(BLOCK_BYTES):
        found += len(block)
    return found


def _problem_of(file: Path, image: sitk.Image) -> str:
    """Of a file of another format: whether the same voxels are read back."""
    import numpy as np
    import SimpleITK as sitk

    from .volume_reader import open_volume

    try:
        found = open_volume(file, "mask.unreadable")
    except InputError:
        return "it cannot be read back"
    same = np.array_equal(sitk.GetArrayViewFromImage(found), sitk.GetArrayViewFromImage(image))
    return "" if same else "other voxels were read than written"
