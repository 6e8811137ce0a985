"""The series of a folder, what is wrong with each, and the CT that one of them is."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...acquisition import Acquisition
from ...findings import TABLE, Finding, InputError, Refusal, Severity
from ...geometry.image import Image
from .headers import DamagedFile, SliceHeader, read_headers
from .pixels import read_values, same_pixels
from .series_checks import MAX_VOXELS, check_headers
from .source import SourceSeries
from .stack import Gap, Stack, stack

# A message names this many damaged files, and counts the others.
MAX_NAMED_FILES = 3


@dataclass(frozen=True)
class Series:
    """One series of a folder.

    Parameters
    ----------
    slices : int, number of slices; of an enhanced multi-frame file, of its frames
    usable : bool, whether a CT volume can be read from it
    findings : tuple of Finding, what is wrong with it; a refusal where it is not usable
    acquisition : Acquisition, how it was scanned, by its headers
    damaged : tuple of str, files of the folder that cannot be read, by name and with what is wrong with them
    stack : Stack or None, its slices in order, where it is usable
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

    @property
    def title(self) -> str:
        """Modality, description, number of slices and UID, for a message that lists series."""
        words = " ".join(filter(None, [self.modality, self.description]))
        return f"{words} ({self.slices} slices, UID {self.uid})"


@dataclass(frozen=True, eq=False)
class DicomCt:
    """A CT as it was read from a series.

    Parameters
    ----------
    image : Image, HU; padding and missing slices are `pixels.PADDING_HU`
    findings : tuple of Finding, what holds for all lesions
    gaps : tuple of Gap, missing slices; `stack.check_gaps` has what they mean for each lesion
    """

    image: Image
    acquisition: Acquisition
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    source: SourceSeries


def find_series(folder: str | os.PathLike[str], *, accepted: Collection[str] = ()) -> tuple[Series, ...]:
    """The series of a folder and all folders in it, in the order of their numbers.

    Parameters
    ----------
    folder : str or path, any mix of files, with or without a DICOMDIR; also a single (enhanced multi-frame)
        file
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted: such scans are usable
        too, with a warning

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
    return tuple(_series(slices, headers.damaged, accepted) for slices in ordered)


def read_ct(
    folder: str | os.PathLike[str], uid: str | None = None, *, accepted: Collection[str] = ()
) -> DicomCt:
    """The CT of a folder: of its one good series, or of the one that is named.

    Parameters
    ----------
    folder : str or path, as for `find_series`
    uid : str or None, UID of the series; needed where there are several usable ones
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted; another modality is
        also recorded in `acquisition.source`

    Raises
    ------
    InputError
        With the code of what is wrong with the series, `ct.mixed_series` when there are several to choose
        from, `ct.unknown_series` when none has this UID.
    """
    every = find_series(folder, accepted=accepted)
    series = _chosen(Path(folder), every, uid)
    if series.stack is None:
        raise ValueError("a usable series has a stack")
    findings = [f for f in series.findings if f.code != "ct.missing_slice"]
    if uid is None:
        findings += _passed_over(every, series)
    acquisition = series.acquisition
    if any(finding.code == "ct.not_ct" for finding in findings):
        acquisition = replace(
            acquisition, source=f"{acquisition.source}; modality {series.modality} allowed by hand"
        )
    image = Image(read_values(series.stack), series.stack.lattice)
    source = SourceSeries.of(series.headers, series.stack)
    return DicomCt(image, acquisition, tuple(findings), series.stack.gaps, source)


def _listing_of_files(damaged: Sequence[DamagedFile]) -> str:
    named = ", ".join(f"{item.path.name} {item.problem}" for item in damaged[:MAX_NAMED_FILES])
    more = len(damaged) - MAX_NAMED_FILES
    return named + (f" and {more} more files likewise" if more > 0 else "")


def _series(
    slices: Sequence[SliceHeader], damaged: Sequence[DamagedFile], accepted: Collection[str]
) -> Series:
    findings = check_headers(slices, accepted)
    arranged = None
    if not any(finding.refuses for finding in findings):
        try:
            arranged = stack(slices)
            findings += _check_stack(arranged)
        except InputError as error:
            arranged = None
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
    )


def _check_stack(arranged: Stack) -> list[Finding]:
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
        if not same_pixels(same):
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


def _chosen(folder: Path, every: Sequence[Series], uid: str | None) -> Series:
    """The series to read; refused where it cannot be used."""
    usable = [series for series in every if series.usable]
    if uid is not None:
        candidates = [series for series in every if series.uid == uid]
        if not candidates:
            raise InputError("ct.unknown_series", f"{folder} has no series {uid}; it has: {_listing(every)}.")
    elif len(usable) > 1:
        raise InputError(
            "ct.mixed_series",
            f"{folder} holds {len(usable)} series that could be scored: {_listing(usable)}. "
            "Say which (--series UID).",
        )
    else:
        # The largest scan is the one that was meant.
        candidates = usable or [max(every, key=lambda series: (series.modality == "CT", series.slices))]
    series = candidates[0]
    for finding in series.findings:
        if finding.refuses:
            raise InputError(finding.code, f"{folder}, series {series.title}: {finding.text}")
    return series


def _listing(every: Sequence[Series]) -> str:
    return "; ".join(series.title for series in every)


def _passed_over(every: Sequence[Series], read: Series) -> list[Finding]:
    """A warning when other CT of the folder could not be used: perhaps one of them was meant."""
    others = [series for series in every if series.uid != read.uid and series.modality == "CT"]
    others = [series for series in others if not all(header.localizer for header in series.headers)]
    if not others:
        return []
    # No findings' own words: they name files, which is often the patient's name.
    reasons = "; ".join(f"{series.title}: {TABLE[series.findings[0].code].text}" for series in others)
    text = f"The folder's only usable series was read: {read.title}. Others are not usable: {reasons}"
    return [Finding("ct.mixed_series", Severity.WARN, text)]
