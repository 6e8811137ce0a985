"""The segmentation's model: the same lesions give the same file, no patient is measured by what it taught."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.segmentation.boosted_trees import read_model
from radioimmuno.segmentation.parameters import PARAMETERS as P
from radioimmuno.segmentation.voxel_features import voxel_features
from radioimmuno.simulation.lesion_cases import LesionCase, simulated_cases
from radioimmuno.simulation.strokes import dice
from radioimmuno.site import Site
from radioimmuno.training import segmentation_model as training
from radioimmuno.training.segmentation_model import (
    BOX,
    CLICK,
    CORONAL,
    CROSSED,
    SAGITTAL,
    STROKE,
    Recipe,
    drawings,
    drawn,
    make,
    places_around,
    priors_of,
    write_model,
)

pytest.importorskip("sklearn", reason="training needs the extra [train]")

TREES = {"max_iter": 8, "max_leaf_nodes": 6, "learning_rate": 0.3, "min_samples_leaf": 20, "max_bins": 31}
TINY = Recipe(
    strokes={STROKE: 1, BOX: 1},
    folds=3,
    places=300,
    voxel_trees=TREES,
    agreement_trees=TREES | {"max_iter": 2, "min_samples_leaf": 1},
)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As `make segmentation-model`: more threads only wait for each other on so few places."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def cases():
    """The first lesion in the liver of three patients."""
    first = {}
    for case in simulated_cases(range(8), sites=(Site.LIVER,)):
        first.setdefault(case.patient, case)
        if len(first) == 3:
            break
    return list(first.values())


@pytest.fixture(scope="module")
def made(cases):
    return make(cases, TINY)


def test_the_same_lesions_give_the_same_file(cases, made, tmp_path):
    for number, (model, *_) in enumerate((made, make(cases, TINY))):
        write_model(model, tmp_path / f"{number}.json", {"patients": []})
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
    read = read_model(tmp_path / "0.json")
    assert read.voxels.trees == made[0].voxels.trees
    assert read.agreement.trees == made[0].agreement.trees


def test_every_patient_is_left_out_once_and_measured_without(cases, made):
    _, outcomes, folds = made
    names = [case.patient for case in cases]
    assert sorted(name for fold in folds for name in fold["patients"]) == sorted(names)
    assert sorted({outcome.patient for outcome in outcomes}) == sorted(names)
    assert len(outcomes) == 2 * len(cases)  # a stroke and a box each


def test_a_left_out_patient_teaches_nothing(cases, made):
    """With the last patient's lesion exchanged, what was fitted without that patient stays as it is."""
    last = cases[-1].patient
    exchanged = replace(cases[0], name="another", patient=last)
    _, _, folds = made
    _, _, others = make([*cases[:-1], exchanged], TINY)
    same = {
        fold["patients"][0]: fold["model"].voxels.trees == other["model"].voxels.trees
        for fold, other in zip(folds, others, strict=True)
    }
    assert same == {case.patient: case.patient == last for case in cases}


def ball_case(radius=14.0):
    lattice = Lattice((40, 60, 60), (2.0, 1.2, 1.2), (-30.0, 5.0, 100.0))
    index = np.moveaxis(np.indices(lattice.shape), 0, -1) * np.array(lattice.spacing)
    truth = np.linalg.norm(index - index.reshape(-1, 3).mean(axis=0), axis=-1) < radius
    noise = np.random.default_rng(1).normal(0, 8, lattice.shape)
    image = Image((np.where(truth, 60, -80) + noise).astype(np.float32), lattice)
    return LesionCase("ball", "ball", "reader", image, Image(truth, lattice).trimmed(), None)


@pytest.fixture(scope="module")
def ball():
    return ball_case()


