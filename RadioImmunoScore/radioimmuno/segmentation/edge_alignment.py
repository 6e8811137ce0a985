"""The surface moved onto the nearby edge: where values change fastest from lesion to neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parameters import PARAMETERS as P
from .surface import Surface, most_likely, sphere
from .surroundings import Surroundings


def for_edges(around: Surroundings) -> Surroundings:
    """The CT as `align_to_edge` and `edge_clarity` want it: with all that is sharp in it."""
    return around.softened(P.edge_blur_mm, P.lowest_hu, P.edge_highest_hu)


@dataclass(frozen=True, eq=False)
class _Edge:
    """Levels (n,) on both sides of a surface, half the blurred zone's width, how far the step is trusted."""

    inside: np.ndarray
    outside: np.ndarray
    gap_mm: np.ndarray
    trust: np.ndarray


def align_to_edge(around: Surroundings, surface: Surface) -> Surface:
    """The surface on the edge nearby."""
    found = surface
    for _ in range(P.turns):
        found = _moved(around, found, _edge(around, found), surface.radii)
    return _unblurred(around, found)


def edge_clarity(around: Surroundings, surface: Surface) -> float:
    """How clear the edge along a surface is: 0 nowhere, 1 all around."""
    return float(_edge(around, surface).trust.mean())


def _edge(around: Surroundings, surface: Surface) -> _Edge:
    gap = P.gap_voxels * np.linalg.norm(sphere().directions * around.spacing, axis=1)
    gap = np.minimum(gap, P.gap_share * surface.radii)[:, None]
    share = np.linspace(0, 1, P.level_samples)
    inside = _level(_sample(around, surface, -gap - P.deep_share * surface.radii[:, None] * share))
    outside = _level(_sample(around, surface, gap + P.beyond_gaps * gap * share))
    squared = (inside - outside) ** 2
    return _Edge(inside, outside, gap[:, 0], squared / (squared + P.trusted_hu**2))


def _moved(around: Surroundings, surface: Surface, edge: _Edge, before: np.ndarray) -> Surface:
    step = 2 * P.search_gaps / P.search_steps
    borders = -P.search_gaps + np.arange(P.search_steps + 1) * step
    values = _sample(around, surface, edge.gap_mm[:, None] * (borders[:-1] + step / 2))
    strength = np.clip(np.abs(edge.inside - edge.outside) / P.strong_hu, 1, P.strongest) * edge.trust
    likelihood = P.steepness_weight * strength[:, None] * _steepness(values, edge)
    away = np.abs(((surface.radii - before) / edge.gap_mm)[:, None] + borders)
    likelihood -= 0.5 * (np.maximum(away - P.free_gaps, 0) / P.move_sd_gaps) ** 2
    moved = edge.gap_mm * (most_likely(likelihood, P.alike_sd_gaps / step) * step - P.search_gaps)
    return Surface(surface.centre, np.maximum(surface.radii + moved, P.least_radius_mm))


def _steepness(values: np.ndarray, edge: _Edge) -> np.ndarray:
    """Change (n, steps + 1) across each border between samples (n, steps), as a share of the levels'.

    The middle between the levels would do for an even lesion in even tissue; where a rim takes up contrast
    agent or tissue around the lesion thickens, values pass the middle beside the border.
    """
    filled = np.where(np.isfinite(values), values, edge.outside[:, None])
    window = P.window_steps
    total = np.cumsum(np.pad(filled, ((0, 0), (window, window)), mode="edge"), axis=1)
    total = np.pad(total, ((0, 0), (1, 0)))
    means = (total[:, window:] - total[:, :-window]) / window
    contrast = edge.inside - edge.outside
    change = means[:, :-window] - means[:, window:]
    return np.clip(change / np.where(contrast == 0, 1.0, contrast)[:, None], 0, P.steepest)


def _unblurred(around: Surroundings, surface: Surface) -> Surface:
    """The surface where it was before sampling and smoothing blurred it.

    A blur with variances s1, s2 along the surface moves the steepest place of a ball's edge inwards by
    (s1 + s2) / (2 R), to first order. Known are the smoothing and the voxel: a box and the linear
    interpolation between two, together a quarter of its length squared. The scanner's own blur is not.
    """
    variance = P.edge_blur_mm**2 + np.asarray(around.spacing) ** 2 / 4
    along = variance.sum() - sphere().directions ** 2 @ variance
    return Surface(surface.centre, surface.radii + along / (2 * np.maximum(surface.radii, P.least_ball_mm)))


def _sample(around: Surroundings, surface: Surface, distance: np.ndarray) -> np.ndarray:
    """Values (n, m) at distances (n, m) in mm from the surface, outwards."""
    away = np.maximum(surface.radii[:, None] + distance, 0)
    return around.sample(surface.centre + sphere().directions[:, None, :] * away[..., None])


def _level(values: np.ndarray) -> np.ndarray:
    """Mean value (n,) on each ray, shared with neighbouring rays."""
    there = np.isfinite(values)
    total, count = np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1).astype(float)
    overall = total.sum() / max(count.sum(), 1.0)
    for _ in range(P.level_rounds):
        total, count = sphere().mean @ total, sphere().mean @ count
    return np.where(count > 0, total / np.maximum(count, 1e-9), overall)
