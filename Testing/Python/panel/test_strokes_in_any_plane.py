"""Strokes, crosses, clicks and corrections drawn in coronal and sagittal slice views."""

from __future__ import annotations

import numpy as np
import pytest
from patients import waitFor, waitIdle
from stroking import TUMOR, dice, drawLine, drawn, maskOf, placeIn, segmentIDs
from synthetic import ballMask, centerRas

from slicerbench.hands import click, clickInView

# The view's number in the window, and two directions in its plane, RAS.
PLANES = {
    "Red": (0, (1, 0, 0), (0, 1, 0)),
    "Yellow": (2, (0, 1, 0), (0, 0, 1)),
    "Green": (3, (1, 0, 0), (0, 0, 1)),
}


@pytest.fixture(params=["Yellow", "Green"], ids=["sagittal", "coronal"])
def plane(request, bench, ready, window):
    """(its name, the view, two lines through the tumor's centre, RAS mm from it)."""
    name = request.param
    bench.sliceViews[name].jumpTo(centerRas(TUMOR))
    bench.process()
    number, *directions = PLANES[name]
    lines = [tuple(tuple(sign * 11 * np.array(along)) for sign in (-1, 1)) for along in directions]
    return name, window.views[number], *lines


@pytest.mark.parametrize("which", [0, 1])
def test_a_line_segments(bench, ready, plane, which):
    panel, _, nodes = ready
    name, view, *lines = plane
    click(panel.panel.ui.newButton)
    drawLine(bench, view, name, *lines[which])
    waitFor(lambda: len(segmentIDs(nodes)) == 4)
    waitIdle(panel)
    assert dice(maskOf(nodes, segmentIDs(nodes)[-1]), ballMask(TUMOR)) > 0.85


def test_a_cross_segments(bench, ready, plane):
    panel, _, nodes = ready
    name, view, one, other = plane
    click(panel.panel.ui.crossButton)
    drawLine(bench, view, name, *one)
    drawLine(bench, view, name, *other)
    waitFor(lambda: len(segmentIDs(nodes)) == 4)
    waitIdle(panel)
    assert dice(maskOf(nodes, segmentIDs(nodes)[-1]), ballMask(TUMOR)) > 0.85


def test_a_second_line_in_another_view_is_drawn_again(bench, ready, plane):
    panel, axial, nodes = ready
    name, view, one, other = plane
    click(panel.panel.ui.crossButton)
    drawLine(bench, view, name, *other)
    drawLine(bench, axial, "Red", (-8, -8, 0), (8, 8, 0))
    assert "cross the first" in panel.panel.ui.messageLabel.text
    drawLine(bench, view, name, *one)
    waitFor(lambda: len(segmentIDs(nodes)) == 4)


@pytest.mark.parametrize(("button", "what"), [("addButton", "add"), ("removeButton", "remove")])
def test_corrections_get_the_points_of_the_view(bench, ready, plane, monkeypatch, button, what):
    panel, *_ = ready
    name, view, line, _other = plane
    segmentID = drawn(bench, ready)
    asked = []
    segmenting = panel.panel.session.strokes.segmenting
    monkeypatch.setattr(segmenting, "segment", lambda *arguments: asked.append(arguments))
    click(getattr(panel.panel.ui, button))
    drawLine(bench, view, name, *line)
    ((points, *rest),) = asked
    assert rest == [what, segmentID]
    expected = [(centerRas(TUMOR) + offset) * (-1, -1, 1) for offset in line]
    # A pixel of the view is that large.
    assert np.array(points) == pytest.approx(np.array(expected), abs=1)


def test_a_click_on_the_border_gets_the_point_of_the_view(bench, ready, plane, monkeypatch):
    panel, *_ = ready
    name, view, (start, _end), _other = plane
    segmentID = drawn(bench, ready)
    asked = []
    segmenting = panel.panel.session.strokes.segmenting
    monkeypatch.setattr(segmenting, "segment", lambda *arguments: asked.append(arguments))
    click(panel.panel.ui.pullButton)
    clickInView(view, placeIn(bench, name, start))
    bench.process(20)
    (((point,), *rest),) = asked
    assert rest == ["border", segmentID]
    assert np.array(point) == pytest.approx((centerRas(TUMOR) + start) * (-1, -1, 1), abs=1)
