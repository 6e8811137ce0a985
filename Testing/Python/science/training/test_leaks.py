"""Nothing of those held out reaches the training: not their values, not their outcome, by no entry.

Tests of: trainer, nested, comparison, training_run, estimators, truth, other_models.
"""

import os
from dataclasses import replace

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from training_tables import KINDS, cohort

from radioimmuno.signature.patient_rules import PATIENT_RULES
from radioimmuno.tables.outcomes import BINARY
from radioimmuno.training.comparison import methods_of
from radioimmuno.training.nested import Plan, cross_validate, patient_folds, permuted
from radioimmuno.training.out_of_fold import estimates
from radioimmuno.training.penalties import PenaltyGrid
from radioimmuno.training.trainer import ALL_SCORES, Fitted, Specification, fit

QUICK = Specification(grid=PenaltyGrid(l1_ratios=(0.9,), folds=3))
ONCE = Plan(folds=3, repeats=1)


def state(made) -> list:
    """All that a method learnt, to the bit."""
    if not isinstance(made, Fitted):
        made = made.fitted
    pipeline = made.pipeline
    parts = [pipeline["scaler"].mean_, pipeline["scaler"].scale_, pipeline["redundancy"].kept_, made.edges]
    found, model = [part.tobytes() for part in parts], pipeline["model"]
    if hasattr(model, "coef_"):
        pooling = getattr(model, "pooling_", None)
        found += [model.coef_.tobytes(), model.intercept_, model.penalty_, pooling]
        return [*found, *_shifts(made)]
    return [*found, model.predict(np.zeros((1, len(parts[2]))) + 0.3).tobytes()]


def _shifts(made) -> list:
    """What ComBat learnt; nothing without."""
    if not made.batches:
        return []
    state = made.pipeline["harmonization"].combat_.state_
    return [state.alpha.tobytes(), *(one.gamma.tobytes() for one in state.batches.values())]


def absurd(table, held_out):
    """The table with absurd values and outcomes in the rows of those held out."""
    values = table.values.copy()
    values[held_out] = 1e30
    values[held_out[0], 0] = np.nan
    truth = table.outcome.values.copy()
    if table.outcome.kind == BINARY:
        truth[held_out] = 1 - truth[held_out]
    else:
        truth[held_out] = 1e6 - truth[held_out]
    events = table.outcome.events
    if events is not None:
        events = events.copy()
        events[held_out] = 1 - events[held_out]
    return replace(table, values=values, outcome=replace(table.outcome, values=truth, events=events))


def same_whatever_is_held_out(table, method):
    folds = patient_folds(table, ONCE)
    train, test = folds[0][0]
    assert not set(table.patients[train]) & set(table.patients[test])
    one = cross_validate(table, method, [[(train, test)]])
    other = cross_validate(absurd(table, test), method, [[(train, test)]])
    assert [state(made) for made in one.fitted] == [state(made) for made in other.fitted]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", ["scores_mean", "features_min", "largest", "mil_soft_min", "mil_attention"])
def test_absurd_values_of_those_held_out_change_no_bit_of_a_linear_model(kind, rule):
    table = cohort(kind, patients=30)
    same_whatever_is_held_out(table, lambda part: fit(part, replace(QUICK, rule=rule)))


@pytest.mark.parametrize("rule", ["scores_mean", "mil_soft_min", "mil_attention"])
def test_absurd_values_of_those_held_out_change_no_bit_with_combat_before(rule):
    table = cohort(BINARY, patients=30)
    batch = np.where(np.isin(table.patients, np.unique(table.patients)[::2]), "north", "south")
    combat = replace(QUICK, rule=rule, combat=True, least_of_a_batch=4)
    same_whatever_is_held_out(replace(table, batch=batch), lambda part: fit(part, combat))


@pytest.mark.parametrize("model", ["random-forest", "svm"])
def test_absurd_values_of_those_held_out_change_no_bit_of_other_models(model):
    table = cohort(BINARY, patients=30)
    same_whatever_is_held_out(table, lambda part: fit(part, replace(QUICK, model=model)))


@pytest.mark.parametrize("name", ["labels", ALL_SCORES, *PATIENT_RULES])
def test_absurd_values_of_those_held_out_change_no_bit_of_any_aggregation(name):
    table = cohort(BINARY, patients=24)
    labels = (table.values[:, 0] > 100).astype(float)
    methods = methods_of(table, QUICK, labels)
    if name not in methods:
        assert name.startswith("scores_")  # all of them come from one fit
        return
    same_whatever_is_held_out(table, methods[name])


def test_a_method_never_sees_the_outcome_of_those_held_out():
    seen = []

    class Watching:
        def values(self, table):
            seen.append(table.outcome)
            return {"none": np.zeros(table.patient_count)}

    table = cohort(BINARY, patients=20)
    cross_validate(table, lambda part: Watching(), patient_folds(table, ONCE))
    assert seen[0::2] == [None] * 3  # held out; in between the training table, to center


@pytest.mark.parametrize("kind", KINDS)
def test_a_patient_is_never_on_both_sides_and_once_held_out(kind):
    table = cohort(kind, patients=25)
    for repetition in patient_folds(table, Plan(folds=5, repeats=3)):
        held = np.concatenate([np.unique(table.patients[test]) for _, test in repetition])
        assert sorted(held) == sorted(set(table.patients))
        for train, test in repetition:
            assert not set(table.patients[train]) & set(table.patients[test])


def test_shuffling_keeps_a_patients_lesions_together():
    table = cohort(BINARY, patients=20)
    shuffled = permuted(table, np.random.default_rng(0))
    for patient in np.unique(table.patients):
        assert np.ptp(shuffled.outcome.values[table.patients == patient]) == 0
    assert shuffled.outcome.values.sum() == table.outcome.values.sum()
    assert (shuffled.outcome.values != table.outcome.values).any()


def noise(seed: int, variables: int = 60):
    rng = np.random.default_rng(seed)
    table = cohort(BINARY, patients=60, lesions=1, weight=0, seed=seed)
    values = rng.normal(size=(len(table), variables))
    names = tuple(f"table.x{n}" for n in range(variables))
    return replace(table, values=values, variables=names)


def out_of_fold_auc(table, method) -> float:
    found = cross_validate(table, method, patient_folds(table, Plan(folds=5, repeats=1))).found
    return float(next(iter(found.values())).figures()["auc"][0])


@pytest.mark.slow(seconds=11)
def test_outcomes_of_chance_are_predicted_by_chance():
    """Mean AUC 0.50 within 0.02 over 100 cohorts: its standard error is about 0.008."""
    areas = [out_of_fold_auc(noise(seed), lambda part: fit(part, QUICK)) for seed in range(100)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)


def test_selecting_outside_of_the_folds_would_be_seen():
    """By hand: the ten variables that go best with the outcome in all patients; chance is a finding."""
    areas = []
    for seed in range(6):
        table = noise(seed)
        apart = [abs(np.corrcoef(column, table.outcome.values)[0, 1]) for column in table.values.T]
        best = np.argsort(apart)[-10:]
        leaking = replace(
            table, values=table.values[:, best], variables=tuple(table.variables[n] for n in best)
        )
        areas.append(out_of_fold_auc(leaking, lambda part: fit(part, QUICK)))
    assert np.mean(areas) > 0.6


def test_an_interval_comes_from_patients():
    table = cohort(BINARY, patients=30)
    found = cross_validate(table, lambda part: fit(part, QUICK), patient_folds(table, ONCE)).found
    one = estimates(found["scores_mean"])["auc"]
    assert one.low < one.value < one.high
    assert len(found["scores_mean"].truth) == 30
