"""Shapes whose measures a ruler gives: boxes, balls, and what single voxels and planes do not have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_regions import region_of

from radioimmuno.features import catalog
from radioimmuno.features.compute import compute_features
from radioimmuno.features.enclosing import minimum_box, minimum_ellipsoid
from radioimmuno.features.mesh import mesh_volume_and_area
from radioimmuno.features.morphology import (
    autocorrelation_features,
    axis_features,
    box_area,
    ellipsoid_surface,
    enclosing_features,
    hull_features,
    mass_features,
    mesh_extremes,
    mesh_features,
)

SPACING = (3.0, 2.0, 1.0)


def test_ratios_of_a_balls_volume_and_area_are_those_of_a_ball():
    radius = 5.0
    volume, area = 4 / 3 * math.pi * radius**3, 4 * math.pi * radius**2
    found = mesh_features(
        region_of(np.zeros((2, 3, 4)), levels=np.ones((2, 3, 4)), spacing=SPACING), volume, area
    )
    assert found == pytest.approx(
        {
            "volume": volume,
            "approximate_volume": 24 * 6.0,
            "surface_area": area,
            "surface_to_volume_ratio": 3 / radius,
            "compactness_1": 1 / (6 * math.pi),
            "compactness_2": 1.0,
            "spherical_disproportion": 1.0,
            "sphericity": 1.0,
            "asphericity": 0.0,
        },
        abs=1e-12,
    )


def test_ratios_of_a_cube_are_a_cubes():
    found = mesh_features(region_of([0.0], levels=[1]), 8.0, 24.0)
    # A ball of the same volume has an area of (36 pi 64)^(1/3).
    ball = (36 * math.pi * 64) ** (1 / 3)
    assert found["spherical_disproportion"] == pytest.approx(24 / ball)
    assert found["sphericity"] == pytest.approx(ball / 24)
    assert found["asphericity"] == pytest.approx(24 / ball - 1)
    assert found["compactness_1"] == pytest.approx(8 / (math.sqrt(math.pi) * 24**1.5))
    assert found["compactness_2"] == pytest.approx((ball / 24) ** 3)


def test_the_centre_of_mass_is_drawn_to_what_is_bright():
    """Voxels at 0, 2 and 4 mm of 1, 1 and 2 HU: the middle lies at 2, that of the intensities at 2.5 mm."""
    found = mass_features(region_of([[[1.0], [1.0], [2.0]]], levels=[[[1]] * 3], spacing=SPACING), 9.0)
    assert found["centre_of_mass_shift"] == pytest.approx(0.5)
    assert found["integrated_intensity"] == pytest.approx(4 / 3 * 9.0)
    nothing = mass_features(region_of([[[1.0], [-1.0]]], levels=[[[1], [2]]]), 9.0)
    assert nothing == {"centre_of_mass_shift": None, "integrated_intensity": 0}


def test_principal_axes_of_a_row_and_of_a_box_of_voxels():
    """Of n places at a distance d the variance, n - 1 below, is d^2 n (n + 1) / 12 for a single row."""
    row = axis_features(region_of(np.zeros((1, 5, 1)), levels=np.ones((1, 5, 1)), spacing=SPACING), 1.0, 1.0)
    assert row["major_axis_length"] == pytest.approx(4 * math.sqrt(4 * 5 * 6 / 12))
    assert (row["minor_axis_length"], row["least_axis_length"]) == pytest.approx((0, 0), abs=1e-6)
    assert (row["elongation"], row["flatness"]) == pytest.approx((0, 0), abs=1e-6)
    box = np.zeros((4, 3, 2))
    found = axis_features(region_of(box, levels=box + 1, spacing=SPACING), 100.0, 200.0)
    n = box.size
    # Along each axis the variance of the places, d^2 (m^2 - 1) / 12, has n / (n - 1) in front.
    variances = [n / (n - 1) * d**2 * (m**2 - 1) / 12 for d, m in zip(SPACING, box.shape, strict=True)]
    major, minor, least = (4 * math.sqrt(v) for v in variances)
    assert found["major_axis_length"] == pytest.approx(major)
    assert found["minor_axis_length"] == pytest.approx(minor)
    assert found["least_axis_length"] == pytest.approx(least)
    assert found["elongation"] == pytest.approx(minor / major)
    assert found["flatness"] == pytest.approx(least / major)
    ellipsoid = 4 / 3 * math.pi * major * minor * least / 8
    assert found["volume_density_aee"] == pytest.approx(100.0 / ellipsoid)
    area = ellipsoid_surface(major / 2, minor / 2, least / 2)
    assert found["area_density_aee"] == pytest.approx(200.0 / area)


def test_a_voxel_has_no_axes():
    found = axis_features(region_of([0.0], levels=[1]), 1.0, 1.0)
    assert [found[f"{name}_axis_length"] for name in ("major", "minor", "least")] == [0, 0, 0]
    assert [found[name] for name in ("elongation", "flatness", "volume_density_aee", "area_density_aee")] == [
        None
    ] * 4


def test_hull_and_boxes_of_a_box_are_the_box():
    corners = np.array([[x, y, z] for x in (0, 2) for y in (0, 3) for z in (0, 6)], float)
    area = 2 * (6 + 18 + 12)
    assert box_area((2, 3, 6)) == area
    hull = hull_features(corners, 18.0, 36.0)
    assert hull == pytest.approx(
        {
            "maximum_3d_diameter": 7.0,
            "volume_density_aabb": 0.5,
            "area_density_aabb": 36 / area,
            "volume_density_convex_hull": 0.5,
            "area_density_convex_hull": 36 / area,
        }
    )
    enclosing = enclosing_features(corners, 18.0, 36.0)
    assert enclosing["volume_density_ombb"] == pytest.approx(0.5)
    assert enclosing["area_density_ombb"] == pytest.approx(36 / area)
    # The smallest ellipsoid around a box has half its sides times the root of three for its semi-axes.
    a, b, c = (side / 2 * math.sqrt(3) for side in (6, 3, 2))
    assert enclosing["volume_density_mvee"] == pytest.approx(18 / (4 / 3 * math.pi * a * b * c), rel=1e-3)
    assert enclosing["area_density_mvee"] == pytest.approx(36 / ellipsoid_surface(a, b, c), rel=1e-3)


def test_the_smallest_box_of_a_turned_slab_that_a_straight_one_would_waste_room_on():
    turn = np.array([[1, 0, 0], [0, math.cos(0.7), -math.sin(0.7)], [0, math.sin(0.7), math.cos(0.7)]])
    corners = np.array([[x, y, z] for x in (0, 4) for y in (0, 9) for z in (0, 1)], float) @ turn.T
    for place in ([0.0, 0.0, 0.0], [5.0, -3.0, 2.0]):
        assert sorted(minimum_box(corners + place)) == pytest.approx([1, 4, 9])


def test_the_smallest_ellipsoid_touches_only_the_outermost_points():
    """Points inside change nothing; an octahedron's ellipsoid has its corners at the ends of its axes."""
    ends = np.concatenate([np.diag([2.0, 3.0, 7.0]), -np.diag([2.0, 3.0, 7.0])]) + [5.0, -4.0, 3.0]
    inside = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 3)) + [5.0, -4.0, 3.0]
    for points in (ends, np.concatenate([inside, ends])):
        assert sorted(minimum_ellipsoid(points)) == pytest.approx([2, 3, 7], rel=1e-3)


