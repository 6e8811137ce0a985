"""Symmetric-forces demons: the displacement that is left between two CT after an affine map.

Thirion, Med Image Anal 1998;2:243-260; the symmetric forces: Vercauteren et al., NeuroImage 2009;45:S61-72.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..geometry.image import Box, Image, to_sitk
from .alignment import Alignment, ReducedCt, moved_by

if TYPE_CHECKING:
    import SimpleITK as sitk

Progress = Callable[[int, int], None]

# Air around the body that is registered with it.
MARGIN_MM = 12.0
# What precedes the demons, in steps.
BEFORE = 40


@dataclass(frozen=True)
class Schedule:
    """Of the demons on voxels of one size.

    Parameters
    ----------
    iterations : int
    smoothing_voxels : float
        SD by which the displacement is smoothed after each iteration.
    cost : int
        How long an iteration takes, in steps.
    """

    iterations: int
    smoothing_voxels: float
    cost: int


# Voxels of about 12, 6 and 3 mm: an iteration takes eight times as long on the next finer ones.
COARSEST, COARSE = Schedule(200, 1.0, 0), Schedule(150, 1.0, 1)
# The more of the last iterations, the nearer, still at 240 of them; what a large CT takes sets their number.
FINE_SMOOTHING_VOXELS, FINE_COST = 1.5, 8
FINE_ITERATIONS, FINE_VOXELS_IN_ALL = (30, 150), 150_000_000


def schedules(voxels: int) -> tuple[Schedule, Schedule, Schedule]:
    """Of the demons, coarse voxels first.

    Parameters
    ----------
    voxels : int
        The finest ones.

    Returns
    -------
    tuple of three Schedule
    """
    least, most = FINE_ITERATIONS
    iterations = min(most, max(least, FINE_VOXELS_IN_ALL // voxels))
    return COARSEST, COARSE, Schedule(iterations, FINE_SMOOTHING_VOXELS, FINE_COST)


class Steps:
    """How much of the work is done; a report that raises ends it."""

    def __init__(self, report: Progress, demons: Iterable[Schedule]) -> None:
        self._report, self._done = report, 0
        self._total = 2 * BEFORE + sum(each.iterations * each.cost for each in demons)
        report(0, self._total)

    def take(self, steps: int) -> None:
        """So many more are done."""
        self._done += steps
        self._report(self._done, self._total)


def deform(
    fixed: ReducedCt,
    moving: ReducedCt,
    alignment: Alignment,
    start: sitk.Image | None,
    schedule: Schedule,
    threads: int,
    steps: Steps,
) -> sitk.Image:
    """The displacement in the baseline that, before the affine map, brings both CT together.

    Parameters
    ----------
    fixed, moving : ReducedCt
        Baseline and follow-up.
    alignment : Alignment
        The affine map.
    start : SimpleITK image or None
        The displacement of coarser voxels.
    schedule : Schedule
    threads : int
    steps : Steps
        Its report is called after each iteration; what it raises ends the registration.

    Returns
    -------
    SimpleITK image
        Vectors (x, y, z) in LPS mm, on the baseline's voxels around the body.
    """
    import SimpleITK as sitk

    target = fixed.image.crop(around(fixed))
    values, _, there = moved_by(moving, target.window, alignment.matrix, alignment.offset)
    image = to_sitk(target)
    # Where the follow-up has no voxels nothing is known, and nothing pulls.
    source = to_sitk(Image(np.where(there, values, target.values), target.window))
    demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
    demons.SetNumberOfThreads(threads)
    demons.SetNumberOfIterations(schedule.iterations)
    demons.SetSmoothDisplacementField(True)
    demons.SetStandardDeviations(schedule.smoothing_voxels)
    to = sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkVectorFloat64, True
    first = [] if start is None else [sitk.Resample(start, image, *to)]
    stopped: list[BaseException] = []

    def iterate() -> None:
        # SimpleITK would print what is raised here and go on, for an iteration even after it was stopped.
        if stopped:
            return
        try:
            steps.take(schedule.cost)
        except BaseException as error:
            stopped.append(error)
            demons.Abort()

    demons.AddCommand(sitk.sitkIterationEvent, iterate)
    try:
        return demons.Execute(image, source, *first)
    finally:
        if stopped:
            raise stopped[0]


def around(ct: ReducedCt) -> Box:
    """The body with a margin of air.

    Parameters
    ----------
    ct : ReducedCt
    """
    box = Box.around(ct.body)
    assert box is not None  # `reduced` refuses a CT without a body
    return box.grow([math.ceil(MARGIN_MM / step) for step in ct.image.lattice.spacing])
