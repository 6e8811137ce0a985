"""What tells how good a segmentation is, and the agreement with a reader that is expected of it."""

from __future__ import annotations

import numpy as np
import pytest
from stroked import ellipsoid_ct, prior_model

from radioimmuno.segmentation.agreement_model import agreement_features, expected_agreement
from radioimmuno.segmentation.boosted_trees import BoostedTrees, shipped_model
from radioimmuno.segmentation.edge_alignment import EdgeProfile
from radioimmuno.segmentation.lesion_field import LesionField, lesion_field
from radioimmuno.segmentation.stroke import stroke_prior
from radioimmuno.segmentation.surface import Surface, sphere

RADIUS = 13.0
COUNT = len(sphere().directions)


@pytest.fixture(scope="module")
def drawn():
    """A prior on a ball of 13 mm, the field around it and the ball's own surface."""
    image, _ = ellipsoid_ct((RADIUS,) * 3, lesion_hu=40, around_hu=-100, spacing=(1.5, 1.0, 1.0))
    centre = (np.array(image.lattice.shape) - 1) / 2 * image.lattice.spacing
    ends = centre + RADIUS * np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    prior = stroke_prior(image, ends)
    return prior, lesion_field(image, prior, prior_model().voxels), Surface(centre, np.full(COUNT, RADIUS))


def edge(inside=40.0, outside=-100.0, trust=0.9):
    return EdgeProfile(*(np.full(COUNT, value) for value in (inside, outside, 1.0, trust)))


def features_of(drawn, final=None, first=None, profile=None):
    prior, field, surface = drawn
    return agreement_features(prior, field, first or surface, final or surface, profile or edge())


def test_the_shipped_model_knows_these_features_in_this_order(drawn):
    assert tuple(features_of(drawn)) == shipped_model().agreement.columns


def test_a_ball_on_its_stroke_is_described(drawn):
    found = features_of(drawn)
    for name in ("along", "across", "through", "balls"):
        assert found[name] == pytest.approx(1, abs=0.02), name
    for name in ("off_ends", "uneven", "moved", "foreign", "known"):
        assert found[name] == pytest.approx(0, abs=0.02), name
    assert (found["clear"], found["least_clear"]) == pytest.approx((0.9, 0.9))
    assert found["contrast_hu"] == pytest.approx(140)
    assert found["axial"] == 1
    assert found["expected_dice"] == pytest.approx(drawn[1].expected_dice)
    assert all(np.isfinite(value) for value in found.values())


def test_a_surface_off_its_stroke_is_described(drawn):
    """Twice as far through the slices as along the stroke, whose ends it does not reach."""
    _, _, ball = drawn
    radii = RADIUS * (0.7 + 0.7 * np.abs(sphere().directions[:, 0]) ** 4)
    found = features_of(drawn, final=Surface(ball.centre, radii))
    assert found["through"] == pytest.approx(1.4, abs=0.05)
    assert found["along"] == pytest.approx(0.7, abs=0.05)
    assert found["off_ends"] == pytest.approx(1 / 0.7 - 1, abs=0.05)
    assert found["uneven"] > 0.1
    assert found["moved"] == pytest.approx(np.abs(np.log(radii / RADIUS)).mean(), abs=1e-6)


def test_an_edge_that_is_nowhere_clear_is_described(drawn):
    trust = np.where(np.arange(COUNT) % 5 == 0, 0.0, 1.0)
    profile = EdgeProfile(np.full(COUNT, 60.0), np.full(COUNT, 65.0), np.ones(COUNT), trust)
    found = features_of(drawn, profile=profile)
    assert found["clear"] == pytest.approx(0.8, abs=0.01)
    assert found["least_clear"] == 0
    assert found["contrast_hu"] == pytest.approx(5)


def test_a_field_that_hesitates_is_doubtful(drawn):
    prior, field, ball = drawn
    sure, unsure = (
        features_of((prior, LesionField(field.features, share * field.log_odds, 0.5), ball))
        for share in (10.0, 0.05)
    )
    assert sure["doubtful"] < 0.02
    assert unsure["doubtful"] > 0.4
    assert sure["log_odds_on_border"] > unsure["log_odds_on_border"]


@pytest.mark.parametrize(("start", "expected"), [(-0.3, 0.0), (0.42, 0.42), (1.2, 1.0)])
def test_the_expected_agreement_is_between_0_and_1(start, expected):
    assert expected_agreement({"a": 1.0}, BoostedTrees(("a",), start, ())) == pytest.approx(expected)


def test_features_go_to_the_trees_by_name():
    trees = BoostedTrees(("b", "a"), 0.0, ((((0, 0.5, 1),), (0.1, 0.9)),))
    assert expected_agreement({"a": 0.0, "b": 1.0, "c": 7.0}, trees) == pytest.approx(0.9)
    assert expected_agreement({"a": 1.0, "b": 0.0, "c": 7.0}, trees) == pytest.approx(0.1)


def test_the_shipped_model_expects_something_between_0_and_1(drawn):
    assert 0 <= expected_agreement(features_of(drawn), shipped_model().agreement) <= 1
