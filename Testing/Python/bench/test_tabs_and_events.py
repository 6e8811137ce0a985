"""Tabs, scrolled areas, actions and event filters on the bench are PythonQt's."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtTest


@pytest.fixture
def tabs(qt, complaints):
    """A shown QTabWidget: a label, and a scrolled label that is higher than the tab."""
    tabs, area, high = qt.QTabWidget(), qt.QScrollArea(), qt.QLabel("high")
    high.setMinimumHeight(600)
    area.widgetResizable = True
    area.setWidget(high)
    tabs.addTab(qt.QLabel("first"), "One")
    tabs.addTab(area, "Two")
    tabs.resize(200, 150)
    tabs.show()
    tabs.activateWindow()
    QtTest.QTest.qWait(1)
    yield tabs
    tabs.hide()


@pytest.fixture
def filtered(qt, complaints):
    """(label, its filter class): the filter keeps where the label was clicked and takes the click."""

    class ClickFilter(qt.QObject):
        def __init__(self, parent=None):
            super().__init__(parent)
            self.places, self.takes = [], True

        def eventFilter(self, watched, event):
            if event.type() == qt.QEvent.MouseButtonPress:
                self.places.append((watched, event.pos().x(), event.y()))
                return self.takes
            return False

    label = qt.QLabel("x")
    label.show()
    yield label, ClickFilter
    label.hide()


def pressOn(widget):
    QtTest.QTest.mousePress(widget, QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(3, 5))


def test_a_tabs_index_is_a_property_and_its_page_is_a_method(tabs):
    heard = []
    tabs.connect("currentChanged(int)", heard.append)
    tabs.currentIndex = 1
    assert heard == [1]
    assert tabs.count == 2
    assert tabs.tabText(1) == "Two"
    assert tabs.currentWidget() is tabs.widget(1)
    with pytest.raises(TypeError):
        tabs.currentIndex()


def test_a_tab_bar_and_a_scroll_bar_have_their_classes(qt, tabs):
    assert isinstance(tabs.tabBar(), qt.QTabBar)
    bar = tabs.widget(1).verticalScrollBar()
    assert isinstance(bar, qt.QScrollBar)
    tabs.currentIndex = 1
    QtTest.QTest.qWait(1)
    bar.value = bar.maximum
    assert bar.value == bar.maximum > 0


def test_a_splitter_counts_by_a_method(qt, complaints):
    splitter = qt.QSplitter()
    splitter.orientation = qt.Qt.Vertical
    splitter.addWidget(qt.QLabel("above"))
    splitter.addWidget(qt.QLabel("below"))
    assert splitter.count() == len(splitter.sizes()) == 2
    splitter.childrenCollapsible = False
    assert not splitter.childrenCollapsible


def test_a_tool_button_shows_its_action(qt, complaints):
    action, button, heard = qt.QAction("Undo", None), qt.QToolButton(), []
    action.checkable = True
    action.connect("toggled(bool)", heard.append)
    button.setDefaultAction(action)
    button.toolButtonStyle = qt.Qt.ToolButtonTextBesideIcon
    button.popupMode = qt.QToolButton.InstantPopup
    button.click()
    assert (button.text, button.checked, heard) == ("Undo", True, [True])


def test_a_shortcut_is_heard_in_its_widget(qt, tabs):
    shortcut, heard = qt.QShortcut(qt.QKeySequence("Ctrl+Z"), tabs), []
    shortcut.context = qt.Qt.WidgetWithChildrenShortcut
    shortcut.connect("activated()", lambda: heard.append(1))
    tabs.setFocus()
    QtTest.QTest.keyClick(tabs, QtCore.Qt.Key.Key_Z, QtCore.Qt.KeyboardModifier.ControlModifier)
    assert heard == [1]


def test_a_shortcut_takes_no_function(qt, tabs):
    with pytest.raises(TypeError, match="activated"):
        qt.QShortcut(qt.QKeySequence("Ctrl+Z"), tabs, lambda: None)


def test_a_filter_made_in_python_sees_events_and_takes_them(filtered):
    label, kind = filtered
    first, last = kind(), kind()
    # The filter that came last is asked first.
    label.installEventFilter(first)
    label.installEventFilter(last)
    pressOn(label)
    assert (first.places, last.places) == ([], [(label, 3, 5)])
    last.takes = False
    pressOn(label)
    assert first.places == [(label, 3, 5)]


def test_a_filter_that_nobody_keeps_is_gone(filtered):
    label, kind = filtered
    kept = []
    kind.places = property(lambda self: kept, lambda self, value: None)
    label.installEventFilter(kind())
    pressOn(label)
    assert kept == []
    label.installEventFilter(kind(label))
    pressOn(label)
    assert len(kept) == 1


@pytest.mark.parametrize("name", ["position", "globalPosition", "points"])
def test_a_click_has_its_place_under_the_names_of_qt_5_15_alone(filtered, qt, name):
    label, _ = filtered
    heard = []

    class Reader(qt.QObject):
        def eventFilter(self, watched, event):
            if event.type() == qt.QEvent.MouseButtonPress:
                heard.append(
                    (hasattr(event, name), event.localPos().y(), event.globalPos().x() - event.globalX())
                )
            return False

    reader = Reader()
    label.installEventFilter(reader)
    pressOn(label)
    assert heard == [(False, 5.0, 0)]


def test_a_tooltip_is_shown_without_a_complaint(qt, tabs):
    qt.QToolTip.showText(qt.QPoint(1, 2), "1.234", tabs)
    assert qt.QToolTip.text() == "1.234"
    qt.QToolTip.hideText()


def test_a_widget_has_an_accessible_name_and_no_identifier(qt, complaints):
    label = qt.QLabel("x")
    label.accessibleName = "Score of lesion 1"
    assert label.accessibleName == "Score of lesion 1"
    with pytest.raises(AttributeError):
        label.accessibleIdentifier = "x"


def test_the_applications_letters_are_widened_and_given_back(qt, complaints):
    from slicerbench.palettes import applicationFont

    def width():
        return qt.QFontMetrics(qt.QLabel("x").font).boundingRect("peritumoral").width()

    before = width()
    with applicationFont(9):
        plain = width()
        with applicationFont(9, stretch=120):
            assert width() >= 1.1 * plain
        with applicationFont(18):
            assert width() >= 1.8 * plain
    assert width() == before
