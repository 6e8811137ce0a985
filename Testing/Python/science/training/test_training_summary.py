"""What a signature's file and the record of its training state. Tests of: summary, out_of_fold_curves."""

from dataclasses import replace

import numpy as np
import pytest
from training_tables import cohort

pytest.importorskip("sklearn", reason="training needs the extra [train]")

from radioimmuno import __version__
from radioimmuno.signature.variables import KVP
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from radioimmuno.training.nested import Plan
from radioimmuno.training.out_of_fold import OutOfFold
from radioimmuno.training.out_of_fold_curves import curves_record
from radioimmuno.training.penalties import PenaltyGrid
from radioimmuno.training.summary import training_summary
from radioimmuno.training.trainer import Specification
from radioimmuno.training.training_run import run, training_record

GRID = PenaltyGrid((0.5,), (0.1, 0.03), 3, 5)


def trained(table, permutations=0):
    return run(table, Specification(grid=GRID), Plan(folds=3, repeats=1), permutations)


def test_the_summary_counts_patients_of_batches_and_lesions_of_voltages_and_sites():
    table = cohort(BINARY, patients=30, lesions=2)
    voltages = np.tile([100.0, 120.0, 120.0, np.nan], 15)
    table = replace(
        table,
        variables=(*table.variables, KVP),
        values=np.column_stack([table.values, voltages]),
        batch=np.repeat(["A", "B", "B"], 20),
        texts={"site": np.tile(["lung", ""], 30)},
    )
    done = trained(table, permutations=3)
    found = training_summary(done)
    assert found["batches"] == {"A": 10, "B": 20}
    assert found["kvp"] == {"100": 15, "120": 30}
    assert found["sites"] == {"lung": 30}
    assert found["software"] == f"RadioImmunoScore {__version__}"
    record = training_record(done)
    for name in ("outcome", "of", "model", "events", "out_of_fold", "cross_validation", "permutation"):
        assert found[name] == record[name]


def test_what_the_table_does_not_have_is_not_stated():
    found = training_summary(trained(cohort(CONTINUOUS, patients=30, lesions=2)))
    assert not {"batches", "kvp", "sites", "events", "permutation"} & set(found)


def predictions(kind, truth, scores, events=None):
    names = np.array([f"p{n}" for n in range(len(truth))])
    both = np.array([scores], float)
    return OutOfFold(names, kind, np.array(truth, float), events, both, both)


def test_curves_of_a_yes_or_no_are_those_of_a_hand_count():
    found = curves_record(predictions(BINARY, [1, 0, 1, 0], [3, 2, 2, -1]))
    assert found["roc"] == {"false_positive": [0, 0, 0.5, 1], "true_positive": [0, 0.5, 1, 1]}
    assert sum(found["calibration"]["sizes"]) == 4


def test_curves_of_survival_are_those_of_the_halves():
    pytest.importorskip("lifelines", reason="survival needs the extra [train]")
    truth, events = [10, 20, 30, 40], np.array([1.0, 1, 0, 1])
    (found,) = curves_record(predictions(SURVIVAL, truth, [4, 3, 2, 1], events))["kaplan_meier"]
    assert (found["log_rank_p"], found["unit"]) == (None, "time")
    higher = found["groups"]["higher scores (2)"]
    assert (higher["patients"], higher["events"]) == (2, 2)
    assert dict(zip(higher["days"], higher["survival"], strict=True)) == {0: 1, 10: 0.5, 20: 0}


def test_a_number_has_no_such_curves():
    assert curves_record(predictions(CONTINUOUS, [1, 2], [1, 2])) == {}
