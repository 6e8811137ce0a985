"""Rule F: scores that are pooled by hand, and what a signature's file says of it."""

import dataclasses
import json
import math

import numpy as np
import pytest
from signature_cases import DELETE, DOCUMENT

from radioimmuno.findings import SignatureError
from radioimmuno.signature.patient_rules import POOLED
from radioimmuno.signature.pooling import Bags, Pooling, bags_of, pool
from radioimmuno.signature.signature import parse_signature, read_signature, write_signature

OF_RULE = {
    "mil_soft_min": {"sharpness": 2.5},
    "mil_attention": {"heads": [0.5, -1.25], "directions": [[0.1, 0.2, -0.3], [0.0, 1e-12, 1.5]]},
}
# Two patients, of two lesions and of one, by two standardized variables.
VALUES = np.array([[0.3, -1.0], [1.2, 0.4], [-0.7, 0.1]])
SCORES = np.array([1.0, 3.0, -2.0])
BAGS = Bags(VALUES, np.array([0, 2]))
ATTENTION = Pooling(heads=(0.5, -2.0), directions=((1.0, 0.5), (-0.25, 2.0)))


def document(rule, **changes):
    """The example's file with a rule of F."""
    pooling = {**OF_RULE[rule], **changes}
    kept = {name: value for name, value in pooling.items() if value is not DELETE}
    return DOCUMENT | {"patient_rule": rule, "pooling": kept}


def read(record):
    return parse_signature(json.dumps(record).encode())


def test_a_soft_minimum_is_the_one_reckoned_by_hand():
    found = pool(BAGS, SCORES, Pooling(sharpness=0.5))
    one, other = math.exp(-0.5), math.exp(-1.5)
    assert found.values == pytest.approx([-math.log((one + other) / 2) / 0.5, -2.0], abs=1e-15)
    assert found.weights == pytest.approx([one / (one + other), other / (one + other), 1.0], abs=1e-15)


def test_attention_is_the_one_reckoned_by_hand():
    raised = [
        math.exp(0.5 * math.tanh(z[0] + 0.5 * z[1]) - 2.0 * math.tanh(-0.25 * z[0] + 2.0 * z[1]))
        for z in VALUES[:2].tolist()
    ]
    share = raised[0] / sum(raised)
    found = pool(BAGS, SCORES, ATTENTION)
    assert found.weights == pytest.approx([share, 1 - share, 1.0], abs=1e-15)
    assert found.values == pytest.approx([share * 1.0 + (1 - share) * 3.0, -2.0], abs=1e-15)
    assert 0.6 < share < 0.99


def test_a_sharp_minimum_is_the_minimum_and_a_blunt_one_the_mean():
    assert pool(BAGS, SCORES, Pooling(sharpness=1e100)).values.tolist() == [1.0, -2.0]
    blunt = pool(BAGS, SCORES, Pooling(sharpness=1e-6))
    assert blunt.values == pytest.approx([2.0, -2.0], abs=1e-5)
    assert blunt.weights == pytest.approx([0.5, 0.5, 1.0], abs=1e-5)


@pytest.mark.parametrize("pooling", [Pooling(sharpness=2.0), ATTENTION], ids=["soft minimum", "attention"])
def test_a_shift_of_the_scores_is_a_shift_of_the_patient(pooling):
    before, after = pool(BAGS, SCORES, pooling), pool(BAGS, SCORES + 7.25, pooling)
    assert after.values == pytest.approx(before.values + 7.25, abs=1e-12)
    assert after.weights == pytest.approx(before.weights, abs=1e-12)


@pytest.mark.parametrize("pooling", [Pooling(sharpness=2.0), ATTENTION], ids=["soft minimum", "attention"])
def test_a_weight_is_by_how_much_a_score_moves_the_patient(pooling):
    found, step = pool(BAGS, SCORES, pooling), 1e-6
    for n, patient in enumerate((0, 0, 1)):
        moved = pool(BAGS, SCORES + step * (np.arange(3) == n), pooling).values
        assert (moved - found.values)[patient] / step == pytest.approx(found.weights[n], abs=1e-5)


def test_values_without_bounds_leave_finite_weights():
    values = np.array([[-1e300, -1e300], [1.0, 1e300]])
    pooling = Pooling(heads=(1e100,), directions=((1e100, 1e100),))
    found = pool(Bags(values, np.array([0])), np.array([1e100, -1e100]), pooling)
    assert found.weights == pytest.approx([0.0, 1.0])
    assert np.isfinite(found.values).all()


