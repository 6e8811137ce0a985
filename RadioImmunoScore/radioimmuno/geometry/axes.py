"""Long and short axis of a lesion, as RECIST has them measured: both in one axial slice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .image import Box, Image, Triple, as_triple
from .outline import JOINED, segments

Ends = tuple[Triple, Triple]

# Outline points this near (mm) to a place along the long axis count as at it.
SAME_PLACE_MM = 1e-6

# Places along the long axis that are looked at together: what fits into the processor's cache.
PLACES_AT_ONCE = 64

# Directions, (2, n), evenly over half a turn, in which a slice's extent is looked at first.
DIRECTIONS = np.stack([np.cos(np.pi * np.arange(8) / 8), np.sin(np.pi * np.arange(8) / 8)])


@dataclass(frozen=True)
class Axes:
    """The two diameters that RECIST 1.1 measures.

    Parameters
    ----------
    long_mm : float
        Longest diameter in any axial slice.
    short_mm : float
        Longest diameter perpendicular to it, in the same slice.
    long_ends, short_ends : tuple of two points
        Where they begin and end, LPS mm.
    """

    long_mm: float
    short_mm: float
    long_ends: Ends
    short_ends: Ends


def measure_axes(mask: Image) -> Axes | None:
    """Long and short axis of a mask; None when it is empty.

    Measured from edge to edge: a lesion's outline in a slice runs through the middles between neighbouring
    voxel centres of which one is inside (one voxel alone is as long as it is wide). The long axis is the
    longest distance between two points of the outline of one piece (voxels joined by a side or a corner) in
    one axial slice; of equal ones the lowest slice's. The short axis is the longest line perpendicular to it
    between the outermost points of the same outline. Axial are the slices of the CT's own array axis that
    is nearest to the body's.

    Parameters
    ----------
    mask : Image
        Bool Image on the CT's lattice, in any axis order.

    Notes
    -----
    Source: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247): longest diameter in the plane of
    measurement, short axis for nodes; perpendicularity as in the WHO criteria's bidimensional product.
    """
    canonical = mask.canonical()
    box = Box.around(canonical.values, canonical.offset)
    if box is None:
        return None
    part = canonical.crop(box)
    spacing = np.array(part.lattice.spacing[1:])
    best: tuple[float, int, np.ndarray, np.ndarray] | None = None
    for number in _slices_with_longest(part.values, spacing):
        for outline in _outlines(part.values[number]):
            ends = _farthest(outline.reshape(-1, 2) * spacing)
            length = float(np.linalg.norm(ends[1] - ends[0]))
            if best is None or length > best[0] + SAME_PLACE_MM:
                best = (length, number, ends, outline * spacing)
    assert best is not None  # the box holds a voxel
    length, number, ends, outline = best
    across = _across(outline, ends)

    def in_space(points: np.ndarray) -> Ends:
        index = np.column_stack([np.full(2, box.start[0] + number), points / spacing + box.start[1:]])
        first, last = part.lattice.to_lps(index)
        return (as_triple(first), as_triple(last))

    # of a lesion that is as wide as long, rounding must not make the short axis the longer one
    width = min(length, float(np.linalg.norm(across[1] - across[0])))
    return Axes(length, width, in_space(ends), in_space(across))


def _slices_with_longest(values: np.ndarray, spacing: np.ndarray) -> list[int]:
    """The slices, in order, that may hold the longest axis, by how far they reach in a few directions."""
    limits = _longest_possible(values, spacing)
    ends = [_farthest(outline.reshape(-1, 2) * spacing) for outline in _outlines(values[limits.argmax()])]
    known = max(float(np.linalg.norm(last - first)) for first, last in ends)
    return [int(number) for number in np.flatnonzero(limits >= known - 2 * SAME_PLACE_MM)]


def _longest_possible(values: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """For each slice, a length in mm that no line between two points of its outlines exceeds, (k,).

    The farthest two points lie in some direction; in the nearest of `DIRECTIONS` they are at least the cosine
    of the angle between apart. An outline runs half a voxel beyond the voxels' centres.
    """
    first, last = values.argmax(axis=2), values.shape[2] - 1 - values[..., ::-1].argmax(axis=2)
    columns = np.concatenate([first, last], axis=1)[..., None] * spacing[1]
    rows = np.tile(np.arange(values.shape[1]), 2)[:, None] * spacing[0]
    there = np.tile(values.any(axis=2), 2)[..., None]
    along = rows * DIRECTIONS[0] + columns * DIRECTIONS[1]
    reach = np.where(there, along, -np.inf).max(axis=1) - np.where(there, along, np.inf).min(axis=1)
    return (reach.max(axis=1) + float(spacing.max())) / math.cos(math.pi / 2 / DIRECTIONS.shape[1])


def _outlines(plane: np.ndarray) -> list[np.ndarray]:
    """The outline of every piece in a slice as segments, (m, 2 ends, 2), in voxels."""
    from scipy.ndimage import label

    pieces, count = label(plane, np.ones((3, 3)))
    return [segments(pieces == piece, JOINED) for piece in range(1, count + 1)]


def _farthest(points: np.ndarray) -> np.ndarray:
    """The two points (2, 2) that are farthest apart, in a fixed order."""
    points = _extremes(points)
    apart = ((points[:, None] - points) ** 2).sum(axis=-1)
    first, last = np.unravel_index(int(apart.argmax()), apart.shape)
    return points[[first, last]]


def _extremes(points: np.ndarray) -> np.ndarray:
    """The first and last point of every row: all that can be an end of a diameter."""
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    new_row = np.diff(ordered[:, 0], prepend=-np.inf) > SAME_PLACE_MM
    last_of_row = np.append(new_row[1:], True)
    return ordered[new_row | last_of_row]


def _across(outline: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The longest line (2, 2) perpendicular to the one between `ends`, from outline to outline."""
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    frame = np.stack([along, [-along[1], along[0]]])
    turned = (outline - ends[0]) @ frame.T
    low, high = turned[:, :, 0].min(axis=1), turned[:, :, 0].max(axis=1)
    places = np.unique(turned[:, :, 0])
    start, stop = turned[:, 0], turned[:, 1]
    run = stop[:, 0] - start[:, 0]
    level = np.abs(run) <= SAME_PLACE_MM
    best = np.zeros((2, 2))
    widest = -1.0
    for some in np.array_split(places, math.ceil(len(places) / PLACES_AT_ONCE)):
        place = some[:, None]
        met = (low <= place + SAME_PLACE_MM) & (high >= place - SAME_PLACE_MM)
        share = np.where(level, 0.0, (place - start[:, 0]) / np.where(level, 1.0, run))
        height = start[:, 1] + np.clip(share, 0, 1) * (stop[:, 1] - start[:, 1])
        other = np.where(level, stop[:, 1], height)  # a line along the place reaches from end to end
        lowest = np.where(met, np.minimum(height, other), np.inf).min(axis=1)
        highest = np.where(met, np.maximum(height, other), -np.inf).max(axis=1)
        for at, bottom, top in zip(some.tolist(), lowest.tolist(), highest.tolist(), strict=True):
            if top - bottom > widest + SAME_PLACE_MM:
                widest = top - bottom
                best = np.array([[at, bottom], [at, top]])
    return best @ frame + ends[0]
