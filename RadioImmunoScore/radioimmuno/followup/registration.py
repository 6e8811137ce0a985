"""A baseline CT registered to a follow-up CT: where each point, and each lesion, of the one is in the other.

First an affine map (`alignment`), then `demons`. The result serves to pair lesions and to show both studies
at the same place; nothing is measured on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..findings import InputError
from ..geometry.image import Box, Image, Lattice, as_index, as_triple, from_sitk
from .alignment import (
    AIR_HU,
    CODE,
    LEAST_COMMON_SHARE,
    Alignment,
    ReducedCt,
    align,
    correlation,
    halved,
    reduced,
)
from .demons import BEFORE, Progress, Steps, around, deform, schedules

FINEST_MM = 3.0
# Of a body that has more of these, all of a long one, larger voxels are taken: 400 bytes and 10 microseconds
# of one processor for each.
MOST_VOXELS = 5_000_000
# The displacement is smooth: on nodes so far apart it is the same within 0.1 mm on average.
KEPT_MM = 6.0
# Iterations, and the SD in voxels by which the displacement is smoothed after each, coarse voxels first.
SMALLEST_CHANGE = 0.05
# Of CT of two patients, the lower quarter of what was measured.
USUAL_UNEVENNESS, USUAL_RESIDUAL = 0.25, 0.75

# Details of a CT are what is between these two widths (SD, mm): vessels, organs' borders, bones.
DETAIL_MM = (2.0, 10.0)

# The inverse is found by fixed-point iteration, on points so far apart.
INVERSIONS, INVERSE_MM = 20, 4.0


@dataclass(frozen=True, eq=False)
class Registration:
    """Where the points of a baseline CT are in a follow-up CT.

    Parameters
    ----------
    displacement : ndarray of float32, shape (k, j, i, 3), mm
        From a point of the baseline to the same one in the follow-up, (x, y, z) in LPS; beyond the lattice
        that of the nearest point.
    lattice : Lattice
        Of the displacement, in the baseline.
    baseline, followup : Lattice
        Of both CT: what lies outside of one is not seen there.
    overlap : float
        Dice coefficient of both bodies where both CT have voxels.
    common : float
        Share of the smaller body that is seen in both CT.
    folding : float
        Share of the body in which the map is turned inside out.
    unevenness : float
        SD of the logarithm of the volume that tissue has after the map, in multiples of before: breathing and
        lying otherwise change it little, another body a lot.
    residual : float
        1 - correlation of the details of both CT in the body: 0 for the same CT.
    """

    displacement: np.ndarray
    lattice: Lattice
    baseline: Lattice
    followup: Lattice
    overlap: float
    common: float
    folding: float
    unevenness: float
    residual: float

    @property
    def discrepancy(self) -> float:
        """How little one body is the other: unevenness and residual, each by its usual size of two bodies."""
        return self.unevenness / USUAL_UNEVENNESS + self.residual / USUAL_RESIDUAL

    def to_followup(self, points: np.ndarray) -> np.ndarray:
        """Where points of the baseline are in the follow-up.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm

        Returns
        -------
        ndarray of float64, shape (..., 3), LPS mm
        """
        return points + self._displacement_at(points)

    def to_baseline(self, points: np.ndarray) -> np.ndarray:
        """Where points of the follow-up are in the baseline.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm

        Returns
        -------
        ndarray of float64, shape (..., 3), LPS mm
        """
        found = points - self._mean_displacement
        for _ in range(INVERSIONS):
            found = points - self._displacement_at(found)
        return found

    def then(self, later: Registration) -> Registration:
        """Both registrations as one, the other from this one's follow-up; of each number the worse.

        Parameters
        ----------
        later : Registration

        Returns
        -------
        Registration
        """
        nodes = self.lattice.to_lps(np.moveaxis(np.indices(self.lattice.shape), 0, -1))
        displacement = later.to_followup(self.to_followup(nodes)) - nodes
        return replace(
            self,
            displacement=displacement.astype(np.float32),
            followup=later.followup,
            overlap=min(self.overlap, later.overlap),
            common=min(self.common, later.common),
            folding=max(self.folding, later.folding),
            unevenness=max(self.unevenness, later.unevenness),
            residual=max(self.residual, later.residual),
        )

    def sees(self, points: np.ndarray) -> np.ndarray:
        """Whether points of the baseline are in the follow-up's field of view.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm

        Returns
        -------
        ndarray of bool, shape (...)
        """
        return _inside(self.followup, self.to_followup(points))

    def saw(self, points: np.ndarray) -> np.ndarray:
        """Whether points of the follow-up are in the baseline's field of view.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm

        Returns
        -------
        ndarray of bool, shape (...)
        """
        return _inside(self.baseline, self.to_baseline(points))

    def carry(self, mask: Image) -> Image:
        """A mask of the baseline on the follow-up's voxels: to pair lesions, never to measure.

        Parameters
        ----------
        mask : Image
            Bool Image of the baseline.

        Returns
        -------
        Image
            Bool Image on the follow-up's lattice, cropped to what it covers.
        """
        from scipy import ndimage

        part = mask.trimmed()
        box = self._reach(part) if part.values.size else Box((0, 0, 0), (0, 0, 0))
        if not box.size:
            return Image(np.zeros((0, 0, 0), bool), self.followup)
        counts = [
            max(2, math.ceil(size * step / INVERSE_MM) + 1)
            for size, step in zip(box.shape, self.followup.spacing, strict=True)
        ]
        ends = zip(box.start, box.stop, counts, strict=True)
        nodes = np.stack(np.meshgrid(*(np.linspace(a, b - 1, n) for a, b, n in ends), indexing="ij"), -1)
        source = part.window.to_index(self.to_baseline(self.followup.to_lps(nodes)))
        steps = [(n - 1) / max(1, size - 1) for n, size in zip(counts, box.shape, strict=True)]
        place = np.meshgrid(
            *(np.arange(size) * s for size, s in zip(box.shape, steps, strict=True)), indexing="ij"
        )
        index = [ndimage.map_coordinates(source[..., axis], place, order=1) for axis in range(3)]
        padded = np.pad(part.values.astype(np.float32), 1)
        shares = ndimage.map_coordinates(padded, [each + 1 for each in index], order=1, mode="constant")
        return Image(shares >= 0.5, self.followup, box.start).trimmed()

    def _reach(self, part: Image) -> Box:
        """The follow-up's voxels that a mask can come to lie on."""
        places = self.to_followup(part.window.to_lps(np.argwhere(part.values)))
        index = self.followup.to_index(places)
        margin = np.array(part.lattice.spacing).max() / np.array(self.followup.spacing) + 1
        low, high = np.floor(index.min(axis=0) - margin), np.ceil(index.max(axis=0) + margin) + 1
        return Box(as_index(low), as_index(high)).intersect(Box.whole(self.followup.shape))

    def _displacement_at(self, points: np.ndarray) -> np.ndarray:
        from scipy import ndimage

        index = self.lattice.to_index(points).reshape(-1, 3).T
        parts = [
            ndimage.map_coordinates(self.displacement[..., axis], index, order=1, mode="nearest")
            for axis in range(3)
        ]
        return np.stack(parts, axis=-1).reshape(np.shape(points))

    @cached_property
    def _mean_displacement(self) -> np.ndarray:
        return self.displacement.mean(axis=(0, 1, 2), dtype=float)


