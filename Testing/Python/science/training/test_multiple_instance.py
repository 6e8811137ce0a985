"""Multiple-instance learning: its gradient, its file, and what it finds where one lesion decides."""

import os
from dataclasses import replace

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from training_tables import KINDS, VARIABLES, cohort

from radioimmuno.findings import TableError
from radioimmuno.settings import Settings
from radioimmuno.signature.patient_rules import POOLED
from radioimmuno.signature.pooling import Bags
from radioimmuno.signature.signature import format_signature, parse_signature
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from radioimmuno.training.multiple_instance import few_patients_note, gradient, pooled_by
from radioimmuno.training.nested import Plan
from radioimmuno.training.trained_signature import Description, signature_of
from radioimmuno.training.trainer import Specification, fit
from radioimmuno.training.training_run import run, training_record
from radioimmuno.validation.scored_cohort import scored_cohort

ABOUT = Description("test", "1", "research", "an outcome", "a higher score means more")
ONCE = Plan(folds=3, repeats=1)
SOFT, ATTENTION = Specification(rule="mil_soft_min"), Specification(rule="mil_attention")


def file_of(fitted, table):
    return parse_signature(format_signature(signature_of(fitted, table, Settings(), ABOUT)))


def with_batches(table, shift=30.0):
    """The table from two scanners, one of which shifts all variables."""
    batch = np.where(np.isin(table.patients, np.unique(table.patients)[::2]), "north", "south")
    return replace(table, batch=batch, values=table.values + shift * (batch == "north")[:, None])


