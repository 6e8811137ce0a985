"""Cut-offs: median, quartiles, and Youden's by trying every place."""

import numpy as np
import pytest

from radioimmuno.validation.cutoffs import learn_cutoffs, youden_cutoff

SCORES = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def test_median_and_quartiles():
    assert learn_cutoffs(SCORES, "median") == (3.0,)
    assert learn_cutoffs(SCORES, "quartiles") == (2.0, 3.0, 4.0)


def test_youden_is_the_best_of_all_places():
    metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra [train]")
    random = np.random.default_rng(4)
    truth = random.random(80) < 0.5
    scores = np.round(random.normal(size=80) + truth, 1)
    cutoff = youden_cutoff(scores, truth)
    index = (scores[truth] > cutoff).mean() - (scores[~truth] > cutoff).mean()
    false_rate, true_rate, _ = metrics.roc_curve(truth, scores)
    assert index == pytest.approx((true_rate - false_rate).max(), abs=1e-12)
    assert cutoff not in scores


def test_of_equally_good_places_the_lowest():
    truth = np.array([False, True, False, True])
    assert youden_cutoff(np.array([1.0, 2.0, 3.0, 4.0]), truth) == 1.5


@pytest.mark.parametrize(
    ("scores", "truth"), [(SCORES, np.ones(5, bool)), (np.ones(5), np.arange(5) > 2)], ids=["class", "level"]
)
def test_there_is_none_without_two_classes_and_two_scores(scores, truth):
    with pytest.raises(ValueError, match="both classes"):
        youden_cutoff(scores, truth)


@pytest.mark.parametrize("method", ["smallest p", "youden"])
def test_other_methods_are_none(method):
    with pytest.raises(ValueError, match="no cut-off by"):
        learn_cutoffs(SCORES, method)
