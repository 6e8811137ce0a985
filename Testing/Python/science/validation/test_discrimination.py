"""How well scores order lesions: pairs are counted, ties by half, and intervals draw whole patients."""

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from radioimmuno.validation.discrimination import (
    areas,
    auc,
    bootstrap,
    explained_variances,
    midranks,
    once,
    ordered_pairs,
    patient_draws,
    rank_correlations,
)

RNG = np.random.default_rng(31)
SCORES, NUMBERS = np.round(RNG.normal(size=(2, 60)), 1)  # rounded, so that there are ties
NUMBERS += SCORES
POSITIVE = RNG.random(60) < 0.4
PATIENTS = RNG.integers(0, 25, 60)
DRAWS = patient_draws(PATIENTS, 4, 20)


def test_auc_counts_pairs():
    scores = np.array([1.0, 2.0, 2.0, 3.0])
    assert auc(scores, np.array([False, False, True, True])) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert auc(scores, np.array([True, True, False, False])) == pytest.approx(0.5 / 4)


def test_the_pairs_of_auc_are_positives_times_negatives():
    """Of 3 x 2 pairs only that of the positive 2 and the negative 3 is in the wrong order."""
    scores = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert auc(scores, np.array([False, True, False, True, True])) == pytest.approx(5 / 6)


def test_one_of_a_class_is_enough_for_an_auc():
    scores = np.array([1.0, 3.0, 2.0])
    assert auc(scores, np.array([False, True, False])) == 1.0
    assert auc(scores, np.array([True, True, False])) == 0.5


def test_auc_of_one_class_is_not_defined():
    assert np.isnan(auc(np.array([1.0, 2.0]), np.array([True, True])))


def test_pairs_are_counted_inside_patients_only():
    patients = np.array([5, 5, 5, 9, 9, 7])
    truth = np.array([0.1, 0.5, 0.9, 0.3, 0.3, 0.8])
    scores = np.array([1.0, 1.0, 0.0, 4.0, 5.0, -9.0])
    ordered, pairs = ordered_pairs(scores, truth, patients)
    assert ordered.tolist() == [0.5, 0.0, 0.0]
    assert pairs.tolist() == [3, 0, 0]


def means(values):
    return lambda draws: draws @ values / draws.sum(axis=1)


def drawn_rows(draw):
    """The rows as they are drawn, one after the other."""
    return np.repeat(np.arange(len(draw)), draw.astype(int))


def test_midranks_are_those_of_scipy():
    np.testing.assert_array_equal(midranks(SCORES, once(SCORES))[0], rankdata(SCORES))


def test_figures_in_draws_are_those_of_the_rows_that_were_drawn():
    sklearn = pytest.importorskip("sklearn.metrics", reason="needs the extra [train]")
    for n, draw in enumerate(DRAWS):
        rows = drawn_rows(draw)
        expected = sklearn.roc_auc_score(POSITIVE[rows], SCORES[rows])
        assert areas(SCORES, POSITIVE, DRAWS)[n] == pytest.approx(expected, abs=1e-12)
        expected = spearmanr(SCORES[rows], NUMBERS[rows])[0]
        assert rank_correlations(SCORES, NUMBERS, DRAWS)[n] == pytest.approx(expected, abs=1e-12)
        expected = sklearn.r2_score(NUMBERS[rows], SCORES[rows])
        assert explained_variances(NUMBERS, SCORES, DRAWS)[n] == pytest.approx(expected, abs=1e-12)


def test_what_does_not_vary_has_no_figure():
    flat = np.ones(60)
    assert np.isnan(rank_correlations(flat, NUMBERS, DRAWS)).all()
    assert np.isnan(explained_variances(flat, NUMBERS, DRAWS)).all()
    assert np.isnan(areas(SCORES, flat == 1, DRAWS)).all()


def test_a_patients_rows_are_drawn_together_and_as_often_as_there_are_patients():
    names = np.unique(PATIENTS)
    for draw in DRAWS:
        times = [np.unique(draw[name == PATIENTS]) for name in names]
        assert all(len(one) == 1 for one in times)
        assert sum(float(one[0]) for one in times) == len(names)
    assert len(np.unique(DRAWS, axis=0)) == len(DRAWS)


def test_lesions_of_one_patient_do_not_narrow_the_interval():
    values = np.random.default_rng(2).normal(size=40)
    alone = bootstrap(means(values), np.arange(40), seed=1)
    together = bootstrap(means(np.repeat(values, 3)), np.repeat(np.arange(40), 3), seed=1)
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high))
    half_width = 1.96 * values.std(ddof=1) / np.sqrt(40)
    assert alone.high - alone.value == pytest.approx(half_width, rel=0.15)
    assert alone.value - alone.low == pytest.approx(half_width, rel=0.15)


def test_the_interval_holds_the_middle_95_percent_of_2000_draws():
    """The draws give 0 to 1999, so the percentiles lie at 2.5 and 97.5 % of 1999; all rows are -1."""
    found = []

    def numbers(draws):
        if len(draws) == 1:
            return np.array([-1.0])
        found.extend(range(len(found), len(found) + len(draws)))
        return np.array(found[-len(draws) :], float)

    estimate = bootstrap(numbers, np.arange(3), seed=1)
    assert len(found) == 2000
    assert (estimate.low, estimate.high) == pytest.approx((49.975, 1949.025))
    assert estimate.value == -1


def test_draws_without_a_figure_are_left_out():
    """One of two patients is positive: only draws of both have an AUC."""
    scores, positive = np.array([1.0, 2.0]), np.array([False, True])
    estimate = bootstrap(lambda draws: areas(scores, positive, draws), np.array([7, 9]), seed=1)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)
