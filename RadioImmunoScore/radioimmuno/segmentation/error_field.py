"""How wrong a mask is around places where its error is known: kriging of its signed distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.image import Box, Image
from .parameters import PARAMETERS as P


@dataclass(frozen=True, eq=False)
class SignedDistance:
    """Distance from a mask's surface, inside < 0.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i), mm
        At voxel centres; no voxel is nearer than half the smallest side of a voxel.
    box : Box
        The voxels of the canonical lattice that they stand for.
    spacing : ndarray, shape (3,), mm
    """

    values: np.ndarray
    box: Box
    spacing: np.ndarray

    def at(self, places: np.ndarray) -> np.ndarray:
        """Distances at places, trilinear.

        Parameters
        ----------
        places : ndarray, shape (m, 3), mm
            Along the canonical axes.

        Returns
        -------
        ndarray, shape (m,), mm
        """
        from scipy.ndimage import map_coordinates

        index = places / self.spacing - self.box.start
        return map_coordinates(self.values, index.T, order=1, mode="nearest")


def signed_distance(mask: Image, box: Box) -> SignedDistance:
    """The signed distance of a canonical mask in a box that holds all of it.

    Parameters
    ----------
    mask : Image of bool
        On a canonical lattice; at least one voxel.
    box : Box
        At least one of its voxels is not in the mask.

    Notes
    -----
    Euclidean distance to the nearest voxel centre of the other side, less half a voxel: Maurer, Qi and
    Raghavan, IEEE Trans Pattern Anal Mach Intell 2003;25:265-270, as in ITK.
    """
    import SimpleITK as sitk

    values = mask.within(box, False)
    spacing = np.array(mask.lattice.spacing)

    def away(side: np.ndarray) -> np.ndarray:
        part = sitk.GetImageFromArray(side.astype(np.uint8))
        part.SetSpacing(spacing[::-1].tolist())
        return sitk.GetArrayFromImage(sitk.SignedMaurerDistanceMap(part, False, False, True))

    half = np.float32(spacing.min() / 2)
    return SignedDistance(np.where(values, half - away(~values), away(values) - half), box, spacing)


@dataclass(frozen=True, eq=False)
class EdgeSds:
    """How uncertain a mask's surface is by how clear an edge of the CT it lies on.

    Parameters
    ----------
    places : ndarray, shape (m, 3)
        On the surface, in mm along the canonical axes.
    shares : ndarray, shape (m,)
        SD of the signed distance's error, as a share of that where no edge is to be seen.
    """

    places: np.ndarray
    shares: np.ndarray

    def at(self, places: np.ndarray) -> np.ndarray:
        """Shares at places: the mean of the nearest on the surface.

        Parameters
        ----------
        places : ndarray, shape (n, 3), mm
            Along the canonical axes.

        Returns
        -------
        ndarray, shape (n,)
        """
        from scipy.spatial import cKDTree

        count = min(P.edge_neighbours, len(self.places))
        _, nearest = cKDTree(self.places).query(places, k=count)
        return self.shares[nearest.reshape(len(places), count)].mean(axis=1)


def edge_sds(values: np.ndarray, distance: SignedDistance) -> EdgeSds:
    """How uncertain a mask's surface is by how steeply the CT changes across it.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i), HU
        The CT's voxels in the box of the signed distance.
    distance : SignedDistance
        Of the mask.
    """
    from scipy.ndimage import gaussian_filter

    limited = np.clip(values, -P.edge_span_hu, P.edge_span_hu)
    sigma = P.edge_sd_blur_mm / distance.spacing
    soft = gaussian_filter(limited, sigma, mode="nearest", truncate=P.gaussian_sds)
    away = np.abs(distance.values)
    index = np.argwhere(away <= max(away.min(), distance.spacing.min()))
    index = index[:: -(-len(index) // P.edge_places)]
    change, normal = (_gradient(each, index, distance.spacing) for each in (soft, distance.values))
    length = np.maximum(np.linalg.norm(normal, axis=1), np.finfo(np.float32).eps)
    slope = np.abs((change * normal).sum(axis=1)) / length
    shares = P.least_edge_sd + (1 - P.least_edge_sd) / (1 + (slope / P.edge_slope) ** 2)
    return EdgeSds((index + distance.box.start) * distance.spacing, shares)


def _gradient(values: np.ndarray, index: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Change per mm (m, 3) along the axes at voxels (m, 3); beyond the border all is as at it."""
    last = np.array(values.shape) - 1
    beside = [[np.clip(index + sign * step, 0, last).T for sign in (1, -1)] for step in np.eye(3, dtype=int)]
    return np.stack([values[tuple(a)] - values[tuple(b)] for a, b in beside], axis=1) / (2 * spacing)


