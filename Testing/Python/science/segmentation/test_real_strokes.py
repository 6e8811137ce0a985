"""One stroke on real CT, against the masks that readers drew.

Two strokes a case; the benchmark prints the figures of ten.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from stroked import dice, jittered, longest_stroke, real_cases

from radioimmuno.segmentation import segment_stroke

STROKES = 2


@pytest.fixture(scope="module")
def found(data):
    """Reference mask and the masks of all strokes, for each case."""
    return {
        name: (
            reference,
            [
                segment_stroke(image, tuple(ends[0]), tuple(ends[1])).mask
                for ends in jittered(longest_stroke(reference), STROKES)
            ],
        )
        for name, (image, reference) in real_cases(data).items()
    }


def test_most_lesions_are_found_as_readers_drew_them(found):
    dices = [dice(mask, reference) for reference, masks in found.values() for mask in masks]
    assert len(dices) == 10 * STROKES
    assert np.median(dices) >= 0.81
    assert np.percentile(dices, 10) >= 0.70
    assert min(dices) > 0.55


def test_nothing_leaks_beyond_twice_the_volume(found):
    for reference, masks in found.values():
        for mask in masks:
            assert 0.5 < mask.values.sum() / reference.values.sum() < 2


def test_readers_strokes_agree(found):
    repeated = [dice(a, b) for _, masks in found.values() for a, b in itertools.combinations(masks, 2)]
    assert np.median(repeated) >= 0.9
