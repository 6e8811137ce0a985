"""The surface moved onto the nearby edge, where values pass the middle between lesion and neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sphere import sphere
from .surface import Surface, most_likely
from .surroundings import LOWEST_HU, Surroundings

# A voxel blurs an edge this many of its lengths each way; where the lesion is small, less must do.
GAP_VOXELS, GAP_SHARE = 1.0, 0.3
# Levels are means just inside and outside of the blurred zone: to this share of the radius, so many gaps.
LEVEL_SAMPLES, DEEP_SHARE, BEYOND_GAPS = 8, 0.4, 1.5
# Searched this many gaps each way in a turn; all turns together move so many freely, by more rarely (SD).
REACH_GAPS, FREE_GAPS, SD_GAPS = 2.0, 1.0, 0.5
STEPS = 36
# So many gaps are worth one independent value; neighbouring rays move alike within so many (SD).
INDEPENDENT_GAPS, SMOOTH_GAPS = 0.6, 0.3
# Differences of this size begin to be trusted over noise.
TRUSTED_HU = 15.0
NEIGHBOUR_ROUNDS = 2
TURNS = 3

# No border is nearer to the centre.
LEAST_MM = 0.1


# Just enough against noise to find an edge; bone brighter than this is not needed to tell it from a lesion.
BLUR_MM, HIGHEST_HU = 0.7, 400.0


def unsmoothed(around: Surroundings) -> Surroundings:
    """The CT as `settle` and `clearness` want it: with all that is sharp in it."""
    return around.softened(BLUR_MM, LOWEST_HU, HIGHEST_HU)


@dataclass(frozen=True, eq=False)
class _Edge:
    """Levels (n,) on both sides of a surface, half the blurred zone's width, how far the step is trusted."""

    inside: np.ndarray
    outside: np.ndarray
    gap_mm: np.ndarray
    trust: np.ndarray


def settle(around: Surroundings, surface: Surface) -> Surface:
    """The surface on the edge nearby."""
    found = surface
    for _ in range(TURNS):
        found = _moved(around, found, _edge(around, found), surface.radii)
    return found


def clearness(around: Surroundings, surface: Surface) -> float:
    """How clear the edge along a surface is: 0 nowhere, 1 all around."""
    return float(_edge(around, surface).trust.mean())


def _edge(around: Surroundings, surface: Surface) -> _Edge:
    gap = GAP_VOXELS * np.linalg.norm(sphere().directions * around.spacing, axis=1)
    gap = np.minimum(gap, GAP_SHARE * surface.radii)[:, None]
    share = np.linspace(0, 1, LEVEL_SAMPLES)
    inside = _level(_look(around, surface, -gap - DEEP_SHARE * surface.radii[:, None] * share))
    outside = _level(_look(around, surface, gap + BEYOND_GAPS * gap * share))
    squared = (inside - outside) ** 2
    return _Edge(inside, outside, gap[:, 0], squared / (squared + TRUSTED_HU**2))


def _moved(around: Surroundings, surface: Surface, edge: _Edge, before: np.ndarray) -> Surface:
    step = 2 * REACH_GAPS / STEPS
    borders = -REACH_GAPS + np.arange(STEPS + 1) * step
    values = _look(around, surface, edge.gap_mm[:, None] * (borders[:-1] + step / 2))
    contrast = edge.inside - edge.outside
    side = 2 * values - (edge.inside + edge.outside)[:, None]
    side = np.clip(side / np.where(contrast == 0, 1.0, contrast)[:, None], -1, 1)
    found = np.where(np.isfinite(values), side * edge.trust[:, None], -1.0)
    evidence = np.pad(np.cumsum(found, axis=1), ((0, 0), (1, 0))) * (step / INDEPENDENT_GAPS)
    away = np.abs(((surface.radii - before) / edge.gap_mm)[:, None] + borders)
    evidence -= 0.5 * (np.maximum(away - FREE_GAPS, 0) / SD_GAPS) ** 2
    moved = edge.gap_mm * (most_likely(evidence, SMOOTH_GAPS / step) * step - REACH_GAPS)
    return Surface(surface.centre, np.maximum(surface.radii + moved, LEAST_MM))


def _look(around: Surroundings, surface: Surface, distance: np.ndarray) -> np.ndarray:
    """Values (n, m) at distances (n, m) in mm from the surface, outwards."""
    away = np.maximum(surface.radii[:, None] + distance, 0)
    return around.sample(surface.centre + sphere().directions[:, None, :] * away[..., None])


def _level(values: np.ndarray) -> np.ndarray:
    """Mean value (n,) on each ray, shared with neighbouring rays."""
    there = np.isfinite(values)
    total, count = np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1).astype(float)
    overall = total.sum() / max(count.sum(), 1.0)
    for _ in range(NEIGHBOUR_ROUNDS):
        total, count = sphere().mean @ total, sphere().mean @ count
    return np.where(count > 0, total / np.maximum(count, 1e-9), overall)
