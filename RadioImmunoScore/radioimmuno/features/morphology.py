"""Shape of the morphological mask (IBSI family HCUG), in groups that are computed apart.

The mesh is that of marching cubes at 0.5 on the mask; enclosing shapes and the diameter are those of its
vertices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

import numpy as np

from .enclosing import minimum_box, minimum_ellipsoid
from .family import Family, Measurement, Row, Values
from .mesh import mesh_volume_and_area
from .region import Region

# Where IBSI stops the series of the ellipsoid's surface.
ELLIPSOID_SERIES_TERMS = 20

# fmt: off
ROWS = (
    Row("volume", "RNU0", "morph_volume", "mm3", words="volume", pyradiomics="MeshVolume", lifex="Volume"),
    Row("approximate_volume", "YEKZ", "morph_vol_approx", "mm3",
        pyradiomics="VoxelVolume", lifex="ApproximateVolume"),
    Row("surface_area", "C0JK", "morph_area_mesh", "mm2", words="area of the surface",
        pyradiomics="SurfaceArea", lifex="SurfaceArea"),
    Row("surface_to_volume_ratio", "2PR5", "morph_av", "1/mm",
        pyradiomics="SurfaceVolumeRatio", lifex="SurfaceToVolumeRatio"),
    Row("compactness_1", "SKGS", "morph_comp_1", pyradiomics="Compactness1", lifex="Compactness1"),
    Row("compactness_2", "BQWJ", "morph_comp_2", words="compact shape, 1 for a ball",
        pyradiomics="Compactness2", lifex="Compactness2"),
    Row("spherical_disproportion", "KRCK", "morph_sph_dispr",
        pyradiomics="SphericalDisproportion", lifex="SphericalDisproportion"),
    Row("sphericity", "QCFX", "morph_sphericity", words="shape close to a ball",
        pyradiomics="Sphericity", lifex="Sphericity"),
    Row("asphericity", "25C7", "morph_asphericity", lifex="Asphericity"),
    Row("centre_of_mass_shift", "KLMA", "morph_com", "mm", lifex="CentreOfMassShift"),
    Row("integrated_intensity", "99N0", "morph_integ_int", "HU.mm3", lifex="IntegratedIntensity"),
    Row("maximum_3d_diameter", "L0JK", "morph_diam", "mm", words="longest diameter in 3D",
        pyradiomics="Maximum3DDiameter", lifex="Maximum3DDiameter"),
    Row("major_axis_length", "TDIC", "morph_pca_maj_axis", "mm", pyradiomics="MajorAxisLength"),
    Row("minor_axis_length", "P9VJ", "morph_pca_min_axis", "mm", pyradiomics="MinorAxisLength"),
    Row("least_axis_length", "7J51", "morph_pca_least_axis", "mm", pyradiomics="LeastAxisLength"),
    Row("elongation", "Q3CK", "morph_pca_elongation", pyradiomics="Elongation"),
    Row("flatness", "N17B", "morph_pca_flatness", pyradiomics="Flatness"),
    Row("volume_density_aabb", "PBX1", "morph_vol_dens_aabb"),
    Row("area_density_aabb", "R59B", "morph_area_dens_aabb"),
    Row("volume_density_ombb", "ZH1A", "morph_vol_dens_ombb", on_request=True),
    Row("area_density_ombb", "IQYR", "morph_area_dens_ombb", on_request=True),
    Row("volume_density_aee", "6BDE", "morph_vol_dens_aee"),
    Row("area_density_aee", "RDD2", "morph_area_dens_aee"),
    Row("volume_density_mvee", "SWZ1", "morph_vol_dens_mvee", on_request=True),
    Row("area_density_mvee", "BRI8", "morph_area_dens_mvee", on_request=True),
    Row("volume_density_convex_hull", "R3ER", "morph_vol_dens_conv_hull"),
    Row("area_density_convex_hull", "7T7F", "morph_area_dens_conv_hull"),
    Row("moran_i", "N365", "morph_moran_i", on_request=True),
    Row("geary_c", "NPT7", "morph_geary_c", on_request=True),
)
# fmt: on


def mesh_features(region: Region, volume: float, area: float) -> Values:
    """Volume, area and the six ratios of them.

    Parameters
    ----------
    region : Region
    volume, area : float
        Of the mesh in mm3 and mm2.
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
    """Distance between the centres of the mask and of its intensities; integrated intensity.

    Parameters
    ----------
    region : Region
    volume : float
        Of the mesh in mm3.
    """
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
    """Principal axes of the voxels' centres and the approximate enclosing ellipsoid made of them.

    Parameters
    ----------
    region : Region
    volume, area : float
        Of the mesh in mm3 and mm2.
    """
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
    vertices : ndarray of float64, shape (m, 3), mm
        Points whose convex hull is that of the mesh.
    volume, area : float
        Of the mesh in mm3 and mm2.
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
    """Oriented minimum bounding box and minimum volume enclosing ellipsoid (no consensus values in IBSI).

    Parameters
    ----------
    vertices : ndarray of float64, shape (m, 3), mm
        Points whose convex hull is that of the mesh.
    volume, area : float
        Of the mesh in mm3 and mm2.
    """
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
    """Mesh vertices in mm that can be corners of the convex hull: the ends of each row of voxels.

    A vertex lies half a voxel beyond a voxel at the mask's border, in one axis direction. Along each axis
    only the outermost two of a row can be corners.

    Parameters
    ----------
    region : Region

    Returns
    -------
    ndarray of float64, shape (m, 3)
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

    Parameters
    ----------
    region : Region
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
    """Surface of a box.

    Parameters
    ----------
    sides : ndarray of float64, shape (3,)
    """
    a, b, c = sides
    return float(2 * (a * b + b * c + a * c))


def ellipsoid_surface(a: float, b: float, c: float) -> float:
    """Surface of an ellipsoid with semi-axes a >= b >= c as IBSI approximates it.

    The series 4 pi a b sum of (alpha beta)^n P_n((alpha^2 + beta^2) / (2 alpha beta)) / (1 - 4 n^2) to n =
    20, with alpha, beta the eccentricities. It is a few percent below the true surface (consensus values
    follow it). (alpha beta)^n P_n is summed by its own recurrence, which has no division by zero for equal
    axes.

    Parameters
    ----------
    a, b, c : float
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


