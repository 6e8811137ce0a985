"""Whether a volume's file is sound: its header, and that all voxels are there.

Some readers of ITK fill up a file that is cut off with zeros; others take memory for what the header claims
before they look. Here the file's length is held against it.
"""

from __future__ import annotations

import gzip
import math
import re
from pathlib import Path

import SimpleITK as sitk

# Deflate (gzip) makes at most 1032 bytes of one.
MAX_INFLATION = 1032
DETACHED_ENDINGS = (".nhdr", ".mhd", ".hdr")
NRRD_HEADER_BYTES = 1 << 20
META_HEADER_BYTES = 1 << 16
META_BYTES = {
    "CHAR": 1,
    "UCHAR": 1,
    "SHORT": 2,
    "USHORT": 2,
    "INT": 4,
    "UINT": 4,
    "LONG": 4,
    "ULONG": 4,
    "LONG_LONG": 8,
    "ULONG_LONG": 8,
    "FLOAT": 4,
    "DOUBLE": 8,
}
BLOCK_BYTES = 1 << 24
# What stands in the header of a MetaImage; ITK's reader has room for ten dimensions.
META_LINE_BYTES = 500
META_LAST_FIELD = b"ElementDataFile"
META_DIMENSIONS = re.compile(rb"\s*NDims\s*=\s*([1-9]|10)\s*")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_sound_meta_header(path: Path) -> bool:
    """Whether an MHA/MHD file begins with lines of text up to the one that says where the voxels are.

    Looked at before ITK's reader does: it reads past its memory in broken ones.
    """
    with path.open("rb") as stream:
        lines = stream.read(META_HEADER_BYTES).split(b"\n")
    for number, line in enumerate(lines):
        if len(line) > META_LINE_BYTES or CONTROL.search(line):
            return False
        if line.lstrip().startswith(META_LAST_FIELD):
            return sum(META_DIMENSIONS.fullmatch(before) is not None for before in lines[:number]) == 1
    return False


def is_complete(path: Path, reader: sitk.ImageFileReader) -> bool:
    """Whether the file is as long as its header says; `reader` has read the header."""
    values = math.prod(reader.GetSize()) * reader.GetNumberOfComponents()
    claimed = values * bytes_per_value(reader)
    if claimed > MAX_INFLATION * _bytes_at_hand(path):
        return False
    if reader.GetImageIO() == "NiftiImageIO":
        return _nifti_is_complete(path, reader, values)
    if reader.GetImageIO() == "MetaImageIO":
        return _meta_is_complete(path, values)
    return _nrrd_is_complete(path, claimed)


def bytes_per_value(reader: sitk.ImageFileReader) -> int:
    """How many bytes one value of a voxel takes, of a reader that has read the header."""
    voxel = sitk.Image([1, 1, 1], reader.GetPixelID(), reader.GetNumberOfComponents())
    return int(sitk.GetArrayViewFromImage(voxel).itemsize)


def _bytes_at_hand(path: Path) -> int:
    """At least as many as the voxels can come from: a header's voxels lie in other files of its folder."""
    if path.suffix.lower() not in DETACHED_ENDINGS:
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.resolve().parent.iterdir() if file.is_file())


def _nrrd_is_complete(path: Path, claimed: int) -> bool:
    """Of raw voxels in the same file; other encodings are checked by their reader while it unpacks."""
    with path.open("rb") as stream:
        header, end, _ = stream.read(NRRD_HEADER_BYTES).replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = (line.partition(b":") for line in header.lower().splitlines())
    fields = {name.strip(): value.strip() for name, _, value in lines}
    if fields.get(b"encoding") != b"raw" or b"data file" in fields or b"datafile" in fields:
        return True
    return path.stat().st_size - len(header) - len(end) >= claimed


def _nifti_is_complete(path: Path, reader: sitk.ImageFileReader, values: int) -> bool:
    needed = int(float(reader.GetMetaData("vox_offset"))) + values * int(reader.GetMetaData("bitpix")) // 8
    if path.suffix.lower() == ".gz":
        return _gzip_holds(path, needed)
    data = path.with_suffix(".img") if path.suffix.lower() == ".hdr" else path
    return data.is_file() and data.stat().st_size >= needed


def _gzip_holds(path: Path, needed: int) -> bool:
    """Whether a gzip file unpacks to this many bytes. Its last four say how many, modulo 2**32."""
    with path.open("rb") as stream:
        stream.seek(-4, 2)
        if int.from_bytes(stream.read(), "little") == needed % 2**32:
            return True
    # Files of several members say only the last one's size, and some have bytes behind the voxels: count.
    unpacked = 0
    try:
        with gzip.open(path) as content:
            while block := content.read(BLOCK_BYTES):
                unpacked += len(block)
    except (OSError, EOFError):
        return False
    return unpacked >= needed


def _meta_is_complete(path: Path, values: int) -> bool:
    with path.open("rb") as stream:
        text, end, _ = stream.read(META_HEADER_BYTES).partition(b"ElementDataFile")
        stream.seek(len(text) + len(end))
        target = stream.readline().decode("utf-8", "replace").strip(" =\r\n")
        header_bytes = stream.tell()
    lines = (line.partition("=") for line in text.decode("utf-8", "replace").splitlines())
    header = {name.strip(): value.strip() for name, _, value in lines}
    if header.get("CompressedData", "").lower() == "true":
        needed = int(header.get("CompressedDataSize", "0"))
    else:
        needed = values * META_BYTES.get(header.get("ElementType", "").removeprefix("MET_"), 0)
    if target.upper() == "LOCAL":
        return path.stat().st_size >= header_bytes + needed
    data = path.parent / target
    return not data.is_file() or data.stat().st_size >= needed  # a list of files is the reader's own affair
