"""What the scores of a patient's lesions say together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .results import LesionScore, Metrics
from .signature import Cutoffs

ABLATIVE = "research suggestion: candidate for ablative dose (score below the low cut-off)"
IMMUNOGENIC = "research suggestion: candidate for immunogenic low dose (score above the high cut-off)"


def metrics(lesions: Sequence[LesionScore], entropy_edges: Sequence[float]) -> Metrics:
    """Metrics of the lesions that have a score.

    Parameters
    ----------
    lesions : lesions with or without a score; those without are passed over
    entropy_edges : (b + 1,) ascending edges of the bins for the entropy; scores beyond count in the end bins
    """
    scored = [lesion for lesion in lesions if lesion.score is not None]
    if not scored:
        return Metrics(n=0)
    scores = np.array([lesion.score for lesion in scored], float)
    lowest, highest = scored[int(scores.argmin())], scored[int(scores.argmax())]
    several = len(scored) > 1
    return Metrics(
        n=len(scored),
        mean=float(scores.mean()),
        median=float(np.median(scores)),
        minimum=float(scores.min()),
        minimum_lesion=lowest.id,
        maximum=float(scores.max()),
        maximum_lesion=highest.id,
        sd=float(scores.std(ddof=1)) if several else None,
        entropy=_entropy(scores, entropy_edges) if several else None,
    )


def subsets(lesions: Sequence[LesionScore], entropy_edges: Sequence[float]) -> dict[str, Metrics]:
    """Metrics of all lesions, of the irradiated and the not irradiated ones, and of each site that occurs."""
    groups = {
        "all": list(lesions),
        "irradiated": [lesion for lesion in lesions if lesion.irradiated is True],
        "not irradiated": [lesion for lesion in lesions if lesion.irradiated is False],
    }
    for lesion in lesions:
        if lesion.site is not None:
            groups.setdefault(f"site: {lesion.site.label}", []).append(lesion)
    return {name: metrics(group, entropy_edges) for name, group in groups.items()}


def designation(score: float | None, cutoffs: Cutoffs) -> str | None:
    """What the score suggests for research, or None between the cut-offs and without a score."""
    if score is None:
        return None
    if score < cutoffs.low:
        return ABLATIVE
    return IMMUNOGENIC if score > cutoffs.high else None


def _entropy(scores: np.ndarray, edges: Sequence[float]) -> float:
    inner = np.asarray(edges, float)[1:-1]
    counts = np.bincount(np.searchsorted(inner, scores, side="right"))
    share = counts[counts > 0] / scores.size
    return float(-(share * np.log2(share)).sum()) + 0.0
