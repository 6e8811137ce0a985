"""How much a score depends on where exactly the contour was drawn.

Each lesion's contour is perturbed many times (`stability.perturbed_contours`) and scored as any contour is;
the other lesions stay as they are. The CT around the lesion is sampled once for all of its contours.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..extraction.extract import study_task
from ..extraction.lesion_features import Progress
from ..signature.cutoffs import CUTOFFS, Cutoffs
from ..signature.signature import Signature
from ..signature.variables import Source
from ..stability.agreement import LesionStability, PatientStability, Spread, patient_stability
from ..stability.perturbation import USUAL, Perturbation
from ..stability.perturbed_contours import perturbed, perturbed_box
from ..study import Study
from .learned_terms import models_of_terms, with_terms
from .results import LesionScore
from .score import found_before, keys_of, score_lesion, with_count

if TYPE_CHECKING:
    from ..learned.model import LearnedModel

LOW_PERCENTILE, HIGH_PERCENTILE = 5, 95


def stability(
    study: Study,
    signature: Signature,
    perturbation: Perturbation = USUAL,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    models: Sequence[LearnedModel] = (),
) -> PatientStability:
    """Redraw the contours of lesions and score each.

    Parameters
    ----------
    study : Study
    signature : Signature
    perturbation : Perturbation, optional
        How contours are redrawn.
    only : collection of str, optional
        Identifiers of the lesions whose contours are redrawn; all by default. A lesion's own numbers do not
        depend on it, the ICC does: it is taken over these lesions.
    progress : callable, optional
        Called with (contours done, contours in all); an exception it raises stops the work.
    models : sequence of LearnedModel, optional
        What makes the values of learned terms.

    Returns
    -------
    PatientStability
        Of the lesions that have a score; the others are left out.
    """
    acquisition = study.acquisition
    report = progress or (lambda done, total: None)
    counted = replace(study, lesions=tuple(with_count(study.lesions, signature)))
    task = study_task(counted, signature.settings, keys_of(signature, study.role))
    chosen = [lesion for lesion in task.main.lesions if only is None or lesion.id in only]
    known = found_before(study, chosen, signature, models)
    needed, _ = models_of_terms(signature, models)
    total = len(chosen) * perturbation.draws
    found: dict[str, LesionStability] = {}
    for number, lesion in enumerate(chosen, start=1):
        resampled = task.main.resampled(perturbed_box(lesion, perturbation)) if lesion.box else None
        measured = task.measure(lesion, known[lesion.id], resampled)
        (measured,) = with_terms(study, [measured], needed)
        row = score_lesion(lesion, measured, signature, acquisition)
        if row.score is None or resampled is None:
            report(number * perturbation.draws, total)
            continue
        rows: list[LesionScore] = []
        for contour in perturbed(lesion, perturbation):
            again = task.measure(contour, resampled=resampled)
            redrawn = tuple(contour if one.id == lesion.id else one for one in task.main.lesions)
            (again,) = with_terms(replace(study, lesions=redrawn), [again], needed)
            rows.append(score_lesion(contour, again, signature, acquisition))
            report((number - 1) * perturbation.draws + len(rows), total)
        found[lesion.id] = _summary(row.score, rows, signature, perturbation)
    return patient_stability(found) or PatientStability({}, {}, perturbation)


def _summary(
    score: float, rows: Sequence[LesionScore], signature: Signature, perturbation: Perturbation
) -> LesionStability:
    scored = [row for row in rows if row.score is not None]
    scores = np.array([row.score for row in scored], float)
    spread = _spread(scores)
    several = scores.size > 1
    return LesionStability(
        sd=spread.sd,
        low=float(np.percentile(scores, LOW_PERCENTILE)) if several else None,
        high=float(np.percentile(scores, HIGH_PERCENTILE)) if several else None,
        flips=_flips(score, scores, signature.cutoffs) if scores.size and signature.cutoffs else {},
        scored=len(scored),
        draws=len(rows),
        spreads={name: _spread(_values(name, scored)) for name in signature.variables_from(Source.FEATURE)},
        perturbation=perturbation,
    )


def _flips(score: float, scores: np.ndarray, cutoffs: Cutoffs) -> dict[str, float]:
    """The share of scores on the other side of each cut-off; sides are those of designation and standing."""
    sides = {name: np.greater if name == "high" else np.less for name in CUTOFFS}
    return {
        name: float(np.mean(sides[name](scores, cutoff) != sides[name](score, cutoff)))
        for name, cutoff in cutoffs.named.items()
    }


def _values(variable: str, rows: Sequence[LesionScore]) -> np.ndarray:
    return np.array([row.features[variable] for row in rows if variable in row.features], float)


def _spread(values: np.ndarray) -> Spread:
    """Number, mean and SD; counted from the first value, so that equal ones have an SD of exactly 0."""
    if values.size == 0:
        return Spread(0, 0.0, None)
    from_first = values - values[0]
    sd = float(from_first.std(ddof=1)) if values.size > 1 else None
    return Spread(int(values.size), float(values[0] + from_first.mean()), sd)
