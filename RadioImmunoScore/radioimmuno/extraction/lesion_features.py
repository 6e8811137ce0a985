"""Measure a lesion on one image: ring, preprocessing and features.

One lesion's failure is its own: it gets a finding, the others go on. Lesions are measured one after the
other: two threads are a tenth faster on two processors, because each step is too short to overlap, and need
half as much memory again. Cohorts run patients side by side, in processes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..features.compute import compute_features
from ..features.family import Values
from ..features.region import Region
from ..findings import Finding, Refusal, Severity
from ..geometry.box_index import BoxIndex
from ..geometry.grid import Grid, grid_of
from ..geometry.image import Box, Image
from ..lesion import Lesion
from ..modality import CT, Modality, modality_of_role
from ..settings import Settings
from . import measurability
from .regions import Keys, LesionRegions, ResampledImage, make_regions, resample, sampled_box
from .response_keys import check_filters
from .responses import measure_responses
from .ring import ring_box

Progress = Callable[[int, int], None]
Findings = Mapping[str, Sequence[Finding]]

# Gives the values of the keys asked for on a region.
Engine = Callable[[Region, Collection[str]], Values]


@dataclass(frozen=True, eq=False)
class LesionFeatures:
    """What was measured of one lesion; `values` is empty when a finding refuses it.

    Parameters
    ----------
    id, name : str
        The lesion's.
    volume_cc : float
        Of its voxels.
    values : mapping of str to float or None
        Identifier -> value, None where the feature is not defined for the region.
    findings : tuple of Finding
        All that was found, refusals included.
    ring : Image or None
        The ring on the grid, bool, where one was asked for and built.
    """

    id: str
    name: str
    volume_cc: float
    values: Mapping[str, float | None] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    ring: Image | None = None

    @property
    def refused(self) -> bool:
        """Whether the lesion could not be measured."""
        return _refuses(self.findings)

    @property
    def status(self) -> str:
        """`measured`, `warning` (measured, with something to look at) or `refused`."""
        if self.refused:
            return "refused"
        return "warning" if any(one.severity is Severity.WARN for one in self.findings) else "measured"


@dataclass(frozen=True, eq=False)
class Task:
    """What all lesions of one call share; images and lesions are canonical.

    Parameters
    ----------
    image : Image
        The image that lesions were drawn on.
    lesions : tuple of Lesion
    grid : Grid
        Of the image's lattice.
    settings : Settings
    keys : mapping of str to tuple of str
        Region, with a filter behind it or without -> keys of the features that are computed.
    engine : callable, optional
        What computes them.
    margin_mm : float, optional
        How much of the image around a region the engine gets at least.
    role : str, optional
        Of the image.
    """

    image: Image
    lesions: tuple[Lesion, ...]
    grid: Grid
    settings: Settings
    keys: Keys
    engine: Engine = compute_features
    margin_mm: float = 0.0
    role: str = CT.role

    @property
    def modality(self) -> Modality:
        """The image's modality."""
        return modality_of_role(self.role) or CT

    def resampled(self, around: Box) -> ResampledImage:
        """The image around a box of its voxels, as much as any lesion inside of the box needs."""
        box = sampled_box(around, self.grid, self.settings, self.keys, self.margin_mm)
        return resample(self.image, self.grid, box, self.settings.extraction, self.modality)

    def cutting(self, lesion: Lesion) -> list[Lesion]:
        """The other lesions that reach into the box of a lesion's ring."""
        if lesion.box is None:
            return []
        places = self._covered.meeting(ring_box(lesion.box, self.grid, self.settings.ring))
        return [self.lesions[place] for place in places if self.lesions[place].id != lesion.id]

    @cached_property
    def _covered(self) -> BoxIndex:
        """The boxes of the grid that the lesions cover."""
        boxes = (lesion.box for lesion in self.lesions)
        return BoxIndex([None if box is None else self.grid.cover(box, 0.0) for box in boxes])


def task_of(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    keys: Keys,
    engine: Engine = compute_features,
    margin_mm: float = 0.0,
    role: str = CT.role,
) -> Task:
    """The task of measuring these lesions; parameters as of `extract.measure` and of `Task`.

    Raises
    ------
    SettingsError
        `filter.unknown`, `filter.anisotropic`: where a filter that is asked for can act on no lesion.
    """
    source = image.canonical()
    grid = grid_of(source.lattice, settings.extraction.spacing_mm)
    check_filters(keys, settings, grid.lattice.spacing)
    canonical = tuple(lesion.canonical() for lesion in lesions)
    return Task(source, canonical, grid, settings, keys, engine, margin_mm, role)


def measure_lesion(
    task: Task, lesion: Lesion, known: Sequence[Finding] = (), resampled: ResampledImage | None = None
) -> LesionFeatures:
    """One lesion of a task, or another contour of it: a lesion's own contour does not cut its ring.

    Parameters
    ----------
    task : Task
    lesion : Lesion
        Canonical.
    known : sequence of Finding, optional
        What is known to be wrong already; kept, a refusal is obeyed.
    resampled : ResampledImage, optional
        The CT around it, where it was resampled before.
    """
    findings = list(known)
    values: dict[str, float | None] = {}
    made = LesionRegions()
    try:
        # A lesion of which nothing lies on the CT is not empty: what is known says so already.
        if lesion.box is not None or not _refuses(findings):
            findings += measurability.check_mask(lesion, task.grid, task.modality)
        if not _refuses(findings) and lesion.box is not None:
            others = task.cutting(lesion)
            around = resampled or task.resampled(lesion.box)
            how = task.settings, task.keys, task.margin_mm, task.modality
            made = make_regions(around, lesion, others, *how)
            findings += made.findings
        for name, region in made.regions.items():
            measured = task.engine(region, task.keys[name])
            values.update({f"{name}.{key}": value for key, value in measured.items()})
        if made.filtered:
            by = task.settings, task.keys, task.engine, task.modality
            found, problems = measure_responses(around, made.filtered, *by)
            values.update(found)
            findings += problems
    except Exception as error:
        findings.append(_finding_of(error, lesion))
        values = {}
    ring = made.ring.mask if made.ring else None
    return LesionFeatures(lesion.id, lesion.name, lesion.volume_cc, values, tuple(findings), ring)


def _refuses(findings: Sequence[Finding]) -> bool:
    return any(finding.refuses for finding in findings)


def _finding_of(error: Exception, lesion: Lesion) -> Finding:
    """What a refusal says; of any other error, that it happened: the log has the details."""
    if isinstance(error, Refusal):
        return Finding(error.code, Severity.REFUSE, str(error))
    logging.getLogger(__name__).error("measuring lesion %s failed", lesion.id, exc_info=error)
    return Finding("lesion.failed", Severity.REFUSE, f"Measuring failed ({type(error).__name__}: {error}).")
