"""What became of the lesions: colors, answers with their sentences, plots."""

from __future__ import annotations

import pytest
import slicer
from follow_up_patients import LESION, SECOND_DAY, addSplit, rowOf, rowsOf, twoStudies
from patients import select, waitFor, waitIdle

from radioimmuno.followup.response.measured import Role
from RadioImmunoScoreLib.scene.nodes import ownedNode
from RadioImmunoScoreLib.scene.rings import RINGS
from RadioImmunoScoreLib.scene.segment_properties import irradiatedOf
from slicerbench.hands import choose, click, clickCell, reveal


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
    assert "All lesions</td><td><b>PD / iUPD</b>" in text
    for title in ("Irradiated", "Not irradiated", "Abscopal, by response"):
        assert f"{title}</td><td><b>not evaluable</b>" in text
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
    curves = {curve.name: curve.days for curve in panel.panel.session.state.followUp.curves}
    assert curves == {"metastasis": (0, 63), "lymph node": (0, 63), "new one": (63,)}


def test_the_choice_of_color_is_saved(matched, bench, tmp_path):
    panel, *_ = matched
    choose(panel.panel.ui.colorByCombo, "change of volume")
    bench.process(100)
    bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear(False)
    bench.host.loadScene(tmp_path / "scene.mrb")
    bench.process(100)
    assert panel.panel.ui.colorByCombo.currentText == "change of volume"


def scoreOf(panel, nodes, segmentID):
    """Score a study by a click; one segment's score."""
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return panel.panel.session.scoreOf(segmentID).score


def test_rings_have_the_colors_of_scores_and_no_others(matched, bench):
    panel, first, second = matched
    for nodes in (second, first):
        scoreOf(panel, nodes, "node")

    def seen():
        rings = [ownedNode(nodes[1], RINGS) for nodes in (first, second)]
        return [one.GetDisplayNode().GetVisibility() for one in rings]

    assert seen() == [1, 1]
    choose(panel.panel.ui.colorByCombo, "change of volume")
    bench.process(100)
    assert seen() == [0, 0]
    choose(panel.panel.ui.colorByCombo, "score")
    bench.process(100)
    assert seen() == [1, 1]
    # Each study's are in its own row of views, though they were made since; else those of the input are seen.
    for nodes in (first, second):
        rings, lesions = (one.GetDisplayNode() for one in (ownedNode(nodes[1], RINGS), nodes[1]))
        assert rings.GetNthViewNodeID(0) == lesions.GetNthViewNodeID(0) != ""
    click(panel.panel.ui.sideBySideCheckBox)
    assert seen() == [1, 0]
    assert ownedNode(second[1], RINGS).GetDisplayNode().GetNumberOfViewNodeIDs() == 0


def test_parts_of_a_split_lesion_have_one_score_together(layouts, panel):
    wanted = scoreOf(panel, addSplit(isOne=True), "liver_1")
    panel, first, second = twoStudies(panel, addSplit)
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    assert rowsOf(panel)["metastasis\nsplit"][1].endswith("\n-")
    for nodes in (second, first):
        alone = scoreOf(panel, nodes, "liver_1")

    def split():
        lesions = panel.panel.session.state.followUp.lesions
        return next(one.in_studies[1] for one in lesions if len(one.in_studies[1].ids) > 1)

    waitFor(lambda: split().score is not None)
    assert split().score == pytest.approx(wanted, abs=1e-12)
    assert split().score_change.absolute == pytest.approx(wanted - alone)
    assert rowsOf(panel)["metastasis\nsplit"][1].endswith(f"\n{wanted:.2f}")


def chooseRow(panel, text):
    clickCell(panel.panel.ui.courseTable, rowOf(panel, text), LESION)


def rolesOf(panel):
    """The role of each lesion of the baseline by its segment, as the table shows it."""
    table, lesions = panel.panel.ui.courseTable, panel.panel.session.state.followUp.lesions
    lines = [table.item(row, LESION).text().rsplit("\n", 1)[1] for row in range(table.rowCount)]
    return {
        one.in_studies[0].ids[0]: line for one, line in zip(lesions, lines, strict=True) if one.in_studies[0]
    }


def sumOf(panel):
    """The sum of the targets in the baseline, mm."""
    follow = panel.panel.session.state.followUp
    return sum(one.in_studies[0].longest_mm for one in follow.lesions if one.role is Role.TARGET)


