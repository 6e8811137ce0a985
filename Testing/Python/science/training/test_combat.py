"""ComBat equals neuroCombat, takes shifts out of patients it has not seen, and refuses what it cannot do."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from radioimmuno.findings import InputError
from radioimmuno.signature.harmonization import harmonization_record
from radioimmuno.training.combat import ComBat, Lesions, fit_combat

REFERENCES = Path(__file__).parents[3] / "Oracles" / "references"
CASES = json.loads((REFERENCES / "neurocombat.json").read_text(encoding="utf-8"))["values"]
VARIABLES = tuple("abcdefg")


def lesions_of(case, outcome=None):
    values, batch = np.array(case["values"]), np.array(case["batch"])
    covariates = np.array(case["covariates"]).reshape(len(values), -1)
    return Lesions(values, batch, np.arange(len(values)), covariates, outcome)


def fitted(lesions, reference=None, **options):
    names = tuple(f"covariate{n}" for n in range(lesions.covariates.shape[1]))
    return fit_combat(lesions, VARIABLES[: lesions.values.shape[1]], names, reference, **options)


def simulated(seed=0, patients=60, batches=2, lesions=1, shift=2.0):
    """Two (or more) scanners in turn, whose values lie `shift` apart and spread differently."""
    random = np.random.Generator(np.random.PCG64(seed))
    whose = np.repeat(np.arange(patients), lesions)
    batch = whose % batches
    values = random.normal(size=(len(whose), 6)) * (1 + batch[:, None]) + shift * batch[:, None]
    return Lesions(values, batch.astype(str), whose, np.empty((len(whose), 0)))


@pytest.mark.parametrize("name", list(CASES))
def test_it_equals_neurocombat(name):
    case = CASES[name]
    lesions = lesions_of(case)
    state = fitted(lesions, case["reference"])
    found = state.harmonized(lesions.values, lesions.batch, lesions.covariates)
    np.testing.assert_allclose(found, case["harmonized"], rtol=1e-6, atol=1e-6)
    gamma = [shift.gamma for shift in state.batches.values()]
    np.testing.assert_allclose(gamma, case["gamma"], rtol=1e-6, atol=1e-9)
    delta = [shift.delta for shift in state.batches.values()]
    np.testing.assert_allclose(delta, case["delta"], rtol=1e-6)


def test_the_oracle_has_shifts_to_take_out():
    for case in CASES.values():
        assert np.abs(np.array(case["values"]) - case["harmonized"]).max() > 0.5


def test_the_reference_batch_stays_as_it_is():
    case = CASES["reference"]
    lesions = lesions_of(case)
    found = fitted(lesions, "b").harmonized(lesions.values, lesions.batch, lesions.covariates)
    own = lesions.batch == "b"
    assert (found[own] == lesions.values[own]).all()
    assert (found[~own] != lesions.values[~own]).all()


def test_held_out_patients_of_a_known_batch_lose_the_shift():
    """With 200 patients each in both cohorts, means differ by 0.14 SD (standard error); the shift was 0.8."""
    state = fitted(simulated(1, 400))
    fresh = simulated(2, 400)
    found = state.harmonized(fresh.values, fresh.batch, fresh.covariates)
    first, second = found[fresh.batch == "0"], found[fresh.batch == "1"]
    pooled = found.std(axis=0)
    assert np.abs((first.mean(axis=0) - second.mean(axis=0)) / pooled).max() < 0.3
    assert np.abs(np.log(first.std(axis=0) / second.std(axis=0))).max() < 0.3
    raw = fresh.values[fresh.batch == "1"].mean(axis=0) - fresh.values[fresh.batch == "0"].mean(axis=0)
    assert (raw / fresh.values.std(axis=0) > 0.8).all()


def test_a_held_out_row_is_corrected_alone():
    state, fresh = fitted(simulated(1)), simulated(2)
    together = state.harmonized(fresh.values, fresh.batch, fresh.covariates)
    alone = state.harmonized(fresh.values[7:8], fresh.batch[7:8], fresh.covariates[7:8])
    np.testing.assert_allclose(alone[0], together[7], rtol=1e-12)


def test_patients_count_not_lesions():
    """Each lesion written three times tells nothing new; a tenth lesion of one patient shifts little."""
    once = simulated(3)
    rows = np.repeat(np.arange(len(once.batch)), 3)
    thrice = Lesions(once.values[rows], once.batch[rows], once.patients[rows], once.covariates[rows])
    a, b = fitted(once), fitted(thrice)
    for name, shift in a.batches.items():
        np.testing.assert_allclose(b.batches[name].gamma, shift.gamma, rtol=1e-9)
        np.testing.assert_allclose(b.batches[name].delta, shift.delta, rtol=1e-9)
        assert b.batches[name].patients == shift.patients == 30


def test_a_patient_with_many_lesions_does_not_rule():
    once = simulated(4)
    rows = np.concatenate([np.arange(60), np.zeros(200, int)])
    many = Lesions(once.values[rows], once.batch[rows], once.patients[rows], once.covariates[rows])
    np.testing.assert_allclose(fitted(many).alpha, fitted(once).alpha, rtol=1e-9)


def code_of(lesions, reference=None, **options):
    with pytest.raises(InputError) as problem:
        fitted(lesions, reference, **options)
    return problem.value.code


def test_an_unseen_batch_is_refused():
    state, fresh = fitted(simulated()), simulated(5, batches=3)
    with pytest.raises(InputError, match="batch 2 was not in the training data") as problem:
        state.harmonized(fresh.values, fresh.batch, fresh.covariates)
    assert problem.value.code == "combat.unseen_batch"
    assert code_of(simulated(), "9") == "combat.unseen_batch"


def test_fewer_than_ten_patients_are_refused_however_many_lesions():
    assert code_of(simulated(patients=18, lesions=8)) == "combat.few_patients"
    assert len(fitted(simulated(patients=20)).batches) == 2
    assert len(fitted(simulated(patients=18), least_patients=9).batches) == 2


def test_a_batch_that_is_the_outcome_is_refused():
    one = simulated()
    outcome = (one.batch == "1").astype(float)
    assert (
        code_of(Lesions(one.values, one.batch, one.patients, one.covariates, outcome)) == "combat.confounded"
    )
    shuffled = np.random.default_rng(0).permutation(outcome)
    mixed = Lesions(one.values, one.batch, one.patients, one.covariates, shuffled)
    assert len(fitted(mixed).batches) == 2


def test_a_batch_that_is_a_covariate_is_refused():
    one = simulated()
    covariate = (one.batch == "1").astype(float)[:, None]
    assert code_of(Lesions(one.values, one.batch, one.patients, covariate)) == "combat.confounded"


def test_the_outcome_as_covariate_is_refused_also_in_other_units():
    one = simulated()
    outcome = np.random.default_rng(1).normal(size=60)
    lesions = Lesions(one.values, one.batch, one.patients, 3 - 2 * outcome[:, None], outcome)
    assert code_of(lesions) == "combat.outcome_covariate"


@pytest.mark.parametrize("rows", [slice(None), slice(0, None, 2)], ids=["everywhere", "in a batch"])
def test_a_constant_variable_is_refused(rows):
    one = simulated()
    one.values[rows, 2] = 5.0
    assert code_of(one) == "combat.constant"


def test_missing_values_and_a_single_variable_are_refused():
    one = simulated()
    one.values[3, 1] = np.nan
    assert code_of(one) == "combat.values"
    single = Lesions(one.values[:, :1], one.batch, one.patients, one.covariates)
    assert code_of(single) == "combat.values"


def test_it_is_a_step_of_a_pipeline():
    """Two informative variables under a scanner's shift; batch, patient and a covariate travel as columns."""
    one = simulated(6, 80)
    truth = np.random.default_rng(7).integers(0, 2, 80)
    age = np.random.default_rng(8).normal(60, 8, 80)
    values = one.values + truth[:, None] * 1.5
    table = np.column_stack([one.patients % 2, one.patients, age, values])
    step = ComBat(covariate_columns=(2,), batch_names=("north", "south"))
    pipeline = clone(make_pipeline(step, LogisticRegression(max_iter=1000))).fit(table[:60], truth[:60])
    assert tuple(pipeline[0].state_.batches) == ("north", "south")
    out = pipeline[0].transform(table[60:])
    assert out.shape == (20, 7)
    assert (out[:, 0] == age[60:]).all()
    state = pipeline[0].state_
    batch = np.where(table[60:, 0] == 0, "north", "south")
    np.testing.assert_array_equal(out[:, 1:], state.harmonized(values[60:], batch, age[60:, None]))
    assert pipeline.score(table[60:], truth[60:]) > 0.7


def test_held_out_rows_do_not_reach_the_fit():
    one = simulated(9, 80)
    table = np.column_stack([one.patients % 2, one.patients, one.values])
    a = ComBat().fit(table[:60]).state_
    table[60:, 2:] = 1e9
    b = ComBat().fit(table[:60]).state_
    assert harmonization_record(a) == harmonization_record(b)


def test_a_survival_outcome_is_compared_by_its_event():
    one = simulated()
    survival = np.zeros(60, dtype=[("event", bool), ("days", float)])
    survival["event"] = one.batch == "1"
    table = np.column_stack([one.patients % 2, one.patients, one.values])
    with pytest.raises(InputError, match="outcome"):
        ComBat().fit(table, survival)
