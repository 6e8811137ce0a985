"""Boosted trees as plain arrays give what scikit-learn's do; files of them are read as they were written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from radioimmuno.segmentation.boosted_trees import (
    MOST_LEAVES,
    BoostedTrees,
    SegmentationModel,
    read_model,
    shipped_model,
)
from radioimmuno.training.segmentation_model import as_arrays, write_model

pytest.importorskip("sklearn", reason="training needs the extra [train]")

NAMES = ("a", "b", "c", "d")


def fitted(kind, columns, truth, **options):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    estimator = {"classifier": HistGradientBoostingClassifier, "regressor": HistGradientBoostingRegressor}
    trees = estimator[kind](random_state=0, early_stopping=False, **options)
    return trees.fit(columns.T, truth)


def output(kind, trees, columns):
    return trees.decision_function(columns.T) if kind == "classifier" else trees.predict(columns.T)


@pytest.fixture(scope="module")
def columns():
    """Four features of 3000 rows: continuous, in few steps, in very many units, in very few."""
    rng = np.random.default_rng(8)
    found = rng.normal(size=(4, 3000))
    found[1] = np.rint(3 * found[1])
    found[2] *= 1e3
    found[3] *= 1e-3
    return found.astype(np.float32)


@pytest.fixture(scope="module")
def truth(columns):
    return np.sin(2 * columns[0]) + 0.3 * columns[1] + 1e-3 * columns[2] * (columns[3] > 0)


@pytest.mark.parametrize("kind", ["classifier", "regressor"])
@pytest.mark.parametrize("leaves", [2, 4, MOST_LEAVES - 1, MOST_LEAVES])
def test_the_sum_is_that_of_scikit_learn(kind, leaves, columns, truth):
    wanted = truth > 0.2 if kind == "classifier" else truth
    trees = fitted(kind, columns, wanted, max_iter=40, max_leaf_nodes=leaves, min_samples_leaf=5)
    ours = as_arrays(trees, NAMES)
    assert max(len(values) for _, values in ours.trees) == leaves
    other = np.random.default_rng(9).normal(size=(4, 500)).astype(np.float32)
    for rows in (columns, other, 1e6 * other):
        np.testing.assert_allclose(ours(rows), output(kind, trees, rows), atol=1e-4)


def test_a_value_that_equals_the_threshold_goes_left(columns):
    """Of values 0 and 2 the threshold is 1; between many values it may be one of them."""
    two = np.repeat([[0.0, 2.0]], 100, axis=1).astype(np.float32)
    trees = fitted("regressor", two, two[0], max_iter=1, max_leaf_nodes=2, learning_rate=1.0)
    ours = as_arrays(trees, ("a",))
    assert ours.trees[0][0] == ((0, 1.0, 1),)
    below, equal, above = ours(np.array([[0.5, 1.0, np.nextafter(np.float32(1), np.float32(2))]], np.float32))
    assert below == equal == pytest.approx(0, abs=1e-6)
    assert above == pytest.approx(2)
    trees = fitted("regressor", columns, np.sin(columns[0]), max_iter=30, max_leaf_nodes=16)
    many = as_arrays(trees, NAMES)
    thresholds = np.array([threshold for nodes, _ in many.trees for _, threshold, _ in nodes], np.float32)
    beside = [np.nextafter(thresholds, np.float32(side)) for side in (-np.inf, np.inf)]
    rows = np.tile(np.concatenate(beside), (4, 1))
    np.testing.assert_allclose(many(rows), trees.predict(rows.T), atol=1e-4)


def test_a_tree_of_one_leaf_adds_its_value_everywhere():
    columns = np.zeros((1, 50), np.float32)
    ours = as_arrays(fitted("regressor", columns, np.full(50, 3.0), max_iter=2), ("a",))
    assert [len(leaves) for _, leaves in ours.trees] == [1, 1]
    np.testing.assert_allclose(ours(np.array([[-1.0, 0.0, 1.0]], np.float32)), 3, atol=1e-6)
    assert BoostedTrees(("a",), 1.0, (((), (0.25,)),))(np.zeros((1, 3), np.float32)).tolist() == [1.25] * 3


def test_no_rows_give_no_values():
    assert BoostedTrees(("a",), 1.0, (((), (0.25,)),))(np.zeros((1, 0), np.float32)).shape == (0,)


def test_the_leaf_is_the_one_that_the_comparisons_lead_to():
    """A tree by hand: left of 0 leaf 10, else left of 5 by the second column 20, else 30."""
    trees = BoostedTrees(("a", "b"), 0.5, ((((0, 0.0, 0b001), (1, 5.0, 0b010)), (10.0, 20.0, 30.0)),))
    rows = np.array([[-1, -1, 0, 1, 1, 1], [0, 9, 9, 0, 5, 9]], np.float32)
    assert trees(rows).tolist() == [10.5, 10.5, 10.5, 20.5, 20.5, 30.5]


def test_a_model_is_read_as_it_was_written(tmp_path, columns, truth):
    voxels = as_arrays(fitted("classifier", columns, truth > 0, max_iter=5, max_leaf_nodes=16), NAMES)
    agreement = as_arrays(fitted("regressor", columns, truth, max_iter=3, max_leaf_nodes=4), NAMES)
    path = tmp_path / "model.json"
    write_model(SegmentationModel(voxels, agreement), path, {"patients": ["A"]})
    read = read_model(path)
    for written, again in ((voxels, read.voxels), (agreement, read.agreement)):
        assert (again.columns, again.start, again.trees) == (written.columns, written.start, written.trees)
    assert json.loads(path.read_text("utf-8"))["about"] == {"patients": ["A"]}


TREES = {"columns": ["a"], "start": 0.0, "trees": [[[[0, 1.0, 1]], [2.0, 3.0]]]}


def broken(**changes):
    return {"voxels": TREES | changes, "agreement": TREES}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{", "Expecting"),
        (json.dumps({"voxels": TREES}), "agreement"),
        (json.dumps(broken(start="much")), "much"),
        (json.dumps(broken(trees=[[[[1, 1.0, 1]], [2.0, 3.0]]])), "tree 1 of 1"),
        (json.dumps(broken(trees=[[[[0, 1.0, 1]], [2.0]]])), "tree 1 of 1"),
        (json.dumps(broken(trees=[TREES["trees"][0], [[], list(range(17))]])), "tree 2 of 2"),
        (json.dumps(broken(trees=[[[[0, 1.0, 2**16]], [2.0, 3.0]]])), "tree 1 of 1"),
        (json.dumps(broken(trees=[[[[0, float("nan"), 1]], [2.0, 3.0]]])), "tree 1 of 1"),
    ],
    ids=["cut", "no agreement", "no number", "column", "leaves", "17 leaves", "bits", "not a number"],
)
def test_a_broken_file_is_refused(tmp_path, content, text):
    path = tmp_path / "model.json"
    path.write_text(content, "utf-8")
    with pytest.raises((ValueError, KeyError), match=text):
        read_model(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_model(tmp_path / "model.json")


def test_the_shipped_model_is_read_once():
    assert shipped_model() is shipped_model()
    assert len(shipped_model().voxels.trees) > 0
