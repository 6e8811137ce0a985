"""Each gesture with its points becomes a lesion, or a correction of one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from stroked import prior_model

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.segmentation.gestures import ADD, BORDER, BOX, DIAMETERS, NEW, REMOVE, segment_points

LATTICE = Lattice((40, 40, 40), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
MIDDLE, RADIUS = np.array([40.0, 38.0, 42.0]), 14.0
UNIT = np.eye(3)
LONG = [tuple(MIDDLE - RADIUS * UNIT[0]), tuple(MIDDLE + RADIUS * UNIT[0])]
SHORT = [tuple(MIDDLE - RADIUS * UNIT[1]), tuple(MIDDLE + RADIUS * UNIT[1])]


def ball(radius: float = RADIUS) -> np.ndarray:
    index = np.moveaxis(np.indices(LATTICE.shape), 0, -1)
    return np.linalg.norm(LATTICE.to_lps(index) - MIDDLE, axis=-1) <= radius


@pytest.fixture(scope="module")
def image():
    noise = np.random.default_rng(3).normal(0, 10, LATTICE.shape)
    return Image((np.where(ball(), 80, -60) + noise).astype(np.float32), LATTICE)


@pytest.mark.parametrize(
    ("what", "points", "by"),
    [
        (NEW, [tuple(MIDDLE)], "click"),
        (NEW, LONG, "stroke"),
        (DIAMETERS, LONG + SHORT, "two strokes"),
        (BOX, [tuple(MIDDLE - RADIUS), tuple(MIDDLE + RADIUS)], "box"),
    ],
    ids=["click", "stroke", "diameters", "box"],
)
def test_every_gesture_segments_the_lesion_and_is_named(image, what, points, by):
    found = segment_points(image, points, what)
    whole = Image(ball(), LATTICE)
    overlap = np.count_nonzero(found.mask.values & whole.within(found.mask.box, False))
    assert 2 * overlap / (np.count_nonzero(found.mask.values) + np.count_nonzero(ball())) > 0.9
    assert found.delineation.algorithm == f"RadioImmunoScore, {by}"


@pytest.mark.parametrize(
    ("what", "points"),
    [
        (NEW, [tuple(MIDDLE)]),
        (NEW, LONG),
        (DIAMETERS, LONG + SHORT),
        (BOX, [tuple(MIDDLE - RADIUS), tuple(MIDDLE + RADIUS)]),
    ],
    ids=["click", "stroke", "diameters", "box"],
)
def test_another_model_than_the_shipped_one_may_segment(image, what, points):
    """By a model that expects 0.31 of everything."""
    found = segment_points(image, points, what, model=prior_model(agreement=0.31))
    assert found.expected_agreement == pytest.approx(0.31)


def test_strokes_add_to_a_lesion_and_remove_from_it(image):
    core = Image(ball(5.0), LATTICE)
    grown = segment_points(image, LONG, ADD, core)
    assert np.count_nonzero(grown.mask.values) > 5 * np.count_nonzero(core.values)
    index = np.moveaxis(np.indices(LATTICE.shape), 0, -1)
    slab = replace(core, values=np.abs(LATTICE.to_lps(index)[..., 2] - MIDDLE[2]) < 30)
    left = segment_points(image, LONG, REMOVE, slab)
    assert not (left.mask.within(core.box, False) & core.values).any()


def test_the_border_is_pulled_to_a_point(image):
    small = Image(ball(10.0), LATTICE)
    pulled = segment_points(image, [tuple(MIDDLE + 13 * UNIT[0])], BORDER, small)
    reach = LATTICE.to_lps(np.argwhere(pulled.mask.values) + pulled.mask.offset)[:, 0].max() - MIDDLE[0]
    assert reach == pytest.approx(13, abs=2)


@pytest.mark.parametrize(
    ("what", "count"), [(NEW, 3), (DIAMETERS, 2), (BOX, 1), (ADD, 1), (BORDER, 2)], ids=str
)
def test_a_wrong_number_of_points_is_no_gesture(image, what, count):
    with pytest.raises(ValueError, match=f"{what} with {count} points"):
        segment_points(image, (LONG + SHORT)[:count], what, Image(ball(), LATTICE))


def test_a_correction_without_a_lesion_is_no_gesture(image):
    with pytest.raises(ValueError, match="no lesion"):
        segment_points(image, LONG, ADD)
