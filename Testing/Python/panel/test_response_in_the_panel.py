"""What became of the lesions: colors, answers with their sentences, plots."""

from __future__ import annotations

import pytest
import slicer

from slicerbench.hands import choose, reveal


def colorsOf(node):
    segmentation = node.GetSegmentation()
    return {i: segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()}


def bluer(color, other):
    return color[2] - color[0] > other[2] - other[0]


def test_lesions_are_colored_by_their_change_of_volume(matched, bench):
    panel, first, second = matched
    before = [colorsOf(nodes[1]) for nodes in (first, second)]
    choose(panel.panel.ui.colorByCombo, "change of volume")
    bench.process(100)
    now, then = (colorsOf(nodes[1]) for nodes in (first, second))
    # Gone is bluer than what shrank, that bluer than what stayed; a lesion has one color in both studies.
    assert bluer(now["liver_2"], now["liver_1"])
    assert bluer(now["liver_1"], now["node"])
    assert {i: then[i] for i in ("liver_1", "node")} == {i: now[i] for i in ("liver_1", "node")}
    assert "+100 %" in panel.panel.ui.colorKeyLabel.text
    choose(panel.panel.ui.colorByCombo, "score")
    bench.process(100)
    assert [colorsOf(nodes[1]) for nodes in (first, second)] == before


def test_lesions_are_colored_by_what_became_of_each(matched, bench):
    from RadioImmunoScoreLib.services.course_display import RESPONSE_COLORS

    panel, first, second = matched
    choose(panel.panel.ui.colorByCombo, "response")
    bench.process(100)
    wanted = {"liver_1": "shrank", "liver_2": "gone", "node": "stable"}
    now = colorsOf(first[1])
    assert {i: now[i] for i in wanted} == {i: pytest.approx(RESPONSE_COLORS[w]) for i, w in wanted.items()}
    assert colorsOf(second[1])["other"] == pytest.approx(RESPONSE_COLORS["new"])


def test_the_response_is_told_with_its_sentences(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    reveal(ui.responseLabel)
    text = ui.responseLabel.text
    for title in ("All lesions: PD", "Irradiated: ", "Not irradiated: ", "Abscopal, by response: "):
        assert title in text
    # The new lesion of 14 mm.
    assert "new: " in text
    assert "Research use only" in text


def test_the_plots_show_each_lesion_that_was_measured_twice(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    for label in (ui.spiderLabel, ui.waterfallLabel):
        reveal(label)
        assert label.visible
        assert not label.pixmap.isNull()
    curves = {curve.name: curve for curve in panel.panel.session.state.followUp.curves if not curve.isNew}
    days = (63, 63)
    assert {name: curve.days for name, curve in curves.items()} == {
        "metastasis": (0, days[0]),
        "lymph node": (0, days[1]),
    }


def test_the_choice_of_color_is_saved(matched, bench, tmp_path):
    panel, *_ = matched
    choose(panel.panel.ui.colorByCombo, "change of volume")
    bench.process(100)
    bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear(False)
    bench.host.loadScene(tmp_path / "scene.mrb")
    bench.process(100)
    assert panel.panel.ui.colorByCombo.currentText == "change of volume"
