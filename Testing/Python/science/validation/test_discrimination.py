"""How well scores order lesions: pairs are counted, ties by half, and intervals draw whole patients."""

import itertools

import numpy as np
import pytest

from radioimmuno.validation.discrimination import auc, bootstrap, ordered_pairs

pytest.importorskip("sklearn", reason="the area under the curve needs the extra [train]")


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


def test_lesions_of_one_patient_do_not_narrow_the_interval():
    rng = np.random.default_rng(2)
    values = rng.normal(size=40)
    alone = bootstrap(lambda rows: float(values[rows].mean()), np.arange(40), seed=1)
    thrice = np.repeat(values, 3)
    together = bootstrap(lambda rows: float(thrice[rows].mean()), np.repeat(np.arange(40), 3), seed=1)
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high))
    half_width = 1.96 * values.std(ddof=1) / np.sqrt(40)
    assert alone.high - alone.value == pytest.approx(half_width, rel=0.15)
    assert alone.value - alone.low == pytest.approx(half_width, rel=0.15)


def test_the_interval_holds_the_middle_95_percent_of_2000_draws():
    """The draws give 0 to 1999, so the percentiles lie at 2.5 and 97.5 % of 1999; all rows come last."""
    numbers = itertools.count()
    estimate = bootstrap(lambda rows: next(numbers), np.arange(3), seed=1)
    assert (estimate.low, estimate.high) == pytest.approx((49.975, 1949.025))
    assert estimate.value == 2000


def test_draws_without_a_figure_are_left_out():
    """One of two patients is positive: only draws of both have an AUC."""
    scores, positive = np.array([1.0, 2.0]), np.array([False, True])
    estimate = bootstrap(lambda rows: auc(scores[rows], positive[rows]), np.array([7, 9]), seed=1)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)
