"""A lesion from a box around it."""

from __future__ import annotations

import numpy as np
import pytest
from stroked import ellipsoid_ct

from radioimmuno.findings import InputError
from radioimmuno.segmentation.box import segment_box
from radioimmuno.simulation.strokes import dice

SEMI = (14.0, 9.0, 20.0)  # z, y, x


@pytest.fixture(scope="module")
def case():
    return ellipsoid_ct(SEMI, lesion_hu=60, around_hu=-50)


def corners(truth):
    where = np.argwhere(truth.values)
    return [tuple(truth.lattice.to_lps(where.min(axis=0))), tuple(truth.lattice.to_lps(where.max(axis=0)))]


def test_a_lesion_that_fills_its_box_is_found(case):
    image, truth = case
    assert dice(segment_box(image, *corners(truth)).mask, truth) > 0.95


def test_nothing_lies_outside_of_the_box(case):
    image, truth = case
    low, high = (np.array(corner) for corner in corners(truth))
    middle = (low + high) / 2
    half = tuple(middle + 0.7 * (low - middle)), tuple(middle + 0.7 * (high - middle))
    mask = segment_box(image, *half).mask
    found = mask.lattice.to_lps(np.argwhere(mask.values) + mask.offset)
    slack = 1e-6
    assert (found >= np.minimum(*half) - slack).all()
    assert (found <= np.maximum(*half) + slack).all()


def test_any_two_opposite_corners_do(case):
    image, truth = case
    low, high = corners(truth)
    one = segment_box(image, low, high).mask
    other = segment_box(image, (high[0], low[1], high[2]), (low[0], high[1], low[2])).mask
    assert dice(one, other) == 1


def test_a_flat_box_is_refused(case):
    image, truth = case
    low, high = corners(truth)
    with pytest.raises(InputError, match="shorter than two voxels"):
        segment_box(image, low, (high[0], high[1], low[2]))


def test_what_of_a_box_reaches_out_of_the_ct_is_cut_off(case):
    image, truth = case
    low, high = corners(truth)
    border = image.lattice.to_lps(np.array(image.lattice.shape) - 0.5)
    inside, beyond = ((*high[:2], border[2] + more) for more in (0.0, 2.0))
    assert dice(segment_box(image, low, inside).mask, segment_box(image, low, beyond).mask) == 1


@pytest.mark.parametrize("away", [1000.0, float("nan")])
def test_a_box_outside_of_the_ct_is_refused(case, away):
    image, truth = case
    low, _ = corners(truth)
    with pytest.raises(InputError, match="outside of the CT"):
        segment_box(image, low, (low[0], low[1], low[2] + away))
