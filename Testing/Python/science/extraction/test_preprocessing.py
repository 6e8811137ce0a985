import math

import numpy as np
import pytest

from radioimmuno.extraction.preprocessing import discretize, make_region, resegment
from radioimmuno.findings import Refusal
from radioimmuno.settings import ExtractionSettings

VALUES = np.array([-1200.0, -1000.0, -5.0, 0.0, 9.0, 10.0, 3000.0, 3001.0]).reshape(2, 2, 2)
ALL = np.ones((2, 2, 2), bool)


def test_the_range_keeps_its_ends():
    kept = resegment(VALUES, ALL, ExtractionSettings())
    assert kept.ravel().tolist() == [False, True, True, True, True, True, True, False]


def test_outliers_are_those_of_the_values_in_range():
    values = np.concatenate([np.zeros(50), np.ones(50), [20.0, 5000.0]]).reshape(1, 2, 51)
    settings = ExtractionSettings(outlier_sigma=3.0)
    kept = resegment(values, np.ones(values.shape, bool), settings)
    # Without 5000, mean and SD of the others are 0.69 and 1.97: 20 is out. With it, 3 SD would be 1480.
    assert values[~kept].tolist() == [20.0, 5000.0]


def test_levels_are_counted_from_the_ranges_lower_end():
    settings = ExtractionSettings(bin_width_hu=10.0)
    levels, count = discretize(VALUES, resegment(VALUES, ALL, settings), settings)
    assert levels.ravel().tolist() == [0, 1, 100, 101, 101, 102, 401, 0]
    assert count == 401


def test_a_range_that_is_open_below_counts_levels_from_the_regions_own_minimum():
    settings = ExtractionSettings(range_hu=(-math.inf, 100.0), bin_width_hu=10.0)
    kept = resegment(VALUES, ALL, settings)
    levels, _ = discretize(VALUES, kept, settings)
    assert kept.ravel().tolist() == [True] * 6 + [False] * 2
    assert levels.ravel().tolist() == [1, 21, 120, 121, 121, 122, 0, 0]


def test_a_bin_number_spans_the_regions_own_range():
    values = np.array([[[0.0, 24.9, 25.0, 99.9, 100.0]]])
    settings = ExtractionSettings(bin_width_hu=None, bin_count=4)
    levels, count = discretize(values, np.ones(values.shape, bool), settings)
    assert levels.ravel().tolist() == [1, 1, 2, 4, 4]
    assert count == 4


def test_a_flat_region_has_one_level():
    values = np.full((2, 2, 2), 7.0)
    levels, _ = discretize(values, ALL, ExtractionSettings(bin_width_hu=None, bin_count=32))
    assert (levels == 1).all()


def test_too_many_levels_are_refused_with_the_estimate():
    settings = ExtractionSettings(bin_width_hu=1.0)
    with pytest.raises(Refusal, match="about 4000 intensity levels") as caught:
        make_region(VALUES, ALL, (1.0, 1.0, 1.0), settings)
    assert caught.value.code == "lesion.too_many_levels"


def test_a_region_with_nothing_in_range_is_refused():
    with pytest.raises(Refusal) as caught:
        make_region(np.full((2, 2, 2), 4000.0), ALL, (1.0, 1.0, 1.0), ExtractionSettings())
    assert caught.value.code == "feature.undefined"


def test_intensities_used_as_levels_must_be_whole_numbers():
    settings = ExtractionSettings(spacing_mm=None, range_hu=None, bin_width_hu=None)
    with pytest.raises(Refusal, match="whole numbers"):
        discretize(np.full((2, 2, 2), 1.5), ALL, settings)
