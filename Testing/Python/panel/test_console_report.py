"""A report from the console says what the scores were made with."""

from __future__ import annotations

import json

import slicer
from patients import addPatient

from radioimmuno.acquisition import Acquisition


def test_a_report_keeps_the_tube_voltage_that_was_given_by_hand(bench, tmp_path):
    from RadioImmunoScoreLib.acquisition import noteAcquisition

    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    noteAcquisition(nodes[0], Acquisition(source="test"))
    patient = logic.score(*nodes, kvp=80)
    file = logic.exportReport(*nodes, patient, tmp_path / "scores.json")
    acquisition = json.loads(file.read_text(encoding="utf-8"))["provenance"]["acquisition"]
    assert acquisition["kvp"] == 80
    assert "by hand" in acquisition["source"]
