"""What is found about lesions, repaired with a click and taken back."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import slicer
import vtk
from patients import BALLS, addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from synthetic import ballMask

from RadioImmunoScoreLib.scene import readLesions
from slicerbench import raw
from slicerbench.hands import click, clickCell
from slicerbench.palettes import applicationFont

LESION, FOUND = range(2)
# How many slices the second piece of a lesion is from the first.
PIECES_APART = 18


@pytest.fixture
def ready(panel):
    """(panel, nodes): the first lesion has a hole, the second two pieces."""
    nodes = addPatient()
    hollow = ballMask(BALLS[0]).copy()
    k, j, i = BALLS[0].center
    hollow[k, j : j + 2, i : i + 2] = False
    pieces = ballMask(BALLS[1]) | np.roll(ballMask(BALLS[1]), PIECES_APART, axis=0)
    for segmentID, mask in (("liver_1", hollow), ("liver_2", pieces)):
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), nodes[1], segmentID, nodes[0])
    select(panel, nodes)
    return panel, nodes


@pytest.fixture
def checked(ready):
    panel, nodes = ready
    click(panel.panel.ui.checkButton)
    waitIdle(panel)
    return panel, nodes


def codes(panel):
    return {(each.lesion_id, each.finding.code) for each in panel.panel.session.checks.found}


def rowOf(panel, segmentID, code):
    rows = panel.panel.section("CheckSection")._rows
    return next(n for n, r in enumerate(rows) if (r.lesion_id, r.finding.code) == (segmentID, code))


def repairButton(panel, segmentID, code):
    cell = panel.panel.ui.checkTable.cellWidget(rowOf(panel, segmentID, code), FOUND)
    return cell.findChild(QtWidgets.QToolButton)


def repair(panel, segmentID, code):
    click(repairButton(panel, segmentID, code))
    waitIdle(panel)


def voxels(nodes):
    return {lesion.id: lesion.voxels for lesion in readLesions(nodes[1], nodes[0]).lesions}


def test_what_is_wrong_is_listed_with_lesion_severity_and_reason(checked):
    panel, _ = checked
    assert {("liver_1", "lesion.holes"), ("liver_2", "lesion.components")} <= codes(panel)
    assert not any(lesion == "node" for lesion, _ in codes(panel))
    table = panel.panel.ui.checkTable
    row = rowOf(panel, "liver_1", "lesion.holes")
    assert table.item(row, LESION).text() == "metastasis\nwarning"
    assert not table.item(row, LESION).icon().isNull()
    assert "hole" in table.item(row, FOUND).text()
    assert "2 of 3 lesions" in panel.panel.ui.checkLabel.text


def test_a_finding_leads_to_its_lesion(checked):
    panel, _ = checked
    clickCell(panel.panel.ui.checkTable, rowOf(panel, "liver_2", "lesion.components"), FOUND)
    assert panel.panel.section("LesionsSection").table.selectedID == "liver_2"


def test_a_finding_leads_to_its_place_in_the_lesion(checked, bench):
    panel, nodes = checked
    clickCell(panel.panel.ui.checkTable, rowOf(panel, "liver_2", "lesion.components"), FOUND)
    # In the middle of one of the pieces, and not between them, where the lesion's centre is.
    middle = nodes[1].GetSegmentCenterRAS("liver_2")
    k, j, i = BALLS[1].center
    nodes[0].GetIJKToRASMatrix(matrix := vtk.vtkMatrix4x4())
    toRas = slicer.util.arrayFromVTKMatrix(matrix)
    pieces = [(toRas @ (i, j, n, 1))[:3] for n in (k, k + PIECES_APART)]
    plane = slicer.util.arrayFromVTKMatrix(bench.sliceViews["Red"].node.GetSliceToRAS())
    away, *nearest = (abs((p - plane[:3, 3]) @ plane[:3, 2]) for p in (np.array(middle), *pieces))
    assert min(nearest) <= np.abs(toRas[2, :3]).sum()
    assert away > 2 * min(nearest)


def test_a_repair_mends_it_and_undo_takes_it_back(checked):
    panel, nodes = checked
    before = voxels(nodes)
    repair(panel, "liver_1", "lesion.holes")
    assert voxels(nodes)["liver_1"] == before["liver_1"] + 4
    assert ("liver_1", "lesion.holes") not in codes(panel)
    assert panel.panel.ui.undoButton.toolTip == "Take back: Fill the holes (metastasis) (Ctrl+Z)"
    click(panel.panel.ui.undoButton)
    assert voxels(nodes) == before
    click(panel.panel.ui.redoButton)
    assert voxels(nodes)["liver_1"] == before["liver_1"] + 4


def test_a_repair_is_a_button_of_its_name_and_another_one_is_in_its_menu(checked):
    panel, nodes = checked
    holes = repairButton(panel, "liver_1", "lesion.holes")
    assert holes.text == "Fill the holes"
    assert "metastasis" in holes.accessibleName
    assert holes.menu() is None
    pieces = repairButton(panel, "liver_2", "lesion.components")
    assert pieces.text == "Split into separate lesions"
    (other,) = pieces.menu().actions()
    assert other.text == "Remove pieces below 0.2 cc"
    before = voxels(nodes)
    # Both pieces are larger: the lesion stays, and that is said.
    other.trigger()
    waitIdle(panel)
    assert voxels(nodes) == before
    assert "nothing had to be changed" in panel.panel.ui.messageLabel.text


def test_splitting_makes_lesions_with_the_properties_of_the_one_and_undo_joins_them(checked):
    panel, nodes = checked
    panel.panel.session.notes.setIrradiated("liver_2", True)
    before = voxels(nodes)
    repair(panel, "liver_2", "lesion.components")
    rows = {row.id: row for row in panel.panel.session.rows}
    new = (set(rows) - set(before)).pop()
    assert rows[new].name == "metastasis (2)"
    assert rows[new].irradiated is True
    assert voxels(nodes)["liver_2"] + voxels(nodes)[new] == before["liver_2"]
    click(panel.panel.ui.undoButton)
    assert voxels(nodes) == before


def test_after_an_edit_the_findings_are_called_old(checked):
    panel, nodes = checked
    assert panel.panel.ui.checkTable.enabled
    draw(nodes, "node", (34, 30, 66), 7.0)
    waitFor(lambda: "check again" in panel.panel.ui.checkLabel.text)
    assert not panel.panel.ui.checkTable.enabled
    assert not panel.panel.ui.checkSaveButton.enabled


def test_what_was_found_is_saved_as_a_table(checked, dialogs, tmp_path):
    panel, nodes = checked
    file = tmp_path / "checks.csv"
    dialogs.answers.append(str(tmp_path / "checks"))
    click(panel.panel.ui.checkSaveButton)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert {row["lesion_id"] for row in rows} == {"liver_1", "liver_2", "node"}
    assert {row["patient"] for row in rows} == {nodes[0].GetName()}
    assert "lesion.holes" in {row["code"] for row in rows}


def test_a_check_without_findings_says_so(panel):
    select(panel, addPatient())
    click(panel.panel.ui.checkButton)
    waitIdle(panel)
    assert panel.panel.ui.checkLabel.text == "Nothing was found in 3 lesions."
    assert not panel.panel.ui.checkTable.visible


def test_another_segmentation_has_other_findings(checked):
    panel, nodes = checked
    slicer.mrmlScene.RemoveNode(nodes[1])
    QtTest.QTest.qWait(50)
    assert panel.panel.session.checks.found is None
    assert not panel.panel.ui.checkButton.enabled


def test_texts_and_repairs_are_read_whole_at_every_width(checked, bench):
    panel, _ = checked
    table = panel.panel.ui.checkTable
    for points, width in ((9, 900), (9, 450), (14, 450), (16, 330)):
        with applicationFont(points):
            raw.read(bench.panel, "resize")(width, 800)
            bench.process(200)
            metrics = QtGui.QFontMetrics(raw.read(table, "font")())
            total = raw.read(table, "horizontalHeader")().height
            for row in range(table.rowCount):
                room, height = table.columnWidth(FOUND) - 8, table.rowHeight(row)
                total += height
                text, wrapped = table.item(row, FOUND).text(), QtCore.Qt.TextFlag.TextWordWrap
                needed = metrics.boundingRect(0, 0, room, 9999, wrapped, text).height()
                cell = table.cellWidget(row, FOUND)
                if cell is not None:
                    button = cell.findChild(QtWidgets.QToolButton)
                    # Below the text, and not over it.
                    assert raw.read(button, "geometry")().top() >= needed, (points, width)
                    assert raw.read(button, "width")() >= raw.read(button, "sizeHint")().width()
                    assert raw.read(button, "geometry")().bottom() < height
                assert height >= needed
            assert raw.read(table, "height")() >= total