def test_a_role_that_a_person_chooses_counts_in_the_sum(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    # Of one organ, which is not known, at most two are proposed.
    assert rolesOf(panel) == {"liver_1": "target", "liver_2": "non-target", "node": "target"}
    before = sumOf(panel)
    assert f"sum {before:.1f} to " in ui.responseLabel.text.lower()
    gone = next(one for one in panel.panel.session.state.followUp.lesions if one.in_studies[1].ids == ())
    chooseRow(panel, gone.name + "\ngone")
    assert ui.roleCombo.currentText == "automatic"
    choose(ui.roleCombo, "target")
    assert rolesOf(panel)["liver_2"] == "target"
    after = before + gone.in_studies[0].longest_mm
    assert f"sum {after:.1f} to " in ui.responseLabel.text.lower()
    assert ui.roleCombo.currentText == "target"
    choose(ui.roleCombo, "automatic")
    assert rolesOf(panel)["liver_2"] == "non-target"
    chooseRow(panel, "new one")
    assert (ui.roleCombo.currentText, ui.roleCombo.enabled) == ("new", False)


def test_irradiation_that_a_person_chooses_makes_the_fields(matched):
    panel, first, second = matched
    ui = panel.panel.ui
    assert ui.responseLabel.text.count("not evaluable") == 4
    chosen = {"node": "yes", "metastasis\nsame": "no", "metastasis\ngone": "no", "new one": "no"}
    for text, answer in chosen.items():
        chooseRow(panel, text)
        choose(ui.irradiatedCombo, answer)
        assert ui.irradiatedCombo.currentText == answer
    tags = [irradiatedOf(nodes[1].GetSegmentation().GetSegment("node")) for nodes in (first, second)]
    assert tags == [True, True]
    assert irradiatedOf(second[1].GetSegmentation().GetSegment("other")) is False
    # What was irradiated before baseline is no target; out of the field one is new.
    answers = {"Irradiated": "non-CR/non-PD / non-iCR/non-iUPD", "Not irradiated": "PD / iUPD"}
    # A lesion out of the field shrank from 24 to 16 mm, by a third; all of them together are progressive.
    answers |= {"Abscopal, by response": "no", "Abscopal, by lesion": "yes"}
    text = ui.responseLabel.text
    for title, answer in answers.items():
        assert f"{title}</td><td><b>{answer}</b>" in text
    assert text.index("Abscopal, by response") < text.index("Abscopal, by lesion")
    assert rolesOf(panel)["node"] == "non-target, RT"
    chooseRow(panel, "node")
    choose(ui.irradiatedCombo, f"since {SECOND_DAY}")
    tags = [irradiatedOf(nodes[1].GetSegmentation().GetSegment("node")) for nodes in (first, second)]
    assert tags == [False, True]
    assert ui.irradiatedCombo.currentText == f"since {SECOND_DAY}"


def test_of_one_that_is_irradiated_all_others_are_told(matched):
    panel, first, second = matched
    ui = panel.panel.ui
    chooseRow(panel, "new one")
    choose(ui.irradiatedCombo, "no")
    chooseRow(panel, "node")
    assert not ui.othersNotButton.isVisible()
    choose(ui.irradiatedCombo, "yes")
    click(ui.othersNotButton)
    tags = {
        (one.GetSegment(i).GetName(), irradiatedOf(one.GetSegment(i)))
        for one in (nodes[1].GetSegmentation() for nodes in (first, second))
        for i in one.GetSegmentIDs()
    }
    assert tags == {("lymph node", True), ("metastasis", False), ("new one", False)}
    assert "not evaluable" not in ui.responseLabel.text
    assert not ui.othersNotButton.isVisible()


def test_the_other_answers_are_folded_away(matched):
    panel, *_ = matched
    ui = panel.panel.ui
    reveal(ui.moreAnswersButton)
    assert ui.moreAnswersButton.collapsed
    click(ui.moreAnswersButton)
    text = ui.moreAnswersLabel.text
    for title in ("Best response, RECIST", "Dissociated, Bernard-Tessier 2020", "Hyperprogression, Matos"):
        assert title in text
    # One study before baseline, and a third study, are not there.
    assert "Pseudoprogression</td><td>Cannot be told yet: it takes a third study" in text
    assert "Hyperprogression, Champiat, Saada-Bouzid, Ferrara, Kas</td><td>Cannot be told" in text


def test_roles_and_irradiation_are_saved(matched, bench, tmp_path):
    panel, *_ = matched
    ui = panel.panel.ui
    chooseRow(panel, "node")
    choose(ui.roleCombo, "non-target")
    choose(ui.irradiatedCombo, "yes")
    roles = rolesOf(panel)
    assert roles["node"] == "non-target, RT"
    bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear(False)
    bench.host.loadScene(tmp_path / "scene.mrb")
    bench.process(100)
    assert rolesOf(panel) == roles
