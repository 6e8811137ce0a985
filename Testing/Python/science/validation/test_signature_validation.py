"""A validation as a whole: scores as panel and shell give them, figures as defined, dishonest wishes refused.

Tests of: scored_cohort, preconditions, signature_validation, validation_record.
"""

import os

import numpy as np
import pytest
from validated_cohorts import CONTRAST, MEAN, SIGNATURE, changed, rows, score_of, written

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("lifelines", reason="survival needs the extra [train]")

from radioimmuno.findings import InputError
from radioimmuno.signature.harmonization import BatchShift, Harmonization
from radioimmuno.signature.signature import Term
from radioimmuno.signature.trained_patients import patients_record
from radioimmuno.tables.cohort_table import Columns, read_cohort_table
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL, Outcome
from radioimmuno.validation.calibration import calibration, probability_of
from radioimmuno.validation.delong import delong_auc
from radioimmuno.validation.figure_titles import FIGURE_TITLES
from radioimmuno.validation.preconditions import (
    check_cutoffs,
    check_landmark,
    check_outcome,
    check_patients,
    cutoffs_named,
)
from radioimmuno.validation.scored_cohort import lesion_scores, scored_cohort
from radioimmuno.validation.signature_validation import Plan, group_names, trained_kind, validate
from radioimmuno.validation.survival import harrell_c, log_rank_p
from radioimmuno.validation.validation_record import validation_record


def table_of(tmp_path, cells, target, **columns):
    path = written(cells, tmp_path / "table.csv")
    return read_cohort_table(path, Columns(target=target, **columns))


def scored(table, signature=SIGNATURE):
    return scored_cohort(signature, table, table)


def per_patient(cells, name):
    return np.array([next(c[name] for c in cells if c["patient"] == p) for p in patients_of(cells)], float)


def patients_of(cells):
    return sorted({cell["patient"] for cell in cells})


def mean_scores(cells):
    own = {}
    for cell in cells:
        own.setdefault(cell["patient"], []).append(score_of(cell[MEAN], cell[CONTRAST]))
    return np.array([np.mean(own[patient]) for patient in patients_of(cells)])


def test_scores_are_the_weighted_sum(tmp_path):
    cells = rows(12)
    scores, reasons = lesion_scores(SIGNATURE, table_of(tmp_path, cells, "response"))
    expected = [score_of(cell[MEAN], cell[CONTRAST]) for cell in cells]
    np.testing.assert_allclose(scores, expected, atol=1e-12)
    assert set(reasons) == {""}


def test_an_unknown_value_refuses_or_counts_as_the_mean(tmp_path):
    cells = rows(12)
    cells[0][MEAN], cells[1][CONTRAST] = "", ""
    scores, reasons = lesion_scores(SIGNATURE, table_of(tmp_path, cells, "response"))
    assert np.isnan(scores[0])
    assert reasons[0] == "a value is not known"
    assert scores[1] == pytest.approx(score_of(cells[1][MEAN], 10.0))


def test_a_lesion_far_outside_has_no_score_unless_the_signature_allows_it(tmp_path):
    cells = rows(12)
    cells[0][MEAN] = 900.0
    table = table_of(tmp_path, cells, "response")
    cohort = scored(table)
    assert cohort.unscored == {"it lies too far outside of the training": 1}
    assert len(cohort.scores) == len(cells) - 1
    assert np.isfinite(lesion_scores(changed(extrapolation_limit=None), table)[0]).all()


def test_a_missing_variable_is_refused(tmp_path):
    table = table_of(tmp_path, rows(12), "response")
    other = changed(terms=(*SIGNATURE.terms, Term("ring.glcm.contrast", 1.0, 0.0, 1.0)))
    with pytest.raises(InputError, match=r"lacks 1 of 3 variables: ring\.glcm\.contrast") as problem:
        lesion_scores(other, table)
    assert problem.value.code == "validation.variables"


