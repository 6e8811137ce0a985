"""Smallest boxes and ellipsoids around a set of points."""

from __future__ import annotations

import numpy as np

# The ellipsoid's volume is within about this share of the smallest.
ELLIPSOID_TOLERANCE = 1e-4
ELLIPSOID_ROUNDS = 20_000


def minimum_box(corners: np.ndarray) -> np.ndarray:
    """Sides of the smallest box with one face on a face of the points' convex hull.

    Parameters
    ----------
    corners : ndarray of float64, shape (m, 3)
        Points, no four of them the only ones in a plane.

    Returns
    -------
    ndarray of float64, shape (3,)
    """
    from scipy.spatial import ConvexHull

    normals = np.unique(np.round(ConvexHull(corners).equations[:, :3], 9), axis=0)
    best = np.ptp(corners, axis=0)
    for normal in normals:
        u = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
        u /= np.linalg.norm(u)
        height = np.ptp(corners @ normal)
        sides = np.append(_minimum_rectangle(corners @ np.column_stack([u, np.cross(normal, u)])), height)
        if sides.prod() < best.prod():
            best = sides
    return best


def _minimum_rectangle(points: np.ndarray) -> np.ndarray:
    """Sides of the smallest rectangle around points in a plane; it has an edge on an edge of their hull."""
    from scipy.spatial import ConvexHull

    outline = points[ConvexHull(points).vertices]
    edges = np.roll(outline, -1, axis=0) - outline
    angles = np.arctan2(edges[:, 1], edges[:, 0])
    along = outline @ np.array([np.cos(angles), np.sin(angles)])
    across = outline @ np.array([-np.sin(angles), np.cos(angles)])
    sides = np.array([np.ptp(along, axis=0), np.ptp(across, axis=0)])
    return sides[:, sides.prod(axis=0).argmin()]


def minimum_ellipsoid(points: np.ndarray) -> np.ndarray:
    """Semi-axes of the smallest ellipsoid around the points, by Khachiyan's algorithm.

    Source: Todd and Yildirim, On Khachiyan's algorithm for the computation of minimum-volume enclosing
    ellipsoids, Discrete Appl. Math. 155 (2007), with steps towards and away.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)

    Returns
    -------
    ndarray of float64, shape (3,)
    """
    n, d = points.shape
    lifted = np.column_stack([points - points.mean(axis=0), np.ones(n)])
    weight = np.full(n, 1 / n)
    for _ in range(ELLIPSOID_ROUNDS):
        inverse = np.linalg.inv(lifted.T @ (lifted * weight[:, None]))
        reach = np.einsum("ij,jk,ik->i", lifted, inverse, lifted)
        used = np.flatnonzero(weight > 0)
        far, near = int(reach.argmax()), int(used[reach[used].argmin()])
        over, under = reach[far] / (d + 1) - 1, 1 - reach[near] / (d + 1)
        if max(over, under) < ELLIPSOID_TOLERANCE / d:
            break
        at = far if over >= under else near
        step = (reach[at] - d - 1) / ((d + 1) * (reach[at] - 1)) if reach[at] != 1 else 0.0
        step = max(step, -weight[at] / (1 - weight[at]))
        weight *= 1 - step
        weight[at] = max(0.0, weight[at] + step)
    centre = weight @ points
    spread = (points - centre).T @ ((points - centre) * weight[:, None])
    shape = np.linalg.inv(spread) / d
    shape /= np.einsum("ij,jk,ik->i", points - centre, shape, points - centre).max()
    return 1 / np.sqrt(np.linalg.eigvalsh(shape))
