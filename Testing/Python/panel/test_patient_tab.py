"""The tab of the patient: numbers, plot and report are read whole, clicked, and walked through by keys."""

from __future__ import annotations

import pytest
import slicer
from patients import addPatient, select, tipAt, waitIdle
from PySide6 import QtCore, QtGui, QtTest, QtWidgets

from slicerbench import raw
from slicerbench.hands import click, clickCell, press, reveal
from slicerbench.palettes import applicationFont, applyPalette

NUMBERS, MINIMUM, MAXIMUM, ENTROPY = 0, 1, 4, 6
ALL, IRRADIATED, NOT_IRRADIATED = range(3)


@pytest.fixture
def patient(scored, bench):
    """(panel, the widgets, the lesions' IDs from the lowest score to the highest), the tab shown."""
    panel, _ = scored
    session = panel.panel.session
    session.notes.setIrradiated("liver_1", True)
    session.notes.setIrradiated("node", False)
    reveal(panel.panel.ui.scorePlotLabel)
    bench.process(30)
    scores = {row.id: row.score for row in session.rows}
    return panel, panel.panel.ui, sorted(scores, key=scores.get)


def selectedID(panel):
    return panel.panel.session.state.selectedID


def placeOf(panel, segmentID):
    return QtCore.QPoint(*panel.panel.section("PatientSection")._plot.pointOf(segmentID))


def test_every_subset_has_its_column_of_numbers_to_two_decimals(patient):
    panel, ui, ranked = patient
    table, session = ui.metricsTable, panel.panel.session
    assert [table.item(NUMBERS, column).text() for column in range(3)] == ["3", "1", "1"]
    scores = {row.id: row.score for row in session.rows}
    assert table.item(MINIMUM, ALL).text() == f"{min(scores.values()):.2f}"
    assert table.item(MAXIMUM, IRRADIATED).text() == f"{scores['liver_1']:.2f}"
    assert f"{scores[ranked[0]]:.6f}" in table.item(MINIMUM, ALL).toolTip()
    # One lesion has no spread, and why stands there.
    assert table.item(ENTROPY, NOT_IRRADIATED).text() == "-"
    assert "fewer than two" in table.item(ENTROPY, NOT_IRRADIATED).toolTip()


@pytest.mark.parametrize("row", [MINIMUM, MAXIMUM])
def test_the_lowest_and_the_highest_number_go_to_their_lesion(patient, row):
    panel, ui, ranked = patient
    clickCell(ui.metricsTable, row, ALL)
    assert selectedID(panel) == ranked[0 if row == MINIMUM else -1]


def test_the_lowest_and_the_highest_are_named_and_are_links(patient):
    panel, ui, ranked = patient
    names = {row.id: row.name for row in panel.panel.session.rows}
    text = ui.extremesLabel.text
    lowest, highest = text.split("highest")
    assert names[ranked[0]] in lowest
    assert names[ranked[-1]] in highest
    ui.extremesLabel.linkActivated.emit(ranked[-1])
    assert selectedID(panel) == ranked[-1]


def test_a_name_with_signs_of_html_is_shown_as_it_is(patient, bench):
    panel, ui, ranked = patient
    segmentation = panel.panel.session.inputs.segmentationNode.GetSegmentation()
    segmentation.GetSegment(ranked[0]).SetName("<b>left</b> & right")
    bench.process(400)
    document = QtGui.QTextDocument()
    document.setHtml(ui.extremesLabel.text)
    assert "<b>left</b> & right" in document.toPlainText()


def test_a_point_tells_its_lesion_and_a_click_on_it_selects(patient):
    panel, ui, ranked = patient
    names = {row.id: row.name for row in panel.panel.session.rows}
    for segmentID in ranked:
        tip = tipAt(ui.scorePlotLabel, placeOf(panel, segmentID))
        assert names[segmentID] in tip
        assert f"{panel.panel.session.scoreOf(segmentID).score:.4f}" in tip
        click(ui.scorePlotLabel, placeOf(panel, segmentID))
        assert selectedID(panel) == segmentID
    assert "site not known, irradiated" in tipAt(ui.scorePlotLabel, placeOf(panel, "liver_1"))
    assert "not irradiated" in tipAt(ui.scorePlotLabel, placeOf(panel, "node"))
    before = selectedID(panel)
    click(ui.scorePlotLabel, QtCore.QPoint(2, 2))
    assert selectedID(panel) == before
    assert tipAt(ui.scorePlotLabel, QtCore.QPoint(2, 2)) == ""


def test_the_mouse_becomes_a_hand_over_a_point_alone(patient):
    panel, ui, ranked = patient
    label = ui.scorePlotLabel
    for place, shape in (
        (placeOf(panel, ranked[0]), QtCore.Qt.CursorShape.PointingHandCursor),
        (QtCore.QPoint(2, 2), QtCore.Qt.CursorShape.ArrowCursor),
    ):
        QtTest.QTest.mouseMove(label, place)
        QtWidgets.QApplication.processEvents()
        assert raw.read(label, "cursor")().shape() == shape


