"""Masks into segments, other voxels for those that are there, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from synthetic import BALLS, SPACING, Ball, addBend, addTurn, ballMask

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Box, Image
from RadioImmunoScoreLib.scene import readImage, readLesions
from RadioImmunoScoreLib.scene.reading import BINARY_LABELMAP
from RadioImmunoScoreLib.scene.segment_properties import (
    axesOf,
    expectedAgreementOf,
    irradiatedOf,
    setAxes,
    setExpectedAgreement,
    setIrradiated,
)
from RadioImmunoScoreLib.scene.segments import (
    addSegment,
    addSegmentationNode,
    addSegmentLike,
    copySegment,
    restoreSegment,
    writeMask,
)

NEW = Ball("new", "new", (30, 50, 30), 8.0)


def maskOn(volumeNode, ball):
    whole = ballMask(ball)
    box = Box.around(whole)
    return Image(whole[box.slices], readImage(volumeNode).lattice, box.start)


def masks(segmentationNode, volumeNode):
    """Every segment's mask on the whole CT."""
    lesions = readLesions(segmentationNode, volumeNode).lesions
    return {lesion.id: lesion.mask.within(Box.whole(lesion.mask.lattice.shape), False) for lesion in lesions}


def share(segmentationNode):
    """Have all segments share one label map, as the application's files do."""
    segmentationNode.GetSegmentation().CollapseBinaryLabelmaps(False)
    assert segmentationNode.GetSegmentation().GetNumberOfLayers(BINARY_LABELMAP) == 1


def test_a_new_segment_has_the_masks_voxels_and_a_name_of_its_own(patient):
    volumeNode, node = patient
    segmentID = addSegment(node, volumeNode, maskOn(volumeNode, NEW))
    assert (masks(node, volumeNode)[segmentID] == ballMask(NEW)).all()
    assert node.GetSegmentation().GetSegment(segmentID).GetName() == "Lesion 1"
    again = addSegment(node, volumeNode, maskOn(volumeNode, NEW))
    assert again != segmentID
    assert node.GetSegmentation().GetSegment(again).GetName() == "Lesion 2"


def test_only_the_crop_is_written(patient):
    volumeNode, node = patient
    segmentID = addSegment(node, volumeNode, maskOn(volumeNode, NEW))
    labelmap = node.GetSegmentation().GetSegment(segmentID).GetRepresentation(BINARY_LABELMAP)
    size = 2 * NEW.radiusMm / np.array(SPACING[::-1]) + 1
    assert (np.array(labelmap.GetDimensions()) <= np.ceil(size)).all()


def test_a_segmentation_made_for_a_ct_lies_on_its_grid_and_beside_it(patient):
    volumeNode, _ = patient
    volumeNode.SetAndObserveTransformNodeID(addTurn(volumeNode.GetScene()).GetID())
    node = addSegmentationNode(volumeNode)
    segmentID = addSegment(node, volumeNode, maskOn(volumeNode, NEW))
    assert (masks(node, volumeNode)[segmentID] == ballMask(NEW)).all()
    assert readLesions(node, volumeNode).findings[segmentID] == ()


@pytest.mark.parametrize("isShared", [False, True])
def test_other_voxels_for_one_segment_leave_all_else_as_it_was(patient, isShared):
    volumeNode, node = patient
    if isShared:
        share(node)
    before = masks(node, volumeNode)
    segment = node.GetSegmentation().GetSegment("liver_1")
    setIrradiated(segment, True)
    color = segment.GetColor()
    smaller = Ball("liver_1", "", BALLS[0].center, 6.0)
    writeMask(node, volumeNode, "liver_1", maskOn(volumeNode, smaller))
    after = masks(node, volumeNode)
    assert (after["liver_1"] == ballMask(smaller)).all()
    assert all((after[i] == before[i]).all() for i in ("liver_2", "node"))
    assert (segment.GetName(), segment.GetColor(), irradiatedOf(segment)) == ("metastasis", color, True)


def test_a_closed_surface_that_is_shown_follows(patient):
    volumeNode, node = patient
    node.CreateClosedSurfaceRepresentation()
    surface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    segmentation = node.GetSegmentation()
    other = segmentation.GetSegment("liver_2").GetRepresentation(surface)
    before = np.array(segmentation.GetSegment("liver_1").GetRepresentation(surface).GetBounds())
    writeMask(node, volumeNode, "liver_1", maskOn(volumeNode, Ball("", "", BALLS[0].center, 6.0)))
    after = np.array(segmentation.GetSegment("liver_1").GetRepresentation(surface).GetBounds())
    assert (np.abs(after - before) > 2).all()
    assert segmentation.GetSegment("liver_2").GetRepresentation(surface) is other


