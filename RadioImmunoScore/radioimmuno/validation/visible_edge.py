"""How far a segmentation lies from the edge that a CT shows, where it shows one near a reference's border.

A reader's contour is not always on the edge in the CT: it may have been drawn on other images, or generously.
Overlap with it says little about how well the CT was read; the distance to the visible edge does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.distance import contour_distance
from ..geometry.image import Box, Image

# Points of the reference's surface that are looked at; the edge is searched along its normal, this far each
# way, as ours, in steps of so many mm.
POINTS, SEARCH_MM, STEP_MM = 400, 6.0, 0.25
# The CT is smoothed against noise (SD). A step is the difference of the means over this length before and
# behind a place: with a scanner's own blur about two thirds of that between the tissues.
BLUR_MM, SIDE_MM = 0.8, 2.5
# A step is an edge from so many HU on, and from so many times (robust SD) what noise and texture make of
# steps inside the reference, at least so deep or in its deepest parts (share).
LEAST_HU, LEAST_SDS = 20.0, 4.0
DEEP_MM, DEEPEST_SHARE = 4.0, 0.3
# What lies before an edge, but for this length that its blur takes, is like the lesion: within so many robust
# SDs, and so many HU more, of the median deep inside the reference. A steeper step nearby, from bone to
# muscle say, is not the lesion's. Of several the nearer one counts more (SD of the weight).
BLURRED_MM = 1.5
ALIKE_SDS, ALIKE_HU = 2.5, 15.0
NEAR_SD_MM = 4.0
# Distances from a surface are exact up to here; beyond, they are those to the nearest voxel beside it, and
# that one's own.
EXACT_MM = 8.0


@dataclass(frozen=True, eq=False)
class VisibleEdge:
    """Where the CT shows an edge near a reference's border.

    Parameters
    ----------
    places : ndarray, shape (n, 3)
        On the edge, LPS mm.
    share : float
        Of the points of the reference's surface that were looked at, 0 to 1.
    """

    places: np.ndarray
    share: float

    def distance_mm(self, found: Image) -> float:
        """Mean distance of the edge's places from a mask's surface; NaN where no edge is visible.

        Parameters
        ----------
        found : Image of bool
            Not empty.
        """
        if not len(self.places):
            return float("nan")
        mask = found.canonical().trimmed()
        return float(np.abs(_distances(mask, mask.lattice.to_index(self.places))).mean())


def visible_edge(image: Image, reference: Image, seed: int = 0) -> VisibleEdge:
    """The steepest places of a CT along the normals of a reference's surface, where they are clear steps.

    Only steps out of what is like the inside of the reference count, near ones more than far ones.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    reference : Image of bool
        On the same lattice, not empty.
    seed : int, optional
        Of the choice of points: `POINTS`, evenly over the surface.
    """
    truth = reference.canonical().trimmed()
    reach = int(np.ceil((SEARCH_MM + SIDE_MM) / min(truth.lattice.spacing))) + 2
    box = truth.box.grow(reach).intersect(Box.whole(truth.lattice.shape))
    spacing = np.array(truth.lattice.spacing)
    soft = _smoothed(image.canonical().extended(box), spacing)
    distance = contour_distance(truth, box, EXACT_MM)
    points, normals = _surface(distance, spacing, np.random.default_rng(seed))
    deep = _deep(distance, truth.within(box, False))
    at, before, behind = _levels(soft, spacing, points, normals)
    alike = _is_alike(before, soft[tuple(deep.T)])
    blurred = round(BLURRED_MM / STEP_MM)
    alike = np.pad(alike, ((0, 0), (blurred, 0)), mode="edge")[:, :-blurred]
    steps = np.where(alike, np.abs(behind - before), 0)
    beside = np.pad(steps, ((0, 0), (1, 1)))
    steepest = (steps >= beside[:, :-2]) & (steps >= beside[:, 2:])
    strongest = (steps * steepest * np.exp(-0.5 * (at / NEAR_SD_MM) ** 2)).argmax(axis=1)
    least = max(LEAST_HU, LEAST_SDS * _usual_step(soft, spacing, deep, np.random.default_rng((seed, 1))))
    clear = steps[np.arange(len(steps)), strongest] >= least
    places = points + at[strongest][:, None] * normals
    index = places[clear] / spacing + box.start
    return VisibleEdge(truth.lattice.to_lps(index), float(clear.mean()))


def _smoothed(values: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(np.clip(values, -1024, 3071).astype(np.float32), BLUR_MM / spacing, mode="nearest")


def _surface(
    distance: np.ndarray, spacing: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3) of the surface in mm from the first voxel, and unit normals outwards.

    Voxels within a shell of even thickness are projected onto the surface, so that all parts of it get as
    many points as they are large, also where slices are thick.
    """
    finite = np.where(np.isfinite(distance), distance, EXACT_MM)
    slopes = np.stack([np.gradient(finite, step, axis=axis) for axis, step in enumerate(spacing)], axis=-1)
    near = np.argwhere(np.abs(distance) <= spacing.max() / 2)
    near = near[rng.permutation(len(near))[:POINTS]]
    rows = tuple(near.T)
    normals = slopes[rows] / np.maximum(np.linalg.norm(slopes[rows], axis=1, keepdims=True), 1e-6)
    return near * spacing - distance[rows][:, None] * normals, normals


