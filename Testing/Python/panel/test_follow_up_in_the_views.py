"""Both studies in the views: where a row leads, what is linked, what is left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
import slicer
from follow_up_patients import (
    FOLLOWUP,
    LESION,
    addFollowUp,
    addSplit,
    addStudy,
    rowOf,
    rowsOf,
    twoStudies,
    typeDate,
)
from patients import addPatient, waitIdle
from PySide6 import QtCore

from RadioImmunoScoreLib.panel.state import course_views
from RadioImmunoScoreLib.scene import side_by_side
from RadioImmunoScoreLib.scene.lesion_labels import LABELS_OF
from RadioImmunoScoreLib.scene.parameters import BY_SCORE, BY_VOLUME_CHANGE
from slicerbench.hands import click, clickCell, press
from slicerbench.observers import observerCount


def thirdMatched(panel, addLater):
    """Nodes of a third study, added with its date and matched."""
    third = addLater()
    addStudy(panel, third)
    typeDate(panel, 2, "2024-05-20")
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    return third


def middle(bench, name):
    """The point (RAS mm) in the middle of a view."""
    return bench.sliceViews[name].center


def test_a_row_leads_both_studies_to_the_lesion(matched, bench):
    panel, first, second = matched
    clickCell(panel.panel.ui.courseTable, rowOf(panel, "lymph node"), LESION)
    for nodes, names in ((first, ("Red", "Green")), (second, ("FollowUpAxial", "FollowUpCoronal"))):
        for name in names:
            assert middle(bench, name) == pytest.approx(nodes[1].GetSegmentCenterRAS("node"), abs=0.1)


def labelledViews():
    """The views with labels, by their layout names."""
    markups = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
    displays = [one.GetDisplayNode() for one in markups if one.GetAttribute(LABELS_OF)]
    views = [slicer.mrmlScene.GetNodeByID(display.GetNthViewNodeID(0)) for display in displays]
    return {view.GetLayoutName() for view in views}


def test_what_was_measured_on_one_study_stands_beside_no_lesion_of_another(matched, bench):
    panel, _first, _second = matched
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    click(panel.panel.ui.labelsCheckBox)
    later = {"FollowUpAxial", "FollowUpCoronal"}
    assert {"Red", "Green"} <= labelledViews()
    assert not labelledViews() & later
    # A change is that of the lesion in both.
    panel.panel.session.followUp.setColorBy(BY_VOLUME_CHANGE)
    waitIdle(panel)
    assert {"Red", "Green"} | later <= labelledViews()
    panel.panel.session.coloring.choose(BY_SCORE)
    waitIdle(panel)
    assert not labelledViews() & later


def test_matched_studies_are_shown_at_the_first_lesion(matched, bench):
    panel, first, second = matched
    assert panel.panel.session.state.followUp.selectedID == "L1"
    for nodes, name in ((first, "Red"), (second, "FollowUpAxial")):
        assert middle(bench, name) == pytest.approx(nodes[1].GetSegmentCenterRAS("liver_1"), abs=0.1)


def test_views_that_the_application_moves_when_it_makes_them_are_brought_back(matched, bench, monkeypatch):
    panel, first, second = matched
    click(panel.panel.ui.sideBySideCheckBox)
    moved = set()

    def jumpRow(scene, row, place):
        """As in the application: the views of a new layout come to stand at 0 mm after they were moved."""
        side_by_side.jumpRow(scene, row, place)
        if row not in moved:
            moved.add(row)
            for view in side_by_side.rowViews(scene, row):
                view.SetSliceOffset(0.0)

    monkeypatch.setattr(course_views, "jumpRow", jumpRow)
    click(panel.panel.ui.sideBySideCheckBox)
    bench.process(200)
    assert moved == {0, 1}
    for nodes, name in ((first, "Red"), (second, "FollowUpAxial")):
        assert middle(bench, name) == pytest.approx(nodes[1].GetSegmentCenterRAS("liver_1"), abs=0.1)


def test_parts_of_a_lesion_are_shown_together(layouts, panel, bench):
    panel, first, _ = twoStudies(panel, addSplit)
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    clickCell(panel.panel.ui.courseTable, rowOf(panel, "metastasis\nsplit"), LESION)
    # The parts lie to the right and to the left of where the whole was.
    assert middle(bench, "FollowUpAxial") == pytest.approx(first[1].GetSegmentCenterRAS("liver_1"), abs=0.8)


def test_where_a_lesion_is_gone_its_place_is_shown(matched, bench):
    panel, first, _ = matched
    row = next(
        n
        for n, lesion in enumerate(panel.panel.session.state.followUp.lesions)
        if lesion.in_studies[0] and lesion.in_studies[0].ids == ("liver_2",)
    )
    clickCell(panel.panel.ui.courseTable, row, LESION)
    place = first[1].GetSegmentCenterRAS("liver_2")
    assert middle(bench, "Red") == pytest.approx(place, abs=0.1)
    # The same body: registered, it stays where it is.
    assert middle(bench, "FollowUpAxial") == pytest.approx(place, abs=1.5)
    clickCell(panel.panel.ui.courseTable, rowOf(panel, "new one"), LESION)
    there = matched[2][1].GetSegmentCenterRAS("other")
    assert middle(bench, "FollowUpAxial") == pytest.approx(there, abs=0.1)
    assert middle(bench, "Red") == pytest.approx(there, abs=1.5)


def test_each_row_of_views_shows_its_own_study(matched, bench):
    _, first, second = matched
    for nodes, names in ((first, ("Red", "Green")), (second, ("FollowUpAxial", "FollowUpCoronal"))):
        ids = {bench.sliceViews[name].node.GetID() for name in names}
        for name in names:
            composite = bench.sliceViews[name].logic.GetSliceCompositeNode()
            assert composite.GetBackgroundVolumeID() == nodes[0].GetID()
        display = nodes[1].GetDisplayNode()
        shown = {display.GetNthViewNodeID(n) for n in range(display.GetNumberOfViewNodeIDs())}
        assert shown == ids


def test_a_lesion_is_shown_in_the_study_in_which_it_is_asked_who_it_is(matched, bench, monkeypatch):
    from radioimmuno.followup.match import MatchKind
    from RadioImmunoScoreLib.panel.state import follow_up
    from RadioImmunoScoreLib.services.followup import askedIn

    panel, _, second = matched
    thirdMatched(panel, addFollowUp)
    row, lesion = next(
        (n, each)
        for n, each in enumerate(panel.panel.session.state.followUp.lesions)
        if each.name == "lymph node"
    )
    assert askedIn(lesion) is None
    asked = replace(lesion.in_studies[1], match=MatchKind.AMBIGUOUS)
    assert askedIn(replace(lesion, in_studies=(lesion.in_studies[0], asked, lesion.in_studies[2]))) == 1
    monkeypatch.setattr(follow_up, "askedIn", lambda each: 1)
    clickCell(panel.panel.ui.courseTable, row, LESION)
    composite = bench.sliceViews["FollowUpAxial"].logic.GetSliceCompositeNode()
    assert composite.GetBackgroundVolumeID() == second[0].GetID()


def test_of_three_studies_two_are_seen(matched):
    panel, first, second = matched
    third = thirdMatched(panel, addPatient)
    assert {"metastasis\nseen again", "new one\ngone"} < set(rowsOf(panel))
    assert "4 lesions. 1 gone, 1 new." in panel.panel.ui.followUpLabel.text

    def seen():
        return [nodes[1].GetDisplayNode().GetVisibility() for nodes in (first, second, third)]

    assert seen() == [1, 0, 1]
    clickCell(panel.panel.ui.courseTable, 0, FOLLOWUP)
    assert seen() == [1, 1, 0]
    click(panel.panel.ui.sideBySideCheckBox)
    assert seen() == [1, 1, 1]


def test_scrolling_one_study_scrolls_the_other(matched, bench):
    above, below = bench.sliceViews["Red"], bench.sliceViews["FollowUpAxial"]
    for moved, other in ((above, below), (below, above)):
        before = other.center
        moved.node.SetSliceOffset(moved.node.GetSliceOffset() + 10)
        assert other.center[2] - before[2] == pytest.approx(10, abs=1.0)


def test_the_layout_before_comes_back(matched, bench, layouts):
    panel, first, second = matched
    ui = panel.panel.ui
    assert ui.sideBySideCheckBox.checked
    click(ui.sideBySideCheckBox)
    assert layouts.node.GetViewArrangement() == layouts.node.SlicerLayoutFourUpView
    for nodes in (first, second):
        assert nodes[1].GetDisplayNode().GetNumberOfViewNodeIDs() == 0
    click(ui.sideBySideCheckBox)
    assert ui.sideBySideCheckBox.checked
    assert layouts.node.GetViewArrangement() != layouts.node.SlicerLayoutFourUpView


def isAsBefore(layouts, *segmentationNodes):
    """Whether the layout is the one before the first matching, and lesions are shown in all views."""
    shown = [node.GetDisplayNode().GetNumberOfViewNodeIDs() for node in segmentationNodes]
    return layouts.node.GetViewArrangement() == layouts.node.SlicerLayoutFourUpView and not any(shown)


def registrationsIn(scene):
    return slicer.util.getNodesByClass("vtkMRMLGridTransformNode", scene)


def test_the_last_added_study_removed_leaves_nothing_behind(matched, layouts):
    panel, first, second = matched
    ui = panel.panel.ui
    assert not isAsBefore(layouts, first[1], second[1])
    assert registrationsIn(slicer.mrmlScene)
    clickCell(ui.studiesTable, 1, 0)
    click(ui.removeStudyButton)
    assert isAsBefore(layouts, first[1], second[1])
    assert not registrationsIn(slicer.mrmlScene)
    assert not len(panel.panel.session.followUp.views.observers)


def test_a_study_whose_lesions_are_deleted_takes_its_rows_along(matched, bench, layouts):
    panel, first, second = matched
    slicer.mrmlScene.RemoveNode(second[1])
    bench.process(200)
    assert not panel.panel.session.state.followUp.lesions
    assert isAsBefore(layouts, first[1])
    assert not registrationsIn(slicer.mrmlScene)


def test_a_scene_that_is_closed_takes_the_two_rows_along(matched, bench, layouts):
    slicer.mrmlScene.Clear(False)
    bench.process(100)
    assert isAsBefore(layouts)


def test_of_three_studies_the_others_stay_matched(matched, bench):
    panel, _, second = matched
    third = thirdMatched(panel, addFollowUp)
    assert panel.panel.ui.courseTable.columnCount == 5
    clickCell(panel.panel.ui.courseTable, rowOf(panel, "lymph node"), FOLLOWUP + 1)
    assert middle(bench, "FollowUpAxial") == pytest.approx(third[1].GetSegmentCenterRAS("node"), abs=0.1)
    clickCell(panel.panel.ui.studiesTable, 2, 0)
    click(panel.panel.ui.removeStudyButton)
    assert set(rowsOf(panel)) == {
        "metastasis\nsame",
        "metastasis\ngone",
        "lymph node\nsame",
        "new one\nnew",
    }
    below = bench.sliceViews["FollowUpAxial"].logic.GetSliceCompositeNode()
    assert below.GetBackgroundVolumeID() == second[0].GetID()
    assert third[1].GetDisplayNode().GetNumberOfViewNodeIDs() == 0
    assert panel.panel.ui.sideBySideCheckBox.checked


def test_the_arrow_keys_go_from_lesion_to_lesion(matched, bench):
    panel, first, _ = matched
    table = panel.panel.ui.courseTable
    clickCell(table, 0, LESION)
    press(table, QtCore.Qt.Key.Key_Down)
    (segmentID,) = panel.panel.session.state.followUp.lesions[1].in_studies[0].ids
    assert middle(bench, "Red") == pytest.approx(first[1].GetSegmentCenterRAS(segmentID), abs=0.1)


def test_the_panel_gone_nothing_observes_the_studies_or_the_views(matched, bench):
    panel, _, second = matched
    # What the views of the layout observe themselves is there beforehand.
    del panel
    bench.closePanel()
    subjects = [*second, second[1].GetSegmentation(), bench.sliceViews["Red"].node]
    before = [observerCount(subject) for subject in subjects]
    panel = bench.open()
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    clickCell(panel.panel.ui.courseTable, 0, LESION)
    assert observerCount(second[1]) > before[1]
    del panel
    bench.closePanel()
    assert [observerCount(subject) for subject in subjects] == before
