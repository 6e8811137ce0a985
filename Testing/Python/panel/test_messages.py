"""What the panel tells: in plain words, and no longer than it is so."""

from __future__ import annotations

import slicer
from patients import addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtGui, QtTest
from stroking import drawn

from slicerbench import raw
from slicerbench.hands import choose, click, typeText

EDIT_MS = 400


def message(panel):
    return panel.panel.ui.messageLabel.text


def scored(panel):
    nodes = addPatient()
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return nodes


def test_a_message_about_a_lesion_goes_when_it_is_taken_back(bench, ready):
    panel = ready[0]
    drawn(bench, ready)
    assert "long axis" in message(panel)
    click(panel.panel.ui.undoButton)
    assert message(panel) == ""


def test_a_message_about_a_lesion_goes_when_it_is_deleted(bench, ready):
    panel, _, nodes = ready
    nodes[1].GetSegmentation().RemoveSegment(drawn(bench, ready))
    QtTest.QTest.qWait(EDIT_MS)
    assert message(panel) == ""


def test_a_message_about_a_lesion_goes_when_it_is_edited(bench, ready):
    panel, _, nodes = ready
    draw(nodes, drawn(bench, ready), (28, 50, 40), 5.0)
    QtTest.QTest.qWait(EDIT_MS)
    assert message(panel) == ""


def test_a_message_goes_with_the_ct_that_it_is_about(panel, tmp_path):
    nodes = scored(panel)
    panel.panel.section("SaveSection").save(str(tmp_path / "scores.csv"))
    assert "Saved" in message(panel)
    slicer.mrmlScene.RemoveNode(nodes[0])
    bench_settles()
    assert "Saved" not in message(panel)


def test_a_message_goes_with_the_scene(panel, tmp_path):
    scored(panel)
    panel.panel.section("SaveSection").save(str(tmp_path / "scores.csv"))
    slicer.mrmlScene.Clear()
    bench_settles()
    assert "Saved" not in message(panel)


def test_a_message_goes_when_another_action_begins(panel, tmp_path):
    scored(panel)
    panel.panel.section("SaveSection").save(str(tmp_path / "scores.csv"))
    click(panel.panel.ui.checkButton)
    assert "Saved" not in message(panel)
    waitIdle(panel)
    panel.panel.section("SaveSection").save(str(tmp_path / "scores.csv"))
    click(panel.panel.ui.newButton)
    assert message(panel) == ""


def test_a_message_about_work_goes_with_it(panel):
    click(panel.panel.ui.demonstrationButton)
    bar = panel.panel.ui.progressBar
    assert bar.visible
    assert "simulated" in panel.panel.ui.messageLabel.text
    panel.panel.session.stop()
    assert not bar.visible
    waitFor(lambda: panel.panel.session.jobs.state == "idle")


def test_a_file_that_cannot_be_written_is_reported_in_plain_words(panel, tmp_path):
    scored(panel)
    for target in (tmp_path / "none" / "scores.csv", tmp_path / "none" / "page.html"):
        panel.panel.section("SaveSection").save(str(target))
        assert "there is no such file or folder" in message(panel)
        assert "Errno" not in message(panel)


def test_a_tube_voltage_that_none_has_is_refused_and_not_made_another(panel):
    scored(panel)
    spin = panel.panel.ui.kvpSpinBox
    assert not spin.visible
    click(panel.panel.ui.kvpButton)
    typeText(spin, "9999")
    assert "9999 kV is no tube voltage" in message(panel)
    assert panel.panel.session.parameters.kvp is None
    assert panel.panel.session.inputs.acquisition.kvp == 120
    assert spin.text == "as the CT says"


def test_the_hand_wins_and_the_contradiction_is_shown(panel):
    scored(panel)
    label = panel.panel.ui.kvpFindingLabel
    assert not label.visible
    click(panel.panel.ui.kvpButton)
    typeText(panel.panel.ui.kvpSpinBox, "100")
    assert panel.panel.session.inputs.acquisition.kvp == 100
    assert label.visible
    assert "120 kV" in label.text
    assert "100 kV counts" in label.text
    assert {row.status for row in panel.panel.session.rows} == {"stale"}
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    rows = [panel.panel.session.scoreOf(row.id) for row in panel.panel.session.rows]
    assert all("ct.kvp_differs" in [finding.code for finding in row.findings] for row in rows)
    typeText(panel.panel.ui.kvpSpinBox, "120")
    assert not label.visible


def test_a_label_map_is_offered_as_no_ct(panel):
    addPatient()
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    bench_settles()
    box = panel.panel.ui.ctSelector
    names = [box.nodeFromIndex(n).GetName() for n in range(box.nodeCount())]
    assert names == ["CT"]
    choose(box, "CT")


def bench_settles():
    QtTest.QTest.qWait(EDIT_MS)


def test_of_a_long_message_two_lines_are_shown_and_all_of_it_when_asked_for(panel):
    ui = panel.panel.ui
    panel.panel.session.say("Something that happened. " * 20)
    QtTest.QTest.qWait(50)
    line = QtGui.QFontMetrics(raw.read(ui.messageLabel, "font")()).lineSpacing()
    assert ui.messageLabel.height <= 2 * line + 4
    assert ui.messageLabel.toolTip == ui.messageLabel.text
    click(ui.moreButton)
    QtTest.QTest.qWait(50)
    assert ui.messageLabel.height > 3 * line
    panel.panel.session.say("Something short.")
    QtTest.QTest.qWait(50)
    assert not ui.moreButton.visible