def _mesh(measurement: Measurement) -> tuple[float, float]:
    """Volume (mm3) and area (mm2) of the mesh."""
    return mesh_volume_and_area(measurement.region.mask, measurement.region.spacing)


def _extremes(measurement: Measurement) -> np.ndarray:
    return mesh_extremes(measurement.region)


# What is computed together, by the names that ask for it; the mesh's own measures are the first.
_PARTS: tuple[tuple[Callable[[Measurement], Values], tuple[str, ...]], ...] = (
    (
        lambda m: mesh_features(m.region, *m.shared(_mesh)),
        (
            "volume",
            "approximate_volume",
            "surface_area",
            "surface_to_volume_ratio",
            "compactness_1",
            "compactness_2",
            "spherical_disproportion",
            "sphericity",
            "asphericity",
        ),
    ),
    (
        lambda m: mass_features(m.region, m.shared(_mesh)[0]),
        ("centre_of_mass_shift", "integrated_intensity"),
    ),
    (
        lambda m: axis_features(m.region, *m.shared(_mesh)),
        (
            "major_axis_length",
            "minor_axis_length",
            "least_axis_length",
            "elongation",
            "flatness",
            "volume_density_aee",
            "area_density_aee",
        ),
    ),
    (
        lambda m: hull_features(m.shared(_extremes), *m.shared(_mesh)),
        (
            "maximum_3d_diameter",
            "volume_density_aabb",
            "area_density_aabb",
            "volume_density_convex_hull",
            "area_density_convex_hull",
        ),
    ),
    (
        lambda m: enclosing_features(m.shared(_extremes), *m.shared(_mesh)),
        ("volume_density_ombb", "area_density_ombb", "volume_density_mvee", "area_density_mvee"),
    ),
    (lambda m: autocorrelation_features(m.region), ("moran_i", "geary_c")),
)


def morphology(measurement: Measurement, names: Collection[str]) -> Values:
    """The shape features that are asked for, and those that come with them.

    Parameters
    ----------
    measurement : Measurement
    names : collection of str
    """
    values: Values = {}
    for compute, part in _PARTS:
        if not set(part).isdisjoint(names):
            values |= compute(measurement)
    return values


FAMILY = Family(
    "morphology",
    "shape",
    ROWS,
    morphology,
    pyradiomics_class="shape",
    lifex_prefix="MORPHOLOGICAL",
    of_responses=False,
)
