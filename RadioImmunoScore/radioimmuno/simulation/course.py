"""Simulated courses: the same patient again, with lesions that grew, shrank, went, came, split or merged.

The body is deformed by a smooth field, as breathing and lying down again do it, and is painted anew: the
follow-up has a lattice, a slice thickness, a sharpness, a noise, a contrast agent's uptake and a reader of
its own. What became of each lesion, and where each point went, is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np

from ..acquisition import Acquisition
from ..geometry.image import Image, Triple, as_triple
from ..lesion import Lesion
from . import COURSE_SEED
from .body import IODINE_SIGNAL, PATIENT_WAVES, Body, tissue_hu
from .fields import gaussian_field, swell
from .patient import Plan, centred_lattice, plan_patient
from .scanner import Scanner, draw_scanner
from .tumors import Tumor, draw_tumor, resized

BASELINE_DATE = date(2024, 1, 8)
DAYS_APART = (42, 90)

# Breathing moves what lies at the diaphragm most, along the body.
MOVED_MM = (13.0, 5.0, 5.0)  # z, y, x
MOVED_WAVES, MOVED_WAVELENGTHS_MM = 4, (180.0, 420.0)
TABLE_MM = (30.0, 30.0, 120.0)  # x, y, z: how far the table may be off
INVERSIONS = 15

SAME, GONE, NEW, SPLIT, MERGED, PAIR = "same", "gone", "new", "split", "merged", "pair"
# What becomes of a planned lesion, and how often; a pair are two near each other that stay.
FATES = {SAME: 0.58, GONE: 0.12, NEW: 0.12, SPLIT: 0.06, MERGED: 0.06, PAIR: 0.06}
LARGEST_CHANGE, LARGEST_GROWTH_MM = 3.0, 4.0
PART_SHARE, PART_BULGE, PART_GAPS_MM = 0.3, 1.3, (1.5, 5.0)
# One that is smaller does not split into two that can be seen; two that merge grow into each other.
LEAST_SPLIT_CC, CONFLUENT_GROWTH = 4.0, 4.0

# Of the course that is shown to try following out.
SHOWN_LESIONS, SHOWN_STUDIES, SHOWN_SLICE_MM, SHOWN_PIXEL_MM = 8, 3, 3.0, 2.0


@dataclass(frozen=True)
class TrueMatch:
    """What became of lesions from one study to the next.

    Parameters
    ----------
    before, after : tuple of str
        Lesion ids in either study; empty for what is new or gone.
    kind : str
        `same`, `gone`, `new`, `split` or `merged`.
    volume_ratio : float or None
        True volume after to before; None for what is new or gone.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    kind: str
    volume_ratio: float | None = None


@dataclass(frozen=True, eq=False)
class SimulatedStudy:
    """A patient at one date.

    Parameters
    ----------
    plan : Plan
    date : str
        ISO 8601.
    table_mm : tuple of float
        (x, y, z) by which the scanner's coordinates are off the plan's.
    """

    plan: Plan
    date: str
    table_mm: Triple

    @property
    def acquisition(self) -> Acquisition:
        """How the patient was scanned; each kernel has a name of its own."""
        sharpness = f"SIMULATED {self.plan.scanner.psf_sigma_mm:.2f} mm"
        return replace(self.plan.acquisition, kernel=sharpness)

    def image(self) -> Image:
        """The CT, HU."""
        return self._on_table(self.plan.image())

    def lesions(self) -> list[Lesion]:
        """The lesions as a reader drew them; those that voxels are too large for are left out."""
        drawn = [replace(lesion, mask=self._on_table(lesion.mask)) for lesion in self.plan.lesions()]
        return [lesion for lesion in drawn if lesion.voxels]

    def _on_table(self, image: Image) -> Image:
        origin = as_triple(np.add(image.lattice.origin, self.table_mm))
        return replace(image, lattice=replace(image.lattice, origin=origin))


@dataclass(frozen=True, eq=False)
class SimulatedCourse:
    """The studies of one patient in order of time and the truth about them.

    Parameters
    ----------
    studies : tuple of SimulatedStudy
    truth : tuple of tuple of TrueMatch
        From each study to the next.
    """

    studies: tuple[SimulatedStudy, ...]
    truth: tuple[tuple[TrueMatch, ...], ...]

    @property
    def irradiated(self) -> tuple[frozenset[str], ...]:
        """IDs of the irradiated lesions of each study: every third at baseline, and what came of it."""
        found = [frozenset([str(n) for n, _ in enumerate(self.studies[0].plan.tumors, start=1)][2::3])]
        for matches in self.truth:
            later = [match.after for match in matches if found[-1].intersection(match.before)]
            found.append(frozenset(lesion for after in later for lesion in after))
        return tuple(found)

    def moved(self, points: np.ndarray, step: int = 0) -> np.ndarray:
        """Where points of a study lie in the next one.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm
        step : int, optional
            Number of the study that they are of.

        Returns
        -------
        ndarray of float64, shape (..., 3), LPS mm
        """
        before, after = self.studies[step : step + 2]
        inside = points - np.array(before.table_mm)
        return _moved(before.plan.body, after.plan.body, inside) + np.array(after.table_mm)


