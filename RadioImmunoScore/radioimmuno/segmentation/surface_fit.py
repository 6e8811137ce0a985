"""The likeliest surface near a guess, on rays: how large a lesion is that was clicked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parameters import PARAMETERS as P
from .surface import Ellipsoid, Surface, most_likely, sphere
from .surroundings import Surroundings

# Distances of samples and of borders on a ray, in radii of the guess; the centre itself is no border.
STEP = P.ray_reach_radii / P.ray_steps
SAMPLES = (np.arange(P.ray_steps) + 0.5) * STEP
BORDERS = np.arange(P.ray_steps + 1) * STEP
LOG_BORDERS = np.log(np.maximum(BORDERS, 1e-3))


@dataclass(frozen=True, eq=False)
class RaySamples:
    """The CT on rays from the centre of a guess.

    Parameters
    ----------
    places : ndarray, shape (n, steps, 3)
        In mm.
    values : ndarray, shape (n, steps)
        HU, NaN where there is no CT.
    guess_mm : ndarray, shape (n,)
        The guess's radii.
    """

    places: np.ndarray
    values: np.ndarray
    guess_mm: np.ndarray


@dataclass(frozen=True, eq=False)
class SurfaceFit:
    """A surface, and how sure the rays were.

    Parameters
    ----------
    surface : Surface
        The likeliest.
    certainty : float
        Geometric mean of the shares (0 to 1) of each ray's likelihood that its own border holds.
    """

    surface: Surface
    certainty: float


def fit_surface(around: Surroundings, guess: Ellipsoid, core: np.ndarray) -> SurfaceFit:
    """The surface that is likeliest by the CT and near a guess.

    Parameters
    ----------
    around : Surroundings
        The CT.
    guess : Ellipsoid
        About where the surface is.
    core : ndarray, shape (m, 3)
        Places that are inside, mm.

    Raises
    ------
    ValueError
        When no place of the core is in the CT.
    """
    span = _span(around.sample(core))
    soft = around.softened(max(P.least_blur_mm, 2 * P.blur_share * float(guess.semi_mm[0])), *span)
    values = soft.sample(core)
    rays = sample_rays(soft, guess)
    depth = guess.depth(rays.places)
    outer = (depth > P.outside_shares[0]) & (depth < P.outside_shares[1])
    likelihood = region_likelihood(rays, values[np.isfinite(values)], depth < P.inside_share, outer, span)
    likelihood += edge_likelihood(rays) - 0.5 * (LOG_BORDERS / P.guess_sd) ** 2
    steps = most_likely(likelihood, P.smoothness_share / STEP, P.click_propagation_rounds)
    return SurfaceFit(Surface(guess.centre, steps * STEP * rays.guess_mm), _certainty(likelihood, steps))


def _certainty(likelihood: np.ndarray, steps: np.ndarray) -> float:
    likeliest = likelihood.max(axis=1)
    total = likeliest + np.log(np.exp(likelihood - likeliest[:, None]).sum(axis=1))
    there = np.take_along_axis(likelihood, np.rint(steps).astype(int)[:, None], axis=1)[:, 0]
    return float(np.exp((there - total).mean()))


def _span(core: np.ndarray) -> tuple[float, float]:
    """Lowest and highest HU that are distinguished, by a lesion's own values (m,)."""
    core = core[np.isfinite(core)]
    if core.size == 0:
        raise ValueError("the core lies outside of the CT")
    middle = float(np.median(core))
    sd = 1.4826 * float(np.median(np.abs(core - middle)))
    reach = max(P.span_hu, P.span_sds * max(P.least_sd_hu, sd))
    return middle - reach, middle + reach


def sample_rays(around: Surroundings, guess: Ellipsoid) -> RaySamples:
    """Sample the CT on rays through a guess."""
    radii = guess.radii()
    places = guess.centre + sphere().directions[:, None, :] * (radii[:, None] * SAMPLES)[..., None]
    return RaySamples(places, around.sample(places), radii)


def region_likelihood(
    rays: RaySamples, core: np.ndarray, inner: np.ndarray, outer: np.ndarray, span: tuple[float, float]
) -> np.ndarray:
    """Log likelihood (n, steps + 1) of each border by the values before and behind it.

    Parameters
    ----------
    core : ndarray, shape (m,)
        Values that are the lesion's, HU.
    inner, outer : ndarray of bool, shape (n, steps)
        Samples that are likely the lesion's and its neighbourhood's.
    span : tuple of 2 floats
        Lowest and highest HU that are distinguished.
    """
    measured = np.isfinite(rays.values)
    bins = _bins(np.where(measured, rays.values, span[0]), span)
    weight = measured * rays.guess_mm[:, None] ** 3 * SAMPLES**2
    inside = P.core_weight * _distribution(np.bincount(_bins(core, span), minlength=P.hu_bins))
    inside += (1 - P.core_weight) * _distribution(_counts(bins, weight * inner).sum(axis=0))
    outside = _counts(bins, weight * outer)
    for _ in range(P.outside_rounds):
        outside = sphere().mean @ outside
    outside = _distribution(_distribution(outside) + P.beyond_weight * _distribution(outside.sum(axis=0)))
    ratio = np.log((inside + P.least_frequency) / (outside + P.least_frequency))
    ratio = np.clip(ratio, -P.most_against, P.most_in_favour)
    found = np.where(measured, np.take_along_axis(ratio, bins, axis=1), P.not_measured)
    return np.pad(np.cumsum(found, axis=1), ((0, 0), (1, 0))) * (STEP / P.independent_share)


def edge_likelihood(rays: RaySamples) -> np.ndarray:
    """Log likelihood (n, steps + 1) of each border by how much values change across it."""
    change = np.zeros((len(rays.values), P.ray_steps + 1))
    change[:, 1:-1] = np.nan_to_num(np.abs(np.diff(rays.values, axis=1)))
    usual = np.median(change) + P.strong_weight * np.percentile(change, P.strong_percentile)
    return np.minimum(change / max(usual, 1e-6), P.edge_limit)


def _bins(values: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    low, high = span
    return np.clip(((values - low) * (P.hu_bins / (high - low))).astype(int), 0, P.hu_bins - 1)


def _counts(bins: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Histograms (n, bins) of the samples of each ray."""
    flat = np.arange(len(bins))[:, None] * P.hu_bins + bins
    return np.bincount(flat.ravel(), weight.ravel(), len(bins) * P.hu_bins).reshape(-1, P.hu_bins)


def _distribution(counts: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter1d

    total = counts.sum(axis=-1, keepdims=True)
    return gaussian_filter1d(counts / np.maximum(total, 1e-12), P.bin_blur_bins, axis=-1)
