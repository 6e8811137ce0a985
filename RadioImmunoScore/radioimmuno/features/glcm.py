"""Gray-level co-occurrence matrix over the 13 directions at distance 1 (IBSI family LFYI)."""

from __future__ import annotations

import numpy as np

from .neighbours import Neighbours

Values = dict[str, float | None]


def co_occurrences(neighbours: Neighbours) -> np.ndarray:
    """How often level a neighbours level b, counted both ways, for each direction, (13, span, span)."""
    size = neighbours.span + 1
    base = neighbours.own.astype(np.intp) * size
    counts = np.empty((len(neighbours.steps), neighbours.span, neighbours.span))
    for direction, levels in enumerate(neighbours.next()):
        pairs = np.bincount(base + levels, minlength=size * size).reshape(size, size)[1:, 1:]
        counts[direction] = pairs
        counts[direction] += pairs.T
    return counts


def glcm(neighbours: Neighbours, counts: np.ndarray) -> Values:
    """Features averaged over the directions (IBSI ITBB); a direction without pairs does not count.

    Parameters
    ----------
    counts : (13, span, span) of `co_occurrences`
    """
    filled = counts.sum(axis=(1, 2)) > 0
    return _averaged(_features(counts[filled], neighbours))


def glcm_merged(neighbours: Neighbours, counts: np.ndarray) -> Values:
    """Features of the one matrix that merges all directions (IBSI IAZD)."""
    merged = counts.sum(axis=0, keepdims=True)
    return _averaged(_features(merged[merged.sum(axis=(1, 2)) > 0], neighbours))


def _averaged(features: dict[str, np.ndarray]) -> Values:
    return {
        name: float(values.mean()) if values.size and np.isfinite(values).all() else None
        for name, values in features.items()
    }


def _features(counts: np.ndarray, neighbours: Neighbours) -> dict[str, np.ndarray]:
    """Every feature of each of d symmetric matrices, (d,) each.

    All but the joint ones follow from three marginals: of one level, of the difference, of the sum.
    """
    d, span = counts.shape[0], counts.shape[1]
    total = counts.sum(axis=(1, 2))
    single = counts.sum(axis=2) / total[:, None]
    difference, summed = _diagonals(counts / total[:, None, None])
    i = neighbours.levels
    k = np.arange(span, dtype=float)
    s = np.arange(2 * i[0], 2 * i[-1] + 1)
    ng = float(neighbours.level_count)

    mean = single @ i
    variance = ((i - mean[:, None]) ** 2 * single).sum(axis=1)
    contrast = difference @ k**2
    difference_mean = difference @ k
    sum_mean = summed @ s
    from_mean = s - 2 * mean[:, None]
    autocorrelation = (summed @ s**2 - contrast) / 4
    cells = counts.reshape(d, span * span)
    joint_entropy = np.log2(total) - _plogp(cells) / total
    entropy = -_plogp(single)
    with np.errstate(divide="ignore", invalid="ignore"):
        # One level only: perfectly correlated (IBSI gives 1), and no information to share.
        correlation = np.where(variance > 0, (autocorrelation - mean**2) / variance, 1.0)
        information = np.where(entropy > 0, (joint_entropy - 2 * entropy) / entropy, 0.0)
    return {
        "joint_maximum": cells.max(axis=1, initial=0) / total,
        "joint_average": mean,
        "joint_variance": variance,
        "joint_entropy": joint_entropy,
        "difference_average": difference_mean,
        "difference_variance": difference @ k**2 - difference_mean**2,
        "difference_entropy": -_plogp(difference),
        "sum_average": sum_mean,
        "sum_variance": (summed * (s - sum_mean[:, None]) ** 2).sum(axis=1),
        "sum_entropy": -_plogp(summed),
        "angular_second_moment": (cells**2).sum(axis=1) / total**2,
        "contrast": contrast,
        "dissimilarity": difference_mean,
        "inverse_difference": difference @ (1 / (1 + k)),
        "normalized_inverse_difference": difference @ (1 / (1 + k / ng)),
        "inverse_difference_moment": difference @ (1 / (1 + k**2)),
        "normalized_inverse_difference_moment": difference @ (1 / (1 + k**2 / ng**2)),
        "inverse_variance": difference[:, 1:] @ (1 / k[1:] ** 2),
        "correlation": correlation,
        "autocorrelation": autocorrelation,
        "cluster_tendency": (summed * from_mean**2).sum(axis=1),
        "cluster_shade": (summed * from_mean**3).sum(axis=1),
        "cluster_prominence": (summed * from_mean**4).sum(axis=1),
        "information_correlation_1": information,
        "information_correlation_2": np.sqrt(1 - np.exp(-2 * np.maximum(2 * entropy - joint_entropy, 0))),
    }


def _diagonals(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distribution of |a - b|, (d, span), and of a + b, (d, 2 span - 1), of each matrix."""
    d, span = p.shape[0], p.shape[1]
    a, b = np.indices((span, span))
    difference = np.empty((d, span))
    summed = np.empty((d, 2 * span - 1))
    apart, together = np.abs(a - b).ravel(), (a + b).ravel()
    for row in range(d):
        weights = p[row].ravel()
        difference[row] = np.bincount(apart, weights, span)
        summed[row] = np.bincount(together, weights, 2 * span - 1)
    return difference, summed


def _plogp(p: np.ndarray) -> np.ndarray:
    """Sum of p log2 p over the last axis, 0 log 0 being 0."""
    logs = np.log2(p, where=p > 0, out=np.zeros_like(p))
    return np.einsum("...i,...i->...", p, logs)