def test_combat_of_the_signature_corrects_before_the_sum(tmp_path):
    """Scanner B reads the ring 10 HU (half a SD) too high; the state takes that out."""
    cells = rows(12)
    still = BatchShift(np.zeros(1), np.ones(1), 20)
    state = Harmonization(
        (MEAN,), (), np.array([50.0]), np.array([20.0]), np.empty((0, 1)),
        {"A": still, "B": BatchShift(np.array([0.5]), np.ones(1), 20)},
    )  # fmt: skip
    signature = changed(harmonization=state)
    scores, _ = lesion_scores(signature, table_of(tmp_path, cells, "response", batch="scanner"))
    expected = [score_of(cell[MEAN] - 10 * (cell["scanner"] == "B"), cell[CONTRAST]) for cell in cells]
    np.testing.assert_allclose(scores, expected, atol=1e-12)
    with pytest.raises(InputError, match="--batch"):
        lesion_scores(signature, table_of(tmp_path, cells, "response"))
    cells[0]["scanner"] = "C"
    with pytest.raises(InputError) as problem:
        lesion_scores(signature, table_of(tmp_path, cells, "response", batch="scanner"))
    assert problem.value.code == "combat.unseen_batch"


@pytest.mark.parametrize(("rule", "summary"), [("scores_min", min), ("scores_max", max)])
def test_the_rule_of_the_signature_makes_the_patients_value(tmp_path, rule, summary):
    cells = rows(12)
    cohort = scored(table_of(tmp_path, cells, "response"), changed(patient_rule=rule))
    for patient, value in zip(cohort.patients, cohort.values, strict=True):
        own = [score_of(c[MEAN], c[CONTRAST]) for c in cells if c["patient"] == patient]
        assert value == pytest.approx(summary(own))


def test_a_yes_or_no_is_validated_by_patient(tmp_path):
    cells = rows()
    done = validate(scored(table_of(tmp_path, cells, "response")), Plan(scale="log-odds", cutoffs=(0.2,)))
    truth, values = per_patient(cells, "response") == 1, mean_scores(cells)
    expected = delong_auc(values, truth)
    assert done.figures["auc"].value == pytest.approx(expected.value, abs=1e-12)
    assert done.figures["auc"].low == pytest.approx(expected.low, abs=1e-12)
    slope = calibration(probability_of(values), truth).slope
    assert done.figures["calibration_slope"].value == pytest.approx(slope.value, abs=1e-9)
    row = done.divided[0]
    assert row["sensitivity"].value == pytest.approx((values[truth] > 0.2).mean())
    assert row["specificity"].value == pytest.approx((values[~truth] <= 0.2).mean())
    assert row["positive_predictive_value"].value == pytest.approx(truth[values > 0.2].mean())
    assert row["negative_predictive_value"].value == pytest.approx(1 - truth[values <= 0.2].mean())
    assert done.decision is not None


def test_a_score_that_is_no_probability_has_no_calibration(tmp_path):
    done = validate(scored(table_of(tmp_path, rows(), "response")), Plan())
    assert done.calibration is None
    assert done.decision is None
    assert "brier" not in done.figures


def test_lesions_are_drawn_with_their_patient(tmp_path):
    """The interval of lesions is about as wide as that of patients, though there are three times as many."""
    done = validate(scored(table_of(tmp_path, rows(), "response")), Plan())
    lesions, patients = done.figures["auc_lesions"], done.figures["auc"]
    assert lesions.high - lesions.low > 0.7 * (patients.high - patients.low)


def test_survival_is_validated_in_the_direction_given_before(tmp_path):
    cells = rows()
    cohort = scored(table_of(tmp_path, cells, "os"))
    done = validate(cohort, Plan(cutoffs=(0.2,)))
    values, days = mean_scores(cells), per_patient(cells, "os_days")
    event = per_patient(cells, "os_event") == 1
    assert done.figures["c_index"].value == pytest.approx(harrell_c(-values, days, event), abs=1e-12)
    assert done.hazards["score"].ratio.value < 1
    curves = done.curves[0]
    assert list(curves.curves) == ["up to 0.2", "above 0.2"]
    assert curves.p == pytest.approx(log_rank_p(values > 0.2, days, event), abs=1e-12)
    assert sum(curve.patients for curve in curves.curves.values()) == 60
    turned = validate(cohort, Plan(higher="shorter"))
    assert turned.figures["c_index"].value == pytest.approx(1 - done.figures["c_index"].value, abs=1e-9)


def test_survival_from_a_landmark(tmp_path):
    cells = rows()
    done = validate(scored(table_of(tmp_path, cells, "os")), Plan(by="recist_group", landmark=90.0))
    days = per_patient(cells, "os_days")
    assert len(done.units.patients) == (days > 90).sum()
    np.testing.assert_allclose(done.units.outcome.values, days[days > 90] - 90)
    assert done.curves[0].by == "recist_group"
    assert any("day 90" in note for note in done.notes)


