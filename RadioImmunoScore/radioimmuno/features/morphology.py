"""Shape of the morphological mask (IBSI family HCUG), in groups that are computed apart.

The mesh is that of marching cubes at 0.5 on the mask; enclosing shapes and the diameter are those of its
vertices.
"""

from __future__ import annotations

import math

import numpy as np

from .enclosing import minimum_box, minimum_ellipsoid
from .region import Region

Values = dict[str, float | None]

# Where IBSI stops the series of the ellipsoid's surface.
ELLIPSOID_SERIES_TERMS = 20


def mesh_features(region: Region, volume: float, area: float) -> Values:
    """Volume, area and the six ratios of them.

    Parameters
    ----------
    volume, area : of the mesh in mm3 and mm2
    """
    sphere = (36 * math.pi * volume**2) ** (1 / 3)
    return {
        "volume": volume,
        "approximate_volume": int(np.count_nonzero(region.mask)) * region.voxel_volume_mm3,
        "surface_area": area,
        "surface_to_volume_ratio": area / volume,
        "compactness_1": volume / (math.sqrt(math.pi) * area**1.5),
        "compactness_2": 36 * math.pi * volume**2 / area**3,
        "spherical_disproportion": area / sphere,
        "sphericity": sphere / area,
        "asphericity": (area**3 / (36 * math.pi * volume**2)) ** (1 / 3) - 1,
    }


def mass_features(region: Region, volume: float) -> Values:
    """Distance between the centres of the mask and of its intensities; integrated intensity."""
    mask_places = np.argwhere(region.mask)
    places = np.argwhere(region.intensity_mask)
    weights = region.intensities
    mean = float(weights.mean())
    shift = None
    if weights.sum() != 0:
        centre = weights @ places / weights.sum()
        shift = float(np.linalg.norm((mask_places.mean(axis=0) - centre) * region.spacing))
    return {"centre_of_mass_shift": shift, "integrated_intensity": mean * volume}


def axis_features(region: Region, volume: float, area: float) -> Values:
    """Principal axes of the voxels' centres and the approximate enclosing ellipsoid made of them."""
    places = np.argwhere(region.mask) * np.array(region.spacing)
    # Covariance with n - 1 in the denominator; eigenvalues ascend and rounding must not make them negative.
    variances = np.maximum(np.linalg.eigvalsh(np.cov(places.T)), 0) if len(places) > 1 else np.zeros(3)
    least, minor, major = np.sqrt(variances)
    a, b, c = 2 * major, 2 * minor, 2 * least
    ellipsoid = 4 / 3 * math.pi * a * b * c
    ellipsoid_area = ellipsoid_surface(a, b, c)
    return {
        "major_axis_length": float(4 * major),
        "minor_axis_length": float(4 * minor),
        "least_axis_length": float(4 * least),
        "elongation": float(minor / major) if major > 0 else None,
        "flatness": float(least / major) if major > 0 else None,
        "volume_density_aee": float(volume / ellipsoid) if ellipsoid > 0 else None,
        "area_density_aee": float(area / ellipsoid_area) if ellipsoid_area > 0 else None,
    }


def hull_features(vertices: np.ndarray, volume: float, area: float) -> Values:
    """Largest diameter, bounding box along the axes, convex hull.

    Parameters
    ----------
    vertices : (m, 3) points in mm whose convex hull is that of the mesh
    """
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    hull = ConvexHull(vertices)
    corners = vertices[hull.vertices]
    sides = np.ptp(corners, axis=0)
    return {
        "maximum_3d_diameter": float(pdist(corners).max()),
        "volume_density_aabb": volume / float(sides.prod()),
        "area_density_aabb": area / box_area(sides),
        "volume_density_convex_hull": volume / float(hull.volume),
        "area_density_convex_hull": area / float(hull.area),
    }


def enclosing_features(vertices: np.ndarray, volume: float, area: float) -> Values:
    """Oriented minimum bounding box and minimum volume enclosing ellipsoid (no consensus values in IBSI)."""
    from scipy.spatial import ConvexHull

    hull = ConvexHull(vertices)
    corners = vertices[hull.vertices]
    sides = minimum_box(corners)
    axes = minimum_ellipsoid(corners)
    return {
        "volume_density_ombb": volume / float(sides.prod()),
        "area_density_ombb": area / box_area(sides),
        "volume_density_mvee": volume / (4 / 3 * math.pi * float(axes.prod())),
        "area_density_mvee": area / ellipsoid_surface(*sorted(axes, reverse=True)),
    }


