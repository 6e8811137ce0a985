"""While a stroke is drawn what it would become is shown, coarsely; nothing of it stays."""

from __future__ import annotations

from time import sleep

import numpy as np
import pytest
import slicer
from patients import waitFor, waitIdle
from PySide6 import QtCore, QtTest
from stroking import TUMOR, drawLine, placeIn, segmentIDs
from synthetic import centerRas

from radioimmuno.findings import InputError
from radioimmuno.segmentation.preview import SurfaceMesh
from RadioImmunoScoreLib.scene.preview_surface import PREVIEW
from slicerbench.hands import click, clickInView, moveTo, press

# A tetrahedron, LPS mm.
POINTS = np.array([[0, 0, 0], [10, 0, 0], [0, 20, 0], [0, 0, 30]], float)
TRIANGLES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])

START, END = (-11, 0, 0), (11, 0, 0)


def previews():
    models = slicer.util.getNodesByClass("vtkMRMLModelNode")
    return [model for model in models if model.GetAttribute(PREVIEW)]


@pytest.fixture(autouse=True)
def unhurried(ready):
    """Where many tests run at once a preview may take its time."""
    ready[0].panel.session.strokes.preview.budgetS = 60


def begin(bench, ready, button="newButton"):
    """The stroke's first end is placed, and the mouse moved to where the second will be."""
    panel, view, _ = ready
    click(getattr(panel.panel.ui, button))
    moveTo(view, placeIn(bench, "Red", START))
    QtTest.QTest.qWait(60)
    assert previews() == [], "there is no stroke yet"
    clickInView(view, placeIn(bench, "Red", START))
    moveTo(view, placeIn(bench, "Red", END))


@pytest.fixture
def previewed(bench, ready):
    """The panel, axial view and nodes while a preview is shown."""
    begin(bench, ready)
    waitFor(previews)
    return ready


@pytest.mark.parametrize("button", ["newButton", "crossButton"])
def test_the_surface_follows_the_mouse(bench, ready, button):
    _panel, view, nodes = ready
    begin(bench, ready, button)
    waitFor(previews)
    (model,) = previews()
    points = slicer.util.arrayFromModelPoints(model)
    # Of a bright ball that the stroke crosses: its centre and radius.
    assert points.mean(axis=0) == pytest.approx(centerRas(TUMOR), abs=2)
    assert np.linalg.norm(points - centerRas(TUMOR), axis=1).mean() == pytest.approx(11, abs=2)
    stamp = model.GetPolyData().GetMTime()
    moveTo(view, placeIn(bench, "Red", (6, 0, 0)))
    waitFor(lambda: model.GetPolyData().GetMTime() > stamp)
    assert previews() == [model]
    assert len(segmentIDs(nodes)) == 3


def test_it_is_seen_in_the_slice_view(bench, previewed):
    slice_ = bench.sliceViews["Red"]
    with_ = slice_.render().astype(int)
    previews()[0].GetDisplayNode().SetVisibility(False)
    without = slice_.render().astype(int)
    changed = np.argwhere((with_ != without).any(axis=-1))
    yellow = with_[tuple(changed.T)]
    assert len(changed) > 20
    assert (yellow[:, 0] > yellow[:, 2]).mean() > 0.9
    row, column = slice_.pixelOf(centerRas(TUMOR))
    # A ring around the centre, not a filled disk.
    assert np.linalg.norm(changed - (row, column), axis=1).min() > 3


def finish(bench, panel, view):
    clickInView(view, placeIn(bench, "Red", END))
    waitIdle(panel)


def escape(bench, panel, view):
    press(view, QtCore.Qt.Key.Key_Escape)


def again(bench, panel, view):
    click(panel.panel.ui.newButton)


def leave(bench, panel, view):
    panel.exit()


def close(bench, panel, view):
    slicer.mrmlScene.Clear()


@pytest.mark.parametrize("end", [finish, escape, again, leave, close], ids=lambda end: end.__name__)
def test_it_goes_with_the_stroke(bench, previewed, end):
    panel, view, _ = previewed
    end(bench, panel, view)
    bench.process(60)
    assert previews() == []
    moveTo(view, placeIn(bench, "Red", (6, 0, 0))) if end is not close else None
    QtTest.QTest.qWait(60)
    assert previews() == []


