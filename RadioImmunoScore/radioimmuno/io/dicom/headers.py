"""What the headers of DICOM files hold, as plain values: one `SliceHeader` for each slice below a folder.

A folder is searched as a whole, whatever its files are called. An enhanced multi-frame file has a header for
each of its frames.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ...acquisition import Acquisition
from ...geometry.image import Triple
from ...modality import MR, PET
from ...pet.header import PetSlice
from . import pet_headers
from .header_values import number, numbers, positive, text
from .library import lenient_reading, pydicom

LITTLE_ENDIAN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

PREAMBLE_BYTES, MAGIC = 128, b"DICM"
# Enough for the preamble and the file's meta information, which names the transfer syntax.
HEAD_BYTES = 2048
# Old files begin without a preamble, with an element of group 2 or 8.
BARE_GROUPS = (b"\x02\x00", b"\x08\x00")
DIRECTORY_CLASS = "1.2.840.10008.1.3.10"
PIXEL_DATA = 0x7FE00010
LONG_FORM = (b"OB", b"OW", b"UN")

# When a study was made, from the best place to the last one.
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")

# What is read of a file; everything else is skipped over.
KEYWORDS = (
    *("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"),
    *("PatientID", *DATES, "Modality", "SeriesDescription", "SeriesNumber", "ImageType"),
    *("Manufacturer", "ManufacturerModelName", "KVP", "ConvolutionKernel"),
    *("ContrastBolusAgent", "ContrastBolusAgentSequence", "SliceThickness"),
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"),
    *("RescaleSlope", "RescaleIntercept", "RescaleType", "PixelPaddingValue", "PixelPaddingRangeLimit"),
    *("EchoTime", "TemporalPositionIdentifier", "DiffusionBValue"),
    *("NumberOfFrames", "Rows", "Columns", "SamplesPerPixel"),
    *("BitsAllocated", "BitsStored", "PixelRepresentation"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
)


@dataclass(frozen=True)
class Pixels:
    """How a file keeps its pixels.

    Parameters
    ----------
    syntax : str, UID of the transfer syntax
    offset, length : int, where the uncompressed pixels lie in the file, bytes; length -1 when compressed
    available : int, bytes from `offset` to the end of the file
    """

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: bool
    syntax: str
    offset: int
    length: int
    available: int

    @property
    def native(self) -> bool:
        """Whether the pixels are not compressed."""
        return self.syntax in (*LITTLE_ENDIAN, BIG_ENDIAN)

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8


@dataclass(frozen=True)
class MrSlice:
    """What tells images of one place in an MR apart; None where the file does not say it.

    Parameters
    ----------
    echo_time_ms : float or None
    time : float or None, number of the point in time (TemporalPositionIdentifier)
    b_value : float or None, weighting of diffusion, s/mm2
    """

    echo_time_ms: float | None
    time: float | None
    b_value: float | None


@dataclass(frozen=True)
class SliceHeader:
    """One slice: a file, or a frame of one. None where the file has no value, or no valid number.

    Parameters
    ----------
    frame : int or None, number of the frame, from 1; None in a file of one slice
    patient_id, study_date : str, as in the header; the date of the series or later where the study has none
    position : tuple of float, (x, y, z) of the centre of the first pixel, LPS mm
    orientation : tuple of tuple of float, (x, y, z) each, direction cosines of a row, then of a column
        (ImageOrientationPatient)
    pixel_spacing : (float, float), mm between rows, between columns
    padding : (float, float), lowest and highest stored value of pixels where nothing was measured
    pixels : Pixels or None, None in what is no image (structure sets, reports)
    pet : PetSlice or None, None for other modalities
    mr : MrSlice or None, None for other modalities
    """

    path: Path
    frame: int | None
    sop_class_uid: str
    sop_instance_uid: str
    study_uid: str
    series_uid: str
    series_number: int
    frame_of_reference_uid: str
    patient_id: str = field(repr=False)
    study_date: str
    modality: str
    description: str
    image_type: tuple[str, ...]
    position: Triple | None
    orientation: tuple[Triple, Triple] | None
    pixel_spacing: tuple[float, float] | None
    slope: float | None
    intercept: float | None
    rescale_type: str
    padding: tuple[float, float] | None
    acquisition: Acquisition
    pixels: Pixels | None
    pet: PetSlice | None = None
    mr: MrSlice | None = None

    @property
    def localizer(self) -> bool:
        """Whether it is an overview picture to plan the scan on."""
        return "LOCALIZER" in self.image_type


@dataclass(frozen=True)
class DamagedFile:
    """A file that seems to be DICOM and cannot be read; its name and `problem` make a sentence."""

    path: Path
    problem: str


@dataclass(frozen=True)
class Headers:
    """The slices of a folder's DICOM files, and its damaged files; files that are no DICOM are left out."""

    slices: tuple[SliceHeader, ...]
    damaged: tuple[DamagedFile, ...]


