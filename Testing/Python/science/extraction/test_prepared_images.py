"""An MR is prepared before lesions are measured on it, once, and what was done is on record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from signatures import signature, term

from radioimmuno.extraction.extract import by_region, measure_images
from radioimmuno.extraction.prepared_images import preparation_records, prepared_image
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.preparation import MrSettings, ReferenceTissue, ZScore
from radioimmuno.scoring.score import score_study
from radioimmuno.settings import PRESETS, Settings
from radioimmuno.study import Study

LATTICE = Lattice((24, 30, 30), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
MEAN = "mr_t1.lesion.statistics.mean"


def scaled(normalization):
    """Only the scale is changed."""
    settings = replace(PRESETS["mr"], mr=MrSettings(bias=None, normalization=normalization))
    return Settings(images={"mr_t1": settings})


@pytest.fixture(scope="module")
def study():
    """A body of 100 with a lesion of 200 and a muscle of 50, in an MR without units, beside a CT."""
    k, j, i = np.indices(LATTICE.shape) - np.array([12, 15, 15])[:, None, None, None]
    distance = np.sqrt(k**2 + j**2 + i**2)
    lesion, muscle = distance < 5, (distance > 7) & (distance < 9)
    values = np.select([lesion, muscle, distance < 11], [200.0, 50.0, 100.0], 0.0)
    values += np.random.default_rng(1).normal(0, 1, values.shape) * (distance < 11)
    images = {"ct": Image(np.full(LATTICE.shape, 40.0), LATTICE), "mr_t1": Image(values, LATTICE)}
    return Study(
        images,
        (Lesion("1", "lesion", Image(lesion, LATTICE)),),
        references={"muscle": Image(muscle, LATTICE)},
    )


def mean(study, settings):
    (row,) = measure_images(study, settings, by_region([MEAN]))
    return row.values.get(MEAN), row


def test_a_lesion_is_measured_on_the_scale_of_the_settings(study):
    """Of the body's voxels, mean and SD are set; a linear map takes 200 to where it says."""
    image, made = prepared_image(study, "mr_t1", scaled(ZScore(300.0, 100.0)))
    inside = image.values[made.body.values]
    assert (inside.mean(), inside.std()) == pytest.approx((300.0, 100.0), rel=1e-5)
    scale = made.record["scale"]
    value, _ = mean(study, scaled(ZScore(300.0, 100.0)))
    assert value == pytest.approx(200 * scale["factor"] + scale["offset"], rel=0.03)
    assert mean(study, scaled(None))[0] == pytest.approx(200, rel=0.03)


def test_a_reference_tissue_is_the_studys_region(study):
    """Muscle of 50 becomes 1000: the lesion of 200 becomes 4000, too much for levels of 10."""
    image, _ = prepared_image(study, "mr_t1", scaled(ReferenceTissue(1000.0)))
    assert image.values[study.references["muscle"].values].mean() == pytest.approx(1000, rel=1e-5)
    without = replace(study, references={})
    value, row = mean(without, scaled(ReferenceTissue(1000.0)))
    assert value is None
    assert [(one.code, one.refuses) for one in row.findings] == [("mr.reference", False)]
    assert row.findings[0].text.startswith("On the MR T1: ")


def test_the_same_image_is_prepared_once(study):
    settings = scaled(ZScore())
    first, second = (prepared_image(study, "mr_t1", settings)[0] for _ in range(2))
    assert first is second
    assert prepared_image(study, "mr_t1", scaled(ZScore(100.0, 10.0)))[0] is not first


def test_other_images_stay_as_they_are_and_have_no_record(study):
    settings = Settings(mr=MrSettings(), images=scaled(ZScore()).images)
    assert prepared_image(study, "ct", settings) == (study.image, None)
    assert preparation_records(study, settings, ["ct", "pet", "mr_t1"]).keys() == {"mr_t1"}


def test_an_mr_that_lesions_were_drawn_on_is_prepared_as_one_beside_a_ct_is(study):
    settings = scaled(ZScore(300.0, 100.0))
    beside, _ = mean(study, settings)
    alone = replace(study, images={"mr_t1": study.images["mr_t1"]}, role="mr_t1")
    assert mean(alone, settings)[0] == pytest.approx(beside, rel=1e-6)
    low = replace(alone.images["mr_t1"], values=alone.images["mr_t1"].values - 30.0)
    _, row = mean(replace(alone, images={"mr_t1": low}), settings)
    assert [one.code for one in row.findings] == ["mr.negative"]


def test_an_image_that_cannot_be_prepared_has_no_record_and_hides_no_other(study):
    flat = Image(np.full(LATTICE.shape, 7.0), LATTICE)
    both = replace(study, images={**study.images, "mr_t2": flat})
    images = {**scaled(ZScore()).images, "mr_t2": PRESETS["mr"]}
    assert preparation_records(both, Settings(images=images), images).keys() == {"mr_t1"}
    used = signature(term(MEAN), term("mr_t2.lesion.statistics.mean"), settings=Settings(images=images))
    scored = score_study(both, used)
    assert scored.provenance["images"].keys() == {"mr_t1"}
    assert "mr.flat" in {one.code for one in scored.lesions[0].findings}


def test_a_result_says_how_its_mr_was_prepared(study):
    used = signature(term(MEAN), settings=scaled(ZScore(300.0, 100.0)))
    found = score_study(study, used).provenance
    assert found["images"]["mr_t1"]["preparation"]["scale"]["factor"] > 0
    assert found["settings"]["images"]["mr_t1"]["mr"]["normalization"] == {
        "z_score": {"mean": 300.0, "sd": 100.0}
    }
    assert "images" not in score_study(study, signature(term("lesion.statistics.mean"))).provenance
