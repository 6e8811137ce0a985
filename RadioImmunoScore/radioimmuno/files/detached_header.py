"""Headers of volumes whose voxels lie in other files (.nhdr, .mhd, .hdr): which files these are."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path

# Writers make kilobytes; a list of a thousand slices is below this.
HEADER_BYTES = 1 << 18
LONGEST_LINE = 4096
ANALYZE_HEADER, ANALYZE_VOXELS = ".hdr", ".img"
NUMBER = re.compile(r"%0?\d*d")


def data_files(header: str | os.PathLike[str]) -> list[Path]:
    """The files that a volume's header names, where there are such files.

    What the header's fields mean is left to their readers: whatever stands in a line (or behind its `:` or
    `=`) and is the name of something, seen from the header's folder, counts; so do names with a number in
    them (`slice%03d.raw`). A file that is no header names nothing.

    Parameters
    ----------
    header : path-like
        NRRD, MetaImage or Analyze header, with or without its voxels behind it.
    """
    path = Path(header)
    try:
        with path.open("rb") as stream:
            text = stream.read(HEADER_BYTES)
    except OSError:
        return []
    text = text.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = [path.with_suffix(ANALYZE_VOXELS)] if path.suffix.lower() == ANALYZE_HEADER else []
    for line in text.split(b"\n"):
        if len(line) <= LONGEST_LINE and b"\0" not in line:
            found += _named(os.fsdecode(line), path.parent)
    return [file for file in dict.fromkeys(found) if os.path.lexists(file) and not file.is_dir()]


def _named(line: str, folder: Path) -> Iterator[Path]:
    values = {line.strip(), line.partition(":")[2].strip(), line.partition("=")[2].strip()}
    for name in values | {value.split(" ")[0] for value in values}:
        if not name:
            continue
        if not NUMBER.search(name):
            yield folder / name
        elif not Path(name).is_absolute():
            yield from folder.glob(NUMBER.sub("*", glob.escape(name)))
