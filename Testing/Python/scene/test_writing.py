"""A scored patient as `scene.mrb`, `axial.png` and `3d.png`."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import slicer
import synthetic
from PIL import Image as PngImage
from pixels import around, countColor, countHue
from synthetic import BALLS, SCORES, ballMask, ctValues, patientScore, signature

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion, Site
from radioimmuno.signature.color_scale import color_scale
from radioimmuno.study import Study
from RadioImmunoScoreLib.headless.host import SceneHost
from RadioImmunoScoreLib.headless.scene_writer import writeScene
from RadioImmunoScoreLib.scene.parameters import parametersOf

ORIGIN_LPS = tuple((np.array(synthetic.ORIGIN_RAS) * (-1, -1, 1)).tolist())
LATTICE = Lattice(synthetic.SHAPE, synthetic.SPACING, ORIGIN_LPS, ((0, 0, 1), (0, -1, 0), (-1, 0, 0)))
SCALE = color_scale(signature())


def patient():
    lesions = [
        Lesion(ball.segmentID, ball.name, Image(ballMask(ball), LATTICE), site=Site.LIVER, irradiated=True)
        for ball in BALLS
    ]
    return Study({"ct": Image(ctValues(), LATTICE)}, tuple(lesions))


def pictureOf(path):
    with PngImage.open(path) as png:
        return np.array(png), json.loads(png.text["Lesions"])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files of the synthetic patient, by name."""
    folder = tmp_path_factory.mktemp("scene")
    paths = writeScene(patient(), patientScore(), signature(), folder)
    return {path.name: path for path in paths}


@pytest.fixture
def reopened(host, written):
    host.loadScene(written["scene.mrb"])
    return slicer.util.getNode("Lesions")


def test_three_files_are_written_and_nothing_else(written):
    assert list(written) == ["axial.png", "3d.png", "scene.mrb"]
    folder = written["scene.mrb"].parent
    assert sorted(path.name for path in folder.iterdir()) == sorted(written)


@pytest.mark.parametrize("name", ["axial.png", "3d.png"])
@pytest.mark.parametrize("segmentID", [key for key, score in SCORES.items() if score is not None])
def test_each_scored_lesion_has_its_color_at_its_place(written, name, segmentID):
    picture, places = pictureOf(written[name])
    there = around(picture, places[segmentID], 25)
    assert countHue(there, SCALE.rgb(SCORES[segmentID]), 0.9) > 500
    others = [score for key, score in SCORES.items() if key != segmentID and score is not None]
    assert all(countHue(there, SCALE.rgb(score)) < 30 for score in others)


def test_every_lesion_is_on_one_of_the_slices(written):
    picture, places = pictureOf(written["axial.png"])
    assert set(places) == set(SCORES)
    assert picture.shape[1] > 2 * 640, "the lymph node lies on a slice of its own"
    assert countColor(around(picture, places["node"], 40), SCALE.rgb(None)) > 100


def test_the_legend_stands_beside_the_slices(written):
    picture, _ = pictureOf(written["axial.png"])
    for end in (SCALE.low, SCALE.high):
        assert countColor(picture[:, -200:-160], SCALE.rgb(end), 12) > 5


def test_body_and_bones_surround_the_lesions(written):
    picture, places = pictureOf(written["3d.png"])
    row, _ = places["liver_1"]
    brightness = picture[row - 5 : row + 6, 20:-250].mean(axis=(0, 2))
    assert brightness.max() > brightness[0] + 10
    assert brightness[0] < 60


def test_the_scene_opens_with_lesions_rings_and_models(reopened):
    for name in ("CT", "Lesions rings", "Lesions scores", "Lesions score plot", "Body", "Bones"):
        assert slicer.util.getNode(name)
    segmentation = reopened.GetSegmentation()
    assert tuple(segmentation.GetSegmentIDs()) == tuple(SCORES)
    for segmentID, score in SCORES.items():
        assert segmentation.GetSegment(segmentID).GetColor() == pytest.approx(SCALE.rgb(score), abs=1e-4)


def test_the_scene_opens_on_the_least_infiltrated_lesion(host, written):
    score = patientScore()
    score = replace(score, subsets={"all": replace(score.metrics, minimum_lesion="liver_1")})
    path = written["scene.mrb"].parent / "aimed"
    path.mkdir()
    writeScene(patient(), score, signature(), path)
    host.loadScene(path / "scene.mrb")
    center = slicer.util.getNode("Lesions").GetSegmentCenterRAS("liver_1")
    slices = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    assert len(slices) == 3
    for node in slices:
        assert [node.GetSliceToRAS().GetElement(row, 3) for row in range(3)] == pytest.approx(center, abs=1.6)


@pytest.mark.parametrize("lesions", [0, 3])
def test_without_any_score_there_are_pictures_all_the_same(complaints, tmp_path, lesions):
    study = patient()
    score = patientScore(dict.fromkeys(SCORES))
    score = replace(score, lesions=score.lesions[:lesions])
    paths = writeScene(replace(study, lesions=study.lesions[:lesions]), score, signature(), tmp_path)
    for path in paths[:2]:
        picture, places = pictureOf(path)
        assert len(places) == lesions
        assert picture.max() == 255


def test_ct_without_a_body_is_shown_whole(complaints, tmp_path):
    study = patient()
    empty = replace(study.image, values=np.full_like(study.image.values, -1000))
    paths = writeScene(replace(study, images={"ct": empty}), patientScore(), signature(), tmp_path)
    picture, places = pictureOf(paths[1])
    assert countHue(around(picture, places["liver_1"], 25), SCALE.rgb(SCORES["liver_1"]), 0.9) > 200


def test_the_callers_arrays_stay_as_they_are(tmp_path):
    study = patient()
    writeScene(study, patientScore(), signature(), tmp_path)
    np.testing.assert_array_equal(study.image.values, ctValues())
    np.testing.assert_array_equal(study.lesions[0].mask.values, ballMask(BALLS[0]))


def test_no_scene_is_left_open(written):
    assert getattr(slicer, "mrmlScene", None) is None
    with SceneHost() as host:
        assert host.scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0


def test_a_pet_comes_into_the_scene_and_stands_in_the_panel(host, tmp_path):
    """On its own voxels, in its own window."""
    study = patient()
    shape, spacing = tuple(n // 2 for n in LATTICE.shape), tuple(2 * s for s in LATTICE.spacing)
    coarse = Lattice(shape, spacing, LATTICE.origin, LATTICE.axes)
    pet = Image(np.ones(coarse.shape, np.float32), coarse)
    writeScene(replace(study, images={**study.images, "pet": pet}), patientScore(), signature(), tmp_path)
    host.loadScene(tmp_path / "scene.mrb")
    node = slicer.util.getNode("PET")
    assert node.GetImageData().GetDimensions() == coarse.shape[::-1]
    display = node.GetDisplayNode()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 10.0)
    assert parametersOf(host.scene).petNode is node
    assert parametersOf(host.scene).mrNode is None


def test_a_pet_alone_has_no_body_of_hounsfield_units(tmp_path):
    study = patient()
    values = np.where(ctValues() > -500, 1.0, 0.0).astype(np.float32)
    for lesion in study.lesions:
        values[lesion.mask.values] = 6.0
    alone = replace(study, images={"pet": replace(study.image, values=values)}, role="pet")
    paths = writeScene(alone, patientScore(), signature(), tmp_path)
    picture, places = pictureOf(paths[0])
    there = around(picture, places["liver_1"], 25)
    assert countHue(there, SCALE.rgb(SCORES["liver_1"]), 0.9) > 200
    assert picture[40:600, 20:600].std() > 20