def simulate_course(
    seed: int,
    lesions: int | None = None,
    studies: int = 2,
    slice_mm: float | None = None,
    pixel_mm: float | None = None,
) -> SimulatedCourse:
    """A simulated patient at several dates; no voxel is made yet.

    Parameters
    ----------
    seed : int
        The same seed gives the same course.
    lesions : int, optional
        How many are planned in all (1 to 12 at random by default); two near each other count once.
    studies : int, optional
    slice_mm, pixel_mm : float, optional
        Of all studies (drawn for each by default).

    Returns
    -------
    SimulatedCourse
    """
    rng = np.random.default_rng((seed, 14))
    planned = int(rng.integers(1, 13)) if lesions is None else lesions
    plan = plan_patient(seed, planned, slice_mm)
    scanner = replace(draw_scanner(rng, slice_mm, pixel_mm), kvp=plan.scanner.kvp)
    growing, waiting = first_study(rng, plan.tumors, plan.body.iodine)
    now = _placed(replace(plan, scanner=scanner), _all(growing))
    found, truth, day = [SimulatedStudy(now, BASELINE_DATE.isoformat(), (0.0, 0.0, 0.0))], [], BASELINE_DATE
    for _ in range(studies - 1):
        scanner = draw_scanner(rng, slice_mm, pixel_mm)
        before, body = now.body, _breathing(rng, now.body, scanner)
        growing, then = next_study(rng, partial(_moved, before, body), body.iodine, growing, waiting)
        waiting = []
        tumors = _all(growing)
        order = rng.permutation(len(tumors))
        trees = tuple(
            replace(tree, starts=_moved(before, body, tree.starts), ends=_moved(before, body, tree.ends))
            for tree in now.trees
        )
        number = {id(tumors[at]): str(n) for n, at in enumerate(order, start=1)}
        old = {id(tumor): str(n) for n, tumor in enumerate(now.tumors, start=1)}
        truth.append(tuple(named(old, number, each) for each in then))
        now = _placed(Plan(now.lattice, scanner, body, trees, ()), [tumors[at] for at in order])
        day += timedelta(int(rng.integers(*DAYS_APART)))
        table = as_triple(rng.uniform(-1, 1, 3) * TABLE_MM)
        found.append(SimulatedStudy(now, day.isoformat(), table))
    return SimulatedCourse(tuple(found), tuple(truth))


def demonstration_course(seed: int = COURSE_SEED) -> SimulatedCourse:
    """The course by which following is tried out; no voxel is made yet.

    Parameters
    ----------
    seed : int, optional
        Another number is another patient; with the default all fates are there, and a split that a person
        has to decide.

    Returns
    -------
    SimulatedCourse
    """
    return simulate_course(seed, SHOWN_LESIONS, SHOWN_STUDIES, SHOWN_SLICE_MM, SHOWN_PIXEL_MM)


Group = tuple[str, tuple[Tumor, ...]]
Change = tuple[str, tuple[Tumor, ...], tuple[Tumor, ...]]


def first_study(
    rng: np.random.Generator, planned: Sequence[Tumor], iodine: float
) -> tuple[list[Group], list[Tumor]]:
    """The lesions of the first study with what becomes of them, and those that come later.

    Parameters
    ----------
    rng : Generator
    planned : sequence of Tumor
        The first one is there from the beginning.
    iodine : float
        The patient's iodine signal.

    Returns
    -------
    list of (fate, tumors)
    list of Tumor
    """
    growing: list[Group] = []
    waiting: list[Tumor] = []
    for number, tumor in enumerate(planned):
        fate = str(rng.choice(list(FATES), p=list(FATES.values())))
        if fate in (SPLIT, MERGED, PAIR) and _volume_cc(tumor) < LEAST_SPLIT_CC:
            fate = SAME
        if fate == NEW and number:
            waiting.append(tumor)
        elif fate in (MERGED, PAIR):
            growing.append((fate, _two(rng, tumor, iodine)))
        else:
            growing.append((SAME if fate == NEW else fate, (tumor,)))
    return growing, waiting


def next_study(
    rng: np.random.Generator,
    move: Callable[[np.ndarray], np.ndarray],
    iodine: float,
    growing: Sequence[Group],
    waiting: Sequence[Tumor],
) -> tuple[list[Group], list[Change]]:
    """The lesions of the next study; what merges and splits does so once and stays.

    Parameters
    ----------
    rng : Generator
    move : callable of ndarray of float64, shape (..., 3), LPS mm
        Gives where points lie in the next study.
    iodine : float
        The iodine signal of the next study.
    growing, waiting : sequence
        As of `first_study`, or as the last call gave them.

    Returns
    -------
    list of (fate, tumors)
    list of (kind, tumors before, tumors after)
    """

    def moved(tumor: Tumor) -> Tumor:
        return replace(tumor, centre=as_triple(move(np.array(tumor.centre))))

    later: list[Group] = []
    changes: list[Change] = []
    for fate, tumors in growing:
        there = [moved(tumor) for tumor in tumors]
        if fate == GONE:
            changes.append((GONE, tumors, ()))
        elif fate == SPLIT:
            two = _two(rng, there[0], iodine)
            changes.append((SPLIT, tumors, two))
            later.append((PAIR, two))
        elif fate == MERGED:
            volume = CONFLUENT_GROWTH * sum(_volume_cc(tumor) for tumor in there)
            middle = as_triple(np.mean([tumor.centre for tumor in there], axis=0))
            one = (draw_tumor(rng, there[0].site, middle, volume, there[0].infiltration, iodine),)
            changes.append((MERGED, tumors, one))
            later.append((SAME, one))
        else:
            grown = tuple(_grown(rng, tumor, limited=fate == PAIR) for tumor in there)
            changes += [(SAME, (old,), (new,)) for old, new in zip(tumors, grown, strict=True)]
            later.append((fate, grown))
    come = [moved(tumor) for tumor in waiting]
    changes += [(NEW, (), (tumor,)) for tumor in come]
    return later + [(SAME, (tumor,)) for tumor in come], changes