@dataclass(frozen=True)
class Limit:
    """What a registration of one patient's CT keeps, and that of two patients' mostly does not.

    Parameters
    ----------
    name : str
        Of the registration's number.
    least, most : float
    words : str
        What is wrong beyond, with room for the number and the limit.
    """

    name: str
    least: float
    most: float
    words: str

    def sentence(self, registration: Registration) -> str:
        """What is wrong, or nothing."""
        value = getattr(registration, self.name)
        if self.least <= value <= self.most:
            return ""
        return self.words.format(value, self.least if value < self.least else self.most)


# Of 22 real CT at another breath, 44 pairs, 1.15 at most; of 70 pairs of 23 patients 1.59 at least. Without
# the pairs of any one patient the middle is 1.35 to 1.38, on the right side of all of that patient's.
MOST_DISCREPANCY = 1.37

LIMITS = (
    Limit(
        "common",
        LEAST_COMMON_SHARE,
        math.inf,
        "Only {:.2f} of the smaller body is seen in both CT; {:.2f} is the least.",
    ),
    Limit(
        "overlap",
        0.9,
        math.inf,
        "Registered, the bodies overlap by a Dice coefficient of {:.2f}; {:.2f} is the least.",
    ),
    Limit("folding", 0.0, 0.001, "A share of {:.4f} of the body is turned inside out; {:.4f} is the most."),
    Limit(
        "discrepancy",
        0.0,
        MOST_DISCREPANCY,
        "One body has to be stretched here and compressed there to fit the other, and details differ all the "
        "same: by {:.2f} together, and {:.2f} is the most.",
    ),
)


def _inside(lattice: Lattice, points: np.ndarray) -> np.ndarray:
    index = lattice.to_index(points)
    return np.all((index >= -0.5) & (index <= np.array(lattice.shape) - 0.5), axis=-1)


