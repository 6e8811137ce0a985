"""Training on cohorts whose truth is known; what becomes of it in the signature's file.

Tests of: trainer, penalized, penalties, aggregation, out_of_fold, training_run, model_file.
"""

import os
from dataclasses import replace

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from training_tables import KINDS, VARIABLES, cohort

from radioimmuno.findings import InputError, SignatureError, TableError
from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import format_signature, parse_signature, read_signature
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from radioimmuno.training.aggregation import row_a_patient
from radioimmuno.training.comparison import compare
from radioimmuno.training.model_file import write_model
from radioimmuno.training.nested import Plan, cross_validate, patient_folds, permutation_test
from radioimmuno.training.out_of_fold import OutOfFold, operating_point
from radioimmuno.training.penalized import TOLERANCE, Binomial, PartialLikelihood, largest_alpha, path
from radioimmuno.training.penalties import PenaltyGrid
from radioimmuno.training.trained_signature import Description, score_table, signature_of
from radioimmuno.training.trainer import Specification, fit, patient_weights
from radioimmuno.training.training_run import run, training_record
from radioimmuno.validation.discrimination import patient_draws
from radioimmuno.validation.preconditions import cutoffs_named, own_cutoffs
from radioimmuno.validation.scored_cohort import scored_cohort

QUICK = Specification(grid=PenaltyGrid(l1_ratios=(0.9,), folds=3))
ABOUT = Description("test", "1", "research", "an outcome", "a higher score means more")


