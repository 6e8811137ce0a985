"""The intensity-volume histogram in each of its discretizations, by hand."""

from __future__ import annotations

from math import inf

import pytest
from small_regions import region_of

from radioimmuno.features.ivh import MAX_STEPS, ivh
from radioimmuno.findings import Refusal


def test_whole_numbers_are_steps_of_one_over_the_range():
    """Ten voxels from 0 to 10 HU: volume fractions 1, .8, .8, then .4 from 3 to 9 HU, and .1 at 10."""
    found = ivh(region_of([0, 0, 2, 2, 2, 2, 9, 9, 9, 10], levels=[1] * 10))
    assert found["volume_fraction_at_10_intensity"] == pytest.approx(0.8)
    assert found["volume_fraction_at_90_intensity"] == pytest.approx(0.4)
    assert found["volume_fraction_difference_10_90"] == pytest.approx(0.4)
    # The lowest intensity of which no more than 90 % (10 %) of the voxels have as much or more.
    assert found["intensity_at_90_volume"] == 1
    assert found["intensity_at_10_volume"] == 10
    assert found["intensity_difference_10_90"] == 9
    trapezoids = (1 + 0.8) / 2 + 0.8 + (0.8 + 0.4) / 2 + 6 * 0.4 + (0.4 + 0.1) / 2
    assert found["area_under_curve"] == pytest.approx(0.1 * trapezoids)


def test_the_range_of_the_resegmentation_is_that_of_the_histogram():
    """-10 to 10 HU in steps of 1: half of the four voxels reach 6, 80 % of the way."""
    found = ivh(region_of([-5, -5, 6, 6], levels=[1] * 4, range_hu=(-10.0, 10.0)))
    assert found["volume_fraction_at_10_intensity"] == pytest.approx(1.0)
    assert found["volume_fraction_at_90_intensity"] == 0
    assert found["intensity_at_90_volume"] == -4
    # Nothing lies above 6: the first step with at most 10 % is 7.
    assert found["intensity_at_10_volume"] == 7


def test_a_range_that_is_open_ends_at_the_regions_own_highest_intensity():
    values = [0.0, 2.6, 7.4, 10.0]
    as_closed = ivh(region_of(values, levels=[1] * 4, range_hu=(0.0, 10.0), ivh_bin_width_hu=2.5))
    assert ivh(region_of(values, levels=[1] * 4, range_hu=(0.0, inf), ivh_bin_width_hu=2.5)) == as_closed


def test_bins_of_a_width_are_their_centres_from_the_lower_end():
    """From 0 to 10 HU by 2.5: centres 1.25 to 11.25, the voxels in the first, second, third and fifth bin."""
    found = ivh(region_of([0.0, 2.6, 7.4, 10.0], levels=[1] * 4, range_hu=(0.0, 10.0), ivh_bin_width_hu=2.5))
    # Volume fractions 1, .75, .5, .25, .25 at intensity fractions 0, .25, .5, .75, 1.
    assert found["volume_fraction_at_10_intensity"] == pytest.approx(0.75)
    assert found["volume_fraction_at_90_intensity"] == pytest.approx(0.25)
    assert found["intensity_at_90_volume"] == pytest.approx(3.75)
    # No bin has as few as 10 %: the one beyond the last, 11.25 + 2.5.
    assert found["intensity_at_10_volume"] == pytest.approx(13.75)
    assert found["area_under_curve"] == pytest.approx(0.25 * (0.875 + 0.625 + 0.375 + 0.25))


def test_a_number_of_bins_divides_the_regions_own_range():
    """0 to 9 HU in four bins of 2.25: one voxel in the first, two in the second, one in the fourth."""
    found = ivh(region_of([0.0, 2.25, 3.0, 9.0], levels=[1] * 4, ivh_bin_count=4))
    # Volume fractions 1, .75, .25, .25 at levels 1 to 4.
    assert found["volume_fraction_at_10_intensity"] == pytest.approx(0.75)
    assert found["volume_fraction_at_90_intensity"] == pytest.approx(0.25)
    assert (found["intensity_at_90_volume"], found["intensity_at_10_volume"]) == (2, 5)
    assert found["area_under_curve"] == pytest.approx((0.875 + 0.5 + 0.25) / 3)


def test_other_intensities_are_taken_as_they_are():
    found = ivh(region_of([0.5, 1.5, 2.5, 10.5], levels=[1] * 4))
    # Volume fractions 1, .75, .5, .25 at fractions 0, .1, .2, 1.
    assert found["volume_fraction_at_10_intensity"] == pytest.approx(0.75)
    assert found["volume_fraction_at_90_intensity"] == pytest.approx(0.25)
    assert (found["intensity_at_90_volume"], found["intensity_at_10_volume"]) == (1.5, 10.5)
    assert found["area_under_curve"] == pytest.approx(0.0875 + 0.0625 + 0.8 * 0.375)


def test_one_intensity_only():
    """Its steps are at no fraction of a range: all voxels reach none of it, and none a tenth."""
    found = ivh(region_of([7, 7, 7], levels=[1] * 3))
    assert (found["volume_fraction_at_10_intensity"], found["volume_fraction_at_90_intensity"]) == (0, 0)
    assert (found["intensity_at_10_volume"], found["intensity_at_90_volume"]) == (8, 8)
    assert found["area_under_curve"] == 0
    binned = ivh(region_of([7, 7, 7], levels=[1] * 3, ivh_bin_count=5))
    # All lie in the first of five bins.
    assert binned["volume_fraction_at_10_intensity"] == 0
    assert (binned["intensity_at_10_volume"], binned["intensity_at_90_volume"]) == (2, 2)
    assert binned["area_under_curve"] == pytest.approx(0.25 * 0.5)


@pytest.mark.parametrize(
    ("settings", "longer"),
    [
        ({"range_hu": (0.0, float(MAX_STEPS))}, (0.0, MAX_STEPS + 1.0)),
        ({"range_hu": (0.0, 64.0), "ivh_bin_width_hu": 64 / MAX_STEPS}, (0.0, 65.0)),
    ],
)
def test_a_million_steps_are_the_limit(settings, longer):
    assert ivh(region_of([0, 0], levels=[1, 1], **settings))["volume_fraction_at_90_intensity"] == 0
    with pytest.raises(Refusal, match="would have about"):
        ivh(region_of([0, 0], levels=[1, 1], **{**settings, "range_hu": longer}))