def mesh_extremes(region: Region) -> np.ndarray:
    """Mesh vertices in mm that can be corners of the convex hull: the ends of each row of voxels, (m, 3).

    A vertex lies half a voxel beyond a voxel at the mask's border, in one axis direction. Along each axis
    only the outermost two of a row can be corners.
    """
    found = []
    for axis in range(3):
        mask = np.moveaxis(region.mask, axis, -1)
        rows = np.argwhere(mask.any(axis=-1))
        lines = mask[rows[:, 0], rows[:, 1]]
        first = lines.argmax(axis=1) - 0.5
        last = lines.shape[1] - 1 - lines[:, ::-1].argmax(axis=1) + 0.5
        for end in (first, last):
            points = np.column_stack([rows, end])
            found.append(np.moveaxis(np.insert(points[:, :2], axis, points[:, 2], axis=1), 0, 0))
    return np.concatenate(found) * np.array(region.spacing)


def autocorrelation_features(region: Region) -> Values:
    """Moran's I and Geary's C over all pairs of voxels, weighted by the inverse of their distance.

    Sums over all pairs are correlations of the region with itself, so that the Fourier transform gives them
    for large lesions too. One intensity only: both are 1 (perfect correlation).
    """
    from scipy.fft import irfftn, next_fast_len, rfftn

    n = region.intensities.size
    deviation = np.where(region.intensity_mask, region.values.astype(float) - region.intensities.mean(), 0.0)
    squares = float((deviation**2).sum())
    if n < 2 or squares == 0:
        return {"moran_i": 1.0, "geary_c": 1.0}
    shape = [next_fast_len(2 * s - 1) for s in deviation.shape]
    weights = rfftn(_inverse_distances(shape, region.spacing))

    def weighted(values: np.ndarray) -> np.ndarray:
        around = irfftn(rfftn(values, shape) * weights, shape)
        return around[tuple(slice(0, s) for s in values.shape)]

    inside = region.intensity_mask.astype(float)
    degrees = weighted(inside)
    total = float((inside * degrees).sum())
    products = float((deviation * weighted(deviation)).sum())
    # sum w (x - y)^2 = 2 sum w x^2 - 2 sum w x y
    differences = 2 * float((deviation**2 * degrees).sum()) - 2 * products
    return {
        "moran_i": n * products / (total * squares),
        "geary_c": (n - 1) * differences / (2 * total * squares),
    }


def _inverse_distances(shape: list[int], spacing: tuple[float, float, float]) -> np.ndarray:
    """1 / distance from voxel 0 on a periodic lattice, 0 at voxel 0."""
    offsets = [np.fft.fftfreq(n, 1 / n) * s for n, s in zip(shape, spacing, strict=True)]
    k, j, i = np.meshgrid(*offsets, indexing="ij", sparse=True)
    distance = np.sqrt(k**2 + j**2 + i**2)
    distance[0, 0, 0] = np.inf
    return 1 / distance


def box_area(sides: np.ndarray) -> float:
    """Surface of a box with these three sides."""
    a, b, c = sides
    return float(2 * (a * b + b * c + a * c))


def ellipsoid_surface(a: float, b: float, c: float) -> float:
    """Surface of an ellipsoid with semi-axes a >= b >= c as IBSI approximates it.

    The series 4 pi a b sum of (alpha beta)^n P_n((alpha^2 + beta^2) / (2 alpha beta)) / (1 - 4 n^2) to n =
    20, with alpha, beta the eccentricities. It is a few percent below the true surface (consensus values
    follow it). (alpha beta)^n P_n is summed by its own recurrence, which has no division by zero for equal
    axes.
    """
    if a <= 0:
        return 0.0
    alpha2, beta2 = 1 - (b / a) ** 2, 1 - (c / a) ** 2
    middle, product = (alpha2 + beta2) / 2, alpha2 * beta2
    before, now, total = 0.0, 1.0, 1.0
    for n in range(ELLIPSOID_SERIES_TERMS):
        before, now = now, ((2 * n + 1) * middle * now - n * product * before) / (n + 1)
        total += now / (1 - 4 * (n + 1) ** 2)
    return float(4 * math.pi * a * b * total)
