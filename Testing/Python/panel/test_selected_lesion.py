"""The selected lesion in words and pictures: its score, why it is only a warning or refused, its terms."""

from __future__ import annotations

import pytest
from patients import draw, waitFor, waitIdle
from PySide6 import QtCore, QtGui, QtWidgets

from radioimmuno.signature.variables import variable_of
from RadioImmunoScoreLib.panel.widgets import drawing
from slicerbench import raw
from slicerbench.hands import click

WIDTHS = (330, 450, 700)
LAPTOP = (450, 560)


@pytest.fixture
def chosen(scored):
    """(panel, nodes) of a scored patient, its first lesion selected."""
    panel, nodes = scored
    panel.panel.selectLesion("liver_1")
    return panel, nodes


def scoreOf(panel, segmentID="liver_1"):
    return panel.panel.session.scoreOf(segmentID)


def test_without_a_selection_it_says_what_to_do(scored):
    ui = scored[0].panel.ui
    assert ui.selectedNameLabel.text.startswith("Select a lesion")
    hidden = (ui.selectedScoreLabel, ui.scalePicture, ui.reasonLabel, ui.contributionsPicture)
    assert not any(widget.visible for widget in hidden)


def test_the_score_is_read_at_a_glance_and_in_full_on_a_tooltip(chosen):
    panel, _ = chosen
    ui, score = panel.panel.ui, scoreOf(panel).score
    assert ui.selectedScoreLabel.text == f"{score:.2f}"
    assert f"{score:.6g}" in ui.selectedScoreLabel.toolTip
    assert ui.selectedScoreLabel.font.pointSizeF() > 1.5 * ui.contributionsLabel.font.pointSizeF()
    # Two lesions have this name.
    assert ui.selectedNameLabel.text.startswith("metastasis (liver_1)")


def test_a_warning_says_why_with_an_icon(chosen):
    panel, _ = chosen
    ui = panel.panel.ui
    assert scoreOf(panel).status == "warning"
    assert ui.reasonLabel.text == scoreOf(panel).reasons
    assert ui.reasonIcon.visible
    assert not ui.reasonIcon.pixmap.isNull()
    assert "warning" in ui.selectedNameLabel.text


def test_a_refused_lesion_has_its_reason_and_no_score(chosen):
    panel, nodes = chosen
    draw(nodes, "liver_1", (18, 34, 28), 0.1)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    waitFor(lambda: scoreOf(panel).status == "refused")
    ui = panel.panel.ui
    assert ui.selectedScoreLabel.text == "refused"
    assert ui.reasonLabel.text == scoreOf(panel).reasons != ""
    assert not ui.scalePicture.visible
    assert not ui.contributionsPicture.visible


def test_a_lesion_that_is_left_out_says_so(chosen):
    panel, _ = chosen
    panel.panel.session.notes.setIncluded("liver_1", False)
    assert panel.panel.ui.selectedScoreLabel.text == "left out"
    assert "not ticked" in panel.panel.ui.reasonLabel.text


def test_pictures_are_as_wide_as_the_panel(bench, chosen):
    ui, heights = chosen[0].panel.ui, []
    for width in WIDTHS:
        QtWidgets.QWidget.resize(bench.panel, width, 900)
        bench.process()
        for label in (ui.scalePicture, ui.contributionsPicture):
            assert label.pixmap.width() == raw.read(ui.selectedBox, "width")()
            assert raw.read(label, "height")() == label.pixmap.height()
        heights.append(ui.contributionsPicture.pixmap.height())
    # Names stand above the bars where the panel is narrow.
    assert heights[0] >= heights[1] > heights[2]


def test_every_term_is_named_in_full(chosen):
    panel, _ = chosen
    words = panel.panel.ui.contributionsPicture.accessibleDescription
    for part in scoreOf(panel).contributions:
        assert f"{variable_of(part.variable).title}: {part.contribution:+.3f}" in words


def test_a_name_is_broken_between_words_and_not_cut(chosen):
    metrics = QtGui.QFontMetrics(QtWidgets.QApplication.font())
    title = "lesion, zone size: small zone low gray level emphasis"
    lines = drawing.wrapped(metrics, title, 150)
    assert len(lines) > 1
    assert " ".join(lines) == title
    assert all(metrics.horizontalAdvance(line) <= 150 for line in lines)


@pytest.mark.parametrize("width", [220, 300, 700])
def test_names_of_cut_offs_do_not_overlap(chosen, width):
    section = chosen[0].panel.section("LesionsSection")
    metrics = section.pen.metrics
    boxes = [
        QtCore.QRect(left, row * metrics.height(), metrics.horizontalAdvance(text), metrics.height())
        for text, _, left, row in drawing._cutoffLabels(section.pen, metrics, width)
    ]
    assert len(boxes) == 3
    for number, box in enumerate(boxes):
        assert box.left() >= 0
        assert box.right() < width
        assert not any(box.intersects(other) for other in boxes[:number])


def test_what_is_the_same_is_not_drawn_again(chosen, monkeypatch):
    panel, _ = chosen
    drawn = []
    from RadioImmunoScoreLib.panel.sections import selected_section

    draws = selected_section.contributionBars
    monkeypatch.setattr(
        selected_section, "contributionBars", lambda *what: drawn.append(what) or draws(*what)
    )
    panel.panel.session.notes.setIrradiated("liver_2", True)
    assert not drawn
    panel.panel.selectLesion("liver_2")
    assert len(drawn) == 1


def test_on_a_laptop_the_score_of_the_selected_of_eight_lesions_is_seen_without_scrolling(bench, panel):
    ui, session = panel.panel.ui, panel.panel.session
    QtWidgets.QWidget.resize(bench.panel, *LAPTOP)
    panel.panel.loadDemonstration()
    waitFor(lambda: len(session.rows) == 8 and session.jobs.state == "idle")
    click(ui.scoreButton)
    waitIdle(panel)
    panel.panel.selectLesion(session.rows[0].id)
    bench.process()
    assert raw.read(ui.lesionTable, "rowCount")() == 8
    view = raw.read(ui.scoreTab, "viewport")()
    for widget in (ui.selectedScoreLabel, ui.scalePicture):
        bottom = raw.read(widget, "mapTo")(view, raw.read(widget, "rect")().bottomLeft()).y()
        assert raw.read(ui.scoreTab, "verticalScrollBar")().value == 0
        assert bottom < view.height