def test_a_scene_that_is_saved_meanwhile_has_nothing_of_it(bench, previewed, tmp_path):
    panel, _view, _ = previewed
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    bench.process(50)
    bench.host.loadScene(file)
    bench.process(300)
    assert previews() == []
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not panel.panel.ui.newButton.checked


def test_the_second_line_of_a_cross_and_corrections_have_none(bench, ready):
    panel, view, _ = ready
    click(panel.panel.ui.crossButton)
    drawLine(bench, view, "Red", START, END)
    clickInView(view, placeIn(bench, "Red", (0, -11, 0)))
    stamps = [model.GetPolyData().GetMTime() for model in previews()]
    moveTo(view, placeIn(bench, "Red", (0, 11, 0)))
    QtTest.QTest.qWait(60)
    assert [model.GetPolyData().GetMTime() for model in previews()] == stamps


@pytest.fixture
def paced(ready, monkeypatch):
    """(calls, delays): previews take as many seconds as the first of the delays says, at once without any."""
    preview = ready[0].panel.session.strokes.preview
    calls, delays = [], []
    preview.budgetS = 0.5

    def surfaceOf(*arguments):
        calls.append(arguments)
        if delays:
            sleep(delays.pop(0))
        return SurfaceMesh(POINTS, TRIANGLES)

    monkeypatch.setattr(preview, "surfaceOf", surfaceOf)
    return calls, delays


def moveOn(bench, view, calls):
    """Move the mouse until there is another preview."""
    count = len(calls)
    moveTo(view, placeIn(bench, "Red", (3 + count, 0, 0)))
    waitFor(lambda: len(calls) > count)


def test_one_that_is_slow_twice_in_a_row_is_off_for_this_stroke_and_on_for_the_next(bench, ready, paced):
    view, (calls, delays) = ready[1], paced
    delays += [0.6, 0.6]
    begin(bench, ready)
    waitFor(lambda: len(calls) == 1)
    assert len(previews()) == 1
    moveOn(bench, view, calls)
    assert previews() == []
    moveTo(view, placeIn(bench, "Red", (7, 0, 0)))
    QtTest.QTest.qWait(60)
    assert len(calls) == 2
    press(view, QtCore.Qt.Key.Key_Escape)
    begin(bench, ready)
    waitFor(lambda: len(calls) == 3)
    assert len(previews()) == 1


def test_one_that_is_slow_now_and_then_stays_on(bench, ready, paced):
    view, (calls, delays) = ready[1], paced
    delays += [0.6, 0.0, 0.6]
    begin(bench, ready)
    waitFor(lambda: len(calls) == 1)
    for _ in range(2):
        moveOn(bench, view, calls)
        assert len(previews()) == 1


def test_what_is_wrong_with_it_says_the_stroke_itself(bench, ready, monkeypatch):
    panel, view, nodes = ready
    calls = []

    def nothing(*arguments):
        calls.append(arguments)
        raise InputError("stroke.too_short", "Longer, please.")

    monkeypatch.setattr(panel.panel.session.strokes.preview, "surfaceOf", nothing)
    begin(bench, ready)
    waitFor(lambda: calls)
    assert previews() == []
    assert panel.panel.ui.messageLabel.text == ""
    clickInView(view, placeIn(bench, "Red", END))
    waitFor(lambda: len(segmentIDs(nodes)) == 4)


def test_many_movements_of_the_mouse_are_one_preview(bench, ready, monkeypatch):
    panel, view, _ = ready
    preview = panel.panel.session.strokes.preview
    real, calls = preview.surfaceOf, []
    monkeypatch.setattr(preview, "surfaceOf", lambda *each: (calls.append(each), real(*each))[1])
    begin(bench, ready)
    waitFor(lambda: calls)
    calls.clear()
    ends = [(x, 0, 0) for x in (2, 4, 6, 8, 10)]
    preview._draw.setInterval(3000)
    for end in ends:
        moveTo(view, placeIn(bench, "Red", end))
    waitFor(lambda: calls)
    assert len(calls) == 1
    _image, _start, end = calls[0]
    assert end[0] == pytest.approx(-(centerRas(TUMOR)[0] + 10), abs=1)
