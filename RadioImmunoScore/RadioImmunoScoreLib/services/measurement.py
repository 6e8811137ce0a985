"""What is measured on a study: scores, checks, features by an engine or two.

Common to panel and console. Scores are always made with our own engine.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from radioimmuno.scoring.results import LesionScore
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import Signature
from radioimmuno.study import Study

from .images_beside import rolesOf

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature
    from radioimmuno.engines.pyradiomics_filters import Counterparts
    from radioimmuno.extraction.lesion_features import LesionFeatures, Progress
    from radioimmuno.learned.model import LearnedModel
    from radioimmuno.quality.check import LesionFinding


def scoreStudy(
    study: Study,
    signature: Signature,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    models: Sequence[LearnedModel] = (),
) -> Sequence[LesionScore]:
    """The rows of the lesions in `only` (of all by default); on any thread."""
    from radioimmuno.scoring.score import score_rows

    return score_rows(study, signature, only=only, progress=progress, models=models)


def aboutImages(study: Study, signature: Signature) -> dict[str, Any]:
    """How the images beside the CT that a signature measures were made and prepared; on any thread.

    An MR that was scored just before is not prepared again.
    """
    from radioimmuno.scoring.score import about_images

    return about_images(study, signature) if rolesOf(signature) else {}


def checkStudy(study: Study, settings: Settings, progress: Progress | None = None) -> Sequence[LesionFinding]:
    """What is to be known of all lesions before they are scored; on any thread."""
    from radioimmuno.quality.check import check_lesions

    whole = study.with_values_checked(settings)
    return check_lesions(
        whole.image,
        whole.lesions,
        settings,
        whole.acquisition,
        findings=whole.findings,
        progress=progress,
    )


def measureStudy(
    study: Study,
    settings: Settings,
    engine: str | None = None,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> list[LesionFeatures]:
    """The default features of lesions and rings, measured as the settings say; on any thread.

    Raises
    ------
    EngineError
        When there is no such engine, or it is not installed.
    """
    from radioimmuno.features.catalog import DEFAULT, identifiers

    return _measured(study, settings, identifiers(DEFAULT), engine, only, progress)


def _measured(
    study: Study,
    settings: Settings,
    wanted: Collection[str],
    engine: str | None,
    only: Collection[str] | None,
    progress: Progress | None,
) -> list[LesionFeatures]:
    from radioimmuno.engines import engine_named
    from radioimmuno.extraction.extract import by_region, measure_images

    keys = by_region(wanted)
    return measure_images(study, settings, keys, only=only, progress=progress, engine=engine_named(engine))


def comparedFilters(signature: Signature) -> Counterparts:
    """The filtered CT of a signature's settings and terms, as far as PyRadiomics has the filters, too."""
    from radioimmuno.engines.pyradiomics_filters import counterparts
    from radioimmuno.extraction.response_keys import settings_for
    from radioimmuno.signature.variables import Source

    features = (*signature.variables_from(Source.FEATURE), *signature.changing)
    return counterparts(settings_for(signature.settings, features))


def compareEngines(
    study: Study, signature: Signature, only: Collection[str] | None = None, progress: Progress | None = None
) -> list[ComparedFeature]:
    """Our features beside PyRadiomics', a row each; on any thread. Errors as of `measureStudy`.

    Of the CT, and after the filters that `comparedFilters` has.
    """
    from radioimmuno.engines import PYRADIOMICS, comparison
    from radioimmuno.features.catalog import DEFAULT, identifiers, response_identifiers

    known = comparedFilters(signature)
    wanted = (*identifiers(DEFAULT), *response_identifiers(DEFAULT, tuple(known.ours.filters)))
    theirs = _measured(study, known.comparable, wanted, PYRADIOMICS, only, _part(progress, 0))
    ours = _measured(study, known.ours, wanted, None, only, _part(progress, 1))
    return comparison.compare(ours, theirs, wanted, known.ours)


def _part(progress: Progress | None, number: int) -> Progress | None:
    """The progress of one of two rounds over the same lesions."""
    return None if progress is None else lambda done, total: progress(number * total + done, 2 * total)
