"""The same lesions in another study: added, matched, corrected, gone to, saved."""

from __future__ import annotations

import pytest
import slicer
from follow_up_patients import (
    FIRST_DAY,
    FOLLOWUP,
    LESION,
    SECOND_DAY,
    addFollowUp,
    addStudy,
    rowOf,
    rowsOf,
    typeDate,
)
from patients import BALLS, addPatient, draw, select, waitIdle
from PySide6 import QtCore

from radioimmuno.findings import InputError
from radioimmuno.followup import course
from slicerbench.hands import choose, click, clickCell, press, reveal
from slicerbench.layouts import Layouts
from slicerbench.observers import observerCount


@pytest.fixture
def layouts(bench):
    layouts = Layouts(bench)
    yield layouts
    layouts.close()


@pytest.fixture
def two(layouts, panel):
    """The panel with two studies that have their dates, and the nodes of both."""
    first, second = addPatient(), addFollowUp()
    select(panel, first)
    addStudy(panel, second)
    for row, day in enumerate((FIRST_DAY, SECOND_DAY)):
        typeDate(panel, row, day)
    return panel, first, second


@pytest.fixture(scope="module")
def registrations():
    """The registration of the one body to itself, which all courses here have."""
    return []


@pytest.fixture
def matched(two, registrations, monkeypatch):
    register = course.register

    def once(*args):
        if not registrations:
            registrations.append(register(*args))
        return registrations[0]

    monkeypatch.setattr(course, "register", once)
    panel, *nodes = two
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    return (panel, *nodes)


def test_the_section_is_folded_as_long_as_there_is_one_study(panel):
    select(panel, addPatient())
    ui = panel.panel.ui
    assert ui.followUpButton.collapsed
    reveal(ui.matchButton)
    assert not ui.matchButton.enabled
    assert not ui.addStudyButton.enabled
    assert not ui.courseTable.visible


def test_matched_lesions_stand_in_a_table_with_sizes_and_changes(matched):
    panel, *_ = matched
    rows = rowsOf(panel)
    assert set(rows) == {"metastasis\nsame", "metastasis\ngone", "lymph node\nsame", "new one\nnew"}
    first, then, change = rows["metastasis\nsame"]
    # Balls of 12 and 8 mm.
    assert float(first.split(" mm")[0]) == pytest.approx(24, abs=1.5)
    assert float(then.split(" mm")[0]) == pytest.approx(16, abs=1.5)
    assert float(change.split(" %")[0]) == pytest.approx(100 * ((8 / 12) ** 3 - 1), abs=5)
    assert rows["metastasis\ngone"][1:] == ["gone", "-100 % cc"]
    assert rows["lymph node\nsame"][2] == "+0 % cc"
    assert rows["new one\nnew"][0] == "-"


def middle(bench, name):
    """The point (RAS mm) in the middle of a view."""
    return bench.sliceViews[name].center


def test_the_section_unfolds_with_the_second_study(two):
    panel, *_ = two
    assert not panel.panel.ui.followUpButton.collapsed
    table = panel.panel.ui.studiesTable
    assert [table.item(row, 0).text() for row in range(2)] == ["CT, Lesions", "CT later, Lesions later"]


def test_the_lesions_of_a_study_are_added_once(two, complaints):
    panel, first, second = two
    addStudy(panel, second)
    addStudy(panel, first)
    assert panel.panel.ui.studiesTable.rowCount == 2
    assert "there already" in panel.panel.ui.messageLabel.text


def test_a_study_without_a_date_is_asked_for_it(layouts, panel):
    select(panel, addPatient())
    addStudy(panel, addFollowUp())
    click(panel.panel.ui.matchButton)
    assert panel.panel.session.jobs.state == "idle"
    assert panel.panel.ui.followUpLabel.text == "No date is known of study 1: give one, as 2024-03-05."


