import numpy as np
import pytest
from scipy.ndimage import label

from radioimmuno.features.compute import compute_features
from radioimmuno.features.enclosing import minimum_box, minimum_ellipsoid
from radioimmuno.features.mesh import mesh_volume_and_area
from radioimmuno.features.morphology import ellipsoid_surface
from radioimmuno.features.region import Region
from radioimmuno.settings import ExtractionSettings

SPACING = (1.5, 0.8, 1.1)


def region(mask: np.ndarray, values: np.ndarray | None = None, spacing=(1.0, 1.0, 1.0)) -> Region:
    filled = np.zeros(mask.shape, np.float32) if values is None else values.astype(np.float32)
    return Region(filled, mask, mask, mask.astype(np.int32), 1, spacing, ExtractionSettings())


@pytest.mark.parametrize("seed", range(5))
def test_the_mesh_is_vtks(seed):
    """Volume and area counted by cells against VTK's whole mesh; random masks have many ambiguous cells.

    It is the mesh of what is not mask: VTK keeps higher values apart where they meet at an edge alone.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkMassProperties

    mask = np.random.default_rng(seed).random((7, 8, 9)) < 0.5
    padded = (~np.pad(mask, 1)).astype(np.uint8)
    image = vtkImageData()
    image.SetDimensions(*padded.shape[::-1])
    image.SetSpacing(*SPACING[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel(), deep=True))
    surface = vtkFlyingEdges3D()
    surface.SetInputData(image)
    surface.SetValue(0, 0.5)
    mass = vtkMassProperties()
    mass.SetInputConnection(surface.GetOutputPort())
    mass.Update()
    volume, area = mesh_volume_and_area(mask, SPACING)
    assert area == pytest.approx(mass.GetSurfaceArea(), rel=1e-6)
    # VTK's volume is a weighted mean of three fluxes: equal for a closed surface but for rounding.
    assert volume == pytest.approx(mass.GetVolume(), rel=1e-4)


def test_voxels_that_meet_at_an_edge_alone_are_joined():
    """As in 26-connectedness. Apart, the mesh of each has 1/6 of its voxel and the area of an octahedron."""
    both = np.zeros((1, 2, 2), bool)
    both[0, 0, 0] = both[0, 1, 1] = True
    one = both.copy()
    one[0, 1, 1] = False
    volume_of_one, area_of_one = mesh_volume_and_area(one, (1.0, 1.0, 1.0))
    volume, _ = mesh_volume_and_area(both, (1.0, 1.0, 1.0))
    assert (volume_of_one, area_of_one) == pytest.approx((1 / 6, np.sqrt(3)))
    assert volume > 2 * volume_of_one + 0.1


def test_what_is_not_mask_stays_apart_where_it_meets_at_an_edge_alone():
    """A hole of one voxel and one of two, in a cell of five voxels of mask: each hole has its own sheet.

    Between that cell's corners trilinear interpolation has them in two parts as well, a tie being the mask's.
    """
    unit = (1.0, 1.0, 1.0)
    block = np.ones((6, 6, 6), bool)
    holes = np.zeros(block.shape, bool)
    holes[2, 2, 3] = holes[3, 3, 2] = holes[3, 3, 3] = True
    before, after = (mesh_volume_and_area(mask, unit) for mask in (block, block & ~holes))
    # Of one voxel an octahedron; of two one that is drawn out by a voxel.
    assert before[0] - after[0] == pytest.approx(1 / 6 + (1 / 6 + 1 / 2))
    assert after[1] - before[1] == pytest.approx(np.sqrt(3) + (np.sqrt(3) + 2 * np.sqrt(2)))
    cell = (~holes)[2:4, 2:4, 2:4].astype(float)
    weights = np.stack([1 - np.linspace(0, 1, 41), np.linspace(0, 1, 41)])
    between = np.einsum("abc,ak,bj,ci->kji", cell, weights, weights, weights)
    assert label(between < 0.5 - 1e-9)[1] == 2


def test_a_ball_has_a_balls_shape():
    grid = np.indices((41, 41, 41)) - 20
    ball = (grid**2).sum(axis=0) <= 17.5**2
    values = compute_features(
        region(ball),
        [f"morphology.{name}" for name in ("volume", "maximum_3d_diameter", "major_axis_length", "flatness")],
    )
    assert values["morphology.volume"] == pytest.approx(4 / 3 * np.pi * 17.5**3, rel=0.01)
    assert values["morphology.maximum_3d_diameter"] == pytest.approx(35, abs=1)
    # The principal axes of a solid ball have a variance of r^2 / 5 each.
    assert values["morphology.major_axis_length"] == pytest.approx(4 * 17.5 / 5**0.5, rel=0.01)
    assert values["morphology.flatness"] == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_diameter_and_hull_are_those_of_all_mesh_vertices(seed):
    """The ends of the rows of voxels span the same hull as every midpoint of the surface."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    random = np.random.default_rng(seed)
    mask = random.random((9, 10, 11)) < 0.15
    padded = np.pad(mask, 1)
    vertices = []
    for axis in range(3):
        along = np.moveaxis(padded, axis, 0)
        midpoints = np.argwhere(along[1:] != along[:-1]) + [0.5, 0, 0]
        vertices.append(np.insert(midpoints[:, 1:], axis, midpoints[:, 0], axis=1))
    points = np.concatenate(vertices) * SPACING
    names = ("maximum_3d_diameter", "volume_density_convex_hull", "volume_density_aabb", "volume")
    values = compute_features(region(mask, spacing=SPACING), [f"morphology.{name}" for name in names])
    volume = values["morphology.volume"]
    assert values["morphology.maximum_3d_diameter"] == pytest.approx(pdist(points).max())
    assert volume / values["morphology.volume_density_convex_hull"] == pytest.approx(
        ConvexHull(points).volume
    )
    assert volume / values["morphology.volume_density_aabb"] == pytest.approx(np.ptp(points, axis=0).prod())


