"""The panel by keyboard: where the Tab key leads, arrows in the table, a patient scored by keys alone."""

from __future__ import annotations

import pytest
from keyboard import nameOf, reachable, tabOrder, tabTo
from patients import waitFor, waitIdle
from PySide6 import QtCore, QtWidgets

from radioimmuno.lesion import Site
from slicerbench.hands import pressInFocus

LESION = 0
KEY = QtCore.Qt.Key
TABS = ("scoreTab", "segmentTab", "patientTab")


@pytest.fixture(params=TABS)
def tab(request, scored):
    """(panel, page) with a scored patient and a tab brought to the front by keys."""
    panel = scored[0]
    panel.panel.root.window().activateWindow()
    page = getattr(panel.panel.ui, request.param)
    goTo(panel, page)
    return panel, page


def goTo(panel, page):
    """Bring a tab to the front by its bar and the arrow keys."""
    tabs = panel.panel.ui.tabs
    if QtWidgets.QApplication.focusWidget() is None:
        panel.panel.ui.inputsButton.setFocus()
    tabTo(tabs.tabBar())
    pressInFocus(KEY.Key_Home)
    while tabs.currentWidget() is not page:
        before = tabs.currentIndex
        pressInFocus(KEY.Key_Right)
        assert tabs.currentIndex != before, "the arrow key does not go to the next tab"


def test_the_tab_key_reaches_every_enabled_widget(tab):
    panel, _ = tab
    wanted, order = reachable(panel.panel.root), tabOrder(panel.panel.root)
    # Within a group of which one is chosen the arrow keys go on.
    groups = {id(w.parentWidget()) for w in order if getattr(w, "autoExclusive", False)}
    reached = {id(widget) for widget in order}
    assert len(wanted) >= 5
    missed = [w for w in wanted if id(w) not in reached]
    assert [nameOf(w) for w in missed if id(w.parentWidget()) not in groups] == []


def test_the_tab_key_goes_from_top_to_bottom(tab):
    panel, page = tab
    order = [widget for widget in tabOrder(panel.panel.root) if page.isAncestorOf(widget)]
    rects = [QtCore.QRect(page.mapFromGlobal(w.mapToGlobal(QtCore.QPoint(0, 0))), w.size) for w in order]
    # The order is a ring: it starts again once.
    start = min(range(len(order)), key=lambda n: (rects[n].top(), rects[n].left()))
    ring = rects[start:] + rects[:start]
    upwards = [n for n in range(1, len(ring)) if ring[n].bottom() < ring[n - 1].top()]
    assert [nameOf(order[(start + n) % len(order)]) for n in upwards] == []


def test_arrow_keys_walk_the_table_and_space_leaves_a_lesion_out(scored):
    panel, _ = scored
    table = panel.panel.ui.lesionTable
    panel.panel.root.window().activateWindow()
    table.setFocus()
    table.setCurrentCell(0, LESION)
    order = [panel.panel.session.selection.segmentID]
    for _ in range(2):
        pressInFocus(KEY.Key_Down)
        order.append(panel.panel.session.selection.segmentID)
    assert len(set(order)) == 3
    pressInFocus(KEY.Key_Space)
    waitFor(lambda: not next(row for row in panel.panel.session.rows if row.id == order[-1]).included)
    assert panel.panel.session.selection.segmentID == order[-1]


def test_a_site_is_chosen_by_keys(scored):
    panel, _ = scored
    table = panel.panel.ui.lesionTable
    titles = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount)]
    panel.panel.root.window().activateWindow()
    table.setFocus()
    table.setCurrentCell(1, LESION)
    while table.currentColumn() != titles.index("Site"):
        pressInFocus(KEY.Key_Right)
    for key in (KEY.Key_Return, KEY.Key_End, KEY.Key_Return):
        pressInFocus(key)
    waitFor(lambda: panel.panel.session.rows[1].site is list(Site)[-1])
    # The arrow keys walk the table again.
    panel.panel.root.window().activateWindow()
    pressInFocus(KEY.Key_Up)
    assert table.currentRow() == 0


def test_a_job_gives_the_keyboard_back(scored):
    panel, _ = scored
    ui = panel.panel.ui
    panel.panel.root.window().activateWindow()
    ui.scoreButton.setFocus()
    pressInFocus(KEY.Key_Space)
    assert panel.panel.session.jobs.isBusy
    assert QtWidgets.QApplication.focusWidget() is ui.cancelButton
    waitIdle(panel)
    assert QtWidgets.QApplication.focusWidget() is ui.scoreButton


def test_a_patient_is_loaded_scored_and_reported_by_keys_alone(panel, dialogs, tmp_path, monkeypatch):
    from patients import addPatient

    from RadioImmunoScoreLib.services import demonstration

    monkeypatch.setattr(demonstration, "simulate", lambda: None)
    monkeypatch.setattr(demonstration, "addPatient", lambda scene, patient: addPatient())
    ui, session = panel.panel.ui, panel.panel.session
    panel.panel.root.window().activateWindow()
    ui.inputsButton.setFocus()
    tabTo(ui.demonstrationButton)
    pressInFocus(KEY.Key_Space)
    waitFor(lambda: len(session.rows) == 3)
    waitIdle(panel)
    assert QtWidgets.QApplication.focusWidget() is not None, "what had the keyboard is gone"
    tabTo(ui.scoreButton)
    pressInFocus(KEY.Key_Space)
    waitIdle(panel)
    assert all(row.score is not None for row in session.rows)
    tabTo(ui.lesionTable)
    for _ in range(3):
        pressInFocus(KEY.Key_Up)
    pressInFocus(KEY.Key_Home)
    pressInFocus(KEY.Key_Space)
    waitFor(lambda: session.patient.subsets["all"].n == 2)
    goTo(panel, ui.patientTab)
    report = tmp_path / "report.html"
    dialogs.answers.append(str(report))
    tabTo(ui.htmlButton)
    pressInFocus(KEY.Key_Space)
    waitIdle(panel)
    assert "metastasis" in report.read_text(encoding="utf-8")
