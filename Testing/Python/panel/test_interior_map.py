"""The map of a lesion's interior over the CT: seen, followed, taken away."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import slicer
import vtk
from patients import BALLS, addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest
from synthetic import centerRas

from radioimmuno.geometry.image import Image, Lattice
from RadioImmunoScoreLib.panel.widgets.drawing import mapScale
from RadioImmunoScoreLib.scene.interior_map import (
    COLOR_COUNT,
    MAP,
    MAP_COLORS,
    RAMP,
    SIGNED_RAMP,
    MapScale,
    mapScaleOf,
    rampColor,
)
from RadioImmunoScoreLib.scene.nodes import ownedNode
from slicerbench.hands import choose

sys.path.append(str(Path(__file__).parents[1] / "science" / "signature"))
from color_vision import VISIONS, distances, lab


@pytest.fixture
def ready(bench, panel):
    """(panel, nodes) with the maps of a stand-in: the CT's own values inside the lesion."""
    from slicerbench.demonstration import showPatient

    nodes = addPatient()
    select(panel, nodes)
    showPatient(bench, nodes[0])
    panel.panel.session.display.interior.mapper = ctInside
    return panel, nodes


def ctInside(image, lesion, settings, name, others):
    """Low in the left half, high in the right one: two colors of the scale."""
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
    from RadioImmunoScoreLib.services.interior_maps import computeMap

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


def colorsOf(node):
    color = [0.0] * 4
    colors = ownedNode(node, MAP_COLORS)
    ends = []
    for number in (0, COLOR_COUNT - 1):
        colors.GetColor(number, color)
        ends.append(pytest.approx(color[:3], abs=1 / 255))
    return ends


def test_a_filter_is_painted_in_lesion_and_ring_on_a_scale_about_0_and_is_gone_where_it_cannot_be(ready):
    from radioimmuno.extraction.interior_response import interior_response
    from RadioImmunoScoreLib.scene import readImage, readLesions
    from RadioImmunoScoreLib.services.interior_maps import computeMap

    panel, nodes = ready
    session, ui = panel.panel.session, panel.panel.ui
    session.display.interior.mapper = computeMap
    show(panel, "liver_1", "LoG 2 mm (a.u.)")
    lesions = readLesions(nodes[1], nodes[0]).lesions
    settings = session.inputs.signature.settings
    expected = interior_response(readImage(nodes[0]), lesions[0], lesions, settings, "log_sigma_2mm").values
    node = ownedNode(nodes[1], MAP)
    shown, inside = slicer.util.arrayFromVolume(node), np.isfinite(expected)
    assert node.GetName() == "metastasis: LoG 2 mm (a.u.)"
    assert shown[inside] == pytest.approx(expected[inside], rel=1e-5, abs=1e-6)
    assert (shown[~inside] < expected[inside].min()).all()
    # The color of 0 is that in the middle; nearly all voxels lie within the ends, and none is unseen.
    display, end = node.GetDisplayNode(), np.quantile(np.abs(expected[inside]), 0.98)
    assert display.GetLowerThreshold() < shown[inside].min()
    assert shown[~inside].max() < display.GetLowerThreshold()
    assert shown.max() < display.GetUpperThreshold()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == pytest.approx((-end, end))
    assert colorsOf(nodes[1]) == [SIGNED_RAMP[0], SIGNED_RAMP[-1]]
    for words in (
        "LoG 2 mm (a.u.) of metastasis and its ring",
        "symmetric about 0",
        f"\N{GREATER-THAN OR EQUAL TO} +{end:.2f}",
    ):
        assert words in ui.mapLabel.toolTip
    # Of what is on one side of 0 the colors are those of local features.
    shownBefore = shown.copy()
    changed = []
    colors = ownedNode(nodes[1], MAP_COLORS)
    observation = colors.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *what: changed.append(what))
    show(panel, "liver_1", "mean of 5 voxels, ibsi2-ct-2_b (a.u.)")
    colors.RemoveObserver(observation)
    # Views are drawn again for each of them.
    assert 0 < len(changed) < 10
    assert colorsOf(nodes[1]) == [RAMP[0], RAMP[-1]]
    assert "symmetric" not in ui.mapLabel.toolTip
    session.display.choose("interiorMap", "filter.log_sigma_40mm")
    waitIdle(panel)
    assert ui.messageLabel.text.startswith("LoG 40 mm: The filter needs an image of at least 160 voxels")
    assert ownedNode(nodes[1], MAP) is None
    assert not ui.mapLabel.visible
    assert nodes[1].GetDisplayNode().GetSegmentVisibility2DFill("liver_1")
    show(panel, "liver_1", "none")
    # The console has the same.
    mapNode = panel.logic.interiorMap(*nodes, "liver_1", "log_sigma_2mm")
    assert (slicer.util.arrayFromVolume(mapNode) == shownBefore).all()
    assert mapNode.GetDisplayNode().GetWindowLevelMax() == pytest.approx(end)
    with pytest.raises(ValueError, match="local features are mean, entropy"):
        panel.logic.interiorMap(*nodes, "liver_1", "sobel")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([-1.0, *[3.0] * 9, np.nan], MapScale(-3.0, 3.0, True)),
        # A few far away are beyond the ends; of nothing but 0 and of few values there are ends, too.
        ([*[-2.0] * 60, *[1.0] * 39, 50.0], MapScale(-2.0, 2.0, True, True)),
        ([0.0] * 9, MapScale(-1.0, 1.0, True)),
        ([0.0] * 99 + [-4.0], MapScale(-4.0, 4.0, True)),
    ],
)
def test_a_scale_about_0_reaches_equally_far_to_both_sides(values, expected):
    image = Image(np.array(values).reshape(-1, 1, 1), Lattice((len(values), 1, 1), (1.0,) * 3, (0.0,) * 3))
    assert mapScaleOf(image, True, 0.98) == expected


