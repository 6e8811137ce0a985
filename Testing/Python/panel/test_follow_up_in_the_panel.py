"""The same lesions in another study: added, matched, corrected, saved."""

from __future__ import annotations

import pytest
import slicer
from follow_up_patients import (
    FIRST_DAY,
    LESION,
    SECOND_DAY,
    addFollowUp,
    addStudy,
    rowOf,
    rowsOf,
    typeDate,
)
from patients import BALLS, addPatient, draw, select, waitIdle

from radioimmuno.findings import InputError
from radioimmuno.followup import course
from slicerbench.hands import choose, click, clickCell, reveal


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
    assert rows["metastasis\ngone"][1:] == ["gone", "-100 %"]
    assert rows["lymph node\nsame"][2] == "+0 %"
    assert rows["new one\nnew"][0] == "-"


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
    assert "Edited since the matching: L3. Match again." in panel.panel.ui.followUpLabel.text
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
    assert rowsOf(panel)["lymph node\nsame, by hand"][2] == "+0 %"
    assert "4 ambiguous" in ui.followUpLabel.text
