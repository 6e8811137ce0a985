"""The lesions in 3D: surfaces of their own, made one at a time."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from pixels import around, countHue
from synthetic import BALLS, Ball, addTurn, addVolume, ballMask, centerRas, patientScore, signature
from synthetic import addSegmentation as addBalls

from radioimmuno.geometry.image import Image
from radioimmuno.signature.color_scale import color_scale
from RadioImmunoScoreLib.headless.views import ThreeDView
from RadioImmunoScoreLib.scene import clearScores, jumpToLesion, readImage, showScores
from RadioImmunoScoreLib.scene.segments import writeMask
from RadioImmunoScoreLib.scene.showing import hideOthers
from RadioImmunoScoreLib.scene.surfaces import (
    CLOSED_SURFACE,
    MOST_VOXELS,
    STALE_OPACITY,
    LesionSurfaces,
    surfacesOf,
)

IDS = [ball.segmentID for ball in BALLS]
LARGER = Ball("liver_1", "", BALLS[0].center, 16.0)
SIZE = (500, 400)


@pytest.fixture
def surfaces():
    surfaces = LesionSurfaces()
    yield surfaces
    surfaces.clear()


@pytest.fixture
def shown(patient, surfaces):
    """The patient with all surfaces made: (volume node, segmentation node, surfaces)."""
    surfaces.show(patient[1], IDS)
    finish(surfaces)
    return *patient, surfaces


def finish(surfaces):
    steps = 1
    while surfaces.step():
        steps += 1
    return steps


def surfaceOf(node, segmentID):
    return surfacesOf(node)[segmentID].GetPolyData()


def draw(volumeNode, node, ball):
    writeMask(node, volumeNode, ball.segmentID, Image(ballMask(ball), readImage(volumeNode).lattice))


def opacities(node):
    return {i: model.GetDisplayNode().GetOpacity() for i, model in surfacesOf(node).items()}


def visible(node):
    return {i for i, model in surfacesOf(node).items() if model.GetDisplayNode().GetVisibility()}


def volumeOf(surface):
    mass = vtk.vtkMassProperties()
    mass.SetInputData(surface)
    return mass.GetVolume()


class TestMaking:
    def test_one_surface_is_made_at_a_time(self, patient, surfaces):
        surfaces.show(patient[1], IDS)
        assert surfaces.due == IDS
        assert surfacesOf(patient[1]) == {}
        assert surfaces.step()
        assert surfaces.due == IDS[1:]
        assert finish(surfaces) == 2
        assert surfaces.due == []
        assert not surfaces.step()

    @pytest.mark.parametrize("ball", BALLS, ids=lambda ball: ball.segmentID)
    def test_a_surface_lies_around_its_lesion(self, shown, ball):
        surface = surfaceOf(shown[1], ball.segmentID)
        bounds = np.array(surface.GetBounds())
        assert (bounds[::2] + bounds[1::2]) / 2 == pytest.approx(centerRas(ball), abs=1.0)
        assert volumeOf(surface) == pytest.approx(4 / 3 * np.pi * ball.radiusMm**3, rel=0.15)

    def test_the_segmentation_itself_has_none(self, shown):
        assert not shown[1].GetSegmentation().ContainsRepresentation(CLOSED_SURFACE)

    def test_only_the_lesions_that_are_asked_for_have_one(self, patient, surfaces):
        surfaces.show(patient[1], ["liver_2", "no such segment"])
        finish(surfaces)
        assert list(surfacesOf(patient[1])) == ["liver_2"]

    def test_they_are_converted_as_the_segmentation_says_and_it_says_the_same_afterwards(
        self, patient, surfaces
    ):
        segmentation = patient[1].GetSegmentation()
        surfaces.show(patient[1], ["liver_1"])
        finish(surfaces)
        whole = surfaceOf(patient[1], "liver_1").GetNumberOfPolys()
        surfaces.clear()
        segmentation.SetConversionParameter("Decimation factor", "0.5")
        before = segmentation.SerializeAllConversionParameters()
        surfaces.show(patient[1], ["liver_1"])
        finish(surfaces)
        assert surfaceOf(patient[1], "liver_1").GetNumberOfPolys() == pytest.approx(whole / 2, rel=0.05)
        assert segmentation.SerializeAllConversionParameters() == before

    def test_a_large_lesion_is_coarser_and_in_the_same_place(self, host, surfaces):
        shape = (60, 120, 120)
        assert np.prod(shape) > MOST_VOXELS
        volumeNode = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
        slicer.util.updateVolumeFromArray(volumeNode, np.zeros(shape, np.int16))
        volumeNode.SetSpacing(1.0, 1.0, 2.0)
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Lesions")
        node.CreateDefaultDisplayNodes()
        node.GetSegmentation().AddEmptySegment("large", "large")
        k, j, i = (np.arange(n) - (n - 1) / 2 for n in shape)
        mask = (2 * k[:, None, None]) ** 2 + j[:, None] ** 2 + i**2 < 58**2
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), node, "large", volumeNode)
        surfaces.show(node, ["large"])
        finish(surfaces)
        surface = surfaceOf(node, "large")
        bounds = np.array(surface.GetBounds())
        assert bounds == pytest.approx([1.5, 117.5, 1.5, 117.5, 1.0, 117.0], abs=2.5)
        assert volumeOf(surface) == pytest.approx(4 / 3 * np.pi * 58**3, rel=0.05)

    def test_a_segment_without_voxels_has_an_empty_one(self, patient, surfaces):
        patient[1].GetSegmentation().ClearSegment("liver_1")
        surfaces.show(patient[1], IDS)
        finish(surfaces)
        assert surfaces.due == []
        draw(*patient, LARGER)
        assert surfaces.due == ["liver_1"]
        finish(surfaces)
        assert surfaceOf(patient[1], "liver_1").GetNumberOfPolys() > 0


class TestEdits:
    def test_the_last_surface_stays_fainter_until_there_is_a_new_one(self, shown):
        volumeNode, node, surfaces = shown
        before, others = surfaceOf(node, "liver_1").GetBounds(), surfaceOf(node, "liver_2").GetMTime()
        draw(volumeNode, node, LARGER)
        surfaces.show(node, IDS)
        assert surfaceOf(node, "liver_1").GetBounds() == before
        assert opacities(node) == {"liver_1": STALE_OPACITY, "liver_2": 1.0, "node": 1.0}
        assert surfaces.due == ["liver_1"]
        finish(surfaces)
        assert opacities(node) == dict.fromkeys(IDS, 1.0)
        assert volumeOf(surfaceOf(node, "liver_1")) == pytest.approx(4 / 3 * np.pi * 16.0**3, rel=0.15)
        assert surfaceOf(node, "liver_2").GetMTime() == others

    def test_segments_that_share_the_edited_label_map_keep_their_surfaces(self, patient, surfaces):
        node = patient[1]
        segmentation = node.GetSegmentation()
        segmentation.CollapseBinaryLabelmaps(False)
        surfaces.show(node, IDS)
        finish(surfaces)
        before = {i: surfaceOf(node, i).GetMTime() for i in IDS}
        labelmap = segmentation.GetSegment("node").GetRepresentation("Binary labelmap")
        labels = vtk.util.numpy_support.vtk_to_numpy(labelmap.GetPointData().GetScalars())
        inside = np.flatnonzero(labels == segmentation.GetSegment("node").GetLabelValue())
        labels[inside[: len(inside) // 2]] = 0
        labelmap.Modified()
        finish(surfaces)
        after = {i: surfaceOf(node, i).GetMTime() for i in IDS}
        assert {i for i in IDS if after[i] != before[i]} == {"node"}
        assert opacities(node) == dict.fromkeys(IDS, 1.0)

    def test_a_segment_that_is_gone_takes_its_surface_with_it(self, shown):
        _, node, surfaces = shown
        node.GetSegmentation().RemoveSegment("liver_2")
        surfaces.show(node, IDS)
        assert set(surfacesOf(node)) == {"liver_1", "node"}
        assert surfaces.due == []

    def test_a_surface_that_somebody_removed_is_made_again(self, host, shown):
        _, node, surfaces = shown
        host.scene.RemoveNode(surfacesOf(node)["node"])
        surfaces.show(node, IDS)
        assert surfaces.due == ["node"]


class TestLook:
    def test_names_and_colors_are_those_of_the_segments(self, shown):
        volumeNode, node, surfaces = shown
        showScores(volumeNode, node, patientScore(), signature())
        node.GetSegmentation().GetSegment("node").SetName("another")
        surfaces.show(node, IDS)
        for segmentID in IDS:
            segment, model = node.GetSegmentation().GetSegment(segmentID), surfacesOf(node)[segmentID]
            assert model.GetName() == segment.GetName()
            assert model.GetDisplayNode().GetColor() == segment.GetColor()

    def test_opacity_and_visibility_follow_at_once(self, shown):
        _, node, _ = shown
        display = node.GetDisplayNode()
        display.SetOpacity3D(0.5)
        display.SetSegmentOpacity3D("liver_1", 0.6)
        display.SetSegmentVisibility("liver_2", False)
        assert opacities(node) == {"liver_1": 0.3, "liver_2": 0.5, "node": 0.5}
        assert visible(node) == {"liver_1", "node"}
        display.SetVisibility(False)
        assert visible(node) == set()

    def test_they_lie_under_the_transform_of_the_segmentation(self, host, shown):
        _, node, surfaces = shown
        node.SetAndObserveTransformNodeID(addTurn(host.scene).GetID())
        surfaces.show(node, IDS)
        for segmentID in IDS:
            bounds = np.zeros(6)
            surfacesOf(node)[segmentID].GetRASBounds(bounds)
            center = (bounds[::2] + bounds[1::2]) / 2
            assert center == pytest.approx(node.GetSegmentCenterRAS(segmentID), abs=1.5)

    def test_the_views_draw_them_in_the_colors_of_the_scores(self, host, surfaces):
        view = ThreeDView(host, SIZE)
        for setColor in (view.node.SetBackgroundColor, view.node.SetBackgroundColor2):
            setColor(0.0, 0.0, 0.0)
        volumeNode = addVolume(host.scene)
        node = addBalls(host.scene, volumeNode)
        showScores(volumeNode, node, patientScore(), signature()).legendNode.SetVisibility(False)
        scale = color_scale(signature())
        assert view.render().max() == 0
        surfaces.show(node, IDS)
        finish(surfaces)
        picture = view.render()
        for ball, score in ((BALLS[0], -0.8), (BALLS[1], 0.9)):
            there = around(picture, view.pixelOf(centerRas(ball)), 8)
            assert countHue(there, scale.rgb(score), 0.9) == there.shape[0] * there.shape[1]
        draw(volumeNode, node, LARGER)
        surfaces.show(node, IDS)
        place = view.pixelOf(centerRas(BALLS[0]))
        assert (np.abs(view.render()[place].astype(int) - picture[place].astype(int)) > 15).any()
        np.testing.assert_array_equal(
            view.render()[view.pixelOf(centerRas(BALLS[1]))], picture[view.pixelOf(centerRas(BALLS[1]))]
        )


class TestUsersOwn:
    def test_surfaces_of_the_users_own_stay_and_none_are_made(self, patient, surfaces):
        patient[1].CreateClosedSurfaceRepresentation()
        surfaces.show(patient[1], IDS)
        assert surfaces.due == []
        assert not surfaces.step()
        surfaces.clear()
        assert patient[1].GetSegmentation().ContainsRepresentation(CLOSED_SURFACE)
        assert patient[1].GetDisplayNode().GetVisibility3D()

    def test_ours_hide_while_the_user_shows_slicers_and_come_back(self, shown):
        _, node, surfaces = shown
        node.CreateClosedSurfaceRepresentation()
        surfaces.show(node, IDS)
        assert visible(node) == set()
        node.RemoveClosedSurfaceRepresentation()
        surfaces.show(node, IDS)
        assert visible(node) == set(IDS)
        assert surfaces.due == []

    def test_they_are_not_listed_and_not_saved_and_made_again_of_the_loaded_scene(
        self, host, shown, tmp_path
    ):
        surfaces = shown[2]
        assert all(model.GetHideFromEditors() for model in surfacesOf(shown[1]).values())
        host.loadScene(host.saveScene(tmp_path / "scene.mrb"))
        node = slicer.util.getNode("Lesions")
        assert surfacesOf(node) == {}
        surfaces.show(node, IDS)
        assert surfaces.due == IDS
        finish(surfaces)
        assert list(surfacesOf(node)) == IDS

    def test_they_go_with_the_scores_and_with_the_choice_of_another_segmentation(self, host, shown):
        volumeNode, node, surfaces = shown
        models = host.scene.GetNumberOfNodesByClass("vtkMRMLModelNode") - len(IDS)
        other = addBalls(host.scene, volumeNode)
        hideOthers(other)
        assert surfacesOf(node) == {}
        surfaces.show(other, IDS)
        finish(surfaces)
        assert list(surfacesOf(other)) == IDS
        clearScores(other)
        assert host.scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == models
        assert host.scene.GetNumberOfNodesByClass("vtkMRMLModelDisplayNode") == models


class TestCamera:
    @pytest.fixture
    def camera(self, host):
        camera = host.scene.AddNewNodeByClass("vtkMRMLCameraNode")
        camera.SetPosition(0, 500, 0)
        camera.SetFocalPoint(0, 0, 0)
        return camera

    @staticmethod
    def move(patient, mm):
        transform = vtk.vtkTransform()
        transform.Translate(*mm)
        node = patient[1].GetScene().AddNewNodeByClass("vtkMRMLLinearTransformNode")
        node.SetMatrixTransformToParent(transform.GetMatrix())
        patient[1].SetAndObserveTransformNodeID(node.GetID())

    @staticmethod
    def farthest(camera, node):
        """The largest angle (degrees) at which a lesion's border is seen off the middle of the view."""
        along = np.subtract(camera.GetFocalPoint(), camera.GetPosition())
        angles = []
        for ball in BALLS:
            seen = np.subtract(node.GetSegmentCenterRAS(ball.segmentID), camera.GetPosition())
            distance = np.linalg.norm(seen)
            middle = np.degrees(np.arccos(seen @ along / distance / np.linalg.norm(along)))
            angles.append(middle + np.degrees(np.arcsin(ball.radiusMm / distance)))
        return max(angles)

    def test_lesions_out_of_view_are_brought_into_it_from_the_same_side(self, patient, surfaces, camera):
        self.move(patient, (10, 20, -600))
        assert self.farthest(camera, patient[1]) > camera.GetViewAngle() / 2
        surfaces.show(patient[1], IDS)
        finish(surfaces)
        assert 5 < self.farthest(camera, patient[1]) < camera.GetViewAngle() / 2
        towards = np.subtract(camera.GetPosition(), camera.GetFocalPoint())
        assert towards / np.linalg.norm(towards) == pytest.approx((0, 1, 0))

    def test_a_camera_that_shows_them_stays_as_it_is(self, patient, surfaces, camera):
        camera.SetPosition(0, 300, 30)
        surfaces.show(patient[1], IDS)
        finish(surfaces)
        assert camera.GetPosition() == (0, 300, 30)
        assert camera.GetFocalPoint() == (0, 0, 0)

    def test_it_is_done_once_and_a_row_keeps_direction_and_distance(self, patient, surfaces, camera):
        self.move(patient, (0, 0, -600))
        surfaces.show(patient[1], IDS)
        finish(surfaces)
        camera.SetPosition(900, 0, 900)
        jumpToLesion(patient[1], "node")
        kept = camera.GetPosition(), camera.GetFocalPoint()
        assert kept[1] == pytest.approx(patient[1].GetSegmentCenterRAS("node"))
        draw(*patient, LARGER)
        surfaces.show(patient[1], IDS)
        finish(surfaces)
        surfaces.clear()
        surfaces.show(patient[1], IDS)
        finish(surfaces)
        assert (camera.GetPosition(), camera.GetFocalPoint()) == kept
