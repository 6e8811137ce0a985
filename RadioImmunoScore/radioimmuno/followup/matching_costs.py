"""How well lesions of two registered studies fit each other, and the pairing that costs least."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image
from ..lesion import Lesion
from .registration import Registration

# What a lesion is looked at by: so many of its voxels at most, evenly picked, for each of inside and surface.
MOST_POINTS = 1500

# A gap between surfaces counts in full at this distance, a change of volume by half at this ratio.
REACH_MM, VOLUME_RATIO = 15.0, 8.0
VOLUME_WEIGHT, CENTROID_WEIGHT = 0.5, 0.25
# What it costs to pair neither of two lesions.
SINGLE_COST = 1.5
# A pairing is doubtful when another one of all lesions costs so little more.
AMBIGUITY = 0.35
TOUCHING_MM = 4.0


Group = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Each lesion of a baseline against each of a follow-up, in the follow-up's space.

    Parameters
    ----------
    share : ndarray of float64, shape (baseline, followup)
        How much of the smaller lies in the larger, 0 to 1.
    gap_mm : ndarray of float64, shape (baseline, followup)
        Between both surfaces; 0 where they overlap.
    centre_mm : ndarray of float64, shape (baseline, followup)
        Between both centroids.
    cost : ndarray of float64, shape (baseline, followup)
        Infinite where two lesions cannot be the same.
    seen : ndarray of bool, shape (baseline,)
        Whether most of the lesion lies in the follow-up's field of view.
    was_seen : ndarray of bool, shape (followup,)
        Whether most of the lesion lies in the baseline's field of view.
    """

    share: np.ndarray
    gap_mm: np.ndarray
    centre_mm: np.ndarray
    cost: np.ndarray
    seen: np.ndarray
    was_seen: np.ndarray


@dataclass(frozen=True, eq=False)
class _Shape:
    """A lesion in its own study and in the follow-up's space."""

    lesion: Lesion
    inside: np.ndarray
    mapped: np.ndarray
    surface: np.ndarray
    reach_mm: float

    @property
    def centre(self) -> np.ndarray:
        return self.mapped.mean(axis=0)


def measure_pairs(
    baseline: Sequence[Lesion], followup: Sequence[Lesion], registration: Registration
) -> Pairs:
    """All that pairing by place needs to know.

    Parameters
    ----------
    baseline, followup : sequence of Lesion
        None empty.
    registration : Registration

    Returns
    -------
    Pairs
    """
    before = [_shape(lesion, registration) for lesion in baseline]
    after = [_shape(lesion, None) for lesion in followup]
    back = [registration.to_baseline(shape.inside) for shape in after]
    size = len(before), len(after)
    share, gap, centre, cost = np.zeros(size), np.full(size, np.inf), np.zeros(size), np.full(size, np.inf)
    for row, old in enumerate(before):
        for column, new in enumerate(after):
            apart = float(np.linalg.norm(old.centre - new.centre))
            centre[row, column] = apart
            if apart > REACH_MM + old.reach_mm + new.reach_mm:
                continue
            share[row, column] = max(
                _within(old.mapped, new.lesion.mask), _within(back[column], old.lesion.mask)
            )
            gap[row, column] = 0.0 if share[row, column] else _gap(old, new)
            if gap[row, column] <= REACH_MM and not _at_other_sites(old.lesion, new.lesion):
                ratio = abs(math.log(new.lesion.volume_cc / old.lesion.volume_cc)) / math.log(VOLUME_RATIO)
                cost[row, column] = (
                    gap[row, column] / REACH_MM + VOLUME_WEIGHT * ratio + CENTROID_WEIGHT * apart / REACH_MM
                )
    return Pairs(
        share,
        gap,
        centre,
        cost,
        np.array([registration.sees(shape.inside).mean() >= 0.5 for shape in before], bool),
        np.array([registration.saw(shape.inside).mean() >= 0.5 for shape in after], bool),
    )


def pair_up(cost: np.ndarray) -> tuple[list[tuple[int, int]], np.ndarray]:
    """The pairs of rows and columns whose costs, with `SINGLE_COST` for two that stay single, are least.

    Parameters
    ----------
    cost : ndarray of float64, shape (rows, columns)
        Infinite where there can be no pair.

    Returns
    -------
    list of tuple of int
        Rows and columns of the pairs.
    ndarray of float64, shape (rows, columns)
        How much more it would cost, over all lesions, to decide otherwise on a pair: to part one, or to join
        two that are none; infinite where that cannot be.
    """
    pairs: list[tuple[int, int]] = []
    margin = np.full(cost.shape, np.inf)
    # Lesions that nothing joins do not compete.
    for rows, columns in components(np.isfinite(cost), range(cost.shape[0]), range(cost.shape[1])):
        chosen, margin[np.ix_(rows, columns)] = _pair_up(cost[np.ix_(rows, columns)])
        pairs += [(rows[row], columns[column]) for row, column in chosen]
    return sorted(pairs), margin


