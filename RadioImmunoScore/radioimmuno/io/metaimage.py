"""Headers of MHA/MHD files, looked at before ITK's reader does: it reads past its memory in broken ones."""

from __future__ import annotations

import re
from pathlib import Path

HEADER_BYTES = 1 << 16
MAX_LINE_BYTES = 500
LAST_FIELD = b"ElementDataFile"
# ITK's reader has room for ten dimensions.
DIMENSIONS = re.compile(rb"\s*NDims\s*=\s*([1-9]|10)\s*")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_sound_header(path: Path) -> bool:
    """Whether the file begins with lines of text up to the one that says where the voxels are."""
    with path.open("rb") as stream:
        lines = stream.read(HEADER_BYTES).split(b"\n")
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE_BYTES or CONTROL.search(line):
            return False
        if line.lstrip().startswith(LAST_FIELD):
            return sum(DIMENSIONS.fullmatch(before) is not None for before in lines[:number]) == 1
    return False