def test_two_studies_of_the_same_date_are_asked_about(two):
    panel, *_ = two
    typeDate(panel, 1, FIRST_DAY)
    assert f"Two studies have the date {FIRST_DAY}" in panel.panel.ui.followUpLabel.text
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    assert not panel.panel.session.state.followUp.lesions
    typeDate(panel, 1, SECOND_DAY)
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    assert len(panel.panel.session.state.followUp.lesions) == 4


def test_studies_stand_in_order_of_time(two):
    panel, *_ = two
    typeDate(panel, 1, "2023-12-01")
    table = panel.panel.ui.studiesTable
    assert [table.item(row, 1).text() for row in range(2)] == ["2023-12-01", FIRST_DAY]
    assert table.item(0, 0).text() == "CT later, Lesions later"


def test_matching_shows_how_far_it_is_and_is_cancelled(two):
    panel, *_ = two
    ui = panel.panel.ui
    click(ui.matchButton)
    assert panel.panel.session.jobs.state == "matching"
    assert not ui.followUpActions.enabled
    click(ui.cancelButton)
    assert panel.panel.session.jobs.state == "idle"
    assert not panel.panel.session.state.followUp.lesions
    assert ui.matchButton.enabled


def test_a_row_leads_both_studies_to_the_lesion(matched, bench):
    panel, first, second = matched
    clickCell(panel.panel.ui.courseTable, rowOf(panel, "lymph node"), LESION)
    for nodes, names in ((first, ("Red", "Green")), (second, ("FollowUpAxial", "FollowUpCoronal"))):
        for name in names:
            assert middle(bench, name) == pytest.approx(nodes[1].GetSegmentCenterRAS("node"), abs=0.1)


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


