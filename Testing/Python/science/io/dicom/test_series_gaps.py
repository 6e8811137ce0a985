"""A missing slice refuses the lesions that it crosses, and warns of the others."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.dicom.stack import Gap, check_gaps
from radioimmuno.lesion import Lesion
from radioimmuno.settings import ExtractionSettings, RingSettings, Settings

LATTICE = Lattice((40, 20, 20), (2.5, 1.0, 1.0), (0.0, 0.0, 0.0))
GAP = Gap(20, 21, 47.5, 52.5)


def lesion(name, start, stop):
    return Lesion(name, name, Image(np.ones((stop - start, 5, 5), bool), LATTICE, (start, 5, 5)))


def severity(start, stop, settings=None):
    found = check_gaps([GAP], [lesion("a", start, stop)], settings or Settings())
    (finding,) = found["a"]
    assert finding.code == "ct.missing_slice"
    assert "47.5 and 52.5 mm" in finding.text
    return finding.severity


def test_a_lesion_across_the_gap_is_refused():
    assert severity(15, 25) is Severity.REFUSE


@pytest.mark.parametrize(("start", "stop"), [(10, 20), (21, 30), (10, 19), (22, 30)])
def test_a_lesion_whose_ring_reaches_the_gap_is_refused(start, stop):
    # The ring reaches 2 mm, less than a slice, and interpolation takes the slice beyond it.
    assert severity(start, stop) is Severity.REFUSE


@pytest.mark.parametrize(("start", "stop"), [(5, 15), (26, 35)])
def test_a_lesion_away_from_it_is_warned_of(start, stop):
    assert severity(start, stop) is Severity.WARN


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (10, 18, Severity.REFUSE),
        (10, 17, Severity.WARN),
        (23, 30, Severity.REFUSE),
        (24, 30, Severity.WARN),
    ],
)
def test_the_last_lesion_that_a_gap_concerns_ends_two_slices_before_it(start, stop, expected):
    """Ring and grid reach 2 + 1 mm, which is two slices of 2.5 mm; interpolation looks at one more."""
    assert severity(start, stop) is expected


def test_a_wider_ring_reaches_further():
    assert severity(5, 15, Settings(ring=RingSettings(outer_mm=12.0))) is Severity.REFUSE


@pytest.mark.parametrize(("stop", "expected"), [(18, Severity.REFUSE), (17, Severity.WARN)])
def test_on_the_cts_own_voxels_the_grid_reaches_as_far_as_the_largest_of_their_sides(stop, expected):
    """1 mm of ring and 2.5 mm of grid are two slices; interpolation looks at one more."""
    own = Settings(ExtractionSettings(spacing_mm=None), RingSettings(inner_mm=1.0, outer_mm=1.0))
    assert severity(10, stop, own) is expected


def test_without_gaps_nothing_is_found():
    assert check_gaps([], [lesion("a", 15, 25)], Settings()) == {}


def test_each_gap_is_told_of():
    far = Gap(2, 4, 2.5, 10.0)
    found = check_gaps([far, GAP], [lesion("a", 15, 25)], Settings())["a"]
    assert [f.severity for f in found] == [Severity.WARN, Severity.REFUSE]
    assert found[0].text.startswith("2 slices are missing")


def test_an_empty_lesion_is_no_reason_to_fail():
    empty = Lesion("a", "a", Image(np.zeros((0, 0, 0), bool), LATTICE))
    assert check_gaps([GAP], [empty], Settings())["a"][0].severity is Severity.WARN
