"""The series of a folder, what is wrong with each, and the image that one of them is."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...acquisition import Acquisition
from ...findings import TABLE, Finding, InputError, Refusal, Severity
from ...geometry.image import Image
from ...modality import CT, Modality, modality_of_code
from ...pet.masses import BODY_WEIGHT
from .headers import DamagedFile, SliceHeader, headers_of, read_headers
from .kinds import SeriesKind, kind_of
from .pixels import Rescale, read_values, same_pixels
from .series_checks import MAX_VOXELS, check_headers
from .source import SourceSeries
from .stack import Gap, Stack, stack

if TYPE_CHECKING:
    from ...pet.suv import Suv

# Why a series was not meant: a PET is written with and without correction for attenuation.
NEVER_MEANT = frozenset({"pet.attenuation"})
# A message names this many damaged files, and counts the others.
MAX_NAMED_FILES = 3


@dataclass(frozen=True)
class Series:
    """One series of a folder.

    Parameters
    ----------
    slices : int, number of slices; of an enhanced multi-frame file, of its frames
    usable : bool, whether an image can be read from it
    findings : tuple of Finding, what is wrong with it; a refusal where it is not usable
    acquisition : Acquisition, how it was scanned, by its headers
    damaged : tuple of str, files of the folder that cannot be read, by name and with what is wrong with them
    stack : Stack or None, its slices in order, where it is usable
    suv : Suv or None, how the values of a PET become SUV, where it is usable
    """

    uid: str
    modality: str
    description: str
    slices: int
    usable: bool
    findings: tuple[Finding, ...]
    acquisition: Acquisition
    damaged: tuple[str, ...] = ()
    headers: tuple[SliceHeader, ...] = field(repr=False, compare=False, default=())
    stack: Stack | None = field(repr=False, compare=False, default=None)
    suv: Suv | None = field(repr=False, compare=False, default=None)

    @property
    def kind(self) -> Modality | None:
        """The modality of its values; None where it is no CT, PET or MR."""
        return modality_of_code(self.modality)

    @property
    def title(self) -> str:
        """Modality, description, number of slices and UID, for a message that lists series."""
        words = " ".join(filter(None, [self.modality, self.description]))
        return f"{words} ({self.slices} slices, UID {self.uid})"


@dataclass(frozen=True, eq=False)
class DicomImage:
    """An image as it was read from a series.

    Parameters
    ----------
    image : Image, in the modality's unit; padding and missing slices are `kinds.PADDING_HU`, or NaN where
        values are no HU
    modality : Modality
    findings : tuple of Finding, what holds for all lesions
    gaps : tuple of Gap, missing slices; `stack.check_gaps` has what they mean for each lesion
    suv : Suv or None, how the values of a PET became SUV
    """

    image: Image
    modality: Modality
    acquisition: Acquisition
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    source: SourceSeries
    suv: Suv | None = None


def find_series(
    folder: str | os.PathLike[str], *, accepted: Collection[str] = (), quantity: str = BODY_WEIGHT.name
) -> tuple[Series, ...]:
    """The series of a folder and all folders in it, in the order of their numbers.

    Parameters
    ----------
    folder : str or path, any mix of files, with or without a DICOMDIR; also a single (enhanced multi-frame)
        file
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted: such scans are usable
        too, with a warning
    quantity : str, what values of a PET have to become to be usable, as of `pet.suv.suv_of`

    Raises
    ------
    InputError
        `ct.unreadable` when there is no DICOM; `dicom.no_library` without pydicom.
    """
    folder = Path(folder)
    headers = read_headers(folder)
    if not headers.slices:
        if headers.damaged:
            raise InputError("ct.damaged_file", f"{folder}: {_listing_of_files(headers.damaged)}.")
        raise InputError(
            "ct.unreadable", f"{folder} holds no DICOM images. Name the folder in which the slices lie."
        )
    members: dict[str, list[SliceHeader]] = {}
    for header in headers.slices:
        members.setdefault(header.series_uid, []).append(header)
    ordered = sorted(members.values(), key=lambda slices: (slices[0].series_number, slices[0].series_uid))
    return tuple(_series(slices, headers.damaged, accepted, quantity) for slices in ordered)


def read_ct(
    folder: str | os.PathLike[str], uid: str | None = None, *, accepted: Collection[str] = ()
) -> DicomImage:
    """The CT of a folder; as `read_image` of this modality."""
    return read_image(folder, uid, modality=CT, accepted=accepted)


def read_image(
    folder: str | os.PathLike[str],
    uid: str | None = None,
    *,
    modality: Modality | None = None,
    accepted: Collection[str] = (),
    quantity: str = BODY_WEIGHT.name,
) -> DicomImage:
    """The image of a folder: of its one good series, or of the one that is named.

    Parameters
    ----------
    folder : str or path, as for `find_series`
    uid : str or None, UID of the series; needed where there are several usable ones
    modality : Modality or None, of the image; without one the CT where a usable one is there, else another
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted
    quantity : str, which SUV of a PET, as of `pet.suv.suv_of`

    Raises
    ------
    InputError
        With the code of what is wrong with the series, `ct.mixed_series` when there are several to choose
        from, `ct.unknown_series` when none has this UID, and the modality's code where none is of it.
    """
    every = find_series(folder, accepted=accepted, quantity=quantity)
    series = _chosen(Path(folder), every, uid, modality)
    return _image_of(series, _passed_over(every, series) if uid is None else [])


def read_files(
    files: Sequence[Path],
    *,
    modality: Modality | None = None,
    accepted: Collection[str] = (),
    quantity: str = BODY_WEIGHT.name,
) -> DicomImage:
    """The image of which these files are the slices; as `read_image` of a folder that holds nothing else.

    Parameters
    ----------
    files : sequence of Path, at least one
    modality : Modality or None, as of `read_image`
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted
    quantity : str, which SUV of a PET, as of `pet.suv.suv_of`

    Raises
    ------
    InputError
        As of `read_image`; `ct.damaged_file` when one of the files cannot be read.
    """
    headers = headers_of(files)
    if headers.damaged or not headers.slices:
        listing = _listing_of_files(headers.damaged) or f"{files[0]} holds no DICOM image"
        raise InputError("ct.damaged_file", f"{listing}.")
    if len({header.series_uid for header in headers.slices}) > 1:
        raise InputError("ct.mixed_series", "The files are of several series: take those of one.")
    series = _series(headers.slices, (), accepted, quantity)
    return _image_of(_chosen(files[0].parent, (series,), series.uid, modality), [])


def _image_of(series: Series, passed_over: Sequence[Finding]) -> DicomImage:
    """The image of a usable series."""
    kind = kind_of(series.headers)
    if series.stack is None or kind is None:
        raise ValueError("a usable series has a stack")
    findings = [f for f in series.findings if f.code != "ct.missing_slice"]
    findings += passed_over
    image = Image(
        read_values(series.stack, _rescale(series.headers, kind, series.suv), kind.empty),
        series.stack.lattice,
    )
    source = SourceSeries.of(series.headers, series.stack)
    return DicomImage(
        image, kind.modality, series.acquisition, tuple(findings), series.stack.gaps, source, series.suv
    )


def _rescale(slices: Sequence[SliceHeader], kind: SeriesKind, suv: Suv | None) -> dict[SliceHeader, Rescale]:
    """What makes values of stored ones: each slice's own rescale; of a PET what leads to its SUV."""
    own = {header: Rescale.of(header, kind) for header in slices}
    if suv is None:
        return own
    pairs = zip(slices, suv.scales, strict=True)
    return {header: replace(own[header], slope=scale, intercept=0.0) for header, scale in pairs}


