"""A scene that the shell wrote, opened in Slicer: views as they are there, and the module's panel filled."""

from __future__ import annotations

from dataclasses import replace

import pytest
import slicer

from followed_patient import DATES, SIGNATURE, followed_patient
from radioimmuno.acquisition import Acquisition
from radioimmuno.scoring.score import score
from radioimmuno.signature.signature import default_signature
from radioimmuno.simulation.patient import simulate_patient
from radioimmuno.study import Study
from RadioImmunoScoreLib.headless.followup_scene import writeFollowUpScene
from RadioImmunoScoreLib.headless.scene_writer import writeScene

OTHER = replace(default_signature(), name="Other", version="2", sha256="cd" * 32)


@pytest.fixture(scope="module")
def patient():
    return simulate_patient(2, slice_mm=5.0)


@pytest.fixture(scope="module", params=[default_signature(), OTHER], ids=["shipped", "file"])
def written(request, patient, tmp_path_factory):
    """(scene file, its patient, its signature)"""
    result = score(patient.image, patient.lesions, request.param, Acquisition(kvp=120.0, source="test"))
    folder = tmp_path_factory.mktemp("shell")
    writeScene(Study({"ct": patient.image}, tuple(patient.lesions)), result, request.param, folder)
    return folder / "scene.mrb", result, request.param


def test_the_panel_shows_inputs_and_rows_without_scoring_again(bench, written):
    file, result, signature = written
    panel = bench.open().panel
    bench.host.loadScene(file)
    bench.process(100)
    assert panel.ui.ctSelector.currentNode().GetName() == "CT"
    assert panel.ui.segmentationSelector.currentNode().GetName() == "Lesions"
    assert {row.id: row.score for row in panel.session.rows} == {
        lesion.id: lesion.score for lesion in result.lesions
    }
    assert not any(row.status == "stale" for row in panel.session.rows)
    assert panel.session.inputs.signature.sha256 == signature.sha256
    assert panel.session.inputs.acquisition.kvp == 120.0
    assert panel.ui.scoreButton.enabled


def test_the_views_have_the_labels_and_colors_of_the_application(bench, written):
    bench.host.loadScene(written[0])
    slices = {n.GetLayoutName(): n for n in slicer.util.getNodesByClass("vtkMRMLSliceNode")}
    assert {name: node.GetLayoutLabel() for name, node in slices.items()} == {
        "Red": "R",
        "Yellow": "Y",
        "Green": "G",
    }
    # What Slicer's layouts say: F34A33, EDD54C, 6EB04B.
    for name, rgb in (("Red", 0xF34A33), ("Yellow", 0xEDD54C), ("Green", 0x6EB04B)):
        expected = [(rgb >> shift & 255) / 255 for shift in (16, 8, 0)]
        assert slices[name].GetLayoutColor() == pytest.approx(expected, abs=1e-3)
    (threeD,) = slicer.util.getNodesByClass("vtkMRMLViewNode")
    assert (threeD.GetLayoutName(), threeD.GetLayoutLabel()) == ("1", "1")


def test_the_panel_shows_the_course_of_a_follow_up_as_it_was_matched(bench, tmp_path):
    followed = followed_patient()
    images = followed.images
    file = writeFollowUpScene(followed.found, followed.patients, lambda n: images[n], SIGNATURE, tmp_path)
    panel = bench.open().panel
    bench.host.loadScene(file)
    bench.process(100)
    state = panel.session.followUp.state
    assert [(study.ctName, study.date) for study in state.studies] == [(f"{day} CT", day) for day in DATES]
    assert state.problem == ""

    def table(lesions):
        return [
            (lesion.name, [here and (here.match, here.score, here.volume_cc) for here in lesion.in_studies])
            for lesion in lesions
        ]

    assert table(state.lesions) == table(followed.found.lesions)
    assert ("L2", 2) in state.byHand
    assert panel.ui.segmentationSelector.currentNode().GetName() == f"{DATES[0]} lesions"
