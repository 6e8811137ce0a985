"""From a first guess to the surface: sample rays, find the likeliest borders, guess better, repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
class Prior:
    """What is known of a lesion before the CT is looked at.

    Parameters
    ----------
    guess : Ellipsoid
        The likeliest ellipsoid; its axes along the stroke, across it in its slice, through the slices.
    sd : ndarray, shape (3,)
        SD of the logarithm of the radius along these axes.
    core : ndarray, shape (m, 3)
        Places that are inside.
    border : ndarray, shape (m, 3)
        Places on the border; m may be 0.
    ends : ndarray, shape (2, 3)
        The ends of the stroke along the longest extent, or (0, 3).
    normal : ndarray or None, shape (3,)
        Of the slices in which no two points are farther apart than the ends; None for no such.
    certainty : float
        Of the ends: 1 when they were drawn, less when they were guessed from a click.
    """

    guess: Ellipsoid
    sd: np.ndarray
    core: np.ndarray
    border: np.ndarray
    ends: np.ndarray
    normal: np.ndarray | None
    certainty: float = 1.0

    @property
    def length_mm(self) -> float:
        """The longest extent."""
        return 2 * float(self.guess.semi_mm[0])

    @property
    def known(self) -> float:
        """How much was drawn: 0 for a length, 1 for length and width, 2 for a box."""
        if len(self.ends) == 0:
            return 2.0
        return float(len(self.border) > len(self.ends))

    @property
    def is_axial(self) -> bool:
        """Whether it is the longest extent in axial slices."""
        return self.normal is not None and self.normal[0] == 1

    @property
    def blur_mm(self) -> float:
        """How much noise is smoothed away."""
        return max(P.least_blur_mm, P.blur_share * self.length_mm)


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


def fit_surface(
    around: Surroundings,
    prior: Prior,
    rounds: int = P.fit_rounds,
    propagation_rounds: int = P.propagation_rounds,
) -> SurfaceFit:
    """The lesion's surface, likeliest by the CT and what is known before.

    Raises
    ------
    ValueError
        When no place of the core is in the CT.
    """
    span = _span(around, prior)
    soft = around.softened(prior.blur_mm, *span)
    core = soft.sample(prior.core)
    core = core[np.isfinite(core)]
    surface, guess, certainty = None, prior.guess, 0.0
    for _ in range(rounds):
        rays = sample_rays(soft, guess)
        if surface is None:
            depth = guess.depth(rays.places)
            inner, outer = P.first_inside_share, P.first_outside_shares
        else:
            depth = surface.depth(rays.places)
            inner, outer = P.inside_share, P.outside_shares
        likelihood = region_likelihood(
            rays, core, depth < inner, (depth > outer[0]) & (depth < outer[1]), span
        )
        likelihood += edge_likelihood(rays) + _prior_likelihood(rays, guess, prior)
        if surface is not None:
            likelihood -= 0.5 * (LOG_BORDERS / P.refined_sd) ** 2
        steps = most_likely(likelihood, P.smoothness_share / STEP, propagation_rounds)
        surface = Surface(guess.centre, steps * STEP * rays.guess_mm)
        guess, certainty = surface.ellipsoid(), _certainty(likelihood, steps)
    assert surface is not None
    return SurfaceFit(surface, certainty)


def _certainty(likelihood: np.ndarray, steps: np.ndarray) -> float:
    likeliest = likelihood.max(axis=1)
    total = likeliest + np.log(np.exp(likelihood - likeliest[:, None]).sum(axis=1))
    there = np.take_along_axis(likelihood, np.rint(steps).astype(int)[:, None], axis=1)[:, 0]
    return float(np.exp((there - total).mean()))


def _span(around: Surroundings, prior: Prior) -> tuple[float, float]:
    core = around.sample(prior.core)
    core = core[np.isfinite(core)]
    if core.size == 0:
        raise ValueError("the core lies outside of the CT")
    middle = float(np.median(core))
    sd = 1.4826 * float(np.median(np.abs(core - middle)))
    reach = max(P.span_hu, P.span_sds * max(P.least_sd_hu, sd))
    return middle - reach, middle + reach


def _prior_likelihood(rays: RaySamples, guess: Ellipsoid, prior: Prior) -> np.ndarray:
    """Log likelihood (n, steps + 1) of each border by what is known before."""
    shares = sphere().directions @ prior.guess.axes.T
    sd = np.sqrt(shares**2 @ prior.sd**2)[:, None]
    usual = replace(prior.guess, centre=guess.centre).radii()
    found = -0.5 * ((LOG_BORDERS + np.log(rays.guess_mm / usual)[:, None]) / sd) ** 2
    borders = rays.guess_mm[:, None] * BORDERS
    for end in prior.border:
        offset = end - guess.centre
        away = float(np.linalg.norm(offset))
        angle = np.arccos(np.clip(sphere().directions @ offset / max(away, 1e-6), -1, 1))
        weight = np.exp(-0.5 * (angle / P.end_sd_radians) ** 2)
        found -= 0.5 * weight[:, None] * ((borders - away) / (P.end_sd_share * prior.length_mm / 2)) ** 2
    if prior.normal is not None:
        found -= 0.5 * (_excess(guess.centre, borders, prior, prior.normal) / P.excess_sd_share) ** 2
    return found


def _excess(centre: np.ndarray, borders: np.ndarray, prior: Prior, normal: np.ndarray) -> np.ndarray:
    """How much farther borders are from either end than the ends from each other (share), in the slice."""
    directions = sphere().directions
    in_slice = np.eye(3) - np.outer(normal, normal)
    excess = np.zeros(borders.shape)
    for end in prior.ends:
        start, steps = (centre - end) @ in_slice, directions @ in_slice
        squares = (
            (start @ start) + 2 * borders * (steps @ start)[:, None] + borders**2 * (steps**2).sum(1)[:, None]
        )
        excess = np.maximum(excess, np.sqrt(np.maximum(squares, 0)) / prior.length_mm - 1)
    return excess


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
