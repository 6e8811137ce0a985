"""The toolbar under the table: what it shows is in the scene, and the scene's own colors come back."""

from __future__ import annotations

import slicer
from patients import addPatient, draw, select, waitFor, waitIdle

from RadioImmunoScoreLib.scene.lesion_labels import LABELS_OF
from RadioImmunoScoreLib.scene.surfaces import STALE_OPACITY, SURFACE_OF, surfacesOf
from slicerbench.hands import click


def labelMarkups():
    markups = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
    return [markup for markup in markups if markup.GetAttribute(LABELS_OF)]


def surfaces(nodes):
    return surfacesOf(nodes[1])


def test_surfaces_come_with_the_first_score_and_not_before(bench, panel):
    nodes = addPatient()
    select(panel, nodes)
    bench.process(300)
    assert surfaces(nodes) == {}
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    waitFor(lambda: len(surfaces(nodes)) == 3)
    scoreColors = {i: nodes[1].GetSegmentation().GetSegment(i).GetColor() for i in surfaces(nodes)}
    assert {i: model.GetDisplayNode().GetColor() for i, model in surfaces(nodes).items()} == scoreColors
    click(panel.panel.ui.surfacesCheckBox)
    assert surfaces(nodes) == {}
    click(panel.panel.ui.surfacesCheckBox)
    waitFor(lambda: len(surfaces(nodes)) == 3)


def test_an_edit_leaves_the_last_surface_fainter_until_there_is_another(scored, bench):
    panel, nodes = scored
    waitFor(lambda: len(surfaces(nodes)) == 3)
    click(panel.panel.ui.updateCheckBox)
    bench.process(400)
    waitIdle(panel)
    whole = surfaces(nodes)["liver_2"].GetDisplayNode().GetOpacity()
    before = surfaces(nodes)["liver_2"].GetPolyData()
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    waitFor(lambda: surfaces(nodes)["liver_2"].GetDisplayNode().GetOpacity() < whole)
    assert surfaces(nodes)["liver_2"].GetDisplayNode().GetOpacity() == whole * STALE_OPACITY
    assert surfaces(nodes)["liver_2"].GetPolyData() is before
    waitFor(lambda: surfaces(nodes)["liver_2"].GetPolyData() is not before)
    waitFor(lambda: surfaces(nodes)["liver_2"].GetDisplayNode().GetOpacity() == whole)


def test_the_demonstration_patient_is_seen_in_3d_before_it_is_scored(bench, panel):
    click(panel.panel.ui.demonstrationButton)
    waitFor(lambda: panel.panel.session.inputs.segmentationNode is not None)
    nodes = panel.panel.session.inputs.volumeNode, panel.panel.session.inputs.segmentationNode
    waitFor(lambda: len(surfaces(nodes)) == len(panel.panel.session.rows) > 0)


def test_names_stand_beside_the_lesions_while_they_are_switched_on(scored):
    panel, _ = scored
    assert labelMarkups() == []
    click(panel.panel.ui.labelsCheckBox)
    panel.panel.selectLesion("liver_1")
    texts = [
        m.GetNthControlPointLabel(n) for m in labelMarkups() for n in range(m.GetNumberOfControlPoints())
    ]
    score = f"{panel.panel.session.scoreOf('liver_1').score:.2f}"
    assert any(score in text for text in texts), texts
    click(panel.panel.ui.labelsCheckBox)
    assert labelMarkups() == []


def test_original_colors_are_the_tick_turned_off(panel):
    nodes = addPatient()
    own = {i: nodes[1].GetSegmentation().GetSegment(i).GetColor() for i in ("liver_1", "liver_2", "node")}
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert {i: nodes[1].GetSegmentation().GetSegment(i).GetColor() for i in own} != own
    click(panel.panel.ui.colorCheckBox)
    assert {i: nodes[1].GetSegmentation().GetSegment(i).GetColor() for i in own} == own


def test_the_opacity_has_its_number(scored):
    panel, nodes = scored
    panel.panel.ui.opacitySlider.setValue(70)
    assert panel.panel.ui.opacityNumberLabel.text == "70 %"
    assert round(nodes[1].GetDisplayNode().GetOpacity2DFill(), 2) == 0.7


def test_a_closed_scene_leaves_no_surface_and_no_label(scored, bench):
    panel, nodes = scored
    click(panel.panel.ui.labelsCheckBox)
    waitFor(lambda: len(surfaces(nodes)) == 3)
    slicer.mrmlScene.Clear()
    bench.process(200)
    models = slicer.util.getNodesByClass("vtkMRMLModelNode")
    assert [model for model in models if model.GetAttribute(SURFACE_OF)] == []
    assert labelMarkups() == []