GESTURES = {
    STROKE: ((2, 3), 0.0, True),
    CORONAL: ((2, 3), 0.0, None),
    SAGITTAL: ((2, 3), 0.0, None),
    CROSSED: ((2, 2, 3), 1.0, True),
    BOX: ((2, 3), 2.0, False),
}


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_is_drawn_by_unsteady_hands_and_says_where_the_lesion_is(ball, gesture):
    shape, known, axial = GESTURES[gesture]
    points = drawn(ball.truth, gesture, 3, seed=5)
    assert [each.shape for each in points] == [shape] * 3
    assert np.ptp(np.array(points), axis=0).max() > 0.1  # no two are alike
    np.testing.assert_array_equal(points, drawn(ball.truth, gesture, 3, seed=5))
    middle = (np.array(ball.image.lattice.shape) - 1) / 2 * ball.image.lattice.spacing
    for each in points:
        [prior] = priors_of(ball.image, gesture, each)
        assert prior.known == known
        assert axial in (None, prior.is_axial)
        np.testing.assert_allclose(prior.guess.centre, middle, atol=4)
        assert prior.length_mm == pytest.approx(28, abs=7)


def test_a_click_may_mean_strokes_of_several_lengths(ball):
    [point] = drawn(ball.truth, CLICK, 1, seed=5)
    priors = priors_of(ball.image, CLICK, point)
    assert len(priors) > 2
    assert all(prior.is_axial for prior in priors)
    assert min(abs(prior.length_mm - 28) for prior in priors) < 4


def test_a_reader_draws_all_gestures_and_a_simulated_lesion_two(ball):
    wanted = {STROKE: 3, CORONAL: 1, BOX: 2}
    simulated = [replace(ball, kind="liver") for _ in range(2)]
    found = list(drawings([ball, *simulated], wanted))
    assert [drawing.gesture for drawing in found] == [
        *([STROKE] * 3 + [CORONAL] + [BOX] * 2),
        *(STROKE, BOX),
        *(STROKE, CORONAL),
    ]


def test_places_are_drawn_with_their_features_and_the_truth(ball):
    [drawing] = drawings([ball], {STROKE: 1})
    everywhere = places_around(drawing, 10**9, np.random.default_rng(0))
    features = voxel_features(drawing.case.image, drawing.prior, P.cells)
    assert everywhere.names == features.names
    assert everywhere.rows.shape == features.rows.T.shape
    volume = everywhere.inside.sum() * features.grid.step_mm**3
    assert volume == pytest.approx(ball.truth.values.sum() * 2 * 1.2**2, rel=0.03)
    radius = everywhere.rows[:, features.names.index("radius")]
    assert radius[everywhere.inside].max() < 1.35
    assert radius[~everywhere.inside].min() > 0.65
    some = places_around(drawing, 100, np.random.default_rng(0))
    assert some.rows.shape == (100, len(features.names))


def test_a_fitted_model_finds_the_lesion_that_it_was_fitted_on(ball):
    """Far from good with few trees, but the truth is not turned round nor moved."""
    others = [replace(ball_case(radius), patient=str(radius), name=str(radius)) for radius in (10.0, 17.0)]
    model, outcomes, _ = make([ball, *others], TINY)
    [drawing] = drawings([ball], {STROKE: 1})
    found = training.find_lesion(ball.image, drawing.prior, model)
    assert dice(found.mask, ball.truth) > 0.85
    assert min(outcome.dice for outcome in outcomes) > 0.7


def test_the_command_writes_the_file_and_a_model_for_each_fold(ball, tmp_path, monkeypatch):
    import SimpleITK as sitk

    for name, radius in (("STS_1", 14.0), ("STS_2", 11.0)):
        case = ball_case(radius)
        folder = tmp_path / "sts" / name
        folder.mkdir(parents=True)
        whole = Image(case.truth.within(case.image.box, False).astype(np.uint8), case.image.lattice)
        sitk.WriteImage(to_sitk(case.image), folder / "ct.nii.gz")
        sitk.WriteImage(to_sitk(whole), folder / "mask.nii.gz")
    monkeypatch.setattr(training, "Recipe", lambda: replace(TINY, seeds=range(0), folds=2))
    monkeypatch.setattr(training, "_report", lambda outcomes: None)  # of too few to rank
    file, folds = tmp_path / "model.json", tmp_path / "folds"
    assert training.main([str(tmp_path), str(file), "--folds", str(folds)]) == 0
    assert json.loads(file.read_text("utf-8"))["about"]["patients"] == ["STS_1", "STS_2"]
    left_out = [json.loads(path.read_text("utf-8"))["about"]["left_out"] for path in sorted(folds.iterdir())]
    assert sorted(left_out) == [["STS_1"], ["STS_2"]]
    assert len({read_model(path).voxels.trees for path in (file, *folds.iterdir())}) == 3
