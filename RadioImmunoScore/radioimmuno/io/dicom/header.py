"""What the header of a slice says, as plain values; an enhanced multi-frame file has one for each frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...acquisition import Acquisition
from ...geometry.image import Triple

LITTLE_ENDIAN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

# When a study was made, from the best place to the last one.
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")

# What is read of a file; everything else is skipped over.
KEYWORDS = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "PatientID",
    *DATES,
    "Modality",
    "SeriesDescription",
    "SeriesNumber",
    "ImageType",
    "Manufacturer",
    "ManufacturerModelName",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "KVP",
    "ConvolutionKernel",
    "ContrastBolusAgent",
    "ContrastBolusAgentSequence",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)


@dataclass(frozen=True)
class Pixels:
    """How a file keeps its pixels.

    Parameters
    ----------
    syntax : UID of the transfer syntax
    offset, length : where the uncompressed pixels lie in the file, in bytes; length -1 when compressed
    available : bytes from `offset` to the end of the file
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
class SliceHeader:
    """One slice: a file, or a frame of one. None where the file does not say, or says no valid number.

    Parameters
    ----------
    frame : number of the frame, from 1; None in a file of one slice
    patient_id, study_date : as the header has them; the date of the series or later where the study has none
    orientation : direction cosines of a row, then of a column (ImageOrientationPatient)
    pixel_spacing : mm between rows, between columns
    padding : lowest and highest stored value that means "nothing was measured here"
    pixels : None in what is no image (structure sets, reports)
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

    @property
    def localizer(self) -> bool:
        """Whether it is an overview picture to plan the scan on."""
        return "LOCALIZER" in self.image_type


def slices_of(path: Path, dataset: Any, pixels: Pixels | None) -> Iterator[SliceHeader]:
    """The slices of a file whose header was read."""
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])[:1]
    if pixels is None or not per_frame:
        yield _slice(path, None, dataset, [dataset], pixels)
        return
    for number, groups in enumerate(per_frame, start=1):
        places = [item for parent in (groups, *shared) for item in _first_items(parent)]
        yield _slice(path, number, dataset, [*places, dataset], pixels)


def _slice(
    path: Path, frame: int | None, dataset: Any, places: Sequence[Any], pixels: Pixels | None
) -> SliceHeader:
    """`places` are the datasets in which a slice's own values are looked for, in this order."""
    orientation = _numbers(places, "ImageOrientationPatient", 6)
    position = _numbers(places, "ImagePositionPatient", 3)
    spacing = _numbers(places, "PixelSpacing", 2)
    return SliceHeader(
        path=path,
        frame=frame,
        sop_class_uid=_text([dataset], "SOPClassUID"),
        sop_instance_uid=_text([dataset], "SOPInstanceUID"),
        study_uid=_text([dataset], "StudyInstanceUID"),
        series_uid=_text([dataset], "SeriesInstanceUID"),
        series_number=int(_number([dataset], "SeriesNumber") or 0),
        frame_of_reference_uid=_text([dataset], "FrameOfReferenceUID"),
        patient_id=_text([dataset], "PatientID"),
        study_date=next(filter(None, (_text([dataset], keyword) for keyword in DATES)), ""),
        modality=_text([dataset], "Modality"),
        description=_text([dataset], "SeriesDescription"),
        image_type=tuple(_text(places, "FrameType" if frame else "ImageType").upper().split("\\")),
        position=(position[0], position[1], position[2]) if position else None,
        orientation=(
            (
                (orientation[0], orientation[1], orientation[2]),
                (orientation[3], orientation[4], orientation[5]),
            )
            if orientation
            else None
        ),
        pixel_spacing=(spacing[0], spacing[1]) if spacing and min(spacing) > 0 else None,
        slope=_number(places, "RescaleSlope"),
        intercept=_number(places, "RescaleIntercept"),
        rescale_type=_text(places, "RescaleType").upper(),
        padding=_padding(dataset),
        acquisition=_acquisition(dataset, places),
        pixels=pixels,
    )


def _acquisition(dataset: Any, places: Sequence[Any]) -> Acquisition:
    agents = list(dataset.get("ContrastBolusAgentSequence") or [])
    contrast = _text(places, "ContrastBolusAgent") or _text(agents, "CodeMeaning")
    scanner = [_text([dataset], "Manufacturer"), _text([dataset], "ManufacturerModelName")]
    return Acquisition(
        kvp=_positive(places, "KVP"),
        slice_thickness_mm=_positive(places, "SliceThickness"),
        kernel=_text(places, "ConvolutionKernel") or None,
        contrast_agent=contrast or None,
        source="DICOM header",
        scanner=" ".join(filter(None, scanner)) or None,
        modality=_text([dataset], "Modality") or None,
    )


def _padding(dataset: Any) -> tuple[float, float] | None:
    value = _stored(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = _stored(dataset, "PixelPaddingRangeLimit")
    return (value, value) if limit is None else (min(value, limit), max(value, limit))


def _stored(dataset: Any, keyword: str) -> float | None:
    """A stored pixel value: two's complement where the pixels are, whatever the header's own type."""
    value = _number([dataset], keyword)
    bits = int(_number([dataset], "BitsAllocated") or 0)
    if value is None or not 0 < bits <= 32 or not _number([dataset], "PixelRepresentation"):
        return value
    return value - 2**bits if value >= 2 ** (bits - 1) else value


def _first_items(groups: Any) -> Iterator[Any]:
    """The first item of each sequence of a functional-groups item."""
    for element in groups:
        if element.VR == "SQ" and len(element.value):
            yield element.value[0]


def _value(places: Sequence[Any], keyword: str) -> Any:
    """The first value that is not empty."""
    for place in places:
        value = place.get(keyword)
        if value is not None and value != "":
            return value
    return None


def _text(places: Sequence[Any], keyword: str) -> str:
    value = _value(places, keyword)
    if value is None:
        return ""
    several = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
    return "\\".join(str(part).strip(" \0") for part in several)


def _number(places: Sequence[Any], keyword: str) -> float | None:
    try:
        value = float(_value(places, keyword))
    except (TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _positive(places: Sequence[Any], keyword: str) -> float | None:
    value = _number(places, keyword)
    return value if value is not None and value > 0 else None


def _numbers(places: Sequence[Any], keyword: str, count: int) -> list[float] | None:
    value = _value(places, keyword)
    try:
        numbers = [float(part) for part in value]
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None
