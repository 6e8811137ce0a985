"""Training on a later study of patients: what told the outcome is kept apart, and changes are weighed."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from test_leaks import QUICK, same_whatever_is_held_out
from training_tables import cohort

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction.lesion_features import LesionFeatures
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.score import score_lesion
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import format_signature, parse_signature
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from radioimmuno.training.later_study import of_later_study
from radioimmuno.training.trained_signature import Description, score_table, signature_of
from radioimmuno.training.trainer import fit

CHANGES = (
    "delta.lesion.statistics.mean",
    "delta.ring.statistics.mean",
    "delta_abs.lesion.glcm.contrast",
    "delta_abs.lesion.statistics.mean",
    "delta.lesion.morphology.volume",
    "ring.glcm.contrast",
)


def later(kind, study="1", name="outcome", **options):
    """A cohort whose variables are changes."""
    table = cohort(kind, **options)
    return replace(table, variables=CHANGES, study=study, outcome=replace(table.outcome, name=name))


def test_baselines_and_tables_of_one_study_stay_as_they_are():
    for study in ("", "baseline"):
        table = later(SURVIVAL, study)
        assert of_later_study(table, None) is table


def test_survival_of_a_later_study_is_counted_from_a_landmark():
    table = later(SURVIVAL)
    with pytest.raises(InputError) as refused:
        of_later_study(table, None)
    assert refused.value.code == "validation.landmark"
    found = of_later_study(table, 60.0)
    days = table.outcome.values
    assert 0 < len(found) < len(table)
    assert found.outcome.values.tolist() == (days[days > 60] - 60).tolist()
    assert found.outcome.events.tolist() == table.outcome.events[days > 60].tolist()
    assert found.patients.tolist() == table.patients[days > 60].tolist()
    assert "counted from day 60" in found.notes[-1]


def test_changes_of_size_do_not_tell_response_by_size_unless_they_are_asked_for():
    table = later(BINARY, name="response")
    found = of_later_study(table, None)
    assert found.variables == tuple(name for name in CHANGES if "volume" not in name)
    assert found.values.shape == (len(table), 5)
    assert "1 candidates are changes of size, as delta.lesion.morphology.volume" in found.notes[-1]
    assert of_later_study(table, None, are_asked=True) is table
    assert of_later_study(later(BINARY, name="cd8_high"), None).variables == CHANGES


@pytest.mark.parametrize("kind", [BINARY, SURVIVAL])
def test_absurd_changes_of_those_held_out_change_no_bit(kind):
    same_whatever_is_held_out(later(kind, patients=30), lambda part: fit(part, QUICK))


@pytest.fixture(scope="module")
def trained():
    """A table of changes, some not defined, and the signature of it as its file holds it."""
    table = later(CONTINUOUS, patients=60)
    table.values[::17, 1] = np.nan
    made = signature_of(fit(table, QUICK), table, Settings(), Description("d", "1", "research", "x", "y"))
    return table, parse_signature(format_signature(made))


def test_the_signature_weighs_changes_and_scores_lesions_as_the_table(trained):
    table, signature = trained
    assert "lesion.statistics.mean" in signature.changing
    expected = score_table(signature, table)
    lattice = Lattice((1, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    lesion = Lesion("1", "1", Image(np.ones((1, 1, 1), bool), lattice))
    for n in range(0, len(table), 9):
        known = {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(CHANGES, table.values[n], strict=True)
        }
        features = LesionFeatures("1", "1", 1.0, {CHANGES[-1]: known.pop(CHANGES[-1])})
        row = score_lesion(lesion, features, signature, Acquisition(), known)
        assert row.score == pytest.approx(expected[n])
        assert score_lesion(lesion, features, signature, Acquisition()).score is None


def test_its_training_ranges_refuse_changes_that_nobody_had(trained):
    table, signature = trained
    term = next(one for one in signature.terms if one.variable == CHANGES[0])
    assert term.training_range == pytest.approx((table.values[:, 0].min(), table.values[:, 0].max()))
    lattice = Lattice((1, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    lesion = Lesion("1", "1", Image(np.ones((1, 1, 1), bool), lattice))
    values = dict(zip(CHANGES, map(float, np.nanmean(table.values, axis=0)), strict=True))
    features = LesionFeatures("1", "1", 1.0, {CHANGES[-1]: values.pop(CHANGES[-1])})
    assert score_lesion(lesion, features, signature, Acquisition(), values).score is not None
    far = score_lesion(lesion, features, signature, Acquisition(), {**values, CHANGES[0]: 1e5})
    assert [finding.code for finding in far.findings] == ["domain.extrapolated"]