def trained(table, specification=QUICK):
    fitted = fit(table, specification)
    return fitted, signature_of(fitted, table, Settings(), ABOUT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_coefficient_is_recovered(kind):
    """The effect a standard deviation of the first variable, of patients' means; others near 0."""
    table = cohort(kind, patients=600, lesions=1, weight=0.6)
    _, signature = trained(table, replace(QUICK, grid=PenaltyGrid((0.5,), folds=3)))
    weights = {term.variable: term.coefficient for term in signature.terms}
    spread = np.std(table.values[:, 0]) / 7
    true = spread * 0.6 * {CONTINUOUS: 1.0, BINARY: 2.0, SURVIVAL: 1.5}[kind]
    assert weights[VARIABLES[0]] == pytest.approx(true, rel=0.25)
    assert max((abs(w) for v, w in weights.items() if v != VARIABLES[0]), default=0) < 0.2 * true


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_scores_the_training_table_as_the_pipeline_does(kind):
    table = cohort(kind)
    values = table.values.copy()
    values[5, 0] = np.nan
    table = replace(table, values=values)
    fitted, signature = trained(table)
    again = parse_signature(format_signature(signature))
    assert score_table(again, table) == pytest.approx(fitted.scores(table), rel=1e-12, abs=1e-12)
    assert again.patient_rule == "scores_mean"
    first = next(term for term in again.terms if term.variable == VARIABLES[0])
    assert first.when_undefined == "mean"


@pytest.mark.parametrize("rule", ["scores_min", "features_mean", "features_largest_and_number"])
def test_the_file_of_a_training_with_combat_scores_the_raw_table_as_the_pipeline_does(rule):
    table = cohort(BINARY, patients=60)
    scanner = np.repeat(["GE", "Siemens", "Philips"], 60)
    shift = np.repeat([0.0, 25.0, -10.0], 60)[:, None] + np.zeros(len(VARIABLES))
    age = np.repeat(np.random.default_rng(3).normal(60, 9, 60), 3)[:, None]
    table = replace(
        table,
        values=np.hstack([table.values + shift, age]),
        variables=(*VARIABLES, "clinical.age"),
        covariates=("clinical.age",),
        batch=scanner,
    )
    fitted, signature = trained(table, replace(QUICK, combat=True, rule=rule))
    again = parse_signature(format_signature(signature))
    assert set(again.harmonization.variables) == set(again.variables) - {"clinical.age"}
    assert (again.batches, again.clinical) == (("GE", "Philips", "Siemens"), ("age",))
    rows = table if rule == "scores_min" else row_a_patient(table, rule)
    expected = fitted.scores(table)
    assert np.ptp(expected) > 0.1
    assert score_table(again, rows) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    # What is weighed lies where the scanners' shifts are gone, and so does what it is compared with.
    first = next(term for term in again.terms if term.variable == VARIABLES[0])
    assert np.ptp(first.training_range) < np.ptp(rows.column(VARIABLES[0]))
    values = fitted.values(table)[rule]
    assert again.patient_cutoffs.median == pytest.approx(np.median(values), rel=1e-9)


def test_a_signature_with_combat_scores_a_table_as_the_pipeline_does():
    table = cohort(BINARY)
    batch = np.array(["north" if name[-1] in "024" else "south" for name in table.patients])
    table = replace(table, batch=batch, values=table.values + 30.0 * (batch == "north")[:, None])
    fitted, signature = trained(table, replace(QUICK, combat=True))
    again = parse_signature(format_signature(signature))
    scored = scored_cohort(again, table, table)
    assert scored.scores == pytest.approx(fitted.scores(table), rel=1e-12, abs=1e-12)
    # the same values on the other scanner are another score
    moved = replace(table, batch=np.full(len(table), "south"))
    assert scored_cohort(again, moved, moved).scores[batch == "north"] != pytest.approx(
        scored.scores[batch == "north"], rel=1e-3
    )


def test_cutoffs_of_patients_are_percentiles_of_their_values_by_the_rule():
    table = cohort(CONTINUOUS)
    fitted, signature = trained(table, replace(QUICK, rule="scores_min"))
    scores = fitted.scores(table)
    smallest = [scores[table.patients == name].min() for name in np.unique(table.patients)]
    again = parse_signature(format_signature(signature))
    assert cutoffs_named(again, "quartiles", of_patients=True) == pytest.approx(
        np.percentile(smallest, (25, 50, 75)), rel=1e-9
    )
    assert cutoffs_named(again, "quartiles") == pytest.approx(np.percentile(scores, (25, 50, 75)), rel=1e-9)
    assert "of the patients' values" in again.training["patient_cutoffs_are"]
    fitted, signature = trained(table, replace(QUICK, rule="features_mean"))
    quartiles = np.percentile(fitted.scores(table), (25, 50, 75))
    assert cutoffs_named(signature, "quartiles", of_patients=True) == pytest.approx(quartiles, rel=1e-9)


def test_a_spread_of_scores_has_no_cutoff_of_scores():
    _, signature = trained(cohort(CONTINUOUS))
    spread = replace(signature, patient_rule="scores_sd", patient_cutoffs=None)
    with pytest.raises(InputError, match="no cut-off 'low'"):
        cutoffs_named(spread, "low", of_patients=True)
    assert cutoffs_named(spread, "low") == (spread.cutoffs.low,)
    assert own_cutoffs(replace(spread, patient_cutoffs=Cutoffs(None, 0.5, None)), True) == {"median": 0.5}


def test_a_yes_or_no_learns_the_cutoff_that_splits_its_patients_best():
    table = cohort(BINARY, patients=60)
    fitted, signature = trained(table)
    values = fitted.values(table)["scores_mean"]
    truth = table.outcome.values[::3] == 1

    def index(cutoff):
        return (values > cutoff)[truth].mean() - (values > cutoff)[~truth].mean()

    best = index(signature.training["youden_cutoff"])
    assert best == pytest.approx(max(index(value) for value in values))
    assert best > 0.2
    assert "inside the folds" in signature.training["youden_cutoff_is"]
    assert "youden_cutoff" not in trained(cohort(CONTINUOUS))[1].training


class FirstVariable:
    """A method that learns nothing: a patient's value is the mean of the lesions' first variable."""

    def values(self, table):
        names = np.unique(table.patients)
        return {"first": np.array([table.values[table.patients == name, 0].mean() for name in names])}


def test_the_cutoff_of_a_fold_is_chosen_among_those_trained_on():
    """Held out: above the middle between two values of those trained on that splits those best."""
    table = cohort(BINARY, patients=40)
    folds = patient_folds(table, Plan(folds=4, repeats=2))
    found = cross_validate(table, lambda part: FirstVariable(), folds).found["first"]
    values = FirstVariable().values(table)["first"]
    truth = table.outcome.values[::3] == 1
    names = np.unique(table.patients)
    expected = np.zeros((2, 40), bool)
    for repeat, repetition in enumerate(folds):
        for train, test in repetition:
            mine, theirs = np.isin(names, table.patients[train]), np.isin(names, table.patients[test])
            levels = np.sort(values[mine])
            middles = (levels[1:] + levels[:-1]) / 2
            split = [
                np.mean(values[mine & truth] > middle) - np.mean(values[mine & ~truth] > middle)
                for middle in middles
            ]
            expected[repeat, theirs] = values[theirs] > middles[int(np.argmax(np.round(split, 9)))]
    np.testing.assert_array_equal(found.above, expected)
    point = operating_point(found)
    assert point["sensitivity"].value == pytest.approx(expected[:, truth].mean(), abs=1e-12)
    assert point["specificity"].value == pytest.approx(1 - expected[:, ~truth].mean(), abs=1e-12)
    assert all(0 < one.low < one.value < one.high <= 1 for one in point.values())
    number = cohort(CONTINUOUS, patients=20)
    found = cross_validate(number, lambda part: FirstVariable(), patient_folds(number, Plan(3, 1))).found
    assert operating_point(found["first"]) == {}


def test_lesions_weigh_less_in_a_patient_with_many():
    assert patient_weights(np.array(["b", "a", "b", "b"])) == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3])
    table = cohort(CONTINUOUS, patients=40, lesions=1)
    rows = np.concatenate([np.arange(40), np.zeros(60, int)])
    many = table.rows(rows)  # the first patient's lesion 61 times
    one, other = fit(table, QUICK).pipeline["scaler"], fit(many, QUICK).pipeline["scaler"]
    assert other.mean_ == pytest.approx(one.mean_, rel=1e-8)
    assert other.scale_ == pytest.approx(one.scale_, rel=1e-8)


