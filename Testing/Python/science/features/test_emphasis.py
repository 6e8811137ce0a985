"""The measures of matrices of sizes by level, against their sums written out cell by cell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_regions import region_of

from radioimmuno.features.emphasis import SizeMatrix, measures, measures_of, size_matrix
from radioimmuno.features.family import Row
from radioimmuno.features.neighbours import Neighbours

COUNTS = np.array([[[2.0, 0, 1], [0, 3, 0]], [[1.0, 1, 0], [4, 0, 2]]])
LEVELS, SIZES, VOXELS = np.array([3.0, 4.0]), np.array([1.0, 2.0, 5.0]), 20


def by_hand(counts):
    """The measures of one matrix, by IBSI's sums over its cells."""
    cells = [(counts[a, b], LEVELS[a], SIZES[b]) for a in range(len(LEVELS)) for b in range(len(SIZES))]
    total = sum(n for n, _, _ in cells)

    def mean(of):
        return sum(n * of(i, j) for n, i, j in cells) / total

    by_level = [sum(n for n, i, _ in cells if i == level) for level in LEVELS]
    by_size = [sum(n for n, _, j in cells if j == size) for size in SIZES]
    level_mean, size_mean = mean(lambda i, j: i), mean(lambda i, j: j)
    return {
        "small": mean(lambda i, j: 1 / j**2),
        "large": mean(lambda i, j: j**2),
        "low": mean(lambda i, j: 1 / i**2),
        "high": mean(lambda i, j: i**2),
        "small_low": mean(lambda i, j: 1 / (i * j) ** 2),
        "small_high": mean(lambda i, j: i**2 / j**2),
        "large_low": mean(lambda i, j: j**2 / i**2),
        "large_high": mean(lambda i, j: i**2 * j**2),
        "level_non_uniformity": sum(n**2 for n in by_level) / total,
        "normalized_level_non_uniformity": sum(n**2 for n in by_level) / total**2,
        "size_non_uniformity": sum(n**2 for n in by_size) / total,
        "normalized_size_non_uniformity": sum(n**2 for n in by_size) / total**2,
        "percentage": total / VOXELS,
        "level_variance": mean(lambda i, j: (i - level_mean) ** 2),
        "size_variance": mean(lambda i, j: (j - size_mean) ** 2),
        "entropy": -sum(n / total * math.log2(n / total) for n, _, _ in cells if n),
        "energy": sum((n / total) ** 2 for n, _, _ in cells),
    }


def test_measures_are_the_mean_of_those_of_each_matrix():
    one, other = by_hand(COUNTS[0]), by_hand(COUNTS[1])
    found = measures(SizeMatrix(COUNTS, LEVELS, SIZES, VOXELS))
    assert found == pytest.approx({name: (one[name] + other[name]) / 2 for name in one})


def test_merged_measures_are_those_of_the_sum():
    """The percentage is of the voxels of each matrix together."""
    merged = SizeMatrix(COUNTS, LEVELS, SIZES, VOXELS).merged()
    expected = by_hand(COUNTS[0] + COUNTS[1])
    assert measures(merged) == pytest.approx({**expected, "percentage": expected["percentage"] / 2})


def test_things_are_counted_by_level_and_size():
    """Levels count from 1 at the lowest, 7; one that nothing has stays as an empty row."""
    neighbours = Neighbours.of(region_of([7, 7, 9, 9, 9, 9]))
    matrix = size_matrix(neighbours, np.array([1, 1, 3, 3, 3]), np.array([4, 2, 2, 2, 9]))
    assert matrix.levels.tolist() == [7, 8, 9]
    assert matrix.sizes.tolist() == [2, 4, 9]
    assert matrix.counts.tolist() == [[[1, 1, 0], [0, 0, 0], [2, 0, 1]]]
    assert matrix.voxels == 6


def test_a_family_has_the_measures_in_their_order_under_names_of_its_own():
    matrix = SizeMatrix(COUNTS, LEVELS, SIZES, VOXELS)
    shared = measures(matrix)
    rows = [Row(f"own_{name}", "CODE", "tag") for name in shared]
    assert measures_of(matrix, rows) == {f"own_{name}": value for name, value in shared.items()}
    assert list(measures_of(matrix, rows[:-1])) == [row.name for row in rows[:-1]]
