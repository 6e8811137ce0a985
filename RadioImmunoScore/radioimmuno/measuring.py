"""Measure the lesions of a CT: ring, preprocessing and features of each, on all processors.

One lesion's failure is its own: it gets a finding, the others go on.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from . import quality
from .features import catalog
from .features.extract import extract as extract_features
from .findings import Finding, Refusal, Severity
from .grid import Grid, grid_of
from .image import Image
from .lesion import Lesion
from .regions import Keys, Prepared, prepare
from .settings import Settings

Progress = Callable[[int, int], None]
Findings = Mapping[str, Sequence[Finding]]


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
        return any(finding.severity is Severity.REFUSE for finding in self.findings)


@dataclass(frozen=True, eq=False)
class _Task:
    """What all lesions of one call share."""

    image: Image
    lesions: tuple[Lesion, ...]
    grid: Grid
    settings: Settings
    keys: Keys
    known: Findings
    only: Collection[str] | None = None


@dataclass(frozen=True)
class _Measured:
    """One region's features, or why there are none."""

    values: Mapping[str, float | None] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def extract(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    wanted: Collection[str],
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
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
    workers : threads; all processors by default

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
        workers=workers,
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
    workers: int | None = None,
) -> list[LesionFeatures]:
    """As `extract`, with keys by region; a ring is built when `keys` has `ring`, be it without keys."""
    canonical = tuple(lesion.canonical() for lesion in lesions)
    source = image.canonical()
    grid = grid_of(source.lattice, settings.extraction.spacing_mm)
    shared = quality.overlaps(canonical)
    known = {
        lesion.id: (*(findings or {}).get(lesion.id, ()), *shared.get(lesion.id, ())) for lesion in canonical
    }
    task = _Task(source, canonical, grid, settings, keys, known, only)
    return _run(task, progress, workers or os.cpu_count() or 1)


def _run(task: _Task, progress: Progress | None, workers: int) -> list[LesionFeatures]:
    """Prepare lesions and measure their regions on a few threads, the largest lesions first.

    No more lesions than threads are under way at once: that bounds the memory by the largest lesions.
    """
    chosen = [n for n, lesion in enumerate(task.lesions) if task.only is None or lesion.id in task.only]
    waiting = sorted(chosen, key=lambda n: task.lesions[n].mask.values.size)
    prepared: dict[int, Prepared] = {}
    measured: dict[int, list[_Measured]] = {}
    done: dict[int, LesionFeatures] = {}
    running: dict[Future, int] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="radioimmuno") as pool:
        try:
            while waiting or running:
                while waiting and len(set(running.values())) < workers:
                    n = waiting.pop()
                    running[pool.submit(_prepare, task, task.lesions[n])] = n
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    n, result = running.pop(future), future.result()
                    if isinstance(result, Prepared):
                        prepared[n], measured[n] = result, []
                        for name in result.regions:
                            running[pool.submit(_measure, task, result, name, task.lesions[n])] = n
                    else:
                        measured[n].append(result)
                    if n not in running.values():
                        done[n] = _features(task.lesions[n], prepared.pop(n), measured.pop(n))
                        if progress:
                            progress(len(done), len(chosen))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [done[n] for n in chosen]


def _features(lesion: Lesion, prepared: Prepared, measured: list[_Measured]) -> LesionFeatures:
    findings = prepared.findings + tuple(finding for part in measured for finding in part.findings)
    refused = any(finding.severity is Severity.REFUSE for finding in findings)
    values = {} if refused else {key: value for part in measured for key, value in part.values.items()}
    ring = prepared.ring.mask if prepared.ring else None
    return LesionFeatures(lesion.id, lesion.name, lesion.volume_cc, values, findings, ring)


def _prepare(task: _Task, lesion: Lesion) -> Prepared:
    findings = tuple(task.known[lesion.id])
    try:
        findings += tuple(quality.check_mask(lesion, task.grid))
        if any(finding.severity is Severity.REFUSE for finding in findings):
            return Prepared(findings=findings)
        others = [other for other in task.lesions if other.id != lesion.id]
        prepared = prepare(task.image, lesion, others, task.grid, task.settings, task.keys)
        return replace(prepared, findings=findings + prepared.findings)
    except Exception as error:
        return Prepared(findings=(*findings, _finding_of(error, lesion)))


def _measure(task: _Task, prepared: Prepared, name: str, lesion: Lesion) -> _Measured:
    try:
        values = extract_features(prepared.regions[name], task.keys[name])
        return _Measured({f"{name}.{key}": value for key, value in values.items()})
    except Exception as error:
        return _Measured(findings=(_finding_of(error, lesion),))


def _finding_of(error: Exception, lesion: Lesion) -> Finding:
    """What a refusal says; of any other error, that it happened: the log has the details."""
    if isinstance(error, Refusal):
        return Finding(error.code, Severity.REFUSE, str(error))
    logging.getLogger(__name__).error("measuring lesion %s failed", lesion.id, exc_info=error)
    return Finding("lesion.failed", Severity.REFUSE, f"Measuring failed ({type(error).__name__}: {error}).")
