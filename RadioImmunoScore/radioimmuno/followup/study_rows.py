"""Rows of a study beside those of scoring: of parts that are one lesion, and with further features."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from ..extraction.extract import by_region, measure_images
from ..geometry.image import Image
from ..learned.model import LearnedModel
from ..scoring.results import LesionScore
from ..scoring.score import score_rows
from ..settings import Settings
from ..signature.signature import Signature
from ..study import Study
from .course import Course
from .followed_lesion import ScoredStudy, unions_in


def with_unions(
    course: Course,
    studies: Sequence[ScoredStudy],
    number: int,
    image: Callable[[], Image],
    signature: Signature | None,
    features: Collection[str] = (),
    models: Sequence[LearnedModel] = (),
) -> ScoredStudy:
    """A study with the scores of parts that are one lesion, as one.

    Parameters
    ----------
    course : Course
    studies : sequence of ScoredStudy
    number : int
        Which one.
    image : callable
        Gives its CT, where there is something to score.
    signature : Signature or None
        None where it is not known: then they have no score.
    features : collection of str, optional
        As of `read_studies`.
    models : sequence of LearnedModel, optional
        As of `read_studies`.

    Returns
    -------
    ScoredStudy
    """
    here, unions = studies[number], unions_in(course, number)
    if not unions or signature is None:
        return here
    rows: dict[str, LesionScore] = dict(here.rows)
    for parts, whole in unions.items():
        others = tuple(lesion for lesion in here.study.lesions if lesion.id not in parts)
        images = {**here.study.images, here.study.role: image()}
        study = replace(here.study, images=images, lesions=(whole, *others))
        made = score_rows(study, signature, only=[whole.id], models=models)
        made = with_features(made, study, signature.settings, features)
        rows |= {row.id: replace(row, ring=None) for row in made}
    return replace(here, rows=rows)


def with_features(
    rows: Sequence[LesionScore], study: Study, settings: Settings, features: Collection[str]
) -> list[LesionScore]:
    """Rows with further features, which change nothing in their scores.

    Parameters
    ----------
    rows : sequence of LesionScore
    study : Study
        With its CT and the lesions of the rows.
    settings : Settings
        Those of the signature that made the rows.
    features : collection of str
        Identifiers of what the rows shall have; what they have already is not measured again.

    Returns
    -------
    list of LesionScore
    """
    known = set(features).intersection(*(row.features for row in rows if row.features))
    keys = by_region([name for name in features if name not in known])
    if not keys:
        return list(rows)
    only = [row.id for row in rows]
    measured = measure_images(study, settings, keys, only=only)
    values = {
        one.id: {name: value for name, value in one.values.items() if value is not None} for one in measured
    }
    return [replace(row, features={**values[row.id], **row.features}) for row in rows]
