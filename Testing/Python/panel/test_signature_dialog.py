"""The dialog in which a published signature is entered: typed, pasted, found, checked, saved and used."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import slicer
from keyboard import actedOn, nameOf
from patients import addPatient, select, waitIdle
from PySide6 import QtCore, QtGui, QtWidgets

from form_cases import INTERCEPT, ROWS, VALUES, example, form, score_by_hand
from radioimmuno.signature.form_check import signature_of
from radioimmuno.signature.signature import read_signature, write_signature
from slicerbench.hands import choose, click, press, typeText
from slicerbench.palettes import applicationFont

VARIABLE, COEFFICIENT, MEAN, SCALE, MEANING = range(5)
PUBLISHED, COMPUTED, FIRST = range(3)
CONTROL = QtCore.Qt.KeyboardModifier.ControlModifier
TERMS = "\n".join("\t".join(row[:4]) for row in ROWS)
EXAMPLE = "\t".join([example().score, "", *VALUES])


@pytest.fixture
def opened(panel, bench):
    """The dialog after a click on the section's button; it is closed in the end."""
    click(panel.panel.ui.newSignatureButton)
    dialog = panel.panel.section("SignatureSection").dialog
    bench.process()
    assert dialog.dialog.visible
    yield dialog
    dialog.close()


def settle(bench):
    """Let the check come that follows the last key."""
    bench.process(300)


def pasteAt(table, row, column, text):
    slicer.app.clipboard().setText(text)
    table.setFocus()
    table.setCurrentCell(row, column)
    press(table, QtCore.Qt.Key.Key_V, CONTROL)


def enterPublication(dialog, bench):
    """What a person does with the publication before her."""
    ui = dialog.ui
    for edit, text in (
        (ui.nameEdit, "Made up"),
        (ui.predictsEdit, "made-up infiltration"),
        (ui.citationEdit, "Nobody et al. 1900"),
        (ui.interceptEdit, INTERCEPT),
        (ui.lowEdit, "-0.5"),
        (ui.medianEdit, "0.1"),
        (ui.highEdit, "0.6"),
        (ui.ringOuterEdit, "3"),
        (ui.spacingEdit, "1.5"),
        (ui.levelsEdit, "25"),
    ):
        typeText(edit, text)
    pasteAt(ui.termsTable, 0, VARIABLE, TERMS)
    settle(bench)
    pasteAt(ui.examplesTable, 0, PUBLISHED, EXAMPLE)
    settle(bench)


def meaning(dialog, row):
    return dialog.ui.termsTable.item(row, MEANING).text()


def test_a_pasted_publication_is_saved_and_used(opened, bench, panel, dialogs, tmp_path):
    enterPublication(opened, bench)
    entered = opened.form
    assert replace(entered, settings={}) == replace(form(), settings={})
    assert signature_of(entered).settings == signature_of(form()).settings
    assert opened.ui.problemsLabel.text == "Complete: 8 terms."
    assert opened.ui.examplesTable.item(0, COMPUTED).text() == f"{score_by_hand():.6g}"
    path = tmp_path / "entered.json"
    dialogs.answers.append(str(path))
    click(opened.ui.saveButton)
    name, asked = dialogs.opened[-1]
    assert (name, asked[2]) == ("QFileDialog.getSaveFileName", "Made_up.json")
    assert not opened.dialog.visible
    assert panel.panel.session.inputs.signature.terms == signature_of(form()).terms
    assert panel.panel.ui.signatureBox.currentText == "From file: Made up"
    by_shell = write_signature(signature_of(form()), tmp_path / "shell.json")
    assert read_signature(path).sha256 == by_shell.sha256


def test_a_lesion_scores_alike_with_the_saved_file_and_with_the_forms(
    opened, bench, panel, dialogs, tmp_path
):
    select(panel, addPatient())
    panel.panel.session.setKvp(120.0)
    enterPublication(opened, bench)
    dialogs.answers.append(str(tmp_path / "entered.json"))
    click(opened.ui.saveButton)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    write_signature(signature_of(form()), tmp_path / "shell.json")
    nodes = panel.panel.session.inputs.volumeNode, panel.panel.session.inputs.segmentationNode
    by_console = bench.logic.score(*nodes, signature=str(tmp_path / "shell.json"), kvp=120.0)
    scores = {lesion.id: lesion.score for lesion in panel.panel.session.patient.lesions}
    assert len([score for score in scores.values() if score is not None]) > 1
    for lesion in by_console.lesions:
        if lesion.score is None:
            assert scores[lesion.id] is None
        else:
            assert scores[lesion.id] == pytest.approx(lesion.score, abs=1e-12)
            by_hand = float(INTERCEPT)
            parts = {part.variable: part.value for part in lesion.contributions}
            for (_, coefficient, mean, scale, _), value in zip(ROWS, parts.values(), strict=True):
                by_hand += float(coefficient) * (value - float(mean or 0)) / float(scale or 1)
            # PyRadiomics' kurtosis is 3 more than the value in the parts.
            by_hand += 0.13 * 3 / 0.801
            assert lesion.score == pytest.approx(by_hand, abs=1e-12)


