"""Reading a CT from a DICOM folder: one good series, checked, or a refusal that says what is wrong."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...acquisition import Acquisition
from ...findings import TABLE, Finding, InputError, Severity
from ...geometry.image import Image
from .gaps import Gap
from .pixels import read_values
from .series import Series, find_series
from .source import SourceInstance, SourceSeries


@dataclass(frozen=True, eq=False)
class DicomCt:
    """A CT as it was read from a series.

    Parameters
    ----------
    image : values in HU; padding and missing slices are `pixels.PADDING_HU`
    findings : what holds for all lesions
    gaps : missing slices; `gaps.check_gaps` says what they mean for each lesion
    """

    image: Image
    acquisition: Acquisition
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    source: SourceSeries


def read_ct(
    folder: str | os.PathLike[str], uid: str | None = None, *, accepted: Collection[str] = ()
) -> DicomCt:
    """The CT of a folder.

    Parameters
    ----------
    folder : as for `find_series`
    uid : the series; needed where there are several usable ones
    accepted : codes of `acceptance.OPTIONS` that a person accepted; another modality is also recorded in
        `acquisition.source`

    Raises
    ------
    InputError
        With the code of what is wrong with the series, `ct.mixed_series` when there are several to choose
        from, `ct.unknown_series` when none has this UID.
    """
    every = find_series(folder, accepted=accepted)
    series = _chosen(Path(folder), every, uid)
    stack = series.stack
    if stack is None:
        raise ValueError("a usable series has a stack")
    findings = [f for f in series.findings if f.code != "ct.missing_slice"]
    if uid is None:
        findings += _passed_over(every, series)
    acquisition = series.acquisition
    if any(finding.code == "ct.not_ct" for finding in findings):
        acquisition = replace(
            acquisition, source=f"{acquisition.source}; modality {series.modality} allowed by hand"
        )
    image = Image(read_values(stack), stack.lattice)
    return DicomCt(image, acquisition, tuple(findings), stack.gaps, _source(series))


def _chosen(folder: Path, every: Sequence[Series], uid: str | None) -> Series:
    if uid is not None:
        named = [series for series in every if series.uid == uid]
        if not named:
            raise InputError("ct.unknown_series", f"{folder} has no series {uid}; it has: {_listing(every)}.")
        return _usable(folder, named[0])
    usable = [series for series in every if series.usable]
    if len(usable) == 1:
        return usable[0]
    if usable:
        raise InputError(
            "ct.mixed_series",
            f"{folder} holds {len(usable)} series that could be scored: {_listing(usable)}. "
            "Say which (--series UID).",
        )
    # The largest scan is the one that was meant.
    return _usable(folder, max(every, key=lambda series: (series.modality == "CT", series.slices)))


def _usable(folder: Path, series: Series) -> Series:
    for finding in series.findings:
        if finding.refuses:
            raise InputError(finding.code, f"{folder}, series {series.title}: {finding.text}")
    return series


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


def _listing(every: Sequence[Series]) -> str:
    return "; ".join(series.title for series in every)


def _source(series: Series) -> SourceSeries:
    first = series.headers[0]
    members = series.stack.slices if series.stack else ()
    return SourceSeries(
        study_uid=first.study_uid,
        series_uid=series.uid,
        frame_of_reference_uid=first.frame_of_reference_uid,
        instances=tuple(
            SourceInstance(same[0].path, same[0].sop_class_uid, same[0].sop_instance_uid, same[0].frame, k)
            for k, same in members
        ),
        patient_id=next((h.patient_id for h in series.headers if h.patient_id), ""),
        study_date=next((h.study_date for h in series.headers if h.study_date), ""),
        description=first.description,
    )
