"""Where inside a lesion it is heterogeneous: local features of every voxel's 3 x 3 x 3 neighbourhood.

A neighbourhood holds the voxels of the lesion among the 27; levels are those of the lesion as a whole. The
definitions are the region's own (IBSI 1) and those of PyRadiomics' voxel-based extraction (`kernelRadius` 1,
`maskedKernel`): co-occurrence features are taken of each of the 13 directions' symmetric matrix within the
neighbourhood and averaged over the directions that have pairs.

No matrix is built. With c(v) values equal to value v among n, the entropy is log2 n - mean of log2 c(v), so
that comparing the few values of all neighbourhoods with each other at once is all there is to do.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..features.neighbours import DIRECTIONS
from ..features.region import Region
from ..findings import Refusal
from ..geometry.grid import grid_of
from ..geometry.image import Image
from ..lesion import Lesion
from ..settings import Settings
from . import measurability
from .regions import Keys, LesionRegions, ResampledImage, make_regions, resample, sampled_box

TITLES = {
    "mean": "local mean",
    "entropy": "local entropy",
    "glcm_contrast": "local co-occurrence contrast",
    "glcm_joint_entropy": "local co-occurrence joint entropy",
}
UNITS = {"mean": "HU", "entropy": "bit", "glcm_contrast": "1", "glcm_joint_entropy": "bit"}
MAPS = tuple(TITLES)

_OFFSETS = tuple(itertools.product((-1, 0, 1), repeat=3))
# What one piece of work compares stays in the processor's cache.
VOXELS_AT_ONCE = 4096

# Logarithms of all counts that occur: 27 voxels, 18 pairs at most.
_LOG2 = np.log2(np.maximum(np.arange(len(_OFFSETS) + 1), 1))


def interior_maps(
    image: Image, lesion: Lesion, settings: Settings, names: Sequence[str] = MAPS
) -> dict[str, Image]:
    """Maps of local features of a lesion, on the grid that features are computed on.

    Parameters
    ----------
    image : Image
        The CT; any axis order.
    lesion : Lesion
        On the CT's lattice.
    settings : Settings
        How features are measured.
    names : sequence of str, optional
        Of `MAPS`.

    Returns
    -------
    dict
        Name -> float64 Image around the lesion, canonical, NaN where the lesion is not (or its intensities
        are out of range); `glcm_contrast` and `glcm_joint_entropy` are NaN too where a voxel has no
        neighbour.

    Raises
    ------
    Refusal
        When the lesion is empty or its intensities cannot be used.
    KeyError
        When a name is none of `MAPS`.
    """
    around, made = regions_of_map(image, lesion, (), settings, {"lesion": ("statistics.mean",)})
    region = made.regions["lesion"]
    local, lattice = Neighbourhoods(region), around.grid.lattice
    return {name: Image(local.spread(_VALUES[name](local)), lattice, region.start) for name in names}


def regions_of_map(
    image: Image, lesion: Lesion, others: Sequence[Lesion], settings: Settings, keys: Keys
) -> tuple[ResampledImage, LesionRegions]:
    """The regions of a lesion of which a map is made, and the image around them on the grid.

    Parameters
    ----------
    image : Image
        Any axis order.
    lesion : Lesion
    others : sequence of Lesion
        That cut its ring.
    settings : Settings
    keys : mapping of str to tuple of str
        As of `regions.make_regions`.

    Raises
    ------
    Refusal
        When the lesion is empty or its intensities cannot be used.
    SettingsError
        `filter.unknown`, `filter.anisotropic`.
    """
    source, lesion = image.canonical(), lesion.canonical()
    if lesion.box is None:
        raise Refusal("lesion.empty", "The segment is empty: draw the lesion or remove the segment.")
    grid = grid_of(source.lattice, settings.extraction.spacing_mm)
    for finding in measurability.check_mask(lesion, grid):
        if finding.code == "lesion.too_large":
            raise Refusal(finding.code, finding.text)
    around = resample(source, grid, sampled_box(lesion.box, grid, settings, keys), settings.extraction)
    cutting = [other.canonical() for other in others]
    made = make_regions(around, lesion, cutting, settings, keys)
    for finding in made.findings:
        if finding.refuses:
            raise Refusal(finding.code, finding.text)
    return around, made


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The 3 x 3 x 3 neighbourhoods of a region's voxels, n of them."""

    region: Region

    @cached_property
    def levels(self) -> np.ndarray:
        """Levels of the crop with one layer of zeros around, 0 outside of the region, int32 (k, j, i)."""
        return np.pad(self.region.levels, 1)

    @cached_property
    def where(self) -> np.ndarray:
        """Places of the voxels in the raveled padded crop, (n,)."""
        return np.flatnonzero(self.levels)

    def step(self, offset: Sequence[int]) -> int:
        """What a step is in the raveled padded crop."""
        return int(np.ravel_multi_index([o + 1 for o in offset], self.levels.shape)) - self.step_of_one

    @cached_property
    def step_of_one(self) -> int:
        """The place of padded voxel (1, 1, 1), which steps are counted from."""
        return int(np.ravel_multi_index((1, 1, 1), self.levels.shape))

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values at their voxels of the crop, NaN elsewhere.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)

        Returns
        -------
        ndarray of float64, shape (k, j, i)
        """
        filled = np.full(self.region.levels.shape, np.nan)
        filled[self.region.levels > 0] = values
        return filled

    def pieces(self) -> Iterator[np.ndarray]:
        """The voxels' places, (m,), a few at a time."""
        for start in range(0, self.where.size, VOXELS_AT_ONCE):
            yield self.where[start : start + VOXELS_AT_ONCE]


