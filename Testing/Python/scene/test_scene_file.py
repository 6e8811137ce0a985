"""A scored scene saved as .mrb and loaded again."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
from pixels import around, countColor
from synthetic import BALLS, SCORES, addSegmentation, addVolume, centerRas, patientScore, ringOf, signature

from radioimmuno.lesion import Site
from radioimmuno.signature.color_scale import color_scale
from RadioImmunoScoreLib.headless.views import SliceView
from RadioImmunoScoreLib.scene import clearScores, readImage, readLesions, restoreColors, setSite, showScores
from RadioImmunoScoreLib.scene.patient_nodes import fileUnderSubject
from RadioImmunoScoreLib.scene.ras_geometry import imageToWorld, scalarsOf


def colorsOf(node):
    segmentation = node.GetSegmentation()
    return {key: segmentation.GetSegment(key).GetColor() for key in segmentation.GetSegmentIDs()}


@pytest.fixture
def reopened(host, tmp_path):
    """A scored scene after saving and loading, with an axial view; and the colors before scoring."""
    view = SliceView(host, "Axial", (500, 400))
    volumeNode = addVolume(host.scene)
    segmentationNode = addSegmentation(host.scene, volumeNode)
    fileUnderSubject(host.scene, (volumeNode, segmentationNode))
    view.showVolume(volumeNode)
    first = BALLS[0].segmentID
    setSite(segmentationNode.GetSegmentation().GetSegment(first), Site.OTHER, first)
    colors = colorsOf(segmentationNode)
    showScores(volumeNode, segmentationNode, patientScore(), signature())
    host.loadScene(host.saveScene(tmp_path / "scene.mrb"))
    return view, colors


@pytest.fixture
def nodes(reopened):
    """The (volume, segmentation) nodes of the loaded scene."""
    return slicer.util.getNode("CT"), slicer.util.getNode("Lesions")


def cells(tableNode, column):
    array = tableNode.GetTable().GetColumnByName(column)
    return [array.GetValue(n) for n in range(array.GetNumberOfValues())]


def test_segments_have_the_colors_of_their_scores(nodes):
    scale = color_scale(signature())
    for segmentID, color in colorsOf(nodes[1]).items():
        assert color == pytest.approx(scale.rgb(SCORES[segmentID]), abs=1e-4)


def test_a_site_that_no_terminology_names_is_kept(nodes):
    assert [lesion.site for lesion in readLesions(nodes[1], nodes[0]).lesions] == [Site.OTHER, None, None]


def test_original_colors_come_back_to_the_last_bit(nodes, reopened):
    restoreColors(nodes[1])
    assert colorsOf(nodes[1]) == reopened[1]


def test_the_table_is_as_saved_with_units_and_empty_cells(nodes):
    table = slicer.util.getNode("Lesions scores")
    assert cells(table, "score") == ["-0.8000", "0.9000", ""]
    assert cells(table, "status") == ["scored", "scored", "refused"]
    assert cells(table, "irradiated") == ["yes", "no", ""]
    assert cells(table, "volume")[0] == pytest.approx(7.228, abs=0.001)
    assert table.GetColumnUnitLabel("volume") == "cc"
    assert table.GetColumnTitle("volume") == "Volume"
    assert "DEMONSTRATION" in table.GetColumnDescription("score")


def test_rings_are_voxel_for_voxel_where_they_were(nodes):
    rings = slicer.util.getNode("Lesions rings")
    for ball in BALLS[:2]:
        ring = ringOf(ball)
        expected = {tuple(point) for point in ring.window.to_lps(np.argwhere(ring.values)).round(3).tolist()}
        segment = rings.GetSegmentation().GetSegment(ball.segmentID)
        image = segment.GetRepresentation("Binary labelmap")
        index = np.argwhere(scalarsOf(image) == segment.GetLabelValue()) + image.GetExtent()[4::-2]
        points = np.c_[index[:, ::-1], np.ones(len(index))] @ imageToWorld(image).T
        assert {tuple(point) for point in (points[:, :3] * (-1, -1, 1)).round(3).tolist()} == expected
    assert not rings.GetDisplayNode().GetVisibility2DFill()


def test_the_plot_has_its_series_and_their_tables(nodes):
    chart = slicer.util.getNode("Lesions score plot")
    series = [chart.GetNthPlotSeriesNode(n) for n in range(chart.GetNumberOfPlotSeriesNodes())]
    assert [each.GetName() for each in series] == [
        "Scored lesions",
        "Low cut-off",
        "Median cut-off",
        "High cut-off",
    ]
    assert cells(series[0].GetTableNode(), "score") == [-0.8, 0.9]
    assert cells(series[3].GetTableNode(), "high") == [0.4, 0.4]


def test_the_provenance_is_readable(nodes):
    text = slicer.util.getNode("Lesions score provenance").GetText()
    assert json.loads(text)["signature"]["name"] == "Synthetic CD8"


def test_the_view_shows_lesion_ring_and_legend(nodes, reopened):
    view, _ = reopened
    view.jumpTo(centerRas(BALLS[0]))
    picture = view.render()
    scale = color_scale(signature())
    there = around(picture, view.pixelOf(centerRas(BALLS[0])), 60)
    assert countColor(there, scale.rgb(SCORES["liver_1"])) > 100
    assert countColor(picture[:, :50], scale.rgb(scale.high), 12) > 5
    legend = slicer.modules.colors.logic().GetColorLegendDisplayNode(nodes[1])
    assert legend.GetTitleText() == "CD8 score\n(demonstration)"


def test_scoring_the_loaded_scene_again_makes_no_second_nodes(host, nodes):
    count = host.scene.GetNumberOfNodes()
    showScores(*nodes, patientScore(), signature())
    assert host.scene.GetNumberOfNodes() == count


def test_a_loaded_scene_can_be_cleared_of_all_scores(host, nodes, reopened):
    clearScores(nodes[1])
    assert colorsOf(nodes[1]) == reopened[1]
    named = [host.scene.GetNthNode(n).GetName() or "" for n in range(host.scene.GetNumberOfNodes())]
    assert [name for name in named if name.startswith("Lesions ")] == []
    for className in (
        "vtkMRMLTableNode",
        "vtkMRMLTableStorageNode",
        "vtkMRMLPlotSeriesNode",
        "vtkMRMLPlotChartNode",
    ):
        assert host.scene.GetNumberOfNodesByClass(className) == 0


def test_lesions_of_the_loaded_scene_read_as_before(nodes):
    reading = readLesions(nodes[1], nodes[0])
    assert [lesion.name for lesion in reading.lesions] == [ball.name for ball in BALLS]
    assert [lesion.volume_cc for lesion in reading.lesions] == pytest.approx([7.228125, 2.964375, 4.145625])
    assert readImage(nodes[0]).values[tuple(BALLS[0].center)] < 100
