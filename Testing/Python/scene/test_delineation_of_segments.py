"""How a lesion was drawn, in the scene: kept in the tags that Slicer's own SEG import writes."""

from __future__ import annotations

import numpy as np
from synthetic import BALLS

from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Delineation, DelineationType, Lesion
from radioimmuno.segmentation.segmented_lesion import SegmentedLesion
from RadioImmunoScoreLib.scene import readImage, readLesions
from RadioImmunoScoreLib.scene.patient_nodes import addSegmentation
from RadioImmunoScoreLib.scene.segment_properties import delineationOf
from RadioImmunoScoreLib.scene.segments import copySegment, restoreSegment
from RadioImmunoScoreLib.services.segment_edits import enterRepaired, enterSegmented

FIRST = BALLS[0].segmentID


def cubeOn(volumeNode):
    return Image(np.ones((4, 4, 4), bool), readImage(volumeNode).lattice, (5, 5, 5))


def segmentOf(node, segmentID=FIRST):
    return node.GetSegmentation().GetSegment(segmentID)


def test_a_lesions_delineation_is_kept_by_its_segment(host, patient):
    volumeNode = patient[0]
    made = Delineation(DelineationType.AUTOMATIC, "a network")
    mask = cubeOn(volumeNode)
    node = addSegmentation(
        host.scene, [Lesion("a", "a", mask, delineation=made), Lesion("b", "b", mask)], volumeNode
    )
    assert [lesion.delineation for lesion in readLesions(node, volumeNode).lesions] == [made, None]


def test_the_tags_of_an_imported_dicom_segmentation_are_read(patient):
    segment = segmentOf(patient[1])
    segment.SetTag("DICOM.SegmentAlgorithmType", "MANUAL")
    assert readLesions(patient[1], patient[0]).lesions[0].delineation == Delineation(DelineationType.MANUAL)


def test_a_stroke_says_what_segmented_the_lesion_and_undoing_it_takes_that_back(patient):
    volumeNode, node = patient
    kept = copySegment(node, FIRST)
    stroked = SegmentedLesion(cubeOn(volumeNode), None)
    newID = enterSegmented(volumeNode, node, stroked)
    enterSegmented(volumeNode, node, stroked, FIRST)
    assert delineationOf(segmentOf(node)) == stroked.delineation == delineationOf(segmentOf(node, newID))
    restoreSegment(node, FIRST, kept)
    assert delineationOf(segmentOf(node)) is None


def test_a_repair_of_a_lesion_drawn_by_hand_leaves_it_so(patient):
    volumeNode, node = patient
    byHand = Delineation(DelineationType.MANUAL)
    segmentOf(node).SetTag("DICOM.SegmentAlgorithmType", "MANUAL")
    parts = [Lesion(FIRST, "one", cubeOn(volumeNode)), Lesion("x", "other", cubeOn(volumeNode))]
    (other,) = enterRepaired(volumeNode, node, FIRST, parts)
    assert [delineationOf(segmentOf(node, which)) for which in (FIRST, other)] == [byHand, byHand]
