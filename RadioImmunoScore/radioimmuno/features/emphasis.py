"""The sixteen measures that run-length, zone-size, zone-distance and dependence matrices share.

All four count something of size j at level i; IBSI defines the same measures for each under different names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SizeMatrix:
    """d matrices that count how often size j occurs at level i.

    Parameters
    ----------
    counts : (d, m, s)
    levels : (m,) level of each row
    sizes : (s,) size of each column; sizes that never occur may be left out
    voxels : number of voxels in the region (for the percentage)
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


def size_matrix(level: np.ndarray, size: np.ndarray, lowest: int, span: int, voxels: int) -> SizeMatrix:
    """One matrix from a list of things, each with a level (1 to span, 1 = `lowest`) and a size."""
    sizes, column = np.unique(size, return_inverse=True)
    cells = np.bincount((level.astype(np.intp) - 1) * sizes.size + column, minlength=span * sizes.size)
    levels = np.arange(lowest, lowest + span, dtype=float)
    return SizeMatrix(cells.reshape(1, span, sizes.size).astype(float), levels, sizes.astype(float), voxels)


def measures(matrix: SizeMatrix) -> dict[str, float]:
    """The measures of each matrix, averaged over the matrices.

    Names: `small`, `large` (sizes), `low`, `high` (levels), their products, non-uniformities, variances,
    `percentage`, `entropy`, `energy`.
    """
    i, j = matrix.levels, matrix.sizes
    total = matrix.counts.sum(axis=(1, 2))
    by_level, by_size = matrix.counts.sum(axis=2), matrix.counts.sum(axis=1)
    small_by_level = matrix.counts @ j**-2.0
    large_by_level = matrix.counts @ j**2.0
    p = matrix.counts / total[:, None, None]
    logs = np.log2(p, where=p > 0, out=np.zeros_like(p))
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
    return {name: float(value.mean()) for name, value in values.items()}


def renamed(values: dict[str, float], names: dict[str, str]) -> dict[str, float | None]:
    """The measures under a family's own names."""
    return {own: values[shared] for shared, own in names.items()}


def names(
    small: str,
    large: str,
    sizes: str,
    spread: str,
    percentage: str,
    entropy: str,
    *,
    level_word: str = "gray_level",
) -> dict[str, str]:
    """A family's own names of the measures: `names("short_run", "long_run", "run_length", ...)`."""
    return {
        "small": f"{small}_emphasis",
        "large": f"{large}_emphasis",
        "low": f"low_{level_word}_emphasis",
        "high": f"high_{level_word}_emphasis",
        "small_low": f"{small}_low_{level_word}_emphasis",
        "small_high": f"{small}_high_{level_word}_emphasis",
        "large_low": f"{large}_low_{level_word}_emphasis",
        "large_high": f"{large}_high_{level_word}_emphasis",
        "level_non_uniformity": f"{level_word}_non_uniformity",
        "normalized_level_non_uniformity": f"normalized_{level_word}_non_uniformity",
        "size_non_uniformity": f"{sizes}_non_uniformity",
        "normalized_size_non_uniformity": f"normalized_{sizes}_non_uniformity",
        "percentage": percentage,
        "level_variance": f"{level_word}_variance",
        "size_variance": spread,
        "entropy": entropy,
    }


def _variance(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    mean = p @ x
    return (p * (x - mean[:, None]) ** 2).sum(axis=1)
