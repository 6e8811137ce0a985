"""One stroke or click on real CT, against the masks that readers drew.

Two strokes a case; the benchmark prints the figures of more.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from stroked import DEVELOPED_ON, real_cases

from radioimmuno.segmentation.click import segment_click
from radioimmuno.segmentation.stroke import segment_stroke
from radioimmuno.simulation.strokes import dice, jittered, longest_stroke

pytestmark = pytest.mark.slow
STROKES = 2


@pytest.fixture(scope="module")
def cases(data):
    return real_cases(data)


@pytest.fixture(scope="module")
def found(cases):
    """Reference mask and the masks of all strokes, for each case."""
    return {
        name: (
            reference,
            [stroke(image, ends).mask for ends in jittered(longest_stroke(reference), STROKES)],
        )
        for name, (image, reference) in cases.items()
    }


def stroke(image, ends):
    return segment_stroke(image, tuple(ends[0]), tuple(ends[1]))


def codes(segmented):
    return [finding.code for finding in segmented.findings]


def dices_of(cases):
    return [dice(mask, reference) for reference, masks in cases for mask in masks]


def test_most_lesions_are_found_as_readers_drew_them(found):
    dices = dices_of(found[name] for name in DEVELOPED_ON)
    assert np.median(dices) >= 0.82
    assert np.percentile(dices, 10) >= 0.70
    assert min(dices) > 0.6


def test_lesions_that_were_not_used_in_development_are_found_nearly_as_well(found):
    dices = dices_of(case for name, case in found.items() if name not in DEVELOPED_ON)
    assert len(dices) == 12 * STROKES
    assert np.median(dices) >= 0.77
    assert np.percentile(dices, 10) >= 0.62
    assert min(dices) > 0.6


def test_nothing_leaks_beyond_twice_the_volume(found):
    for reference, masks in found.values():
        for mask in masks:
            assert 0.5 < mask.values.sum() / reference.values.sum() < 2


def test_readers_strokes_agree(found):
    repeated = [dice(a, b) for _, masks in found.values() for a, b in itertools.combinations(masks, 2)]
    assert np.median(repeated) >= 0.95
    assert min(repeated) >= 0.85


@pytest.mark.parametrize("name", ["STS_008", "STS_019", "STS_041"])
def test_a_stroke_in_a_coronal_slice_does_not_leak_into_muscle(cases, name):
    image, reference = cases[name]
    mask = stroke(image, longest_stroke(reference, axis=1)).mask
    assert dice(mask, reference) > 0.55
    assert 0.5 < mask.values.sum() / reference.values.sum() < 2.1


@pytest.mark.parametrize("name", ["STS_018", "STS_041"])
def test_a_click_in_a_lesion_that_stands_out_is_enough(cases, name):
    image, reference = cases[name]
    clicked = segment_click(image, tuple(longest_stroke(reference).mean(axis=0)))
    assert dice(clicked.mask, reference) > 0.8
    assert "stroke.faint" not in codes(clicked)


@pytest.mark.parametrize("name", ["STS_008", "STS_012"])
def test_a_click_in_a_lesion_like_muscle_is_said_to_be_unsure(cases, name):
    image, reference = cases[name]
    clicked = segment_click(image, tuple(longest_stroke(reference).mean(axis=0)))
    assert "stroke.faint" in codes(clicked)