def test_a_redundant_variable_is_left_out_and_a_covariate_stays():
    table = cohort(CONTINUOUS)
    copy = table.values[:, [0]] * 2 + 1e-3 * np.arange(len(table))[:, None]
    table = replace(
        table,
        values=np.hstack([table.values, copy]),
        variables=(*table.variables, "clinical.copy"),
        covariates=("clinical.copy",),
    )
    kept = fit(table, QUICK).pipeline["redundancy"].kept_
    assert len(VARIABLES) in kept
    assert 0 not in kept


def test_cox_with_a_ridge_is_what_lifelines_gives():
    lifelines = pytest.importorskip("lifelines", reason="the oracle of the test")
    import pandas

    table = cohort(SURVIVAL, patients=120, lesions=1)
    # lifelines standardizes with n - 1 before it penalizes
    values = (table.values - table.values.mean(axis=0)) / table.values.std(axis=0, ddof=1)
    likelihood = PartialLikelihood(table.outcome.values, table.outcome.events, np.ones(len(table)))
    own = path(values, likelihood, 1e-9, [0.1], tolerance=TOLERANCE)[1][0]
    frame = pandas.DataFrame(values).assign(time=table.outcome.values, event=table.outcome.events)
    model = lifelines.CoxPHFitter(penalizer=0.1, l1_ratio=0.0)
    model.fit(frame, "time", "event", fit_options={"precision": 1e-12})
    assert own == pytest.approx(model.params_.to_numpy(), abs=1e-5)


def test_logistic_regression_is_what_scikit_learn_gives():
    from sklearn.linear_model import LogisticRegression

    table = cohort(BINARY, patients=120, lesions=1)
    values = (table.values - table.values.mean(axis=0)) / table.values.std(axis=0)
    likelihood = Binomial(table.outcome.values, np.ones(len(table)))
    intercepts, own = path(values, likelihood, 1e-9, [0.1], tolerance=TOLERANCE)
    model = LogisticRegression(C=1 / (0.1 * len(table)), tol=1e-10, max_iter=1000)
    model.fit(values, table.outcome.values)
    assert own[0] == pytest.approx(model.coef_[0], abs=1e-5)
    assert intercepts[0] == pytest.approx(model.intercept_[0], abs=1e-5)


