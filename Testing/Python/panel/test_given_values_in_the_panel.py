"""A signature that was trained: values of the patient, the batch, and the patient's value by its rule."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest
import slicer
from patients import BALLS, addPatient, select, waitIdle
from PySide6 import QtCore, QtTest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from radioimmuno.findings import InputError
from radioimmuno.report.patient_json import write_patient_json
from radioimmuno.settings import Settings
from radioimmuno.signature.patient_rules import makes_one_row
from radioimmuno.signature.signature import write_signature
from radioimmuno.tables.cohort_table import CohortTable
from radioimmuno.tables.outcomes import CONTINUOUS, Outcome
from radioimmuno.training.aggregation import row_a_patient
from radioimmuno.training.penalties import PenaltyGrid
from radioimmuno.training.trained_signature import Description, signature_of
from radioimmuno.training.trainer import Specification, fit
from radioimmuno.validation.scored_cohort import scored_cohort
from slicerbench.hands import choose, click, press, typeText

FEATURES = (
    "lesion.statistics.mean",
    "ring.statistics.mean",
    "lesion.morphology.volume",
    "ring.statistics.variance",
)
IDS = [ball.segmentID for ball in BALLS]


@pytest.fixture
def nodes(panel):
    nodes = addPatient()
    select(panel, nodes)
    return nodes


def measured(nodes):
    """The lesions' values as the console measures them, ndarray of float64, shape (lesions, features)."""
    rows = slicer.util.getModuleLogic("RadioImmunoScore").features(*nodes)
    return np.array([[row.values[name] for name in FEATURES] for row in rows])


def tableOf(values, patients, age=None, scanner=None, truth=None):
    n = len(values)
    return CohortTable(
        patients=np.array(patients),
        lesions=np.array([str(k) for k in range(n)]),
        variables=(*FEATURES, "clinical.age") if age is not None else FEATURES,
        values=np.column_stack([values, age]) if age is not None else values,
        outcome=None if truth is None else Outcome("cd8", CONTINUOUS, truth),
        batch=None if scanner is None else np.array(scanner),
        covariates=() if age is None else ("clinical.age",),
    )


def trained(nodes, rule, combat=True):
    """A signature trained on simulated patients whose lesions vary around those of the scene."""
    rng = np.random.default_rng(5)
    own = measured(nodes)
    patients = np.repeat(np.arange(60), 2)
    values = own[np.arange(120) % len(own)] * rng.uniform(0.5, 1.6, (120, len(FEATURES)))
    age = rng.uniform(30, 90, 60)[patients]
    truth = values[:, 0] / own[:, 0].mean() + age / 60 + rng.normal(0, 0.1, 120)
    truth = np.array([truth[patients == one].mean() for one in patients])
    scanner = np.where(patients % 2, "GE", "Siemens")
    values[:, :2] += np.where(patients % 2, 0.0, 30.0)[:, None]
    table = tableOf(values, [f"p{n:02d}" for n in patients], age, scanner, truth)
    grid = PenaltyGrid(l1_ratios=(0.5,), folds=3)
    fitted = fit(table, Specification(rule=rule, grid=grid, combat=combat, redundancy=None))
    about = Description("Trained here", "1", "research", "CD8", "a higher score means more")
    return replace(signature_of(fitted, table, Settings(), about), extrapolation_limit=None)


def use(panel, tmp_path, signature):
    write_signature(signature, tmp_path / "trained.json")
    panel.panel.session.setSignature(str(tmp_path / "trained.json"))
    return panel.panel.ui


def score(panel):
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return panel.panel.session.patient


def lineOf(panel, name):
    """The line that a value is typed into."""
    return panel.panel.section("ClinicalSection")._lines[name][1]


def enter(panel, name, text):
    line = lineOf(panel, name)
    line.selectAll()
    press(line, QtCore.Qt.Key.Key_Delete)
    if text:
        typeText(line, text)
    press(line, QtCore.Qt.Key.Key_Return)


@pytest.mark.parametrize("rule", ["scores_min", "features_volume_weighted", "mil_soft_min", "mil_attention"])
def test_a_signature_trained_here_gives_the_scores_of_its_validation(panel, nodes, tmp_path, rule):
    signature = trained(nodes, rule)
    assert "clinical.age" in signature.variables
    assert signature.harmonization.variables
    use(panel, tmp_path, signature)
    enter(panel, "age", "71.5")
    panel.panel.session.setBatch("Siemens")
    patient = score(panel)
    table = tableOf(measured(nodes), ["x"] * 3, np.full(3, 71.5), ["Siemens"] * 3)
    rows = scored_cohort(replace(signature, patient_rule="scores_min", pooling=None), table, table)
    assert [row.score for row in patient.lesions] == pytest.approx(rows.scores, abs=1e-12, rel=0)
    whole = row_a_patient(table, rule) if makes_one_row(rule) else table
    (expected,) = scored_cohort(signature, whole, table).values
    assert patient.value.value == pytest.approx(expected, abs=1e-12, rel=0)
    assert patient.value.cutoff == signature.patient_cutoffs.median
    assert np.ptp(rows.scores) > 1e-3
    file = tmp_path / "trained.json"
    console = panel.logic.score(*nodes, file, clinical={"age": 71.5}, batch="Siemens")
    assert console.value == patient.value
    assert [row.score for row in console.lesions] == [row.score for row in patient.lesions]
    assert console.provenance == patient.provenance
    assert console.provenance["inputs"]["clinical"] == {"age": 71.5}
    assert console.provenance["acquisition"]["batch"] == "Siemens"