def test_pooling_has_the_gradient_it_states():
    rng = np.random.default_rng(2)
    bags = Bags(rng.normal(size=(9, 3)), np.array([0, 2, 5]))
    slopes = rng.normal(size=3)
    for rule, size in (("mil_soft_min", 4), ("mil_attention", 3 + 2 + 6)):
        at = rng.normal(0, 0.5, size)
        stated = gradient(bags, pooled_by(bags, at, rule), slopes, at)
        for n in range(size):
            move = np.eye(size)[n] * 1e-6
            up, down = (pooled_by(bags, one, rule).values for one in (at + move, at - move))
            assert stated[n] == pytest.approx(slopes @ (up - down) / 2e-6, abs=1e-6)
    assert pooled_by(bags, at, "mil_attention").weights.sum() == pytest.approx(3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("specification", [SOFT, ATTENTION], ids=list(POOLED))
def test_the_file_makes_the_patients_values_of_the_pipeline(kind, specification):
    table = cohort(kind, patients=40)
    values = table.values.copy()
    values[5, 0] = np.nan
    table = replace(table, values=values)
    fitted = fit(table, specification)
    signature = file_of(fitted, table)
    scored = scored_cohort(signature, table, table)
    assert scored.scores == pytest.approx(fitted.scores(table), rel=1e-12, abs=1e-12)
    (expected,) = fitted.values(table).values()
    assert scored.values == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert signature.patient_cutoffs.median == pytest.approx(np.median(expected), rel=1e-9)
    assert list(signature.patient_cutoffs.named) == ["low", "median", "high"]
    weights = fitted.lesion_weights(table)
    sums = [weights[table.patients == one].sum() for one in np.unique(table.patients)]
    assert sums == pytest.approx([1.0] * 40)
    means = [np.nanmean(values[table.patients == one, 0]) for one in np.unique(table.patients)]
    assert np.corrcoef(expected, means)[0, 1] > 0.6


@pytest.mark.parametrize("specification", [SOFT, ATTENTION], ids=list(POOLED))
def test_combat_is_a_step_of_the_pipeline_and_in_the_file(specification):
    table = with_batches(cohort(BINARY, patients=40))
    fitted = fit(table, replace(specification, combat=True))
    signature = file_of(fitted, table)
    assert (signature.batches, set(signature.harmonization.variables)) == (
        ("north", "south"),
        set(signature.variables),
    )
    scored = scored_cohort(signature, table, table)
    assert scored.values == pytest.approx(fitted.values(table)[specification.rule], rel=1e-12, abs=1e-12)
    moved = replace(table, batch=np.full(len(table), "south"))
    assert np.abs(scored_cohort(replace(signature, extrapolation_limit=None), moved, moved).scores).max() > 2


def test_a_variable_that_does_not_vary_is_no_term():
    table = cohort(BINARY, patients=40)
    table = replace(
        table,
        values=np.insert(table.values, 2, 5.0, axis=1),
        variables=(*VARIABLES[:2], "table.constant", *VARIABLES[2:]),
    )
    fitted = fit(table, ATTENTION)
    signature = file_of(fitted, table)
    assert signature.variables == VARIABLES
    assert [len(row) for row in signature.pooling.directions] == [len(VARIABLES)] * 2
    # Another value of it changes nothing, in the pipeline as in the file.
    values = table.values.copy()
    values[:, 2] = -50.0
    other = replace(table, values=values)
    expected = fitted.values(table)["mil_attention"]
    assert fitted.values(other)["mil_attention"] == pytest.approx(expected, abs=1e-12)
    assert scored_cohort(signature, other, other).values == pytest.approx(expected, abs=1e-12)


def test_a_number_is_predicted_in_its_unit():
    table = cohort(CONTINUOUS, patients=60)
    scaled = replace(table, outcome=replace(table.outcome, values=1000 + 40 * table.outcome.values))
    one, other = (fit(each, SOFT).values(each)["mil_soft_min"] for each in (table, scaled))
    assert other == pytest.approx(1000 + 40 * one, rel=1e-6)


def test_what_cannot_be_learnt_is_refused():
    table = cohort(BINARY, patients=20)
    of_lesion = replace(table, outcome=replace(table.outcome, of_lesion=True))
    with pytest.raises(TableError, match="needs an outcome of the patient") as caught:
        fit(of_lesion, SOFT)
    assert caught.value.code == "cohort_table.outcome"
    for model in ("random-forest", "svm", "lasso"):
        with pytest.raises(TableError, match=f"mil_soft_min learns its own .*{model}"):
            fit(table, replace(SOFT, model=model))
    with pytest.raises(TableError, match="name it by --batch"):
        fit(table, replace(SOFT, combat=True))


def test_few_patients_are_noted_in_the_record():
    table = cohort(BINARY, patients=30)
    record = training_record(run(table, ATTENTION, ONCE, 2))
    (note,) = record["notes"]
    assert "below about 150 patients: with 30 it is discouraged" in note
    assert few_patients_note(149)
    assert few_patients_note(150) == ""
    assert (record["model"], record["patient_rule"]) == ("multiple-instance", "mil_attention")
    assert record["permutation"]["draws"] == 2
    assert len(record["lesion_weights"]) == len(table)
    of_first = [one["weight"] for one in record["lesion_weights"] if one["patient"] == "p000"]
    assert sum(of_first) == pytest.approx(1.0)
    # Held out: they are not those of the fit on all.
    assert of_first != pytest.approx(fit(table, ATTENTION).lesion_weights(table)[:3].tolist(), abs=1e-6)
    assert training_record(run(table, Specification(), ONCE))["lesion_weights"] is None


@pytest.mark.parametrize("kind", [BINARY, SURVIVAL])
def test_where_the_minimum_decides_the_soft_minimum_is_learnt(kind):
    """150 patients of six lesions: better than the mean of the features, and it weighs the lowest most."""
    table = cohort(kind, patients=150, lesions=6, summary="min", weight=1.5)
    done = run(table, SOFT, Plan(folds=5, repeats=1))
    (found,) = done.figures.values()
    (mean,) = run(table, Specification(rule="features_mean"), Plan(folds=5, repeats=1)).figures.values()
    assert found.low > 0.6
    assert found.value > mean.value
    assert done.table.notes == ()
    assert done.fitted.chosen()[0] > 0
