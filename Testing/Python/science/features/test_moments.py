"""Statistics of values with counts, against numpy and scipy on the values one by one."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import scipy.stats
from small_regions import region_of

from radioimmuno.features.moments import describe, percentiles, value_counts
from radioimmuno.features.statistics import statistics

SAMPLES = {
    "whole": np.array([-3, -3, 0, 1, 1, 1, 4, 9, 9, 20], float),
    "fractions": np.random.default_rng(1).normal(30, 12, 101),
    "few": np.array([2.0, 5.0, 5.5]),
    "negative": np.array([-9.0, -8.0, -8.0, -1.0]),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_statistics_are_those_of_the_values_one_by_one(name):
    x = SAMPLES[name]
    found = describe(*value_counts(x))
    p10, p25, p75, p90 = np.percentile(x, [10, 25, 75, 90])
    middle = x[(x >= p10) & (x <= p90)]
    expected = {
        "mean": x.mean(),
        "variance": x.var(),
        "skewness": scipy.stats.skew(x),
        "kurtosis": scipy.stats.kurtosis(x),
        "median": np.median(x),
        "minimum": x.min(),
        "percentile_10": p10,
        "percentile_90": p90,
        "maximum": x.max(),
        "interquartile_range": p75 - p25,
        "range": np.ptp(x),
        "mean_absolute_deviation": np.abs(x - x.mean()).mean(),
        "robust_mean_absolute_deviation": np.abs(middle - middle.mean()).mean(),
        "median_absolute_deviation": np.abs(x - np.median(x)).mean(),
        "coefficient_of_variation": x.std() / x.mean(),
        "quartile_coefficient_of_dispersion": (p75 - p25) / (p75 + p25),
        "energy": (x**2).sum(),
        "root_mean_square": np.sqrt((x**2).mean()),
    }
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_constant_has_no_skewness_and_no_kurtosis():
    found = describe(np.array([5.0]), np.array([7]))
    assert (found["variance"], found["skewness"], found["kurtosis"]) == (0, 0, 0)
    assert (found["mean"], found["median"], found["root_mean_square"]) == (5, 5, 5)


def test_ratios_to_zero_are_not_defined():
    found = describe(np.array([-2.0, 2.0]), np.array([3, 3]))
    assert found["coefficient_of_variation"] is None
    assert found["quartile_coefficient_of_dispersion"] is None
    assert describe(np.array([-2.0, 2.0]), np.array([3, 4]))["coefficient_of_variation"] is not None


@pytest.mark.parametrize(
    "x",
    [
        np.array([3.0, -7.0, 3.0, 100.0]),
        np.array([0.5, 0.5, 1.0]),
        np.array([0.0, 1e7, 1e7]),
        np.array([-2.5, -1.5, -1.5]),
        np.array([4.0]),
    ],
)
def test_values_are_counted_whatever_they_are(x):
    found, counts = value_counts(x)
    expected = np.unique(x, return_counts=True)
    np.testing.assert_array_equal(found, expected[0])
    np.testing.assert_array_equal(counts, expected[1])


def test_values_far_apart_take_no_memory_between_them():
    tracemalloc.start()
    value_counts(np.array([0.0, 1e7, 1e7]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1e6


def test_percentiles_between_two_values_that_occur_often():
    values, counts = np.array([1.0, 2.0, 10.0]), np.array([3, 1, 2])
    each = np.repeat(values, counts)
    shares = (0, 10, 37, 50, 60, 61, 75, 80, 90, 100)
    assert percentiles(values, counts, shares) == pytest.approx(np.percentile(each, shares).tolist())


def test_statistics_are_those_of_the_voxels_inside():
    found = statistics(region_of([1.5, 2.0, 2.5, 99.0], inside=[1, 1, 1, 0], levels=[1, 2, 3, 0]))
    assert (found["mean"], found["maximum"], found["energy"]) == (2.0, 2.5, 12.5)
