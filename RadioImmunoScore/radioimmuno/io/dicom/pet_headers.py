"""What a slice of a PET says, read from its DICOM file: standard attributes and those of GE and Philips."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from ...pet.header import PetHeader, PetSlice
from .header_values import number, text

GE_GROUP, GE_CREATOR, GE_SCAN_DATETIME = 0x0009, "GEMS_PETD_01", 0x0D
PHILIPS_GROUP, PHILIPS_CREATOR, PHILIPS_SUV, PHILIPS_ACTIVITY = (
    0x7053,
    "Philips PET Private Group",
    0x00,
    0x09,
)
# Where a writer that leaves out the name of the creator has its block.
USUAL_BLOCK = 0x10
# Some writers put all corrections into one value.
SEPARATORS = re.compile(r"[\\\\,; ]+")
BLOCKS = range(USUAL_BLOCK, 0x100)


def pet_slice(dataset: Any, slope: float | None, intercept: float | None, scanner: str) -> PetSlice:
    """A slice of a PET.

    Parameters
    ----------
    dataset : Dataset, whole but for its pixels
    slope, intercept : float or None, its rescale
    scanner : str, manufacturer and model
    """
    file = [dataset]
    return PetSlice(
        header=_header(dataset, scanner),
        slope=slope,
        intercept=intercept,
        acquisition_date=text(file, "AcquisitionDate"),
        acquisition_time=text(file, "AcquisitionTime"),
        acquisition_datetime=text(file, "AcquisitionDateTime"),
        frame_duration_ms=number(file, "ActualFrameDuration"),
        frame_reference_ms=number(file, "FrameReferenceTime"),
        ge_scan_datetime=_private(dataset, GE_GROUP, GE_CREATOR, GE_SCAN_DATETIME),
        philips_suv=_private_number(dataset, PHILIPS_SUV),
        philips_activity=_private_number(dataset, PHILIPS_ACTIVITY),
    )


def _header(dataset: Any, scanner: str) -> PetHeader:
    file = [dataset]
    tracers = _items(dataset, "RadiopharmaceuticalInformationSequence")
    tracer = tracers[:1]
    drug, nuclide = (
        [item for one in tracer for item in _items(one, keyword)]
        for keyword in ("RadiopharmaceuticalCodeSequence", "RadionuclideCodeSequence")
    )
    slices = number(file, "NumberOfTimeSlices")
    return PetHeader(
        sop_class_uid=text(file, "SOPClassUID"),
        units=text(file, "Units").upper(),
        suv_type=text(file, "SUVType").upper(),
        decay_correction=text(file, "DecayCorrection").upper(),
        corrections=tuple(filter(None, SEPARATORS.split(text(file, "CorrectedImage").upper()))),
        series_type=_parts(file, "SeriesType"),
        time_slices=None if slices is None else int(slices),
        radiopharmaceuticals=len(tracers),
        tracer=text(tracer, "Radiopharmaceutical") or text(drug, "CodeMeaning"),
        radionuclide=text(nuclide, "CodeMeaning"),
        tracer_codes=tuple(filter(None, (text(each, "CodeValue") for each in (drug, nuclide)))),
        dose=number(tracer, "RadionuclideTotalDose"),
        half_life_s=number(tracer, "RadionuclideHalfLife"),
        start_datetime=text(tracer, "RadiopharmaceuticalStartDateTime"),
        start_time=text(tracer, "RadiopharmaceuticalStartTime"),
        weight=number(file, "PatientWeight"),
        height=number(file, "PatientSize"),
        sex=text(file, "PatientSex").upper()[:1],
        series_date=text(file, "SeriesDate"),
        series_time=text(file, "SeriesTime"),
        study_date=text(file, "StudyDate"),
        timezone=text(file, "TimezoneOffsetFromUTC"),
        scanner=scanner,
    )


def _items(dataset: Any, keyword: str) -> list[Any]:
    """The items of a sequence; none where there is something else."""
    value = dataset.get(keyword)
    items = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []
    return [item for item in items if hasattr(item, "get")]


def _parts(places: Sequence[Any], keyword: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip().upper() for part in text(places, keyword).split("\\"))))


def _private(dataset: Any, group: int, creator: str, element: int) -> str:
    """The text of a private element: in its creator's block, or the usual one where no creator is named."""
    tags = dataset.keys()
    names = {
        tag.element: _plain(dataset[tag].value)
        for tag in tags
        if tag.group == group and tag.element in BLOCKS
    }
    blocks = [block for block, name in names.items() if name.casefold() == creator.casefold()]
    for block in blocks or ([] if names else [USUAL_BLOCK]):
        found = dataset.get((group, block << 8 | element))
        if found is not None and (value := _plain(found.value)):
            return value
    return ""


def _private_number(dataset: Any, element: int) -> float | None:
    try:
        value = float(_private(dataset, PHILIPS_GROUP, PHILIPS_CREATOR, element))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _plain(value: Any) -> str:
    """The text of a value of any kind; of a private one that nobody knows the kind of, of its bytes."""
    if isinstance(value, bytes):
        return value.decode("latin-1").strip(" \0")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _plain(value[0]) if len(value) else ""
    return "" if value is None else str(value).strip(" \0")
