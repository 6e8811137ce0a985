"""Learned features beside the measured ones of a study's lesions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..extraction.extract import lesions_on, missing_image
from ..extraction.lesion_features import LesionFeatures
from ..findings import Finding, Severity
from ..study import Study
from .card import ModelCard
from .measure import Measured, measure_learned
from .model import LearnedModel


def with_learned(
    study: Study, rows: Sequence[LesionFeatures], models: Sequence[LearnedModel]
) -> list[LesionFeatures]:
    """Rows with what models make of their lesions, each on the image that its card asks for.

    Parameters
    ----------
    study : Study
    rows : sequence of LesionFeatures
        What was measured of lesions of the study; one that is refused stays as it is.
    models : sequence of LearnedModel

    Returns
    -------
    list of LesionFeatures
        Without a model's values and with a warning where its image is not there, or it gives nothing for a
        lesion.

    Raises
    ------
    ModelError
        When a model cannot be run at all.
    """
    found = list(rows)
    for model in models:
        made = _made(study, [row.id for row in found if not row.refused], model)
        found = [_with_values(row, *made[row.id]) if row.id in made else row for row in found]
    return found


def _made(study: Study, only: Sequence[str], model: LearnedModel) -> dict[str, Measured]:
    card = model.card
    if card.role not in study.images:
        return {lesion: ({}, (missing_image(card.role, study),)) for lesion in only}
    made = measure_learned(study.images[card.role], lesions_on(study, card.role), model, only=only)
    return {
        lesion: (values, tuple(_told(finding, card) for finding in findings))
        for lesion, (values, findings) in made.items()
    }


def _told(finding: Finding, card: ModelCard) -> Finding:
    """What a model found; where it gives nothing, that refuses nothing else of the lesion."""
    if not finding.refuses:
        return finding
    return Finding(finding.code, Severity.WARN, f"The model {card.name} gives nothing: {finding.text}")


def _with_values(
    row: LesionFeatures, values: dict[str, float], findings: tuple[Finding, ...]
) -> LesionFeatures:
    return replace(row, values={**row.values, **values}, findings=(*row.findings, *findings))
