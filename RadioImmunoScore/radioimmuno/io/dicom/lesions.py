"""Reading lesions from DICOM: an RTSTRUCT or SEG file, or a folder with one of them.

A folder may also hold the rings of our own export, which are no lesions.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from ...findings import InputError
from ...geometry.image import Image
from ..resampling import Placing, ReadLesions, resample_lesions
from ..volume_reader import is_dicom
from .codes import is_ring
from .integrity import read_complete
from .library import lenient_reading, pydicom
from .rtstruct import read_rtstruct
from .seg import read_seg
from .source import SourceSeries

CODE, DAMAGED = "mask.unreadable", "lesions.damaged"
READERS: dict[str, Callable[..., ReadLesions]] = {
    "1.2.840.10008.5.1.4.1.1.481.3": read_rtstruct,
    "1.2.840.10008.5.1.4.1.1.66.4": read_seg,
    "1.2.840.10008.5.1.4.1.1.66.7": read_seg,
}


def read_dicom_lesions(
    path: Path,
    image: Image,
    source: SourceSeries | None = None,
    patterns: Sequence[str] = (),
    *,
    accepted: Collection[str] = (),
    place: Placing = resample_lesions,
) -> ReadLesions:
    """The lesions of a DICOM file, by what kind of file it is.

    Parameters
    ----------
    path : Path, an RTSTRUCT or SEG file, or a folder with one of them
    image : Image, the CT
    source : SourceSeries or None, the CT's
    patterns : sequence of str, as of `read_rtstruct` and `read_seg`
    accepted : collection of str, codes that a person took on
    place : callable, what puts lesions that were drawn on another lattice on the image's

    Raises
    ------
    InputError
        As of its reader; also `mask.unreadable` for any other DICOM file, and for a folder that holds none
        or several.
    """
    file = only_lesions_of(path) if path.is_dir() else path
    kind = _kind(file)
    if kind not in READERS:
        with lenient_reading():
            read_complete(file, DAMAGED)
            name = pydicom().uid.UID(kind).name
        if not kind:
            raise InputError(DAMAGED, f"{file} is damaged: it does not say what it holds. Export it again.")
        raise InputError(
            CODE, f"{file} holds no lesions (it is DICOM, {name}). Give an RTSTRUCT or a SEG file."
        )
    return READERS[kind](file, image, source, patterns, accepted=accepted, place=place)


def only_lesions_of(folder: Path) -> Path:
    """The only RTSTRUCT or SEG file below a folder.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    InputError
        `mask.unreadable` when there is none or there are several.
    """
    found = [file for file in _files(folder) if holds_lesions(file)]
    if len(found) == 1:
        return found[0]
    if not found:
        for file in _files(folder):
            if is_dicom(file) and not _kind(file):
                raise InputError(DAMAGED, f"{file} is damaged: it does not say what it holds.")
        raise InputError(CODE, f"{folder} is a folder without an RTSTRUCT or DICOM SEG file.")
    names = ", ".join(str(file.relative_to(folder)) for file in found)
    raise InputError(CODE, f"{folder} holds {len(found)} files with lesions: {names}. Name one of them.")


def holds_lesions(file: Path) -> bool:
    """Whether a file is an RTSTRUCT or SEG with more than the rings of our own export.

    Parameters
    ----------
    file : Path
    """
    return _kind(file) in READERS and not _holds_rings(file)


def _files(folder: Path) -> Iterator[Path]:
    for parent, subfolders, names in os.walk(folder):
        subfolders.sort()
        files = (Path(parent, name) for name in sorted(names))
        yield from (file for file in files if file.is_file())  # a pipe would be waited for


def _holds_rings(file: Path) -> bool:
    """Whether a file with segments has nothing but rings of our own export."""
    segments = _element(file, "SegmentSequence") or []
    try:
        kinds = [segment.get("SegmentedPropertyTypeCodeSequence") or [] for segment in segments]
        return bool(kinds) and all(map(is_ring, kinds))
    except Exception:  # damaged, which its reader finds
        return False


def _kind(file: Path) -> str:
    """UID of the file's SOP class; "" when it is no DICOM file."""
    return str(_element(file, "SOPClassUID") or "")


def _element(file: Path, keyword: str) -> Any:
    """One element of a file; None when it has none, is no DICOM file, or is damaged."""
    library = pydicom()
    try:
        with lenient_reading():
            return library.dcmread(file, stop_before_pixels=True, specific_tags=[keyword]).get(keyword)
    except Exception:  # the library raises anything
        return None