def _is_alike(values: np.ndarray, own: np.ndarray) -> np.ndarray:
    middle = np.median(own)
    sd = 1.4826 * np.median(np.abs(own - middle))
    return np.abs(values - middle) <= ALIKE_SDS * sd + ALIKE_HU


def _levels(
    soft: np.ndarray, spacing: np.ndarray, points: np.ndarray, normals: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (m,) in mm along the normals, and the means (n, m) in HU just before and behind each."""
    from scipy.ndimage import map_coordinates

    side = round(SIDE_MM / STEP_MM)
    count = round(SEARCH_MM / STEP_MM)
    at = (np.arange(2 * (count + side)) + 0.5 - count - side) * STEP_MM
    places = points[:, None] + at[:, None] * normals[:, None]
    values = map_coordinates(soft, np.moveaxis(places / spacing, -1, 0), order=1, mode="nearest")
    total = np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))
    means = (total[:, side:] - total[:, :-side]) / side
    return np.arange(-count, count + 1) * STEP_MM, means[:, :-side], means[:, side:]


def _deep(distance: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The voxels (n, 3) deep inside the reference."""
    depth = np.where(np.isfinite(distance), -distance, EXACT_MM)[inside]
    return np.argwhere(inside)[depth >= min(DEEP_MM, float(np.quantile(depth, 1 - DEEPEST_SHARE)))]


def _usual_step(soft: np.ndarray, spacing: np.ndarray, deep: np.ndarray, rng: np.random.Generator) -> float:
    """Robust SD in HU of steps at voxels deep inside the reference, in random directions."""
    deep = deep[rng.permutation(len(deep))[:POINTS]]
    directions = rng.normal(size=deep.shape)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    at, before, behind = _levels(soft, spacing, deep * spacing, directions)
    return 1.4826 * float(np.median(np.abs(behind - before)[:, np.abs(at).argmin()]))


def _distances(mask: Image, index: np.ndarray) -> np.ndarray:
    """Distances (n,) in mm of places, in voxels of the lattice, from a mask's surface."""
    from scipy.ndimage import map_coordinates
    from scipy.spatial import cKDTree

    spacing = np.array(mask.lattice.spacing)
    reach = np.ceil(EXACT_MM / spacing).astype(int)
    box = mask.box.grow([int(n) for n in reach]).intersect(Box.whole(mask.lattice.shape))
    distance = contour_distance(mask, box, EXACT_MM)
    at = (index - box.start).T
    known = map_coordinates(np.where(np.isfinite(distance), distance, np.nan), at, order=1, cval=np.nan)
    beside = np.argwhere(np.abs(distance) <= spacing.max())
    away, nearest = cKDTree(beside * spacing).query(at.T * spacing)
    far = away + np.abs(distance[tuple(beside[nearest].T)])
    return np.where(np.isfinite(known), known, far)
