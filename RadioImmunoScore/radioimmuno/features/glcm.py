"""Gray-level co-occurrence matrix over the 13 directions at distance 1 (IBSI family LFYI)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .family import Family, Measurement, Row, Values
from .neighbours import Neighbours

# fmt: off
ROWS = (
    Row("joint_maximum", "GYBY", "cm_joint_max", pyradiomics="MaximumProbability", lifex="JointMaximum"),
    Row("joint_average", "60VM", "cm_joint_avg", pyradiomics="JointAverage", lifex="JointAverage"),
    Row("joint_variance", "UR99", "cm_joint_var", pyradiomics="SumSquares", lifex="JointVariance"),
    Row("joint_entropy", "TU9B", "cm_joint_entr", words="variety of neighboring pairs",
        pyradiomics="JointEntropy", lifex="JointEntropyLog2"),
    Row("difference_average", "TF7R", "cm_diff_avg",
        pyradiomics="DifferenceAverage", lifex="DifferenceAverage"),
    Row("difference_variance", "D3YU", "cm_diff_var",
        pyradiomics="DifferenceVariance", lifex="DifferenceVariance"),
    Row("difference_entropy", "NTRS", "cm_diff_entr",
        pyradiomics="DifferenceEntropy", lifex="DifferenceEntropy"),
    Row("sum_average", "ZGXS", "cm_sum_avg", pyradiomics="SumAverage", lifex="SumAverage"),
    Row("sum_variance", "OEEB", "cm_sum_var", pyradiomics="ClusterTendency", lifex="SumVariance"),
    Row("sum_entropy", "P6QZ", "cm_sum_entr", pyradiomics="SumEntropy", lifex="SumEntropy"),
    Row("angular_second_moment", "8ZQL", "cm_energy", words="few kinds of neighboring pairs prevail",
        pyradiomics="JointEnergy", lifex="AngularSecondMoment"),
    Row("contrast", "ACUI", "cm_contrast", words="large differences between neighbors",
        pyradiomics="Contrast", lifex="Contrast"),
    Row("dissimilarity", "8S9J", "cm_dissimilarity", words="mean difference between neighbors",
        pyradiomics="DifferenceAverage", lifex="Dissimilarity"),
    Row("inverse_difference", "IB1Z", "cm_inv_diff", words="neighbors that are alike",
        pyradiomics="Id", lifex="InverseDifference"),
    Row("normalized_inverse_difference", "NDRX", "cm_inv_diff_norm",
        pyradiomics="Idn", lifex="NormalisedInverseDifference"),
    Row("inverse_difference_moment", "WF0Z", "cm_inv_diff_mom",
        pyradiomics="Idm", lifex="InverseDifferenceMoment"),
    Row("normalized_inverse_difference_moment", "1QCO", "cm_inv_diff_mom_norm",
        pyradiomics="Idmn", lifex="NormalisedInverseDifferenceMoment"),
    Row("inverse_variance", "E8JP", "cm_inv_var", pyradiomics="InverseVariance", lifex="InverseVariance"),
    Row("correlation", "NI2N", "cm_corr", words="neighbors predict each other",
        pyradiomics="Correlation", lifex="Correlation"),
    Row("autocorrelation", "QWB0", "cm_auto_corr", pyradiomics="Autocorrelation", lifex="Autocorrelation"),
    Row("cluster_tendency", "DG8W", "cm_clust_tend", pyradiomics="ClusterTendency", lifex="ClusterTendency"),
    Row("cluster_shade", "7NFM", "cm_clust_shade", pyradiomics="ClusterShade", lifex="ClusterShade"),
    Row("cluster_prominence", "AE86", "cm_clust_prom",
        pyradiomics="ClusterProminence", lifex="ClusterProminence"),
    Row("information_correlation_1", "R8DG", "cm_info_corr1", pyradiomics="Imc1"),
    Row("information_correlation_2", "JN9H", "cm_info_corr2", pyradiomics="Imc2"),
)
# fmt: on


def co_occurrences(measurement: Measurement) -> np.ndarray:
    """How often level a neighbours level b, counted both ways, for each direction.

    Parameters
    ----------
    measurement : Measurement

    Returns
    -------
    ndarray of float64, shape (13, span, span)
    """
    neighbours = measurement.neighbours
    size = neighbours.span + 1
    base = neighbours.own.astype(np.intp) * size
    counts = np.empty((len(neighbours.steps), neighbours.span, neighbours.span))
    for direction, levels in enumerate(neighbours.next):
        pairs = np.bincount(base + levels, minlength=size * size).reshape(size, size)[1:, 1:]
        counts[direction] = pairs
        counts[direction] += pairs.T
    return counts


def glcm(measurement: Measurement) -> Values:
    """Features averaged over the directions (IBSI ITBB); a direction without pairs does not count.

    Parameters
    ----------
    measurement : Measurement
    """
    counts = measurement.shared(co_occurrences)
    filled = counts.sum(axis=(1, 2)) > 0
    return _averaged(_features(counts[filled], measurement.neighbours))


def glcm_merged(measurement: Measurement) -> Values:
    """Features of the one matrix that merges all directions (IBSI IAZD).

    Parameters
    ----------
    measurement : Measurement
    """
    merged = measurement.shared(co_occurrences).sum(axis=0, keepdims=True)
    return _averaged(_features(merged[merged.sum(axis=(1, 2)) > 0], measurement.neighbours))


def _averaged(features: dict[str, np.ndarray]) -> Values:
    values = np.stack(list(features.values()))
    if not values.size:
        return dict.fromkeys(features)
    defined, means = np.isfinite(values).all(axis=1), values.mean(axis=1)
    return {name: float(means[n]) if defined[n] else None for n, name in enumerate(features)}


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
    a = np.arange(span)
    difference = np.empty((d, span))
    summed = np.empty((d, 2 * span - 1))
    apart, together = np.abs(a[:, None] - a).ravel(), (a[:, None] + a).ravel()
    for row in range(d):
        weights = p[row].ravel()
        difference[row] = np.bincount(apart, weights, span)
        summed[row] = np.bincount(together, weights, 2 * span - 1)
    return difference, summed


def _plogp(p: np.ndarray) -> np.ndarray:
    """Sum of p log2 p over the last axis, 0 log 0 being 0."""
    return np.einsum("...i,...i->...", p, np.log2(p + (p == 0)))


FAMILY = Family(
    "glcm",
    "co-occurrence",
    ROWS,
    lambda measurement, names: glcm(measurement),
    tag_suffix="_3D_avg",
    pyradiomics_class="glcm",
    lifex_prefix="GLCM",
    directions="AVERAGED",
)
FAMILY_MERGED = replace(
    FAMILY,
    key="glcm_merged",
    title="co-occurrence, merged",
    compute=lambda measurement, names: glcm_merged(measurement),
    tag_suffix="_3D_comb",
    directions="MERGED",
)
