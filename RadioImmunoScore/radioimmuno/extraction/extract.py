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
from ..features.compute import compute_features
from ..features.family import Values
from ..features.region import Region
from ..findings import Finding, Refusal, Severity
from ..geometry.box_index import BoxIndex
from ..geometry.grid import Grid, grid_of
from ..geometry.image import Box, Image
from ..lesion import Lesion
from ..settings import Settings
from . import measurability
from .regions import Keys, LesionRegions, ResampledImage, make_regions, resample, sampled_box
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
    """What all lesions of one call share; CT and lesions are canonical.

    Parameters
    ----------
    image : Image
        The CT.
    lesions : tuple of Lesion
    grid : Grid
        Of the CT's lattice.
    settings : Settings
    keys : mapping of str to tuple of str
        Region -> keys of the features that are computed.
    engine : callable, optional
        What computes them.
    margin_mm : float, optional
        How much of the CT around a region the engine gets at least.
    """

    image: Image
    lesions: tuple[Lesion, ...]
    grid: Grid
    settings: Settings
    keys: Keys
    engine: Engine = compute_features
    margin_mm: float = 0.0

    def resampled(self, around: Box) -> ResampledImage:
        """The CT around a box of its voxels, as much as any lesion inside of the box needs."""
        box = sampled_box(around, self.grid, self.settings, self.keys, self.margin_mm)
        return resample(self.image, self.grid, box, self.settings.extraction)

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
    engine: Engine = compute_features,
) -> list[LesionFeatures]:
    """Features of every lesion, in the order of the lesions.

    Parameters
    ----------
    image : Image
        The CT; any axis order.
    lesions : sequence of Lesion
        On the CT's lattice.
    settings : Settings
        How to measure.
    wanted : collection of str
        Identifiers `<region>.<family>.<name>`; only what they need is computed.
    only : collection of str, optional
        Ids of the lesions to measure; the others still cut rings and overlap. All by default.
    findings : mapping of str to sequence of Finding, optional
        Lesion id -> what is known to be wrong already (reading found it); kept, a refusal is obeyed.
    progress : callable, optional
        Called with (lesions done, lesions in all) on the calling thread; an exception it raises stops the
        work.
    engine : callable, optional
        What computes the features of a region; scores are always made with our own.

    Raises
    ------
    KeyError
        When an identifier is not in the catalog.

    Examples
    --------
    A ball of 6 mm in a CT of one intensity:

    >>> import numpy as np
    >>> from radioimmuno.geometry.image import Lattice
    >>> lattice = Lattice((24, 24, 24), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> ct = Image(np.full(lattice.shape, 40.0, np.float32), lattice)
    >>> k, j, i = np.indices(lattice.shape) - 12
    >>> ball = Lesion("1", "ball", Image(k**2 + j**2 + i**2 <= 36, lattice))
    >>> wanted = ["lesion.statistics.mean", "lesion.morphology.approximate_volume", "ring.statistics.mean"]
    >>> (measured,) = extract(ct, [ball], Settings(), wanted)
    >>> measured.values["lesion.statistics.mean"], measured.values["ring.statistics.mean"]
    (40.0, 40.0)
    >>> measured.values["lesion.morphology.approximate_volume"] == ball.voxels
    True
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
    """The keys asked for of each region.

    Parameters
    ----------
    identifiers : collection of str

    Examples
    --------
    >>> by_region(["ring.glcm.contrast", "ring.statistics.mean", "lesion.statistics.mean"])
    {'ring': ('glcm.contrast', 'statistics.mean'), 'lesion': ('statistics.mean',)}
    """
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
    engine: Engine = compute_features,
    margin_mm: float = 0.0,
) -> list[LesionFeatures]:
    """As `extract`, with keys by region; a ring is built when `keys` has `ring`, be it without keys.

    Parameters
    ----------
    image : Image
        This and the parameters that are not described here are those of `extract`.
    lesions : sequence of Lesion
    settings : Settings
    keys : mapping of str to tuple of str
        Region -> keys of the catalog.
    only : collection of str, optional
    findings : mapping of str to sequence of Finding, optional
    progress : callable, optional
    engine : callable, optional
    margin_mm : float, optional
        How much of the CT around a region the engine gets at least.
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
    engine: Engine = compute_features,
    margin_mm: float = 0.0,
) -> Task:
    """The task of measuring these lesions; parameters as of `measure`."""
    source = image.canonical()
    grid = grid_of(source.lattice, settings.extraction.spacing_mm)
    return Task(
        source, tuple(lesion.canonical() for lesion in lesions), grid, settings, keys, engine, margin_mm
    )


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
            findings += measurability.check_mask(lesion, task.grid)
        if not _refuses(findings) and lesion.box is not None:
            others = task.cutting(lesion)
            around = resampled or task.resampled(lesion.box)
            made = make_regions(around, lesion, others, task.settings, task.keys, task.margin_mm)
            findings += made.findings
        for name, region in made.regions.items():
            measured = task.engine(region, task.keys[name])
            values.update({f"{name}.{key}": value for key, value in measured.items()})
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
