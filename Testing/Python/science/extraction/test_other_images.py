"""Lesions that were drawn on one image of a study are measured on the others, each by its own settings.

Tests of: extract, lesion_features.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from phantoms import distance_to
from signatures import signature, term

from radioimmuno.extraction.extract import by_region, extract, measure_images
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.modality import settings_on
from radioimmuno.scoring.score import score_study
from radioimmuno.scoring.score_stability import Perturbation, stability
from radioimmuno.settings import ExtractionSettings, RingSettings, Settings
from radioimmuno.study import Study

FINE = Lattice((40, 48, 48), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
# A PET of 4 mm with its axes flipped, of which the origin lies elsewhere.
COARSE = Lattice((14, 15, 15), (4.0, 4.0, 4.0), (52.0, 54.0, -6.0), ((0, 0, 1), (0, -1, 0), (-1, 0, 0)))
CENTRE = np.array([24.0, 24.0, 20.0])
RADIUS_MM = 13.0
# What each image holds inside of the ball, and outside.
CT_VALUES, PET_VALUES = (60.0, -40.0), (8.0, 1.5)
MEANS = ["lesion.statistics.mean", "ring.statistics.mean", "pet.lesion.statistics.mean"]


def of_ball(lattice, values):
    """An image of a ball in each of whose voxels the share of the ball decides, by 5 points an axis."""
    steps = (np.arange(5) - 2) / 5
    share = np.zeros(lattice.shape)
    index = np.stack(np.indices(lattice.shape), axis=-1)
    for offset in np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3):
        away = np.linalg.norm(lattice.to_lps(index + offset) - CENTRE, axis=-1)
        share += away <= RADIUS_MM
    share /= 125
    return Image((share * values[0] + (1 - share) * values[1]).astype(np.float32), lattice)


@pytest.fixture(scope="module")
def study():
    ball = Lesion("1", "ball", Image(distance_to(FINE, CENTRE) <= RADIUS_MM, FINE))
    images = {"ct": of_ball(FINE, CT_VALUES), "pet": of_ball(COARSE, PET_VALUES)}
    return Study(images, (ball,))


def measured(study, wanted, settings=None):
    (row,) = measure_images(study, settings or Settings(), by_region(wanted))
    return row


def test_an_image_on_the_same_voxels_is_measured_as_if_it_were_alone(study):
    """With the same settings, whatever its role."""
    settings = Settings(ExtractionSettings(spacing_mm=1.7, bin_width_hu=5.0), RingSettings(3.0, 1.0))
    other = of_ball(FINE, PET_VALUES)
    keys = [
        "lesion.glcm.contrast",
        "lesion.morphology.volume",
        "ring.statistics.mean",
        "ring.glszm.zone_percentage",
    ]
    (alone,) = extract(other, study.lesions, settings, keys)
    both = replace(study, images={**study.images, "mr_t1": other})
    row = measured(both, [f"mr_t1.{key}" for key in keys], Settings(images={"mr_t1": settings}))
    assert row.values == {f"mr_t1.{key}": value for key, value in alone.values.items()}


def test_a_lesion_is_found_at_its_place_on_other_voxels(study):
    """Of 4 mm, flipped: the ball's middle has the uptake of the ball, its rim is mixed."""
    row = measured(study, [*MEANS, "pet.lesion.statistics.maximum", "pet.ring.statistics.minimum"])
    assert row.values["lesion.statistics.mean"] == pytest.approx(CT_VALUES[0], rel=0.06)
    assert row.values["pet.lesion.statistics.maximum"] == pytest.approx(PET_VALUES[0], rel=0.1)  # cubic
    assert 0.8 * PET_VALUES[0] < row.values["pet.lesion.statistics.mean"] < PET_VALUES[0]
    assert row.values["pet.ring.statistics.minimum"] < 0.5 * PET_VALUES[0]
    volume = measured(study, ["pet.lesion.morphology.approximate_volume"]).values
    ball = 4 / 3 * np.pi * RADIUS_MM**3
    assert volume["pet.lesion.morphology.approximate_volume"] == pytest.approx(ball, rel=0.05)


