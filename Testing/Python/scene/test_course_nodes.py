"""Studies and registrations in the scene: what is written is read again, in a saved scene too."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk

from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.registration import Registration
from radioimmuno.geometry.image import Lattice
from RadioImmunoScoreLib.scene.course_nodes import CourseNodes, readRegistration, writeRegistration
from RadioImmunoScoreLib.scene.parameters import parametersOf

TILTED = ((0.0, 0.6, 0.8), (0.0, 0.8, -0.6), (1.0, 0.0, 0.0))
POINTS = np.array([[5.0, 12.0, -3.0], [11.0, 20.0, 4.0]])


@pytest.fixture
def registration():
    lattice = Lattice((4, 5, 6), (3.0, 4.0, 5.0), (-7.0, 2.0, -9.0), TILTED)
    values = np.random.default_rng(3).normal(0, 4, (4, 5, 6, 3)).astype(np.float32)
    seen = Lattice((40, 50, 60), (1.0, 1.0, 1.0), (-20.0, -20.0, -20.0))
    return Registration(values, lattice, seen, seen, 0.9, 0.8, 0.0, 0.1, 0.2)


@pytest.fixture
def nodes(host):
    return CourseNodes(parametersOf(host.scene).node)


def addStudy(host, nodes):
    kinds = ("vtkMRMLScalarVolumeNode", "vtkMRMLSegmentationNode")
    made = [host.scene.AddNewNodeByClass(kind) for kind in kinds]
    nodes.add(*made)
    return made


def test_a_registration_leads_to_the_same_places_again(host, registration):
    again = readRegistration(writeRegistration(host.scene, registration))
    assert again.to_followup(POINTS) == pytest.approx(registration.to_followup(POINTS), abs=1e-4)
    assert (again.followup, again.overlap, again.residual) == (registration.followup, 0.9, 0.2)


def test_the_transform_shows_the_later_study_in_the_space_of_the_earlier(host, registration):
    node = writeRegistration(host.scene, registration)
    fromParent = vtk.vtkGeneralTransform()
    node.GetTransformFromWorld(fromParent)
    signs = np.array([-1.0, -1.0, 1.0])
    # In the middle of the displacements, in RAS.
    point = registration.lattice.to_lps(np.array([[1.0, 2.0, 3.0]]))
    moved = np.array([fromParent.TransformPoint(*(point[0] * signs))]) * signs
    assert moved == pytest.approx(registration.to_followup(point), abs=1e-3)


def test_a_course_is_found_in_a_saved_scene(host, nodes, registration, tmp_path):
    first, second = addStudy(host, nodes), addStudy(host, nodes)
    first[0].SetName("first")
    second[0].SetName("second")
    one, other = nodes.keys
    nodes.setDate(other, "2024-03-11")
    nodes.setPairs(one, other, [GivenPair(("a",), ()), GivenPair(("b",), ("c",))])
    nodes.keepMatched([one, other], [registration])
    host.saveScene(tmp_path / "scene.mrb")
    host.scene.Clear(True)
    host.loadScene(tmp_path / "scene.mrb")
    again = CourseNodes(parametersOf(host.scene).node)
    assert [(each.volumeNode.GetName(), each.date) for each in again.studies] == [
        ("first", ""),
        ("second", "2024-03-11"),
    ]
    assert again.pairs(one, other) == [GivenPair(("a",), ()), GivenPair(("b",), ("c",))]
    assert again.matched == [one, other]
    found = again.registration(one, other)
    assert found is not None
    assert found.to_followup(POINTS) == pytest.approx(registration.to_followup(POINTS), abs=1e-3)


def test_a_study_that_is_removed_takes_pairs_and_registration_along(host, nodes, registration):
    addStudy(host, nodes)
    addStudy(host, nodes)
    one, other = nodes.keys
    nodes.setPairs(one, other, [GivenPair(("a",), ())])
    nodes.keepMatched([one, other], [registration])
    nodes.remove(other)
    assert nodes.keys == [one]
    assert nodes.pairs(one, other) == []
    assert slicer.util.getNodesByClass("vtkMRMLGridTransformNode", host.scene) == []
    addStudy(host, nodes)
    assert nodes.keys[-1] not in (one, other)


def test_a_study_whose_nodes_are_gone_is_none(host, nodes):
    addStudy(host, nodes)
    _, segmentationNode = addStudy(host, nodes)
    host.scene.RemoveNode(segmentationNode)
    assert [each.key for each in nodes.studies] == nodes.keys[:1]
