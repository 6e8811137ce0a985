"""The series of a folder: what is there, whether a lesion can be scored on it, and what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ...acquisition import Acquisition
from ...findings import Finding, InputError, Severity
from .checks import (
    MAX_VOXELS,
    check_frames,
    check_kind,
    check_mixed,
    check_one_patient,
    check_original,
    check_pixels,
    check_rescale,
)
from .geometry import NoStack, Stack, stack
from .header import SliceHeader
from .pixels import same_pixels
from .scan import Damaged, scan

# A message names this many damaged files, and counts the others.
MAX_NAMED_FILES = 3


@dataclass(frozen=True)
class Series:
    """One series of a folder.

    Parameters
    ----------
    slices : slices found; of an enhanced multi-frame file, its frames
    usable : whether a CT volume can be read from it
    findings : what is wrong with it; a refusal where it is not usable
    acquisition : what its headers say about the scan
    damaged : files of the folder that cannot be read, by name and with what is wrong with them
    stack : its slices in order, where it is usable
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


def find_series(folder: str | os.PathLike[str], *, accepted: Collection[str] = ()) -> tuple[Series, ...]:
    """The series of a folder and all folders in it, in the order of their numbers.

    Parameters
    ----------
    folder : any mix of files, with or without a DICOMDIR; also a single (enhanced multi-frame) file
    accepted : codes of `acceptance.OPTIONS` that a person accepted: such scans are usable too, with a warning

    Raises
    ------
    InputError
        `ct.unreadable` when there is no DICOM; `dicom.no_library` without pydicom.
    """
    folder = Path(folder)
    found = scan(folder)
    if not found.slices:
        if found.damaged:
            raise InputError("ct.damaged_file", f"{folder}: {_words(found.damaged)}.")
        raise InputError(
            "ct.unreadable", f"{folder} holds no DICOM images. Name the folder in which the slices lie."
        )
    members: dict[str, list[SliceHeader]] = {}
    for header in found.slices:
        members.setdefault(header.series_uid, []).append(header)
    ordered = sorted(members.values(), key=lambda slices: (slices[0].series_number, slices[0].series_uid))
    return tuple(_series(slices, found.damaged, accepted) for slices in ordered)


def _series(slices: Sequence[SliceHeader], damaged: Sequence[Damaged], accepted: Collection[str]) -> Series:
    findings, arranged = _examine(slices, accepted)
    first = slices[0]
    if arranged and damaged:
        # No names: they are often the patient's, and a warning stands in every result.
        count = f"{len(damaged)} files are" if len(damaged) > 1 else "a file is"
        text = f"Beside it {count} damaged or cut off: slices may be missing at an end."
        findings.append(Finding("ct.damaged_file", Severity.WARN, text))
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


def _examine(slices: Sequence[SliceHeader], accepted: Collection[str]) -> tuple[list[Finding], Stack | None]:
    """The first refusal ends it: what comes later would be a consequence."""
    findings: list[Finding] = []
    checks = (
        partial(check_kind, accepted=accepted),
        partial(check_one_patient, accepted=accepted),
        check_pixels,
        check_frames,
        check_mixed,
        partial(check_original, accepted=accepted),
        check_rescale,
    )
    for check in checks:
        problem = check(slices)
        if problem is not None:
            findings.append(problem)
        if _refused(findings):
            return findings, None
    try:
        arranged = stack(slices)
        _check_size(arranged)
        duplicates = _duplicates(arranged)
    except NoStack as problem:
        return [*findings, problem.finding], None
    except InputError as error:
        return [*findings, Finding(error.code, Severity.REFUSE, str(error))], None
    findings += duplicates
    findings += [
        Finding("ct.missing_slice", Severity.WARN, f"{gap.text[0].upper()}{gap.text[1:]}.")
        for gap in arranged.gaps
    ]
    return findings, arranged


def _check_size(arranged: Stack) -> None:
    k, j, i = arranged.lattice.shape
    if k * j * i > MAX_VOXELS:
        raise NoStack(
            "ct.too_large", f"It has {i} x {j} x {k} voxels, more than {MAX_VOXELS:,}. Export a part of it."
        )


def _duplicates(arranged: Stack) -> list[Finding]:
    """Slices at one place: left out where they are the same, refused where they are not (two phases)."""
    double = [same for _, same in arranged.slices if len(same) > 1]
    for same in double:
        if not same_pixels(same):
            names = " and ".join(header.path.name for header in same[:2])
            raise NoStack(
                "ct.duplicate_slice",
                f"{len(double)} places have several slices with different pixels ({names}): several phases "
                "or reconstructions in one series. Export them as series of their own.",
            )
    extra = sum(len(same) - 1 for same in double)
    if not extra:
        return []
    text = f"{extra} slices were there twice, with the same pixels; each was read once."
    return [Finding("ct.duplicate_slice", Severity.FIXED, text)]


def _acquisition(slices: Sequence[SliceHeader]) -> Acquisition:
    """What the slices say: the same in all of them, but for thickness and contrast agent."""
    first = slices[0].acquisition
    parts = [header.acquisition for header in slices]
    return Acquisition(
        kvp=first.kvp,
        slice_thickness_mm=max((p.slice_thickness_mm for p in parts if p.slice_thickness_mm), default=None),
        kernel=first.kernel,
        contrast_agent=next((p.contrast_agent for p in parts if p.contrast_agent), None),
        source=first.source,
        scanner=first.scanner,
        modality=first.modality,
    )


def _words(damaged: Sequence[Damaged]) -> str:
    named = ", ".join(f"{item.path.name} {item.problem}" for item in damaged[:MAX_NAMED_FILES])
    more = len(damaged) - MAX_NAMED_FILES
    return named + (f" and {more} more files likewise" if more > 0 else "")


def _refused(findings: Sequence[Finding]) -> bool:
    return any(finding.refuses for finding in findings)
