"""What the CT says about where the border lies on each ray from a lesion's centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sphere import sphere
from .surface import Ellipsoid
from .surroundings import Surroundings

# Rays are sampled in equal steps of the guessed radius, to twice that radius.
STEPS, REACH = 48, 2.0
STEP = REACH / STEPS

# HU are counted in this many bins over the span of values that tell the lesion from its neighbours.
BINS = 52
BIN_BLUR = 1.0  # SD in bins: as much as noise and a small sample blur a histogram

# A value that is nowhere seen inside counts as seen this often: none proves anything for sure.
FLOOR = 2e-3

# What one value may prove (log likelihood ratio): that it is not of the lesion much, that it is only little,
# because what looks like the lesion is often its neighbour: muscle, vessel, wall.
AGAINST, IN_FAVOUR = 2.0, 0.2

# Noise and texture are correlated: this share of the guessed radius is as good as one independent value.
INDEPENDENT = 0.14

# The lesion's values: this share of weight for those along the stroke, the rest for what was found around it.
CORE_SHARE = 0.9

# The neighbourhood's values: those beyond the ray's own neighbours weigh this much of the near ones.
NEIGHBOUR_ROUNDS, GLOBAL_SHARE = 6, 0.5

# An edge counts up to this many times the usual change between samples, half of it the strong ones'.
EDGE_LIMIT, STRONG_PERCENT, STRONG_SHARE = 2.0, 90, 0.5

# Where there is no CT there is rather no lesion.
UNMEASURED = -1.0


@dataclass(frozen=True, eq=False)
class Rays:
    """The CT on rays from the centre of a guess.

    Parameters
    ----------
    places : (n, steps, 3) in mm
    values : (n, steps) HU, NaN where there is no CT
    guess_mm : (n,) the guess's radii
    """

    places: np.ndarray
    values: np.ndarray
    guess_mm: np.ndarray


# Distances of samples and of borders on a ray, in radii of the guess.
SHARES = (np.arange(STEPS) + 0.5) * STEP
BORDERS = np.arange(STEPS + 1) * STEP


def cast(around: Surroundings, guess: Ellipsoid) -> Rays:
    """Sample the CT on rays through a guess."""
    radii = guess.radii()
    places = guess.centre + sphere().directions[:, None, :] * (radii[:, None] * SHARES)[..., None]
    return Rays(places, around.sample(places), radii)


def by_region(
    rays: Rays, core: np.ndarray, inner: np.ndarray, outer: np.ndarray, span: tuple[float, float]
) -> np.ndarray:
    """Log likelihood (n, steps + 1) of each border by the values before and behind it.

    Parameters
    ----------
    core : values that are the lesion's, HU
    inner, outer : (n, steps) bool, samples that are likely the lesion's and its neighbourhood's
    span : lowest and highest HU that are told apart
    """
    measured = np.isfinite(rays.values)
    bins = _bins(np.where(measured, rays.values, span[0]), span)
    weight = measured * rays.guess_mm[:, None] ** 3 * SHARES**2
    inside = CORE_SHARE * _distribution(np.bincount(_bins(core, span), minlength=BINS))
    inside += (1 - CORE_SHARE) * _distribution(_counts(bins, weight * inner).sum(axis=0))
    outside = _counts(bins, weight * outer)
    for _ in range(NEIGHBOUR_ROUNDS):
        outside = sphere().mean @ outside
    outside = _distribution(_distribution(outside) + GLOBAL_SHARE * _distribution(outside.sum(axis=0)))
    ratio = np.clip(np.log((inside + FLOOR) / (outside + FLOOR)), -AGAINST, IN_FAVOUR)
    found = np.where(measured, np.take_along_axis(ratio, bins, axis=1), UNMEASURED)
    return np.pad(np.cumsum(found, axis=1), ((0, 0), (1, 0))) * (STEP / INDEPENDENT)


def by_edge(rays: Rays) -> np.ndarray:
    """Log likelihood (n, steps + 1) of each border by how much values change across it."""
    change = np.zeros((len(rays.values), STEPS + 1))
    change[:, 1:-1] = np.nan_to_num(np.abs(np.diff(rays.values, axis=1)))
    usual = np.median(change) + STRONG_SHARE * np.percentile(change, STRONG_PERCENT)
    return np.minimum(change / max(usual, 1e-6), EDGE_LIMIT)


def _bins(values: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    low, high = span
    return np.clip(((values - low) * (BINS / (high - low))).astype(int), 0, BINS - 1)


def _counts(bins: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Histograms (n, bins) of the samples of each ray."""
    flat = np.arange(len(bins))[:, None] * BINS + bins
    return np.bincount(flat.ravel(), weight.ravel(), len(bins) * BINS).reshape(-1, BINS)


def _distribution(counts: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter1d

    total = counts.sum(axis=-1, keepdims=True)
    return gaussian_filter1d(counts / np.maximum(total, 1e-12), BIN_BLUR, axis=-1)
