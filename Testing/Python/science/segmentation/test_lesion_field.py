"""Log odds around a stroke, the threshold that goes with them, and the surface that follows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from radioimmuno.segmentation.lesion_field import LesionField, field_of, surface_of
from radioimmuno.segmentation.parameters import PARAMETERS as P
from radioimmuno.segmentation.stroke_tissue import StrokeTissue
from radioimmuno.segmentation.voxel_features import VoxelFeatures, VoxelGrid

SHAPE, STEP, CORNER = (41, 43, 45), 1.5, np.array([-3.0, 8.0, 20.0])
CENTRE = CORNER + STEP * np.array([20.0, 20.5, 21.3])
RADIUS = 15.0
PLACES = CORNER + STEP * np.moveaxis(np.indices(SHAPE), 0, -1)


def features_around(centre=CENTRE, considered=None, core=None):
    grid = VoxelGrid(CORNER, STEP, SHAPE)
    considered = np.ones(SHAPE, bool) if considered is None else considered
    line = centre + np.linspace(-0.8, 0.8, 60)[:, None] * [0, 0, RADIUS]
    tissue = StrokeTissue(np.ones(60, bool), False, False)
    rows = np.zeros((0, np.count_nonzero(considered)), np.float32)
    return VoxelFeatures(
        grid, considered, rows, (), 40.0, line, tissue, np.array([centre]) if core is None else core
    )


def ball(centre=CENTRE, radius=RADIUS):
    """Log odds that fall by one each mm, 0 on a ball."""
    return (radius - np.linalg.norm(PLACES - centre, axis=-1)).astype(np.float32)


def field(log_odds, **options):
    return LesionField(features_around(**options), log_odds.astype(np.float32), 0.9)


def assert_is_ball(surface, centre=CENTRE, radius=RADIUS, within=STEP):
    away = np.linalg.norm(surface.points() - centre, axis=1)
    np.testing.assert_allclose(away, radius, atol=within)


def expected_dice(probability, chosen):
    """Twice the expected overlap over the chosen cubes and all that are expected to be the lesion's."""
    return 2 * probability[chosen].sum() / (np.count_nonzero(chosen) + probability.sum())


@pytest.mark.parametrize("seed", range(4))
def test_the_threshold_is_that_of_the_largest_expected_dice(seed):
    """Of all choices among twelve places; the places are so far apart that no blur reaches the next."""
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0.01, 0.99, 12)
    considered = np.zeros(SHAPE, bool)
    index = np.stack([np.full(12, 20), np.repeat([10, 20, 30], 4), np.tile([6, 16, 26, 36], 3)])
    odds = np.log(probability / (1 - probability))
    # Blocks of equal log odds: their middles stay what they are.
    for place in index.T:
        considered[tuple(slice(i - 2, i + 3) for i in place)] = True
    blocks = np.full(SHAPE, -P.most_log_odds, np.float32)
    for place, value in zip(index.T, odds, strict=True):
        blocks[tuple(slice(i - 2, i + 3) for i in place)] = value
    found = field_of(features_around(considered=considered), blocks[considered], 1)
    choices = [np.array(chosen, bool) for chosen in itertools.product((0, 1), repeat=12)]
    best = max(choices, key=lambda chosen: expected_dice(probability, chosen))
    np.testing.assert_array_equal(found.log_odds[tuple(index)] > 0, best)
    assert found.expected_dice == pytest.approx(expected_dice(probability, best), abs=1e-4)


def test_the_threshold_is_half_of_the_expected_dice():
    """Lipton, Elkan and Naryanaswamy, 2014; between two cubes, so nearly."""
    features = features_around()
    found = field_of(features, 0.3 * ball().ravel(), P.cells)
    inside = field_of(features, np.full(ball().size, -P.most_log_odds), P.cells)
    assert inside.expected_dice < found.expected_dice < 1
    threshold = found.expected_dice / 2
    again = found.log_odds.ravel() + np.log(threshold / (1 - threshold))
    outside = np.clip(0.3 * ball().ravel(), -P.most_log_odds, P.most_log_odds)
    assert np.abs(again - outside).mean() < 0.05


