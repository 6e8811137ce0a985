"""The expected agreement with a reader stands with a lesion, and a low one is warned of."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.segmentation.parameters import PARAMETERS
from radioimmuno.segmentation.segmented_lesion import SegmentedLesion, judged

LATTICE = Lattice((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
FOREIGN = Finding("stroke.foreign", Severity.WARN, "It runs through bone.")
FOUND = SegmentedLesion(Image(np.ones((4, 4, 4), bool), LATTICE), None, (FOREIGN,))
THRESHOLD = PARAMETERS.unsure_agreement


def test_a_low_agreement_is_warned_of_with_its_value_beside_what_was_found_before():
    low = judged(FOUND, THRESHOLD - 0.08)
    foreign, unsure = low.findings
    assert foreign is FOREIGN
    assert (unsure.code, unsure.severity) == ("stroke.unsure", Severity.WARN)
    assert f"(Dice) {THRESHOLD - 0.08:.2f}" in unsure.text
    assert low.expected_agreement == THRESHOLD - 0.08


@pytest.mark.parametrize("agreement", [THRESHOLD, 0.99])
def test_a_high_agreement_is_no_warning(agreement):
    sure = judged(FOUND, agreement)
    assert sure.findings == FOUND.findings
    assert (sure.expected_agreement, sure.mask) == (agreement, FOUND.mask)