@pytest.mark.parametrize("kind", [BINARY, SURVIVAL])
def test_slopes_are_the_derivatives_of_the_loss(kind):
    table = cohort(kind, patients=30)
    events, weights = table.outcome.events, patient_weights(table.patients)
    one = (
        Binomial(table.outcome.values, weights)
        if events is None
        else PartialLikelihood(table.outcome.values, events, weights)
    )
    scores = np.random.default_rng(0).normal(size=len(table))
    slope, curvature = one.slopes(scores)
    step, total = 1e-4, weights.sum()
    for n in range(0, len(table), 7):
        move = np.eye(len(table))[n] * step
        up, down, here = one.loss(scores + move), one.loss(scores - move), one.loss(scores)
        assert -(up - down) / (2 * step) * total == pytest.approx(slope[n], abs=1e-6)
        assert (up + down - 2 * here) / step**2 * total == pytest.approx(curvature[n], abs=1e-4)


def test_the_largest_penalty_leaves_no_variable():
    table = cohort(BINARY, lesions=1)
    values = (table.values - table.values.mean(axis=0)) / table.values.std(axis=0)
    likelihood = Binomial(table.outcome.values, np.ones(len(table)))
    largest = largest_alpha(values, likelihood, 0.9)
    none, some = path(values, likelihood, 0.9, [largest * 1.001, largest * 0.95])[1]
    assert not none.any()
    assert np.count_nonzero(some) == 1


def test_figures_are_those_of_pairs_and_of_ranks():
    from scipy.stats import spearmanr
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(3)
    names, scores = np.array([f"p{n}" for n in range(40)]), np.round(rng.normal(size=(2, 40)), 1)
    binary = (rng.random(40) < 0.4).astype(float)
    found = OutOfFold(names, BINARY, binary, None, scores, scores)
    expected = np.mean([roc_auc_score(binary, one) for one in scores])
    assert found.figures()["auc"][0] == pytest.approx(expected, abs=1e-12)
    draws = patient_draws(names, 1, 3)
    assert draws.sum(axis=1) == pytest.approx([40] * 3)
    drawn = np.repeat(np.arange(40), draws[0].astype(int))
    expected = np.mean([roc_auc_score(binary[drawn], one[drawn]) for one in scores])
    assert found.figures(draws)["auc"][0] == pytest.approx(expected, abs=1e-12)
    number = rng.normal(size=40)
    found = OutOfFold(names, CONTINUOUS, number, None, scores, scores)
    expected = np.mean([spearmanr(number, one)[0] for one in scores])
    assert found.figures()["spearman"][0] == pytest.approx(expected, abs=1e-12)


def test_the_c_index_is_that_of_lifelines():
    utils = pytest.importorskip("lifelines.utils", reason="the oracle of the test")
    rng = np.random.default_rng(4)
    times, events = rng.integers(1, 20, 50).astype(float), (rng.random(50) < 0.6).astype(float)
    scores = np.round(rng.normal(size=50), 1)
    names = np.arange(50).astype(str)
    found = OutOfFold(names, SURVIVAL, times, events, scores[None], scores[None]).figures()["c_index"][0]
    assert found == pytest.approx(utils.concordance_index(times, -scores, events), abs=1e-12)


