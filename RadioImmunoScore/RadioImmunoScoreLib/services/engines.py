"""One patient's features by an engine, or by both side by side: common to panel and console.

Scores are always made with our own engine.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from .case import Case, Progress

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature
    from radioimmuno.extraction.extract import LesionFeatures


def measureCase(
    case: Case,
    engine: str | None = None,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> list[LesionFeatures]:
    """The default features of lesions and rings, measured as the case's signature says; on any thread.

    Raises
    ------
    EngineError
        When there is no such engine, or it is not installed.
    """
    from radioimmuno.engines import engine_named
    from radioimmuno.extraction.extract import extract
    from radioimmuno.features.catalog import DEFAULT, identifiers

    return extract(
        case.image,
        case.lesions,
        case.signature.settings,
        identifiers(DEFAULT),
        only=only,
        findings=case.findings,
        progress=progress,
        engine=engine_named(engine),
    )


def compareCase(
    case: Case, only: Collection[str] | None = None, progress: Progress | None = None
) -> list[ComparedFeature]:
    """Our features beside PyRadiomics', a row each; on any thread. Errors as of `measureCase`."""
    from radioimmuno.engines import PYRADIOMICS, comparison
    from radioimmuno.features.catalog import DEFAULT, identifiers

    theirs = measureCase(case, PYRADIOMICS, only, _part(progress, 0))
    ours = measureCase(case, None, only, _part(progress, 1))
    return comparison.compare(ours, theirs, identifiers(DEFAULT), case.signature.settings.extraction)


def _part(progress: Progress | None, number: int) -> Progress | None:
    """The progress of one of two rounds over the same lesions."""
    return None if progress is None else lambda done, total: progress(number * total + done, 2 * total)
