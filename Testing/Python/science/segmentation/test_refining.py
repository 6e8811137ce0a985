"""A second stroke on a lesion that is there: it adds, or it takes away.

Tests of: edge_alignment, parameters, segmented_lesion, surface_fit.
"""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.findings import GeometryError, InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.segmentation.stroke import add_stroke, remove_stroke, segment_stroke
from radioimmuno.simulation.strokes import dice

LATTICE = Lattice((40, 90, 110), (1.5, 1.0, 1.0), (-60.0, -45.0, -30.0))
BIG, SMALL = ((-12.0, 0.0, 0.0), 14.0), ((9.0, 0.0, 0.0), 9.8)


def ball(centre, radius):
    places = LATTICE.to_lps(np.moveaxis(np.indices(LATTICE.shape), 0, -1))
    return np.linalg.norm(places - np.array(centre), axis=-1) <= radius


@pytest.fixture(scope="module")
def lobes():
    """A lesion of two balls that overlap a little, in fat, and both balls."""
    big, small = ball(*BIG), ball(*SMALL)
    rng = np.random.default_rng(3)
    values = np.where(big | small, 50, -100) + rng.normal(0, 8, LATTICE.shape)
    return Image(values.astype(np.int16), LATTICE), Image(big, LATTICE), Image(small, LATTICE)


def across(centre, radius):
    """A stroke from front to back through a ball."""
    x, y, z = centre
    return (x, y - radius, z), (x, y + radius, z)


def test_a_second_stroke_adds_a_part_that_was_missed(lobes):
    image, big, small = lobes
    first = segment_stroke(image, *across(*BIG))
    both = add_stroke(image, first.mask, *across(*SMALL))
    whole = Image(big.values | small.values, LATTICE)
    assert dice(first.mask, big) > 0.9
    assert dice(both.mask, whole) > 0.9
    assert both.volume_cc > first.volume_cc
    assert not (first.mask.values & ~both.mask.within(first.mask.box, False)).any()
    assert "lesion.components" not in [finding.code for finding in both.findings]
    assert both.axes.long_mm > first.axes.long_mm + 10


def test_a_second_stroke_removes_the_part_that_it_crosses(lobes):
    image, big, small = lobes
    whole = Image(big.values | small.values, LATTICE)
    left = remove_stroke(image, whole, *across(*SMALL))
    assert dice(left.mask, big) > 0.93
    assert np.count_nonzero(left.mask.values) < np.count_nonzero(whole.values)


def test_removing_stays_near_the_stroke(lobes):
    image, big, small = lobes
    left = remove_stroke(image, Image(big.values | small.values, LATTICE), *across(*SMALL))
    far = ball((BIG[0][0] - 4, 0, 0), 9.0)
    assert (left.mask.within(Image(far, LATTICE).box, False) & far).sum() == far.sum()


def test_what_the_cut_severs_goes_with_it(lobes):
    image, big, _ = lobes
    stray = Image(big.values | ball(SMALL[0], 4.0) | ball((26.0, 0.0, 0.0), 2.5), LATTICE)
    stray.values[20, 45, 60:88] = True  # a thread from the lesion through the small lobe and on
    left = remove_stroke(image, stray, *across(*SMALL))
    index = np.argwhere(left.mask.values) + left.mask.offset
    assert LATTICE.to_lps(index)[:, 0].max() < SMALL[0][0]


def test_a_part_that_does_not_touch_the_lesion_is_said(lobes):
    image, _, _ = lobes
    elsewhere = Image(ball((-45.0, -30.0, 15.0), 5.0), LATTICE)
    found = add_stroke(image, elsewhere, *across(*SMALL))
    assert "lesion.components" in [finding.code for finding in found.findings]


def test_removing_beside_the_lesion_is_refused(lobes):
    image, _, _ = lobes
    elsewhere = Image(ball((-45.0, -30.0, 15.0), 5.0), LATTICE)
    with pytest.raises(InputError, match="does not cross the lesion") as refused:
        remove_stroke(image, elsewhere, *across(*SMALL))
    assert refused.value.code == "stroke.nothing_found"


def test_removing_all_of_a_lesion_is_refused(lobes):
    image, _, _ = lobes
    with pytest.raises(InputError, match="whole lesion"):
        remove_stroke(image, Image(ball(SMALL[0], 5.0), LATTICE), *across(*SMALL))


@pytest.mark.parametrize("refine", [add_stroke, remove_stroke])
def test_a_mask_on_other_voxels_is_refused(lobes, refine):
    image, _, _ = lobes
    other = Lattice(LATTICE.shape, (1.5, 1.0, 1.1), LATTICE.origin)
    with pytest.raises(GeometryError):
        refine(image, Image(ball(*SMALL), other), *across(*SMALL))
