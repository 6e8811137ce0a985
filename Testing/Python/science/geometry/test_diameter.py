import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioimmuno.geometry.diameter import Diameters, axial_diameters, diameters
from radioimmuno.geometry.image import Image, Lattice


def ellipse_mask(semi_axes, angle, spacing, shape=(3, 90, 110)):
    k, j, i = np.ogrid[tuple(slice(0, n) for n in shape)]
    y = (j - shape[1] / 2 + 0.3) * spacing[1]
    x = (i - shape[2] / 2 - 0.2) * spacing[2]
    u = x * math.cos(angle) + y * math.sin(angle)
    v = -x * math.sin(angle) + y * math.cos(angle)
    inside = (u / semi_axes[0]) ** 2 + (v / semi_axes[1]) ** 2 <= 1
    return inside & (k == 1)


def image(values, spacing, **lattice):
    return Image(values, Lattice(values.shape, spacing, (0.0, 0.0, 0.0), **lattice))


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.1, math.pi / 2, 2.5])
@pytest.mark.parametrize("spacing", [(3.0, 0.7, 0.7), (5.0, 0.9, 0.6)])
def test_an_ellipse_has_its_axes(angle, spacing):
    found = axial_diameters(image(ellipse_mask((21.0, 9.0), angle, spacing), spacing))
    assert found.longest_mm == pytest.approx(42.0, abs=spacing[1])
    assert found.shortest_mm == pytest.approx(18.0, abs=spacing[1])
    assert found.slice == 1


def test_the_slice_with_the_longest_line_counts_and_not_the_one_with_the_largest_area():
    values = np.zeros((4, 40, 40), bool)
    values[1, 10:25, 10:25] = True
    values[3, 5, 2:38] = True
    found = axial_diameters(image(values, (2.0, 1.0, 1.0)))
    # The outline of a row of 36 voxels: 36 mm long, 1 mm wide.
    assert (found.longest_mm, found.slice) == (36.0, 3)
    assert found.shortest_mm == pytest.approx(1.0)


def test_a_rectangle_has_its_diagonal_and_what_lies_across_it():
    # 30 x 40 mm with cut corners would blur the figure: points instead of a mask.
    points = np.array([[0.0, 0.0], [0.0, 40.0], [30.0, 40.0], [30.0, 0.0]])
    longest, shortest = diameters(points)
    assert longest == 50.0
    # Across the diagonal in a corner: 30 along one side; its height there 30 / cos of the angle between.
    assert shortest == pytest.approx(30.0 / (40.0 / 50.0))


def test_parts_that_do_not_touch_are_measured_apart():
    values = np.zeros((1, 30, 60), bool)
    values[0, 5:10, 5:10] = True
    values[0, 5:12, 50:57] = True
    apart = axial_diameters(image(values, (1.0, 1.0, 1.0)))
    values[0, 5:10, 5:10] = False
    assert apart == axial_diameters(image(values, (1.0, 1.0, 1.0)))


def test_a_hole_changes_nothing_and_an_empty_mask_has_none():
    values = ellipse_mask((21.0, 15.0), 0.4, (1.0, 1.0, 1.0))
    whole = axial_diameters(image(values, (1.0, 1.0, 1.0)))
    hollow = values & ~ellipse_mask((8.0, 8.0), 0.0, (1.0, 1.0, 1.0))
    assert hollow.sum() < values.sum()
    assert axial_diameters(image(hollow, (1.0, 1.0, 1.0))) == whole
    assert axial_diameters(image(np.zeros_like(values), (1.0, 1.0, 1.0))) is None


def test_slices_are_axial_whatever_the_order_of_the_axes():
    spacing = (3.0, 0.8, 0.6)
    straight = image(ellipse_mask((21.0, 9.0), 0.7, spacing), spacing)
    expected = axial_diameters(straight)
    turned = straight.values.transpose(2, 0, 1)[::-1]
    # Array axes of `turned`: x against its direction, z, y.
    axes = (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)
    steps = spacing[2], spacing[0], spacing[1]
    corner = straight.lattice.to_lps(np.array([0, 0, straight.values.shape[2] - 1]))
    lattice = Lattice(turned.shape, steps, tuple(corner), axes)
    found = axial_diameters(Image(turned, lattice))
    assert isinstance(found, Diameters)
    assert found.longest_mm == pytest.approx(expected.longest_mm, abs=1e-9)
    assert found.shortest_mm == pytest.approx(expected.shortest_mm, abs=1e-9)


points = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=25, unique=True
).map(lambda found: np.array(found, float))


@settings(max_examples=150, deadline=None)
@given(points, st.floats(0, 2 * math.pi))
def test_diameters_are_those_of_all_lines_and_do_not_turn(points, angle):
    if np.linalg.matrix_rank(points - points[0]) < 2:
        return
    longest, shortest = diameters(points)
    gaps = np.linalg.norm(points[:, None] - points[None], axis=-1)
    assert longest == pytest.approx(gaps.max())
    assert 0 < shortest <= longest * (1 + 1e-9)
    if (np.triu(gaps) > gaps.max() - 1e-9).sum() == 1:  # where two lines are the longest, either may be taken
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        assert diameters(points @ turn.T) == pytest.approx((longest, shortest), rel=1e-6)
        assert shortest == pytest.approx(widest_across(points, gaps), rel=1e-6)


def widest_across(points, gaps):
    """By the polygon's edges cut with many lines perpendicular to the longest one."""
    from scipy.spatial import ConvexHull

    one, other = np.unravel_index(gaps.argmax(), gaps.shape)
    direction = (points[other] - points[one]) / gaps.max()
    corners = points[ConvexHull(points).vertices]
    widest = 0.0
    for place in corners @ direction:
        cuts = []
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            low, high = a @ direction - place, b @ direction - place
            if low * high < -1e-12:
                cut = a + (b - a) * low / (low - high)
                cuts.append(cut @ np.array([-direction[1], direction[0]]))
            cuts += [
                p @ np.array([-direction[1], direction[0]]) for p, d in ((a, low), (b, high)) if abs(d) < 1e-9
            ]
        widest = max(widest, max(cuts) - min(cuts))
    return widest
