"""The DICOM series of a CT: what segmentations must match and results refer to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...acceptance import unless_accepted
from ...findings import Finding, InputError, Refusal, Severity
from ...identity import in_part, iso_date, same_patient
from .headers import SliceHeader
from .stack import Stack

# Characters of a UID that a message shows.
UID_SHOWN = 6


@dataclass(frozen=True)
class SourceInstance:
    """One slice of the CT as DICOM keeps it.

    Parameters
    ----------
    path : Path, the file
    sop_class_uid, sop_instance_uid : str, by which results refer to it
    frame : int or None, number of the frame in an enhanced multi-frame file, from 1
    k : int, the slice of the lattice that it is; no instance has the k of a missing slice
    """

    path: Path
    sop_class_uid: str
    sop_instance_uid: str
    frame: int | None
    k: int


@dataclass(frozen=True)
class SourceSeries:
    """The series that a CT was read from.

    Parameters
    ----------
    frame_of_reference_uid : str, "" where the files have none
    instances : tuple of SourceInstance, one for each slice that there is, by rising `k`
    patient_id, study_date, description : str, as the header has them; identifying, never written as they are
    """

    study_uid: str
    series_uid: str
    frame_of_reference_uid: str
    instances: tuple[SourceInstance, ...]
    patient_id: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    description: str = field(default="", repr=False)

    @classmethod
    def of(cls, headers: Sequence[SliceHeader], stack: Stack) -> SourceSeries:
        """The series of these slices.

        Parameters
        ----------
        headers : sequence of SliceHeader, of one series
        stack : Stack of them
        """
        first = headers[0]
        return cls(
            study_uid=first.study_uid,
            series_uid=first.series_uid,
            frame_of_reference_uid=first.frame_of_reference_uid,
            instances=tuple(
                SourceInstance(
                    same[0].path, same[0].sop_class_uid, same[0].sop_instance_uid, same[0].frame, k
                )
                for k, same in stack.slices
            ),
            patient_id=next((h.patient_id for h in headers if h.patient_id), ""),
            study_date=next((h.study_date for h in headers if h.study_date), ""),
            description=first.description,
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, each once, in the order of the slices."""
        return tuple(dict.fromkeys(instance.path for instance in self.instances))


@dataclass(frozen=True)
class Subject:
    """Whose a file is, by its own header.

    Parameters
    ----------
    patient_id, study_uid, study_date : str, as the file has them, "" where it has none
    frames_of_reference : frozenset of str, UIDs of the frames of reference that it lies in
    series : frozenset of str, UIDs of the series that it refers to
    """

    patient_id: str = field(default="", repr=False)
    study_uid: str = ""
    study_date: str = ""
    frames_of_reference: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dataset: Any, frames: Collection[str], series: Collection[str]) -> Subject:
        """Whose a file is; frames of reference and series stand elsewhere in each kind of file.

        Parameters
        ----------
        dataset : Dataset
        frames, series : collection of str, UIDs
        """
        keywords = ("PatientID", "StudyInstanceUID", "StudyDate")
        patient, study, day = (str(dataset.get(keyword) or "").strip(" \0") for keyword in keywords)
        return cls(patient, study, day, frozenset(frames), frozenset(series))


def check_patient(
    what: str, subject: Subject, source: SourceSeries | None, accepted: Collection[str]
) -> list[Finding]:
    """Refuse a file of another patient than the CT, or of another study that is not tied to it.

    Nothing is known to differ where a PatientID is empty, or the CT is no DICOM series. Another study is
    tied to the CT by its frame of reference, or by referring to the CT's series.

    Parameters
    ----------
    what : str, content of the file, in the plural: "lesions"
    subject : Subject, whose the file is
    source : SourceSeries or None, the CT's
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted; then it is a warning

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


def check_frame_of_reference(uid: str, source: SourceSeries | None) -> None:
    """Refuse what lies in another frame of reference than the CT; where one is not known, nothing is.

    Parameters
    ----------
    uid : str, of the frame of reference; "" where it is not known
    source : SourceSeries or None, the CT's

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
    series : collection of str, UIDs of the series that the segmentation was drawn on, by its header
    source : SourceSeries or None, the CT's
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
        for day, uid in ((subject.study_date, subject.study_uid), (source.study_date, source.study_uid))
    )
    return (
        f"The {what} are of another study ({theirs}) than the CT ({ours}), and no frame of reference that "
        "both share ties them together."
    )