@pytest.mark.parametrize("isShared", [False, True])
def test_a_segment_comes_back_as_it_was_kept(patient, isShared):
    volumeNode, node = patient
    if isShared:
        share(node)
    before = masks(node, volumeNode)
    setAxes(node.GetSegmentation().GetSegment("liver_1"), (24.0, 20.0))
    kept = copySegment(node, "liver_1")
    writeMask(node, volumeNode, "liver_1", maskOn(volumeNode, NEW))
    setAxes(node.GetSegmentation().GetSegment("liver_1"), (1.0, 1.0))
    restoreSegment(node, "liver_1", kept)
    assert all((masks(node, volumeNode)[i] == before[i]).all() for i in before)
    assert axesOf(node.GetSegmentation().GetSegment("liver_1")) == (24.0, 20.0)


def test_a_segment_that_was_removed_comes_back_with_all_its_properties(patient):
    volumeNode, node = patient
    segment = node.GetSegmentation().GetSegment("node")
    setIrradiated(segment, False)
    name, color = segment.GetName(), segment.GetColor()
    kept = copySegment(node, "node")
    restoreSegment(node, "node", None)
    assert node.GetSegmentation().GetSegment("node") is None
    restoreSegment(node, "node", kept)
    again = node.GetSegmentation().GetSegment("node")
    assert (again.GetName(), again.GetColor(), irradiatedOf(again)) == (name, color, False)
    assert (masks(node, volumeNode)["node"] == ballMask(BALLS[2])).all()


def test_an_empty_mask_empties_the_segment(patient):
    volumeNode, node = patient
    share(node)
    nothing = Image(np.zeros((0, 0, 0), bool), readImage(volumeNode).lattice)
    writeMask(node, volumeNode, "liver_1", nothing)
    after = masks(node, volumeNode)
    assert not after["liver_1"].any()
    assert after["liver_2"].any()


def test_a_segment_like_another_has_its_tags_but_not_its_measures(patient):
    volumeNode, node = patient
    segment = node.GetSegmentation().GetSegment("liver_1")
    setIrradiated(segment, True)
    setAxes(segment, (24.0, 20.0))
    setExpectedAgreement(segment, 0.75, 5.0)
    segmentID = addSegmentLike(node, volumeNode, maskOn(volumeNode, NEW), "liver_1", "its second part")
    new = node.GetSegmentation().GetSegment(segmentID)
    assert (new.GetName(), irradiatedOf(new)) == ("its second part", True)
    assert (axesOf(new), expectedAgreementOf(new)) == (None, None)
    assert new.GetColor() == segment.GetColor()


def test_under_a_transform_of_its_own_the_segment_lies_where_the_mask_does(patient):
    volumeNode, node = patient
    node.SetAndObserveTransformNodeID(addTurn(node.GetScene()).GetID())
    segmentID = addSegment(node, volumeNode, maskOn(volumeNode, NEW))
    assert (masks(node, volumeNode)[segmentID] == ballMask(NEW)).all()


def test_into_a_segmentation_that_is_bent_nothing_is_drawn(patient):
    volumeNode, node = patient
    node.SetAndObserveTransformNodeID(addBend(node.GetScene(), (3, 0, 0)).GetID())
    with pytest.raises(InputError, match="bends"):
        addSegment(node, volumeNode, maskOn(volumeNode, NEW))


def test_a_segmentation_of_surfaces_gets_label_maps_to_be_edited(patient):
    volumeNode, node = patient
    surface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    node.CreateClosedSurfaceRepresentation()
    node.GetSegmentation().SetSourceRepresentationName(surface)
    node.GetSegmentation().RemoveRepresentation(BINARY_LABELMAP)
    segmentID = addSegment(node, volumeNode, maskOn(volumeNode, NEW))
    assert node.GetSegmentation().GetSourceRepresentationName() == BINARY_LABELMAP
    after = masks(node, volumeNode)
    assert (after[segmentID] == ballMask(NEW)).all()
    assert after["liver_1"].sum() == pytest.approx(ballMask(BALLS[0]).sum(), rel=0.15)
