"""Names and scores beside the lesions in the slice views."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from synthetic import BALLS, addBend, addTurn, centerRas, patientScore, signature
from synthetic import addSegmentation as addBalls
from synthetic import addVolume as addCt

from RadioImmunoScoreLib.headless.views import SliceView
from RadioImmunoScoreLib.scene import clearScores, showScores
from RadioImmunoScoreLib.scene.lesion_labels import LABELS_OF, LesionLabels, labelTexts
from RadioImmunoScoreLib.scene.stroke_markups import LINE, SELECTION, interactionNode, startPlacing

SIZE = (500, 400)
TEXTS = {ball.segmentID: ball.segmentID for ball in BALLS}


class Labelled:
    """Views on the synthetic patient, its lesions labelled by their IDs."""

    def __init__(self, host):
        self.views = {name: SliceView(host, name, SIZE) for name in ("Axial", "Sagittal", "Coronal")}
        self.volumeNode = addCt(host.scene)
        self.node = addBalls(host.scene, self.volumeNode)
        for view in self.views.values():
            view.showVolume(self.volumeNode)
        self.labels = LesionLabels()
        self.labels.show(self.node, TEXTS)

    def shown(self, name):
        """The labels in a view, with their places in RAS mm."""
        markup = next(
            m for m in markups() if m.GetDisplayNode().IsViewNodeIDPresent(self.views[name].node.GetID())
        )
        places = {}
        for n in range(markup.GetNumberOfControlPoints()):
            place = np.zeros(3)
            markup.GetNthControlPointPositionWorld(n, place)
            places[markup.GetNthControlPointLabel(n)] = place
        return places


def markups():
    every = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
    return [node for node in every if node.GetAttribute(LABELS_OF)]


@pytest.fixture
def labelled(host):
    labelled = Labelled(host)
    yield labelled
    labelled.labels.clear()


def test_a_label_has_name_and_score_or_that_there_is_none():
    assert labelTexts(patientScore(), stale={"liver_2"}) == {
        "liver_1": "metastasis (liver_1)  -0.80",
        "liver_2": "metastasis (liver_2)  0.90 (stale)",
        "node": "lymph node  not scored",
    }


@pytest.mark.parametrize("name", ["Axial", "Sagittal", "Coronal"])
@pytest.mark.parametrize("ball", BALLS, ids=lambda ball: ball.segmentID)
def test_a_lesion_is_labelled_at_its_right_edge_where_it_is_cut(labelled, name, ball):
    view = labelled.views[name]
    view.jumpTo(centerRas(ball))
    row, column = view.pixelOf(labelled.shown(name)[ball.segmentID])
    at = view.pixelOf(centerRas(ball))
    edge = [abs(view.pixelOf(centerRas(ball) + ball.radiusMm * axis)[1] - at[1]) for axis in np.eye(3)]
    assert (row, column) == pytest.approx((at[0], at[1] + max(edge)), abs=6)
    assert abs(view.distanceMm(labelled.shown(name)[ball.segmentID])) < 1e-6


def test_it_is_there_in_all_slices_of_the_lesion_and_in_no_other(labelled):
    view, ball = labelled.views["Axial"], BALLS[2]
    for away in np.arange(-20.0, 20.0, 1.0):
        view.jumpTo(centerRas(ball) + (0.0, 0.0, away))
        if abs(away) <= ball.radiusMm:
            assert ball.segmentID in labelled.shown("Axial")
        if abs(away) > ball.radiusMm + 2.5:
            assert ball.segmentID not in labelled.shown("Axial")


def test_the_view_draws_the_text_beside_the_lesion_and_nowhere_else(labelled):
    view, ball = labelled.views["Axial"], BALLS[0]
    view.jumpTo(centerRas(ball))
    labelled.labels.show(labelled.node, {ball.segmentID: "Lesion 3  0.68"})
    row, column = view.pixelOf(labelled.shown("Axial")["Lesion 3  0.68"])
    picture = view.render()
    labelled.labels.show(labelled.node, {})
    rows, columns = np.nonzero((picture != view.render()).any(axis=-1))
    assert len(rows) > 300
    assert row - 20 < rows.min() < rows.max() < row + 20
    assert abs(columns.min() - column) < 10
    assert columns.max() < column + 160


def test_on_an_oblique_slice_only_what_it_cuts_is_labelled(labelled):
    view, ball = labelled.views["Axial"], BALLS[1]
    node = view.node
    normal, across = np.array([0.6, 0.0, 0.8]), np.array([0.8, 0.0, -0.6])
    node.SetSliceToRASByNTP(*normal, *across, *centerRas(ball), 0)
    distances = {b.segmentID: abs((centerRas(b) - centerRas(ball)) @ normal) - b.radiusMm for b in BALLS}
    assert all(abs(distance) > 3 for distance in distances.values())
    assert set(labelled.shown("Axial")) == {i for i, distance in distances.items() if distance < 0}


def test_labels_move_with_the_segmentation(host, labelled):
    for above in (addTurn(host.scene), addBend(host.scene, (25, 0, 10))):
        labelled.node.SetAndObserveTransformNodeID(above.GetID())
        center = np.array(labelled.node.GetSegmentCenterRAS("node"))
        labelled.labels.show(labelled.node, TEXTS)
        labelled.views["Axial"].jumpTo(center)
        place = labelled.shown("Axial")["node"]
        assert np.linalg.norm(place - center) == pytest.approx(BALLS[2].radiusMm, abs=3)


def test_they_take_no_part_in_what_the_mouse_does(host, labelled):
    selection = host.scene.GetNodeByID(SELECTION)
    assert selection.GetActivePlaceNodeID() is None
    line = startPlacing(host.scene, LINE, "stroke")
    labelled.views["Axial"].jumpTo(centerRas(BALLS[0]))
    labelled.labels.clear()
    labelled.labels.show(labelled.node, TEXTS)
    assert markups() == []
    assert selection.GetActivePlaceNodeID() == line.GetID()
    interactionNode(host.scene).SetCurrentInteractionMode(slicer.vtkMRMLInteractionNode.ViewTransform)
    labelled.labels.show(labelled.node, TEXTS)
    assert selection.GetActivePlaceNodeID() == line.GetID()
    assert selection.GetActivePlaceNodeClassName() == LINE
    assert len(markups()) == 3
    for node in markups():
        assert node.GetLocked()
        assert node.GetHideFromEditors()
        assert not node.GetSelectable()
        assert not node.GetUndoEnabled()


def test_shown_again_there_are_no_more_of_them_and_a_segment_that_is_gone_has_none(labelled):
    view = labelled.views["Axial"]
    view.jumpTo(centerRas(BALLS[0]))
    assert set(labelled.shown("Axial")) == {"liver_1", "liver_2"}
    labelled.node.GetSegmentation().RemoveSegment("liver_1")
    labelled.labels.show(labelled.node, TEXTS)
    assert set(labelled.shown("Axial")) == {"liver_2"}
    assert len(markups()) == 3


def test_they_are_not_saved_and_the_saved_scene_can_be_labelled_again(host, labelled, tmp_path):
    host.loadScene(host.saveScene(tmp_path / "scene.mrb"))
    assert markups() == []
    labelled.labels.show(slicer.util.getNode("Lesions"), TEXTS)
    labelled.views["Axial"].jumpTo(centerRas(BALLS[2]))
    assert set(labelled.shown("Axial")) == {"node"}


def test_clearing_the_scores_takes_them_away_and_they_can_come_again(host, labelled):
    showScores(labelled.volumeNode, labelled.node, patientScore(), signature())
    clearScores(labelled.node)
    assert markups() == []
    assert host.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialDisplayNode") == 0
    labelled.views["Axial"].jumpTo(centerRas(BALLS[2]))
    assert markups() == []
    labelled.labels.show(labelled.node, TEXTS)
    assert set(labelled.shown("Axial")) == {"node"}


def test_without_their_segmentation_they_go_when_a_view_moves(host, labelled):
    host.scene.RemoveNode(labelled.node)
    labelled.views["Axial"].jumpTo(centerRas(BALLS[1]) + (0.0, 0.0, 3.0))
    assert markups() == []
