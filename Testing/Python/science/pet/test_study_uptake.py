"""Uptake of a study whose lesions were drawn on the CT.

Tests of: study_uptake, records.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.records import totals_record, uptake_numbers
from radioimmuno.pet.study_uptake import scale_of_record, study_uptake, study_uptakes
from radioimmuno.study import Study

FINE = Lattice((40, 60, 60), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
COARSE = Lattice((12, 17, 17), (4.0, 4.0, 4.0), (-3.0, -2.0, -1.0))


def ball(lattice, centre, radius):
    points = lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1))
    return np.linalg.norm(points - np.array(centre), axis=-1) <= radius


@pytest.fixture(scope="module")
def study():
    """A hot ball of 8 in a body of 1, a muscle of .5; each a rim wider on the PET."""
    hot, muscle = ((20.0, 30.0, 20.0), 16.0), ((46.0, 30.0, 20.0), 9.0)
    pet = np.full(COARSE.shape, 1.0)
    pet[ball(COARSE, hot[0], hot[1] + 6)] = 8.0
    pet[ball(COARSE, muscle[0], muscle[1] + 4)] = 0.5
    lesion = Lesion("1", "hot", Image(ball(FINE, *hot), FINE))
    images = {"ct": Image(np.zeros(FINE.shape, np.int16), FINE), "pet": Image(pet, COARSE)}
    return Study(images, (lesion,), references={"muscle": Image(ball(FINE, *muscle), FINE)})


def test_lesions_and_regions_are_carried_to_the_pet(study):
    found = study_uptake(study)
    (lesion,) = found.lesions
    assert (lesion.maximum, lesion.mean, lesion.peak.value) == pytest.approx((8.0, 8.0, 8.0))
    assert lesion.volume_cc == pytest.approx(4 / 3 * np.pi * 1.6**3, rel=0.05)
    assert found.reference("muscle").mean == pytest.approx(0.5)
    assert lesion.ratios["muscle"].maximum == pytest.approx(16.0)
    assert found.totals["4"].tlg == pytest.approx(lesion.volumes["4"].mtv_cc * 8.0)
    assert "mask.carried" in [one.code for one in lesion.findings]


def test_a_pet_that_lesions_were_drawn_on_needs_no_carrying(study):
    pet = study.images["pet"]
    mask = Image(pet.values == 8.0, COARSE)
    alone = Study({"pet": pet}, (Lesion("1", "hot", mask),), role="pet")
    (lesion,) = study_uptake(alone).lesions
    assert lesion.volume_cc == pytest.approx(mask.values.sum() * 0.064)
    assert "mask.carried" not in [one.code for one in lesion.findings]


def test_a_study_without_the_image_has_no_uptake(study):
    assert study_uptake(study, "pet_zr") is None


def test_each_pet_of_a_study_is_measured(study):
    pet = study.images["pet"]
    both = replace(study, images={**study.images, "pet_zr": Image(2 * pet.values, COARSE), "mr": pet})
    found = study_uptakes(both)
    assert found.keys() == {"pet", "pet_zr"}
    values = {role: uptake_numbers(one.lesions[0], True) for role, one in found.items()}
    assert values["pet_zr"]["suv_max"] == 2 * values["pet"]["suv_max"]
    assert values["pet_zr"]["muscle_ratio_max"] == values["pet"]["muscle_ratio_max"]
    assert uptake_numbers(found["pet"].lesions[0], False)["suv_max"] is None
    assert totals_record(found["pet"])["mtv_4"] == values["pet"]["mtv_4"]


def test_the_scale_is_that_of_how_suv_were_made():
    scan = {"fdg": True, "long_lived": False, "tracer": "FDG"}
    assert scale_of_record({"quantity": "lbm", "acquisition": scan}).quantity == "lbm"
    other = scale_of_record({"quantity": "bw", "acquisition": {**scan, "fdg": False, "tracer": " DOTATOC "}})
    assert (other.other_tracer, other.immuno) == ("DOTATOC", False)
    assert scale_of_record({"quantity": "bw", "acquisition": {**scan, "long_lived": True}}).immuno
