"""The UID by which a lesion is followed: from a lesion to its segment and back, and who keeps it."""

from __future__ import annotations

import numpy as np
import slicer
from synthetic import BALLS

from radioimmuno.geometry.image import Image
from radioimmuno.io.segment_tags import TRACKING_TAG
from radioimmuno.lesion import Lesion
from RadioImmunoScoreLib.scene import readImage, readLesions
from RadioImmunoScoreLib.scene.patient_nodes import addSegmentation
from RadioImmunoScoreLib.scene.segment_properties import trackingOf
from RadioImmunoScoreLib.scene.segments import addSegmentLike

UID = "1.2.826.0.1.3680043.8.498.7"


def test_a_lesions_uid_is_kept_by_its_segment(host, patient):
    volumeNode = patient[0]
    lattice = readImage(volumeNode).lattice
    mask = Image(np.ones((4, 4, 4), bool), lattice, (5, 5, 5))
    lesions = [Lesion("a", "first", mask, tracking_uid=UID), Lesion("b", "second", mask)]
    node = addSegmentation(host.scene, lesions, volumeNode)
    found = readLesions(node, volumeNode).lesions
    assert [lesion.tracking_uid for lesion in found] == [UID, None]


def test_a_saved_scene_keeps_it(host, patient, tmp_path):
    patient[1].GetSegmentation().GetSegment(BALLS[0].segmentID).SetTag(TRACKING_TAG, UID)
    file = host.saveScene(tmp_path / "patient.mrb")
    host.scene.Clear()
    host.loadScene(file)
    nodes = [slicer.util.getNode(name) for name in ("CT", "Lesions")]
    uids = {lesion.id: lesion.tracking_uid for lesion in readLesions(nodes[1], nodes[0]).lesions}
    assert uids == {BALLS[0].segmentID: UID, BALLS[1].segmentID: None, BALLS[2].segmentID: None}


def test_what_is_split_off_a_lesion_is_another_lesion(patient):
    volumeNode, node = patient
    segment = node.GetSegmentation().GetSegment(BALLS[0].segmentID)
    segment.SetTag(TRACKING_TAG, UID)
    mask = Image(np.ones((4, 4, 4), bool), readImage(volumeNode).lattice, (5, 5, 5))
    newID = addSegmentLike(node, volumeNode, mask, BALLS[0].segmentID, "split off")
    assert trackingOf(segment) == UID
    assert trackingOf(node.GetSegmentation().GetSegment(newID)) is None
