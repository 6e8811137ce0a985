"""How a patient's value is made of the lesions: the rules that a signature may name.

The letters are those of the review's figure 3. A rule `features_...` makes one row of a patient's lesions
before the signature weighs it (A, C); a rule `scores_...` scores each lesion and then summarizes the scores
(E).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

ONE_LESION: Mapping[str, str] = MappingProxyType(
    {
        "largest": "A: the largest lesion",
        "smallest": "A: the smallest lesion",
        "targets": "A: mean features of at most five lesions, the largest, at most two of a site",
    }
)
FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "features_mean": "C: mean of the lesions' features",
        "features_min": "C: smallest of the lesions' features",
        "features_max": "C: largest of the lesions' features",
        "features_volume_weighted": "C: mean of the lesions' features, weighted by volume",
        "features_volume_weighted_3": "C: the same over the three largest lesions",
        "features_largest_and_number": "C: the largest lesion's features, volumes summed, number of lesions",
    }
)
SCORES: Mapping[str, str] = MappingProxyType(
    {
        "scores_mean": "E: mean of the lesions' scores",
        "scores_median": "E: median of the lesions' scores",
        "scores_min": "E: smallest of the lesions' scores",
        "scores_max": "E: largest of the lesions' scores",
        "scores_sd": "E: standard deviation of the lesions' scores",
        "scores_entropy": "E: entropy of the lesions' scores over the bins of the training scores",
    }
)
PATIENT_RULES: Mapping[str, str] = MappingProxyType({**ONE_LESION, **FEATURES, **SCORES})

_OF_SCORES: Mapping[str, Callable[[np.ndarray], float]] = MappingProxyType(
    {
        "scores_mean": lambda scores: float(scores.mean()),
        "scores_median": lambda scores: float(np.median(scores)),
        "scores_min": lambda scores: float(scores.min()),
        "scores_max": lambda scores: float(scores.max()),
        "scores_sd": lambda scores: float(scores.std()),
    }
)


def value_of_scores(rule: str, scores: np.ndarray, edges: np.ndarray | None = None) -> float:
    """A patient's value from the scores of the lesions.

    Parameters
    ----------
    rule : str
        One of `SCORES`.
    scores : ndarray of float64, shape (lesions,)
        At least one.
    edges : ndarray of float64, shape (bins + 1,), optional
        Bins of the entropy, ascending; scores beyond count to the outermost bins.

    Returns
    -------
    float
        Entropy in bits.

    Examples
    --------
    >>> value_of_scores("scores_min", np.array([0.2, 0.5]))
    0.2
    >>> value_of_scores("scores_entropy", np.array([0.1, 0.9]), np.array([0.0, 0.5, 1.0]))
    1.0
    """
    if rule != "scores_entropy":
        return _OF_SCORES[rule](scores)
    if edges is None:
        raise ValueError("the entropy needs the bins of the training scores")
    bins = np.clip(np.searchsorted(edges, scores, side="right") - 1, 0, len(edges) - 2)
    share = np.unique(bins, return_counts=True)[1] / len(scores)
    return float(abs(-(share * np.log2(share)).sum()))