def _pair_up(cost: np.ndarray) -> tuple[list[tuple[int, int]], np.ndarray]:
    pairs, least = _assigned(cost)
    margin = np.full(cost.shape, np.inf)
    chosen = set(pairs)
    for row, column in zip(*np.nonzero(np.isfinite(cost)), strict=True):
        other = cost.copy()
        if (row, column) in chosen:
            other[row, column] = np.inf
            margin[row, column] = _assigned(other)[1] - least
        else:
            other[row], other[:, column] = np.inf, np.inf
            # Both lesions leave the rest, which they would be single in.
            joined = _assigned(other)[1] - SINGLE_COST + cost[row, column]
            margin[row, column] = joined - least
    return pairs, margin


def components(edges: np.ndarray, rows: Sequence[int], columns: Sequence[int]) -> list[Group]:
    """The rows and columns that edges join, directly or by others.

    Parameters
    ----------
    edges : ndarray of bool, shape (r, c)
    rows, columns : sequence of int
        Those that are looked at.

    Returns
    -------
    list of tuple
        The rows and the columns of each component that has an edge.

    Examples
    --------
    >>> components(np.array([[True, True], [False, False]]), [0, 1], [0, 1])
    [((0,), (0, 1))]
    """
    left = [row for row in rows if edges[row][list(columns)].any()]
    found = []
    while left:
        group, reached = {left[0]}, set[int]()
        size = 0
        while size < len(group) + len(reached):
            size = len(group) + len(reached)
            reached |= {column for column in columns for row in group if edges[row, column]}
            group |= {row for row in left for column in reached if edges[row, column]}
        found.append((tuple(sorted(group)), tuple(sorted(reached))))
        left = [row for row in left if row not in group]
    return found


def _assigned(cost: np.ndarray) -> tuple[list[tuple[int, int]], float]:
    """Pairs and their cost, half of `SINGLE_COST` for each lesion that stays single included."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = cost.shape
    size = rows + columns
    single = SINGLE_COST / 2
    whole = np.zeros((size, size))
    whole[:rows, :columns] = np.where(np.isfinite(cost), cost, 1e6)
    whole[:rows, columns:] = np.where(np.eye(rows, dtype=bool), single, 1e6)
    whole[rows:, :columns] = np.where(np.eye(columns, dtype=bool), single, 1e6)
    taken = list(zip(*linear_sum_assignment(whole), strict=True))
    pairs = [(int(row), int(column)) for row, column in taken if row < rows and column < columns]
    return pairs, float(sum(whole[row, column] for row, column in taken))


def _shape(lesion: Lesion, registration: Registration | None) -> _Shape:
    from scipy.ndimage import binary_erosion

    mask = lesion.mask.trimmed()
    window = mask.window
    rim = mask.values & ~binary_erosion(mask.values)
    inside, surface = (window.to_lps(_some(np.argwhere(part))) for part in (mask.values, rim))
    mapped, surface = (
        (points if registration is None else registration.to_followup(points)) for points in (inside, surface)
    )
    reach = float(np.linalg.norm(surface - mapped.mean(axis=0), axis=1).max())
    return _Shape(lesion, inside, mapped, surface, reach)


def _some(index: np.ndarray) -> np.ndarray:
    """At most `MOST_POINTS` of them, evenly."""
    return index[:: max(1, math.ceil(len(index) / MOST_POINTS))]


def _within(points: np.ndarray, mask: Image) -> float:
    """Share of points in space that lie in a mask."""
    index = np.floor(mask.lattice.to_index(points) + 0.5).astype(int) - mask.offset
    there = ((index >= 0) & (index < mask.values.shape)).all(axis=1)
    return float(np.count_nonzero(mask.values[tuple(index[there].T)]) / len(points))


def _gap(old: _Shape, new: _Shape) -> float:
    """Between the surfaces, mm: the least distance of two border voxels, less half a voxel of each."""
    from scipy.spatial import cKDTree

    halves = [np.cbrt(shape.lesion.mask.lattice.voxel_volume_mm3) / 2 for shape in (old, new)]
    return max(0.0, float(cKDTree(old.surface).query(new.surface)[0].min()) - sum(halves))


def _at_other_sites(old: Lesion, new: Lesion) -> bool:
    return old.site is not None and new.site is not None and old.site is not new.site
