"""The bench's window: panel and views, drawn and moved by the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6 import QtCore, QtGui, QtTest, QtWidgets

PANEL_PX = 450


@pytest.fixture
def window(bench):
    import slicer

    from slicerbench.demonstration import showPatient
    from slicerbench.window import BenchWindow

    window = BenchWindow(bench, (1050, 600))
    ramp = np.indices((40, 40, 40), dtype=np.float32).sum(axis=0)
    volume = slicer.util.addVolumeFromArray(ramp, nodeClassName="vtkMRMLScalarVolumeNode")
    volume.CreateDefaultDisplayNodes()
    showPatient(bench, volume)
    bench.process()
    yield window
    window.close()


def test_the_window_shows_panel_and_views(window, tmp_path):
    window.screenshot(tmp_path / "window.png")
    picture = np.asarray(Image.open(tmp_path / "window.png").convert("RGB"))
    assert picture.shape == (600, 1050, 3)
    axial = picture[20:280, PANEL_PX + 20 : PANEL_PX + 280]
    assert np.ptp(axial.astype(int)) > 60


def test_the_wheel_scrolls_a_slice_view(window, bench):
    before = bench.sliceViews["Red"].center[2]
    _turnWheel(window.views[0])
    assert abs(bench.sliceViews["Red"].center[2] - before) == pytest.approx(1.0)


def test_dragging_turns_the_3d_view(window, bench):
    before = bench.threeDView.cameraNode.GetPosition()
    view, left = window.views[1], QtCore.Qt.MouseButton.LeftButton
    QtTest.QTest.mousePress(view, left, pos=QtCore.QPoint(60, 60))
    for x in range(70, 140, 10):
        _move(view, QtCore.QPointF(x, 80))
    QtTest.QTest.mouseRelease(view, left, pos=QtCore.QPoint(130, 80))
    bench.process()
    assert bench.threeDView.cameraNode.GetPosition() != before


def test_a_change_of_the_scene_is_drawn(window, bench):
    view = window.views[0]
    before = view.grab().toImage()
    bench.sliceViews["Red"].jumpTo((0, 0, 12))
    bench.process()
    assert view.grab().toImage() != before


def test_the_last_of_many_changes_is_drawn_without_being_asked_for(window, bench, monkeypatch):
    red, drawn = bench.sliceViews["Red"], []
    render = red.render
    monkeypatch.setattr(red, "render", lambda: drawn.append(red.center[2]) or render())
    for mm in range(12):
        red.jumpTo((0, 0, mm))
        bench.process()
    bench.waitUntil(lambda: drawn and drawn[-1] == pytest.approx(11))


@pytest.mark.parametrize(("name", "isLight"), [("light", True), ("dark", False)])
def test_the_panel_takes_the_palette(window, bench, tmp_path, name, isLight):
    from slicerbench.palettes import applyPalette

    applyPalette(name)
    window.panelScreenshot(tmp_path / "panel.png")
    picture = np.asarray(Image.open(tmp_path / "panel.png").convert("L"))
    assert picture.shape[1] <= PANEL_PX
    assert (np.median(picture) > 128) == isLight
    applyPalette("light")


def _turnWheel(view):
    place = QtCore.QPointF(50, 50)
    event = QtGui.QWheelEvent(
        place,
        place,
        QtCore.QPoint(0, 0),
        QtCore.QPoint(0, 120),
        QtCore.Qt.MouseButton.NoButton,
        QtCore.Qt.KeyboardModifier.NoModifier,
        QtCore.Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QtWidgets.QApplication.sendEvent(view, event)


def _move(view, place):
    left = QtCore.Qt.MouseButton.LeftButton
    kind = QtCore.QEvent.Type.MouseMove
    event = QtGui.QMouseEvent(kind, place, place, left, left, QtCore.Qt.KeyboardModifier.NoModifier)
    QtWidgets.QApplication.sendEvent(view, event)


def test_a_line_is_placed_by_two_clicks_in_a_slice_view(window, bench):
    import slicer

    from slicerbench.hands import clickInView, moveTo

    line = bench.scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "L")
    line.CreateDefaultDisplayNodes()
    selection = bench.scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    interaction = bench.scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    selection.SetReferenceActivePlaceNodeClassName(line.GetClassName())
    selection.SetActivePlaceNodeID(line.GetID())
    interaction.SetCurrentInteractionMode(interaction.Place)
    red = window.views[0]
    ends = [QtCore.QPoint(80, 90), QtCore.QPoint(150, 120)]
    clickInView(red, ends[0])
    before = bench.sliceViews["Red"].render()
    moveTo(red, QtCore.QPoint(120, 110))
    assert (bench.sliceViews["Red"].render() != before).any()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    clickInView(red, ends[1])
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    for end, ras in zip(ends, slicer.util.arrayFromMarkupsControlPoints(line, world=True), strict=True):
        assert bench.sliceViews["Red"].pixelOf(ras) == (end.y(), end.x())


LAPTOP = (1366, 768)


@pytest.fixture
def laptop(bench):
    """The window as large as a laptop's screen."""
    from slicerbench.window import BenchWindow

    window = BenchWindow(bench, LAPTOP)
    yield window
    window.close()


def test_on_a_laptop_the_frame_leaves_the_panel_the_height_that_it_leaves_in_the_application(laptop):
    assert (laptop.width, laptop.height) == LAPTOP
    assert laptop.modulePanel.width == PANEL_PX
    # 450 px were seen in the application, with Data Probe open.
    assert 420 <= laptop.visibleArea.height() <= 480
    assert laptop.visibleArea.width() >= PANEL_PX - 16


def test_the_module_panel_is_dragged_to_a_size(laptop):
    laptop.setPanelSize(330, 560)
    assert (laptop.modulePanel.width, laptop.modulePanel.height) == (330, 560)


def test_a_panel_with_wide_contents_is_not_narrowed_or_scrolled_sideways(laptop, bench):
    import qt

    wide = qt.QLabel("wide")
    wide.setMinimumWidth(500)
    bench.panel.layout().addWidget(wide)
    laptop.setPanelSize(330)
    assert laptop.modulePanel.width >= 500
    assert not laptop.modulePanel.scrollArea.horizontalScrollBar().visible


def test_a_panel_that_was_unloaded_is_no_trouble_to_the_window(bench):
    from slicerbench.window import BenchWindow

    window = BenchWindow(bench, (900, 600))
    bench.closePanel()
    window.close()


def test_spaces_are_those_of_the_application(qt, complaints):
    widget, button = qt.QWidget(), qt.QPushButton("x")
    layout = qt.QVBoxLayout(widget)
    assert layout.spacing == 3
    assert layout.contentsMargins().left() == 6
    assert button.iconSize.width() == 24


def test_a_part_of_the_panel_is_pictured(window, bench, tmp_path):
    first, last = bench.widget.button, bench.widget.section
    window.partScreenshot(tmp_path / "part.png", first, last)
    with Image.open(tmp_path / "part.png") as picture:
        assert picture.height == last.geometry.bottom() - first.geometry.top() + 8
        assert picture.width == first.parentWidget().width


def test_a_window_shows_the_slice_views_that_are_named(bench):
    from slicerbench.window import BenchWindow

    window = BenchWindow(bench, (1050, 600), shown=("Green", "Red"))
    assert [widget._view for widget in window.views] == [bench.sliceViews[name] for name in ("Green", "Red")]
    window.close()
