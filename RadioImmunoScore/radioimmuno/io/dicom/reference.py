"""Whether a file belongs to the CT: patient, study, frame of reference and series."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ...acceptance import unless_accepted
from ...findings import Finding, InputError, Refusal, Severity
from ...identity import in_part, iso_date, same_patient
from .source import SourceSeries

# Characters of a UID that a message shows.
UID_SHOWN = 6


@dataclass(frozen=True)
class Subject:
    """Whose a file says that it is.

    Parameters
    ----------
    patient_id, study_uid, study_date : as the file has them, "" where it has none
    frames_of_reference : UIDs of the frames of reference that it lies in
    series : UIDs of the series that it refers to
    """

    patient_id: str = field(default="", repr=False)
    study_uid: str = ""
    study_date: str = ""
    frames_of_reference: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()


def subject_of(dataset: Any, frames: Collection[str], series: Collection[str]) -> Subject:
    """Whose a file is, by its header; frames and series stand elsewhere in each kind of file."""
    keywords = ("PatientID", "StudyInstanceUID", "StudyDate")
    patient, study, day = (str(dataset.get(keyword) or "").strip(" \0") for keyword in keywords)
    return Subject(patient, study, day, frozenset(frames), frozenset(series))


def check_patient(
    what: str, subject: Subject, source: SourceSeries | None, accepted: Collection[str]
) -> list[Finding]:
    """Refuse a file of another patient than the CT, or of another study that is not tied to it.

    Nothing is known to differ where a PatientID is empty, or the CT is no DICOM series. Another study is
    tied to the CT by its frame of reference, or by referring to the CT's series.

    Parameters
    ----------
    what : what the file holds, in the plural: "lesions"
    accepted : codes of `acceptance.OPTIONS` that a person accepted; then it is a warning

    Raises
    ------
    InputError
        `patient.mismatch`; identifiers are shown in part.
    """
    text = "" if source is None else _mismatch(what, subject, source)
    if not text:
        return []
    finding = unless_accepted("patient.mismatch", text, accepted)
    if finding.refuses:
        raise InputError(finding.code, finding.text)
    return [finding]


def _mismatch(what: str, subject: Subject, source: SourceSeries) -> str:
    if not same_patient(subject.patient_id, source.patient_id):
        theirs, ours = in_part(subject.patient_id, source.patient_id)
        return f"The {what} are of another patient (PatientID {theirs}) than the CT (PatientID {ours})."
    if not subject.study_uid or not source.study_uid or subject.study_uid == source.study_uid:
        return ""
    tied = source.frame_of_reference_uid in subject.frames_of_reference - {""}
    if tied or source.series_uid in subject.series:
        return ""
    theirs, ours = (
        f"of {iso_date(day) or 'unknown date'}, UID ...{uid[-UID_SHOWN:]}"
        for day, uid in (
            (subject.study_date, subject.study_uid),
            (source.study_date, source.study_uid),
        )
    )
    return (
        f"The {what} are of another study ({theirs}) than the CT ({ours}), and no frame of reference that "
        "both share ties them together."
    )


def check_frame_of_reference(uid: str, source: SourceSeries | None) -> None:
    """Refuse what lies in another frame of reference than the CT; where one is not known, nothing is.

    Raises
    ------
    Refusal
        `mask.geometry`
    """
    known = source.frame_of_reference_uid if source else ""
    if uid and known and uid != known:
        raise Refusal(
            "mask.geometry",
            f"It lies in another frame of reference ({uid}) than the CT ({known}): positions of the two "
            "cannot be compared.",
        )


def check_series(series: Collection[str], source: SourceSeries | None) -> list[Finding]:
    """A warning when a segmentation does not name the CT's series, or when the CT has none to name.

    Parameters
    ----------
    series : UIDs of the series that it says it was drawn on
    """
    if source is None:
        text = (
            "The CT is no DICOM series, so that the segmentation's frame of reference could not be compared: "
            "check that it was drawn on this CT."
        )
    elif not series:
        text = "The segmentation does not say on which series it was drawn."
    elif source.series_uid not in series:
        text = (
            "The segmentation was drawn on another series "
            f"({', '.join(sorted(series))}) than the one that is scored."
        )
    else:
        return []
    return [Finding("mask.reference", Severity.WARN, text)]