@dataclass(frozen=True, eq=False)
class ErrorField:
    """Errors of a signed distance, known at some places.

    Parameters
    ----------
    places : ndarray, shape (m, 3)
        In mm along the canonical axes.
    errors : ndarray, shape (m,), mm
        What the signed distance lacks there.
    noise_share : float
        Variance of the known errors' own errors, as a share of the variance of errors.
    range_mm : float
        Places this far apart have nothing to do with each other.
    shown_mm : float
        Nearer to the places than about a third of this, what they show counts for more than edges do.
    facing_power : float
        How much less errors are where the surface faces elsewhere than at the places; 0 for no less.
    """

    places: np.ndarray
    errors: np.ndarray
    noise_share: float
    range_mm: float
    shown_mm: float
    facing_power: float

    def spread(self, distance: SignedDistance, edges: EdgeSds) -> tuple[np.ndarray, np.ndarray]:
        """Errors at all voxels, and how uncertain they are: simple kriging, the variance differs by place.

        Computed on a grid of a twelfth of the range and linearly between, so that 0 is what lies farther
        than the range and a cell of it from all places.

        Parameters
        ----------
        distance : SignedDistance
            Whose voxels are meant.
        edges : EdgeSds
            Of its surface. At the known places themselves errors are as variable as where no edge is seen.

        Returns
        -------
        ndarray of float32, shape (k, j, i), mm
            The likeliest errors.
        ndarray of float32, shape (k, j, i)
            Their SD as a share of that of errors about which nothing is known, 0 to 1.

        Notes
        -----
        The covariance of errors at two places is the product of their SDs and a correlation by distance and
        by how the surface faces.
        Source: Cressie, Statistics for Spatial Data, 1993, 3.4.5 (mean known to be 0).
        """
        axes, between = [], []
        for start, count, spacing in zip(
            distance.box.start, distance.values.shape, distance.spacing, strict=True
        ):
            step = max(1, int(self.range_mm * P.grid_share / spacing))
            nodes = np.arange(-(-(count - 1) // step) + 1)
            axes.append((start + nodes * step) * spacing)
            hats = 1 - np.abs(np.arange(count)[:, None] / step - nodes)
            between.append(np.maximum(hats, 0).astype(np.float32))
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        nodes = grid.reshape(-1, 3)
        known = _correlation(self.places, self.places, self.range_mm)
        inverse = np.linalg.inv(known + self.noise_share * np.eye(len(self.places)))
        near = _correlation(nodes, self.places, self.range_mm)
        likeliest = near @ (inverse @ self.errors)
        sd = np.sqrt(np.clip(1 - ((near @ inverse) * near).sum(axis=1), 0, 1))
        moved = likeliest != 0
        sds = edges.at(nodes[moved])
        sds += (1 - sds) * _correlation(nodes[moved], self.places, self.shown_mm).max(axis=1)
        likeliest[moved] *= sds * self._facing(distance, nodes[moved])
        first, second = (_interpolated(each.reshape(grid.shape[:3]), between) for each in (likeliest, sd))
        return first, second

    def _facing(self, distance: SignedDistance, nodes: np.ndarray) -> np.ndarray:
        """By how much (n,) less errors are at nodes (n, 3): 1 on a side that faces as the known places do.

        What faces the other way is another border, near in a thin lesion, and has errors of its own.
        """
        from scipy.ndimage import gaussian_filter

        sigma = P.normal_blur_share * self.range_mm / distance.spacing
        soft = gaussian_filter(distance.values, sigma, mode="nearest", truncate=P.gaussian_sds)

        def normals(places: np.ndarray) -> np.ndarray:
            index = np.rint(places / distance.spacing - distance.box.start).astype(int)
            slope = _gradient(soft, np.clip(index, 0, np.array(soft.shape) - 1), distance.spacing)
            return slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), P.least_slope)

        weights = np.abs(self.errors) + np.finfo(np.float32).eps
        known = np.average(normals(self.places), axis=0, weights=weights)
        apart = np.linalg.norm(known) - normals(nodes) @ known
        return np.clip(1 - apart / 2, 0, 1) ** self.facing_power


def _interpolated(nodes: np.ndarray, between: list[np.ndarray]) -> np.ndarray:
    values = nodes.astype(np.float32)
    for axis, weights in enumerate(between):
        values = np.moveaxis(np.tensordot(weights, values, axes=(1, axis)), 0, axis)
    return values


def _correlation(places: np.ndarray, others: np.ndarray, range_mm: float) -> np.ndarray:
    """How alike (n, m) errors at places (n, 3) and others (m, 3) are: Wendland's function C2.

    Source: Wendland, Adv Comput Math 1995;4:389-396; positive definite in three dimensions, 0 from the range
    on. Chosen because it runs through the correlations that were measured, see `PARAMETERS.range_radii`.
    """
    share = np.linalg.norm(places[:, None] - others, axis=-1) / range_mm
    return np.maximum(1 - share, 0) ** 4 * (4 * share + 1)
