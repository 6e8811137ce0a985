"""A site that nobody stated: what Slicer's Add and Duplicate copy from another segment does not count."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from patients import addPatient, draw, select, waitIdle
from PySide6 import QtTest

from radioimmuno.io.segment_tags import TERMINOLOGY_TAG, terminology_of
from radioimmuno.lesion import Site
from RadioImmunoScoreLib.scene import readLesions
from slicerbench.editor import addInEditor
from slicerbench.hands import choose, click

EDIT_MS = 400


@pytest.fixture
def sited(panel):
    """(panel, nodes) of the three lesions; the last one is said in the panel to sit in a lung."""
    nodes = addPatient()
    select(panel, nodes)
    panel.panel.session.notes.setSite("node", Site.LUNG)
    return panel, nodes


def sitesOf(panel):
    return {row.id: row.site for row in panel.panel.session.rows}


def codesOf(panel, segmentID):
    return [finding.code for finding in panel.panel.session.scoreOf(segmentID).findings]


def siteBox(panel, segmentID):
    from RadioImmunoScoreLib.panel.widgets.lesion_table_view import SITE

    table = panel.panel.ui.lesionTable
    return table.cellWidget(panel.panel.section("LesionsSection").table.order.index(segmentID), SITE)


def added(nodes):
    segmentID = addInEditor(nodes[1])
    draw(nodes, segmentID, (18, 46, 62), 7.0)
    QtTest.QTest.qWait(EDIT_MS)
    return segmentID


def test_the_site_that_add_copies_is_unknown_until_it_is_confirmed(sited):
    panel, nodes = sited
    new = added(nodes)
    assert sitesOf(panel)["node"] is Site.LUNG
    assert sitesOf(panel)[new] is None
    assert readLesions(nodes[1], nodes[0], [new]).lesions[0].site is None
    box = siteBox(panel, new)
    assert box.currentText == "lung?"
    choose(box, "lung")
    assert sitesOf(panel)[new] is Site.LUNG
    assert readLesions(nodes[1], nodes[0], [new]).lesions[0].site is Site.LUNG


def test_a_lesion_whose_site_was_copied_is_scored_as_one_without_until_somebody_says_it(sited):
    panel, nodes = sited
    for segmentID in ("liver_1", "liver_2"):
        panel.panel.session.notes.setSite(segmentID, Site.LIVER)
    new = added(nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert "site.missing" in codesOf(panel, new)
    choose(siteBox(panel, new), "liver")
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert "site.missing" not in codesOf(panel, new)


def test_another_terminology_given_in_the_editor_counts(sited):
    panel, nodes = sited
    new = added(nodes)
    nodes[1].GetSegmentation().GetSegment(new).SetTag(TERMINOLOGY_TAG, terminology_of(Site.BONE))
    QtTest.QTest.qWait(EDIT_MS)
    assert sitesOf(panel)[new] is Site.BONE


@pytest.mark.parametrize("site", [Site.LUNG, Site.OTHER])
def test_a_duplicate_has_no_site(sited, site):
    panel, nodes = sited
    panel.panel.session.notes.setSite("node", site)
    segmentation = nodes[1].GetSegmentation()
    copy = slicer.vtkSegment()
    copy.DeepCopy(segmentation.GetSegment("node"))
    segmentation.AddSegment(copy, "copy")
    QtTest.QTest.qWait(EDIT_MS)
    assert sitesOf(panel)["copy"] is None
    assert sitesOf(panel)["node"] is site


def test_what_counts_and_what_does_not_is_kept_in_a_saved_scene(bench, sited, tmp_path):
    panel, nodes = sited
    new = added(nodes)
    confirmed = added(nodes)
    panel.panel.session.notes.setSite(confirmed, Site.LUNG)
    before = sitesOf(panel)
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    QtTest.QTest.qWait(EDIT_MS)
    assert sitesOf(panel) == before
    assert (before[new], before[confirmed]) == (None, Site.LUNG)


def test_segments_of_a_file_have_the_sites_that_it_says(bench, panel, tmp_path):
    nodes = addPatient()
    segmentation = nodes[1].GetSegmentation()
    for number, segmentID in enumerate(segmentation.GetSegmentIDs(), 1):
        segmentation.GetSegment(segmentID).SetName(f"Segment_{number}")
        segmentation.GetSegment(segmentID).SetTag(TERMINOLOGY_TAG, terminology_of(Site.LIVER))
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    select(panel, (slicer.util.getNode("CT"), slicer.util.getNode("Lesions")))
    assert set(sitesOf(panel).values()) == {Site.LIVER}


def test_segments_added_by_hand_before_the_module_was_opened_have_the_first_ones_site_unconfirmed(bench):
    nodes = addPatient()
    segmentation = nodes[1].GetSegmentation()
    for segmentID in tuple(segmentation.GetSegmentIDs()):
        segmentation.RemoveSegment(segmentID)
    first = addInEditor(nodes[1])
    segmentation.GetSegment(first).SetTag(TERMINOLOGY_TAG, terminology_of(Site.LUNG))
    second = addInEditor(nodes[1])
    panel = bench.open()
    select(panel, nodes)
    assert sitesOf(panel) == {first: Site.LUNG, second: None}
    assert np.isnan([row.score or np.nan for row in panel.panel.session.rows]).all()


def test_a_lesion_split_in_the_panel_keeps_its_site(sited):
    from RadioImmunoScoreLib.scene.segments import addSegmentLike

    panel, nodes = sited
    mask = readLesions(nodes[1], nodes[0], ["node"]).lesions[0].mask
    part = addSegmentLike(nodes[1], nodes[0], mask, "node", "part")
    QtTest.QTest.qWait(EDIT_MS)
    assert sitesOf(panel)[part] is Site.LUNG