def test_arrow_keys_walk_from_point_to_point(patient):
    panel, ui, ranked = patient
    label = ui.scorePlotLabel
    raw.read(label, "setFocus")()
    key = QtCore.Qt.Key
    seen = []
    for pressed in (
        key.Key_Home,
        key.Key_Right,
        key.Key_Up,
        key.Key_Up,
        key.Key_Left,
        key.Key_End,
        key.Key_Down,
    ):
        press(label, pressed)
        seen.append(ranked.index(selectedID(panel)))
    assert seen == [0, 1, 2, 2, 1, 2, 1]
    assert "number 2 of 3" in label.accessibleName
    assert panel.panel.session.state.selectedRow.name in label.accessibleName


def test_what_the_marks_mean_stands_below_and_only_of_those_that_are_there(patient):
    panel, ui, _ = patient
    assert ui.legendLabel.text.replace("\u00a0", " ").split("  ") == [
        "\u25c6 irradiated",
        "\u25a0 not irradiated",
        "\u25cf not known",
    ]
    panel.panel.session.notes.setIrradiated("liver_2", False)
    assert "not\u00a0known" not in ui.legendLabel.text


def test_marks_of_irradiated_lesions_look_different(patient):
    panel, ui, _ = patient

    def mark():
        place = placeOf(panel, "liver_1")
        box = QtCore.QRect(place.x() - 7, place.y() - 7, 15, 15)
        return raw.read(ui.scorePlotLabel, "pixmap")().copy(box).toImage()

    irradiated = mark()
    panel.panel.session.notes.setIrradiated("liver_1", False)
    assert mark() != irradiated


def inEveryLook(bench):
    """The panel in each width, in small and large letters, on light and dark ground; yields the width."""
    try:
        for palette, points in (("light", 9), ("dark", 14), ("light", 16)):
            applyPalette(palette)
            with applicationFont(points):
                for width in (330, 450, 700, 900):
                    raw.read(bench.panel, "resize")(width, 700)
                    bench.process(60)
                    yield width, points
    finally:
        applyPalette("light")


def widthOf(widget, text):
    return QtGui.QFontMetrics(raw.read(widget, "font")()).boundingRect(text).width()


def test_texts_of_cut_offs_lie_side_by_side_or_below_each_other(patient, bench):
    panel, ui, _ = patient
    for look in inEveryLook(bench):
        plot = panel.panel.section("PatientSection")._plot._plot
        assert plot.width == raw.read(ui.scorePlotLabel, "width")()
        ends = {}
        assert len(plot.cutoffs) == 3
        for each in plot.cutoffs:
            assert each.left >= ends.get(each.row, 0), look
            ends[each.row] = each.left + widthOf(ui.scorePlotLabel, each.text)
            assert ends[each.row] <= plot.width, look


def test_no_number_and_no_word_is_cut(patient, bench):
    ui = patient[1]
    table = ui.metricsTable
    for look in inEveryLook(bench):
        shown = raw.read(ui.patientTab, "viewport")()
        assert raw.read(ui.patientTabContents, "width")() <= raw.read(shown, "width")()
        for column in range(3):
            room = raw.read(table, "columnWidth")(column) - 6
            cells = [table.item(row, column).text() for row in range(table.rowCount)]
            head = raw.read(table, "horizontalHeaderItem")(column).text().split("\n")
            for text in (*cells, *head):
                assert widthOf(table, text) <= room, (look, text)
        for button in (ui.htmlButton, ui.csvButton, ui.jsonButton, ui.dicomButton, ui.structuresButton):
            wanted = raw.read(button, "sizeHint")().width()
            assert raw.read(button, "width")() >= wanted, (look, button.text)
        fits = widthOf(table, "irradiated") + 12 <= table.columnWidth(1)
        assert (table.horizontalHeaderItem(1).text() == "irradiated") == fits, look


def test_what_is_not_offered_says_why(panel):
    select(panel, addPatient())
    ui = panel.panel.ui
    for button in (ui.htmlButton, ui.csvButton, ui.jsonButton, ui.dicomButton, ui.structuresButton):
        assert not button.enabled
        assert button.toolTip == "Score the lesions first."
    assert "Score the lesions first" in ui.extremesLabel.text


def test_a_report_that_was_written_is_offered_until_its_patient_goes(patient, dialogs, tmp_path, monkeypatch):
    import qt

    panel, ui, _ = patient
    assert not ui.reportLabel.visible
    dialogs.answers.append(str(tmp_path / "page"))
    click(ui.htmlButton)
    assert ui.messageLabel.text == f"Saved: {tmp_path / 'page.html'}"
    assert "Open page.html" in ui.reportLabel.text
    opened = []
    monkeypatch.setattr(qt.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    ui.reportLabel.linkActivated.emit("report")
    assert opened == [str(tmp_path / "page.html")]
    slicer.mrmlScene.RemoveNode(panel.panel.session.inputs.segmentationNode)
    waitIdle(panel)
    assert not ui.reportLabel.visible
