"""Descriptive statistics of weighted values, shared by intensity statistics and histogram.

A region of many thousand voxels has a few hundred different (rounded) intensities: everything here works on
the different values and how often they occur, which gives the same numbers much sooner.
"""

from __future__ import annotations

import numpy as np

# So many values show that they are no whole numbers, mostly.
PROBE = 100


def value_counts(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different values, ascending, and how often each occurs; whole numbers are counted, others sorted.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one.

    Returns
    -------
    tuple of ndarray, shape (m,) each
    """
    low, high = values.min(), values.max()
    are_near = high - low <= 4 * values.size + 65536
    if are_near and all(_are_steps_from(low, part) for part in (values[:PROBE], values)):
        counts = np.bincount((values - low).astype(np.intp))
        present = np.flatnonzero(counts)
        return present + float(low), counts[present]
    found, counts = np.unique(values, return_counts=True)
    return found, counts


def _are_steps_from(low: float, values: np.ndarray) -> bool:
    """Whether all are a whole number above the lowest."""
    return np.array_equal((values - low).astype(np.intp) + low, values)


def describe(values: np.ndarray, counts: np.ndarray) -> dict[str, float | None]:
    """Moments, percentiles and dispersion, named as in the catalog (statistics; histogram).

    Variance and the higher moments have n in their denominator; kurtosis is excess kurtosis; percentiles
    interpolate linearly. Skewness and kurtosis of a constant are 0 (IBSI), a ratio with a zero denominator is
    not defined (None).

    Parameters
    ----------
    values : ndarray of float64, shape (m,)
        Ascending, different.
    counts : ndarray of int, shape (m,)
        How often each occurs, at least once.
    """
    n = int(counts.sum())
    counts = counts.astype(float)
    mean = _total(values, counts) / n
    deviation = values - mean
    # Of a response all values differ, and numpy's third and fourth powers take many times a product's time.
    squared = deviation * deviation
    variance = _total(squared, counts) / n
    sd = variance**0.5
    p10, p25, median, p75, p90 = percentiles(values, counts, (10, 25, 50, 75, 90))
    middle = slice(np.searchsorted(values, p10, "left"), np.searchsorted(values, p90, "right"))
    middle_values, middle_counts = values[middle], counts[middle]
    energy = _total(values * values, counts)
    return {
        "mean": mean,
        "variance": variance,
        "skewness": _total(squared * deviation, counts) / n / sd**3 if sd > 0 else 0.0,
        "kurtosis": _total(squared * squared, counts) / n / variance**2 - 3.0 if sd > 0 else 0.0,
        "median": median,
        "minimum": float(values[0]),
        "percentile_10": p10,
        "percentile_90": p90,
        "maximum": float(values[-1]),
        "interquartile_range": p75 - p25,
        "range": float(values[-1] - values[0]),
        "mean_absolute_deviation": _total(np.abs(deviation), counts) / n,
        "robust_mean_absolute_deviation": _mean_absolute_deviation(middle_values, middle_counts),
        "median_absolute_deviation": _total(np.abs(values - median), counts) / n,
        "coefficient_of_variation": sd / mean if mean != 0 else None,
        "quartile_coefficient_of_dispersion": (p75 - p25) / (p75 + p25) if p75 + p25 != 0 else None,
        "energy": energy,
        "root_mean_square": (energy / n) ** 0.5,
    }


def percentiles(values: np.ndarray, counts: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """Percentiles (0-100) with linear interpolation between order statistics, as numpy's default.

    Parameters
    ----------
    values : ndarray of float64, shape (m,)
        Ascending, different.
    counts : ndarray of int, shape (m,)
        How often each occurs.
    shares : tuple of float
        From 0 to 100.
    """
    cumulative = np.cumsum(counts)
    positions = np.array(shares) / 100 * (cumulative[-1] - 1)
    below = np.floor(positions)
    low = values[np.searchsorted(cumulative, below, side="right")]
    high = values[np.searchsorted(cumulative, np.ceil(positions), side="right")]
    return [float(p) for p in low + (high - low) * (positions - below)]


def _mean_absolute_deviation(values: np.ndarray, counts: np.ndarray) -> float:
    n = int(counts.sum())
    mean = _total(values, counts) / n
    return _total(np.abs(values - mean), counts) / n


def _total(values: np.ndarray, counts: np.ndarray) -> float:
    """The sum of all values; not by `@`, whose threads take longer to end than this sum takes."""
    return float(np.einsum("i,i->", values, counts))