def register(
    baseline: Image, followup: Image, progress: Progress | None = None, threads: int = 1
) -> Registration:
    """Register a baseline CT to a follow-up CT of the same patient.

    Parameters
    ----------
    baseline, followup : Image
        CT in HU, any axis order, field of view and voxels.
    progress : callable, optional
        Called with the number of stages done and in all; what it raises ends the registration.
    threads : int, optional
        For SimpleITK. With one the same CT give the same field, bit for bit; with more up to tenths of a
        mm off.

    Returns
    -------
    Registration

    Raises
    ------
    InputError
        `followup.registration` when the CT do not show the same part of the same body, with the number that
        shows it.
    """
    fine = _fine(baseline, followup)
    demons = schedules(around(fine[0]).size)
    steps = Steps(progress or (lambda _done, _total: None), demons)
    coarse = halved(fine[0]), halved(fine[1])
    coarsest = halved(coarse[0]), halved(coarse[1])
    steps.take(BEFORE)
    alignment = align(*coarse, threads)
    steps.take(BEFORE)
    field = None
    for pair, schedule in zip((coarsest, coarse, fine), demons, strict=True):
        field = deform(*pair, alignment, field, schedule, threads, steps)
    assert field is not None
    found = _assessed(*fine, alignment, from_sitk(field), (baseline, followup))
    for reason in (each.sentence(found) for each in LIMITS):
        if reason:
            raise InputError(CODE, f"{reason} Are they the same patient's? Else pair lesions by hand.")
    return found


def _fine(baseline: Image, followup: Image) -> tuple[ReducedCt, ReducedCt]:
    """Both CT on the finest voxels that are registered."""
    spacing = FINEST_MM
    fine = reduced(baseline, spacing)
    voxels = around(fine).size
    if voxels > MOST_VOXELS:
        spacing *= (voxels / MOST_VOXELS) ** (1 / 3)
        fine = reduced(baseline, spacing)
    return fine, reduced(followup, spacing)


def _assessed(
    fixed: ReducedCt, moving: ReducedCt, alignment: Alignment, bent: Image, ct: tuple[Image, Image]
) -> Registration:
    """The registration that two CT and the displacement before the affine map make."""
    from scipy import ndimage

    lattice = bent.lattice
    voxels = fixed.image.crop(around(fixed))
    body = Image(fixed.body, fixed.image.lattice).crop(voxels.box).values
    places = lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1))
    mapped = alignment.points(places + bent.values)
    index = np.moveaxis(moving.image.lattice.to_index(mapped), -1, 0)
    last = np.array(moving.body.shape) - 1
    values = ndimage.map_coordinates(moving.image.values, index, order=1, cval=AIR_HU)
    there = ((index >= 0) & (index <= last[:, None, None, None])).all(axis=0)
    in_body = ndimage.map_coordinates(moving.body.astype(np.float32), index, order=1) > 0.5
    both = np.count_nonzero(body & in_body & there)
    either = np.count_nonzero(body & there) + np.count_nonzero(in_body & there)
    first, second = (_details(each, lattice.spacing) for each in (voxels.values, values))
    seen = body & in_body & there
    change = _volume_change(mapped.astype(np.float32), lattice)[seen]
    smaller = min(
        np.count_nonzero(each.body) * each.image.lattice.voxel_volume_mm3 for each in (fixed, moving)
    )
    nodes, coarse = _nodes(lattice)
    return Registration(
        displacement=(mapped - places)[nodes].astype(np.float32),
        lattice=coarse,
        baseline=ct[0].window,
        followup=ct[1].window,
        overlap=2 * both / max(1, either),
        common=min(1.0, both * lattice.voxel_volume_mm3 / smaller),
        folding=float((change <= 0).mean()) if change.size else 0.0,
        unevenness=float(np.log(np.clip(change, SMALLEST_CHANGE, 1 / SMALLEST_CHANGE)).std()),
        residual=1 - correlation(first, second, seen),
    )


def _nodes(lattice: Lattice) -> tuple[tuple[slice, ...], Lattice]:
    """Where the displacement is kept, as an index into the lattice and as a lattice."""
    steps = [max(1, round(KEPT_MM / step)) for step in lattice.spacing]
    shape = [-(-size // step) for size, step in zip(lattice.shape, steps, strict=True)]
    spacing = [step * size for step, size in zip(steps, lattice.spacing, strict=True)]
    nodes = tuple(slice(None, None, step) for step in steps)
    return nodes, replace(lattice, shape=as_index(shape), spacing=as_triple(spacing))


def _details(values: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    from scipy import ndimage

    fine, coarse = (
        ndimage.gaussian_filter(values, [width / step for step in spacing]) for width in DETAIL_MM
    )
    return fine - coarse


def _volume_change(mapped: np.ndarray, lattice: Lattice) -> np.ndarray:
    """How many times its volume tissue takes after the map: the determinant of its derivative."""
    slopes = [np.gradient(mapped, step, axis=axis) for axis, step in enumerate(lattice.spacing)]
    turned = np.linalg.det(np.array(lattice.axes).T)
    return np.linalg.det(np.stack(slopes, axis=-1)) / turned
