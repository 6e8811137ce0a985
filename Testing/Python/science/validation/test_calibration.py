"""Calibration and decision curves: against scikit-learn, a general optimizer, and counts by hand."""

import numpy as np
import pytest
from scipy.optimize import minimize

from radioimmuno.validation.calibration import (
    calibration,
    decision_curve,
    log_odds,
    logistic_fit,
    probability_of,
)

RNG = np.random.default_rng(3)
ODDS = RNG.normal(size=300)
TRUTH = RNG.random(300) < 1 / (1 + np.exp(-(0.4 + 0.6 * ODDS)))
PROBABILITY = 1 / (1 + np.exp(-ODDS))


def loss(intercept, slope):
    linear = intercept + slope * ODDS
    return np.sum(np.logaddexp(0, linear) - TRUTH * linear)


def test_slope_and_intercept_are_the_maximum_of_the_likelihood():
    found = calibration(PROBABILITY, TRUTH)
    both = minimize(lambda w: loss(*w), [0.0, 1.0], method="BFGS", options={"gtol": 1e-9}).x
    alone = minimize(lambda w: loss(w[0], 1.0), [0.0], method="BFGS", options={"gtol": 1e-9}).x
    assert found.slope.value == pytest.approx(both[1], abs=1e-6)
    assert found.intercept.value == pytest.approx(alone[0], abs=1e-6)


def test_they_are_those_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model", reason="needs the extra [train]")
    model = linear_model.LogisticRegression(C=1e12, tol=1e-10, max_iter=1000).fit(ODDS[:, None], TRUTH)
    assert calibration(PROBABILITY, TRUTH).slope.value == pytest.approx(model.coef_[0, 0], abs=1e-6)


def test_the_interval_is_that_of_the_curvature():
    """Wald: 1.96 / sqrt of the second derivative of the loss, by finite differences."""
    found = calibration(PROBABILITY, TRUTH).intercept
    step = 1e-4
    at = found.value
    curvature = (loss(at + step, 1) - 2 * loss(at, 1) + loss(at - step, 1)) / step**2
    assert found.high - found.value == pytest.approx(1.959964 / np.sqrt(curvature), rel=1e-4)
    assert found.value - found.low == pytest.approx(1.959964 / np.sqrt(curvature), rel=1e-4)


def test_brier_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra [train]")
    found = calibration(PROBABILITY, TRUTH)
    assert found.brier == pytest.approx(metrics.brier_score_loss(TRUTH, PROBABILITY), abs=1e-12)
    same = np.full(300, TRUTH.mean())
    assert found.brier_of_mean == pytest.approx(metrics.brier_score_loss(TRUTH, same), abs=1e-12)


def test_the_curve_groups_patients_by_prediction():
    probability = np.repeat([0.2, 0.8], 20)
    truth = np.concatenate([np.arange(20) < 5, np.arange(20) < 15])
    found = calibration(probability, truth, groups=2)
    assert found.predicted.tolist() == pytest.approx([0.2, 0.8])
    assert found.observed.tolist() == [0.25, 0.75]
    assert found.sizes.tolist() == [20, 20]
    assert len(calibration(PROBABILITY[:25], TRUTH[:25]).sizes) == 2


@pytest.mark.parametrize("truth", [np.zeros(6, bool), np.arange(6) > 2], ids=["one class", "separated"])
def test_there_is_no_slope_without_a_finite_one(truth):
    found = calibration(np.linspace(0.1, 0.9, 6), truth)
    assert np.isnan(found.slope.value)


def test_a_fit_far_from_the_start_is_found():
    design = np.stack([np.ones(300), 0.01 * ODDS], axis=1)
    assert logistic_fit(design, TRUTH.astype(float))[1].value == pytest.approx(
        100 * calibration(PROBABILITY, TRUTH).slope.value, rel=1e-6
    )


def test_net_benefit_by_hand():
    """At 0.25: 3 treated, 2 of them rightly, of 4: 2/4 - 1/4 x 1/3. Treating all: 2/4 - 2/4 x 1/3."""
    probability, truth = np.array([0.9, 0.5, 0.25, 0.1]), np.array([True, False, True, False])
    found = decision_curve(probability, truth, np.array([0.25, 0.5]))
    assert found.scores.tolist() == pytest.approx([2 / 4 - 1 / 4 / 3, 1 / 4 - 1 / 4])
    assert found.treat_all.tolist() == pytest.approx([2 / 4 - 2 / 4 / 3, 0.0])


def test_a_perfect_score_gains_the_prevalence():
    truth = np.arange(10) < 3
    found = decision_curve(truth.astype(float), truth)
    np.testing.assert_allclose(found.scores, 0.3)
    assert (found.treat_all < 0.3).all()


def test_log_odds_and_back():
    assert probability_of(log_odds(np.array([0.25, 0.5]))).tolist() == pytest.approx([0.25, 0.5])
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
