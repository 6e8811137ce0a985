"""Who is whose neighbour among a region's voxels, and who of them has the same level.

All texture families ask the same question of the same voxels: what lies one step away in each of the 13
directions? It is answered once here, for the voxels of the region only, and the families read the answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .region import Region

# One of each pair of opposite steps to the 26 neighbours, in array order (k, j, i).
DIRECTIONS = tuple(step for step in itertools.product((0, 1, -1), repeat=3) if step > (0, 0, 0))

# Directions are looked at together, as many as make so many pairs of voxels (ours): a call of numpy takes
# longer than what it does to a small region, and more pairs of a large one would not stay in the cache.
PAIRS_AT_ONCE = 2**18


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The voxels of a region inside its intensity mask, n of them, and their neighbours.

    Parameters
    ----------
    flat : ndarray of uint16, shape (m,)
        Levels of the crop with one layer of zeros around, raveled; levels count from 1 at `lowest`.
    strides : tuple of int
        Steps in `flat` along the three array axes.
    lowest : int
        The lowest level present; a voxel's level is `flat` + lowest - 1.
    span : int
        Highest level present - lowest + 1.
    level_count : int
        Number of levels the discretization makes (Ng).
    """

    flat: np.ndarray
    strides: tuple[int, int, int]
    lowest: int
    span: int
    level_count: int

    @classmethod
    def of(cls, region: Region) -> Neighbours:
        """The neighbours within a region."""
        levels = region.levels
        # Two bytes hold every level (thresholds.MAX_LEVELS) and keep a large lesion in the processor's cache.
        padded = np.zeros([n + 2 for n in levels.shape], np.uint16)
        inside = levels[region.intensity_mask]
        lowest = int(inside.min())
        padded[1:-1, 1:-1, 1:-1][region.intensity_mask] = inside - (lowest - 1)
        strides = (padded.shape[1] * padded.shape[2], padded.shape[2], 1)
        return cls(padded.ravel(), strides, lowest, int(inside.max()) - lowest + 1, region.level_count)

    @cached_property
    def where(self) -> np.ndarray:
        """Places of the voxels in `flat`, (n,)."""
        return np.flatnonzero(self.flat)

    @cached_property
    def own(self) -> np.ndarray:
        """Levels of the voxels from 1 at `lowest`, (n,)."""
        return self.flat[self.where]

    @cached_property
    def counts(self) -> np.ndarray:
        """How many voxels have each level, (span,)."""
        return np.bincount(self.own, minlength=self.span + 1)[1:]

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """What one step in each direction is in `flat`, (13,)."""
        return tuple(sum(a * s for a, s in zip(step, self.strides, strict=True)) for step in DIRECTIONS)

    @cached_property
    def next(self) -> np.ndarray:
        """For each direction the level one step away from each voxel, 0 outside of the region, (13, n)."""
        found = np.empty((len(DIRECTIONS), self.where.size), self.flat.dtype)
        for part in self._parts():
            steps = np.array(self.steps[part.start : part.stop])
            found[part.start : part.stop] = self.flat.take(self.where + steps[:, None])
        return found

    @cached_property
    def same_count(self) -> np.ndarray:
        """How many of the 26 neighbours have the voxel's level, (n,)."""
        # On the whole crop: what lies outside of the region counts too, and is left out at the end.
        count = np.zeros(self.flat.size, np.uint8)
        for step in self.steps:
            equal = self.flat[step:] == self.flat[:-step]
            count[step:] += equal
            count[:-step] += equal
        return count.take(self.where).astype(np.intp)

    @cached_property
    def zones(self) -> np.ndarray:
        """Number of each voxel's zone: the connected (26) voxels of one level, (n,).

        A few directions at a time: what they join needs no pair of the next ones, and graphs stay small.
        """
        # Along the first direction, the fastest axis, the voxels of a zone follow one another.
        begins = np.ones(self.where.size, np.int32)
        begins[1:] = self.next[0, :-1] != self.own[:-1]
        zones = np.cumsum(begins, dtype=np.int32) - 1
        for _, _, voxels, others in self.pairs():
            zones = _joined(zones, voxels, others)
        return zones

    def pairs(self) -> Iterator[tuple[range, np.ndarray, np.ndarray, np.ndarray]]:
        """The pairs of neighbours of one level, some directions at a time.

        Yields
        ------
        tuple of range and three ndarray of int, shape (m,)
            The directions; which of them (0 for the first) each pair lies along; its voxel (0 to n-1), in
            ascending order along each direction; the next one.
        """
        n = self.where.size
        number = np.zeros(self.flat.size, np.int32)
        number[self.where] = np.arange(n, dtype=np.int32)
        for part in self._parts():
            equal = self.next[part.start : part.stop] == self.own
            direction = np.repeat(np.arange(len(part)), np.count_nonzero(equal, axis=1))
            voxels = np.flatnonzero(equal) - direction * n
            steps = np.array(self.steps[part.start : part.stop])
            yield part, direction, voxels, number.take(self.where.take(voxels) + steps.take(direction))

    def _parts(self) -> Iterator[range]:
        """The directions, so many at a time as `PAIRS_AT_ONCE` says, but at least one."""
        many = max(1, PAIRS_AT_ONCE // self.where.size)
        count = len(DIRECTIONS)
        return (range(start, min(start + many, count)) for start in range(0, count, many))

    @cached_property
    def zone_levels(self) -> np.ndarray:
        """Levels of the zones from 1 at `lowest`, by their numbers, (zones,)."""
        levels = np.zeros(int(self.zones.max()) + 1, np.intp)
        levels[self.zones] = self.own
        return levels

    @property
    def levels(self) -> np.ndarray:
        """The levels from the lowest to the highest present, float (span,)."""
        return np.arange(self.lowest, self.lowest + self.span, dtype=float)


def _joined(zones: np.ndarray, voxels: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The zones after each voxel's was joined with the other's, numbered anew from 0."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    first, second = zones.take(voxels), zones.take(others)
    apart = np.flatnonzero(first != second)
    if apart.size == 0:
        return zones
    n = int(zones.max()) + 1
    graph = coo_matrix((np.ones(apart.size), (first.take(apart), second.take(apart))), shape=(n, n))
    # connected_components minds no duplicates: scipy need not sort the rows to find them.
    graph.has_canonical_format = True
    return connected_components(graph.tocsr(), directed=True, connection="weak")[1].take(zones)
