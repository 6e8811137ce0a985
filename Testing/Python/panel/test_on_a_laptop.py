"""On the screen of a laptop: what must always be seen is seen."""

from __future__ import annotations

import pytest
from PySide6 import QtCore

from slicerbench import raw
from slicerbench.palettes import applicationFont
from slicerbench.window import BenchWindow

LAPTOP = (1366, 768)


@pytest.fixture(params=[9, 14])
def laptop(request, bench):
    """The application's window on a laptop, in a font of so many points, the panel just opened."""
    with applicationFont(request.param):
        window = BenchWindow(bench, LAPTOP)
        yield window
        window.close()


def test_tabs_are_scrolled_and_the_panel_around_them_is_not(laptop, bench):
    bench.widget.panel.session.say("something that happened")
    bench.process()
    ui, area = bench.widget.panel.ui, laptop.modulePanel.scrollArea
    assert area.verticalScrollBar().maximum == 0
    shown = raw.read(raw.read(area, "viewport")(), "rect")()
    for widget in (ui.inputsPlace, ui.tabs, ui.statusStrip):
        corner = raw.read(widget, "mapTo")(raw.read(area, "viewport")(), QtCore.QPoint(0, 0))
        assert widget.height > 0
        assert shown.contains(QtCore.QRect(corner, raw.read(widget, "size")())), widget.objectName
