"""Learned features of a study's lesions: on the image of the card, as terms of a signature, over contours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from learned_models import card_record, cuboid, noise, twice_mean, write_model
from signatures import signature, term

from radioimmuno.extraction.extract import by_region, measure_images
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.learned.model import read_model
from radioimmuno.learned.with_learned import with_learned
from radioimmuno.scoring.score import score, score_study
from radioimmuno.scoring.score_stability import Perturbation, stability
from radioimmuno.settings import Settings
from radioimmuno.study import Study

KEY = "learned.twice_mean.0"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return read_model(write_model(tmp_path_factory.mktemp("model"), twice_mean()))


@pytest.fixture(scope="module")
def study():
    image = noise()
    lesions = cuboid(image, (6, 6, 6), (16, 16, 16)), cuboid(image, (16, 16, 16), (24, 24, 24), "2")
    return Study({"ct": image}, lesions)


def measured(study):
    return measure_images(study, Settings(), by_region(["lesion.statistics.mean"]))


def mine(model):
    return signature(term(KEY), intercept=1.0, models=(model.card,))


def test_a_score_of_a_learned_term_is_the_models_value(study, model):
    """Twice the mean of 8 voxels around the lesion, and the intercept."""
    scored = score_study(study, mine(model), models=[model])
    around = study.image.values[7:15, 7:15, 7:15].astype(float).mean()
    assert scored.lesions[0].score == pytest.approx(2 * around + 1, rel=1e-6)
    assert scored.lesions[0].features[KEY] == scored.lesions[0].contributions[0].value
    by_hand = score(study.image, study.lesions, mine(model), models=[model])
    assert [row.score for row in by_hand.lesions] == [row.score for row in scored.lesions]


def test_a_model_is_run_on_the_image_of_its_card(study, model, tmp_path):
    other = Image(study.image.values + 100, study.image.lattice)
    of_pet = read_model(write_model(tmp_path, twice_mean(), card_record(b"", role="pet")))
    rows = measured(study)
    alone = with_learned(study, rows, [model])
    both = replace(study, images={**study.images, "pet": other})
    (row, _) = with_learned(both, rows, [of_pet])
    assert row.values[KEY] == pytest.approx(alone[0].values[KEY] + 200, rel=1e-5)
    assert row.values["lesion.statistics.mean"] == rows[0].values["lesion.statistics.mean"]
    missing = with_learned(study, rows, [of_pet])
    assert [one.findings[-1].code for one in missing] == ["study.image_missing"] * 2
    assert all(KEY not in one.values and not one.refused for one in missing)
    refused = score_study(study, mine(of_pet), models=[of_pet]).lesions
    assert {one.findings[-1].code for one in refused} == {"feature.not_measured"}


def test_a_model_that_is_not_at_hand_refuses_every_lesion(study, model):
    for given in ([], [replace(model, card=replace(model.card, licence="another"))]):
        rows = score_study(study, mine(model), models=given).lesions
        assert {row.score for row in rows} == {None}
        assert {one.code for row in rows for one in row.findings if one.refuses} == {"learned.not_given"}
        assert "--model" in rows[0].reasons


def test_of_a_signature_without_cards_the_models_name_counts(study, model):
    by_name = signature(term(KEY), intercept=1.0)
    rows = score_study(study, by_name, models=[model]).lesions
    assert [row.score for row in rows] == [
        row.score for row in score_study(study, mine(model), models=[model]).lesions
    ]
    other = replace(model, card=replace(model.card, name="other"))
    refused = score_study(study, by_name, models=[other]).lesions
    assert {row.score for row in refused} == {None}


def test_what_the_models_file_is_called_says_nothing(study, model):
    renamed = signature(term(KEY), models=(replace(model.card, file="renamed.onnx"),))
    assert score_study(study, renamed, models=[model]).lesions[0].score is not None


def test_a_refused_lesion_stays_as_it_is(study, model):
    refused = Finding("lesion.empty", Severity.REFUSE, "It is empty.")
    rows = [replace(row, values={}, findings=(refused,)) for row in measured(study)[:1]]
    (row,) = with_learned(study, rows, [model])
    assert (row.values, row.findings) == ({}, (refused,))


def test_redrawn_contours_move_what_the_model_sees(study, model):
    """Unlike all voxels around a lesion, those inside of it alone depend on the contour."""
    asked = Perturbation(sd_mm=0.5, correlation_mm=3.0, growth_voxels=0.5, draws=4)
    found = stability(study, mine(model), asked, models=[model])
    assert [one.scored for one in found.lesions.values()] == [4, 4]
    assert max(one.sd for one in found.lesions.values()) > 0
    assert np.isfinite([one.sd for one in found.lesions.values()]).all()