def test_log_odds_are_limited_and_low_where_nothing_is_considered():
    considered = np.zeros(SHAPE, bool)
    considered[10:30, 10:30, 10:30] = True
    found = field_of(features_around(considered=considered), np.full(8000, 50.0), P.cells)
    assert found.expected_dice > 0.99
    assert (found.log_odds[12:28, 12:28, 12:28] > 0).all()
    assert found.log_odds[0, 0, 0] < 0
    assert np.ptp(found.log_odds) <= 2 * P.most_log_odds + 1e-4


def test_log_odds_are_read_between_cubes_and_beyond_them():
    found = field(PLACES @ np.array([1.0, 2.0, -1.0]))
    places = CORNER + STEP * np.array([[3.25, 7.5, 9.75], [20.1, 0.0, 44.0]])
    np.testing.assert_allclose(found.sample(places), places @ [1.0, 2.0, -1.0], rtol=1e-5)
    outside = CORNER + STEP * np.array([[-4.0, 7.0, 9.0]])
    np.testing.assert_allclose(found.sample(outside), found.log_odds[0, 7, 9], rtol=1e-5)


@pytest.mark.parametrize("steepness", [0.2, 1.0, 20.0])
def test_the_surface_of_a_ball_is_that_ball(steepness):
    surface = surface_of(field(steepness * ball()))
    assert_is_ball(surface)
    assert (surface.radii**3).mean() ** (1 / 3) == pytest.approx(RADIUS, abs=0.25 * STEP)


def test_a_second_ball_is_left_out():
    other = CENTRE + [0.0, 0.0, 26.0]
    far = np.maximum(ball(radius=10.0), ball(other, 8.0))
    assert_is_ball(surface_of(field(far)), radius=10.0)


def test_a_piece_behind_a_gap_is_left_out():
    odds = np.where(ball() > 0, 1.0, -1.0)
    odds[:, :, 26:29] = -1.0
    assert surface_of(field(odds)).points()[:, 2].max() < CORNER[2] + STEP * 26


def test_a_small_gap_inside_does_not_end_the_lesion():
    """A calcification, say: not as thick as what lies before it."""
    small = np.linalg.norm(PLACES - CENTRE - [0.0, 0.0, 8.0], axis=-1) < 2.5
    assert_is_ball(surface_of(field(np.where(small, -2.0, ball()))))


def test_the_ball_that_the_stroke_is_in_is_taken_even_if_it_is_smaller():
    small = CENTRE + [0.0, 0.0, 26.0]
    far = np.maximum(ball(radius=10.0), ball(small, 7.0))
    assert_is_ball(surface_of(field(far, centre=small)), small, 7.0)


def test_the_largest_ball_is_taken_where_the_stroke_is_in_none():
    nowhere = CORNER + [1.0, 1.0, 1.0]
    far = np.maximum(ball(radius=10.0), ball(CENTRE + [0.0, 0.0, 26.0], 7.0))
    assert_is_ball(surface_of(field(far, centre=nowhere)), radius=10.0)


def test_cubes_of_bone_that_the_stroke_crosses_say_nothing():
    """A bone along y through the lesion, which goes on around it: without the hint it ends there."""
    bone = np.hypot(*np.moveaxis(PLACES - CENTRE - [0.0, 0.0, 8.0], -1, 0)[[0, 2]]) < 4.0
    split = field(np.where(bone, -5.0, np.clip(ball(), -5, 1)))
    behind = CENTRE + np.array([0.0, 0.0, RADIUS - STEP])
    assert surface_of(split).depth(behind) > 1.3
    whole = surface_of(split, bone)
    assert whole.depth(behind) < 1
    assert whole.depth(behind + [0.0, 0.0, 2 * STEP]) > 1


def test_a_field_without_any_inside_still_has_a_surface():
    surface = surface_of(field(ball() - 100.0))
    assert np.isfinite(surface.radii).all()
    assert (surface.radii > 0).all()
    assert surface.radii.max() < 3 * STEP
    np.testing.assert_allclose(surface.centre, CENTRE, atol=STEP)
