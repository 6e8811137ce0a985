"""What the views draw: pixels, counted where the lesions are."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from pixels import around, countColor, countHue
from synthetic import BALLS, SCORES, addSegmentation, addVolume, centerRas, patientScore, signature

from radioimmuno.signature.color_scale import color_scale
from RadioImmunoScoreLib.headless.host import SceneHost
from RadioImmunoScoreLib.headless.views import SliceView, ThreeDView
from RadioImmunoScoreLib.scene import clearScores, jumpToLesion, showScores

ORIENTATIONS = ("Axial", "Sagittal", "Coronal")
SCORED = [ball for ball in BALLS if SCORES[ball.segmentID] is not None]
SIZE = (500, 400)


def colorOf(ball):
    return color_scale(signature()).rgb(SCORES[ball.segmentID])


class Bench:
    """A scene with all views on the synthetic patient."""

    def __init__(self, host: SceneHost) -> None:
        self.slices = {orientation: SliceView(host, orientation, SIZE) for orientation in ORIENTATIONS}
        self.threeD = ThreeDView(host, SIZE)
        self.volumeNode = addVolume(host.scene)
        self.segmentationNode = addSegmentation(host.scene, self.volumeNode)
        self.segmentationNode.CreateClosedSurfaceRepresentation()
        for view in self.slices.values():
            view.showVolume(self.volumeNode)
        bounds = [0.0] * 6
        self.segmentationNode.GetRASBounds(bounds)
        self.threeD.lookAt(bounds)

    def score(self):
        return showScores(self.volumeNode, self.segmentationNode, patientScore(), signature())


@pytest.fixture
def bench(host):
    return Bench(host)


def radiusPx(view, ball):
    """Half the width of the ball in the view."""
    row, column = view.pixelOf(centerRas(ball))
    edges = [view.pixelOf(centerRas(ball) + ball.radiusMm * axis) for axis in np.eye(3)]
    return max(max(abs(r - row), abs(c - column)) for r, c in edges)


class TestSliceView:
    def test_the_ct_is_shown_in_the_window_of_soft_tissue(self, bench):
        view = bench.slices["Axial"]
        picture = view.render()
        tissue = picture[view.pixelOf((5.0, 20.0, 0.0))]
        spine = picture[view.pixelOf((0.0, -36.0, 0.0))]
        assert tissue == pytest.approx(np.full(3, 127), abs=25)
        assert spine == pytest.approx(np.full(3, 255), abs=1)
        assert picture[5, 5].tolist() == [0, 0, 0]

    def test_patients_right_is_on_the_left_and_anterior_on_top(self, bench):
        view = bench.slices["Axial"]
        row, column = view.pixelOf(view.center)
        assert view.pixelOf(np.add(view.center, (20, 0, 0)))[1] < column
        assert view.pixelOf(np.add(view.center, (0, 20, 0)))[0] < row

    @pytest.mark.parametrize("orientation", ORIENTATIONS)
    def test_jumping_centers_the_point_on_the_slice(self, bench, orientation):
        view = bench.slices[orientation]
        view.jumpTo((12.0, -7.5, 5.0))
        assert view.pixelOf((12.0, -7.5, 5.0)) == (SIZE[1] // 2 - 1, SIZE[0] // 2)
        assert view.distanceMm((12.0, -7.5, 5.0)) == pytest.approx(0)

    @pytest.mark.parametrize("orientation", ORIENTATIONS)
    def test_fitting_shows_all_of_a_box(self, bench, orientation):
        view = bench.slices[orientation]
        view.fitTo((-30, 50, -20, 10, -5, 25))
        corners = [view.pixelOf((r, a, s)) for r in (-30, 50) for a in (-20, 10) for s in (-5, 25)]
        rows, columns = zip(*corners, strict=True)
        assert min(rows) >= -1
        assert max(rows) <= SIZE[1]
        assert min(columns) >= -1
        assert max(columns) <= SIZE[0]
        assert max(rows) - min(rows) > SIZE[1] - 3 or max(columns) - min(columns) > SIZE[0] - 3

    def test_a_marked_voxel_is_drawn_at_its_pixel(self, bench):
        values = slicer.util.arrayFromVolume(bench.volumeNode)
        values[:] = -1000
        bench.segmentationNode.SetDisplayVisibility(False)
        k, j, i = BALLS[1].center
        values[k, j, i] = 1000
        slicer.util.arrayFromVolumeModified(bench.volumeNode)
        for view in bench.slices.values():
            view.jumpTo(centerRas(BALLS[1]))
            rows, columns = np.nonzero(view.render()[..., 0] > 128)
            assert rows.size > 0
            assert (rows.mean(), columns.mean()) == pytest.approx(view.pixelOf(centerRas(BALLS[1])), abs=1.5)


class TestScoredLesions:
    @pytest.mark.parametrize("ball", SCORED, ids=lambda ball: ball.segmentID)
    @pytest.mark.parametrize("orientation", ORIENTATIONS)
    def test_slices_show_each_lesion_in_its_color_at_its_place(self, bench, orientation, ball):
        bench.score()
        view = bench.slices[orientation]
        jumpToLesion(bench.segmentationNode, ball.segmentID)
        picture = view.render()
        place, radius = view.pixelOf(centerRas(ball)), radiusPx(view, ball)
        there = around(picture, place, radius + 2)
        disk = np.pi * radius**2
        assert countColor(there, colorOf(ball)) > radius, "outline"
        assert countHue(there, colorOf(ball)) == pytest.approx(disk, rel=0.25), "filled"

    def test_the_unscored_lesion_has_no_color(self, bench):
        bench.score()
        view = bench.slices["Axial"]
        view.jumpTo(centerRas(BALLS[2]))
        there = around(view.render(), view.pixelOf(centerRas(BALLS[2])), radiusPx(view, BALLS[2]))
        assert np.ptp(there.astype(int), axis=-1).max() <= 2

    @pytest.mark.parametrize("ball", SCORED, ids=lambda ball: ball.segmentID)
    def test_the_3d_view_shows_each_lesion_in_its_color_at_its_place(self, bench, ball):
        bench.score()
        picture = bench.threeD.render()
        place, radius = bench.threeD.pixelOf(centerRas(ball)), radiusPx(bench.threeD, ball)
        there = around(picture, place, radius)
        assert countHue(there, colorOf(ball), 0.9) > 0.6 * np.pi * radius**2
        assert countColor(picture[place[0], place[1]][None, None], colorOf(ball), 30) == 1

    def test_rings_are_outlines_around_their_lesions(self, bench):
        shown = bench.score()
        view, ball = bench.slices["Axial"], BALLS[0]
        view.jumpTo(centerRas(ball))
        with_ring = countColor(view.render(), colorOf(ball))
        shown.ringsNode.GetDisplayNode().SetVisibility(False)
        assert with_ring > 1.8 * countColor(view.render(), colorOf(ball)) > 0

    def test_the_axial_view_alone_has_the_legend_with_both_ends_of_the_scale(self, bench):
        shown = bench.score()
        scale = color_scale(signature())
        edge = bench.slices["Axial"].render()[:, : int(SIZE[0] * 0.1)]
        for end in (scale.low, scale.high):
            assert countColor(edge, scale.rgb(end), 12) > 5
        others = [bench.threeD, *(bench.slices[name] for name in ORIENTATIONS[1:])]
        pictures = [view.render() for view in others]
        shown.legendNode.SetVisibility(False)
        hidden = bench.slices["Axial"].render()[:, : int(SIZE[0] * 0.1)]
        assert countColor(hidden, scale.rgb(scale.low), 12) == 0
        for view, picture in zip(others, pictures, strict=True):
            np.testing.assert_array_equal(view.render(), picture)

    def test_the_legend_stays_where_the_user_has_it(self, bench):
        legend = bench.score().legendNode
        assert [legend.GetNthViewNodeID(n) for n in range(legend.GetNumberOfViewNodeIDs())] == [
            bench.slices["Axial"].node.GetID()
        ]
        legend.RemoveAllViewNodeIDs()
        legend.AddViewNodeID(bench.threeD.node.GetID())
        bench.score()
        assert legend.GetNthViewNodeID(0) == bench.threeD.node.GetID()
        assert legend.GetNumberOfViewNodeIDs() == 1

    def test_cleared_views_look_as_before(self, bench):
        bench.slices["Axial"].jumpTo(centerRas(BALLS[0]))
        views = [bench.slices["Axial"], bench.threeD]
        before = [view.render() for view in views]
        bench.score()
        assert any((view.render() != picture).any() for view, picture in zip(views, before, strict=True))
        clearScores(bench.segmentationNode)
        for view, picture in zip(views, before, strict=True):
            np.testing.assert_array_equal(view.render(), picture)


class TestThreeDView:
    def test_what_it_looks_at_fills_the_picture(self, bench):
        bounds = np.array([-40.0, 60.0, -20.0, 30.0, -10.0, 80.0])
        bench.threeD.lookAt(bounds)
        corners = [
            bench.threeD.pixelOf((r, a, s)) for r in bounds[:2] for a in bounds[2:4] for s in bounds[4:]
        ]
        rows, columns = np.array(corners).T
        assert np.ptp(rows) > 0.8 * SIZE[1] or np.ptp(columns) > 0.8 * SIZE[0]

    def test_a_body_is_nearer_than_what_slicer_draws_of_a_scene_that_was_opened(self, bench):
        bounds = np.array([-200.0, 200.0, -150.0, 150.0, -170.0, 170.0])
        bench.threeD.lookAt(bounds)
        camera = bench.threeD.cameraNode
        # The far end of a vtkCamera's clipping range before anybody turns the view.
        assert vtk.vtkCamera().GetClippingRange()[1] < 1001
        farthest = camera.GetCamera().GetDistance() + np.linalg.norm(bounds[1::2] - bounds[::2]) / 2
        assert farthest < 1000

    def test_superior_is_up_and_the_patients_right_is_on_the_left(self, bench):
        row, column = bench.threeD.pixelOf((0.0, 0.0, 0.0))
        assert bench.threeD.pixelOf((0.0, 0.0, 30.0))[0] < row
        assert bench.threeD.pixelOf((30.0, 0.0, 0.0))[1] < column
