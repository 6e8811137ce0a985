"""Training: planted signals are found, patients stay together, the same seeds give the same file."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.scoring.score import score
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import default_signature, format_signature
from radioimmuno.simulation.patient import simulate_patient
from radioimmuno.tables.cohort_table import CohortTable
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS
from radioimmuno.training import demonstration as training
from radioimmuno.training.demonstration import (
    CANDIDATES,
    Recipe,
    make_signature,
    simulate_cohort,
    table_of,
    train,
)
from radioimmuno.training.penalties import PenaltyGrid
from radioimmuno.training.trained_signature import score_table
from radioimmuno.training.trainer import Specification, fit

pytest.importorskip("sklearn", reason="training needs the extra [train]")

SEED = 77
SMALL = PenaltyGrid(l1_ratios=(0.5, 0.9), alphas=tuple(np.logspace(-3, 0, 10)), folds=4, most_terms=12)


def planted(rng: np.random.Generator, patients: int = 60, lesions: int = 5) -> CohortTable:
    """A cohort whose truth is 0.5 + 0.2 x one variable - 0.1 x another (standardized), and a little noise."""
    n = patients * lesions
    values = rng.normal(size=(n, len(CANDIDATES)))
    truth = 0.5 + 0.2 * values[:, 0] - 0.1 * values[:, 40] + rng.normal(0, 0.02, n)
    values = 100 + 7 * values
    values[:, -1] = 120  # all scanned alike
    return table_of(values, truth, np.repeat(np.arange(100, 100 + patients), lesions).tolist())


def test_a_planted_linear_signal_is_found():
    cohort = planted(np.random.default_rng(5))
    signature = train(cohort, Settings(), SMALL)
    weights = {term.variable: term.coefficient for term in signature.terms}
    assert weights[CANDIDATES[0]] == pytest.approx(0.2, abs=0.02)
    assert weights[CANDIDATES[40]] == pytest.approx(-0.1, abs=0.02)
    others = [abs(w) for name, w in weights.items() if name not in (CANDIDATES[0], CANDIDATES[40])]
    assert max(others, default=0) < 0.02
    assert np.corrcoef(score_table(signature, cohort), cohort.outcome.values)[0, 1] > 0.98


def test_a_term_knows_what_it_was_trained_on():
    cohort = planted(np.random.default_rng(6))
    signature = train(cohort, Settings(), SMALL)
    term = next(term for term in signature.terms if term.variable == CANDIDATES[0])
    column = cohort.values[:, 0]
    assert (term.mean, term.scale) == pytest.approx((column.mean(), column.std()))
    assert term.training_range == pytest.approx((column.min(), column.max()))


def test_cutoffs_and_bins_are_percentiles_of_the_training_scores():
    cohort = planted(np.random.default_rng(7))
    signature = train(cohort, Settings(), SMALL)
    scores = score_table(signature, cohort)
    cutoffs, spread = signature.cutoffs, signature.distribution
    assert np.mean(scores < cutoffs.low) == pytest.approx(0.25, abs=0.01)
    assert np.mean(scores < cutoffs.median) == pytest.approx(0.5, abs=0.01)
    assert np.mean(scores < cutoffs.high) == pytest.approx(0.75, abs=0.01)
    assert np.mean(scores < spread.p1) == pytest.approx(0.01, abs=0.005)
    assert np.mean(scores > spread.p99) == pytest.approx(0.01, abs=0.005)
    assert np.diff(spread.entropy_edges) == pytest.approx((spread.p99 - spread.p1) / 10)


def test_a_variable_that_never_varies_is_no_term():
    signature = train(planted(np.random.default_rng(8)), Settings(), SMALL)
    assert CANDIDATES[-1] not in signature.variables


def test_no_more_terms_than_asked_for():
    grid = PenaltyGrid(SMALL.l1_ratios, SMALL.alphas, SMALL.folds, most_terms=1)
    assert train(planted(np.random.default_rng(9)), Settings(), grid).variables == CANDIDATES[:1]


@pytest.mark.parametrize("kind", [CONTINUOUS, BINARY])
def test_where_every_weight_that_is_given_leaves_too_many_terms_none_is_left(kind):
    table = planted(np.random.default_rng(9))
    truth = table.outcome.values
    if kind == BINARY:
        truth = (truth > np.median(truth)).astype(float)
    table = replace(table, outcome=replace(table.outcome, kind=kind, values=truth))
    grid = PenaltyGrid((0.5,), (1e-4, 1e-3), SMALL.folds, most_terms=1)
    fitted = fit(table, Specification(grid=grid))
    assert np.count_nonzero(fitted.chosen()) <= 1


def test_knowing_the_patient_is_no_knowledge():
    """A patient's lesions share a truth and all variables: only a fold that splits patients learns it."""
    rng = np.random.default_rng(10)
    patients = np.repeat(np.arange(24), 8)
    values = rng.normal(size=(24, len(CANDIDATES)))[patients]
    cohort = table_of(values, rng.uniform(size=24)[patients], (patients + 10).tolist())
    with pytest.raises(ValueError, match="no variable"):
        train(cohort, Settings(), SMALL)


def test_trained_and_validated_patients_are_never_the_same():
    with pytest.raises(ValueError, match="trained and validated"):
        Recipe(training=range(10), held_out=range(9, 12))
    assert not set(Recipe().training) & set(Recipe().held_out)


def test_without_scikit_learn_the_command_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    file = tmp_path / "signature.json"
    assert training.main([str(file)]) == 1
    assert "scikit-learn" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.slow
def test_the_same_seeds_give_the_same_file():
    recipe = Recipe(training=range(1000, 1005), held_out=range(2000, 2002), grid=SMALL)
    calls = []
    first = make_signature(recipe, lambda done, total: calls.append((done, total)))
    assert format_signature(first) == format_signature(make_signature(recipe))
    assert calls == [(done, 7) for done in range(1, 8)]
    assert first.status == "demonstration"
    assert first.training["patients"] == 5
    assert first.training["held_out"]["patients"] == 2
    assert first.training["seeds"] == [1000, 1004]


def test_lesions_are_measured_in_training_as_they_are_scored_later():
    """Training renders only each lesion's surroundings; scoring sees the whole CT."""
    signature = default_signature()
    patient = simulate_patient(SEED)
    result = score(patient.image, patient.lesions, signature, patient.acquisition)
    expected = score_table(signature, simulate_cohort([SEED], signature.settings))
    assert [lesion.score for lesion in result.lesions] == pytest.approx(list(expected), rel=1e-9)
