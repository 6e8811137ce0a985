"""Directions spread evenly over the sphere, who neighbours whom, and values between them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

# Each level halves the distance between directions: 3 makes 642 of them, about 8 degrees apart.
LEVEL = 3

TABLE_STEP_DEGREES = 3.0
TABLE_NEIGHBOURS = 4


@dataclass(frozen=True, eq=False)
class Sphere:
    """Directions and the network between neighbouring ones.

    Parameters
    ----------
    directions : (n, 3) unit vectors in array order
    source, target : (m,) the two ends of every arc; each pair of neighbours has two arcs, one a sense
    opposite : (m,) the arc of the other sense
    incoming : sparse (n, m), sums over the arcs that end in a direction
    mean : sparse (n, n), mean of a direction and its neighbours
    table : sparse, from values at directions to a table over polar angle and azimuth
    table_shape : of that table
    """

    directions: np.ndarray
    source: np.ndarray
    target: np.ndarray
    opposite: np.ndarray
    incoming: Any
    mean: Any
    table: Any
    table_shape: tuple[int, int]

    def between(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Values (m,) in the directions of offsets (m, 3) from the centre, of values (n,) at directions."""
        from scipy.ndimage import map_coordinates

        table = (self.table @ values).reshape(self.table_shape)
        z, y, x = offsets.T
        polar = np.degrees(np.arctan2(np.hypot(x, y), z)) / TABLE_STEP_DEGREES
        azimuth = (np.degrees(np.arctan2(y, x)) + 180.0) / TABLE_STEP_DEGREES
        return map_coordinates(table, np.stack([polar, azimuth]), order=1, mode="nearest")


@functools.lru_cache(maxsize=2)
def sphere(level: int = LEVEL) -> Sphere:
    """The icosahedron's corners, and `level` times the middles of all edges put on the sphere."""
    from scipy.sparse import csr_matrix, diags, identity
    from scipy.spatial import ConvexHull

    golden = (1 + 5**0.5) / 2
    quarter = np.array([(0.0, s, t * golden) for s in (1, -1) for t in (1, -1)])
    points = np.concatenate([quarter, quarter[:, [1, 2, 0]], quarter[:, [2, 0, 1]]]) / np.hypot(1, golden)
    for _ in range(level):
        middles = points[_edges(ConvexHull(points).simplices)].sum(axis=1)
        points = np.concatenate([points, middles / np.linalg.norm(middles, axis=1, keepdims=True)])
    edges = _edges(ConvexHull(points).simplices)
    n, m = len(points), 2 * len(edges)
    source, target = np.concatenate([edges, edges[:, ::-1]]).T
    opposite = np.roll(np.arange(m), -len(edges))
    incoming = csr_matrix((np.ones(m, np.float32), (target, np.arange(m))), (n, m))
    near = csr_matrix((np.ones(m), (source, target)), (n, n)) + identity(n)
    mean = csr_matrix(diags(1 / np.asarray(near.sum(axis=1)).ravel()) @ near)
    table, shape = _table(points)
    return Sphere(points, source, target, opposite, incoming, mean, table, shape)


def _edges(triangles: np.ndarray) -> np.ndarray:
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    return np.unique(np.sort(pairs, axis=1), axis=0)


def _table(points: np.ndarray) -> tuple[Any, tuple[int, int]]:
    from scipy.sparse import csr_matrix
    from scipy.spatial import cKDTree

    polar = np.radians(np.arange(0, 180 + TABLE_STEP_DEGREES, TABLE_STEP_DEGREES))[:, None]
    azimuth = np.radians(np.arange(-180, 180 + TABLE_STEP_DEGREES, TABLE_STEP_DEGREES))
    shape = (polar.size, azimuth.size)
    zyx = np.broadcast_arrays(np.cos(polar), np.sin(polar) * np.sin(azimuth), np.sin(polar) * np.cos(azimuth))
    wanted = np.stack(zyx, axis=-1).reshape(-1, 3)
    away, nearest = cKDTree(points).query(wanted, TABLE_NEIGHBOURS)
    weights = np.maximum(1 - away / away[:, -1:], 1e-9)  # the farthest fades out: no jumps between sets
    weights /= weights.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(wanted)), TABLE_NEIGHBOURS)
    return csr_matrix((weights.ravel(), (rows, nearest.ravel())), (len(wanted), len(points))), shape
