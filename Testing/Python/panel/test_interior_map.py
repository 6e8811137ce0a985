"""The map of a lesion's interior over the CT: seen, followed, taken away."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from patients import BALLS, addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest
from synthetic import centerRas

from RadioImmunoScoreLib.scene.interior_map import MAP, rampColor
from RadioImmunoScoreLib.scene.nodes import ownedNode
from slicerbench.hands import choose


@pytest.fixture
def ready(bench, panel):
    """(panel, nodes) with the maps of a stand-in: the CT's own values inside the lesion."""
    from slicerbench.demonstration import showPatient

    nodes = addPatient()
    select(panel, nodes)
    showPatient(bench, nodes[0])
    panel.panel.session.display.interior.mapper = ctInside
    return panel, nodes


def ctInside(image, lesion, settings, name):
    """Low in the left half, high in the right one: two colors of the scale."""
    from radioimmuno.geometry.image import Image

    mask = lesion.mask.crop(lesion.box).values
    values = np.where(mask, 1.0, np.nan)
    values[:, :, values.shape[2] // 2 :] *= 5.0
    return Image(values, lesion.mask.lattice, lesion.box.start)


def show(panel, segmentID, title="local mean (HU)"):
    panel.panel.selectLesion(segmentID)
    choose(panel.panel.ui.mapBox, title)
    waitIdle(panel)


def pixel(bench, ball, offsetMm):
    view = bench.sliceViews["Red"]
    row, column = view.pixelOf(centerRas(ball) + (offsetMm, 0, 0))
    return view.render()[row, column].astype(int)


def near(color, expected):
    return np.abs(color - 255 * np.array(expected)).max() < 40


def test_the_map_is_seen_in_its_colors_inside_and_nothing_of_it_outside(bench, ready):
    panel, _ = ready
    ball = BALLS[0]
    panel.panel.selectLesion(ball.segmentID)
    outside = pixel(bench, ball, ball.radiusMm + 4)
    show(panel, ball.segmentID)
    ends = [pixel(bench, ball, -6), pixel(bench, ball, 6)]
    low, high = rampColor(0.0), rampColor(1.0)
    assert any(near(end, low) for end in ends)
    assert any(near(end, high) for end in ends)
    assert (pixel(bench, ball, ball.radiusMm + 4) == outside).all()
    assert panel.panel.ui.mapLabel.visible


def test_it_follows_the_selected_lesion_and_an_edit(ready):
    panel, nodes = ready
    show(panel, "liver_1")
    node = ownedNode(nodes[1], MAP)
    assert node.GetName() == "metastasis: local mean (HU)"
    panel.panel.selectLesion("node")
    waitFor(lambda: ownedNode(nodes[1], MAP).GetName().startswith("lymph node"))
    assert ownedNode(nodes[1], MAP) is node
    before = node.GetImageData().GetDimensions()
    draw(nodes, "node", (34, 30, 66), 6.0)
    waitFor(lambda: node.GetImageData().GetDimensions() != before)


def test_a_map_is_computed_once_however_often_the_panel_shows(ready):
    panel, _ = ready
    calls = []

    def counted(*what):
        calls.append(what)
        return ctInside(*what)

    panel.panel.session.display.interior.mapper = counted
    show(panel, "liver_1")
    panel.panel.show()
    QtTest.QTest.qWait(100)
    assert len(calls) == 1


def test_choosing_none_takes_it_away_and_the_lesion_looks_as_before(bench, ready):
    panel, nodes = ready
    ball = BALLS[0]
    panel.panel.selectLesion(ball.segmentID)
    display = nodes[1].GetDisplayNode()
    before, count = pixel(bench, ball, 5), slicer.mrmlScene.GetNumberOfNodes()
    show(panel, ball.segmentID)
    assert not display.GetSegmentVisibility2DFill(ball.segmentID)
    choose(panel.panel.ui.mapBox, "none")
    waitIdle(panel)
    assert ownedNode(nodes[1], MAP) is None
    assert display.GetSegmentVisibility2DFill(ball.segmentID)
    assert (pixel(bench, ball, 5) == before).all()
    assert not panel.panel.ui.mapLabel.visible
    assert slicer.mrmlScene.GetNumberOfNodes() == count


def test_the_panel_shows_what_the_science_computes(ready):
    from radioimmuno.extraction.voxel_maps import interior_maps
    from RadioImmunoScoreLib.scene import readImage, readLesions
    from RadioImmunoScoreLib.services.measurement import computeMap

    panel, nodes = ready
    panel.panel.session.display.interior.mapper = computeMap
    show(panel, "liver_1", "local entropy (bit)")
    lesion = readLesions(nodes[1], nodes[0], ["liver_1"]).lesions[0]
    settings = panel.panel.session.inputs.signature.settings
    expected = interior_maps(readImage(nodes[0]), lesion, settings, ("entropy",))["entropy"].values
    shown = slicer.util.arrayFromVolume(ownedNode(nodes[1], MAP))
    inside = np.isfinite(expected)
    assert inside.sum() > 1000
    assert shown[inside] == pytest.approx(expected[inside], rel=1e-6)
    assert (shown[~inside] < expected[inside].min()).all()


def test_what_was_in_front_before_comes_back(bench, ready):
    panel, nodes = ready
    other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "PET")
    view = bench.sliceViews["Red"].logic.GetSliceCompositeNode()
    view.SetForegroundVolumeID(other.GetID())
    view.SetForegroundOpacity(0.3)
    show(panel, "liver_1")
    assert view.GetForegroundVolumeID() == ownedNode(nodes[1], MAP).GetID()
    choose(panel.panel.ui.mapBox, "none")
    assert view.GetForegroundVolumeID() == other.GetID()
    assert view.GetForegroundOpacity() == pytest.approx(0.3)


def test_a_lesion_that_cannot_be_mapped_says_why(ready):
    panel, _ = ready
    from radioimmuno.findings import Refusal

    def refuse(image, lesion, settings, name):
        raise Refusal("lesion.too_small", "The lesion is too small.")

    panel.panel.session.display.interior.mapper = refuse
    show(panel, "liver_1")
    assert panel.panel.ui.messageLabel.text == "The lesion is too small."


def test_the_map_of_a_deleted_lesion_goes(ready):
    panel, nodes = ready
    show(panel, "liver_1")
    nodes[1].GetSegmentation().RemoveSegment("liver_1")
    QtTest.QTest.qWait(400)
    assert ownedNode(nodes[1], MAP) is None
    assert not panel.panel.ui.mapLabel.visible


def test_a_saved_scene_has_the_map_and_its_choice(bench, ready, tmp_path):
    panel, _ = ready
    show(panel, "liver_1")
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    assert panel.panel.ui.mapBox.currentText == "none"
    bench.host.loadScene(file)
    QtTest.QTest.qWait(300)
    assert panel.panel.ui.mapBox.currentText == "local mean (HU)"
    node = panel.panel.session.inputs.segmentationNode
    assert ownedNode(node, MAP).GetName() == "metastasis: local mean (HU)"
    choose(panel.panel.ui.mapBox, "none")
    assert ownedNode(node, MAP) is None
