"""Segmentations from other grids, below transforms, and without label maps."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from placing import RAS_TO_LPS, centersOfMassRas, masksOf, onWholeCt
from synthetic import (
    BALLS,
    SHAPE,
    SPACING,
    Ball,
    addBend,
    addShift,
    addTurn,
    ballMask,
    centerRas,
)

from radioimmuno.findings import Severity
from RadioImmunoScoreLib.scene import readImage, readLesions
from RadioImmunoScoreLib.scene.ras_geometry import orientedImage


class TestOtherGrids:
    def segmentOn(self, host, ball: Ball, spacingMm: float):
        """The ball drawn on a grid of its own, its corner off the CT's voxels."""
        from radioimmuno.geometry.image import Lattice

        center = centerRas(ball) * RAS_TO_LPS
        half = int(np.ceil(ball.radiusMm / spacingMm)) + 2
        origin = center - half * spacingMm + 0.31
        lattice = Lattice((2 * half + 1,) * 3, (spacingMm,) * 3, tuple(origin.tolist()))
        points = lattice.to_lps(np.argwhere(np.ones(lattice.shape, bool))).reshape(*lattice.shape, 3)
        values = np.linalg.norm(points - center, axis=-1) <= ball.radiusMm
        segment = slicer.vtkSegment()
        segment.AddRepresentation("Binary labelmap", orientedImage(values.astype(np.uint8), lattice))
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        node.GetSegmentation().AddSegment(segment, ball.segmentID)
        return node

    def test_a_finer_grid_is_brought_to_the_cts_with_a_finding(self, host, patient):
        ball = BALLS[0]
        reading = readLesions(self.segmentOn(host, ball, 0.7), patient[0])
        mask, expected = onWholeCt(reading.lesions[0]), ballMask(ball)
        dice = 2 * np.count_nonzero(mask & expected) / (np.count_nonzero(mask) + np.count_nonzero(expected))
        assert dice > 0.97
        (finding,) = reading.findings[ball.segmentID]
        assert (finding.code, finding.severity) == ("mask.geometry", Severity.FIXED)

    def test_a_lesion_whose_volume_changes_too_much_is_refused(self, host, patient):
        tiny = Ball("tiny", "tiny", (20, 40, 40), 1.0)
        reading = readLesions(self.segmentOn(host, tiny, 0.5), patient[0])
        (finding,) = reading.findings["tiny"]
        assert (finding.code, finding.severity) == ("mask.geometry", Severity.REFUSE)

    def test_a_segment_that_reaches_out_of_the_ct_is_cut_and_refused(self, host, patient):
        volumeNode, node = patient
        node.SetAndObserveTransformNodeID(addShift(host.scene, (0, 0, -SPACING[0] * 17)).GetID())
        reading = readLesions(node, volumeNode)
        expected = np.zeros(SHAPE, bool)
        expected[:-17] = ballMask(BALLS[0])[17:]
        np.testing.assert_array_equal(masksOf(reading)["liver_1"], expected)
        assert reading.findings["liver_1"][0].refuses
        assert reading.findings["node"] == ()


class TestTransforms:
    def test_moving_ct_and_segmentation_together_changes_nothing(self, host, patient):
        volumeNode, node = patient
        before, masks = readImage(volumeNode).lattice, masksOf(readLesions(node, volumeNode))
        turn = addTurn(host.scene).GetID()
        for each in patient:
            each.SetAndObserveTransformNodeID(turn)
        after = readLesions(node, volumeNode)
        assert readImage(volumeNode).lattice == before
        for segmentID, mask in masksOf(after).items():
            np.testing.assert_array_equal(mask, masks[segmentID])
            assert after.findings[segmentID] == ()

    @pytest.mark.parametrize(("moved", "sign"), [(1, 1), (0, -1)], ids=["segmentation", "ct"])
    def test_moving_one_moves_it_against_the_other(self, host, patient, moved, sign):
        volumeNode, node = patient
        shift = np.array([4 * SPACING[2], -3 * SPACING[1], 2 * SPACING[0]])
        patient[moved].SetAndObserveTransformNodeID(addShift(host.scene, shift).GetID())
        reading = readLesions(node, volumeNode)
        for ball in BALLS:
            expected = np.roll(ballMask(ball), np.array([2, -3, 4]) * sign, axis=(0, 1, 2))
            np.testing.assert_array_equal(masksOf(reading)[ball.segmentID], expected)

    def test_a_turned_segmentation_lies_where_the_user_sees_it(self, host, patient):
        volumeNode, node = patient
        node.SetAndObserveTransformNodeID(addTurn(host.scene).GetID())
        centers = centersOfMassRas(readLesions(node, volumeNode))
        for ball in BALLS:
            seen = node.GetSegmentCenterRAS(ball.segmentID)
            np.testing.assert_allclose(centers[ball.segmentID], seen, atol=1.0)

    def test_a_bent_segmentation_lies_where_the_user_sees_it(self, host, patient):
        volumeNode, node = patient
        node.SetAndObserveTransformNodeID(addBend(host.scene, (6.0, -9.0, 5.0)).GetID())
        reading = readLesions(node, volumeNode)
        for ball in BALLS:
            expected = np.roll(ballMask(ball), (2, -6, 4), axis=(0, 1, 2))
            np.testing.assert_array_equal(masksOf(reading)[ball.segmentID], expected)
            assert reading.findings[ball.segmentID][0].severity is Severity.FIXED


class TestSurfaces:
    RADIUS_MM, CENTER_RAS = 15.0, (-10.0, 0.0, 5.0)

    @pytest.fixture
    def surfaceNode(self, host):
        sphere = vtk.vtkSphereSource()
        sphere.SetRadius(self.RADIUS_MM)
        sphere.SetCenter(*self.CENTER_RAS)
        sphere.SetThetaResolution(60)
        sphere.SetPhiResolution(60)
        sphere.Update()
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        node.GetSegmentation().SetSourceRepresentationName("Closed surface")
        node.AddSegmentFromClosedSurfaceRepresentation(sphere.GetOutput(), "sphere", (1, 0, 0), "sphere")
        return node

    def test_a_closed_surface_is_filled_on_the_cts_grid(self, patient, surfaceNode):
        reading = readLesions(surfaceNode, patient[0])
        assert reading.lesions[0].volume_cc == pytest.approx(
            4 / 3 * np.pi * self.RADIUS_MM**3 / 1000, rel=0.02
        )
        np.testing.assert_allclose(centersOfMassRas(reading)["sphere"], self.CENTER_RAS, atol=0.3)
        assert not surfaceNode.GetSegmentation().ContainsRepresentation("Binary labelmap")

    @pytest.mark.parametrize("add", [addShift, addBend])
    def test_a_moved_surface_is_filled_where_it_is_seen(self, host, patient, surfaceNode, add):
        shift = np.array([5.0, -8.0, 6.5])
        surfaceNode.SetAndObserveTransformNodeID(add(host.scene, shift).GetID())
        reading = readLesions(surfaceNode, patient[0])
        np.testing.assert_allclose(centersOfMassRas(reading)["sphere"], self.CENTER_RAS + shift, atol=0.3)