def test_each_image_has_its_own_settings_or_those_of_its_modality(study):
    wanted = ["lesion.statistics.mean", "pet.lesion.morphology.approximate_volume"]
    own = measured(study, wanted, Settings(images={"pet": Settings(ExtractionSettings(spacing_mm=2.0))}))
    default = measured(study, wanted)
    assert settings_on(Settings(), "pet").extraction.spacing_mm == 3.0
    for row, voxel in ((own, 8.0), (default, 27.0)):
        assert row.values[wanted[1]] % voxel == pytest.approx(0)
    assert own.values[wanted[0]] == default.values[wanted[0]]


def test_only_what_is_asked_for_is_measured_on_an_image(study):
    damaged = replace(study, images={**study.images, "pet": Image(np.full(COARSE.shape, np.nan), COARSE)})
    assert not measured(damaged, ["lesion.statistics.mean"]).refused
    both = measured(damaged, ["lesion.statistics.mean", "pet.lesion.statistics.mean"])
    assert both.values.keys() == {"lesion.statistics.mean"}
    assert both.status == "warning"
    assert both.findings[-1].text.startswith("On the PET: ")
    mine = signature(term("pet.lesion.statistics.mean", when_undefined="mean"))
    (row,) = score_study(damaged, mine).lesions
    assert row.score is None
    assert row.findings[-1].code == "feature.not_measured"


def test_an_image_that_is_not_there_costs_only_what_is_asked_of_it(study):
    alone = replace(study, images={"ct": study.image})
    row = measured(alone, MEANS)
    assert [(one.code, one.refuses) for one in row.findings] == [("study.image_missing", False)]
    assert "--pet" in row.findings[0].text
    assert set(row.values) == set(MEANS[:2])
    (scored,) = score_study(alone, signature(term(MEANS[2], when_undefined="mean"))).lesions
    assert scored.score is None
    assert [one.code for one in scored.findings] == ["study.image_missing", "feature.not_measured"]
    pet = replace(study, images={"pet": study.images["ct"]}, role="pet")
    row = measured(pet, ["lesion.statistics.mean"])
    assert [(one.code, one.refuses) for one in row.findings] == [("ct.not_ct", True)]


def test_a_pet_can_be_the_image_that_lesions_are_drawn_on(study):
    """No air, no metal, no domain of CT is looked for in it."""
    values = study.images["ct"].values * 0.05 + 5.0
    pet = Study({"pet": Image(values, FINE)}, study.lesions, role="pet")
    scored = score_study(pet, signature(term("pet.lesion.statistics.mean"), intercept=0.0))
    (row,) = scored.lesions
    assert not row.findings
    assert row.score == pytest.approx(8.0, rel=0.06)
    assert row.ring is not None


def test_what_was_found_of_an_image_concerns_what_is_measured_on_it(study):
    found = Finding("pet.suv_implausible", Severity.WARN, "It looks odd.")
    told = replace(study, findings_of_images={"pet": (found,)})
    named = replace(found, text="On the PET: It looks odd.")
    assert named in measured(told, MEANS).findings
    assert named not in measured(told, ["lesion.statistics.mean"]).findings


def test_a_score_weighs_terms_of_several_images(study):
    mine = signature(term("lesion.statistics.mean"), term("pet.lesion.statistics.mean"), intercept=0.0)
    (row,) = score_study(study, mine).lesions
    values = measured(study, MEANS).values
    assert row.score == pytest.approx(values["lesion.statistics.mean"] + values["pet.lesion.statistics.mean"])
    assert [part.variable for part in row.contributions] == list(mine.variables)


def test_redrawn_contours_are_measured_on_every_image(study):
    """A contour that grows by 2 mm holds more of what has less uptake."""
    mine = signature(term("pet.lesion.statistics.mean"), intercept=0.0)
    found = stability(study, mine, Perturbation(sd_mm=0.0, growth_voxels=2.0, draws=12)).lesions["1"]
    assert found.scored == 12
    assert 0.1 < found.sd < 2.0
