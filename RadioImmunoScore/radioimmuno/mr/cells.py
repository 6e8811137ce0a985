"""Voxels averaged in blocks, cells, and a field on the cells taken back to the voxels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.image import Index, Triple, as_index, as_triple


@dataclass(frozen=True, eq=False)
class Cells:
    """Means over blocks of voxels, with a rim of empty cells around them.

    Parameters
    ----------
    values : ndarray of float64, shape (k, j, i)
        Mean over a block's used voxels.
    used : ndarray of bool, shape (k, j, i)
        Cells of which at least half of the voxels are used.
    factors : tuple of int
        Voxels along each axis of a block.
    spacing : tuple of float
        Of the cells, mm.
    """

    values: np.ndarray
    used: np.ndarray
    factors: Index
    spacing: Triple


def make_cells(values: np.ndarray, used: np.ndarray, spacing: Triple, factors: Index) -> Cells:
    """Average voxels in blocks.

    Parameters
    ----------
    values : ndarray, shape (k, j, i)
    used : ndarray of bool, shape (k, j, i)
        Voxels that count.
    spacing : tuple of float
        Of the voxels, mm.
    factors : tuple of int
        Voxels along each axis of a block.
    """
    total = _block_sums(np.where(used, values, np.float32(0)), factors)
    count = _block_sums(used.astype(np.float32), factors)
    cells = _block_sums(np.ones(values.shape, np.float32), factors)
    kept = (count > 0) & (count >= cells / 2)
    means = np.where(kept, total / np.maximum(count, 1), 0.0)
    return Cells(
        np.pad(means, 1),
        np.pad(kept, 1),
        factors,
        as_triple([s * f for s, f in zip(spacing, factors, strict=True)]),
    )


def factors_of(spacing: Triple, size_mm: float) -> Index:
    """How many voxels along each axis make a block of about this size.

    Parameters
    ----------
    spacing : tuple of float
        Of the voxels, mm.
    size_mm : float
    """
    return as_index([max(1, round(size_mm / s)) for s in spacing])


def spread(field: np.ndarray, factors: Index, shape: Sequence[int]) -> np.ndarray:
    """A field on cells (the rim included), interpolated linearly to the voxels.

    Parameters
    ----------
    field : ndarray, shape (k, j, i)
    factors : tuple of int
    shape : sequence of int
        Number of voxels along each axis.

    Returns
    -------
    ndarray of float32
    """
    values = field.astype(np.float32)
    for axis, (factor, count) in enumerate(zip(factors, shape, strict=True)):
        at = (np.arange(count) - (factor - 1) / 2) / factor + 1
        below = np.clip(np.floor(at).astype(np.intp), 0, values.shape[axis] - 2)
        weight = (at - below).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
        low, high = values.take(below, axis), values.take(below + 1, axis)
        high -= low
        high *= weight
        low += high
        values = low
    return values


def coarser(factors: Index, spacing: Triple, shape: Sequence[int], most: int) -> Index:
    """Factors that make no more than so many cells: the given ones, or larger ones for a large volume.

    Parameters
    ----------
    factors : tuple of int
    spacing : tuple of float
        Of the voxels, mm.
    shape : sequence of int
        Number of voxels along each axis.
    most : int
    """
    while math.prod(-(-n // f) for n, f in zip(shape, factors, strict=True)) > most:
        sizes = [s * f for s, f in zip(spacing, factors, strict=True)]
        finest = sizes.index(min(sizes))
        factors = as_index([f + (axis == finest) for axis, f in enumerate(factors)])
    return factors


def _block_sums(values: np.ndarray, factors: Index) -> np.ndarray:
    for axis, factor in enumerate(factors):
        starts = np.arange(0, values.shape[axis], factor)
        values = np.add.reduceat(values, starts, axis=axis)
    return values
