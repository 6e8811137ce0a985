"""The colors of scores can be told apart, and from gray, by every common kind of color vision."""

from __future__ import annotations

import numpy as np
import pytest
from color_vision import VISIONS, distances, lab, seen

from radioimmuno.signature.color_scale import UNSCORED, ColorScale

SCALE = ColorScale(0.0, 1.0)
PLACES = (0.0, 0.25, 0.5, 0.75, 1.0)
ANCHORS = np.array([SCALE.rgb(place) for place in PLACES])
WHOLE = np.array([SCALE.rgb(place) for place in np.linspace(0, 1, 401)])
GRAYS = np.repeat(np.linspace(0, 1, 256)[:, None], 3, axis=1)

# A difference of 2.3 is just noticed side by side (Mahy, Van Eycken and Oosterlinck 1994). A lesion is drawn
# see-through: at half its opacity half of the distance to the gray below remains, and shall be noticed twice
# over. Two lesions, or a lesion and the legend, lie apart: as much again.
FROM_GRAY, FROM_EACH_OTHER = 10.0, 20.0

# L* of the brightest soft tissue, 120 HU, in the soft tissue window of 400 HU around 40.
SOFT_TISSUE = float(lab(np.full(3, (120 + 160) / 400))[0])


def test_the_measure_of_distance_is_that_of_the_published_values():
    # sRGB's red, and the difference of two grays: a* and b* of gray are 0.
    assert lab(np.array([1.0, 0.0, 0.0])) == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert lab(np.array([1.0, 1.0, 1.0])) == pytest.approx((100, 0, 0), abs=0.01)
    assert lab(np.full(3, 0.466))[0] == pytest.approx(50, abs=0.2)


@pytest.mark.parametrize("vision", VISIONS)
def test_grays_look_gray_to_every_eye(vision):
    assert seen(GRAYS, vision) == pytest.approx(GRAYS, abs=0.005)


def test_an_eye_without_long_wave_cones_confuses_red_and_green():
    pair = np.array([[0.8, 0.2, 0.2]]), np.array([[0.42, 0.40, 0.2]])
    assert distances(*pair, "protanopia") < 0.3 * distances(*pair, "normal")


@pytest.mark.parametrize("vision", VISIONS)
def test_ends_quarters_and_middle_are_apart(vision):
    between = distances(ANCHORS, ANCHORS, vision)[np.triu_indices(len(PLACES), 1)]
    assert between.min() > FROM_EACH_OTHER


@pytest.mark.parametrize("vision", VISIONS)
def test_none_of_them_is_a_gray_of_the_ct(vision):
    assert distances(ANCHORS, GRAYS, vision).min() > FROM_GRAY


@pytest.mark.parametrize("vision", VISIONS)
def test_no_score_looks_like_a_lesion_without_one(vision):
    assert distances(WHOLE, np.array([UNSCORED]), vision).min() > FROM_EACH_OTHER


@pytest.mark.parametrize("vision", VISIONS)
def test_where_the_scale_crosses_gray_it_is_lighter_than_soft_tissue(vision):
    isGray = distances(WHOLE, GRAYS, vision).min(axis=1) < FROM_GRAY
    assert np.all(lab(WHOLE)[isGray, 0] > SOFT_TISSUE)
    assert isGray.mean() < 0.08


def test_for_normal_color_vision_none_of_the_scale_is_gray():
    assert distances(WHOLE, GRAYS, "normal").min() > FROM_GRAY


def test_from_both_ends_lightness_rises_in_equal_steps_to_the_middle():
    steps = np.diff(lab(ANCHORS)[:, 0])
    assert np.abs(steps) == pytest.approx(np.full(4, np.abs(steps).mean()), rel=0.12)
    assert np.sign(steps).tolist() == [1, 1, -1, -1]


def test_low_is_blue_the_median_yellow_high_red_and_no_score_gray():
    low, middle, high = (np.array(SCALE.rgb(score)) for score in (0.0, 0.5, 1.0))
    assert low.argmax() == 2
    assert middle.argmin() == 2
    assert middle[:2].min() > 0.9
    assert high.argmax() == 0
    assert np.ptp(SCALE.rgb(None)) == 0
    assert SCALE.rgb(-3.0) == SCALE.rgb(0.0)
    assert SCALE.rgb(3.0) == SCALE.rgb(1.0)
