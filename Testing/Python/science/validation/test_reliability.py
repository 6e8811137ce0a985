"""Intraclass correlations: the example of Shrout and Fleiss (1979), and known variance components."""

import numpy as np
import pytest

from radioimmuno.stability.agreement import Spread, intraclass_correlation
from radioimmuno.validation.reliability import icc_1_1, icc_2_1, icc_3_1

# Six targets, four judges; the publication gives .17, .29 and .71.
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


@pytest.mark.parametrize(
    ("icc", "published"), [(icc_1_1, 0.17), (icc_2_1, 0.29), (icc_3_1, 0.71)], ids=["1,1", "2,1", "3,1"]
)
def test_the_published_example(icc, published):
    found = icc(RATINGS)
    assert round(found.value, 2) == published
    assert found.low < found.value < found.high


def test_mean_squares_by_a_linear_model():
    """Residual sums of least-squares fits with and without targets and judges, as an analysis of variance."""
    y = RATINGS.ravel()
    target = np.kron(np.eye(6), np.ones((4, 1)))
    judge = np.kron(np.ones((6, 1)), np.eye(4))

    def residual(*parts):
        design = np.hstack([np.ones((24, 1)), *parts])
        return ((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum()

    rows = (residual() - residual(target)) / 5
    columns = (residual() - residual(judge)) / 3
    within, error = residual(target) / 18, residual(target, judge) / 15
    assert icc_1_1(RATINGS).value == pytest.approx((rows - within) / (rows + 3 * within), abs=1e-9)
    assert icc_3_1(RATINGS).value == pytest.approx((rows - error) / (rows + 3 * error), abs=1e-9)
    two = (rows - error) / (rows + 3 * error + 4 * (columns - error) / 6)
    assert icc_2_1(RATINGS).value == pytest.approx(two, abs=1e-9)


def test_it_is_the_one_of_perturbed_contours():
    spreads = [Spread(4, row.mean(), row.std(ddof=1)) for row in RATINGS]
    assert icc_1_1(RATINGS).value == pytest.approx(intraclass_correlation(spreads), abs=1e-9)


@pytest.mark.parametrize("icc", [icc_1_1, icc_2_1, icc_3_1], ids=["1,1", "2,1", "3,1"])
def test_intervals_cover_known_components(icc):
    """Targets with variance 2, judges 0 and error 1: the correlation is 2/3 by all three definitions."""
    random = np.random.default_rng(8)
    covered = 0
    for _ in range(300):
        values = random.normal(size=(20, 1)) * np.sqrt(2) + random.normal(size=(20, 3))
        found = icc(values)
        covered += found.low <= 2 / 3 <= found.high
    assert 0.91 <= covered / 300 <= 0.985


def test_shifts_of_judges_count_for_agreement_alone():
    shifted = RATINGS + np.array([0, 10, 20, 30])
    assert icc_3_1(shifted).value == pytest.approx(icc_3_1(RATINGS).value)
    assert icc_2_1(shifted).value < 0.1


def test_one_target_or_one_judge_is_not_enough():
    with pytest.raises(ValueError, match="two targets"):
        icc_1_1(RATINGS[:1])
    with pytest.raises(ValueError, match="two targets"):
        icc_2_1(RATINGS[:, :1])
