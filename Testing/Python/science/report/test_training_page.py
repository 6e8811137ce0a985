"""The pages of a training and of a comparison: every figure of the record is on them, nothing loads.

Tests of: training_page, aggregation_page, estimates, curves.
"""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

sys.path.append(str(Path(__file__).resolve().parents[1] / "training"))
from training_tables import cohort

from radioimmuno.report.aggregation_page import aggregation_page
from radioimmuno.report.estimates import figure_words
from radioimmuno.report.training_page import training_page
from radioimmuno.settings import Settings
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from radioimmuno.training.comparison import compare
from radioimmuno.training.nested import Plan
from radioimmuno.training.penalties import PenaltyGrid
from radioimmuno.training.trained_signature import Description, signature_of
from radioimmuno.training.trainer import Specification
from radioimmuno.training.training_run import run
from radioimmuno.validation.discrimination import Estimate

QUICK = Specification(grid=PenaltyGrid(l1_ratios=(0.9,), folds=3))
ONCE = Plan(folds=3, repeats=1)
TITLES = {
    CONTINUOUS: "Observed against predicted",
    BINARY: "ROC curve of the out-of-fold predictions",
    SURVIVAL: "Kaplan-Meier curves",
}


@pytest.mark.parametrize("kind", [CONTINUOUS, BINARY, SURVIVAL])
def test_the_page_of_a_training_shows_figures_curves_and_terms(kind):
    table = cohort(kind, patients=40)
    done = run(table, QUICK, ONCE)
    about = Description("mine", "1", "research", "an outcome", "more")
    signature = signature_of(done.fitted, table, Settings(), about)
    page = training_page(done, "mine <b>", signature)
    assert "mine &lt;b&gt;" in page
    assert TITLES[kind] in page
    assert "lesion.statistics.mean" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "nan" not in page
    assert ("cut-off was chosen inside the folds" in page) == (kind == BINARY)
    assert "repetitions" not in page
    assert ("divided at its median" in page) == (kind == SURVIVAL)
    for one in (*done.figures.values(), *done.at_cutoff.values()):
        assert f"{one.value:.2f}".replace("-", "\N{MINUS SIGN}") in page


@pytest.mark.parametrize("rule", ["mil_soft_min", "mil_attention"])
def test_the_page_of_multiple_instance_learning_shows_the_weights_held_out(rule):
    table = cohort(BINARY, patients=30)
    done = run(table, Specification(rule=rule), ONCE)
    about = Description("mine", "1", "research", "an outcome", "more")
    page = training_page(done, "mine", signature_of(done.fitted, table, Settings(), about))
    assert "below about 150 patients: with 30 it is discouraged" in page
    assert "Weights of the lesions of patients with several" in page
    assert ("Sharpness of the soft minimum" in page) == (rule == "mil_soft_min")
    largest = np.median(done.lesion_weights.reshape(30, 3).max(axis=1))
    assert (
        f"of the 30 patients with several lesions the lesion that counts most has a weight of {largest:.2f}"
        in page
    )
    assert "chooses no variables" in page
    assert "Coefficients along the penalty" not in page
    assert "nan" not in page


def test_where_no_patient_has_several_lesions_no_weights_are_drawn():
    table = cohort(BINARY, patients=30, lesions=1)
    page = training_page(run(table, Specification(rule="mil_soft_min"), ONCE), "mine", None)
    assert "none is weighed against another" in page
    assert "Weights of the lesions of patients with several" not in page


def test_chance_is_called_chance():
    done = run(cohort(BINARY, patients=40, weight=0, seed=8), QUICK, ONCE)
    low, high = done.figures["auc"].low, done.figures["auc"].high
    assert low <= 0.5 <= high
    assert "what chance gives: nothing was shown" in training_page(done, "mine", None)


def test_the_page_of_a_comparison_has_its_verdict_and_every_method():
    table = cohort(BINARY, patients=30)
    compared = compare(table, QUICK, ONCE)
    page = aggregation_page(compared, table)
    assert compared.verdict in page
    for method in compared.figures:
        assert method in page


def test_a_figure_that_is_not_defined_has_no_made_up_end():
    assert figure_words(Estimate(0.6, float("nan"), float("nan"))) == "0.60 (95 % ? to ?)"
    assert figure_words(Estimate(0.625, 0.5, np.float64(0.75))) == "0.62 (95 % 0.50 to 0.75)"