def named(old: dict[int, str], new: dict[int, str], change: Change) -> TrueMatch:
    """What became of lesions by their ids.

    Parameters
    ----------
    old, new : dict of int to str
        The id of each tumor of either study, by `id(tumor)`.
    change : tuple
        Kind, tumors before, tumors after.

    Returns
    -------
    TrueMatch
    """
    kind, before, after = change
    volumes = [sum(_volume_cc(tumor) for tumor in tumors) for tumors in (before, after)]
    ratio = volumes[1] / volumes[0] if before and after else None
    return TrueMatch(
        tuple(old[id(tumor)] for tumor in before), tuple(new[id(tumor)] for tumor in after), kind, ratio
    )


def _volume_cc(tumor: Tumor) -> float:
    """Of the sphere that the radius is of: ratios of a lesion to itself are exact."""
    return 4 / 3 * np.pi * tumor.radius_mm**3 / 1000


def _grown(rng: np.random.Generator, tumor: Tumor, limited: bool) -> Tumor:
    """The same lesion, larger or smaller; it stays clear of the others, which are 12 mm away."""
    lengths = float(np.exp(rng.uniform(-1, 1) * np.log(LARGEST_CHANGE) / 3))
    most = 1.0 if limited else 1 + LARGEST_GROWTH_MM / tumor.radius_mm
    error = swell(rng, (12, 40), 0.8, 5)
    return replace(resized(tumor, min(lengths, most)), contour_error=error)


def _two(rng: np.random.Generator, tumor: Tumor, iodine: float) -> tuple[Tumor, Tumor]:
    """Two lesions beside each other where one was, which have a share of its volume."""
    part = PART_SHARE * _volume_cc(tumor) * np.array((s := rng.uniform(0.35, 0.65), 1 - s))
    radii = (3000 * part / (4 * np.pi)) ** (1 / 3)
    direction = rng.normal(size=3)
    direction *= (PART_BULGE * radii.sum() + rng.uniform(*PART_GAPS_MM)) / np.linalg.norm(direction)
    inverse = radii[::-1] / radii.sum()
    places = np.array(tumor.centre) + np.array((-1, 1))[:, None] * inverse[:, None] * direction
    first, second = (
        draw_tumor(rng, tumor.site, as_triple(place), float(volume), tumor.infiltration, iodine)
        for place, volume in zip(places, part, strict=True)
    )
    return first, second


def _all(growing: Sequence[Group]) -> list[Tumor]:
    return [tumor for _, tumors in growing for tumor in tumors]


def _breathing(rng: np.random.Generator, body: Body, scanner: Scanner) -> Body:
    """The same body at another breath, contrast agent and tube voltage; bowels moved on."""
    waves = [swell(rng, MOVED_WAVELENGTHS_MM, peak, MOVED_WAVES) for peak in MOVED_MM]
    z, y, x = (old.plus(new) for old, new in zip(body.warp, waves, strict=True))
    iodine = IODINE_SIGNAL[scanner.kvp] * rng.uniform(0.8, 1.2)
    return replace(
        body,
        iodine=iodine,
        hu=tissue_hu(iodine),
        warp=(z, y, x),
        moved_mm=body.moved_mm + max(MOVED_MM),
        grain=gaussian_field(rng, *PATIENT_WAVES["grain"]),
        bowel=gaussian_field(rng, *PATIENT_WAVES["bowel"]),
    )


def _moved(before: Body, after: Body, points: np.ndarray) -> np.ndarray:
    """Where points (..., 3) of the body lie in its next state: the same place of the anatomy."""
    place = _bend(before, points) + points
    found = place
    for _ in range(INVERSIONS):
        found = place - _bend(after, found)
    return found


def _bend(body: Body, points: np.ndarray) -> np.ndarray:
    """(x, y, z) from a point in space to its place in the anatomy, mm."""
    zyx = points[..., ::-1]
    return np.stack([field.at(zyx) for field in body.warp[::-1]], axis=-1)


def _placed(plan: Plan, tumors: Sequence[Tumor]) -> Plan:
    return replace(plan, lattice=centred_lattice(plan.scanner), tumors=tuple(tumors))
