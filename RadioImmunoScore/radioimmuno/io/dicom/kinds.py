"""What is particular to the series of each modality; all the rest is the same for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...findings import Finding, Severity
from ...modality import CT, MR, PET, Modality, modality_of_code
from ...pet.header import ENHANCED
from .headers import MrSlice, SliceHeader

# The value of voxels of a CT where nothing was measured: below all that tissue and air can be.
PADDING_HU = -2000.0
HOUNSFIELD, UNSPECIFIED = "HU", "US"

Check = Callable[[Sequence[SliceHeader]], "Finding | None"]


@dataclass(frozen=True)
class SeriesKind:
    """How series of a modality are judged and read.

    Parameters
    ----------
    modality : Modality
    original_code : str, of the finding of a series that is not what the scanner reconstructed
    derived : bool, whether the ImageType DERIVED alone says that it is not
    units : frozenset of str, RescaleType of values in the modality's unit; empty where any will do
    first, last : tuple of callable, checks of the slices, before and after those of all modalities
    empty : float, the value of voxels where nothing was measured
    """

    modality: Modality
    original_code: str
    derived: bool
    units: frozenset[str]
    first: tuple[Check, ...]
    last: tuple[Check, ...]
    empty: float

    def padding_of(self, header: SliceHeader) -> tuple[float, float] | None:
        """Lowest and highest stored value of pixels that hold no measurement.

        Parameters
        ----------
        header : SliceHeader
        """
        if header.padding is None or not math.isnan(self.empty):
            return header.padding
        # In other values than HU 0 is a measurement: no uptake, no signal.
        low, high = header.padding
        return None if low <= 0 <= high else header.padding


def kind_of(slices: Sequence[SliceHeader]) -> SeriesKind | None:
    """The kind of a series, by the modality of its first slice; None for what is no CT, PET or MR.

    Parameters
    ----------
    slices : sequence of SliceHeader, or of what has its `modality`
    """
    modality = modality_of_code(slices[0].modality)
    return next((kind for kind in KINDS if kind.modality is modality), None)


def _check_rescale(slices: Sequence[SliceHeader]) -> Finding | None:
    """Whether every slice has what makes Hounsfield units of its stored values."""
    lacking = _without_rescale(slices)
    if not lacking:
        return None
    what = "how their values become Hounsfield units (RescaleSlope, RescaleIntercept)"
    text = (
        f"{lacking} of {len(slices)} slices do not say {what}. Export the series from the scanner or archive "
    )
    return Finding("ct.no_rescale", Severity.REFUSE, f"{text}again.")


def _check_enhanced(slices: Sequence[SliceHeader]) -> Finding | None:
    if not any(header.sop_class_uid in ENHANCED for header in slices):
        return None
    text = "It is an enhanced PET, with several slices a file, which is not read: export single slices."
    return Finding("pet.enhanced", Severity.REFUSE, text)


def _check_projection(slices: Sequence[SliceHeader]) -> Finding | None:
    if not any(header.pet and "REPROJECTION" in header.pet.header.series_type for header in slices):
        return None
    text = "It is a projection of the body from several sides (SeriesType REPROJECTION), not its slices."
    return Finding("pet.not_original", Severity.REFUSE, text)


def _note_as_stored(slices: Sequence[SliceHeader]) -> Finding | None:
    """Most MR have no rescale: their values are as stored; where some slices have one, they are no series."""
    lacking = _without_rescale(slices)
    if lacking == len(slices):
        return Finding("mr.as_stored", Severity.FIXED, "The values are as stored: the header has no rescale.")
    if not lacking:
        return None
    text = f"{lacking} of {len(slices)} slices have no rescale, and the others do."
    return Finding("mr.as_stored", Severity.REFUSE, text)


def _check_one_image(slices: Sequence[SliceHeader]) -> Finding | None:
    """Whether an MR has one image of each place: one echo, one point in time, one weighting of diffusion."""
    seen: dict[object, set[MrSlice]] = {}
    for header in slices:
        if header.mr is not None:
            seen.setdefault(header.position, set()).add(header.mr)
    several = [each for each in seen.values() if len(each) > 1]
    if not several:
        return None
    ways = {
        "echo times (ms)": {one.echo_time_ms for each in several for one in each},
        "points in time": {one.time for each in several for one in each},
        "b-values": {one.b_value for each in several for one in each},
    }
    words = [
        f"{name} {', '.join(f'{value:g}' for value in sorted(v for v in values if v is not None))}"
        for name, values in ways.items()
        if len(values) > 1
    ]
    text = f"It has several images of each place: {'; '.join(words)}. Export them as series of their own."
    return Finding("mr.several_images", Severity.REFUSE, text)


def _without_rescale(slices: Sequence[SliceHeader]) -> int:
    return sum(header.intercept is None or not header.slope for header in slices)


KINDS = (
    SeriesKind(
        CT,
        original_code="ct.not_original",
        derived=True,
        units=frozenset({"", HOUNSFIELD}),
        first=(),
        last=(_check_rescale,),
        empty=PADDING_HU,
    ),
    SeriesKind(
        PET,
        original_code="pet.not_original",
        # Scanners of GE call every PET so.
        derived=False,
        units=frozenset(),
        first=(_check_enhanced, _check_projection),
        last=(),
        empty=math.nan,
    ),
    SeriesKind(
        MR,
        original_code="mr.not_original",
        derived=True,
        units=frozenset(),
        first=(),
        last=(_check_one_image, _note_as_stored),
        empty=math.nan,
    ),
)
