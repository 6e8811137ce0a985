"""From a stroke or a guess to the lesion's surface: look along rays, believe, guess better, look again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .evidence import BORDERS, STEP, Rays, by_edge, by_region, cast
from .sphere import sphere
from .surface import Ellipsoid, Surface, most_likely
from .surroundings import Surroundings

ROUNDS = 3

# What a lesion is like before the CT is looked at, our own choice: across the longest extent in an axial
# slice it is narrower, through the slices about as long. In other slices the longest extent takes in the
# lesion's height: across and through it is more slender. SDs of a radius's logarithm along, across, through.
WIDTH, HEIGHT = 0.78, 1.0
PRIOR_SD = np.array([0.2, 0.2, 0.3])
SLENDER, SLENDER_SD = 0.66, np.array([0.2, 0.2, 0.2])
# How far the surface may go from the ellipsoid found so far (SD of the logarithm).
REFINED_SD = 0.20

# Neighbouring rays' borders differ by this share of the radius (SD).
SMOOTHNESS = 0.07

# The stroke's ends lie on the border within this share of half its length, on rays within so many radians.
END_SD, END_RADIANS = 0.08, 0.15
# Points of one slice are not farther apart than the stroke is long; by this share of it rather seldom.
LENS_SD = 0.08

# Noise is smoothed away over this share of the stroke's length, and at least so many mm.
BLUR, LEAST_BLUR_MM = 0.025, 1.0

# Values are told apart this far from the stroke's median: at least so many HU or SDs (an SD is at least ...).
SPAN_HU, SPAN_SDS, LEAST_SD_HU = 250.0, 5.0, 20.0

# What is inside and outside: of a first guess, and of a surface that was found.
FIRST_INNER, FIRST_OUTER = 0.5, (1.3, 1.9)
INNER, OUTER = 0.85, (1.12, 1.6)


@dataclass(frozen=True, eq=False)
class Prior:
    """What is known of a lesion before the CT is looked at.

    Parameters
    ----------
    guess : the likeliest ellipsoid; its axes along the stroke, across it in its slice, through the slices
    sd : (3,) SD of the logarithm of the radius along these axes
    core : (m, 3) places that are inside
    ends : (2, 3) places on the border, or (0, 3)
    normal : (3,) of the slices in which no two points are farther apart than the ends; None for no such
    """

    guess: Ellipsoid
    sd: np.ndarray
    core: np.ndarray
    ends: np.ndarray
    normal: np.ndarray | None

    @property
    def length_mm(self) -> float:
        """The longest extent."""
        return 2 * float(self.guess.semi_mm[0])

    @property
    def blur_mm(self) -> float:
        """How much noise is smoothed away."""
        return max(LEAST_BLUR_MM, BLUR * self.length_mm)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A surface, and how sure the rays were.

    Parameters
    ----------
    surface : the likeliest
    sureness : geometric mean of the shares (0 to 1) of each ray's likelihood that its own border holds
    """

    surface: Surface
    sureness: float


def fit(around: Surroundings, prior: Prior, rounds: int = ROUNDS) -> Fitted:
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
    surface, guess, sureness = None, prior.guess, 0.0
    for _ in range(rounds):
        rays = cast(soft, guess)
        if surface is None:
            depth = guess.depth(rays.places)
            inner, outer = FIRST_INNER, FIRST_OUTER
        else:
            depth = surface.depth(rays.places)
            inner, outer = INNER, OUTER
        evidence = by_region(rays, core, depth < inner, (depth > outer[0]) & (depth < outer[1]), span)
        evidence += by_edge(rays) + _by_prior(rays, guess, prior)
        if surface is not None:
            evidence -= 0.5 * (LOG_BORDERS / REFINED_SD) ** 2
        steps = most_likely(evidence, SMOOTHNESS / STEP)
        surface = Surface(guess.centre, steps * STEP * rays.guess_mm)
        guess, sureness = surface.ellipsoid(), _sureness(evidence, steps)
    assert surface is not None
    return Fitted(surface, sureness)


def _sureness(evidence: np.ndarray, steps: np.ndarray) -> float:
    likeliest = evidence.max(axis=1)
    total = likeliest + np.log(np.exp(evidence - likeliest[:, None]).sum(axis=1))
    there = np.take_along_axis(evidence, np.rint(steps).astype(int)[:, None], axis=1)[:, 0]
    return float(np.exp((there - total).mean()))


# The centre itself is no border.
LOG_BORDERS = np.log(np.maximum(BORDERS, 1e-3))


def _span(around: Surroundings, prior: Prior) -> tuple[float, float]:
    core = around.sample(prior.core)
    core = core[np.isfinite(core)]
    if core.size == 0:
        raise ValueError("the core lies outside of the CT")
    middle = float(np.median(core))
    sd = 1.4826 * float(np.median(np.abs(core - middle)))
    reach = max(SPAN_HU, SPAN_SDS * max(LEAST_SD_HU, sd))
    return middle - reach, middle + reach


def _by_prior(rays: Rays, guess: Ellipsoid, prior: Prior) -> np.ndarray:
    """Log likelihood (n, steps + 1) of each border by what is known before."""
    shares = sphere().directions @ prior.guess.axes.T
    sd = np.sqrt(shares**2 @ prior.sd**2)[:, None]
    usual = replace(prior.guess, centre=guess.centre).radii()
    found = -0.5 * ((LOG_BORDERS + np.log(rays.guess_mm / usual)[:, None]) / sd) ** 2
    borders = rays.guess_mm[:, None] * BORDERS
    for end in prior.ends:
        offset = end - guess.centre
        away = float(np.linalg.norm(offset))
        angle = np.arccos(np.clip(sphere().directions @ offset / max(away, 1e-6), -1, 1))
        weight = np.exp(-0.5 * (angle / END_RADIANS) ** 2)
        found -= 0.5 * weight[:, None] * ((borders - away) / (END_SD * prior.length_mm / 2)) ** 2
    if prior.normal is not None:
        found -= 0.5 * (_beyond_reach(guess.centre, borders, prior, prior.normal) / LENS_SD) ** 2
    return found


def _beyond_reach(centre: np.ndarray, borders: np.ndarray, prior: Prior, normal: np.ndarray) -> np.ndarray:
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
