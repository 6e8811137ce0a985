"""A lesion is told from bone and air along a stroke, and around it."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.segmentation.stroke_tissue import foreign_voxels, tissue_along

SOFT, FAT, BONE, MARROW, AIR, LUNG = 50.0, -90.0, 700.0, -20.0, -950.0, -800.0


def along(*runs):
    """Values along a stroke: runs of (HU, how many places)."""
    return np.concatenate([np.full(count, hu) for hu, count in runs])


def own(*runs):
    """Whether the lesion is there: runs of (0 or 1, how many places)."""
    return along(*runs).astype(bool)


# Values along the stroke, where the lesion is, whether bone and air were crossed that are not its own.
PROFILES = {
    "soft tissue": (along((SOFT, 60)), own((1, 60)), (False, False)),
    "around a bone, with its marrow": (
        along((SOFT, 20), (BONE, 5), (MARROW, 10), (BONE, 5), (SOFT, 20)),
        own((1, 20), (0, 20), (1, 20)),
        (True, False),
    ),
    "around a bone with much marrow": (
        along((SOFT, 6), (BONE, 4), (MARROW, 33), (BONE, 6), (SOFT, 11)),
        own((1, 6), (0, 43), (1, 11)),
        (True, False),
    ),
    "around a bone without marrow": (
        along((SOFT, 10), (BONE, 41), (SOFT, 9)),
        own((1, 10), (0, 41), (1, 9)),
        (True, False),
    ),
    "sclerotic, the stroke is a little too long": (
        along((SOFT, 4), (BONE, 52), (SOFT, 4)),
        own((1, 60)),
        (False, False),
    ),
    "between two ribs, and on both sides of them": (
        along((SOFT, 8), (BONE, 6), (SOFT, 32), (BONE, 6), (SOFT, 8)),
        own((1, 8), (0, 6), (1, 32), (0, 6), (1, 8)),
        (True, False),
    ),
    "a bone's edge": (along((BONE, 6), (SOFT, 54)), own((0, 6), (1, 54)), (True, False)),
    "destroys a bone": (
        along((BONE, 8), (SOFT, 44), (BONE, 8)),
        own((0, 8), (1, 44), (0, 8)),
        (True, False),
    ),
    "destroys a bone, and leaves it": (
        along((SOFT, 10), (BONE, 8), (SOFT, 34), (BONE, 8)),
        own((1, 10), (0, 8), (1, 34), (0, 8)),
        (True, False),
    ),
    "sclerotic": (along((BONE, 60)), own((1, 60)), (False, False)),
    "sclerotic, with a rim of soft tissue": (along((SOFT, 10), (BONE, 50)), own((1, 60)), (False, False)),
    "a bronchus": (along((SOFT, 25), (AIR, 6), (SOFT, 29)), own((1, 25), (0, 6), (1, 29)), (False, True)),
    "a nodule, the stroke ends in lung": (
        along((LUNG, 5), (SOFT, 49), (LUNG, 6)),
        own((0, 5), (1, 49), (0, 6)),
        (False, True),
    ),
    "a thick-walled cavity": (
        along((SOFT, 12), (AIR, 36), (SOFT, 12)),
        own((1, 12), (0, 36), (1, 12)),
        (False, True),
    ),
    "a thin-walled cavity": (along((SOFT, 5), (AIR, 50), (SOFT, 5)), own((1, 60)), (False, False)),
    "ground glass": (along((-600.0, 60)), own((1, 60)), (False, False)),
    "on the chest wall": (
        along((LUNG, 8), (SOFT, 40), (BONE, 12)),
        own((0, 8), (1, 40), (0, 12)),
        (True, True),
    ),
    "no CT at the end": (along((SOFT, 50), (np.nan, 10)), own((1, 50), (0, 10)), (False, False)),
    "no CT at the end, a bone": (
        along((SOFT, 40), (BONE, 5), (SOFT, 5), (np.nan, 10)),
        own((1, 40), (0, 5), (1, 5), (0, 10)),
        (True, False),
    ),
}


@pytest.mark.parametrize("direction", [1, -1], ids=["forth", "back"])
@pytest.mark.parametrize("name", PROFILES)
def test_what_is_the_lesions_own_along_a_stroke(name, direction):
    values, expected, crossed = PROFILES[name]
    found = tissue_along(values[::direction])
    np.testing.assert_array_equal(found.own, expected[::direction])
    assert (found.has_bone, found.has_air) == crossed


def test_nothing_is_known_where_there_is_no_ct():
    found = tissue_along(np.full(60, np.nan))
    assert not found.own.any()
    assert (found.has_bone, found.has_air) == (False, False)


# A crop of a CT of soft tissue. Along its first axis run two bones with marrow; the stroke runs through one
# of them, at y = 20, from x = 2 to x = 58.
SHAPE, SPACING = (12, 40, 60), (2.0, 1.0, 1.0)
OFFSET = (3, 5, 7)
LATTICE = Lattice((20, 60, 80), SPACING, (0.0, 0.0, 0.0))
Z, Y, X = np.meshgrid(*[s * np.arange(n) for n, s in zip(SHAPE, SPACING, strict=True)], indexing="ij")
CROSSED, OTHER = np.hypot(Y - 20, X - 30), np.hypot(Y - 10, X - 51)
RADIUS, INNER = 7, 4


@pytest.fixture(scope="module")
def part():
    values = np.full(SHAPE, SOFT, np.float32)
    for distance in (CROSSED, OTHER):
        values[distance < RADIUS] = BONE
        values[distance < INNER] = MARROW
    values[4:6, 30:33, 10:13] = BONE  # calcification, 18 voxels of 2 mm3
    values[:, 36:, :] = LUNG
    values[8, 25, 5:8] = AIR  # a bubble
    return Image(values, LATTICE, OFFSET)


def line_of(part, y=20.0):
    """Places along the stroke, and what is there."""
    x = np.linspace(2, 58, 60)
    index = np.stack([np.full(60, 5.0), np.full(60, y), x / SPACING[2]], axis=1)
    values = part.values[tuple(np.rint(index).astype(int).T)]
    return (index + part.offset) * SPACING, tissue_along(values)


def test_bone_that_a_stroke_crosses_is_foreign_with_its_marrow(part):
    line, tissue = line_of(part)
    assert tissue.has_bone
    foreign = foreign_voxels(part, SOFT, line, tissue)
    assert foreign.shape == SHAPE
    assert foreign[CROSSED < RADIUS].all()


def test_the_marrow_of_another_bone_is_not_taken(part):
    foreign = foreign_voxels(part, SOFT, *line_of(part))
    np.testing.assert_array_equal(foreign[OTHER < RADIUS], (OTHER >= INNER)[OTHER < RADIUS])


def test_marrow_is_foreign_only_where_the_stroke_crosses_bone(part):
    line, tissue = line_of(part, y=29.0)
    assert tissue.own.all()
    foreign = foreign_voxels(part, SOFT, line, tissue)
    for distance in (CROSSED, OTHER):
        np.testing.assert_array_equal(foreign[distance < RADIUS], (distance >= INNER)[distance < RADIUS])


def test_small_calcifications_and_bubbles_stay_the_lesions(part):
    foreign = foreign_voxels(part, SOFT, *line_of(part))
    assert not foreign[4:6, 30:33, 10:13].any()
    assert not foreign[8, 25, 5:8].any()


def test_nothing_else_is_foreign_but_lung(part):
    foreign = foreign_voxels(part, SOFT, *line_of(part))
    lung = part.values == LUNG
    assert foreign[lung].all()
    elsewhere = ~lung & (CROSSED >= RADIUS) & (OTHER >= RADIUS)
    assert not foreign[elsewhere].any()


@pytest.mark.parametrize(("own_hu", "bone", "air"), [(BONE, False, True), (LUNG, True, False)])
def test_what_the_lesion_itself_looks_like_is_not_foreign(part, own_hu, bone, air):
    line, _ = line_of(part)
    foreign = foreign_voxels(part, own_hu, line, tissue_along(np.full(60, own_hu)))
    assert foreign[part.values == BONE].any() == bone
    assert foreign[part.values == LUNG].any() == air


def test_a_stroke_that_leaves_the_crop_is_no_mistake(part):
    line, tissue = line_of(part)
    cut = part.crop(Box((3, 5, 7), (15, 45, 37)))  # at the middle of the crossed bone
    foreign = foreign_voxels(cut, SOFT, line, tissue)
    assert foreign.shape == (12, 40, 30)
    assert foreign[(part.values == BONE)[:, :, :30] & (CROSSED < RADIUS)[:, :, :30]].all()


def test_a_lesion_in_a_bone_is_its_own_and_not_marrow():
    """Where soft tissue becomes bone, voxels are brighter than soft tissue and darker than bone."""
    from scipy.ndimage import gaussian_filter

    distance = np.hypot(Y - 20, X - 30)
    values = np.where((distance > 12) & (distance < 18), 900.0, SOFT)
    part = Image(gaussian_filter(values, (0, 1.5, 1.5)).astype(np.float32), LATTICE, OFFSET)
    x = np.linspace(30 - 15, 30 + 15, 60)
    index = np.stack([np.full(60, 5.0), np.full(60, 20.0), x], axis=1)
    tissue = tissue_along(np.interp(x, np.arange(SHAPE[2]), part.values[5, 20]))
    assert tissue.has_bone
    foreign = foreign_voxels(part, SOFT, (index + OFFSET) * SPACING, tissue)
    assert not foreign[distance < 10].any()
    assert foreign[(distance > 14) & (distance < 16)].all()
