"""A report from the console says what the scores were made with."""

from __future__ import annotations

import json

import pytest
import slicer
from patients import addPatient

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import InputError, Severity


def test_the_tube_voltage_by_hand_counts_in_console_and_panel_and_the_contradiction_is_shown(bench):
    from RadioImmunoScoreLib.panel.state.inputs import Inputs
    from RadioImmunoScoreLib.scene.parameters import Parameters
    from RadioImmunoScoreLib.services.node_origin import noteAcquisition

    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    noteAcquisition(nodes[0], Acquisition(kvp=100.0, source="DICOM header"))
    patient = logic.score(*nodes, kvp=80)
    assert patient.provenance["acquisition"]["kvp"] == 80
    assert all("ct.kvp_differs" in [f.code for f in row.findings] for row in patient.lesions)

    parameters = Parameters(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))
    parameters.volumeNode, parameters.segmentationNode = nodes
    parameters.kvp = 80
    inputs = Inputs(parameters)
    study = inputs.study()
    assert study.acquisition == inputs.acquisition
    assert study.acquisition.kvp == 80
    assert [finding.code for finding in study.findings_of_all] == ["ct.kvp_differs"]
    parameters.kvp = 9999
    assert inputs.acquisition.kvp == 100
    with pytest.raises(InputError, match="9999 kV"):
        inputs.study()
    with pytest.raises(InputError, match="9999 kV"):
        logic.score(*nodes, kvp=9999)


def test_a_report_keeps_the_tube_voltage_that_was_given_by_hand(bench, tmp_path):
    from RadioImmunoScoreLib.services.node_origin import noteAcquisition

    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    noteAcquisition(nodes[0], Acquisition(source="test"))
    patient = logic.score(*nodes, kvp=80)
    file = logic.exportReport(*nodes, patient, tmp_path / "scores.json")
    acquisition = json.loads(file.read_text(encoding="utf-8"))["provenance"]["acquisition"]
    assert acquisition["kvp"] == 80
    assert "by hand" in acquisition["source"]


def test_values_that_are_no_hounsfield_units_are_refused_until_they_are_accepted(bench):
    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    values = slicer.util.arrayFromVolume(nodes[0])
    slicer.util.updateVolumeFromArray(nodes[0], (values + 1100).astype("uint16"))
    severities = {
        finding.severity
        for row in logic.score(*nodes).lesions
        for finding in row.findings
        if finding.code == "ct.hu_implausible"
    }
    assert severities == {Severity.REFUSE}
    logic.accept(nodes[0], "ct.hu_implausible")
    for row in logic.score(*nodes).lesions:
        assert Severity.WARN in [f.severity for f in row.findings if f.code == "ct.hu_implausible"]
    with pytest.raises(ValueError, match="cannot be accepted"):
        logic.accept(nodes[0], ["lesion.air"])
