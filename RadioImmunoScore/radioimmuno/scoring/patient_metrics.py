"""Metrics of a patient: the scores of the lesions together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..signature.signature import Signature
from .results import LesionScore, Metrics

ABLATIVE = "research suggestion: candidate for ablative dose (score below the low cut-off)"
IMMUNOGENIC = "research suggestion: candidate for immunogenic low dose (score above the high cut-off)"


def metrics(lesions: Sequence[LesionScore], entropy_edges: Sequence[float] | None) -> Metrics:
    """Metrics of the lesions that have a score.

    Parameters
    ----------
    lesions : sequence of LesionScore
        Those without a score are passed over.
    entropy_edges : sequence of float, optional
        The b + 1 ascending edges of the bins for the entropy; None where the signature gives none.

    Returns
    -------
    Metrics
        Its `entropy` is Shannon's, in bits: minus the sum over bins of share x log2(share), where share is
        that of the scored lesions in a bin. A bin holds its lower edge, the last of the signature's both.
        Beyond the signature's bins others go on, as wide as the first and the last of them: scores that
        differ there count as different, too, and `outside_bins` is how many they are. The bins are the
        signature's; formula and outer bins are ours, publications do not state theirs.

    Examples
    --------
    >>> rows = [LesionScore(name, name, 1.0, score) for name, score in (("a", 0.25), ("b", 0.75))]
    >>> found = metrics(rows, (0.0, 0.5, 1.0))
    >>> found.mean, found.minimum_lesion, found.entropy
    (0.5, 'a', 1.0)
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
        entropy=_entropy(scores, entropy_edges) if several and entropy_edges is not None else None,
        outside_bins=None if entropy_edges is None else _outside(scores, entropy_edges),
    )


def subsets(lesions: Sequence[LesionScore], entropy_edges: Sequence[float] | None) -> dict[str, Metrics]:
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


def designation(score: float | None, signature: Signature) -> str | None:
    """What the score suggests for research.

    None between the cut-offs, without a score or a low and a high cut-off, and always for a demonstration
    signature, whose scores say nothing.
    """
    cutoffs = signature.cutoffs
    if score is None or cutoffs is None or signature.is_demonstration:
        return None
    if cutoffs.low is not None and score < cutoffs.low:
        return ABLATIVE
    return IMMUNOGENIC if cutoffs.high is not None and score > cutoffs.high else None


def _entropy(scores: np.ndarray, edges: Sequence[float]) -> float:
    inside = np.asarray(edges, float)
    bins = np.searchsorted(inside[:-1], scores, side="right").astype(float)
    below, above = scores < inside[0], scores > inside[-1]
    bins[below] = np.floor((scores[below] - inside[0]) / (inside[1] - inside[0]))
    bins[above] = inside.size + np.floor((scores[above] - inside[-1]) / (inside[-1] - inside[-2]))
    share = np.unique(bins, return_counts=True)[1] / scores.size
    return float(-(share * np.log2(share)).sum()) + 0.0


def _outside(scores: np.ndarray, edges: Sequence[float]) -> int:
    return int(np.count_nonzero((scores < edges[0]) | (scores > edges[-1])))
