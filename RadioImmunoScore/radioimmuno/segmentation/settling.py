"""The surface moved onto the nearby edge: where values change fastest from lesion to neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sphere import sphere
from .surface import Surface, most_likely
from .surroundings import LOWEST_HU, Surroundings

# A voxel blurs an edge this many of its lengths each way; where the lesion is small, less must do.
GAP_VOXELS, GAP_SHARE = 1.0, 0.3
# Levels are means just inside and outside of the blurred zone: to this share of the radius, so many gaps.
LEVEL_SAMPLES, DEEP_SHARE, BEYOND_GAPS = 8, 0.15, 1.5
# Searched this many gaps each way in a turn; all turns together move so many freely, by more rarely (SD).
REACH_GAPS, FREE_GAPS, SD_GAPS = 2.0, 1.0, 0.5
STEPS = 36
# Steepness compares means over so many steps before and behind a border; as much as the levels differ weighs
# this (log likelihood), more than that up to so many times; neighbours move alike within so many gaps (SD).
WINDOW_STEPS, STEP_WEIGHT, STEEPEST, SMOOTH_GAPS = 6, 4.0, 2.0, 0.3
# Differences of this size begin to be trusted over noise; above the second they weigh more, to so many times.
TRUSTED_HU, STRONG_HU, STRONGEST = 15.0, 150.0, 4.0
NEIGHBOUR_ROUNDS = 2
TURNS = 3

# No border is nearer to the centre.
LEAST_MM = 0.1

# Blur moves the steepest place of a ball's edge inwards; no ball is taken for smaller than this.
LEAST_BALL_MM = 4.0

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
    return _unbent(around, found)


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
    strength = np.clip(np.abs(edge.inside - edge.outside) / STRONG_HU, 1, STRONGEST) * edge.trust
    evidence = STEP_WEIGHT * strength[:, None] * _steepness(values, edge)
    away = np.abs(((surface.radii - before) / edge.gap_mm)[:, None] + borders)
    evidence -= 0.5 * (np.maximum(away - FREE_GAPS, 0) / SD_GAPS) ** 2
    moved = edge.gap_mm * (most_likely(evidence, SMOOTH_GAPS / step) * step - REACH_GAPS)
    return Surface(surface.centre, np.maximum(surface.radii + moved, LEAST_MM))


def _steepness(values: np.ndarray, edge: _Edge) -> np.ndarray:
    """Change (n, steps + 1) across each border between samples (n, steps), as a share of the levels'.

    The middle between the levels would do for an even lesion in even tissue; where a rim takes up contrast
    agent or tissue around the lesion thickens, values pass the middle beside the border.
    """
    filled = np.where(np.isfinite(values), values, edge.outside[:, None])
    total = np.cumsum(np.pad(filled, ((0, 0), (WINDOW_STEPS, WINDOW_STEPS)), mode="edge"), axis=1)
    total = np.pad(total, ((0, 0), (1, 0)))
    means = (total[:, WINDOW_STEPS:] - total[:, :-WINDOW_STEPS]) / WINDOW_STEPS
    contrast = edge.inside - edge.outside
    change = means[:, :-WINDOW_STEPS] - means[:, WINDOW_STEPS:]
    return np.clip(change / np.where(contrast == 0, 1.0, contrast)[:, None], 0, STEEPEST)


def _unbent(around: Surroundings, surface: Surface) -> Surface:
    """The surface where it was before sampling and smoothing blurred it.

    A blur with variances s1, s2 along the surface moves the steepest place of a ball's edge inwards by
    (s1 + s2) / (2 R), to first order. Known are the smoothing and the voxel: a box and the linear
    interpolation between two, together a quarter of its length squared. The scanner's own blur is not.
    """
    variance = BLUR_MM**2 + np.asarray(around.spacing) ** 2 / 4
    along = variance.sum() - sphere().directions ** 2 @ variance
    return Surface(surface.centre, surface.radii + along / (2 * np.maximum(surface.radii, LEAST_BALL_MM)))


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
