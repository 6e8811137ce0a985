"""The expected agreement with a reader is a tag of the segment for as long as its voxels are those found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic import BALLS

from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.segmentation.segmented_lesion import SegmentedLesion
from RadioImmunoScoreLib.scene import readImage, readLesions
from RadioImmunoScoreLib.scene.segment_properties import expectedAgreementOf
from RadioImmunoScoreLib.scene.segments import copySegment, restoreSegment, writeMask
from RadioImmunoScoreLib.services.segment_edits import enterRepaired, enterSegmented

FIRST = BALLS[0].segmentID


@pytest.fixture
def found(patient):
    cube = Image(np.ones((4, 4, 4), bool), readImage(patient[0]).lattice, (5, 5, 5))
    return SegmentedLesion(cube, None, expected_agreement=0.8125)


def segmentOf(node, segmentID=FIRST):
    return node.GetSegmentation().GetSegment(segmentID)


def test_a_lesion_that_was_segmented_has_it_and_one_drawn_by_hand_has_none(patient, found):
    volumeNode, node = patient
    enterSegmented(volumeNode, node, found, FIRST)
    agreements = [lesion.expected_agreement for lesion in readLesions(node, volumeNode).lesions]
    assert agreements == [0.8125, None, None]


def test_a_correction_of_which_nothing_is_expected_removes_it_and_undoing_brings_it_back(patient, found):
    volumeNode, node = patient
    enterSegmented(volumeNode, node, found, FIRST)
    kept = copySegment(node, FIRST)
    enterSegmented(volumeNode, node, replace(found, expected_agreement=None), FIRST)
    assert expectedAgreementOf(segmentOf(node)) is None
    restoreSegment(node, FIRST, kept)
    assert expectedAgreementOf(segmentOf(node)) == 0.8125


def test_an_edit_that_nobody_watched_is_noticed_by_the_volume(patient, found):
    volumeNode, node = patient
    enterSegmented(volumeNode, node, found, FIRST)
    writeMask(node, volumeNode, FIRST, replace(found.mask, values=found.mask.values[1:]))
    assert readLesions(node, volumeNode, [FIRST]).lesions[0].expected_agreement is None


def test_a_repair_removes_it(patient, found):
    volumeNode, node = patient
    enterSegmented(volumeNode, node, found, FIRST)
    parts = [Lesion(FIRST, "one", found.mask), Lesion("x", "other", found.mask)]
    (other,) = enterRepaired(volumeNode, node, FIRST, parts)
    assert [expectedAgreementOf(segmentOf(node, which)) for which in (FIRST, other)] == [None, None]


@pytest.mark.parametrize("text", ["", "high", "0.8", "nan 1", "-0.1 1", "1.5 1", "0.8 1 1"])
def test_a_tag_that_is_no_agreement_is_none(patient, text):
    segment = segmentOf(patient[1])
    segment.SetTag("RadioImmunoScore.ExpectedAgreement", text)
    assert expectedAgreementOf(segment) is None