def test_each_row_says_what_it_is_or_what_is_wrong(opened, bench):
    enterPublication(opened, bench)
    assert meaning(opened, 2) == "ring, gray-tone difference: busyness"
    assert "taken 3 lower" in meaning(opened, 4)
    assert opened.ui.saveButton.enabled
    table = opened.ui.termsTable
    for row, text, words in (
        (2, "ring_ngtdm_Busynes", "Like it: ring_ngtdm_Busyness"),
        (2, "Contrast", "glcm_Contrast or ngtdm_Contrast"),
        (2, "kVp", "is acquisition.kvp, as row 3"),
    ):
        table.item(row, VARIABLE).setText(text)
        settle(bench)
        assert words in meaning(opened, 7 if text == "kVp" else row)
        assert not opened.ui.saveButton.enabled
        assert words in opened.ui.saveButton.toolTip
    table.item(2, VARIABLE).setText("ring_ngtdm_Busyness")
    settle(bench)
    assert opened.ui.saveButton.enabled


def test_an_example_that_differs_is_told_with_its_parts(opened, bench):
    enterPublication(opened, bench)
    opened.ui.termsTable.item(6, COEFFICIENT).setText("-0.52")
    settle(bench)
    text = opened.ui.problemsLabel.text
    assert "published 0.92: they differ by" in text
    assert "location.lymph_node -0.7948" in text
    assert not opened.ui.saveButton.enabled
    assert "they differ" in opened.ui.examplesTable.item(0, COMPUTED).toolTip()


def test_a_variable_is_found_by_words_and_added_by_return(opened, bench):
    ui = opened.ui
    assert not ui.matchesList.visible
    typeText(ui.findEdit, "ring ngtdm_Coarse")
    assert ui.matchesList.count == 1
    assert opened.form.terms[0].variable == "ring.ngtdm.coarseness"
    # The keyboard goes on to what is missing.
    assert (ui.termsTable.currentRow(), ui.termsTable.currentColumn()) == (0, COEFFICIENT)
    ui.findEdit.setText("ACUI")
    assert ui.matchesList.count == 4
    ui.matchesList.setCurrentRow(3)
    click(ui.addButton)
    assert [term.variable for term in opened.form.terms][1] == "ring.glcm_merged.contrast"
    typeText(ui.findEdit, "no such thing")
    assert not ui.addButton.enabled


def test_a_row_that_is_removed_takes_its_example_values_along(opened, bench):
    enterPublication(opened, bench)
    opened.ui.termsTable.setCurrentCell(3, MEAN)
    click(opened.ui.removeButton)
    settle(bench)
    made = opened.form
    assert [term.variable for term in made.terms] == [row[0] for n, row in enumerate(ROWS) if n != 3]
    assert list(made.examples[0].values.values()) == [value for n, value in enumerate(VALUES) if n != 3]


def test_an_empty_row_between_others_counts_for_nothing(opened, bench):
    enterPublication(opened, bench)
    table = opened.ui.termsTable
    table.setFocus()
    table.setCurrentCell(2, VARIABLE)
    table.clearSelection()
    table.selectRow(2)
    press(table, QtCore.Qt.Key.Key_Delete)
    settle(bench)
    made = opened.form
    assert [term.variable for term in made.terms] == [row[0] for n, row in enumerate(ROWS) if n != 2]
    assert list(made.examples[0].values) == [term.variable for term in made.terms]
    labels = [table.verticalHeaderItem(row).text() for row in range(4)]
    assert labels == ["1", "2", "", "3"]
    assert opened.ui.examplesTable.isColumnHidden(FIRST + 2)


def test_columns_of_a_spreadsheet_are_pasted_where_the_mark_is(opened, bench):
    table = opened.ui.termsTable
    pasteAt(table, 0, VARIABLE, "Feature\tBeta\nglcm_Contrast\t0.5\nngtdm_Busyness\t-0.25\n")
    pasteAt(table, 0, MEAN, "12\t3\n1.5\t0.5\n")
    made = [(term.variable, term.coefficient, term.mean, term.scale) for term in opened.form.terms]
    assert made == [("glcm_Contrast", "0.5", "12", "3"), ("ngtdm_Busyness", "-0.25", "1.5", "0.5")]
    # What is only shown is not pasted over, and there is always room for another row.
    pasteAt(table, 8, SCALE, "7\tignored\tignored\n8\n")
    assert table.rowCount == 11
    assert "ignored" not in meaning(opened, 8)


