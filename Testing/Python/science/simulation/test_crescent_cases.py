"""Lesions around the bone of a limb: a phantom of cylinders, whose tissues are known, stands for it."""

import numpy as np
import pytest
from phantoms import signed_permutations
from scipy.ndimage import label

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.simulation.crescent_cases import crescent_cases
from radioimmuno.simulation.strokes import foreign_share, longest_stroke

LATTICE = Lattice((90, 84, 90), (3.0, 1.6, 1.6), (-70.0, -60.0, 10.0))
MIDDLE = (42, 45)
NOISE_HU = 10.0


def away(row, column):
    """Distance in mm of each voxel from a line through the slices."""
    _, y, x = np.meshgrid(*(np.arange(n) for n in LATTICE.shape), indexing="ij", sparse=True)
    return np.broadcast_to(np.hypot((y - row) * 1.6, (x - column) * 1.6), LATTICE.shape)


BONE = away(*MIDDLE) <= 13


@pytest.fixture(scope="module")
def limb():
    """A limb with a bone whose marrow is fat, and beside it a shorter, brighter one."""
    hu = np.where(away(*MIDDLE) <= 62, 60.0, -1000.0)
    hu[BONE] = 900
    hu[away(*MIDDLE) <= 7] = -80
    hu[:10][away(15, 45)[:10] <= 6] = 1200
    noise = np.random.default_rng(4).normal(0, NOISE_HU, LATTICE.shape)
    return Image(np.maximum(np.rint(hu + noise), -1024).astype(np.int16), LATTICE)


@pytest.fixture(scope="module")
def cases(limb):
    return list(crescent_cases(limb, "phantom", 3))


def on_limb(case, values):
    """What a case's truth covers of an array of the limb's."""
    start = np.rint(LATTICE.to_index(np.array(case.image.lattice.origin))).astype(int)
    return values[case.truth.box.shift(start).slices][case.truth.values]


def test_lesions_lie_beside_the_bone_and_not_in_it(cases):
    assert [case.name for case in cases] == [f"phantom, pasted, around bone {n}" for n in (1, 2, 3)]
    for case in cases:
        assert on_limb(case, BONE).mean() < 0.06  # the bone is found on smoothed values
        assert on_limb(case, away(*MIDDLE)).min() < 16
        assert on_limb(case, away(*MIDDLE)).max() < 13 + 27
        assert label(case.truth.values, np.ones((3, 3, 3)))[1] == 1


def test_the_longest_stroke_runs_through_the_bone(cases):
    for case in cases:
        assert foreign_share(case.image, case.truth, longest_stroke(case.truth)) > 0.15


def test_lesions_do_not_overlap(cases):
    covered = np.zeros(LATTICE.shape, int)
    for case in cases:
        start = np.rint(LATTICE.to_index(np.array(case.image.lattice.origin))).astype(int)
        covered[case.truth.box.shift(start).slices] += case.truth.values
    assert covered.max() == 1


def test_only_the_lesion_is_painted(cases, limb):
    for case in cases:
        start = np.rint(LATTICE.to_index(np.array(case.image.lattice.origin))).astype(int)
        before = limb.crop(case.image.box.shift(start)).values
        far = np.ones(before.shape, bool)
        far[case.truth.box.grow(5).intersect(case.image.box).slices] = False
        np.testing.assert_array_equal(case.image.values[far], before[far])
        inside = np.median(case.image.within(case.truth.box)[case.truth.values])
        assert 18 < abs(inside - 60) < 65


def test_a_lesion_that_is_there_is_kept_clear_of(limb):
    own = Image(away(66, 45) <= 16, LATTICE)
    found = list(crescent_cases(limb, "phantom", 2, avoid=own))
    assert found
    assert not any(on_limb(case, own.values).any() for case in found)


def test_without_a_bone_there_is_no_lesion(limb):
    soft = Image(np.minimum(limb.values, 100), LATTICE)
    assert list(crescent_cases(soft, "phantom", 2)) == []


def test_the_same_seed_gives_the_same_lesion_in_any_axis_order(limb):
    first = next(crescent_cases(limb, "phantom", 1, seed=2))
    for turned in signed_permutations(limb)[5::17]:
        again = next(crescent_cases(turned, "phantom", 1, seed=2))
        np.testing.assert_array_equal(again.truth.values, first.truth.values)
        np.testing.assert_array_equal(again.image.values, first.image.values)
    other = next(crescent_cases(limb, "phantom", 1, seed=3))
    assert other.truth.values.shape != first.truth.values.shape
