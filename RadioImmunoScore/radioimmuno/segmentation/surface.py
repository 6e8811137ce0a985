"""The lesion's surface: distances from a centre in directions that are spread evenly over the sphere."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..geometry.image import Image, Lattice
from .parameters import PARAMETERS as P
from .surroundings import box_around


@dataclass(frozen=True, eq=False)
class Sphere:
    """Directions and the network between neighbouring ones.

    Parameters
    ----------
    directions : ndarray, shape (n, 3)
        Unit vectors in array order.
    triangles : ndarray of int, shape (t, 3)
        Numbers of neighbouring directions, seen from outside against the clock.
    source, target : ndarray, shape (m,)
        The two ends of every arc; each pair of neighbours has two arcs, one a sense.
    opposite : ndarray, shape (m,)
        The arc of the other sense.
    incoming : object
        Sparse matrix (n, m), sums over the arcs that end in a direction.
    mean : object
        Sparse (n, n), mean of a direction and its neighbours.
    table : object
        Sparse, from values at directions to a table over polar angle and azimuth.
    table_shape : tuple of 2 ints
        Of that table.
    """

    directions: np.ndarray
    triangles: np.ndarray
    source: np.ndarray
    target: np.ndarray
    opposite: np.ndarray
    incoming: Any
    mean: Any
    table: Any
    table_shape: tuple[int, int]

    def between(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Values (m,) in the directions of offsets (m, 3) from the centre, of values (n,) at directions.

        Parameters
        ----------
        values : ndarray, shape (n,)
            At the directions.
        offsets : ndarray, shape (m, 3)
            From the centre, in any length.
        """
        from scipy.ndimage import map_coordinates

        table = (self.table @ values).reshape(self.table_shape)
        z, y, x = offsets.T
        polar = np.degrees(np.arctan2(np.hypot(x, y), z)) / P.table_step_deg
        azimuth = (np.degrees(np.arctan2(y, x)) + 180.0) / P.table_step_deg
        return map_coordinates(table, np.stack([polar, azimuth]), order=1, mode="nearest")


@functools.lru_cache(maxsize=2)
def sphere(level: int = P.sphere_level) -> Sphere:
    """The icosahedron's corners, and `level` times the middles of all edges put on the sphere."""
    from scipy.sparse import csr_matrix, diags, identity
    from scipy.spatial import ConvexHull

    golden = (1 + 5**0.5) / 2
    quarter = np.array([(0.0, s, t * golden) for s in (1, -1) for t in (1, -1)])
    points = np.concatenate([quarter, quarter[:, [1, 2, 0]], quarter[:, [2, 0, 1]]]) / np.hypot(1, golden)
    for _ in range(level):
        middles = points[_edges(ConvexHull(points).simplices)].sum(axis=1)
        points = np.concatenate([points, middles / np.linalg.norm(middles, axis=1, keepdims=True)])
    hull = ConvexHull(points)
    edges = _edges(hull.simplices)
    n, m = len(points), 2 * len(edges)
    source, target = np.concatenate([edges, edges[:, ::-1]]).T
    opposite = np.roll(np.arange(m), -len(edges))
    incoming = csr_matrix((np.ones(m, np.float32), (target, np.arange(m))), (n, m))
    near = csr_matrix((np.ones(m), (source, target)), (n, n)) + identity(n)
    mean = csr_matrix(diags(1 / np.asarray(near.sum(axis=1)).ravel()) @ near)
    table, shape = _table(points)
    return Sphere(
        points,
        _turned_outwards(points, hull.simplices),
        source,
        target,
        opposite,
        incoming,
        mean,
        table,
        shape,
    )


def _turned_outwards(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    first, second, third = (points[triangles[:, corner]] for corner in range(3))
    inwards = (np.cross(second - first, third - first) * first).sum(axis=1) < 0
    # Array order is z, y, x: seen in x, y, z the sense is the other one.
    return np.where(inwards[:, None], triangles, triangles[:, ::-1])


def _edges(triangles: np.ndarray) -> np.ndarray:
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    return np.unique(np.sort(pairs, axis=1), axis=0)


def _table(points: np.ndarray) -> tuple[Any, tuple[int, int]]:
    from scipy.sparse import csr_matrix
    from scipy.spatial import cKDTree

    polar = np.radians(np.arange(0, 180 + P.table_step_deg, P.table_step_deg))[:, None]
    azimuth = np.radians(np.arange(-180, 180 + P.table_step_deg, P.table_step_deg))
    shape = (polar.size, azimuth.size)
    zyx = np.broadcast_arrays(np.cos(polar), np.sin(polar) * np.sin(azimuth), np.sin(polar) * np.cos(azimuth))
    wanted = np.stack(zyx, axis=-1).reshape(-1, 3)
    away, nearest = cKDTree(points).query(wanted, P.table_neighbours)
    weights = np.maximum(1 - away / away[:, -1:], 1e-9)  # the farthest fades out: no jumps between sets
    weights /= weights.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(wanted)), P.table_neighbours)
    return csr_matrix((weights.ravel(), (rows, nearest.ravel())), (len(wanted), len(points))), shape


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """An ellipsoid at a place.

    Parameters
    ----------
    centre : ndarray, shape (3,)
        Place in mm.
    axes : ndarray, shape (3, 3)
        Its own axes as rows.
    semi_mm : ndarray, shape (3,)
        Half lengths along them.
    """

    centre: np.ndarray
    axes: np.ndarray
    semi_mm: np.ndarray

    def radii(self) -> np.ndarray:
        """Distance (n,) in mm from the centre to its surface in each of the sphere's directions."""
        return 1 / np.linalg.norm(sphere().directions @ self.axes.T / self.semi_mm, axis=1)

    def depth(self, places: np.ndarray) -> np.ndarray:
        """Distance of places (..., 3) from the centre as a share of the surface's there: 1 on the surface.

        Parameters
        ----------
        places : ndarray, shape (..., 3)
            In mm along the canonical axes.
        """
        return np.linalg.norm((places - self.centre) @ self.axes.T / self.semi_mm, axis=-1)