def read_headers(path: Path) -> Headers:
    """The headers of all DICOM files below a folder, or of one file.

    Hidden files and DICOMDIR files are passed over.

    Parameters
    ----------
    path : Path, folder or file; a DICOMDIR stands for the folder it lies in

    Raises
    ------
    InputError
        `dicom.no_library` without pydicom.
    """
    if path.is_file() and path.name.upper() == "DICOMDIR":
        path = path.parent
    return headers_of(_files(path))


def headers_of(files: Iterable[Path]) -> Headers:
    """The headers of these files; errors as of `read_headers`.

    Parameters
    ----------
    files : iterable of Path
    """
    pydicom()
    slices: list[SliceHeader] = []
    damaged: list[DamagedFile] = []
    with lenient_reading():
        for file in files:
            content = _content(file)
            if isinstance(content, DamagedFile):
                damaged.append(content)
            else:
                slices += content
    return Headers(tuple(slices), tuple(damaged))


def has_magic(head: bytes) -> bool:
    """Whether a file with these first bytes is marked as DICOM.

    Parameters
    ----------
    head : bytes, at least 132 of a longer file
    """
    return head[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == MAGIC


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _content(path: Path) -> list[SliceHeader] | DamagedFile:
    try:
        size = path.stat().st_size
        if size == 0:
            return DamagedFile(path, "is empty")
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            if not has_magic(head):
                return _bare_slices(path, stream, size) if head[:2] in BARE_GROUPS else []
            if DEFLATED.encode() in head:
                # Unpacking is not bounded, and no scanner writes it.
                return DamagedFile(path, "is in the deflated transfer syntax, which is not read")
            stream.seek(0)
            return _slices(path, stream, size)
    except OSError as error:
        return DamagedFile(path, f"cannot be read ({error.strerror})")
    except Exception as error:
        # A damaged file can make the library raise anything, RecursionError and struct.error among it.
        return DamagedFile(path, f"is damaged ({type(error).__name__})")


def _bare_slices(path: Path, stream: BinaryIO, size: int) -> list[SliceHeader]:
    """The slices of a file without preamble; none where it turns out to be something else."""
    stream.seek(0)
    try:
        content = _slices(path, stream, size)
    except Exception:
        # Any file can begin with these bytes.
        return []
    return [] if isinstance(content, DamagedFile) else content


def _slices(path: Path, stream: BinaryIO, size: int) -> list[SliceHeader] | DamagedFile:
    dataset = _read(stream, _tags())
    if dataset.get("Modality") in PET.codes:
        # Whole: private elements have no place of their own.
        stream.seek(0)
        dataset = _read(stream, None)
    meta = getattr(dataset, "file_meta", {})
    if str(meta.get("MediaStorageSOPClassUID", "")) == DIRECTORY_CLASS:
        return []
    if not dataset.get("SOPClassUID") or not dataset.get("SeriesInstanceUID"):
        return DamagedFile(path, "is cut off or names no series")
    pixels = _pixels(dataset, stream, size)
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])[:1]
    if pixels is None or not per_frame:
        return [_slice(path, None, dataset, [dataset], pixels)]
    return [
        _slice(path, number, dataset, [*_first_items(groups, *shared), dataset], pixels)
        for number, groups in enumerate(per_frame, start=1)
    ]


@cache
def _tags() -> list[Any]:
    """The tags of `KEYWORDS`, looked up once: for each file it would be a quarter of the time of reading."""
    return [pydicom().tag.Tag(keyword) for keyword in KEYWORDS]


def _read(stream: BinaryIO, tags: list[Any] | None) -> Any:
    return pydicom().dcmread(stream, stop_before_pixels=True, force=True, specific_tags=tags)


def _first_items(*groups: Any) -> Iterator[Any]:
    """The first item of each sequence of functional-groups items."""
    for element in (element for item in groups for element in item):
        if element.VR == "SQ" and len(element.value):
            yield element.value[0]


def _pixels(dataset: Any, stream: BinaryIO, size: int) -> Pixels | None:
    """How the pixels lie in the file; the stream stands where reading the header ended."""
    if not dataset.get("Rows") or not dataset.get("Columns"):
        return None
    length = _pixel_length(stream, bool(dataset.is_implicit_VR), bool(dataset.is_little_endian))
    offset = stream.tell()
    bits = int(dataset.get("BitsAllocated") or 0)
    return Pixels(
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        frames=int(dataset.get("NumberOfFrames") or 1),
        samples=int(dataset.get("SamplesPerPixel") or 1),
        bits_allocated=bits,
        bits_stored=int(dataset.get("BitsStored") or bits),
        signed=bool(dataset.get("PixelRepresentation") or 0),
        syntax=_syntax(dataset),
        offset=offset,
        length=length,
        available=size - offset,
    )


