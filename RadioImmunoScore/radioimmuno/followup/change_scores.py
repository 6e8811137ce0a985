"""Scores by a signature that weighs changes, in the studies after the one a lesion was first seen in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..acquisition import Acquisition
from ..lesion import Lesion
from ..scoring.results import LesionScore
from ..scoring.score import score_again, with_count
from ..scoring.weighing import NO_EARLIER_STUDY, no_earlier_study
from ..signature.signature import Signature
from ..signature.variables import Source
from .change import union, values_of
from .course import Course, CourseLesion
from .followed_lesion import Comparison, ScoredStudy, comparisons, row_changes, union_id


def with_change_scores(
    course: Course, studies: Sequence[ScoredStudy], signature: Signature | None
) -> tuple[ScoredStudy, ...]:
    """The studies with scores by the changes of their lesions, where the signature weighs changes.

    Parameters
    ----------
    course : Course
    studies : sequence of ScoredStudy
        Those of the course, with the rows of parts that are one lesion.
    signature : Signature or None
        Which made the rows; None where it is not known.

    Returns
    -------
    tuple of ScoredStudy
        A lesion where it is first seen, and one that is not known to be the same as before, has no score,
        with the reason.
    """
    if signature is None or not signature.changing:
        return tuple(studies)
    rows = [dict(one.rows) for one in studies]
    for lesion in course.lesions:
        for number, compared in enumerate(comparisons(lesion)):
            made = compared and _scored(lesion, studies, number, compared, signature)
            if made:
                rows[number][made.id] = made
    return tuple(replace(one, rows=own) for one, own in zip(studies, rows, strict=True))


def _scored(
    lesion: CourseLesion,
    studies: Sequence[ScoredStudy],
    number: int,
    compared: Comparison,
    signature: Signature,
) -> LesionScore | None:
    """A lesion's row in a study, with its changes; None where there is no row."""
    here, ids = studies[number], lesion.in_studies[number]
    row = here.rows.get(union_id(ids))
    if row is None:
        return None
    if compared.start is None:
        return without_earlier(row, compared, here.name, signature)
    before = lesion.in_studies[compared.start]
    whole = union([one for one in here.study.lesions if one.id in ids])
    others = [one for one in here.study.lesions if one.id not in ids]
    earlier = studies[compared.start].rows.get(union_id(before))
    return score_by_changes((earlier, row), (whole, *others), signature, here.study.acquisition)


def score_by_changes(
    rows: tuple[LesionScore | None, LesionScore],
    lesions: Sequence[Lesion],
    signature: Signature,
    acquisition: Acquisition,
) -> LesionScore:
    """A lesion's row by its changes since an earlier study.

    Parameters
    ----------
    rows : tuple of (LesionScore or None, LesionScore)
        Of the earlier study, None where it was not measured there, and of the later one.
    lesions : sequence of Lesion
        Of the later study, that of the row first.
    signature : Signature
        Which made both rows, and weighs changes.
    acquisition : Acquisition
        Of the later study.

    Returns
    -------
    LesionScore
    """
    variables = values_of(row_changes(rows), signature.variables_from(Source.CHANGE))
    lesion = with_count(lesions, signature)[0]
    return score_again(rows[1], lesion, signature, acquisition, variables)


def without_earlier(row: LesionScore, compared: Comparison, study: str, signature: Signature) -> LesionScore:
    """A row without a score because there is nothing to compare with, with the reason in a course's words.

    Parameters
    ----------
    row : LesionScore
    compared : Comparison
    study : str
        What its study is called.
    signature : Signature
        Which weighs changes.

    Returns
    -------
    LesionScore
    """
    if compared.is_known:
        why = f"It is first seen in {study}; in later studies it has a score."
    else:
        why = f"It is not known which earlier lesion it is. {compared.why}".strip()
    finding = no_earlier_study(signature.variables_from(Source.CHANGE), why)
    findings = tuple(finding if one.code == NO_EARLIER_STUDY else one for one in row.findings)
    return replace(row, findings=findings)
