"""DeLong's variance equals its definition, written out pair by pair, and its intervals cover the truth."""

import numpy as np
import pytest
from scipy.stats import norm

from radioimmuno.validation.delong import compare_aucs, delong_auc

RNG = np.random.default_rng(11)
POSITIVE = RNG.random(60) < 0.4
FIRST = np.round(RNG.normal(size=60) + POSITIVE, 1)  # rounded, so that there are ties
SECOND = np.round(RNG.normal(size=60) + 0.4 * POSITIVE + 0.5 * FIRST, 1)


def by_definition(scores, positive):
    """Area, and the two vectors of structural components of DeLong (1988), one pair after the other."""
    x, y = scores[positive], scores[~positive]
    psi = np.array([[1.0 if a > b else 0.5 if a == b else 0.0 for b in y] for a in x])
    return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)


def covariance_of(first, second):
    (_, a, b), (_, c, d) = first, second
    return np.cov(a, c)[0, 1] / len(a) + np.cov(b, d)[0, 1] / len(b)


def test_area_and_interval_are_those_of_the_definition():
    sklearn = pytest.importorskip("sklearn.metrics", reason="needs the extra [train]")
    own = by_definition(FIRST, POSITIVE)
    half = norm.ppf(0.975) * np.sqrt(covariance_of(own, own))
    found = delong_auc(FIRST, POSITIVE)
    assert found.value == pytest.approx(sklearn.roc_auc_score(POSITIVE, FIRST), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((own[0] - half, own[0] + half), abs=1e-12)


def test_two_scores_are_compared_as_defined():
    first, second = by_definition(FIRST, POSITIVE), by_definition(SECOND, POSITIVE)
    variance = covariance_of(first, first) + covariance_of(second, second) - 2 * covariance_of(first, second)
    found = compare_aucs(FIRST, SECOND, POSITIVE)
    difference = first[0] - second[0]
    assert found.difference.value == pytest.approx(difference, abs=1e-12)
    half = norm.ppf(0.975) * np.sqrt(variance)
    assert found.difference.high - found.difference.value == pytest.approx(half, abs=1e-12)
    assert found.p == pytest.approx(2 * norm.sf(abs(difference) / np.sqrt(variance)), abs=1e-12)


def test_a_score_does_not_differ_from_itself_in_other_units():
    found = compare_aucs(FIRST, 3 * FIRST + 1, POSITIVE)
    assert found.difference.value == 0
    assert found.difference.low == found.difference.high == 0
    assert np.isnan(found.p)


def test_one_class_has_no_area_and_one_of_a_class_no_interval():
    assert np.isnan(delong_auc(FIRST, np.ones(60, bool)).value)
    single = delong_auc(np.array([3.0, 1.0, 2.0]), np.array([True, False, False]))
    assert single.value == 1
    assert np.isnan(single.low)


def test_an_interval_ends_at_one():
    scores = np.array([1.0, 2, 3, 4, 5, 6, 7, 3.5])
    found = delong_auc(scores, np.array([False] * 4 + [True] * 4))
    assert found.high == 1.0


def test_intervals_cover_the_truth():
    """Normal classes 1 SD apart: the area is P(N(1, 2) > 0). 200 cohorts of 80 patients."""
    truth = norm.cdf(1 / np.sqrt(2))
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        positive = np.arange(80) < 30
        interval = delong_auc(random.normal(size=80) + positive, positive)
        covered += interval.low <= truth <= interval.high
    assert 0.90 <= covered / 200 <= 0.98