def _listing_of_files(damaged: Sequence[DamagedFile]) -> str:
    named = ", ".join(f"{item.path.name} {item.problem}" for item in damaged[:MAX_NAMED_FILES])
    more = len(damaged) - MAX_NAMED_FILES
    return named + (f" and {more} more files likewise" if more > 0 else "")


def _series(
    slices: Sequence[SliceHeader], damaged: Sequence[DamagedFile], accepted: Collection[str], quantity: str
) -> Series:
    findings = check_headers(slices, accepted)
    arranged, suv, kind = None, None, kind_of(slices)
    if kind and not any(finding.refuses for finding in findings):
        try:
            suv = _suv(slices, quantity)
            findings += suv.findings if suv else ()
            arranged = stack(slices)
            findings += _check_stack(arranged, kind)
        except InputError as error:
            arranged = suv = None
            findings.append(Finding(error.code, Severity.REFUSE, str(error)))
    if arranged and damaged:
        # No names: they are often the patient's, and a warning stands in every result.
        count = f"{len(damaged)} files are" if len(damaged) > 1 else "a file is"
        text = f"Beside it {count} damaged or cut off: slices may be missing at an end."
        findings.append(Finding("ct.damaged_file", Severity.WARN, text))
    first = slices[0]
    return Series(
        uid=first.series_uid,
        modality=first.modality,
        description=first.description,
        slices=len(slices),
        usable=arranged is not None,
        findings=tuple(findings),
        acquisition=_acquisition(slices),
        damaged=tuple(f"{item.path.name} {item.problem}" for item in damaged),
        headers=tuple(slices),
        stack=arranged,
        suv=suv,
    )