def test_a_number_is_validated_by_rank_and_explained_variance(tmp_path):
    stats = pytest.importorskip("scipy.stats")
    cells = rows()
    done = validate(scored(table_of(tmp_path, cells, "cd8")), Plan())
    truth, values = per_patient(cells, "cd8"), mean_scores(cells)
    assert done.figures["spearman"].value == pytest.approx(stats.spearmanr(truth, values)[0], abs=1e-12)
    explained = 1 - ((truth - values) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    assert done.figures["r2"].value == pytest.approx(explained, abs=1e-12)


def test_parts_of_the_cohort(tmp_path):
    cells = rows()
    done = validate(scored(table_of(tmp_path, cells, "response", batch="scanner")), Plan())
    parts = {(one.by, one.group): one for one in done.subgroups}
    truth, values = per_patient(cells, "response") == 1, mean_scores(cells)
    in_a = np.arange(60) % 2 == 0
    first = parts["batch", "A"]
    assert (first.patients, first.events) == (30, truth[in_a].sum())
    assert first.figure.value == pytest.approx(delong_auc(values[in_a], truth[in_a]).value)
    assert parts["lesions", "1 lesion"].patients == 12
    assert parts["lesions", "2 or 3 lesions"].patients == 24
    lung = [cell for cell in cells if cell["site"] == "lung"]
    assert parts["site", "lung"].lesions == len(lung)
    assert parts["site", "lung"].patients == len(patients_of(lung))


def test_a_part_with_few_patients_is_counted_and_not_judged(tmp_path):
    cells = rows()
    for cell in cells:
        cell["scanner"] = "C" if cell["patient"] < "P009" else "A"
    done = validate(scored(table_of(tmp_path, cells, "response", batch="scanner")), Plan())
    few = next(one for one in done.subgroups if one.group == "C")
    assert (few.patients, few.figure) == (9, None)


def test_a_signature_of_noise_is_not_praised(tmp_path):
    """Of 6 cohorts in which the score is worth nothing, at least 5 have an interval that holds 0.5."""
    found = []
    for seed in range(6):
        cells = rows(40, seed=seed, effect=0.0)
        found.append(validate(scored(table_of(tmp_path, cells, "response")), Plan()).figures["auc"])
    assert sum(one.low <= 0.5 <= one.high for one in found) >= 5


def test_the_record_is_plain_and_has_the_figures(tmp_path):
    import json

    done = validate(scored(table_of(tmp_path, rows(), "os", batch="scanner")), Plan(cutoffs=(-0.6, 0.2, 1.0)))
    record = validation_record(done, SIGNATURE)
    again = json.loads(json.dumps(record, allow_nan=False))
    expected = pytest.approx(done.figures["c_index"].value, abs=1e-9)
    assert again["out_of_fold"]["c_index"]["value"] == expected
    low = again["out_of_fold"]["c_index"]["interval"][0]
    assert low == pytest.approx(done.figures["c_index"].low, abs=1e-9)
    assert again["patients"] == 60
    assert again["lesions"] == 180
    assert again["events"] == int(done.units.event.sum())
    assert sum(group["patients"] for group in again["kaplan_meier"][0]["groups"].values()) == 60
    assert len(again["predictions"]) == 60


def code_of(function, *arguments):
    with pytest.raises(InputError) as problem:
        function(*arguments)
    return problem.value.code


def test_patients_of_the_training_are_refused():
    signature = changed(training=patients_record(["P001", "P002"], "salt"))
    check_patients(signature, np.array(["P003"]))
    assert code_of(check_patients, signature, np.array(["P003", "p002 "])) == "validation.same_patients"
    check_patients(SIGNATURE, np.array(["P001"]))


def outcome(name, kind=BINARY):
    return Outcome(name, kind, np.array([0.0, 1.0]), np.array([0.0, 1.0]) if kind == SURVIVAL else None)


def test_change_of_size_is_not_validated_against_response_by_size():
    signature = changed(terms=(*SIGNATURE.terms, Term("table.delta_lesion_volume", 1.0, 0.0, 1.0)))
    assert code_of(check_outcome, signature, outcome("recist_response")) == "validation.size"
    assert code_of(check_outcome, signature, outcome("benefit"), True) == "validation.size"
    check_outcome(signature, outcome("benefit"))
    check_outcome(signature, outcome("os", SURVIVAL))
    check_outcome(SIGNATURE, outcome("recist_response"))


def test_groups_of_follow_up_need_a_landmark():
    survival = outcome("os", SURVIVAL)
    assert (
        code_of(check_landmark, SIGNATURE.variables, survival, "recist_group", None) == "validation.landmark"
    )
    late = changed(terms=(Term("clinical.delta_score", 1.0, 0.0, 1.0),))
    assert code_of(check_landmark, late.variables, survival, "", None) == "validation.landmark"
    check_landmark(late.variables, survival, "recist_group", 90.0)
    check_landmark(SIGNATURE.variables, survival, "smoking", None, "baseline")
    assert code_of(check_landmark, (), survival, "", None, "week 8") == "validation.landmark"


def test_cutoffs_are_those_of_the_training():
    assert cutoffs_named(SIGNATURE, "median") == (0.2,)
    assert cutoffs_named(SIGNATURE, "quartiles") == (-0.6, 0.2, 1.0)
    assert cutoffs_named(changed(training={"youden_cutoff": 0.4}), "youden") == (0.4,)
    assert cutoffs_named(SIGNATURE, "0.5", "Korpics 2023") == (0.5,)


@pytest.mark.parametrize("name", ["youden", "optimal", "smallest-p", "0.5", "nan"])
def test_other_cutoffs_are_refused(name):
    assert code_of(cutoffs_named, SIGNATURE, name) == "validation.cutoff"


@pytest.mark.parametrize("kind", [BINARY, CONTINUOUS, SURVIVAL])
def test_a_number_that_is_the_median_of_the_data_is_refused(kind):
    values = np.arange(40.0)
    one = Outcome("x", kind, 1 + np.arange(40.0) % 2, (np.arange(40) % 3 > 0) * 1.0)
    assert code_of(check_cutoffs, (19.6,), values, one) == "validation.cutoff"


def test_the_best_cutoffs_of_the_data_are_refused():
    random = np.random.default_rng(3)
    values = random.normal(size=60)
    truth = Outcome("x", BINARY, (values > 0.7) * 1.0)
    assert code_of(check_cutoffs, (0.7,), values, truth) == "validation.cutoff"
    check_cutoffs((0.3,), values, truth)
    days = random.exponential(np.where(values > 0.7, 10.0, 1000.0))
    survival = Outcome("os", SURVIVAL, days, np.ones(60))
    assert code_of(check_cutoffs, (0.7,), values, survival) == "validation.cutoff"


def test_too_few_patients_or_one_class_are_refused(tmp_path):
    few = scored(table_of(tmp_path, rows(9), "response"))
    assert code_of(validate, few, Plan()) == "validation.outcome"


def few_events(tmp_path, events, **columns):
    cells = rows(30)
    for cell in cells:
        cell["os_event"] = int(cell["patient"] < f"P{events:03}")
    return scored(table_of(tmp_path, cells, "os", **columns))


def test_with_9_events_all_but_the_cox_model_is_given_with_a_caution(tmp_path):
    done = validate(few_events(tmp_path, 9), Plan(cutoffs=(0.0,)))
    assert done.units.event.sum() == 9
    assert (done.hazards, "hazard_ratio" in done.figures) == ({}, False)
    assert {"c_index", "c_index_uno"} <= done.figures.keys() <= FIGURE_TITLES.keys()
    assert np.isfinite(done.curves[0].p)
    assert done.caution.startswith("Only 9 events: 10 are the least for a Cox model")
    with_ten = validate(few_events(tmp_path, 10), Plan())
    assert (with_ten.caution, "hazard_ratio" in with_ten.figures) == ("", True)
    assert with_ten.figures.keys() - done.figures.keys() == {"hazard_ratio"}


def test_a_cox_model_with_covariates_and_too_few_events_is_refused(tmp_path):
    plan = Plan(covariates=("clinical.age",))
    few = few_events(tmp_path, 9, covariates=("age",))
    assert code_of(validate, few, plan) == "validation.few_events"


def test_what_trained_a_signature_is_read_of_its_file():
    assert trained_kind(SIGNATURE) == "binary"
    assert trained_kind(changed(training={"method": "elastic net of the log odds on ..."})) == "binary"
    assert trained_kind(changed(training={"method": "Cox's model with an elastic net on ..."})) == "survival"
    assert trained_kind(changed(training={})) == ""


def test_groups_are_named_by_their_ends():
    assert group_names((0.5,)) == ["up to 0.5", "above 0.5"]
    assert group_names((-1.0, 0.5)) == ["up to -1", "-1 to 0.5", "above 0.5"]
