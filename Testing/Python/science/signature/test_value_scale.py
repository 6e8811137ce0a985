"""The colors of values: apart for every common kind of color vision, none of a CT, none of a score."""

from __future__ import annotations

import numpy as np
import pytest
from color_vision import VISIONS, distances, lab
from hypothesis import given
from hypothesis import strategies as st

from radioimmuno.signature.color_scale import UNSCORED, ColorScale
from radioimmuno.signature.value_scale import ValueScale, value_scale

SCALE = ValueScale(0.0, 1.0)
ANCHORS = np.array([SCALE.rgb(place) for place in (0.0, 0.25, 0.5, 0.75, 1.0)])
WHOLE = np.array([SCALE.rgb(place) for place in np.linspace(0, 1, 201)])
SCORES = np.array([ColorScale(0.0, 1.0).rgb(place) for place in np.linspace(0, 1, 201)])
GRAYS = np.repeat(np.linspace(0, 1, 256)[:, None], 3, axis=1)

# As of the scale of scores: seen half through a CT, and two lesions apart.
FROM_GRAY, FROM_EACH_OTHER = 10.0, 18.0


@pytest.mark.parametrize("vision", VISIONS)
def test_quarters_are_apart_and_none_is_a_gray(vision):
    between = distances(ANCHORS, ANCHORS, vision)[np.triu_indices(len(ANCHORS), 1)]
    assert between.min() > FROM_EACH_OTHER
    assert distances(WHOLE, GRAYS, vision).min() > FROM_GRAY
    assert distances(WHOLE, np.array([UNSCORED]), vision).min() > FROM_EACH_OTHER


def test_no_value_has_the_color_of_a_score():
    assert distances(WHOLE, SCORES, "normal").min() > FROM_EACH_OTHER


def test_lightness_rises_in_even_steps():
    steps = np.diff(lab(ANCHORS)[:, 0])
    assert steps == pytest.approx(np.full(4, steps.mean()), rel=0.12)


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.6g}")), min_size=1, max_size=9))
def test_all_values_lie_within_a_scale_of_round_ends(values):
    scale = value_scale(values)
    assert scale.low < scale.high
    span = scale.high - scale.low
    assert scale.low <= min(values) + 1e-6 * span
    assert scale.high >= max(values) - 1e-6 * span
    if max(values) - min(values) > 1e-300:
        # No more than a step is added at either end, and a step is no more than half the values' range.
        assert span <= 2 * (max(values) - min(values)) * 1.001


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([3.2, 3.9], (3.2, 4.0)),
        ([0.0, 100.0], (0.0, 100.0)),
        ([-3.0], (-3.0, 0.0)),
        ([0.0], (0.0, 1.0)),
        ([5e-324], (0.0, 1.0)),
        ([1e6, 1e6 + 1e-9], (0.0, 1e6)),
    ],
)
def test_ends_are_round(values, ends):
    scale = value_scale(values)
    assert (scale.low, scale.high) == ends
    step = (scale.high - scale.low) / scale.steps
    mantissa = float(f"{step:.6e}".partition("e")[0])
    assert mantissa in (1.0, 2.0, 2.5, 5.0)
    assert 2 <= scale.steps <= 7
