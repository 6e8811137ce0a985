"""Vessel trees that fill an organ: each branch splits the points it has to reach in two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .canvas import Canvas, Point, tube

SMALLEST_RADIUS_MM = 0.7
BRANCHING_EXPONENT = 2.7  # radius^2.7 is kept at a fork, between Murray's 3 and constant cross-section


@dataclass(frozen=True, eq=False)
class VesselTree:
    """Straight pieces of vessel.

    Parameters
    ----------
    starts, ends : ndarray, shape (n, 3)
        As (x, y, z), LPS mm.
    radii : ndarray, shape (n, 2)
        At start and end, mm.
    """

    starts: np.ndarray
    ends: np.ndarray
    radii: np.ndarray


def grow_tree(root: Point, targets: np.ndarray, radius: float) -> VesselTree:
    """A tree from a root to all target points.

    Parameters
    ----------
    root : tuple of 3 floats
        LPS mm.
    targets : ndarray, shape (n, 3)
        (x, y, z) in LPS mm.
    radius : float
        Of the root, mm.
    """
    pieces = list(_branches(np.array(root, float), targets, radius))
    starts, ends, radii = zip(*pieces, strict=True)
    return VesselTree(np.array(starts), np.array(ends), np.array(radii))


def _branches(
    root: np.ndarray, targets: np.ndarray, radius: float
) -> Iterator[tuple[np.ndarray, np.ndarray, tuple[float, float]]]:
    if len(targets) == 1:
        yield root, targets[0], (radius, SMALLEST_RADIUS_MM)
        return
    middle = targets.mean(axis=0)
    fork = root + 0.4 * (middle - root)
    longest = np.argmax(np.ptp(targets, axis=0))
    order = np.argsort(targets[:, longest], kind="stable")
    half = len(targets) // 2
    child = max(radius * 2 ** (-1 / BRANCHING_EXPONENT), SMALLEST_RADIUS_MM)
    yield root, fork, (radius, child)
    yield from _branches(fork, targets[order[:half]], child)
    yield from _branches(fork, targets[order[half:]], child)


def paint_vessels(canvas: Canvas, tree: VesselTree, hu: float, inside: np.ndarray) -> None:
    """Paint the pieces of a tree that reach the canvas, only where `inside` (0 to 1) lets them.

    Parameters
    ----------
    canvas : Canvas
        To paint on.
    tree : VesselTree
        The vessels.
    hu : float
        Of their inside.
    inside : ndarray, shape (nk, nj, ni)
        0 to 1, of the canvas.
    """
    reach = tree.radii.max(axis=1, keepdims=True) + canvas.edge_mm
    low = np.minimum(tree.starts, tree.ends) - reach
    high = np.maximum(tree.starts, tree.ends) + reach
    first = np.array([axis[0] for axis in canvas.axes[::-1]])
    last = np.array([axis[-1] for axis in canvas.axes[::-1]])
    for n in np.flatnonzero(((high >= first) & (low <= last)).all(axis=1)):
        part = canvas.within(_point(low[n]), _point(high[n]))
        if part is None:
            continue
        corner = [int(np.searchsorted(a, b[0])) for a, b in zip(canvas.axes, part.axes, strict=True)]
        cut = tuple(slice(c, c + size) for c, size in zip(corner, part.hu.shape, strict=True))
        distance = tube(part.room, _point(tree.starts[n]), _point(tree.ends[n]), _pair(tree.radii[n]))
        part.blend(part.cover(distance) * inside[cut], hu)


def _point(values: np.ndarray) -> Point:
    x, y, z = (float(v) for v in values)
    return x, y, z


def _pair(values: np.ndarray) -> tuple[float, float]:
    a, b = (float(v) for v in values)
    return a, b
