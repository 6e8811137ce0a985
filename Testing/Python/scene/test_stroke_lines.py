"""Where a placed markup lies in the CT, and what the mouse does meanwhile."""

from __future__ import annotations

import pytest
from synthetic import BALLS, addTurn, centerRas

from RadioImmunoScoreLib.scene import readImage
from RadioImmunoScoreLib.scene.stroke_markups import (
    LINE,
    POINT,
    interactionNode,
    isPlacing,
    isWhole,
    lpsInVolume,
    placedPoints,
    rasInWorld,
    startPlacing,
    stopPlacing,
)


def isPlaceMode(scene):
    node = interactionNode(scene)
    return node.GetCurrentInteractionMode() == node.Place


@pytest.mark.parametrize(("className", "points"), [(LINE, 2), (POINT, 1)])
def test_a_markup_is_whole_with_its_last_point(host, className, points):
    node = startPlacing(host.scene, className, "Stroke")
    assert isPlaceMode(host.scene)
    assert isPlacing(host.scene, node.GetID())
    for number in range(points):
        assert not isWhole(node)
        node.AddControlPointWorld(number, 0.0, 0.0)
    assert isWhole(node)


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