def test_another_partner_counts_and_is_marked(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    clickCell(ui.courseTable, rowOf(panel, "lymph node"), LESION)
    choose(ui.partnerCombo, "new one")
    rows = rowsOf(panel)
    assert "lymph node\nsame, by hand" in rows
    # Its former partner is a new lesion.
    assert sum(text.endswith("\nnew") for text in rows) == 1
    assert ui.partnerCombo.currentText == "new one"
    choose(ui.partnerCombo, "none: gone")
    assert "lymph node\ngone, by hand" in rowsOf(panel)
    choose(ui.partnerCombo, "as matched")
    assert "lymph node\nsame" in rowsOf(panel)


def test_what_a_person_paired_outlasts_another_matching(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    clickCell(ui.courseTable, rowOf(panel, "lymph node"), LESION)
    choose(ui.partnerCombo, "none: gone")
    click(ui.matchButton)
    waitIdle(panel)
    assert "lymph node\ngone, by hand" in rowsOf(panel)


def test_an_edit_after_matching_marks_its_row_until_lesions_are_matched_again(matched, bench):
    panel, _, second = matched
    draw(second, "node", BALLS[2].center, 5.0)
    bench.process(200)
    assert [text for text in rowsOf(panel) if "edited since" in text] == ["lymph node\nedited since"]
    assert "match again" in panel.panel.ui.followUpLabel.text
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    rows = rowsOf(panel)
    assert not [text for text in rows if "edited since" in text]
    assert float(rows["lymph node\nsame"][1].split(" mm")[0]) == pytest.approx(10, abs=1.5)


def test_a_study_that_is_removed_takes_its_rows_along(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    clickCell(ui.studiesTable, 1, 0)
    click(ui.removeStudyButton)
    assert panel.panel.session.state.followUp.studies == ()
    assert not ui.courseTable.visible
    assert ui.followUpButton.collapsed


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
    third = addFollowUp()
    addStudy(panel, third)
    typeDate(panel, 2, "2024-05-20")
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
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


def test_a_saved_scene_restores_studies_pairs_and_places(matched, bench, tmp_path):
    panel, *_ = matched
    ui = panel.panel.ui
    clickCell(ui.courseTable, rowOf(panel, "lymph node"), LESION)
    choose(ui.partnerCombo, "none: gone")
    rows = rowsOf(panel)
    bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear(False)
    bench.process()
    assert not panel.panel.session.state.followUp.studies
    bench.host.loadScene(tmp_path / "scene.mrb")
    bench.process(100)
    assert rowsOf(panel) == rows
    assert ui.sideBySideCheckBox.checked
    assert panel.panel.session.jobs.state == "idle"


def colorsOf(node):
    segmentation = node.GetSegmentation()
    return {i: segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()}


def bluer(color, other):
    return color[2] - color[0] > other[2] - other[0]


def test_lesions_are_colored_by_their_change_of_volume(matched, bench):
    panel, first, second = matched
    before = [colorsOf(nodes[1]) for nodes in (first, second)]
    choose(panel.panel.ui.colorByCombo, "change of volume")
    bench.process(100)
    now, then = (colorsOf(nodes[1]) for nodes in (first, second))
    # Gone is bluer than what shrank, that bluer than what stayed; a lesion has one color in both studies.
    assert bluer(now["liver_2"], now["liver_1"])
    assert bluer(now["liver_1"], now["node"])
    assert {i: then[i] for i in ("liver_1", "node")} == {i: now[i] for i in ("liver_1", "node")}
    assert "+100 %" in panel.panel.ui.colorKeyLabel.text
    choose(panel.panel.ui.colorByCombo, "score")
    bench.process(100)
    assert [colorsOf(nodes[1]) for nodes in (first, second)] == before


def test_lesions_are_colored_by_what_became_of_each(matched, bench):
    from RadioImmunoScoreLib.services.course_display import RESPONSE_COLORS

    panel, first, second = matched
    choose(panel.panel.ui.colorByCombo, "response")
    bench.process(100)
    wanted = {"liver_1": "shrank", "liver_2": "gone", "node": "stable"}
    now = colorsOf(first[1])
    assert {i: now[i] for i in wanted} == {i: pytest.approx(RESPONSE_COLORS[w]) for i, w in wanted.items()}
    assert colorsOf(second[1])["other"] == pytest.approx(RESPONSE_COLORS["new"])


def test_the_response_is_told_with_its_sentences(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    reveal(ui.responseLabel)
    text = ui.responseLabel.text
    for title in ("All lesions: PD", "Irradiated: ", "Not irradiated: ", "Abscopal, by response: "):
        assert title in text
    # The new lesion of 14 mm.
    assert "new: " in text
    assert "Research use only" in text


def test_the_plots_show_each_lesion_that_was_measured_twice(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    for label in (ui.spiderLabel, ui.waterfallLabel):
        reveal(label)
        assert label.visible
        assert not label.pixmap.isNull()
    curves = {curve.name: curve for curve in panel.panel.session.state.followUp.curves if not curve.isNew}
    days = (63, 63)
    assert {name: curve.days for name, curve in curves.items()} == {
        "metastasis": (0, days[0]),
        "lymph node": (0, days[1]),
    }


def test_the_choice_of_color_is_saved(matched, bench, tmp_path):
    panel, *_ = matched
    choose(panel.panel.ui.colorByCombo, "change of volume")
    bench.process(100)
    bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear(False)
    bench.host.loadScene(tmp_path / "scene.mrb")
    bench.process(100)
    assert panel.panel.ui.colorByCombo.currentText == "change of volume"


def test_where_the_studies_cannot_be_registered_a_person_pairs(two, monkeypatch):
    def refuse(*_):
        raise InputError("followup.registration", "These are two bodies.")

    monkeypatch.setattr(course, "register", refuse)
    panel, *_ = two
    ui = panel.panel.ui
    click(ui.matchButton)
    waitIdle(panel)
    assert all(text.endswith("ambiguous") for text in rowsOf(panel))
    assert not ui.courseTable.item(0, LESION).icon().isNull()
    assert "6 ambiguous: choose their partners." in ui.followUpLabel.text
    assert "These are two bodies." in ui.followUpLabel.text
    clickCell(ui.courseTable, rowOf(panel, "lymph node"), LESION)
    choose(ui.partnerCombo, "lymph node")
    assert rowsOf(panel)["lymph node\nsame, by hand"][2] == "+0 % cc"
    assert "4 ambiguous" in ui.followUpLabel.text


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
