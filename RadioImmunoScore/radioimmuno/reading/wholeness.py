"""Whether all voxels are in a file: some readers of ITK fill a file that is cut off with zeros, silently."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import SimpleITK as sitk

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


def is_whole(path: Path, reader: sitk.ImageFileReader) -> bool:
    """Whether the file is as long as its header says; `reader` has read the header.

    Readers that notice it themselves (NRRD) are left to it.
    """
    values = math.prod(reader.GetSize()) * reader.GetNumberOfComponents()
    if reader.GetImageIO() == "NiftiImageIO":
        return _nifti_is_whole(path, reader, values)
    if reader.GetImageIO() == "MetaImageIO":
        return _meta_is_whole(path, values)
    return True


def _nifti_is_whole(path: Path, reader: sitk.ImageFileReader, values: int) -> bool:
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


def _meta_is_whole(path: Path, values: int) -> bool:
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