def test_what_is_needed_is_asked_for_and_a_lesion_without_it_has_no_number(panel, nodes, tmp_path):
    ui = panel.panel.ui
    assert not ui.clinicalBox.visible
    use(panel, tmp_path, trained(nodes, "scores_mean"))
    assert ui.clinicalBox.visible
    assert ui.batchBox.visible
    assert "age, scanner or center" in ui.clinicalFindingLabel.text
    patient = score(panel)
    assert [row.score for row in patient.lesions] == [None] * 3
    assert all("one of GE, Siemens" in row.reasons for row in patient.lesions)
    assert patient.value.value is None
    assert "no scored lesion" in ui.patientValueLabel.text
    choose(ui.batchBox, "GE")
    assert [row.status for row in panel.panel.session.rows] == ["stale"] * 3
    patient = score(panel)
    assert all("needs age" in row.reasons and "above the lesions" in row.reasons for row in patient.lesions)
    enter(panel, "age", "70")
    patient = score(panel)
    assert not ui.clinicalFindingLabel.visible
    assert all(row.score is not None for row in patient.lesions)
    assert f"{patient.value.value:.3f}, {patient.value.group}" in ui.patientValueLabel.text
    assert "mean of the lesions' scores (3 lesions)" in ui.patientValueLabel.text


def test_text_that_is_no_number_is_refused_and_the_last_value_stays(panel, nodes, tmp_path):
    use(panel, tmp_path, trained(nodes, "scores_mean", combat=False))
    assert not panel.panel.ui.batchBox.visible
    enter(panel, "age", "70.25")
    enter(panel, "age", "sixty")
    assert "'sixty' is no number" in panel.panel.ui.messageLabel.text
    line = lineOf(panel, "age")
    assert line.text == "70.25"
    enter(panel, "age", "")
    assert panel.panel.session.inputs.clinical == {}


def test_a_saved_scene_keeps_what_was_given_and_the_scores(bench, panel, nodes, tmp_path):
    use(panel, tmp_path, trained(nodes, "scores_min"))
    enter(panel, "age", "66.125")
    choose(panel.panel.ui.batchBox, "Siemens")
    before = score(panel)
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    (tmp_path / "trained.json").unlink()
    bench.host.loadScene(file)
    QtTest.QTest.qWait(300)
    session = panel.panel.session
    assert (session.inputs.clinical, session.inputs.batch) == ({"age": 66.125}, "Siemens")
    assert lineOf(panel, "age").text == "66.125"
    assert panel.panel.ui.batchBox.currentText == "Siemens"
    assert {row.status for row in session.rows} <= {"scored", "warning"}
    assert [row.score for row in session.patient.lesions] == [row.score for row in before.lesions]
    assert session.patient.value == before.value


def test_another_ct_is_another_patient(panel, nodes, tmp_path):
    use(panel, tmp_path, trained(nodes, "scores_min"))
    enter(panel, "age", "66")
    choose(panel.panel.ui.batchBox, "GE")
    select(panel, addPatient())
    assert (panel.panel.session.inputs.clinical, panel.panel.session.inputs.batch) == ({}, "")


def test_the_lines_follow_the_signature(panel, nodes, tmp_path):
    use(panel, tmp_path, trained(nodes, "scores_min"))
    QtTest.QTest.qWait(20)
    assert lineOf(panel, "age").visible
    panel.panel.session.setSignature("")
    QtTest.QTest.qWait(20)
    assert not panel.panel.ui.clinicalBox.visible
    assert panel.panel.section("ClinicalSection")._lines == {}
    assert not panel.panel.ui.patientValueLabel.visible


def test_the_console_takes_values_of_single_lesions_and_refuses_what_means_nothing(panel, nodes, tmp_path):
    signature = trained(nodes, "scores_mean")
    known = {"age": 70, BALLS[2].name: {"age": 40}}
    found = panel.logic.score(*nodes, signature, clinical=known, batch="GE")
    assert [row.features["clinical.age"] for row in found.lesions] == [70, 70, 40]
    assert found.provenance["inputs"]["clinical_of_lesions"] == {"node": {"age": 40}}
    write_patient_json(found, signature, tmp_path / "patient.json")
    written = json.loads((tmp_path / "patient.json").read_text())
    assert written["patient_value"]["value"] == found.value.value
    assert written["patient_value"]["group"] in ("low", "high")
    for clinical, batch, words in (
        ({"age": 70}, "Toshiba", "known are GE, Siemens"),
        ({"aeg": 70}, "GE", "needs of the patient: age"),
        ({"age": "old"}, "GE", "has to be a number"),
        ({"metastasis": {"age": 40}}, "GE", "2 lesions are called"),
        ({"nowhere": {"age": 40}}, "GE", "no lesion 'nowhere'"),
    ):
        with pytest.raises(InputError, match=words):
            panel.logic.score(*nodes, signature, clinical=clinical, batch=batch)