@dataclass(frozen=True, eq=False)
class Surface:
    """A star-shaped surface: one distance from the centre in each of the sphere's directions.

    Parameters
    ----------
    centre : ndarray, shape (3,)
        Place in mm.
    radii : ndarray, shape (n,)
        Distances from the centre, mm.
    """

    centre: np.ndarray
    radii: np.ndarray

    def ellipsoid(self) -> Ellipsoid:
        """The ellipsoid with the same volume, centre of mass and second moments."""
        directions = sphere().directions
        volume = (self.radii**3).sum()
        shift = 0.75 * (directions * (self.radii**4)[:, None]).sum(axis=0) / volume
        moments = 0.6 * (directions.T * self.radii**5) @ directions / volume - np.outer(shift, shift)
        squares, axes = np.linalg.eigh(moments)
        semi = np.sqrt(5 * squares)
        return Ellipsoid(
            self.centre + shift, axes.T, semi * (volume / len(directions) / semi.prod()) ** (1 / 3)
        )

    def depth(self, places: np.ndarray) -> np.ndarray:
        """Distance of places (..., 3) from the centre as a share of the surface's there: 1 on the surface.

        Parameters
        ----------
        places : ndarray, shape (..., 3)
            In mm along the canonical axes.
        """
        offsets = (places - self.centre).reshape(-1, 3)
        share = np.linalg.norm(offsets, axis=1) / sphere().between(self.radii, offsets)
        return share.reshape(places.shape[:-1])

    def reach(self, place: np.ndarray) -> float:
        """Distance in mm from a place to the farthest point of the surface.

        Parameters
        ----------
        place : ndarray, shape (3,)
            In mm.
        """
        return float(np.linalg.norm(self.points() - place, axis=1).max())

    def points(self) -> np.ndarray:
        """The surface's places (n, 3) in the sphere's directions, mm."""
        return self.centre + sphere().directions * self.radii[:, None]

    def voxels(self, lattice: Lattice) -> Image:
        """The voxels of a canonical lattice whose centres lie inside."""
        box = box_around(
            lattice, self.centre, (np.abs(sphere().directions) * self.radii[:, None]).max(axis=0)
        )
        axes = [
            np.arange(a, b) * s - c
            for a, b, s, c in zip(box.start, box.stop, lattice.spacing, self.centre, strict=True)
        ]
        offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        reach = sphere().between(self.radii, offsets)
        inside = (offsets**2).sum(axis=1) <= reach**2
        return Image(inside.reshape(box.shape), lattice, box.start)


def most_likely(
    log_likelihood: np.ndarray, smoothness: float, rounds: int = P.propagation_rounds
) -> np.ndarray:
    """Where the border lies on each ray: the median of its marginal distribution, in steps.

    Belief propagation on the sphere's network (sum-product, all messages at once, damped): neighbouring rays
    have borders a few steps apart, seldom more.

    Parameters
    ----------
    log_likelihood : ndarray, shape (n, steps)
        Log likelihood of a border at each step of each ray.
    smoothness : float
        SD of the difference between neighbours, in steps.
    rounds : int
        How often rays hear of their neighbours.

    Source: Pearl, Probabilistic Reasoning in Intelligent Systems, 1988; damping as in Murphy, Weiss and
    Jordan, Loopy belief propagation for approximate inference, UAI 1999.
    """
    net = sphere()
    log_likelihood = np.asarray(log_likelihood, np.float32)
    steps = np.arange(log_likelihood.shape[1], dtype=np.float32)
    kernel = np.exp(-0.5 * ((steps[:, None] - steps) / np.float32(smoothness)) ** 2) + np.float32(
        P.jump_share
    )
    messages = np.zeros((net.source.size, steps.size), np.float32)
    belief = log_likelihood
    damping = P.propagation_damping
    for _ in range(rounds):
        sent = belief[net.source] - messages[net.opposite]
        sent -= sent.max(axis=1, keepdims=True)
        fresh = np.log(np.exp(sent, out=sent) @ kernel)
        fresh -= fresh.max(axis=1, keepdims=True)
        messages = (1 - damping) * fresh + damping * messages
        belief = log_likelihood + net.incoming @ messages
    return _median(belief.astype(float))


def _median(belief: np.ndarray) -> np.ndarray:
    """Median (n,) of distributions given as logarithms (n, steps), between steps."""
    share = np.exp(belief - belief.max(axis=1, keepdims=True))
    below = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    step = np.clip((below < 0.5).sum(axis=1), 1, below.shape[1] - 1)
    rows = np.arange(len(below))
    before, after = below[rows, step - 1], below[rows, step]
    return step - 0.5 + (0.5 - before) / np.maximum(after - before, 1e-12)