def test_what_is_beside_0_has_colors_that_every_eye_tells_apart_and_grows_brighter():
    ramp = np.array([rampColor(share, SIGNED_RAMP) for share in np.linspace(0, 1, 5)])
    for vision in VISIONS:
        apart = distances(ramp, ramp, vision)[np.triu_indices(5, 1)]
        assert apart.min() > 18
    steps = np.diff(lab(ramp)[:, 0])
    assert steps * (-1, -1, 1, 1) == pytest.approx(np.full(4, np.abs(steps).mean()), rel=0.12)
    # Where another eye sees gray it is darker than soft tissue at the usual window, mid gray.
    grays = np.repeat(np.linspace(0.35, 1, 200)[:, None], 3, axis=1)
    whole = np.array([rampColor(share, SIGNED_RAMP) for share in np.linspace(0, 1, 201)])
    assert min(distances(whole, grays, vision).min() for vision in VISIONS) > 10


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

    def refuse(image, lesion, settings, name, others):
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


@pytest.mark.parametrize("title", ["local mean (HU)", "LoG 1 mm (a.u.)"])
def test_a_saved_scene_has_the_map_and_its_choice(bench, ready, tmp_path, title):
    panel, _ = ready
    show(panel, "liver_1", title)
    words = panel.panel.ui.mapLabel.toolTip
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    assert panel.panel.ui.mapBox.currentText == "none"
    assert not panel.panel.ui.mapLabel.visible
    bench.host.loadScene(file)
    QtTest.QTest.qWait(300)
    assert panel.panel.ui.mapBox.currentText == title
    node = panel.panel.session.inputs.segmentationNode
    assert ownedNode(node, MAP).GetName() == f"metastasis: {title}"
    assert colorsOf(node)[0] == (RAMP if title.startswith("local") else SIGNED_RAMP)[0]
    # A panel that is loaded again has no width for a moment.
    section = panel.panel.section("SelectedSection")
    pen = section._pens.of(panel.panel.session.inputs.signature)
    assert mapScale(pen, "metastasis", " and its ring", MapScale(0.0, 1.0), 1).width() == 1
    # What its colors mean is seen before a lesion is selected.
    assert panel.panel.ui.mapLabel.visible
    assert panel.panel.ui.mapLabel.toolTip == words
    choose(panel.panel.ui.mapBox, "none")
    assert ownedNode(node, MAP) is None
    assert not panel.panel.ui.mapLabel.visible
