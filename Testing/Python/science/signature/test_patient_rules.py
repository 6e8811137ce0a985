"""A patient's value from the lesions' scores."""

import numpy as np
import pytest

from radioimmuno.signature.patient_rules import PATIENT_RULES, SCORES, value_of_scores

LESIONS = np.array([0.1, 0.4, 0.4, 0.9])


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("scores_mean", 0.45),
        ("scores_median", 0.4),
        ("scores_min", 0.1),
        ("scores_max", 0.9),
        ("scores_sd", np.sqrt((0.35**2 + 2 * 0.05**2 + 0.45**2) / 4)),
        ("scores_entropy", 1.5),  # a quarter, a half and a quarter of the lesions
    ],
)
def test_scores_are_summarized_as_the_rule_says(rule, value):
    assert value_of_scores(rule, LESIONS, np.array([0.0, 0.3, 0.6, 0.8])) == pytest.approx(value)


def test_the_entropy_needs_bins():
    with pytest.raises(ValueError, match="bins"):
        value_of_scores("scores_entropy", LESIONS)


def test_every_rule_of_scores_is_a_rule_of_patients():
    assert set(SCORES) < set(PATIENT_RULES)
