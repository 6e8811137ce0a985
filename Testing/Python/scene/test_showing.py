"""Scores into the scene and out of it again."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import slicer
from synthetic import BALLS, SCORES, addSegmentation, addTurn, patientScore, ringOf, signature

from radioimmuno.identity import Identity
from radioimmuno.lesion import LeftOut, Site
from radioimmuno.signature.color_scale import UNSCORED, color_scale
from radioimmuno.signature.cutoffs import Cutoffs
from RadioImmunoScoreLib.scene import (
    clearScores,
    jumpToLesion,
    readLesions,
    restoreColors,
    setSite,
    showScores,
)
from RadioImmunoScoreLib.scene.patient_nodes import fileUnderSubject
from RadioImmunoScoreLib.scene.ras_geometry import imageToWorld, scalarsOf
from RadioImmunoScoreLib.scene.segment_properties import ORIGINAL_COLOR, tagOf

RINGED = [segmentID for segmentID, score in SCORES.items() if score is not None]


def segmentsOf(node):
    segmentation = node.GetSegmentation()
    return {segmentID: segmentation.GetSegment(segmentID) for segmentID in segmentation.GetSegmentIDs()}


def colorsOf(node):
    return {segmentID: segment.GetColor() for segmentID, segment in segmentsOf(node).items()}


def nodeIDs(scene):
    return [scene.GetNthNode(n).GetID() for n in range(scene.GetNumberOfNodes())]


def column(tableNode, name):
    array = tableNode.GetTable().GetColumnByName(name)
    return [array.GetValue(n) for n in range(array.GetNumberOfValues())]


@pytest.fixture
def shown(patient):
    return showScores(*patient, patientScore(), signature())


class TestColors:
    def test_segments_wear_the_colors_of_their_scores(self, patient, shown):
        scale = color_scale(signature())
        assert colorsOf(patient[1]) == {key: pytest.approx(scale.rgb(score)) for key, score in SCORES.items()}

    def test_little_infiltration_is_blue_much_is_red_unscored_is_gray(self, patient, shown):
        colors = colorsOf(patient[1])
        assert np.argmax(colors["liver_1"]) == 2
        assert np.argmax(colors["liver_2"]) == 0
        assert colors["node"] == UNSCORED

    def test_what_is_not_among_the_scores_is_gray_unless_it_is_no_lesion(self, patient):
        before, whole = colorsOf(patient[1]), patientScore()
        liver = LeftOut("liver_2", "metastasis", "an organ")
        showScores(*patient, replace(whole, lesions=whole.lesions[:1], left_out=(liver,)), signature())
        colors = colorsOf(patient[1])
        assert colors["liver_1"] == pytest.approx(color_scale(signature()).rgb(SCORES["liver_1"]))
        assert colors["liver_2"] == before["liver_2"]
        assert colors["node"] == UNSCORED

    def test_restored_colors_are_the_first_ones_to_the_last_bit(self, patient):
        before = colorsOf(patient[1])
        for value in (-0.3, 0.6):
            showScores(*patient, patientScore({ball.segmentID: value for ball in BALLS}), signature())
        restoreColors(patient[1])
        assert colorsOf(patient[1]) == before
        assert not any(segment.HasTag(ORIGINAL_COLOR) for segment in segmentsOf(patient[1]).values())

    def test_restoring_what_was_never_painted_changes_nothing(self, patient):
        before = colorsOf(patient[1])
        restoreColors(patient[1])
        assert colorsOf(patient[1]) == before

    def test_the_original_color_is_kept_in_a_tag(self, patient):
        before = colorsOf(patient[1])
        showScores(*patient, patientScore(), signature())
        kept = {key: tagOf(segment, ORIGINAL_COLOR) for key, segment in segmentsOf(patient[1]).items()}
        assert {key: tuple(map(float, text.split())) for key, text in kept.items()} == before


class TestLegend:
    def test_it_shows_the_scale_centred_at_the_median(self, patient, shown):
        displayNode = shown.legendNode.GetPrimaryDisplayNode()
        assert displayNode is patient[1].GetDisplayNode()
        low, high = displayNode.GetScalarRange()
        assert (low + high) / 2 == pytest.approx(signature().cutoffs.median)
        function = displayNode.GetColorNode().GetColorTransferFunction()
        for score in (low, -0.55, 0.0, 0.31, high):
            expected = color_scale(signature()).rgb(score)
            np.testing.assert_allclose(function.GetColor(score), expected, atol=0.02)

    def test_its_title_says_demonstration_once(self, shown):
        assert shown.legendNode.GetTitleText() == "CD8 score\n(demonstration)"

    def test_a_real_signature_is_not_called_a_demonstration(self, patient):
        shown = showScores(*patient, patientScore(), signature("research"))
        assert shown.legendNode.GetTitleText() == "Synthetic CD8"

    def test_its_colors_are_saved_with_the_scene(self, shown):
        assert not shown.legendNode.GetPrimaryDisplayNode().GetColorNode().GetHideFromEditors()


class TestRings:
    def test_each_scored_lesion_has_its_ring_in_its_color(self, patient, shown):
        assert list(segmentsOf(shown.ringsNode)) == RINGED
        lesions = colorsOf(patient[1])
        assert colorsOf(shown.ringsNode) == {key: lesions[key] for key in RINGED}

    def test_they_lie_where_they_were_measured(self, shown):
        for ball in BALLS:
            if ball.segmentID in RINGED:
                image = segmentsOf(shown.ringsNode)[ball.segmentID].GetRepresentation("Binary labelmap")
                ring = ringOf(ball)
                np.testing.assert_array_equal(scalarsOf(image) > 0, ring.values)
                first = (imageToWorld(image) @ (0, 0, 0, 1))[:3]
                np.testing.assert_allclose(first, np.array(ring.window.origin) * (-1, -1, 1))

    def test_only_outlines_are_shown(self, shown):
        displayNode = shown.ringsNode.GetDisplayNode()
        assert displayNode.GetVisibility2DOutline()
        assert not displayNode.GetVisibility2DFill()
        assert not displayNode.GetVisibility3D()

    def test_what_the_user_shows_of_them_stays_when_scored_again(self, patient, shown):
        shown.ringsNode.GetDisplayNode().SetVisibility2DFill(True)
        again = showScores(*patient, patientScore(), signature())
        assert again.ringsNode.GetDisplayNode().GetVisibility2DFill()

    def test_they_move_with_the_ct(self, host, patient):
        turn = addTurn(host.scene)
        for node in patient:
            node.SetAndObserveTransformNodeID(turn.GetID())
        shown = showScores(*patient, patientScore(), signature())
        for segmentID in RINGED:
            ring = np.array(shown.ringsNode.GetSegmentCenterRAS(segmentID))
            np.testing.assert_allclose(ring, patient[1].GetSegmentCenterRAS(segmentID), atol=2.0)


class TestTable:
    def test_each_lesion_has_its_row(self, shown):
        assert column(shown.tableNode, "id") == [ball.segmentID for ball in BALLS]
        assert column(shown.tableNode, "lesion") == ["metastasis", "metastasis", "lymph node"]
        assert column(shown.tableNode, "site") == ["liver", "liver", "lymph node"]
        assert column(shown.tableNode, "irradiated") == ["yes", "no", ""]
        assert column(shown.tableNode, "status") == ["scored", "scored", "refused"]

    def test_each_row_says_whose_it_is(self, patient):
        whose = replace(patientScore(), identity=Identity("P-7K3M2Q9A", "2026-11-25"))
        tableNode = showScores(*patient, whose, signature()).tableNode
        assert column(tableNode, "patient") == ["P-7K3M2Q9A"] * 3
        assert column(tableNode, "study") == ["2026-11-25"] * 3

    def test_an_unscored_lesion_has_an_empty_cell_and_a_reason(self, shown):
        assert column(shown.tableNode, "score") == ["-0.8000", "0.9000", ""]
        assert column(shown.tableNode, "reason")[2] == "The lesion has 0.1 cc, at least 0.2 are needed."

    def test_volumes_have_their_unit(self, shown):
        sphere = [4 / 3 * np.pi * ball.radiusMm**3 / 1000 for ball in BALLS]
        np.testing.assert_allclose(column(shown.tableNode, "volume"), sphere, rtol=0.05)
        assert shown.tableNode.GetColumnUnitLabel("volume") == "cc"
        assert shown.tableNode.GetColumnTitle("irradiated") == "Irradiated"

    def test_it_says_what_the_score_is(self, shown):
        description = shown.tableNode.GetColumnDescription("score")
        assert "CD8 T-cell infiltration" in description
        assert "DEMONSTRATION" in description


class TestPlot:
    def series(self, chartNode):
        every = [chartNode.GetNthPlotSeriesNode(n) for n in range(chartNode.GetNumberOfPlotSeriesNodes())]
        return {series.GetName(): series for series in every}

    def test_lesions_stand_from_lowest_to_highest(self, shown):
        points = self.series(shown.chartNode)["Scored lesions"]
        table = points.GetTableNode()
        assert column(table, points.GetXColumnName()) == [1, 2]
        assert column(table, points.GetYColumnName()) == [-0.8, 0.9]
        assert column(table, points.GetLabelColumnName()) == ["metastasis", "metastasis"]

    @pytest.mark.parametrize(("name", "value"), [("Low", -0.4), ("Median", 0.0), ("High", 0.4)])
    def test_cut_offs_cross_all_lesions(self, shown, name, value):
        line = self.series(shown.chartNode)[f"{name} cut-off"]
        assert column(line.GetTableNode(), line.GetYColumnName()) == [value, value]
        assert column(line.GetTableNode(), line.GetXColumnName()) == [0.5, 2.5]

    def test_a_signature_without_cut_offs_has_no_lines_and_takes_away_those_of_another(self, patient, shown):
        bare = replace(signature(), cutoffs=None, distribution=None)
        again = showScores(*patient, patientScore(), bare)
        assert list(self.series(again.chartNode)) == ["Scored lesions"]
        assert not slicer.util.getNodes("*cut-off*")
        assert list(self.series(showScores(*patient, patientScore(), signature()).chartNode))[1:]

    def test_a_signature_with_a_median_alone_has_its_line_alone(self, patient, shown):
        alone = replace(signature(), cutoffs=Cutoffs(None, 0.1, None))
        again = showScores(*patient, patientScore(), alone)
        assert list(self.series(again.chartNode)) == ["Scored lesions", "Median cut-off"]
        assert list(slicer.util.getNodes("*cut-off")) == ["Median cut-off"]
        table = self.series(again.chartNode)["Median cut-off"].GetTableNode()
        assert column(table, "median") == [0.1, 0.1]

    def test_it_says_demonstration(self, shown):
        assert shown.chartNode.GetTitle() == "CD8 score (demonstration)"


class TestAgain:
    def test_scoring_again_makes_no_second_nodes(self, host, patient, shown):
        before = nodeIDs(host.scene)
        again = showScores(*patient, patientScore(), signature())
        assert nodeIDs(host.scene) == before
        assert again == shown

    def test_other_scores_replace_the_first(self, patient, shown):
        scores = {"liver_1": None, "liver_2": 0.1, "node": -0.2}
        again = showScores(*patient, patientScore(scores), signature())
        assert column(again.tableNode, "score") == ["", "0.1000", "-0.2000"]
        assert list(segmentsOf(again.ringsNode)) == ["liver_2", "node"]
        assert colorsOf(patient[1])["liver_1"] == UNSCORED

    @pytest.mark.parametrize("name", ["tableNode", "chartNode", "ringsNode", "legendNode", "provenanceNode"])
    def test_a_node_that_the_user_deleted_comes_again(self, host, patient, shown, name):
        count = host.scene.GetNumberOfNodes()
        if name == "ringsNode":
            host.scene.RemoveNode(shown.ringsNode.GetDisplayNode())
        host.scene.RemoveNode(getattr(shown, name))
        again = showScores(*patient, patientScore(), signature())
        assert host.scene.IsNodePresent(getattr(again, name))
        assert host.scene.GetNumberOfNodes() == count

    def test_another_segmentation_has_results_of_its_own(self, host, patient, shown):
        other = addSegmentation(host.scene, patient[0])
        second = showScores(patient[0], other, patientScore(), signature())
        assert second.tableNode is not shown.tableNode
        clearScores(other)
        assert host.scene.IsNodePresent(shown.tableNode)
        assert not host.scene.IsNodePresent(second.tableNode)

    def test_nothing_scored_is_shown_as_nothing_scored(self, patient):
        shown = showScores(*patient, patientScore(dict.fromkeys(SCORES)), signature())
        assert column(shown.tableNode, "score") == ["", "", ""]
        assert set(colorsOf(patient[1]).values()) == {UNSCORED}
        assert segmentsOf(shown.ringsNode) == {}


class TestClear:
    def test_the_scene_is_as_it_was_found(self, host, patient):
        nodes, colors = nodeIDs(host.scene), colorsOf(patient[1])
        displayNode = patient[1].GetDisplayNode()
        displayNode.SetScalarRange(3, 5)
        displayNode.SetAndObserveColorNodeID("vtkMRMLColorTableNodeRainbow")
        for _ in range(2):
            showScores(*patient, patientScore(), signature())
            clearScores(patient[1])
            assert nodeIDs(host.scene) == nodes
            assert colorsOf(patient[1]) == colors
            assert displayNode.GetScalarRange() == (3, 5)
            assert displayNode.GetColorNodeID() == "vtkMRMLColorTableNodeRainbow"
            assert "RadioImmunoScore" not in " ".join(displayNode.GetAttributeNames())
            roles = [
                patient[1].GetNthNodeReferenceRole(n)
                for n in range(patient[1].GetNumberOfNodeReferenceRoles())
            ]
            assert not any("RadioImmunoScore" in role for role in roles if patient[1].GetNodeReference(role))

    def test_clearing_what_was_never_scored_changes_nothing(self, host, patient):
        nodes, colors = nodeIDs(host.scene), colorsOf(patient[1])
        clearScores(patient[1])
        assert nodeIDs(host.scene) == nodes
        assert colorsOf(patient[1]) == colors

    def test_lesions_read_the_same_before_scored_and_after(self, patient):
        segment = patient[1].GetSegmentation().GetSegment("node")
        setSite(segment, Site.LYMPH_NODE, "node")
        before = readLesions(patient[1], patient[0])
        showScores(*patient, patientScore(), signature())
        after = readLesions(patient[1], patient[0])
        assert [lesion.site for lesion in after.lesions] == [None, None, Site.LYMPH_NODE]
        for one, other in zip(before.lesions, after.lesions, strict=True):
            np.testing.assert_array_equal(one.mask.values, other.mask.values)


def test_results_are_filed_under_the_patient(host, patient):
    fileUnderSubject(host.scene, patient)
    shown = showScores(*patient, patientScore(), signature())
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    subject = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(patient[1]))
    for node in (shown.ringsNode, shown.tableNode, shown.chartNode, shown.provenanceNode):
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == subject


def test_the_provenance_goes_with_the_scene(shown):
    content = json.loads(shown.provenanceNode.GetText())
    assert content["signature"]["sha256"] == "ab" * 32
    assert content["notice"] == signature().notice


def test_jumping_brings_a_lesion_into_the_middle_of_all_views(host, patient):
    slices = [host.scene.AddNewNodeByClass("vtkMRMLSliceNode") for _ in range(2)]
    slices[1].SetOrientationToSagittal()
    camera = host.scene.AddNewNodeByClass("vtkMRMLCameraNode")
    camera.SetPosition(0, 500, 0)
    camera.SetFocalPoint(0, 0, 0)
    jumpToLesion(patient[1], "liver_2")
    center = patient[1].GetSegmentCenterRAS("liver_2")
    for node in slices:
        origin = [node.GetSliceToRAS().GetElement(row, 3) for row in range(3)]
        assert origin == pytest.approx(center)
    assert camera.GetFocalPoint() == pytest.approx(center)
    assert np.subtract(camera.GetPosition(), camera.GetFocalPoint()) == pytest.approx((0, 500, 0))


def test_a_segment_deleted_while_it_was_scored_does_no_harm(patient):
    patient[1].GetSegmentation().RemoveSegment("liver_1")
    shown = showScores(*patient, patientScore(), signature())
    assert list(segmentsOf(patient[1])) == ["liver_2", "node"]
    assert column(shown.tableNode, "id") == [ball.segmentID for ball in BALLS]
