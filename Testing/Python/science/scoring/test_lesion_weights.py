"""How much each lesion counts in the patient's value, by rule F; a lesion without a score counts nothing."""

import math
from dataclasses import replace

import pytest
from signatures import signature, term
from test_given_values import HU, MEAN
from test_given_values import study as study

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding, Severity
from radioimmuno.scoring.patient_value import with_weights
from radioimmuno.scoring.records import lesion_record, patient_record, read_patient
from radioimmuno.scoring.results import Contribution, LesionScore, PatientValue
from radioimmuno.scoring.score import patient_score, score_rows, score_study
from radioimmuno.signature.pooling import Pooling

KVP = "acquisition.kvp"
SOFT = {"patient_rule": "mil_soft_min", "pooling": Pooling(sharpness=0.5)}
ATTENTION = {
    "patient_rule": "mil_attention",
    "pooling": Pooling(heads=(1.5,), directions=((0.5, -2.0),)),
}
FAR = Finding("domain.extrapolated", Severity.REFUSE, "Far outside.")


def used(rule, **changes):
    """Two terms: a score is 0.25 + 2 x (mean - 10) / 4 + (kVp - 120) / 20."""
    terms = term(MEAN, 2.0, 10.0, 4.0), term(KVP, 1.0, 120.0, 20.0)
    return signature(*terms, **{"intercept": 0.25, "extrapolation_limit": None, **rule, **changes})


def row(name, mean, kvp=120.0):
    """A lesion that was scored by `used`."""
    parts = 2.0 * (mean - 10.0) / 4.0, (kvp - 120.0) / 20.0
    contributions = Contribution(MEAN, mean, parts[0], True), Contribution(KVP, kvp, parts[1], True)
    return LesionScore(name, name, 1.0, 0.25 + sum(parts), contributions=contributions)


REFUSED = LesionScore("x", "x", 1.0, None, findings=(FAR,))
ROWS = [row("a", 12.0), REFUSED, row("b", 18.0, 140.0), row("c", 6.0)]


def patient(rows, rule, **changes):
    return patient_score(rows, used(rule, **changes), Acquisition(), {})


def test_a_soft_minimum_weighs_the_scored_lesions():
    assert [one.score for one in ROWS] == [1.25, None, 5.25, -1.75]
    found = patient(ROWS, SOFT)
    raised = [math.exp(-0.5 * score) for score in (1.25, 5.25, -1.75)]
    total = sum(raised)
    assert [one.weight for one in found.lesions] == [
        pytest.approx(raised[0] / total),
        None,
        pytest.approx(raised[1] / total),
        pytest.approx(raised[2] / total),
    ]
    assert found.value == PatientValue("mil_soft_min", pytest.approx(-math.log(total / 3) / 0.5), 0.0, 3)


def test_attention_weighs_by_the_standardized_terms():
    found = patient(ROWS, ATTENTION)
    pairs = [(0.5, 0.0), (2.0, 1.0), (-1.0, 0.0)]
    raised = [math.exp(1.5 * math.tanh(0.5 * z - 2.0 * other)) for z, other in pairs]
    weights = [one / sum(raised) for one in raised]
    assert [one.weight for one in found.scored] == pytest.approx(weights)
    expected = sum(w * s for w, s in zip(weights, (1.25, 5.25, -1.75), strict=True))
    assert found.value.value == pytest.approx(expected)
    assert sum(weights) == pytest.approx(1.0)


@pytest.mark.parametrize("rule", [SOFT, ATTENTION], ids=["soft minimum", "attention"])
def test_the_intercept_of_a_lesion_is_that_of_the_patient(rule):
    moved = [one if one.score is None else replace(one, score=one.score + 3.5) for one in ROWS]
    before, after = patient(ROWS, rule), patient(moved, rule, intercept=3.75)
    assert after.value.value == pytest.approx(before.value.value + 3.5, abs=1e-12)
    assert [one.weight for one in after.scored] == pytest.approx([one.weight for one in before.scored])


def test_all_weights_are_others_when_one_lesion_is_scored_again():
    before = patient(ROWS, SOFT)
    after = patient([*before.lesions[:3], row("c", -6.0)], SOFT)
    assert sum(one.weight for one in after.scored) == pytest.approx(1.0)
    assert after.lesions[0].weight < before.lesions[0].weight
    assert after.lesions[3].weight > before.lesions[3].weight
    refused = patient([*before.lesions[:3], replace(before.lesions[3], score=None)], SOFT)
    assert refused.lesions[3].weight is None
    assert sum(one.weight for one in refused.scored) == pytest.approx(1.0)
    assert patient([REFUSED], SOFT).value.why_missing.startswith("not defined (no scored lesion)")


def test_another_rule_weighs_no_lesion_and_takes_older_weights_away():
    plain = signature(term(MEAN), patient_rule="scores_min")
    assert with_weights(ROWS, plain) == tuple(ROWS)
    assert all(one is other for one, other in zip(with_weights(ROWS, plain), ROWS, strict=True))
    assert [one.weight for one in with_weights(patient(ROWS, SOFT).lesions, plain)] == [None] * 4


def test_lesions_that_another_signature_scored_are_not_weighed_by_attention():
    other = replace(ROWS[0], contributions=(Contribution("ring.statistics.mean", 1.0, 1.0, True),))
    found = patient([other, *ROWS[1:]], ATTENTION)
    assert (found.value.value, found.value.group) == (None, "")
    assert "scored by another signature" in found.value.why_missing
    assert [one.weight for one in found.lesions] == [None] * 4


def test_a_study_is_scored_with_weights_and_read_again_with_them(study):
    pooling = Pooling(sharpness=0.01)
    rule = signature(term(MEAN, 2.0, 10.0, 4.0), intercept=0.25, patient_rule="mil_soft_min", pooling=pooling)
    rule = replace(rule, extrapolation_limit=None)
    found = score_study(study, rule)
    assert all(one.weight is None for one in score_rows(study, rule))
    scores = [0.25 + 2.0 * (hu - 10.0) / 4.0 for hu in HU.values()]
    raised = [math.exp(-0.01 * score) for score in scores]
    assert [one.weight for one in found.lesions] == pytest.approx([one / sum(raised) for one in raised])
    record = patient_record(found, rule)
    assert [one["weight"] for one in record["lesions"]] == [one.weight for one in found.lesions]
    assert record["patient_value"]["title"].startswith("F: soft minimum")
    again = read_patient(record)
    assert again.value == found.value
    assert [one.weight for one in again.lesions] == [one.weight for one in found.lesions]
    old = lesion_record(ROWS[0])
    del old["weight"]
    assert read_patient({**record, "lesions": [old]}).lesions[0].weight is None
