"""Long and short axis of lesions whose diameters are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label

from radioimmuno.geometry.axes import measure_axes
from radioimmuno.geometry.image import Image, Lattice

LATTICE = Lattice((12, 90, 110), (3.0, 0.7, 0.8), (-40.0, -20.0, 60.0))


def ellipse(long_mm, short_mm, degrees, lattice=LATTICE, slices=(4, 8)):
    """A cylinder on an ellipse in some slices; in the slices beside it one of 0.8 its size."""
    k, j, i = np.indices(lattice.shape)
    y = (j - (lattice.shape[1] - 1) / 2) * lattice.spacing[1]
    x = (i - (lattice.shape[2] - 1) / 2) * lattice.spacing[2]
    turn = np.radians(degrees)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    size = np.hypot(along / (long_mm / 2), across / (short_mm / 2))
    core = (k >= slices[0]) & (k < slices[1])
    return Image(np.where(core, size <= 1, (np.abs(k - 6) < 4) & (size <= 0.8)), lattice)


@pytest.mark.parametrize("degrees", [0, 17, 45, 90, 135])
@pytest.mark.parametrize(("long_mm", "short_mm"), [(40.0, 25.0), (30.0, 28.0), (50.0, 12.0)])
def test_the_axes_of_an_ellipse_are_its_diameters(long_mm, short_mm, degrees):
    axes = measure_axes(ellipse(long_mm, short_mm, degrees))
    assert axes.long_mm == pytest.approx(long_mm, abs=0.8)
    assert axes.short_mm == pytest.approx(short_mm, abs=0.8)


def test_both_axes_lie_in_one_axial_slice_and_are_perpendicular():
    axes = measure_axes(ellipse(42.0, 20.0, 30))
    ends = np.array([*axes.long_ends, *axes.short_ends])
    assert np.ptp(ends[:, 2]) == pytest.approx(0)
    along, across = ends[1] - ends[0], ends[3] - ends[2]
    assert np.linalg.norm(along) == pytest.approx(axes.long_mm)
    assert np.linalg.norm(across) == pytest.approx(axes.short_mm)
    assert along @ across == pytest.approx(0, abs=1e-9)
    assert 4 <= LATTICE.to_index(ends[0])[0] < 8  # the slices of the larger ellipse


def test_the_long_axis_is_at_the_angle_of_the_ellipse():
    first, last = np.array(measure_axes(ellipse(44.0, 18.0, 30)).long_ends)
    assert abs((last - first) @ [np.cos(np.pi / 6), np.sin(np.pi / 6), 0]) == pytest.approx(44, abs=1)


def test_a_rectangle_is_measured_from_edge_to_edge():
    values = np.zeros((3, 20, 20), bool)
    values[1, 5, 4:14] = True  # ten voxels of 0.5 mm in a row
    axes = measure_axes(Image(values, Lattice((3, 20, 20), (1.0, 0.5, 0.5), (0.0, 0.0, 0.0))))
    assert (axes.long_mm, axes.short_mm) == pytest.approx((5.0, 0.5))


def test_separate_pieces_are_not_measured_across_the_gap():
    values = np.zeros((1, 10, 60), bool)
    values[0, 4:7, 2:12] = True
    values[0, 4:7, 40:58] = True
    axes = measure_axes(Image(values, Lattice((1, 10, 60), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))))
    assert 17.5 < axes.long_mm < 19


def test_an_empty_mask_has_no_axes():
    assert measure_axes(Image(np.zeros((3, 4, 5), bool), LATTICE)) is None


def longest_in_any_slice(mask: Image) -> float:
    """By every pair of outline points of each piece: midpoints between neighboring voxel centres."""
    longest = 0.0
    spacing = np.array(mask.lattice.spacing[1:])
    for plane in mask.values:
        pieces, count = label(plane, np.ones((3, 3)))
        for piece in range(1, count + 1):
            inside = np.argwhere(pieces == piece)
            held = {tuple(voxel) for voxel in inside.tolist()}
            steps = [(0, 1), (1, 0), (0, -1), (-1, 0)]
            points = np.array(
                [(r + a / 2, c + b / 2) for r, c in held for a, b in steps if (r + a, c + b) not in held]
            )
            between = (points[:, None] - points) * spacing
            longest = max(longest, float(np.sqrt((between**2).sum(axis=-1).max())))
    return longest


@given(arrays(bool, st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 9))), st.floats(0.3, 4.0))
def test_no_slice_holds_a_longer_axis(values, column_mm):
    mask = Image(values, Lattice(values.shape, (3.0, 0.9, column_mm), (0.0, 0.0, 0.0)))
    axes = measure_axes(mask)
    assert (axes.long_mm if axes else 0.0) == pytest.approx(longest_in_any_slice(mask))


@pytest.mark.parametrize("spacing", [0.7, 0.9765625, 1.1])
def test_the_short_axis_is_never_longer_than_the_long_one(spacing):
    """By rounding it was, of masks that are as wide as long: it is compared with the long one elsewhere."""
    j, i = np.ogrid[:24, :24]
    for radius in np.arange(1.0, 11.0, 0.25):
        disc = ((j - 11) ** 2 + (i - 11) ** 2 <= radius**2)[None]
        axes = measure_axes(Image(disc, Lattice(disc.shape, (3.0, spacing, spacing), (0.0, 0.0, 0.0))))
        assert axes.short_mm <= axes.long_mm
