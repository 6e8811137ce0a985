"""SUV by weight, lean mass and surface are different numbers: a PET is measured in the one asked for."""

from __future__ import annotations

import numpy as np
import pytest
from signatures import signature, term

from radioimmuno.extraction.asked_suv import other_suv, settings_as_read
from radioimmuno.extraction.extract import by_region, measure_images
from radioimmuno.findings import InputError, SettingsError, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.modality import settings_on, with_suv
from radioimmuno.pet.masses import NORMALIZATIONS
from radioimmuno.scoring.images import check_images
from radioimmuno.scoring.score import score_study
from radioimmuno.settings import SUV_KINDS, Settings
from radioimmuno.study import Study

LATTICE = Lattice((12, 12, 12), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
MEAN = "pet.lesion.statistics.mean"


def study(about, role="ct"):
    inside = np.zeros(LATTICE.shape, bool)
    inside[3:9, 3:9, 3:9] = True
    values = np.where(inside, 6.0, 1.0).astype(np.float32)
    lesions = (Lesion("1", "a", Image(inside, LATTICE)),)
    images = {"pet": Image(values, LATTICE)} | ({"ct": Image(values * 10, LATTICE)} if role == "ct" else {})
    return Study(images, lesions, role=role, about_images={"pet": about})


def by(suv):
    return with_suv(Settings(), ["ct", "pet"], suv)


def test_the_names_are_those_of_the_normalizations():
    assert tuple(one.name for one in NORMALIZATIONS) == SUV_KINDS


def test_settings_keep_it_and_those_by_weight_are_written_as_ever():
    settings = by("lbm")
    assert set(settings.images) == {"pet"}
    assert settings.to_dict()["images"]["pet"]["suv"] == "lbm"
    assert Settings.from_dict(settings.to_dict()) == settings
    assert hash(settings_on(settings, "pet")) != hash(settings_on(Settings(), "pet"))
    assert "suv" not in by("bw").to_dict()["images"]["pet"]
    with pytest.raises(SettingsError, match=r"images\.pet: suv is 'lean'; it must be one of bw, lbm"):
        Settings.from_dict({"images": {"pet": {"suv": "lean"}}})


@pytest.mark.parametrize("about", [{"suv": {"quantity": "lbm"}}, {"quantity": "lbm"}])
def test_a_pet_in_another_suv_is_not_measured_and_not_scored(about):
    made = study(about)
    (row,) = measure_images(made, Settings(), by_region([MEAN]))
    assert MEAN not in row.values
    (found,) = [one for one in row.findings if one.code == "pet.other_suv"]
    assert "SUV of the kind bw, and was read in lbm" in found.text
    (row,) = measure_images(made, by("lbm"), by_region([MEAN]))
    assert row.values[MEAN] == pytest.approx(6.0)
    used = signature(term(MEAN))
    assert score_study(made, used).lesions[0].score is None
    with pytest.raises(InputError, match="cannot score this") as caught:
        check_images(used, made)
    assert caught.value.code == "pet.other_suv"


def test_lesions_that_were_drawn_on_it_are_refused():
    (row,) = measure_images(study({"quantity": "bsa"}, "pet"), Settings(), by_region([MEAN]))
    assert row.refused
    assert other_suv(study({"quantity": "bsa"}, "pet"), "pet", Settings()).severity is Severity.REFUSE


def test_where_nobody_knows_and_on_a_ct_nothing_is_said():
    assert other_suv(study({}), "pet", by("lbm")) is None
    assert other_suv(study({"quantity": "bw"}), "pet", Settings()) is None
    assert other_suv(study({"quantity": "lbm"}), "ct", Settings()) is None


def test_settings_can_follow_what_was_read_but_activity_is_no_suv():
    assert settings_as_read(study({"quantity": "james"}), Settings()) == by("james")
    assert settings_as_read(study({"quantity": "activity"}), Settings()) == Settings()
    assert settings_as_read(study({}), by("lbm")) == by("lbm")