def test_words_of_an_article_are_pasted_by_the_button(opened, bench):
    slicer.app.clipboard().setText("22OV \u22120.5 0.9 0.05\nkVp 0.1\n")
    opened.ui.termsTable.setCurrentCell(0, VARIABLE)
    click(opened.ui.pasteButton)
    settle(bench)
    assert opened.form.terms[0].coefficient == "\u22120.5"
    assert meaning(opened, 0).startswith("lesion, run length: short runs emphasis")
    assert meaning(opened, 1) == "tube voltage"


def test_settings_are_those_of_the_fields(opened, bench):
    ui = opened.ui
    enterPublication(opened, bench)
    choose(ui.levelsBox, "number")
    typeText(ui.levelsEdit, "32")
    choose(ui.interpolationBox, "cubic")
    choose(ui.kindBox, "survival")
    click(ui.roundBox)
    for edit, text in ((ui.spacingEdit, ""), (ui.rangeLowEdit, "-200"), (ui.rangeHighEdit, "300")):
        edit.setText(text)
    typeText(ui.ringLowEdit, "-50")
    settle(bench)
    assert "ring.range_hu must be two numbers" in ui.problemsLabel.text
    typeText(ui.ringHighEdit, "250")
    settle(bench)
    made = opened.form
    assert made.kind == "survival"
    settings = signature_of(made).settings
    extraction = settings.extraction
    assert (extraction.bin_count, extraction.bin_width_hu) == (32, None)
    assert (extraction.spacing_mm, extraction.range_hu) == (None, (-200, 300))
    assert (extraction.interpolation, extraction.round_intensities) == ("cubic", False)
    assert settings.ring.range_hu == (-50, 250)


def test_nothing_is_lost_when_the_dialog_is_closed_or_the_file_cannot_be_written(
    opened, bench, panel, dialogs, tmp_path
):
    enterPublication(opened, bench)
    before = opened.form
    dialogs.answers += ["", str(tmp_path / "missing" / "entered.json")]
    click(opened.ui.saveButton)
    assert opened.dialog.visible
    click(opened.ui.saveButton)
    assert opened.dialog.visible
    assert "no such file or folder" in opened.ui.problemsLabel.text
    click(opened.ui.closeButton)
    assert not opened.dialog.visible
    click(panel.panel.ui.newSignatureButton)
    assert opened.dialog.visible
    assert opened.form == before


def test_a_file_is_not_replaced_by_a_name_without_its_ending(opened, bench, dialogs, tmp_path):
    enterPublication(opened, bench)
    (tmp_path / "entered.json").write_text("mine")
    dialogs.answers += [str(tmp_path / "entered"), ""]
    click(opened.ui.saveButton)
    assert dialogs.opened[-1][1][2] == str(tmp_path / "entered.json")
    assert (tmp_path / "entered.json").read_text() == "mine"
    assert opened.dialog.visible


def test_after_saving_the_form_is_empty_again(opened, bench, dialogs, tmp_path):
    enterPublication(opened, bench)
    dialogs.answers.append(str(tmp_path / "entered"))
    click(opened.ui.saveButton)
    assert json.loads((tmp_path / "entered.json").read_text())["name"] == "Made up"
    assert opened.form.terms == ()
    assert (opened.form.name, opened.form.intercept, opened.form.examples) == ("", "0", ())


def test_everything_in_the_dialog_has_a_name_and_says_what_it_does(opened, bench):
    widgets = actedOn(opened.dialog)
    assert len(widgets) > 25
    for widget in widgets:
        interface = QtGui.QAccessible.queryAccessibleInterface(widget)
        assert interface.text(QtGui.QAccessible.Text.Name).strip(), nameOf(widget)
        if not isinstance(widget, QtWidgets.QTableWidget):
            assert widget.toolTip.strip(), nameOf(widget)
    for table in (opened.ui.termsTable, opened.ui.examplesTable):
        heads = [table.horizontalHeaderItem(column) for column in range(table.columnCount)]
        assert all(head.text() and head.toolTip() for head in heads)


@pytest.mark.parametrize("points", [9, 14])
def test_no_button_or_label_is_cut(panel, bench, points):
    with applicationFont(points):
        panel.panel.section("SignatureSection").enterSignature()
        dialog = panel.panel.section("SignatureSection").dialog
        bench.process()
        for widget in dialog.dialog.findChildren(QtWidgets.QAbstractButton):
            if widget.visible and widget.text:
                words = QtGui.QFontMetrics(widget.font).horizontalAdvance(widget.text)
                assert words <= widget.width, widget.text
        area = dialog.ui.fieldsArea
        assert area.widget().width <= area.viewport().width
        assert dialog.dialog.height <= 700
        dialog.close()