def test_rows_of_a_patient_are_made_as_the_rules_say():
    table = cohort(BINARY, patients=12, lesions=3)
    mine = table.values[table.patients == "p000"]
    order = np.argsort(-mine[:, 4])
    first = {rule: row_a_patient(table, rule).values[0] for rule in ("largest", "smallest", "features_mean")}
    assert first["largest"] == pytest.approx(mine[order[0]])
    assert first["smallest"] == pytest.approx(mine[order[-1]])
    assert first["features_mean"] == pytest.approx(mine.mean(axis=0))
    weighted = row_a_patient(table, "features_volume_weighted").values[0]
    assert weighted == pytest.approx(mine[:, 4] @ mine / mine[:, 4].sum())
    number = row_a_patient(table, "features_largest_and_number")
    assert number.values[0, -1] == 3
    assert number.values[0, 4] == pytest.approx(mine[:, 4].sum())
    assert number.values[0, 0] == pytest.approx(mine[order[0], 0])
    with pytest.raises(TableError, match="volumes"):
        row_a_patient(replace(table, variables=(*table.variables[:4], "table.other")), "largest")


@pytest.mark.slow
def test_the_minimum_wins_where_the_least_infiltrated_lesion_decides():
    table = cohort(CONTINUOUS, patients=150, lesions=6, summary="min")
    found = compare(table, QUICK, Plan(folds=5, repeats=1))
    assert "features_min" in found.better
    assert "features_min" in found.verdict
    assert "None is shown to predict" not in found.verdict
    assert found.figures["features_min"]["spearman"].low > found.figures["features_mean"]["spearman"].value


def test_where_nothing_decides_the_comparison_says_so():
    table = cohort(BINARY, patients=40, weight=0, seed=5)
    found = compare(table, QUICK, Plan(folds=3, repeats=1))
    assert found.better == ()
    assert found.verdict.startswith("No method is better")
    assert found.verdict.endswith("predict the outcome: no interval of the auc is above 0.5.")


def test_a_permutation_test_sees_an_effect():
    table = cohort(BINARY, patients=40, lesions=1, weight=2)
    p, null = permutation_test(table, lambda part: fit(part, QUICK), Plan(folds=3), 9)
    assert p == pytest.approx(1 / 10)
    assert len(null) == 9


def test_a_run_has_what_machines_read():
    table = cohort(BINARY, patients=40)
    calls = []
    done = run(table, QUICK, Plan(folds=3, repeats=2), 2, lambda *call: calls.append(call))
    record = training_record(done)
    assert set(record["out_of_fold"]) == {"auc"}
    low, high = record["out_of_fold"]["auc"]["interval"]
    assert low < record["out_of_fold"]["auc"]["value"] < high
    assert record["permutation"]["draws"] == 2
    point = record["operating_point"]
    assert sum(point[name]["value"] for name in ("sensitivity", "specificity")) > 1.2
    assert (record["patients"], record["lesions"]) == (40, 120)
    assert record["events"] == int(table.outcome.values[::3].sum())
    assert done.frequency[VARIABLES[0]] == 1.0
    assert calls[-1][1:] == (2, 2)


def test_a_random_forest_is_kept_by_skops_and_scored_by_nobody(tmp_path):
    skops = pytest.importorskip("skops.io", reason="keeping such a model needs the extra [train]")
    table = cohort(BINARY, patients=30)
    fitted = fit(table, replace(QUICK, model="random-forest"))
    file = tmp_path / "forest.skops"
    write_model(fitted, table.variables, file)
    again = skops.load(file, trusted=skops.get_untrusted_types(file=file))
    assert again["pipeline"].predict(table.values) == pytest.approx(fitted.scores(table), abs=1e-12)
    with pytest.raises(SignatureError, match="comparison"):
        read_signature(file)
    with pytest.raises(ValueError, match="no weighted sum"):
        signature_of(fitted, table, Settings(), ABOUT)


def test_a_model_for_another_outcome_is_refused():
    with pytest.raises(TableError, match="cox is for"):
        fit(cohort(BINARY), replace(QUICK, model="cox"))
    with pytest.raises(TableError, match="random-forest"):
        fit(cohort(SURVIVAL), replace(QUICK, model="random-forest"))
    with pytest.raises(TableError, match="no outcome"):
        fit(replace(cohort(BINARY), outcome=None), QUICK)
    with pytest.raises(TableError, match="too few"):
        run(cohort(BINARY, patients=8), QUICK, Plan(folds=3))
