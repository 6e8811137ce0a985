"""The patient's value by the signature's rule, from lesions that were scored."""

from dataclasses import replace

import numpy as np
import pytest
from signatures import signature, term
from test_given_values import HU, MEAN, harmonized
from test_given_values import study as study

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding, Severity
from radioimmuno.lesion import Site
from radioimmuno.scoring.given_values import with_given
from radioimmuno.scoring.patient_value import VOLUME, patient_value
from radioimmuno.scoring.records import patient_record, read_patient
from radioimmuno.scoring.results import LesionScore, PatientValue
from radioimmuno.scoring.score import score_study
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.patient_rules import FEATURES, ONE_LESION, PATIENT_RULES, POOLED, SCORES

FAR = Finding("domain.extrapolated", Severity.REFUSE, "Far outside.")


def row(name, value, volume=1.0, score=None, site=None, **more):
    features = {MEAN: value, VOLUME: volume} if value is not None else {}
    return LesionScore(name, name, volume, value if score is None else score, site, features=features, **more)


def of(rows, rule, **changes):
    used = signature(term(MEAN), intercept=0.0, patient_rule=rule, **changes)
    return patient_value(rows, used, Acquisition())


ROWS = [row("a", 1.0, 10.0), row("b", 4.0, 30.0), row("c", -2.0, 5.0), row("d", 0.5, 1.0)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    {
        "scores_mean": 0.875,
        "scores_median": 0.75,
        "scores_min": -2.0,
        "scores_max": 4.0,
        "scores_sd": np.std([1.0, 4.0, -2.0, 0.5]),
        "scores_entropy": 1.5,
        "largest": 4.0,
        "smallest": 0.5,
        "targets": (4.0 + 1.0) / 2,
        "features_mean": 0.875,
        "features_min": -2.0,
        "features_max": 4.0,
        "features_volume_weighted": (10 + 120 - 10 + 0.5) / 46,
        "features_volume_weighted_3": 120 / 45,
        "features_largest_and_number": 4.0,
    }.items(),
)
def test_each_rule_makes_the_value_that_it_names(rule, expected):
    edges = (-5.0, 0.75, 2.0, 5.0)  # two scores in the first bin, one in each other
    distribution = replace(signature().distribution, entropy_edges=edges)
    found = of(ROWS, rule, distribution=distribution)
    # at most two targets of a site, and none is known
    assert found == PatientValue(rule, pytest.approx(expected), found.cutoff, 4)


def test_every_rule_is_tried_above_or_with_the_weights_of_lesions():
    assert set(PATIENT_RULES) == {*ONE_LESION, *FEATURES, *SCORES, *POOLED}
    assert len(PATIENT_RULES) == 15 + 2


def test_targets_are_two_of_a_site_at_most():
    sites = (Site.LIVER, Site.LIVER, Site.LIVER, Site.LUNG)
    rows = [replace(one, site=site) for one, site in zip(ROWS, sites, strict=True)]
    assert of(rows, "targets").value == pytest.approx((4.0 + 1.0 + 0.5) / 3)


def test_without_a_rule_there_is_no_value(study):
    assert of(ROWS, "") is None
    patient = score_study(study, signature())
    assert patient.value is None
    assert "patient_value" not in patient_record(patient, signature())


def test_high_is_above_the_cut_off_that_training_left_for_patients():
    found = of(ROWS, "scores_min", patient_cutoffs=Cutoffs(None, -2.5, None))
    assert (found.cutoff, found.group) == (-2.5, "high")
    assert of(ROWS, "scores_min", patient_cutoffs=Cutoffs(None, -2.0, None)).group == "low"
    # A file of before has but the median of scores.
    assert (of(ROWS, "scores_min").cutoff, of(ROWS, "scores_min").group) == (0.0, "low")
    assert (of(ROWS, "scores_sd").cutoff, of(ROWS, "scores_sd").group) == (None, "")
    assert of(ROWS, "scores_min", cutoffs=None).group == ""


def test_a_rule_of_scores_passes_over_lesions_without_one():
    rows = [*ROWS[:2], LesionScore("x", "x", 1.0, None, findings=(FAR,), features={MEAN: -99.0})]
    assert of(rows, "scores_min") == PatientValue("scores_min", 1.0, 0.0, 2)
    nothing = of(rows[2:], "scores_min")
    assert (nothing.value, nothing.group) == (None, "")
    assert "no scored lesion" in nothing.why_missing
    assert "no bins" in of(ROWS, "scores_entropy", distribution=None).why_missing


def test_a_rule_of_features_takes_what_was_measured_and_says_what_is_not_known():
    rows = [*ROWS[:1], LesionScore("x", "x", 1.0, None, findings=(FAR,), features={MEAN: -3.0})]
    assert of(rows, "features_mean") == PatientValue("features_mean", -1.0, 0.0, 2)
    used = signature(term(MEAN), term("clinical.pdl1"), patient_rule="features_mean")
    found = patient_value(ROWS, used, Acquisition())
    assert found.value is None
    assert "needs pdl1" in found.why_missing
    assert "no measured lesion" in of([row("x", None, score=1.0)], "features_mean").why_missing


def test_a_row_of_the_lesions_is_harmonized_after_it_was_made(study):
    used = harmonized(patient_rule="features_max")
    patient = score_study(with_given(study, used, {}, "GE"), used)
    assert patient.value.value == pytest.approx(((80 - 50) / 20 - 0.5) / 0.5)
    again = read_patient(patient_record(patient, used))
    assert again.value == patient.value


def test_the_number_of_lesions_is_counted_and_volumes_are_measured_where_the_rule_needs_them(study):
    number = term("clinical.lesion_count", coefficient=10.0)
    used = signature(term(MEAN), number, intercept=0.0, patient_rule="features_largest_and_number")
    assert used.clinical == ()
    patient = score_study(study, used)
    assert [one.score for one in patient.lesions] == pytest.approx([HU["a"] + 20, HU["b"] + 20])
    volumes = [one.features[VOLUME] for one in patient.lesions]
    largest = max(zip(volumes, HU.values(), strict=True), key=lambda one: one[0])[1]
    assert patient.value.value == pytest.approx(largest + 20)