def test_rows_of_a_table_are_brought_together_by_patient():
    bags, order = bags_of(np.arange(4.0)[:, None], np.array(["b", "a", "b", "a"]))
    assert (bags.values.ravel().tolist(), bags.starts.tolist()) == ([1.0, 3.0, 0.0, 2.0], [0, 2])
    assert (order.tolist(), bags.sizes.tolist()) == ([1, 3, 0, 2], [2, 2])


@pytest.mark.parametrize("rule", POOLED)
def test_a_file_comes_back_with_all_digits(tmp_path, rule):
    signature = read(document(rule))
    assert signature.patient_rule == rule
    again = write_signature(signature, tmp_path / "one.json")
    assert dataclasses.replace(again, sha256=signature.sha256) == signature
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))["pooling"] == OF_RULE[rule]
    write_signature(read_signature(tmp_path / "one.json"), tmp_path / "other.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()


def test_a_file_of_before_has_none_and_is_written_without():
    signature = read(DOCUMENT)
    assert signature.pooling is None
    with pytest.raises(SignatureError, match="pooling is missing; patient_rule is mil_soft_min"):
        read(DOCUMENT | {"patient_rule": "mil_soft_min"})


@pytest.mark.parametrize(
    ("rule", "change", "words"),
    [
        ("mil_soft_min", {"sharpness": 0}, "pooling.sharpness must be above 0"),
        ("mil_soft_min", {"sharpness": -1.5}, "pooling.sharpness must be above 0"),
        ("mil_soft_min", {"sharpness": 1e101}, "pooling.sharpness must be above 0 and not above 1e"),
        ("mil_soft_min", {"sharpness": "2"}, "pooling.sharpness must be a number"),
        ("mil_soft_min", {"sharpness": math.inf}, "pooling.sharpness is not a finite number"),
        ("mil_soft_min", {"sharpness": DELETE}, "pooling.sharpness is missing"),
        ("mil_soft_min", {"heads": [1]}, "pooling.heads is not known"),
        ("mil_attention", {"sharpness": 2}, "pooling.sharpness is not known"),
        ("mil_attention", {"heads": DELETE}, "pooling.heads is missing"),
        ("mil_attention", {"directions": DELETE}, "pooling.directions is missing"),
        ("mil_attention", {"heads": [], "directions": []}, "pooling.heads must hold at least one"),
        ("mil_attention", {"heads": 1.0}, "pooling.heads must be a list"),
        ("mil_attention", {"heads": [1.0, None]}, r"pooling.heads\[1\] must be a number"),
        ("mil_attention", {"heads": [1.0, 1e101]}, "pooling.heads must not hold a number beyond 1e"),
        ("mil_attention", {"heads": [1.0]}, "pooling.directions must hold a list for each of the 1 heads"),
        ("mil_attention", {"directions": [[0, 1, 2], 3]}, r"pooling.directions\[1\] must be a list"),
        (
            "mil_attention",
            {"directions": [[0, 1, 2], [0, 1]]},
            r"directions\[1\] must hold a number for each",
        ),
        ("mil_attention", {"directions": [[0, 1, 2], [0, 1, "2"]]}, r"directions\[1\]\[2\] must be a number"),
        (
            "mil_attention",
            {"directions": [[0, 1, 2], [0, 1, -1e101]]},
            "directions must not hold a number bey",
        ),
    ],
)
def test_a_broken_field_is_refused_by_name(rule, change, words):
    with pytest.raises(SignatureError, match=words):
        read(document(rule, **change))


@pytest.mark.parametrize("rule", ["scores_min", "features_mean", None])
def test_another_rule_pools_nothing(rule):
    record = document("mil_soft_min") | {"patient_rule": rule}
    if rule is None:
        del record["patient_rule"]
    with pytest.raises(SignatureError, match="pooling belongs to a patient_rule of mil_soft_min, mil_att"):
        read(record)


@pytest.mark.parametrize("pooling", [None, [], 3])
def test_what_is_no_object_is_refused(pooling):
    with pytest.raises(SignatureError, match="pooling must be a JSON object"):
        read(document("mil_soft_min") | {"pooling": pooling})