def test_mesh_vertices_lie_half_a_voxel_beyond_the_outermost_ones():
    inside = np.zeros((3, 3, 4), bool)
    inside[1, 1, 1:3] = True
    found = mesh_extremes(region_of(inside * 1.0, inside=inside, spacing=SPACING))
    middle = np.array([3.0, 2.0, 0.0])
    expected = {(3.0, 2.0, 0.5), (3.0, 2.0, 2.5)}
    for along in (1.0, 2.0):
        for axis, half in ((0, 1.5), (1, 1.0)):
            for sign in (-1, 1):
                place = middle + [0, 0, along]
                place[axis] += sign * half
                expected.add(tuple(place))
    assert {tuple(point) for point in found} == expected


def test_the_mesh_of_a_voxel_is_an_octahedron():
    """Its six corners lie half a voxel away: 1/6 of the voxel's volume."""
    volume, area = mesh_volume_and_area(np.ones((1, 1, 1), bool), SPACING)
    assert volume == pytest.approx(1.0)
    a, b, c = 1.5, 1.0, 0.5
    assert area == pytest.approx(8 * 0.5 * math.sqrt((a * b) ** 2 + (b * c) ** 2 + (a * c) ** 2))


def test_the_mesh_of_a_tall_column_is_a_column_with_cut_corners():
    """As volumes add up layer by layer: each layer more of 2 x 2 voxels adds as much as any other."""
    volumes = [mesh_volume_and_area(np.ones((n, 2, 2), bool), SPACING) for n in (4, 5, 9)]
    layer, wall = volumes[1][0] - volumes[0][0], volumes[1][1] - volumes[0][1]
    # A square of 4 x 2 mm whose corners are cut off by half a voxel each.
    assert layer == pytest.approx(3.0 * (8 - 4 * 0.5 * 1.0 * 0.5))
    assert wall == pytest.approx(3.0 * (2 * 2 + 2 * 1 + 4 * math.hypot(1.0, 0.5)))
    assert volumes[2] == pytest.approx((volumes[0][0] + 5 * layer, volumes[0][1] + 5 * wall))


