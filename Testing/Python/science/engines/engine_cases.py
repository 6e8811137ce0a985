"""A lesion with texture, measured by either engine."""

from __future__ import annotations

from phantoms import noisy_patient

from radioimmuno.engines import PYRADIOMICS, engine_named
from radioimmuno.engines.comparison import ComparedFeature, compare
from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.lesion_features import LesionFeatures
from radioimmuno.features import catalog
from radioimmuno.settings import ExtractionSettings, Settings

WANTED = catalog.identifiers(catalog.DEFAULT)


def measured(extraction: ExtractionSettings, engine: str | None = None) -> LesionFeatures:
    """Lesion and ring of the textured phantom, all default features."""
    image, lesion = noisy_patient()
    (row,) = extract(image, [lesion], Settings(extraction), WANTED, engine=engine_named(engine))
    return row


def compared(extraction: ExtractionSettings) -> dict[str, ComparedFeature]:
    """The comparison's rows of the textured phantom by identifier."""
    ours, theirs = measured(extraction), measured(extraction, PYRADIOMICS)
    rows = compare([ours], [theirs], WANTED, Settings(extraction))
    return {f"{row.region}.{row.feature}": row for row in rows}
