"""SUVpeak: the highest mean of a sphere of 1 cc.

Voxels count by the part of them that lies inside the sphere, and its centre is anywhere in the lesion, not at
centres of voxels alone: on voxels of 5 mm the two make a difference of several percent. (The local intensity
peak of IBSI, `features.local_intensity`, counts whole voxels around centres of voxels, as its definition
asks for.)

A sphere that reaches out of the image, or to voxels that hold no value, is no sphere of 1 cc: its mean is not
taken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..features.local_intensity import PEAK_RADIUS_MM
from ..geometry.image import Box, Image, Triple, as_index, as_triple

# A sphere's part of a voxel is integrated over columns so wide: the sphere's volume comes out within 0.1 %.
COLUMN_MM = 0.4

# Centres are tried so far apart first; from the best ones on, ever smaller steps are made.
TRIED_MM = 2.5
STARTS = 5
LAST_STEP_MM = 0.02

# What is found where no sphere lies whole in the image.
NOWHERE: tuple[float, tuple[float, ...]] = (-math.inf, (math.inf,))

# Shares of a sphere below this are rounding of the Fourier transform.
SOME_SHARE = 1e-9


@dataclass(frozen=True)
class Peak:
    """The mean of a sphere of 1 cc and where it is.

    Parameters
    ----------
    value : float
        In the image's unit.
    centre : tuple of float
        (x, y, z), LPS mm.
    """

    value: float
    centre: Triple


def peak(image: Image, mask: Image) -> Peak | None:
    """The highest mean of a sphere of 1 cc (radius 6.204 mm) whose centre lies in a lesion.

    Parameters
    ----------
    image : Image
        Any axis order.
    mask : Image
        Bool Image on the same lattice.

    Returns
    -------
    Peak or None
        None where no such sphere lies whole in the image, on voxels with a value; and of an empty mask.

    Notes
    -----
    Source: PERCIST 1.0 (Wahl et al., J Nucl Med 2009;50:122S-150S): a sphere of 1 cm3 at the hottest place,
    which need not be centred at the hottest voxel.
    """
    search = _Search(image.canonical(), mask.canonical().trimmed())
    found = max((search.climb(start) for start in search.starts()), default=NOWHERE)
    return search.peak_at(found[1]) if found > NOWHERE else None


def peak_at_maximum(image: Image, mask: Image) -> Peak | None:
    """The mean of a sphere of 1 cc around a lesion's hottest voxel; of several, the highest.

    Parameters
    ----------
    image : Image
        Any axis order.
    mask : Image
        Bool Image on the same lattice.

    Returns
    -------
    Peak or None
        None where the sphere does not lie whole in the image, on voxels with a value.
    """
    search = _Search(image.canonical(), mask.canonical().trimmed())
    inside = np.argwhere(search.mask.values) + search.mask.offset
    if not len(inside):
        return None
    values = search.image.values[tuple((inside - search.image.offset).T)]
    hottest = inside[values == values.max()]
    found = max((search.mean_at(place), tuple(place.tolist())) for place in hottest.astype(float))
    return search.peak_at(found[1]) if found[0] > -math.inf else None


def sphere_weights(spacing: Triple, shift: Triple) -> tuple[np.ndarray, tuple[int, int, int]]:
    """The volume of each voxel inside a sphere of 1 cc.

    Parameters
    ----------
    spacing : tuple of float
        (sk, sj, si) in mm.
    shift : tuple of float
        From a voxel's centre to the sphere's, mm along the array axes.

    Returns
    -------
    weights : ndarray of float64, shape (k, j, i), mm3
    start : tuple of int
        Index of the first of them, as seen from that voxel.
    """
    low = [math.ceil((c - PEAK_RADIUS_MM) / s - 0.5) for c, s in zip(shift, spacing, strict=True)]
    high = [math.floor((c + PEAK_RADIUS_MM) / s + 0.5) for c, s in zip(shift, spacing, strict=True)]
    counts = [b - a + 1 for a, b in zip(low, high, strict=True)]
    parts = [math.ceil(s / COLUMN_MM) for s in spacing[1:]]
    rows, columns = (
        (a + (np.arange(n * m) + 0.5) / m - 0.5) * s - c
        for a, n, m, s, c in zip(low[1:], counts[1:], parts, spacing[1:], shift[1:], strict=True)
    )
    half = np.sqrt(np.clip(PEAK_RADIUS_MM**2 - rows[:, None] ** 2 - columns**2, 0.0, None))
    edges = (np.arange(low[0], high[0] + 2) - 0.5) * spacing[0] - shift[0]
    ends = np.clip(edges[:, None, None], -half, half)
    lengths = np.diff(ends, axis=0).reshape(counts[0], counts[1], parts[0], counts[2], parts[1])
    column = spacing[1] * spacing[2] / (parts[0] * parts[1])
    return lengths.sum(axis=(2, 4)) * column, as_index(low)


@dataclass(frozen=True, eq=False)
class _Search:
    """The means of spheres in a canonical image, with centres in a canonical, trimmed mask.

    Places are continuous indices of the lattice.

    Parameters
    ----------
    image, mask : Image
    """

    image: Image
    mask: Image

    def mean_at(self, place: np.ndarray) -> float:
        """The mean of a sphere around a place; minus infinity where it is none of 1 cc.

        Parameters
        ----------
        place : ndarray of float64, shape (3,)
        """
        voxel = np.floor(place + 0.5)
        spacing = self.image.lattice.spacing
        weights, start = sphere_weights(spacing, as_triple((place - voxel) * spacing))
        box = Box.whole(weights.shape).shift(as_index(voxel + start))
        part = self.image.crop(box)
        if part.box != box:
            return -math.inf
        inside = weights > 0
        values, shares = part.values[inside].astype(float), weights[inside]
        if not np.isfinite(values).all():
            return -math.inf
        # Rounding must not make a mean higher than all that it is the mean of.
        return float(np.clip((values * shares).sum() / shares.sum(), values.min(), values.max()))

    def peak_at(self, place: tuple[float, ...]) -> Peak:
        """The sphere's mean with its centre in space.

        Parameters
        ----------
        place : tuple of float
        """
        where = np.array(place)
        return Peak(self.mean_at(where), as_triple(self.image.lattice.to_lps(where)))

    def starts(self) -> list[tuple[float, ...]]:
        """The places in different voxels where the mean is highest, of those that are tried at first."""
        best: dict[tuple[int, ...], tuple[float, tuple[float, ...]]] = {}
        if not self.mask.values.size:
            return []
        for shift in self._shifts():
            means = np.where(self.mask.values, self._means(shift), -np.inf).ravel()
            for flat in np.argpartition(means, -min(STARTS, means.size))[-STARTS:]:
                if means[flat] > -np.inf:
                    voxel = np.array(np.unravel_index(flat, self.mask.values.shape)) + self.mask.offset
                    place = voxel + np.array(shift) / self.image.lattice.spacing
                    found = (float(means[flat]), tuple(place.tolist()))
                    best[tuple(voxel)] = max(found, best.get(tuple(voxel), found))
        return [place for _, place in sorted(best.values(), reverse=True)[:STARTS]]

    def climb(self, start: tuple[float, ...]) -> tuple[float, tuple[float, ...]]:
        """The highest mean that steps along the axes lead to, ever smaller ones, and its place."""
        spacing = np.array(self.image.lattice.spacing)
        place, step = np.array(start), TRIED_MM / 2
        mean = self.mean_at(place)
        while step >= LAST_STEP_MM:
            tried = [place + sign * step / spacing * np.eye(3)[axis] for axis in range(3) for sign in (-1, 1)]
            means = [self.mean_at(one) if self._holds(one) else -math.inf for one in tried]
            best = int(np.argmax(means))
            if means[best] > mean:
                place, mean = tried[best], means[best]
            else:
                step /= 2
        return mean, tuple(place.tolist())

    def _holds(self, place: np.ndarray) -> bool:
        index = np.floor(place + 0.5).astype(int) - self.mask.offset
        there = bool(((index >= 0) & (index < self.mask.values.shape)).all())
        return there and bool(self.mask.values[tuple(index)])

    def _shifts(self) -> Iterator[Triple]:
        """Places in a voxel, evenly, as shifts from its centre in mm."""
        axes = []
        for spacing in self.image.lattice.spacing:
            count = math.ceil(spacing / TRIED_MM)
            axes.append((((np.arange(count) + 0.5) / count - 0.5) * spacing).tolist())
        return itertools.product(*axes)

    def _means(self, shift: Triple) -> np.ndarray:
        """The means of spheres around all voxels of the mask's box, each shifted alike."""
        from scipy.signal import fftconvolve

        weights, start = sphere_weights(self.image.lattice.spacing, shift)
        box = self.mask.box
        reached = Box(
            as_index(np.array(box.start) + start),
            as_index(np.array(box.stop) + start + np.array(weights.shape) - 1),
        )
        values = self.image.within(reached, math.nan, float)
        share = weights[::-1, ::-1, ::-1] / weights.sum()
        known = np.isfinite(values)
        means = fftconvolve(np.where(known, values, 0.0), share, mode="valid")
        if known.all():
            return means
        missing = fftconvolve(~known, share, mode="valid")
        return np.where(missing > SOME_SHARE, -np.inf, means)