def test_one_intensity_or_one_voxel_is_perfectly_correlated():
    for region in (region_of([5.0, 5.0], levels=[1, 1]), region_of([5.0], levels=[1])):
        assert autocorrelation_features(region) == {"moran_i": 1.0, "geary_c": 1.0}


def test_autocorrelation_of_two_voxels_by_hand():
    """Deviations -1 and 1 at a distance of 3 mm: I = -1, C = (1 x 4 x 2) / (2 x 2 x 2) = 1."""
    found = autocorrelation_features(region_of([[[1.0]], [[3.0]]], levels=[[[1]], [[2]]], spacing=SPACING))
    assert found == pytest.approx({"moran_i": -1.0, "geary_c": 1.0})


def test_the_series_of_an_ellipsoids_surface():
    assert ellipsoid_surface(0.0, 0.0, 0.0) == 0
    # A disc's series to n = 20: alpha = 0, beta = 1, of which (alpha beta)^n P_n is C(2n, n) / 4^n.
    series = sum(math.comb(2 * n, n) / 4**n / (1 - 4 * n * n) for n in range(21))
    assert ellipsoid_surface(2.0, 2.0, 0.0) == pytest.approx(4 * math.pi * 4 * series)


def test_only_what_is_asked_for_is_computed_in_the_order_asked():
    region = region_of(np.arange(1.0, 9.0).reshape(2, 2, 2))
    keys = ["statistics.mean", "morphology.approximate_volume", "histogram.mode"]
    assert list(compute_features(region, keys)) == keys
    assert compute_features(region, keys)["statistics.mean"] == 4.5


def test_only_what_takes_long_has_to_be_asked_for():
    """Enclosing shapes that are searched for, and sums over all pairs of voxels."""
    searched = {f"{kind}_density_{shape}" for kind in ("volume", "area") for shape in ("ombb", "mvee")}
    slow = {f"morphology.{name}" for name in searched | {"moran_i", "geary_c"}}
    assert {feature.key for feature in catalog.FEATURES if feature.on_request} == slow
    assert set(catalog.ALL) - set(catalog.DEFAULT) == slow