def _mean(local: Neighbourhoods) -> np.ndarray:
    inside = local.levels > 0
    values = np.where(inside, np.pad(local.region.values, 1), 0.0)
    total, count = (_sums(whole, (0, 0, 0), local) for whole in (values, inside.astype(float)))
    return total / count


def _entropy(local: Neighbourhoods) -> np.ndarray:
    flat = local.levels.astype(np.uint16).ravel()
    steps = np.array([local.step(offset) for offset in _OFFSETS])
    pieces = []
    for places in local.pieces():
        n, logs = _equals(flat.take(places + steps[:, None]))
        pieces.append(np.log2(n) - logs / n)
    return np.maximum(np.concatenate(pieces), 0.0)  # where all are equal, rounding may go below


def _glcm_contrast(local: Neighbourhoods) -> np.ndarray:
    levels = local.levels.astype(float)
    total = np.zeros(local.where.size)
    directions = np.zeros(local.where.size)
    for direction in DIRECTIONS:
        beside = _moved(levels, direction)
        pair = (levels > 0) & (beside > 0)
        squares = np.where(pair, (levels - beside) ** 2, 0.0)
        count = _sums(pair.astype(float), direction, local)
        total += _sums(squares, direction, local) / np.maximum(count, 1)
        directions += count > 0
    return _averaged(total, directions)


def _glcm_joint_entropy(local: Neighbourhoods) -> np.ndarray:
    levels = local.levels.astype(np.uint32)
    size = np.uint32(int(levels.max()) + 1)
    total = np.zeros(local.where.size)
    directions = np.zeros(local.where.size)
    for direction in DIRECTIONS:
        beside = _moved(levels, direction)
        # A symmetric matrix counts a pair both ways: which level comes first does not matter.
        codes = np.minimum(levels, beside) * size + np.maximum(levels, beside)
        codes[(levels == 0) | (beside == 0)] = 0
        flat, unequal = codes.ravel(), (levels != beside).ravel()
        steps = np.array([local.step(offset) for offset in _starts(direction)])
        done = 0
        for places in local.pieces():
            at = places + steps[:, None]
            pairs = flat.take(at)
            n, logs = _equals(pairs)
            # Its two cells share a pair of unequal levels: one bit more.
            bits = np.count_nonzero(unequal.take(at) & (pairs > 0), axis=0)
            some = np.maximum(n, 1)
            part = slice(done, done + places.size)
            total[part] += np.maximum(np.log2(some) + (bits - logs) / some, 0.0)
            directions[part] += n > 0
            done += places.size
    return _averaged(total, directions)


_VALUES: dict[str, Callable[[Neighbourhoods], np.ndarray]] = {
    "mean": _mean,
    "entropy": _entropy,
    "glcm_contrast": _glcm_contrast,
    "glcm_joint_entropy": _glcm_joint_entropy,
}


def _equals(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of (m, n) values, 0 for none: how many there are of the m, and the sum of log2 c(v) over them, (n,)."""
    count = np.ones(values.shape, np.uint8)
    for row in range(len(values) - 1):
        same = (values[row + 1 :] == values[row]).view(np.uint8)
        count[row + 1 :] += same
        count[row] += same.sum(axis=0, dtype=np.uint8)
    there = values > 0
    count *= there
    return np.count_nonzero(there, axis=0), _LOG2.take(count).sum(axis=0)


def _moved(values: np.ndarray, direction: Sequence[int]) -> np.ndarray:
    """What lies one step away of each voxel, 0 beyond the array."""
    moved = np.zeros_like(values)
    here = tuple(slice(max(0, -d), n - max(0, d)) for d, n in zip(direction, values.shape, strict=True))
    there = tuple(slice(max(0, d), n - max(0, -d)) for d, n in zip(direction, values.shape, strict=True))
    moved[here] = values[there]
    return moved


def _starts(direction: Sequence[int]) -> list[tuple[int, ...]]:
    """Where in a neighbourhood pairs along a direction begin, so that they end in it."""
    ranges = [range(-1 + max(0, -d), 2 - max(0, d)) for d in direction]
    return list(itertools.product(*ranges))


def _sums(values: np.ndarray, direction: Sequence[int], local: Neighbourhoods) -> np.ndarray:
    """Sum over where pairs along a direction begin in the neighbourhoods (over all of it for none), (n,)."""
    for axis, d in enumerate(direction):
        summed = values.copy()
        for shift in {-1, 1} - {d}:
            summed += _moved(values, (shift * (axis == 0), shift * (axis == 1), shift * (axis == 2)))
        values = summed
    return values.ravel().take(local.where)


def _averaged(total: np.ndarray, directions: np.ndarray) -> np.ndarray:
    return np.divide(total, directions, out=np.full(total.shape, np.nan), where=directions > 0)
