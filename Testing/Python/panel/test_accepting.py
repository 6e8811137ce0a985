"""What refuses all lesions stands above the table; a person may take it on, and every score then says so."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from dicom_patient import addDicomPatient
from patients import addPatient, select, waitIdle
from synthetic import ctValues

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Severity
from radioimmuno.signature.color_scale import UNSCORED
from RadioImmunoScoreLib.services.node_origin import noteAcquisition
from slicerbench.dicomhierarchy import fileAsDicom
from slicerbench.hands import click


def magneticResonance(nodes):
    noteAcquisition(nodes[0], Acquisition(kvp=120.0, source="test", modality="MR"))


def magneticResonanceOfTheHierarchy(nodes):
    nodes[0].RemoveAttribute("RadioImmunoScore.Acquisition")
    fileAsDicom(nodes[0], "4711", modality="MR")


def otherValues(nodes):
    """A normalized CT: 0 to 1."""
    values = ctValues().astype(np.float32)
    slicer.util.updateVolumeFromArray(nodes[0], (values - values.min()) / np.ptp(values))


def anotherPatient(nodes):
    fileAsDicom(nodes[0], "4711 Adam", study="1.2.3")
    fileAsDicom(nodes[1], "4712 Eve", study="1.2.4", modality="RTSTRUCT")


SPOILT = {
    "ct.hu_implausible": otherValues,
    "patient.mismatch": anotherPatient,
}


@pytest.fixture(params=SPOILT)
def spoilt(request, panel):
    """(panel, nodes, code) of a patient whose lesions are refused altogether."""
    nodes = addPatient()
    SPOILT[request.param](nodes)
    select(panel, nodes)
    return panel, nodes, request.param


def score(panel):
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)


def findingsOf(panel, code):
    rows = [panel.panel.session.scoreOf(row.id) for row in panel.panel.session.rows]
    return [finding for row in rows for finding in row.findings if finding.code == code]


def test_nothing_is_scored_and_a_line_says_why(spoilt):
    panel, nodes, code = spoilt
    ui = panel.panel.ui
    score(panel)
    assert [row.status for row in panel.panel.session.rows] == ["refused"] * 3
    assert {finding.severity for finding in findingsOf(panel, code)} == {Severity.REFUSE}
    assert ui.acceptBox.visible
    assert ui.acceptLabel.visible
    assert ui.acceptLabel.text.strip()
    assert "--" not in ui.acceptLabel.text, "no option of the shell"
    assert ui.acceptButton.text == "Score all the same"
    segmentation = nodes[1].GetSegmentation()
    for segmentID in segmentation.GetSegmentIDs():
        assert segmentation.GetSegment(segmentID).GetColor() == pytest.approx(UNSCORED)


@pytest.mark.parametrize("spoil", [magneticResonance, magneticResonanceOfTheHierarchy, anotherPatient])
def test_what_headers_say_is_shown_before_anything_is_scored(panel, spoil):
    nodes = addPatient()
    spoil(nodes)
    select(panel, nodes)
    assert panel.panel.ui.acceptBox.visible


def test_what_was_accepted_is_scored_and_recorded_until_it_is_withdrawn(spoilt):
    panel, _, code = spoilt
    ui = panel.panel.ui
    score(panel)
    click(ui.acceptButton)
    waitIdle(panel)
    assert {finding.severity for finding in findingsOf(panel, code)} == {Severity.WARN}
    assert "Accepted by hand" in findingsOf(panel, code)[0].text
    assert ui.acceptBox.visible
    assert "Accepted by hand" in ui.acceptLabel.text
    click(ui.acceptButton)
    score(panel)
    assert {finding.severity for finding in findingsOf(panel, code)} == {Severity.REFUSE}


def test_the_console_refuses_and_accepts_as_the_panel_does(spoilt):
    panel, nodes, code = spoilt
    refused = panel.logic.score(*nodes)
    assert all(code in [finding.code for finding in row.findings] for row in refused.lesions)
    assert [row.status for row in refused.lesions] == ["refused"] * 3
    panel.panel.session.setAccepted({code})
    accepted = panel.logic.score(*nodes)
    assert {f.severity for row in accepted.lesions for f in row.findings if f.code == code} == {Severity.WARN}


def test_what_was_accepted_is_kept_in_a_saved_scene(bench, spoilt, tmp_path):
    panel, _, code = spoilt
    score(panel)
    click(panel.panel.ui.acceptButton)
    waitIdle(panel)
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    assert not panel.panel.ui.acceptBox.visible
    bench.host.loadScene(file)
    bench.process(100)
    assert panel.panel.session.inputs.accepted == {code}


def test_a_mismatch_accepted_for_one_ct_is_not_accepted_for_another(panel):
    nodes = addPatient()
    anotherPatient(nodes)
    select(panel, nodes)
    panel.panel.session.setAccepted({"patient.mismatch"})
    third = slicer.modules.volumes.logic().CloneVolume(nodes[0], "third")
    fileAsDicom(third, "4713 Seth", study="1.2.5")
    select(panel, (third, nodes[1]))
    assert panel.panel.session.inputs.accepted == frozenset()
    assert panel.panel.ui.acceptButton.text == "Score all the same"


def test_both_patients_are_shown_in_part_only(panel):
    nodes = addPatient()
    anotherPatient(nodes)
    select(panel, nodes)
    text = panel.panel.ui.acceptLabel.text
    assert "4711 Adam" not in text
    assert "4712 Eve" not in text


@pytest.mark.parametrize("ids", [("4711", "4711 "), ("4711", ""), ("", "4711"), ("", "")])
def test_the_same_patient_and_one_that_is_not_named_are_no_mismatch(panel, ids):
    nodes = addPatient()
    fileAsDicom(nodes[0], ids[0], study="1.2.3")
    fileAsDicom(nodes[1], ids[1], study="1.2.4")
    select(panel, nodes)
    assert not panel.panel.ui.acceptBox.visible


def test_a_sound_ct_has_no_such_line(panel):
    select(panel, addPatient())
    score(panel)
    assert not panel.panel.ui.acceptBox.visible


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"ImageType": ["DERIVED", "SECONDARY", "MIP"]}, "projection"),
        ({"RescaleType": "MGML"}, "MGML"),
    ],
)
def test_a_derived_series_and_another_unit_are_refused_as_in_the_shell(panel, tmp_path, tags, words):
    nodes = addDicomPatient(tmp_path / "ct", **tags)
    select(panel, nodes)
    assert panel.panel.ui.acceptBox.visible
    assert words in panel.panel.ui.acceptLabel.text
    assert {f.code for f in panel.panel.session.inputs.findings} == {"ct.not_original"}
    click(panel.panel.ui.acceptButton)
    waitIdle(panel)
    assert "refused" not in [row.status for row in panel.panel.session.rows]


def test_the_patient_is_shown_by_a_pseudonym(panel, tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOIMMUNO_SALT", "a secret")
    nodes = addDicomPatient(tmp_path / "ct", PatientID="4711", StudyDate="20200102")
    select(panel, nodes)
    text = panel.panel.ui.identityLabel.text
    assert "4711" not in text
    assert "P-" in text
    assert "2020-01-02" in text
    score(panel)
    identity = panel.panel.session.patient.identity
    assert identity.patient in text
    assert panel.logic.score(*nodes).identity == identity
