"""What must hold of panel and scene at all times, however they came there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy

from radioimmuno.signature.color_scale import color_scale
from radioimmuno.signature.value_scale import value_scale
from RadioImmunoScoreLib.scene.fused_pet import BEFORE
from RadioImmunoScoreLib.scene.interior_map import mappedSegment
from RadioImmunoScoreLib.scene.legend import legendOf
from RadioImmunoScoreLib.scene.nodes import ownedNode
from RadioImmunoScoreLib.scene.rings import RINGS
from RadioImmunoScoreLib.scene.segment_properties import ORIGINAL_COLOR, tagOf
from RadioImmunoScoreLib.scene.tables import TABLE
from RadioImmunoScoreLib.services.scene_study import readStudy

CURRENT = ("scored", "warning", "refused")


def assertSceneShowsRows(session):
    """Table, rings, plot, colors, legend and map of the scene are those of the rows."""
    node, volumeNode = session.inputs.segmentationNode, session.inputs.volumeNode
    assertOthersAreHidden(node)
    if node is None or volumeNode is None:
        return
    rows = [row for row in session.rows if row.status not in ("left_out", "unscored")]
    assertTable(node, rows)
    assertPlot(node, rows)
    assertColors(session, node, rows)
    assertRings(session, node, volumeNode, rows)
    assertPet(session)
    hasValues = session.parameters.paintsValues and session.coloring.values is not None
    if not session.parameters.paintsValues:
        assert (legendOf(node) is not None) == bool(rows)
    elif hasValues:
        assert legendOf(node) is not None
    assert mappedSegment(node) in ("", *session.inputs.segmentIDs)


def assertRowsAreThoseOfAFullScore(session):
    """Each row that is not stale is what scoring the whole scene anew gives, findings and all."""
    inputs = session.inputs
    current = [row for row in session.rows if row.status in CURRENT]
    if not current:
        return
    # Read anew, by none of what the session remembers.
    study = readStudy(inputs.volumeNode, inputs.segmentationNode, inputs.parameters.kvp)
    lesions = tuple(lesion for lesion in study.lesions if lesion.id not in inputs.leftOut)
    whole = replace(study, lesions=lesions).with_values_checked(inputs.signature.settings)
    full = session._scorer(whole, inputs.signature, only=[row.id for row in current])
    for fresh in full:
        row = session.scoreOf(fresh.id)
        assert replace(row, ring=None, stability=None) == replace(fresh, ring=None, stability=None)
        if row.ring is not None:
            assert row.ring.offset == fresh.ring.offset
            np.testing.assert_array_equal(row.ring.values, fresh.ring.values)


def assertTable(node, rows):
    tableNode = ownedNode(node, TABLE)
    shown = (
        {} if tableNode is None else {name: column(tableNode, name) for name in ("id", "lesion", "status")}
    )
    assert shown.get("id", []) == [row.id for row in rows]
    assert shown.get("lesion", []) == [row.name for row in rows]
    assert shown.get("status", []) == [row.status for row in rows]
    if tableNode is not None:
        scores = ["" if row.score is None else f"{row.score:.4f}" for row in rows]
        assert column(tableNode, "score") == scores


def assertPlot(node, rows):
    plotted = ownedNode(node, "plot.scores")
    scored = sorted((row for row in rows if row.score is not None), key=lambda row: row.score)
    names = [] if plotted is None else column(plotted, "lesion")
    assert sorted(names) == sorted(row.name for row in scored)
    if plotted is not None:
        assert column(plotted, "score") == [row.score for row in scored]


def assertColors(session, node, rows):
    if session.parameters.paintsValues:
        assertValueColors(session, node)
        return
    scale, scores = color_scale(session.inputs.signature), {row.id: row.score for row in rows}
    for segmentID in node.GetSegmentation().GetSegmentIDs():
        segment = node.GetSegmentation().GetSegment(segmentID)
        isLesion = segmentID not in session.inputs.leftOut
        isPainted = bool(rows) and isLesion and session.parameters.colorByScore
        assert (tagOf(segment, ORIGINAL_COLOR) is not None) == isPainted
        if isPainted:
            assert segment.GetColor() == pytest.approx(scale.rgb(scores.get(segmentID)), abs=1e-6)


def assertValueColors(session, node):
    """Lesions have the colors of the values that were chosen, or their own where there are none."""
    values = session.coloring.values
    scale = None if values is None else value_scale(values.values.values())
    for segmentID in node.GetSegmentation().GetSegmentIDs():
        segment = node.GetSegmentation().GetSegment(segmentID)
        isPainted = scale is not None and segmentID not in session.inputs.leftOut
        assert (tagOf(segment, ORIGINAL_COLOR) is not None) == isPainted
        if isPainted:
            assert segment.GetColor() == pytest.approx(scale.rgb(values.values.get(segmentID)), abs=1e-6)


def assertPet(session):
    """The PET lies over the CT as long as that is chosen, and never else."""
    isShown = session.parameters.showPet and session.parameters.petNode is not None
    pets = [
        node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if node.GetAttribute(BEFORE)
    ]
    assert pets == ([session.parameters.petNode] if isShown else [])


def assertRings(session, node, volumeNode, rows):
    rings = ownedNode(node, RINGS)
    segments = segmentsOf(rings) if rings else {}
    ringed = {row.id for row in rows if row.score is not None}
    assert ringed <= set(segments) <= {row.id for row in rows}
    for segmentID, segment in segments.items():
        row = session.scoreOf(segmentID)
        assert segment.GetName() == f"{row.name} ring"
        if row.ring is not None:
            voxels = vtk_to_numpy(segment.GetRepresentation("Binary labelmap").GetPointData().GetScalars())
            shown = np.count_nonzero(voxels == segment.GetLabelValue())
            assert shown == np.count_nonzero(row.ring.values)
    if rings is not None:
        assert rings.GetTransformNodeID() == volumeNode.GetTransformNodeID()


def assertOthersAreHidden(selected):
    for other in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        if other is selected:
            continue
        legend, rings = legendOf(other), ownedNode(other, RINGS)
        assert selected is None or legend is None or not legend.GetVisibility()
        assert selected is None or rings is None or not rings.GetDisplayNode().GetVisibility()


def segmentsOf(node):
    segmentation = node.GetSegmentation()
    return {i: segmentation.GetSegment(i) for i in segmentation.GetSegmentIDs()}


def column(tableNode, name):
    array = tableNode.GetTable().GetColumnByName(name)
    return [array.GetValue(row) for row in range(array.GetNumberOfValues())]
