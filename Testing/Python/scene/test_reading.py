"""Volume and segmentation nodes as images and lesions."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import slicer
import vtk
from placing import RAS_TO_LPS, masksOf, onWholeCt
from synthetic import (
    BALLS,
    SPACING,
    addBend,
    addLinear,
    addShearingGrid,
    addTurn,
    ballMask,
    centerRas,
    ctValues,
)

from radioimmuno.findings import InputError
from radioimmuno.lesion import Site
from RadioImmunoScoreLib.scene import readImage, readLesions, setIrradiated, setSite


class TestImage:
    def test_values_and_places_are_those_of_the_node(self, patient):
        volumeNode, _ = patient
        image = readImage(volumeNode)
        np.testing.assert_array_equal(image.values, ctValues())
        assert image.lattice.spacing == pytest.approx(SPACING)
        ball = BALLS[0]
        np.testing.assert_allclose(image.lattice.to_lps(np.array(ball.center)), centerRas(ball) * RAS_TO_LPS)

    def test_no_voxel_is_copied_and_none_can_be_changed(self, patient):
        volumeNode, _ = patient
        image = readImage(volumeNode)
        assert np.shares_memory(image.values, slicer.util.arrayFromVolume(volumeNode))
        with pytest.raises(ValueError, match="read-only"):
            image.values[0, 0, 0] = 1

    def test_values_outlive_the_node(self, host, patient):
        volumeNode, _ = patient
        image = readImage(volumeNode)
        host.scene.RemoveNode(volumeNode)
        np.testing.assert_array_equal(image.values, ctValues())

    def test_flipped_and_oblique_axes_keep_their_places(self, patient):
        volumeNode, _ = patient
        turn = vtk.vtkTransform()
        turn.RotateWXYZ(33, 1, 2, 3)
        turn.Scale(-1.5, 1.5, 2.5)
        volumeNode.SetIJKToRASMatrix(turn.GetMatrix())
        expected = turn.TransformPoint(7, 5, 3)
        np.testing.assert_allclose(
            readImage(volumeNode).lattice.to_lps(np.array([3, 5, 7])) * RAS_TO_LPS, expected
        )

    def test_a_volume_without_voxels_is_refused(self, host):
        with pytest.raises(InputError, match="holds no CT voxels"):
            readImage(host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"))

    def test_several_components_are_refused(self, host):
        volumeNode = host.scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode")
        slicer.util.updateVolumeFromArray(volumeNode, np.zeros((4, 5, 6, 3), np.uint8))
        with pytest.raises(InputError, match="holds no CT voxels"):
            readImage(volumeNode)

    @pytest.mark.parametrize("change", [(1.0, 1.0, 1.02), (1.2, 1.2, 1.2)])
    def test_a_transform_that_stretches_the_ct_is_refused(self, host, patient, change):
        volumeNode, _ = patient
        stretch = vtk.vtkTransform()
        stretch.Scale(*change)
        volumeNode.SetAndObserveTransformNodeID(addLinear(host.scene, stretch).GetID())
        with pytest.raises(InputError, match="bends or stretches") as caught:
            readImage(volumeNode)
        assert caught.value.code == "ct.gantry_tilt"

    def test_a_transform_that_bends_the_ct_is_refused(self, host, patient):
        volumeNode, _ = patient
        volumeNode.SetAndObserveTransformNodeID(addBend(host.scene, (0, 0, 5)).GetID())
        with pytest.raises(InputError, match="bends or stretches") as caught:
            readImage(volumeNode)
        assert caught.value.code == "ct.gantry_tilt"

    def test_slices_of_a_tilted_gantry_are_refused_as_such(self, host, patient):
        volumeNode, _ = patient
        volumeNode.SetAndObserveTransformNodeID(addShearingGrid(host.scene).GetID())
        with pytest.raises(InputError, match="tilted gantry or uneven") as caught:
            readImage(volumeNode)
        assert caught.value.code == "ct.gantry_tilt"


class TestLesions:
    def test_segments_are_lesions_by_id_voxel_for_voxel(self, patient):
        reading = readLesions(patient[1], patient[0])
        assert [lesion.id for lesion in reading.lesions] == [ball.segmentID for ball in BALLS]
        for ball, lesion in zip(BALLS, reading.lesions, strict=True):
            np.testing.assert_array_equal(onWholeCt(lesion), ballMask(ball))
            assert reading.findings[ball.segmentID] == ()

    def test_two_segments_of_one_name_stay_two_lesions(self, patient):
        first, second, _ = readLesions(patient[1], patient[0]).lesions
        assert first.name == second.name == "metastasis"
        assert first.volume_cc > 2 * second.volume_cc > 0

    def test_masks_are_cropped_to_what_they_cover(self, patient):
        for lesion in readLesions(patient[1], patient[0]).lesions:
            assert lesion.mask.box == lesion.box

    def test_only_the_segments_asked_for_are_read_in_that_order(self, patient):
        reading = readLesions(patient[1], patient[0], ["node", "liver_1"])
        assert [lesion.id for lesion in reading.lesions] == ["node", "liver_1"]

    def test_segments_that_share_a_label_map_are_kept_apart(self, host, patient):
        volumeNode, _ = patient
        labels = sum(n * ballMask(ball) for n, ball in enumerate(BALLS, start=1)).astype(np.int16)
        labelmap = slicer.modules.volumes.logic().CreateAndAddLabelVolume(host.scene, volumeNode, "labels")
        slicer.util.updateVolumeFromArray(labelmap, labels)
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labelmap, node)
        assert node.GetSegmentation().GetNumberOfLayers() == 1
        for ball, mask in zip(BALLS, masksOf(readLesions(node, volumeNode)).values(), strict=True):
            np.testing.assert_array_equal(mask, ballMask(ball))

    def test_overlapping_segments_keep_all_their_voxels(self, patient):
        volumeNode, node = patient
        everything = np.logical_or.reduce([ballMask(ball) for ball in BALLS])
        node.GetSegmentation().AddEmptySegment("all", "all")
        slicer.util.updateSegmentBinaryLabelmapFromArray(everything.astype(np.uint8), node, "all", volumeNode)
        masks = masksOf(readLesions(node, volumeNode))
        np.testing.assert_array_equal(masks["all"], everything)
        np.testing.assert_array_equal(masks["liver_1"], ballMask(BALLS[0]))

    def test_an_empty_segment_is_an_empty_lesion(self, patient):
        volumeNode, node = patient
        node.GetSegmentation().AddEmptySegment("empty", "nothing here")
        lesion = readLesions(node, volumeNode).lesions[-1]
        assert (lesion.id, lesion.voxels, lesion.box) == ("empty", 0, None)

    def test_a_segmentation_in_which_nothing_was_ever_drawn_reads_as_empty(self, host, patient):
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        node.GetSegmentation().AddEmptySegment("empty", "nothing here")
        assert readLesions(node, patient[0]).lesions[0].voxels == 0

    def test_ten_lesions_take_a_small_part_of_the_cts_memory(self, host):
        shape = (160, 256, 256)
        labels = np.zeros(shape, np.uint8)
        for n in range(10):
            labels[15 * n + 2 : 15 * n + 12, 20 * n + 10 : 20 * n + 35, 200 - 15 * n : 230 - 15 * n] = n + 1
        volumeNode = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
        slicer.util.updateVolumeFromArray(volumeNode, np.zeros(shape, np.int16))
        labelmap = slicer.modules.volumes.logic().CreateAndAddLabelVolume(host.scene, volumeNode, "labels")
        slicer.util.updateVolumeFromArray(labelmap, labels)
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labelmap, node)
        tracemalloc.start()
        image, reading = readImage(volumeNode), readLesions(node, volumeNode)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [lesion.voxels for lesion in reading.lesions] == [10 * 25 * 30] * 10
        assert peak < 0.1 * image.values.nbytes

    def test_the_scene_stays_as_it_is(self, host, patient):
        volumeNode, node = patient
        node.SetAndObserveTransformNodeID(addTurn(host.scene).GetID())
        before = sceneState(host.scene, node)
        readLesions(node, volumeNode)
        readImage(volumeNode)
        assert sceneState(host.scene, node) == before


def sceneState(scene, segmentationNode):
    times = [scene.GetNthNode(n).GetMTime() for n in range(scene.GetNumberOfNodes())]
    segmentation = segmentationNode.GetSegmentation()
    segments = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    images = [segment.GetRepresentation("Binary labelmap").GetMTime() for segment in segments]
    return times, [segment.GetMTime() for segment in segments], images


class TestTags:
    @pytest.fixture
    def segment(self, patient):
        return patient[1].GetSegmentation().GetSegment("node")

    def readNode(self, patient):
        return readLesions(patient[1], patient[0], ["node"]).lesions[0]

    def test_a_segment_without_tags_says_nothing(self, patient):
        lesion = self.readNode(patient)
        assert (lesion.site, lesion.irradiated) == (None, None)

    @pytest.mark.parametrize("site", Site)
    def test_a_site_set_is_a_site_read(self, patient, segment, site):
        setSite(segment, site, "node")
        assert self.readNode(patient).site is site

    def test_a_site_set_again_leaves_nothing_of_the_one_before(self, patient, segment):
        setSite(segment, Site.OTHER, "node")
        setSite(segment, Site.LUNG, "node")
        segment.RemoveTag("TerminologyEntry")
        assert self.readNode(patient).site is None

    def test_slicer_understands_the_terminology_written(self, segment):
        setSite(segment, Site.LIVER, "node")
        text = vtk.reference("")
        assert segment.GetTag("TerminologyEntry", text)
        entry = slicer.vtkSlicerTerminologyEntry()
        assert slicer.modules.terminologies.logic().DeserializeTerminologyEntry(text.get(), entry)
        assert entry.GetRegionObject().GetCodeValue() == "10200004"
        assert entry.GetTypeObject().GetCodeMeaning() == "Mass"

    @pytest.mark.parametrize("irradiated", [True, False, None])
    def test_irradiation_set_is_irradiation_read(self, patient, segment, irradiated):
        setIrradiated(segment, True)
        setIrradiated(segment, irradiated)
        assert self.readNode(patient).irradiated is irradiated
