"""A study of a course that is written as DICOM: what has to hold for it, and its scores as of `score`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ..findings import InputError
from ..identity import same_patient
from ..io.dicom import SourceSeries
from ..io.dicom.write import patient_of
from ..scoring.results import LesionScore, PatientScore
from ..scoring.score import keys_of, patient_score
from ..signature.signature import Signature
from ..signature.variables import Source, variable_of
from .course import PATIENT
from .followed_lesion import ScoredStudy

STUDY = "followup.study"


def check_exported(ct: Path, sources: Sequence[SourceSeries | None]) -> None:
    """Refuse a study that cannot be written as DICOM beside the first, whatever a person accepted.

    Parameters
    ----------
    ct : Path
        The study's CT.
    sources : sequence of SourceSeries or None
        Of the studies so far, this one the last.

    Raises
    ------
    InputError
        `followup.study` for files that are no DICOM, `followup.patient` for another patient.
    """
    first, last = sources[0], sources[-1]
    if first is None or last is None:
        text = f"{ct} is no DICOM series: there is no study to write DICOM into."
        raise InputError(STUDY, text)
    (one, _, name), (other, _, other_name) = patient_of(first), patient_of(last)
    is_same = same_patient(one, other) if one and other else same_patient(name, other_name)
    if not is_same:
        text = (
            f"Study {len(sources)} is not of the patient of study 1, by the DICOM files: as DICOM, lesions "
            "of two patients would have one tracking UID."
        )
        raise InputError(PATIENT, text)


def patient_score_of(
    scored: ScoredStudy, result: PatientScore | None, signature: Signature | None
) -> PatientScore:
    """A study's scores as `score` gives them, without rings, and without what was measured besides.

    Parameters
    ----------
    scored : ScoredStudy
    result : PatientScore or None
        Where the study kept the scores that it had.
    signature : Signature or None
        None only where the study kept its scores.

    Returns
    -------
    PatientScore
    """
    study = scored.study
    rows = [scored.rows[lesion.id] for lesion in study.lesions]
    if result is not None:
        known = {row.id: row.features for row in result.lesions}
        return replace(result, lesions=tuple(_with(row, known[row.id]) for row in rows))
    assert signature is not None
    keys = {f"{region}.{key}" for region, some in keys_of(signature).items() for key in some}
    rows = [_with(row, keys) for row in rows]
    return patient_score(rows, signature, study.acquisition, study.inputs, study.identity, study.left_out)


def _with(row: LesionScore, names: Collection[str]) -> LesionScore:
    """The row with these features alone, and with what it has that is no feature."""
    kept = {
        name: value
        for name, value in row.features.items()
        if name in names or variable_of(name).source is not Source.FEATURE
    }
    return replace(row, features=kept)
