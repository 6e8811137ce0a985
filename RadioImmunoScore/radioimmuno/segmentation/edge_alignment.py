"""The surface moved onto the nearby edge: where values change fastest from lesion to neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .lesion_field import LesionField
from .parameters import PARAMETERS as P
from .surface import Surface, most_likely, sphere
from .surroundings import Surroundings

# Where a border is looked for, in gaps from the surface, and the middles between.
STEP = 2 * P.search_gaps / P.search_steps
BORDERS = -P.search_gaps + np.arange(P.search_steps + 1) * STEP
MIDDLES = BORDERS[:-1] + STEP / 2


def for_edges(around: Surroundings) -> Surroundings:
    """The CT as `align_to_edge` and `edge_profile` want it: with all that is sharp in it."""
    return around.softened(P.edge_blur_mm, P.lowest_hu, P.edge_highest_hu)


@dataclass(frozen=True, eq=False)
class EdgeProfile:
    """How the CT looks on both sides of a surface.

    Parameters
    ----------
    inside, outside : ndarray, shape (n,)
        Levels in the sphere's directions, HU.
    gap_mm : ndarray, shape (n,)
        Half the width of the zone that voxels blur.
    trust : ndarray, shape (n,)
        How far the step between the levels is trusted, 0 to 1.
    """

    inside: np.ndarray
    outside: np.ndarray
    gap_mm: np.ndarray
    trust: np.ndarray


def align_to_edge(around: Surroundings, surface: Surface, field: LesionField, length_mm: float) -> Surface:
    """The surface on the edge nearby that goes best with how likely each place is the lesion.

    Parameters
    ----------
    around : Surroundings
        As of `for_edges`.
    surface : Surface
        Where to begin.
    field : LesionField
        Log odds of being the lesion's.
    length_mm : float
        The stroke's: what log odds weigh is a share of it.
    """
    for _ in range(P.turns):
        edge = edge_profile(around, surface)
        places = _places(surface, edge.gap_mm[:, None] * MIDDLES)
        surface = _moved(around, surface, edge, _by_field(field, places, edge.gap_mm / length_mm))
    # A field is coarser than voxels: nearer than about one to an edge only the edge counts.
    near = -0.5 * (np.maximum(np.abs(BORDERS) - P.free_gaps, 0) / P.move_sd_gaps) ** 2
    return _unblurred(around, _moved(around, surface, edge_profile(around, surface), near))


def edge_profile(around: Surroundings, surface: Surface) -> EdgeProfile:
    """How the CT looks on both sides of a surface."""
    gap = P.gap_voxels * np.linalg.norm(sphere().directions * around.spacing, axis=1)
    gap = np.minimum(gap, P.gap_share * surface.radii)[:, None]
    share = np.linspace(0, 1, P.level_samples)
    inside = _level(around.sample(_places(surface, -gap - P.deep_share * surface.radii[:, None] * share)))
    outside = _level(around.sample(_places(surface, gap + P.beyond_gaps * gap * share)))
    squared = (inside - outside) ** 2
    return EdgeProfile(inside, outside, gap[:, 0], squared / (squared + P.trusted_hu**2))


def _moved(around: Surroundings, surface: Surface, edge: EdgeProfile, likelihood: np.ndarray) -> Surface:
    """The surface where the step is steep and the border likely, given as logarithms (n or 1, steps + 1)."""
    places = _places(surface, edge.gap_mm[:, None] * MIDDLES)
    # Beyond a faint border bone or air must not draw the surface to it: no edge is stronger than most.
    step = np.abs(edge.inside - edge.outside)
    strength = np.clip(np.minimum(step, np.median(step)) / P.strong_hu, 1, P.strongest) * edge.trust
    steep = P.steepness_weight * strength[:, None] * _steepness(around.sample(places), edge)
    moved = most_likely(steep + likelihood, P.alike_sd_gaps / STEP) * STEP - P.search_gaps
    return Surface(surface.centre, np.maximum(surface.radii + edge.gap_mm * moved, P.least_radius_mm))


def _by_field(field: LesionField, places: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Log likelihood (n, steps + 1) of borders by the odds before them; gaps (n,) as shares of the stroke."""
    odds = np.clip(field.sample(places), -P.most_field, P.most_field)
    total = np.pad(np.cumsum(odds, axis=1), ((0, 0), (1, 0)))
    return total * (P.field_weight * STEP * gaps)[:, None]


def _steepness(values: np.ndarray, edge: EdgeProfile) -> np.ndarray:
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


def _places(surface: Surface, distance: np.ndarray) -> np.ndarray:
    """Places (n, m, 3) at distances (n, m) in mm from the surface, outwards."""
    away = np.maximum(surface.radii[:, None] + distance, 0)
    return surface.centre + sphere().directions[:, None, :] * away[..., None]


def _level(values: np.ndarray) -> np.ndarray:
    """Mean value (n,) on each ray, shared with neighbouring rays."""
    there = np.isfinite(values)
    total, count = np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1).astype(float)
    overall = total.sum() / max(count.sum(), 1.0)
    for _ in range(P.level_rounds):
        total, count = sphere().mean @ total, sphere().mean @ count
    return np.where(count > 0, total / np.maximum(count, 1e-9), overall)
