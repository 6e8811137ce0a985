"""From closed contours in slices to voxels: a voxel is inside where its centre is.

This is the rule by which the mask of IBSI's CT phantom was made from its contours. Contours of one slice
are combined by exclusive or: a contour inside another one cuts a hole, and a keyhole (one contour that runs
in to a hole and back) is a hole too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

# A corner this near to a voxel's centre (in voxels) was meant to lie on it: rounding must not decide on which
# side a contour along voxel centres runs.
SNAP_DECIMALS = 6


def fill(polygons: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[int, int]]:
    """The voxels whose centre lies inside an odd number of the polygons.

    A centre on a polygon's side counts as inside at its lower row and column and as outside at its higher
    ones: polygons that share a side share no voxel.

    Parameters
    ----------
    polygons : each (n, 2), corners as continuous (row, column); voxel centres are whole numbers. The last
        corner is joined to the first

    Returns
    -------
    mask : bool (rows, columns), a box that holds all of them
    start : (row, column) of its first voxel
    """
    polygons = [np.round(polygon, SNAP_DECIMALS) for polygon in polygons]
    corners = np.concatenate(polygons)
    low = np.floor(corners.min(axis=0)).astype(np.int64)
    rows, columns = (int(n) for n in np.ceil(corners.max(axis=0)) - low + 1)
    row, column = _crossings(polygons)
    # Walking along a row, every second crossing leaves the polygons again.
    first = np.ceil(column).astype(np.int64) - low[1]
    cell = (row - low[0]) * columns + first
    steps = np.bincount(cell, np.where(np.arange(cell.size) % 2 == 0, 1, -1), rows * columns)
    inside = np.cumsum(steps.reshape(rows, columns), axis=1) > 0
    return inside, (int(low[0]), int(low[1]))


def cells(polygons: Sequence[np.ndarray]) -> int:
    """Voxels of the box that `fill` makes, to be asked before it is made."""
    corners = np.concatenate(polygons)
    rows, columns = corners.max(axis=0) - corners.min(axis=0) + 3
    return math.ceil(rows) * math.ceil(columns)


def _crossings(polygons: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where sides cross the rows of voxel centres: row and continuous column, in order.

    A row meets a side at its lower end and not at its higher one, so that it crosses each polygon an even
    number of times.
    """
    start = np.concatenate(polygons)
    stop = np.concatenate([np.roll(polygon, -1, axis=0) for polygon in polygons])
    first = np.ceil(np.minimum(start[:, 0], stop[:, 0])).astype(np.int64)
    count = np.ceil(np.maximum(start[:, 0], stop[:, 0])).astype(np.int64) - first
    side = np.repeat(np.arange(len(start)), count)
    row = first[side] + np.arange(side.size) - np.repeat(np.cumsum(count) - count, count)
    a, b = start[side], stop[side]
    column = a[:, 1] + (row - a[:, 0]) / (b - a)[:, 0] * (b - a)[:, 1]
    order = np.lexsort((column, row))
    return row[order], column[order]
