"""The strip of the inputs: one line, folded once complete; a single candidate is chosen by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import slicer
from patients import addPatient, draw, select, waitFor, waitIdle

from radioimmuno.acquisition import Acquisition
from radioimmuno.signature.signature import Term, default_signature, write_signature
from RadioImmunoScoreLib.services.interior_maps import MAPS
from RadioImmunoScoreLib.services.node_origin import noteAcquisition
from slicerbench.hands import choose, click

LINE_PX = 40


def chosen(panel):
    inputs = panel.panel.session.inputs
    return inputs.volumeNode, inputs.segmentationNode


def test_what_the_scene_offers_once_is_chosen_and_the_strip_folds_to_a_line(bench, panel):
    button = panel.panel.ui.inputsButton
    assert not button.collapsed
    assert panel.panel.ui.demonstrationButton.visible
    nodes = addPatient()
    bench.process(50)
    assert chosen(panel) == nodes
    assert button.collapsed
    assert button.height <= LINE_PX
    # There is room for both names.
    assert nodes[0].GetName() in button.text
    assert nodes[1].GetName() in button.text
    assert nodes[1].GetName() in button.toolTip


def test_what_is_there_before_the_module_is_opened_is_chosen(bench):
    nodes = addPatient()
    panel = bench.open()
    assert chosen(panel) == nodes


def test_of_several_none_is_chosen(bench, panel):
    addPatient()
    addPatient()
    panel.panel.session.setInputs(None, None)
    bench.process(50)
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    bench.process(50)
    assert chosen(panel) == (None, None)
    assert not panel.panel.ui.inputsButton.collapsed


def test_a_label_map_and_what_scoring_makes_are_no_candidates(bench, panel):
    nodes = addPatient()
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    panel.panel.selectLesion("liver_2")
    panel.panel.session.display.choose("interiorMap", MAPS[0])
    waitIdle(panel)
    assert panel.panel.session.state.display.map is not None
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    assert panel.panel.session.inputs.candidates == nodes


def test_a_ct_that_is_chosen_is_shown_in_the_views(bench, panel):
    addPatient()
    second = addPatient()
    second[0].SetName("second CT")
    bench.process(50)
    choose(panel.panel.ui.ctSelector, "second CT")
    assert slicer.app.applicationLogic().GetSelectionNode().GetActiveVolumeID() == second[0].GetID()


def test_the_strip_stays_open_when_the_user_opens_it(bench, panel):
    nodes = addPatient()
    bench.process(50)
    click(panel.panel.ui.inputsButton)
    assert not panel.panel.ui.inputsButton.collapsed
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    bench.process(300)
    assert not panel.panel.ui.inputsButton.collapsed


def test_what_scoring_made_is_no_candidate_either_once_its_segmentation_is_gone(bench, panel):
    nodes = addPatient()
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    slicer.mrmlScene.RemoveNode(nodes[1])
    bench.process(100)
    assert chosen(panel) == (nodes[0], None)


def test_a_map_that_cannot_be_made_is_tried_once(bench, panel):
    tried = []

    def failing(*_):
        tried.append(1)
        raise KeyError("no such map")

    panel.panel.session.display.interior.mapper = failing
    select(panel, addPatient())
    panel.panel.selectLesion("liver_2")
    panel.panel.session.display.choose("interiorMap", MAPS[0])
    waitIdle(panel)
    bench.process(300)
    assert tried == [1]
    assert "failed unexpectedly" in panel.panel.ui.messageLabel.text


@pytest.fixture
def needingKvp(panel, tmp_path):
    """The panel and its CT, with a signature that needs the tube voltage."""
    signature = default_signature()
    term = Term("acquisition.kvp", 0.1, 120.0, 20.0, (80, 140))
    file = tmp_path / "signature.json"
    write_signature(replace(signature, terms=(*signature.terms, term)), file)
    nodes = addPatient()
    select(panel, nodes)
    panel.panel.session.setSignature(str(file))
    return panel, nodes[0]


def test_the_tube_voltage_is_asked_for_where_it_is_needed_and_not_known(needingKvp):
    panel, volumeNode = needingKvp
    ui = panel.panel.ui
    assert not ui.kvpSpinBox.visible
    noteAcquisition(volumeNode, Acquisition())
    panel.panel.session.refresh()
    assert ui.kvpSpinBox.visible
    noteAcquisition(volumeNode, Acquisition(kvp=100.0))
    panel.panel.session.refresh()
    assert not ui.kvpSpinBox.visible
    click(ui.kvpButton)
    waitFor(lambda: ui.kvpSpinBox.visible)


def test_it_is_not_asked_for_where_the_signature_does_not_need_it(panel):
    nodes = addPatient()
    noteAcquisition(nodes[0], Acquisition())
    select(panel, nodes)
    assert not panel.panel.ui.kvpSpinBox.visible


def test_help_opens_the_tutorial(panel, monkeypatch):
    import qt

    opened = []
    monkeypatch.setattr(
        qt, "QDesktopServices", type("Services", (), {"openUrl": staticmethod(lambda u: opened.append(u))})
    )
    click(panel.panel.ui.helpButton)
    assert [url.toString() for url in opened] == [
        "https://github.com/RadioImmunoScore/RadioImmunoScore/blob/main/Resources/Docs/Tutorial.md"
    ]
