"""The sixteen measures that run-length, zone-size, zone-distance and dependence matrices share.

All four count something of size j at level i; IBSI defines the same measures for each under different names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .family import Row, Values
from .neighbours import Neighbours


@dataclass(frozen=True, eq=False)
class SizeMatrix:
    """d matrices that count how often size j occurs at level i.

    Parameters
    ----------
    counts : ndarray of float64, shape (d, m, s)
    levels : ndarray of float64, shape (m,)
        Level of each row.
    sizes : ndarray of float64, shape (s,)
        Size of each column; sizes that never occur may be left out.
    voxels : int
        Number of voxels in the region (for the percentage).
    """

    counts: np.ndarray
    levels: np.ndarray
    sizes: np.ndarray
    voxels: int

    def merged(self) -> SizeMatrix:
        """All matrices added up, as one; each has counted all voxels once."""
        return SizeMatrix(
            self.counts.sum(axis=0, keepdims=True),
            self.levels,
            self.sizes,
            self.voxels * self.counts.shape[0],
        )


def size_matrix(neighbours: Neighbours, level: np.ndarray, size: np.ndarray) -> SizeMatrix:
    """One matrix from a list of things in a region, each with a level and a size.

    Parameters
    ----------
    neighbours : Neighbours
        The region's.
    level : ndarray of int, shape (n,)
        From 1 at the lowest level present.
    size : ndarray of int, shape (n,)
    """
    occurs = np.bincount(size) > 0
    sizes, column = np.flatnonzero(occurs), np.cumsum(occurs) - 1
    span = neighbours.span
    cells = (level.astype(np.intp) - 1) * sizes.size + column.take(size)
    counts = np.bincount(cells, minlength=span * sizes.size).reshape(1, span, sizes.size).astype(float)
    return SizeMatrix(counts, neighbours.levels, sizes.astype(float), neighbours.where.size)


def measures(matrix: SizeMatrix) -> dict[str, float]:
    """The measures of each matrix, averaged over the matrices.

    Names: `small`, `large` (sizes), `low`, `high` (levels), their products, non-uniformities, variances,
    `percentage`, `entropy`, `energy`.

    Parameters
    ----------
    matrix : SizeMatrix
    """
    i, j = matrix.levels, matrix.sizes
    total = matrix.counts.sum(axis=(1, 2))
    by_level, by_size = matrix.counts.sum(axis=2), matrix.counts.sum(axis=1)
    small_by_level = matrix.counts @ j**-2.0
    large_by_level = matrix.counts @ j**2.0
    p = matrix.counts / total[:, None, None]
    logs = np.log2(p + (p == 0))
    values = {
        "small": by_size @ j**-2.0 / total,
        "large": by_size @ j**2.0 / total,
        "low": by_level @ i**-2.0 / total,
        "high": by_level @ i**2.0 / total,
        "small_low": small_by_level @ i**-2.0 / total,
        "small_high": small_by_level @ i**2.0 / total,
        "large_low": large_by_level @ i**-2.0 / total,
        "large_high": large_by_level @ i**2.0 / total,
        "level_non_uniformity": (by_level**2).sum(axis=1) / total,
        "normalized_level_non_uniformity": (by_level**2).sum(axis=1) / total**2,
        "size_non_uniformity": (by_size**2).sum(axis=1) / total,
        "normalized_size_non_uniformity": (by_size**2).sum(axis=1) / total**2,
        "percentage": total / matrix.voxels,
        "level_variance": _variance(by_level / total[:, None], i),
        "size_variance": _variance(by_size / total[:, None], j),
        "entropy": -(p * logs).sum(axis=(1, 2)),
        "energy": (p**2).sum(axis=(1, 2)),
    }
    means = np.stack(list(values.values())).mean(axis=1)
    return dict(zip(values, means.tolist(), strict=True))


def measures_of(matrix: SizeMatrix, rows: Sequence[Row]) -> Values:
    """The measures under a family's own names.

    Parameters
    ----------
    matrix : SizeMatrix
    rows : sequence of Row
        The family's, in the order of `measures`; it may leave out the last.
    """
    return {row.name: value for row, value in zip(rows, measures(matrix).values(), strict=False)}


def _variance(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    mean = p @ x
    return (p * (x - mean[:, None]) ** 2).sum(axis=1)