def _suv(slices: Sequence[SliceHeader], quantity: str) -> Suv | None:
    """How the stored values of a PET become SUV; None for another series."""
    own = [header.pet for header in slices if header.pet is not None]
    if not own:
        return None
    from ...pet.suv import suv_of

    return suv_of(own, quantity)


def _check_stack(arranged: Stack, kind: SeriesKind) -> list[Finding]:
    """Duplicate and missing slices.

    Slices at one place are left out where they are the same, refused where they are not (two phases).

    Raises
    ------
    InputError
        `ct.too_large`, `ct.duplicate_slice`, and as of `same_pixels`.
    """
    k, j, i = arranged.lattice.shape
    if k * j * i > MAX_VOXELS:
        raise Refusal(
            "ct.too_large", f"It has {i} x {j} x {k} voxels, more than {MAX_VOXELS:,}. Export a part of it."
        )
    double = [same for _, same in arranged.slices if len(same) > 1]
    for same in double:
        if not same_pixels(same, kind):
            names = " and ".join(header.path.name for header in same[:2])
            raise Refusal(
                "ct.duplicate_slice",
                f"{len(double)} places have several slices with different pixels ({names}): several phases "
                "or reconstructions in one series. Export them as series of their own.",
            )
    findings = [Finding("ct.missing_slice", Severity.WARN, f"{gap.sentence}.") for gap in arranged.gaps]
    extra = sum(len(same) - 1 for same in double)
    if not extra:
        return findings
    text = f"{extra} slices were there twice, with the same pixels; each was read once."
    return [Finding("ct.duplicate_slice", Severity.FIXED, text), *findings]


def _acquisition(slices: Sequence[SliceHeader]) -> Acquisition:
    """How the slices were scanned: the same for all of them, but for thickness and contrast agent."""
    parts = [header.acquisition for header in slices]
    return replace(
        parts[0],
        slice_thickness_mm=max((p.slice_thickness_mm for p in parts if p.slice_thickness_mm), default=None),
        contrast_agent=next((p.contrast_agent for p in parts if p.contrast_agent), None),
    )


def _chosen(folder: Path, every: Sequence[Series], uid: str | None, modality: Modality | None) -> Series:
    """The series to read; refused where it cannot be used."""
    if uid is not None:
        candidates = [series for series in every if series.uid == uid]
        if not candidates:
            raise InputError("ct.unknown_series", f"{folder} has no series {uid}; it has: {_listing(every)}.")
    else:
        usable = [series for series in every if series.usable and modality in (None, series.kind)]
        # Of no modality in particular: the CT, where there is one.
        usable = [series for series in usable if series.kind is CT] or usable
        if len(usable) > 1:
            raise InputError(
                "ct.mixed_series",
                f"{folder} holds {len(usable)} series that could be scored: {_listing(usable)}. "
                "Say which (--series UID).",
            )
        # The largest scan is the one that was meant.
        meant = modality or CT
        candidates = usable or [
            max(every, key=lambda series: (series.kind is meant, series.kind is not None, series.slices))
        ]
    series = candidates[0]
    other = modality.check_kind(series.modality or "no modality") if modality else None
    for finding in (other, *series.findings) if other else series.findings:
        if finding.refuses:
            raise InputError(finding.code, f"{folder}, series {series.title}: {finding.text}")
    return series


def _listing(every: Sequence[Series]) -> str:
    return "; ".join(series.title for series in every)


def _passed_over(every: Sequence[Series], read: Series) -> list[Finding]:
    """A warning when others of its modality could not be used: perhaps one of them was meant."""
    others = [series for series in every if series.uid != read.uid and series.kind is read.kind]
    others = [series for series in others if series.findings[0].code not in NEVER_MEANT]
    others = [series for series in others if not all(header.localizer for header in series.headers)]
    if not others:
        return []
    # No findings' own words: they name files, which is often the patient's name.
    reasons = "; ".join(f"{series.title}: {TABLE[series.findings[0].code].text}" for series in others)
    text = f"The folder's only usable series was read: {read.title}. Others are not usable: {reasons}"
    return [Finding("ct.mixed_series", Severity.WARN, text)]
