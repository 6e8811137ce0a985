from dataclasses import replace

import numpy as np
import pytest
from phantoms import noisy_patient, signed_permutations

from radioimmuno.geometry.image import Box, Image, Lattice, from_sitk, to_sitk

OBLIQUE = Lattice(
    (4, 5, 6), (2.0, 0.7, 0.8), (10.0, -20.0, 30.0), ((0.0, -0.6, 0.8), (0.0, 0.8, 0.6), (1.0, 0.0, 0.0))
)


def test_points_and_indices_are_inverse_on_an_oblique_lattice():
    index = np.array([[0, 0, 0], [3, 4, 5], [1.5, 2.25, 0.5]])
    np.testing.assert_allclose(OBLIQUE.to_index(OBLIQUE.to_lps(index)), index, atol=1e-12)
    np.testing.assert_allclose(OBLIQUE.to_lps(np.array([1, 0, 0])), [10.0, -20.0 - 1.2, 30.0 + 1.6])


def test_every_axis_order_has_the_same_canonical_voxels():
    image, _ = noisy_patient(shape=(8, 9, 10))
    for stored in signed_permutations(image):
        canonical = stored.canonical()
        np.testing.assert_array_equal(canonical.values, image.values)
        assert canonical.lattice.coincides(image.lattice)


def test_a_crop_in_another_axis_order_stays_in_its_place():
    image, _ = noisy_patient(shape=(8, 9, 10))
    box = Box((1, 2, 3), (4, 8, 5))
    wanted = image.values[box.slices]
    for stored in signed_permutations(image):
        corners = np.sort(
            stored.lattice.to_index(image.lattice.to_lps(np.array([box.start, np.array(box.stop) - 1]))),
            axis=0,
        )
        start, last = np.round(corners).astype(int)
        crop = stored.crop(Box(tuple(start), tuple(last + 1))).canonical()
        np.testing.assert_array_equal(crop.values, wanted)
        assert crop.offset == box.start


def test_simpleitk_agrees_about_where_voxels_are():
    image = Image(np.arange(120).reshape(4, 5, 6).astype(np.int16), OBLIQUE)
    converted = to_sitk(image)
    assert converted[5, 4, 3] == image.values[3, 4, 5]
    np.testing.assert_allclose(
        converted.TransformIndexToPhysicalPoint((5, 4, 3)), OBLIQUE.to_lps(np.array([3, 4, 5])), atol=1e-9
    )
    back = from_sitk(converted)
    assert back.lattice.coincides(OBLIQUE)
    np.testing.assert_array_equal(back.values, image.values)


def test_a_window_is_written_where_it_lies():
    image = Image(np.zeros(OBLIQUE.shape), OBLIQUE).crop(Box((1, 2, 3), (3, 4, 6)))
    converted = to_sitk(image)
    assert converted.GetSize() == (3, 2, 2)
    np.testing.assert_allclose(converted.GetOrigin(), OBLIQUE.to_lps(np.array([1, 2, 3])))


def test_lattices_that_share_voxels_know_their_offset():
    window = OBLIQUE.window(Box((1, 1, 2), (3, 4, 6)))
    assert OBLIQUE.offset_of(window) == (1, 1, 2)
    moved = Lattice(window.shape, window.spacing, tuple(np.array(window.origin) + 0.1), window.axes)
    assert OBLIQUE.offset_of(moved) is None
    coarser = Lattice(window.shape, (2.2, 0.7, 0.8), window.origin, window.axes)
    assert OBLIQUE.offset_of(coarser) is None


def test_boxes_intersect_and_grow():
    box = Box((2, 3, 4), (6, 7, 8))
    assert box.grow(1) == Box((1, 2, 3), (7, 8, 9))
    assert box.intersect(Box((5, 0, 0), (9, 9, 9))) == Box((5, 3, 4), (6, 7, 8))
    apart = box.intersect(Box((7, 0, 0), (9, 9, 9)))
    assert apart.size == 0
    assert apart.shape == (0, 4, 4)
    assert box.union(Box((0, 9, 5), (1, 10, 6))) == Box((0, 3, 4), (6, 10, 8))


def test_a_box_around_nothing_is_none():
    assert Box.around(np.zeros((3, 3, 3), bool)) is None


@pytest.mark.parametrize("fill", [0, -7])
def test_voxels_beyond_the_image_are_filled(fill):
    image = Image(np.ones((2, 2, 2), int), Lattice((2, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
    values = image.within(Box((-1, 0, 1), (1, 2, 3)), fill)
    assert values.shape == (2, 2, 2)
    assert values[1, 0, 0] == 1
    assert (values[0] == fill).all()
    assert (values[:, :, 1] == fill).all()


@pytest.mark.parametrize(("share", "expected"), [(0.0009, (1, 2, 3)), (0.0011, None)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_lattices_whose_corners_lie_within_a_thousandth_of_a_voxel_are_the_same(axis, share, expected):
    part = Box((1, 2, 3), (3, 5, 6))
    shifted = np.array([1.0, 2.0, 3.0])
    shifted[axis] -= share
    x, y, z = OBLIQUE.to_lps(shifted).tolist()
    assert OBLIQUE.offset_of(replace(OBLIQUE.window(part), origin=(x, y, z))) == expected
    # The last of 2, 3 or 3 voxels is off by this share, the first one by nothing.
    spacing = list(OBLIQUE.spacing)
    spacing[axis] *= 1 + share / (part.shape[axis] - 1)
    longer = replace(OBLIQUE.window(part), spacing=tuple(spacing))
    assert OBLIQUE.offset_of(longer) == expected


def test_lattices_of_one_place_and_other_shapes_do_not_coincide():
    assert OBLIQUE.coincides(replace(OBLIQUE))
    assert not OBLIQUE.coincides(replace(OBLIQUE, shape=(4, 5, 7)))
    assert not OBLIQUE.coincides(OBLIQUE.window(Box((1, 0, 0), (5, 5, 6))))


def test_a_trimmed_mask_holds_its_voxels_and_no_empty_border():
    values = np.zeros((4, 5, 6), bool)
    values[1:3, 2, 4:] = True
    lattice = Lattice((9, 9, 9), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    trimmed = Image(values, lattice, (3, 2, 1)).trimmed()
    assert trimmed.box == Box((4, 4, 5), (6, 5, 7))
    assert trimmed.values.all()
    assert Image(np.zeros((4, 5, 6), bool), lattice, (3, 2, 1)).trimmed().values.size == 0


def test_an_extended_box_repeats_the_nearest_voxels():
    image = Image(
        np.arange(8).reshape(2, 2, 2), Lattice((9, 9, 9), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)), (1, 1, 1)
    )
    box = Box((0, 1, 1), (3, 3, 5))
    k, j, i = (np.clip(np.arange(a, b) - 1, 0, 1) for a, b in zip(box.start, box.stop, strict=True))
    assert np.array_equal(image.extended(box), image.values[np.ix_(k, j, i)])
    assert np.shares_memory(image.extended(Box((1, 1, 1), (2, 3, 3))), image.values)


def test_a_mask_finds_its_way_back_to_each_of_the_48_axis_orders():
    for turned in signed_permutations(noisy_patient()[1].mask):
        lesion = turned.trimmed()
        back = lesion.canonical().on_axes_of(turned.lattice)
        np.testing.assert_array_equal(back.values, lesion.values)
        assert (back.lattice, back.offset) == (lesion.lattice, lesion.offset)