def _syntax(dataset: Any) -> str:
    """The transfer syntax; of files that do not name one, the one by which they could be read."""
    named = str(getattr(dataset, "file_meta", {}).get("TransferSyntaxUID", ""))
    if named:
        return named
    return LITTLE_ENDIAN[not dataset.is_implicit_VR] if dataset.is_little_endian else BIG_ENDIAN


def _pixel_length(stream: BinaryIO, implicit: bool, little: bool) -> int:
    """Bytes of pixel data; 0 without any, -1 where they are in pieces (compressed)."""
    order: Literal["little", "big"] = "little" if little else "big"
    head = stream.read(8)
    group, element = (int.from_bytes(head[at : at + 2], order) for at in (0, 2))
    if len(head) < 8 or (group << 16 | element) != PIXEL_DATA:
        return 0
    if implicit:
        length = int.from_bytes(head[4:8], order)
    elif head[4:6] in LONG_FORM:
        length = int.from_bytes(stream.read(4), order)
    else:
        return 0
    return -1 if length == 0xFFFFFFFF else length


def _slice(
    path: Path, frame: int | None, dataset: Any, places: Sequence[Any], pixels: Pixels | None
) -> SliceHeader:
    """`places` are the datasets in which a slice's own values are looked for, in this order."""
    orientation: Any = numbers(places, "ImageOrientationPatient", 6)
    position: Any = numbers(places, "ImagePositionPatient", 3)
    spacing: Any = numbers(places, "PixelSpacing", 2)
    file = [dataset]
    slope, intercept = number(places, "RescaleSlope"), number(places, "RescaleIntercept")
    acquisition, modality = _acquisition(dataset, places), text(file, "Modality")
    return SliceHeader(
        path=path,
        frame=frame,
        sop_class_uid=text(file, "SOPClassUID"),
        sop_instance_uid=text(file, "SOPInstanceUID"),
        study_uid=text(file, "StudyInstanceUID"),
        series_uid=text(file, "SeriesInstanceUID"),
        series_number=int(number(file, "SeriesNumber") or 0),
        frame_of_reference_uid=text(file, "FrameOfReferenceUID"),
        patient_id=text(file, "PatientID"),
        study_date=next(filter(None, (text(file, keyword) for keyword in DATES)), ""),
        modality=modality,
        description=text(file, "SeriesDescription"),
        image_type=tuple(text(places, "FrameType" if frame else "ImageType").upper().split("\\")),
        position=position,
        orientation=orientation and (orientation[:3], orientation[3:]),
        pixel_spacing=spacing if spacing and min(spacing) > 0 else None,
        slope=slope,
        intercept=intercept,
        rescale_type=text(places, "RescaleType").upper(),
        padding=_padding(dataset),
        acquisition=acquisition,
        pixels=pixels,
        pet=pet_headers.pet_slice(dataset, slope, intercept, acquisition.scanner or "")
        if modality in PET.codes
        else None,
        mr=_mr(places) if modality in MR.codes else None,
    )


def _mr(places: Sequence[Any]) -> MrSlice:
    names = ("EchoTime", "TemporalPositionIdentifier", "DiffusionBValue")
    return MrSlice(*(number(places, name) for name in names))


def _acquisition(dataset: Any, places: Sequence[Any]) -> Acquisition:
    agents = list(dataset.get("ContrastBolusAgentSequence") or [])
    contrast = text(places, "ContrastBolusAgent") or text(agents, "CodeMeaning")
    scanner = [text([dataset], "Manufacturer"), text([dataset], "ManufacturerModelName")]
    return Acquisition(
        kvp=positive(places, "KVP"),
        slice_thickness_mm=positive(places, "SliceThickness"),
        kernel=text(places, "ConvolutionKernel") or None,
        contrast_agent=contrast or None,
        source="DICOM header",
        scanner=" ".join(filter(None, scanner)) or None,
        modality=text([dataset], "Modality") or None,
    )


def _padding(dataset: Any) -> tuple[float, float] | None:
    value = _stored(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = _stored(dataset, "PixelPaddingRangeLimit")
    return (value, value) if limit is None else (min(value, limit), max(value, limit))


def _stored(dataset: Any, keyword: str) -> float | None:
    """A stored pixel value: two's complement where the pixels are, whatever the header's own type."""
    value = number([dataset], keyword)
    bits = int(number([dataset], "BitsAllocated") or 0)
    if value is None or not 0 < bits <= 32 or not number([dataset], "PixelRepresentation"):
        return value
    return value - 2**bits if value >= 2 ** (bits - 1) else value
