from dataclasses import replace

import numpy as np
import pytest
from phantoms import noisy_patient

from radioimmuno.extraction.extract import by_region, extract, measure
from radioimmuno.features import catalog, statistics
from radioimmuno.features.registry import FAMILIES
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings


def patient() -> tuple[Image, list[Lesion]]:
    image, whole = noisy_patient()
    mask = whole.mask.values
    half = np.arange(mask.shape[0])[:, None, None] < mask.shape[0] // 2
    lattice = image.lattice
    return image, [
        Lesion("a", "lower", Image(mask & half, lattice)),
        Lesion("b", "empty", Image(np.zeros_like(mask), lattice)),
        Lesion("c", "upper", Image(mask & ~half, lattice)),
    ]


def compute_by(monkeypatch, family, compute):
    """Let another function compute a family's features."""
    other = replace(family, compute=compute)
    for row in family.rows:
        key = f"{family.key}.{row.name}"
        monkeypatch.setitem(catalog.BY_KEY, key, replace(catalog.BY_KEY[key], family=other))


def test_lesions_keep_their_order_whatever_their_size():
    image, lesions = patient()
    assert [row.id for row in extract(image, lesions, Settings(), ["lesion.statistics.mean"])] == [
        "a",
        "b",
        "c",
    ]


def test_only_what_is_asked_for_is_computed(monkeypatch):
    image, lesions = patient()
    asked = []
    for family in FAMILIES:
        compute_by(monkeypatch, family, lambda m, names, f=family: asked.append(f.key) or f.compute(m, names))
    (row,) = extract(image, lesions[:1], Settings(), ["ring.glcm.contrast", "ring.glcm.correlation"])
    assert asked == ["glcm"]
    assert set(row.values) == {"ring.glcm.contrast", "ring.glcm.correlation"}
    assert extract(image, lesions[:1], Settings(), ["lesion.statistics.mean"])[0].ring is None


def test_a_ring_without_features_is_built_when_it_is_asked_for():
    image, lesions = patient()
    (row,) = measure(image, lesions[:1], Settings(), {"ring": ()})
    assert row.ring is not None
    assert row.ring.values.any()
    assert row.values == {}
    assert not row.refused


def test_progress_counts_every_lesion_once():
    image, lesions = patient()
    seen = []
    extract(image, lesions, Settings(), ["lesion.statistics.mean"], progress=lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_exception_in_the_progress_stops_the_work():
    image, lesions = patient()

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        extract(image, lesions, Settings(), ["lesion.statistics.mean"], progress=stop)


def test_one_lesions_failure_is_its_own(monkeypatch, caplog):
    image, lesions = patient()

    def fails_for_the_lower(measurement, names):
        if measurement.region.mask.sum() == lower:
            raise ZeroDivisionError("made to fail")
        return statistics.FAMILY.compute(measurement, names)

    wanted = ["lesion.statistics.mean", "lesion.morphology.approximate_volume"]
    lower = extract(image, lesions[:1], Settings(), wanted)[0].values["lesion.morphology.approximate_volume"]
    compute_by(monkeypatch, statistics.FAMILY, fails_for_the_lower)
    failed, _, fine = extract(image, lesions, Settings(), wanted)
    assert [finding.code for finding in failed.findings] == ["lesion.failed"]
    assert "made to fail" in failed.findings[0].text
    assert failed.values == {}
    assert fine.values
    assert "ZeroDivisionError" in caplog.text


def test_unknown_identifiers_are_refused_before_anything_runs():
    for wrong in ("lesion.glcm.contrst", "rind.glcm.contrast", "glcm.contrast"):
        with pytest.raises(KeyError):
            by_region([wrong])


def test_the_standard_set_has_43_features_of_each_region():
    assert len(catalog.STANDARD) == 43
    assert len(catalog.STANDARD_WITHOUT_SHAPE) == 39
    assert set(catalog.STANDARD) <= set(catalog.DEFAULT)
    assert len(catalog.identifiers(catalog.STANDARD)) == 86
