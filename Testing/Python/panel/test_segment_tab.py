"""The buttons of the tab in which lesions are drawn: one click each, keys, and a place that does not jump."""

from __future__ import annotations

import pytest
from patients import addPatient, select, waitFor, waitIdle
from PySide6 import QtCore, QtTest, QtWidgets
from stroking import drawn, isPlaceMode, segmentIDs

from slicerbench import raw
from slicerbench.hands import click, press, pressInFocus, reveal
from slicerbench.palettes import applicationFont

PLACERS = (
    "newButton",
    "crossButton",
    "clickButton",
    "boxButton",
    "addButton",
    "removeButton",
    "pullButton",
)
CONTROL = QtCore.Qt.KeyboardModifier.ControlModifier
SHIFT = QtCore.Qt.KeyboardModifier.ShiftModifier
KEY = QtCore.Qt.Key


@pytest.fixture
def opened(bench):
    """(panel, the widgets) of a small patient, its first lesion selected, the tab shown."""
    panel = bench.open()
    select(panel, addPatient())
    waitIdle(panel)
    panel.panel.selectLesion("liver_1")
    reveal(panel.panel.ui.newButton)
    return panel, panel.panel.ui


def down(ui):
    return [name for name in PLACERS if getattr(ui, name).checked]


@pytest.mark.parametrize("name", PLACERS)
def test_a_button_places_at_once_and_gives_it_up_when_pressed_again(opened, name):
    _panel, ui = opened
    assert down(ui) == []
    click(getattr(ui, name))
    assert isPlaceMode()
    assert down(ui) == [name]
    click(getattr(ui, name))
    assert not isPlaceMode()
    assert down(ui) == []


def test_another_button_takes_over(opened):
    _panel, ui = opened
    for name in PLACERS:
        click(getattr(ui, name))
        assert isPlaceMode()
        assert down(ui) == [name]
    assert "truly is" in ui.strokeLabel.text


def test_the_hint_names_the_lesion_that_a_stroke_changes(opened):
    panel, ui = opened
    name = panel.panel.session.state.selectedRow.name
    for button in (ui.addButton, ui.removeButton, ui.pullButton):
        click(button)
        assert name in ui.strokeLabel.text


def test_what_cannot_be_placed_says_why(bench):
    panel = bench.open()
    ui = panel.panel.ui
    for name in PLACERS:
        assert not getattr(ui, name).enabled
        assert getattr(ui, name).toolTip == "Select the CT first."
    select(panel, addPatient())
    waitIdle(panel)
    assert ui.newButton.enabled
    assert not ui.addButton.enabled
    assert "Select the lesion in the table" in ui.addButton.toolTip
    panel.panel.selectLesion("liver_1")
    assert ui.addButton.enabled
    assert "Escape" in ui.addButton.toolTip


def test_escape_ends_it_whichever_tab_is_shown(opened):
    _panel, ui = opened
    click(ui.newButton)
    ui.tabs.setCurrentIndex(0)
    press(ui.tabs, KEY.Key_Escape)
    assert not isPlaceMode()


def test_the_buttons_are_walked_by_tab_and_pressed_by_space(opened):
    panel, ui = opened
    panel.panel.root.activateWindow()
    raw.read(ui.newButton, "setFocus")()
    order = [ui.newButton]
    for _ in PLACERS[1:]:
        order.append(pressInFocus(KEY.Key_Tab))
    assert order == [getattr(ui, name) for name in PLACERS]
    press(ui.removeButton, KEY.Key_Space)
    assert down(ui) == ["removeButton"]


def undone(bench, ready):
    """(panel, nodes, IDs before): the tumor was segmented by a stroke."""
    panel, _, nodes = ready
    before = segmentIDs(nodes)
    drawn(bench, ready)
    return panel, nodes, before


@pytest.mark.parametrize(("key", "modifiers"), [(KEY.Key_Y, CONTROL), (KEY.Key_Z, CONTROL | SHIFT)])
def test_keys_take_back_and_do_again_in_every_tab(bench, ready, key, modifiers):
    panel, nodes, before = undone(bench, ready)
    ui = panel.panel.ui
    reveal(ui.lesionTable)
    raw.read(ui.lesionTable, "setFocus")()
    press(ui.lesionTable, KEY.Key_Z, CONTROL)
    waitFor(lambda: segmentIDs(nodes) == before)
    press(ui.lesionTable, key, modifiers)
    waitFor(lambda: len(segmentIDs(nodes)) == len(before) + 1)


def test_keys_outside_of_the_panel_are_not_the_panels(bench, ready, window):
    _panel, nodes, before = undone(bench, ready)
    press(window.views[0], KEY.Key_Z, CONTROL)
    QtTest.QTest.qWait(50)
    assert len(segmentIDs(nodes)) == len(before) + 1


def test_a_text_keeps_its_own_undo(bench, ready):
    panel, nodes, before = undone(bench, ready)
    edit = QtWidgets.QLineEdit()
    raw.read(raw.read(panel.panel.ui.segmentBox, "layout")(), "addWidget")(edit)
    raw.read(edit, "show")()
    raw.read(edit, "setFocus")()
    QtTest.QTest.keyClicks(edit, "ab")
    press(edit, KEY.Key_Z, CONTROL)
    assert edit.text == ""
    assert len(segmentIDs(nodes)) == len(before) + 1


def test_keys_do_nothing_while_something_is_under_way(bench, ready, monkeypatch):
    panel, nodes, before = undone(bench, ready)
    ui = panel.panel.ui
    ui.segmentActions.setEnabled(False)
    raw.read(ui.lesionTable, "setFocus")()
    press(ui.lesionTable, KEY.Key_Z, CONTROL)
    QtTest.QTest.qWait(50)
    assert len(segmentIDs(nodes)) == len(before) + 1


@pytest.mark.parametrize(("points", "width"), [(9, 330), (14, 330), (9, 450), (16, 450), (14, 700)])
def test_no_word_is_cut_and_nothing_below_the_hint_moves(opened, bench, points, width):
    _panel, ui = opened
    with applicationFont(points):
        raw.read(bench.panel, "resize")(width, 800)
        bench.process(300)
        names = (*PLACERS, "undoButton", "redoButton", "checkButton", "checkSaveButton")
        for button in (getattr(ui, name) for name in names):
            assert raw.read(button, "width")() >= raw.read(button, "sizeHint")().width(), button.text
            assert button.toolTip
        places = set()
        for name in ("", *PLACERS):
            if name:
                click(getattr(ui, name))
            bench.process(100)
            needed = raw.read(ui.strokeLabel, "heightForWidth")(raw.read(ui.strokeLabel, "width")())
            assert raw.read(ui.strokeLabel, "height")() >= needed
            places.add(raw.read(ui.undoBox, "y")())
        assert len(places) == 1
