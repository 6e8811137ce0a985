"""Where a placed markup lies in the CT, and what the mouse does meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import BALLS, addTurn, centerRas

from RadioImmunoScoreLib.scene import readImage
from RadioImmunoScoreLib.scene.stroke_markups import (
    BOX_CORNERS,
    LINE,
    POINT,
    alignBox,
    interactionNode,
    isLastUnderMouse,
    isPlacing,
    isWhole,
    lpsInVolume,
    placedPoints,
    rasInWorld,
    startPlacing,
    stopPlacing,
    thickenBox,
)


def isPlaceMode(scene):
    node = interactionNode(scene)
    return node.GetCurrentInteractionMode() == node.Place


@pytest.mark.parametrize(("className", "points"), [(LINE, 2), (POINT, 1), (BOX_CORNERS, 2)])
def test_a_markup_is_whole_with_its_last_point(host, className, points):
    node = startPlacing(host.scene, className, "Stroke")
    assert isPlaceMode(host.scene)
    assert isPlacing(host.scene, node.GetID())
    for number in range(points):
        assert not isWhole(node)
        node.AddControlPointWorld(number, number, 0.0)
    assert isWhole(node)


def test_only_the_last_point_is_under_the_mouse_of_a_line_that_was_begun(host):
    node = startPlacing(host.scene, LINE, "Stroke")
    assert not isLastUnderMouse(node)
    node.AddControlPointWorld(0.0, 0.0, 0.0)
    node.SetNthControlPointPosition(0, 0.0, 0.0, 0.0, node.PositionPreview)
    assert not isLastUnderMouse(node), "the mouse did not click yet"
    node.SetNthControlPointPosition(0, 0.0, 0.0, 0.0, node.PositionDefined)
    node.AddControlPointWorld(5.0, 0.0, 0.0)
    node.SetNthControlPointPosition(1, 5.0, 0.0, 0.0, node.PositionPreview)
    assert isLastUnderMouse(node)
    node.SetNthControlPointPosition(1, 5.0, 0.0, 0.0, node.PositionDefined)
    assert not isLastUnderMouse(node)


@pytest.mark.parametrize("isTurned", [False, True])
def test_a_box_lies_along_the_ct_and_gives_two_opposite_corners(patient, isTurned):
    volumeNode, _ = patient
    if isTurned:
        volumeNode.SetAndObserveTransformNodeID(addTurn(volumeNode.GetScene()).GetID())
    node = startPlacing(volumeNode.GetScene(), BOX_CORNERS, "Box")
    alignBox(node, volumeNode)
    corner, opposite = (-20.0, -10.0, 5.0), (10.0, 14.0, 29.0)
    for point in (corner, opposite):
        node.AddControlPointWorld(*rasInWorld(point, volumeNode))
    found = np.sort(placedPoints(node, volumeNode), axis=0)
    assert found == pytest.approx(np.array([corner, opposite]), abs=1e-6)


@pytest.mark.parametrize(
    ("drawn", "used"),
    [((20, 30, 1e-9), (20, 30, 20)), ((1e-9, 30, 20), (20, 30, 20)), ((20, 30, 10), (20, 30, 10))],
)
def test_a_box_that_was_drawn_flat_gets_a_depth(host, drawn, used):
    node = startPlacing(host.scene, BOX_CORNERS, "Box")
    node.SetSize(*drawn)
    thickenBox(node)
    assert node.GetSize() == pytest.approx(used)


def test_afterwards_nothing_is_left_of_it(host):
    before = host.scene.GetNumberOfNodes()
    node = startPlacing(host.scene, LINE, "Stroke")
    stopPlacing(host.scene, node, node.GetID())
    assert not isPlaceMode(host.scene)
    assert host.scene.GetNumberOfNodes() == before


def test_stopping_leaves_another_markup_alone_that_is_being_placed_meanwhile(host):
    ours = startPlacing(host.scene, LINE, "Stroke")
    theirs = startPlacing(host.scene, POINT, "Theirs")
    stopPlacing(host.scene, ours, ours.GetID())
    assert isPlacing(host.scene, theirs.GetID())


def test_a_stroke_is_not_saved_with_the_scene(host):
    node = startPlacing(host.scene, LINE, "Stroke")
    assert not node.GetSaveWithScene()


@pytest.mark.parametrize("isTurned", [False, True])
def test_points_of_the_world_are_found_in_the_ct_wherever_it_was_moved(patient, isTurned):
    volumeNode, _ = patient
    scene = volumeNode.GetScene()
    world = centerRas(BALLS[0])
    if isTurned:
        turn = addTurn(scene)
        volumeNode.SetAndObserveTransformNodeID(turn.GetID())
        world = rasInWorld(centerRas(BALLS[0]) * (-1, -1, 1), volumeNode)
    line = startPlacing(scene, LINE, "Stroke")
    line.AddControlPointWorld(*world)
    line.AddControlPointWorld(*world)
    index = readImage(volumeNode).lattice.to_index(placedPoints(line, volumeNode)[0])
    assert index == pytest.approx(BALLS[0].center, abs=1e-6)
    assert rasInWorld(lpsInVolume(world, volumeNode), volumeNode) == pytest.approx(tuple(world))
