"""Signatures that weigh changes: no score of one study by itself, and by given changes the sum by hand."""

from __future__ import annotations

import numpy as np
import pytest
from signatures import signature, term

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction.lesion_features import LesionFeatures
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.patient_value import patient_value
from radioimmuno.scoring.score import keys_of, score_again, score_lesion
from radioimmuno.scoring.weighing import NO_EARLIER_STUDY
from radioimmuno.signature.patient_rules import FEATURES
from radioimmuno.signature.variables import Source

MEAN, VOLUME = "lesion.statistics.mean", "lesion.morphology.volume"
RELATIVE, ABSOLUTE = f"delta.{VOLUME}", f"delta_abs.{MEAN}"
VALUES = {MEAN: 40.0, VOLUME: 2000.0}
CHANGES = {RELATIVE: -0.25, ABSOLUTE: 12.0}


@pytest.fixture(scope="module")
def lesion() -> Lesion:
    lattice = Lattice((2, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    return Lesion("1", "one", Image(np.ones(lattice.shape, bool), lattice))


def weighing(**more):
    """0.5 + mean / 100 - 2 x relative change of the volume + change of the mean / 10."""
    return signature(
        term(MEAN, 1.0, 0.0, 100.0),
        term(RELATIVE, -2.0, training_range=(-1.0, 1.0), **more),
        term(ABSOLUTE, 1.0, 0.0, 10.0, **more),
    )


def scored(lesion, changes, used=None):
    features = LesionFeatures("1", "one", 2.0, VALUES)
    return score_lesion(lesion, features, used or weighing(), Acquisition(), changes)


def test_the_features_whose_change_is_weighed_are_measured():
    assert keys_of(weighing()) == {"ring": (), "lesion": ("statistics.mean", "morphology.volume")}
    assert weighing().variables_from(Source.CHANGE) == (RELATIVE, ABSOLUTE)


@pytest.mark.parametrize("when_undefined", ["refuse", "mean"])
def test_one_study_by_itself_has_no_score_and_is_told_what_to_do(lesion, when_undefined):
    row = scored(lesion, None, weighing(when_undefined=when_undefined))
    assert row.score is None
    (finding,) = row.findings
    assert (finding.code, finding.refuses) == (NO_EARLIER_STUDY, True)
    assert "(relative change of lesion, shape: volume and 1 more)" in finding.text
    assert "`radioimmuno follow-up`" in finding.text
    assert row.features == VALUES


def test_the_score_is_the_sum_by_hand_at_once_and_later(lesion):
    at_once = scored(lesion, CHANGES)
    assert at_once.score == pytest.approx(0.5 + 0.4 + 0.5 + 1.2)
    assert at_once.features == VALUES | CHANGES
    later = score_again(scored(lesion, None), lesion, weighing(), Acquisition(), CHANGES)
    assert later == at_once


def test_a_change_that_is_not_defined_is_not_taken_for_none(lesion):
    undefined = {**CHANGES, RELATIVE: None}
    refused = scored(lesion, undefined)
    assert [finding.code for finding in refused.findings] == ["feature.undefined"]
    assert scored(lesion, undefined, weighing(when_undefined="mean")).score == pytest.approx(0.5 + 0.4 + 1.2)


@pytest.mark.parametrize(("value", "code"), [(1.5, "domain.feature_range"), (40.0, "domain.extrapolated")])
def test_changes_that_nobody_trained_on_are_warned_of_or_refused(lesion, value, code):
    row = scored(lesion, {**CHANGES, RELATIVE: value})
    assert [finding.code for finding in row.findings] == [code]
    assert (row.score is None) == (code == "domain.extrapolated")


def test_a_clinical_value_called_delta_is_no_change(lesion):
    used = signature(term("clinical.delta"), term("clinical.delta.lesion.statistics.mean"))
    assert used.changing == ()
    assert used.clinical == ("delta", "delta.lesion.statistics.mean")


@pytest.mark.parametrize("rule", FEATURES)
@pytest.mark.parametrize("when_undefined", ["refuse", "mean"])
def test_a_row_of_lesions_without_an_earlier_study_has_no_value(lesion, rule, when_undefined):
    used = signature(term(MEAN), term(RELATIVE, when_undefined=when_undefined), patient_rule=rule)
    alone = patient_value([scored(lesion, None, used)], used, Acquisition())
    assert alone.value is None
    assert "changes since an earlier study" in alone.why_missing
    followed = patient_value([scored(lesion, {RELATIVE: -0.25}, used)], used, Acquisition())
    assert followed.value == pytest.approx(0.5 + 40.0 - 0.25)
