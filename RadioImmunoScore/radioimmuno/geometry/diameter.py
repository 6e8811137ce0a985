"""A lesion's diameters as a reader measures them: the longest in an axial slice, and across it.

Source of the definition: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247): the longest diameter
in the plane of measurement, and the longest one perpendicular to it in the same plane, by which lymph nodes
go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .image import Image
from .outline import outlines


@dataclass(frozen=True)
class Diameters:
    """Diameters in one axial slice.

    Parameters
    ----------
    longest_mm : float
        The longest straight line between two points of the outline.
    shortest_mm : float
        The longest line perpendicular to it across the outline's convex hull.
    slice : int
        Number of the slice on the lattice's canonical axes.
    """

    longest_mm: float
    shortest_mm: float
    slice: int


def axial_diameters(mask: Image) -> Diameters | None:
    """The diameters of a lesion in the axial slice in which it is the longest.

    Outlines run halfway between the centres of voxels inside and outside. Parts of a lesion that do not touch
    in a slice are measured apart, as a line through other tissue is no diameter; the longest counts.

    Parameters
    ----------
    mask : Image
        Bool Image, any axis order; slices of an oblique lattice are taken as they lie.

    Returns
    -------
    Diameters or None
        None when the mask is empty.
    """
    part = mask.canonical().trimmed()
    found = [
        Diameters(*diameters(loop * part.lattice.spacing[1:]), part.offset[0] + number)
        for number, slice_mask in enumerate(part.values)
        for loop in outlines(slice_mask)
    ]
    return max(found, key=lambda one: (one.longest_mm, one.shortest_mm), default=None)


def diameters(points: np.ndarray) -> tuple[float, float]:
    """The longest distance of points in a plane, and the longest line perpendicular to it across their hull.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2), mm
        At least three that do not lie on one line.

    Returns
    -------
    longest, shortest : float
        mm.

    Examples
    --------
    >>> diameters(np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 1.0], [2.0, -1.0]]))
    (4.0, 2.0)
    """
    from scipy.spatial import ConvexHull

    hull = points[ConvexHull(points).vertices]
    first, second = np.triu_indices(len(hull), 1)
    lengths = np.hypot(*(hull[second] - hull[first]).T)
    longest = lengths.argmax()
    direction = (hull[second[longest]] - hull[first[longest]]) / lengths[longest]
    along, across = hull @ direction, hull @ np.array([-direction[1], direction[0]])
    # The hull is as wide as its upper chain is above its lower one; that is widest at a corner.
    one, other = sorted((first[longest], second[longest]))
    chains = np.arange(one, other + 1), np.append(np.arange(other, len(hull)), np.arange(one + 1))
    heights = [_heights(along[chain], across[chain], along) for chain in chains]
    # Of a lesion as wide as long the two differ by the last digits alone.
    return float(lengths[longest]), float(min(np.abs(heights[0] - heights[1]).max(), lengths[longest]))


def _heights(along: np.ndarray, across: np.ndarray, places: np.ndarray) -> np.ndarray:
    order = np.argsort(along, kind="stable")
    return np.interp(places, along[order], across[order])