def test_autocorrelation_is_the_sum_over_all_pairs():
    random = np.random.default_rng(1)
    mask = random.random((5, 6, 7)) < 0.6
    values = random.normal(40, 20, mask.shape).astype(np.float32)
    found = compute_features(region(mask, values, SPACING), ["morphology.moran_i", "morphology.geary_c"])
    places, x = np.argwhere(mask) * SPACING, values[mask].astype(float)
    distance = np.linalg.norm(places[:, None] - places, axis=-1)
    weight = np.divide(1, distance, where=distance > 0, out=np.zeros_like(distance))
    n, d = x.size, x - x.mean()
    moran = n * (weight * np.outer(d, d)).sum() / weight.sum() / (d**2).sum()
    geary = (n - 1) * (weight * (x[:, None] - x) ** 2).sum() / (2 * weight.sum() * (d**2).sum())
    assert found["morphology.moran_i"] == pytest.approx(moran, rel=1e-9)
    assert found["morphology.geary_c"] == pytest.approx(geary, rel=1e-9)


def turned(points: np.ndarray) -> np.ndarray:
    from scipy.spatial.transform import Rotation

    return points @ Rotation.from_euler("xyz", [20, 35, 50], degrees=True).as_matrix().T


def test_the_smallest_box_is_found_however_it_is_turned():
    corners = np.array([[x, y, z] for x in (0, 2) for y in (0, 3) for z in (0, 7)], float)
    inner = np.random.default_rng(0).uniform(0, 1, (30, 3)) * [2, 3, 7]
    assert sorted(minimum_box(turned(np.concatenate([corners, inner])))) == pytest.approx([2, 3, 7])


def test_the_smallest_ellipsoid_is_found_however_it_is_turned():
    random = np.random.default_rng(0).standard_normal((400, 3))
    on_surface = random / np.linalg.norm(random, axis=1)[:, None] * [2, 3, 7]
    axes = sorted(minimum_ellipsoid(turned(on_surface)))
    assert axes == pytest.approx([2, 3, 7], rel=0.03)
    assert np.prod(axes) <= 2 * 3 * 7 * 1.001


def test_the_ellipsoids_surface_is_a_spheres_for_equal_axes():
    assert ellipsoid_surface(3, 3, 3) == pytest.approx(4 * np.pi * 9)
    # By hand for alpha = 0, beta^2 = 0.75: the series' terms are (beta^2 / 4)^n C(2n, n) / (1 - 4 n^2).
    series = sum(
        (0.75 / 4) ** n * c / (1 - 4 * n * n) for n, c in enumerate([1, 2, 6, 20, 70, 252, 924, 3432, 12870])
    )
    assert ellipsoid_surface(2, 2, 1) == pytest.approx(16 * np.pi * series, rel=1e-3)
