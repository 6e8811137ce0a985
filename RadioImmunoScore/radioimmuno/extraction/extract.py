"""Measure the lesions of a CT: ring, preprocessing and features of each.

One lesion's failure is its own: it gets a finding, the others go on. Lesions are measured one after the
other: two threads are a tenth faster on two processors, because each step is too short to overlap, and need
half as much memory again. Cohorts run patients side by side, in processes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..features import catalog
from ..features.extract import Values
from ..features.extract import extract as extract_features
from ..features.region import Region
from ..findings import Finding, Refusal, Severity
from ..geometry.box_index import BoxIndex
from ..geometry.grid import Grid, grid_of
from ..geometry.image import Box, Image
from ..lesion import Lesion
from ..settings import Settings
from . import measurability
from .regions import Keys, Prepared, Sampled, prepare, sample, sampled_box
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
    values : identifier -> value, None where the feature is not defined for the region
    findings : all that was found, refusals included
    ring : the ring on the grid, where one was asked for and built
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


@dataclass(frozen=True, eq=False)
class Task:
    """What all lesions of one call share; CT and lesions are canonical."""

    image: Image
    lesions: tuple[Lesion, ...]
    grid: Grid
    settings: Settings
    keys: Keys
    engine: Engine = extract_features
    margin_mm: float = 0.0

    def sampled(self, around: Box) -> Sampled:
        """The CT around a box of its voxels, as much as any lesion inside of the box needs."""
        box = sampled_box(around, self.grid, self.settings, self.keys, self.margin_mm)
        return sample(self.image, self.grid, box, self.settings.extraction)

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


def extract(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    wanted: Collection[str],
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
    engine: Engine = extract_features,
) -> list[LesionFeatures]:
    """Features of every lesion, in the order of the lesions.

    Parameters
    ----------
    image : the CT; any axis order
    lesions : lesions on the CT's lattice
    settings : how to measure
    wanted : identifiers `<region>.<family>.<name>`; only what they need is computed
    only : ids of the lesions to measure; the others still cut rings and overlap. All by default
    findings : lesion id -> what is known to be wrong already (reading found it); kept, a refusal is obeyed
    progress : called with (lesions done, lesions in all) on the calling thread; an exception it raises
        stops the work
    engine : what computes the features of a region; scores are always made with our own

    Raises
    ------
    KeyError
        When an identifier is not in the catalog.
    """
    return measure(
        image,
        lesions,
        settings,
        by_region(wanted),
        only=only,
        findings=findings,
        progress=progress,
        engine=engine,
    )


def by_region(identifiers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The keys asked for of each region."""
    keys: dict[str, list[str]] = {}
    for identifier in identifiers:
        region, feature = catalog.split(identifier)
        keys.setdefault(region, []).append(feature.key)
    return {region: tuple(names) for region, names in keys.items()}


def measure(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    keys: Keys,
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
    engine: Engine = extract_features,
    margin_mm: float = 0.0,
) -> list[LesionFeatures]:
    """As `extract`, with keys by region; a ring is built when `keys` has `ring`, be it without keys.

    `margin_mm` is how much of the CT around a region the engine gets at least.
    """
    task = task_of(image, lesions, settings, keys, engine, margin_mm)
    shared = measurability.overlaps(task.lesions)
    chosen = [lesion for lesion in task.lesions if only is None or lesion.id in only]
    rows: list[LesionFeatures] = []
    for lesion in chosen:
        known = (*(findings or {}).get(lesion.id, ()), *shared.get(lesion.id, ()))
        rows.append(measure_lesion(task, lesion, known))
        if progress:
            progress(len(rows), len(chosen))
    return rows


def task_of(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    keys: Keys,
    engine: Engine = extract_features,
    margin_mm: float = 0.0,
) -> Task:
    """The task of measuring these lesions; parameters as of `measure`."""
    source = image.canonical()
    grid = grid_of(source.lattice, settings.extraction.spacing_mm)
    return Task(
        source, tuple(lesion.canonical() for lesion in lesions), grid, settings, keys, engine, margin_mm
    )


def measure_lesion(
    task: Task, lesion: Lesion, known: Sequence[Finding] = (), sampled: Sampled | None = None
) -> LesionFeatures:
    """One lesion of a task, or another contour of it: a lesion's own contour does not cut its ring.

    Parameters
    ----------
    lesion : canonical
    known : what is known to be wrong already; kept, a refusal is obeyed
    sampled : the CT around it, where it was sampled before
    """
    findings = list(known)
    values: dict[str, float | None] = {}
    prepared = Prepared()
    try:
        # A lesion of which nothing lies on the CT is not empty: what is known says so already.
        if lesion.box is not None or not _refuses(findings):
            findings += measurability.check_mask(lesion, task.grid)
        if not _refuses(findings) and lesion.box is not None:
            others = task.cutting(lesion)
            around = sampled or task.sampled(lesion.box)
            prepared = prepare(around, lesion, others, task.settings, task.keys, task.margin_mm)
            findings += prepared.findings
        for name, region in prepared.regions.items():
            measured = task.engine(region, task.keys[name])
            values.update({f"{name}.{key}": value for key, value in measured.items()})
    except Exception as error:
        findings.append(_finding_of(error, lesion))
        values = {}
    ring = prepared.ring.mask if prepared.ring else None
    return LesionFeatures(lesion.id, lesion.name, lesion.volume_cc, values, tuple(findings), ring)


def _refuses(findings: Sequence[Finding]) -> bool:
    return any(finding.refuses for finding in findings)


def _finding_of(error: Exception, lesion: Lesion) -> Finding:
    """What a refusal says; of any other error, that it happened: the log has the details."""
    if isinstance(error, Refusal):
        return Finding(error.code, Severity.REFUSE, str(error))
    logging.getLogger(__name__).error("measuring lesion %s failed", lesion.id, exc_info=error)
    return Finding("lesion.failed", Severity.REFUSE, f"Measuring failed ({type(error).__name__}: {error}).")
