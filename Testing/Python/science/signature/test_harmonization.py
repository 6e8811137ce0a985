"""A fitted ComBat corrects a lesion by its batch, alone, and goes through a signature's file unchanged."""

import json

import numpy as np
import pytest

from radioimmuno.findings import InputError
from radioimmuno.signature.harmonization import (
    BatchShift,
    Harmonization,
    harmonization_of,
    harmonization_record,
)


def state(reference=None):
    return Harmonization(
        variables=("ring.statistics.mean", "lesion.statistics.mean"),
        covariates=("clinical.age",),
        alpha=np.array([10.0, -5.0]),
        sigma=np.array([2.0, 4.0]),
        beta=np.array([[0.5, 0.0]]),
        batches={
            "a": BatchShift(np.array([1.0, 0.0]), np.array([4.0, 1.0]), 20),
            "b": BatchShift(np.array([-1.0, 0.5]), np.array([0.25, 1.0]), 12),
        },
        reference=reference,
    )


def corrected(values, batch, age, reference=None):
    return state(reference).harmonized(np.array([values]), np.array([batch]), np.array([[age]]))[0].tolist()


def test_a_lesion_by_hand():
    """Batch a: (18 - 10 - 0.5 x 4) / 2 = 3 SDs; less its shift 2, over its spread 2, is 1 SD: 12 + 2."""
    assert corrected([18.0, -1.0], "a", 4.0) == [14.0, -1.0]


def test_the_same_lesion_of_the_other_batch():
    """3 SDs and 1 SD; with gamma -1 and half the spread 8 SDs, with gamma 0.5 half a SD."""
    assert corrected([18.0, -1.0], "b", 4.0) == [28.0, -3.0]


def test_the_reference_stays():
    assert corrected([18.0, -1.0], "b", 4.0, "b") == [18.0, -1.0]
    assert corrected([18.0, -1.0], "a", 4.0, "b") == [14.0, -1.0]


def test_an_unknown_batch_is_refused_and_named():
    with pytest.raises(InputError, match="batch c was not in the training data; it knows a, b") as problem:
        corrected([18.0, -1.0], "c", 4.0)
    assert problem.value.code == "combat.unseen_batch"


@pytest.mark.parametrize("reference", [None, "a"])
def test_it_goes_through_a_file_unchanged(reference):
    record = harmonization_record(state(reference))
    again = harmonization_of(json.loads(json.dumps(record)))
    assert harmonization_record(again) == record
    values, batch, age = np.array([[0.1, 1 / 3]]), np.array(["b"]), np.array([[np.pi]])
    assert (again.harmonized(values, batch, age) == state(reference).harmonized(values, batch, age)).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alpha", [0.0]),
        ("alpha", None),
        ("sigma", [0.0, 1.0]),
        ("sigma", [float("inf"), 1.0]),
        ("batches", {"a": {"gamma": [0.0, 0.0], "delta": [-1.0, 1.0], "patients": 12}}),
        ("batches", {"a": {"gamma": [0.0, 0.0], "delta": [1.0, 1.0]}}),
        ("batches", []),
        ("reference", "z"),
        ("reference", []),
        ("reference", 1),
        ("alpha", [10**400, 0.0]),
        ("batches", {"a": {"gamma": [0.0, 0.0], "delta": [1.0, 1.0], "patients": float("inf")}}),
        ("beta", "none"),
    ],
)
def test_a_broken_state_is_refused(field, value):
    with pytest.raises(InputError) as problem:
        harmonization_of(harmonization_record(state()) | {field: value})
    assert problem.value.code == "combat.invalid"
