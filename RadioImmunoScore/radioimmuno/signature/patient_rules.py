"""How a patient's value is made of the lesions: the rules that a signature may name.

The letters are those of the review's figure 3. A rule `features_...` makes one row of a patient's lesions
before the signature weighs it (A, C); a rule `scores_...` scores each lesion and then summarizes the scores
(E); a rule `mil_...` scores each lesion and pools the scores as it was learnt with them (F, `pooling`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

# The variable that counts the lesions of a patient.
LESION_COUNT = "clinical.lesion_count"
SUMMED = ("morphology.volume", "morphology.surface_area", "table.volume_cc")
MOST_TARGETS, MOST_OF_A_SITE, THREE = 5, 2, 3

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
SOFT_MIN, ATTENTION = "mil_soft_min", "mil_attention"
POOLED: Mapping[str, str] = MappingProxyType(
    {
        SOFT_MIN: "F: soft minimum of the lesions' scores, learnt with them",
        ATTENTION: "F: mean of the lesions' scores weighted by attention, learnt with them",
    }
)
PATIENT_RULES: Mapping[str, str] = MappingProxyType({**ONE_LESION, **FEATURES, **SCORES, **POOLED})

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


def makes_one_row(rule: str) -> bool:
    """Whether a rule makes one row of the lesions before it is scored; else each lesion has a score first.

    >>> makes_one_row("features_mean"), makes_one_row("scores_mean"), makes_one_row("")
    (True, False, False)
    """
    return rule in ONE_LESION or rule in FEATURES


def goes_by_volume(rule: str) -> bool:
    """Whether a rule that makes one row of the lesions needs their volumes.

    >>> goes_by_volume("largest"), goes_by_volume("features_mean"), goes_by_volume("scores_mean")
    (True, False, False)
    """
    return makes_one_row(rule) and rule not in ("features_mean", "features_min", "features_max")


def row_of_lesions(
    rule: str, names: Sequence[str], values: np.ndarray, volumes: np.ndarray, sites: Sequence[str] | None
) -> np.ndarray:
    """One patient's row of values, made of those of the lesions.

    Parameters
    ----------
    rule : str
        One of `ONE_LESION` or `FEATURES`.
    names : sequence of str
        The variables.
    values : ndarray of float64, shape (lesions, variables)
        At least one lesion; NaN for what is not known.
    volumes : ndarray of float64, shape (lesions,), any unit
        Where the rule does not go by volume, all alike.
    sites : sequence of str, optional
        Where the lesions sit; two that are not known count as the same.

    Returns
    -------
    ndarray of float64, shape (variables,)

    Examples
    --------
    >>> values = np.array([[1.0, 8.0], [3.0, 2.0]])
    >>> row_of_lesions("features_min", ("a", "b"), values, np.ones(2), None).tolist()
    [1.0, 2.0]
    """
    order = np.argsort(-volumes, kind="stable")
    values, volumes = values[order], volumes[order]
    if rule == "largest":
        return values[0]
    if rule == "smallest":
        return values[-1]
    if rule == "targets":
        return _mean(values[_targets([sites[n] for n in order] if sites is not None else None, len(order))])
    if rule == "features_mean":
        return _mean(values)
    if rule in ("features_min", "features_max"):
        extreme = np.fmin if rule == "features_min" else np.fmax
        return extreme.reduce(values, axis=0)
    if rule == "features_largest_and_number":
        summed = np.array([name.endswith(SUMMED) for name in names])
        known = np.where(np.isnan(values).all(axis=0), np.nan, np.nansum(values, axis=0))
        return np.where(summed, known, values[0])
    most = THREE if rule == "features_volume_weighted_3" else len(values)
    return _mean(values[:most], volumes[:most])


def _targets(sites: Sequence[str] | None, count: int) -> list[int]:
    """Places of the target lesions among `count` lesions, the largest first."""
    taken: list[int] = []
    for n in range(count):
        same = [m for m in taken if sites is not None and sites[m] == sites[n]]
        if len(taken) < MOST_TARGETS and (sites is None or len(same) < MOST_OF_A_SITE):
            taken.append(n)
    return taken


def _mean(values: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Means of the columns over what is known; NaN where nothing is."""
    share = weights if weights is not None and weights.sum() > 0 else np.ones(len(values))
    known = ~np.isnan(values) * share[:, None]
    total = known.sum(axis=0)
    sums = (np.nan_to_num(values) * known).sum(axis=0)
    return np.where(total > 0, sums / np.where(total > 0, total, 1.0), np.nan)
