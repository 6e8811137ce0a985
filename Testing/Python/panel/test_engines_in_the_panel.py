"""PyRadiomics in panel and console: what is said where it is absent, and the comparison where it is there.

PyRadiomics itself is not here: a stand-in gives our own values. `make test-pyradiomics` has the real one.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace

import pytest
import slicer
from patients import BALLS, addPatient, select, waitIdle

from pyradiomics_stand_in import stand_in
from radioimmuno.features.catalog import DEFAULT, of_responses
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.findings import EngineError
from radioimmuno.signature.signature import Term, default_signature, write_signature
from slicerbench.hands import click


@pytest.fixture
def absent(monkeypatch):
    """PyRadiomics can be neither found nor imported."""
    monkeypatch.setitem(sys.modules, "radiomics", None)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "radiomics" else found(name)
    )


@pytest.fixture
def found(monkeypatch):
    """PyRadiomics can be found."""
    _findsInstead(object(), monkeypatch)


def _findsInstead(spec, monkeypatch):
    others = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: spec if name == "radiomics" else others(name)
    )


@pytest.fixture
def standIn(found, monkeypatch):
    """PyRadiomics is there, and of our mind but for the lesion's kurtosis."""
    stand_in(monkeypatch)


def tableColumns(tableNode):
    table = tableNode.GetTable()
    return {
        table.GetColumnName(c): [table.GetValue(r, c).ToString() for r in range(table.GetNumberOfRows())]
        for c in range(table.GetNumberOfColumns())
    }


def comparisonTable():
    (node,) = [n for n in slicer.util.getNodesByClass("vtkMRMLTableNode") if "PyRadiomics" in n.GetName()]
    return node


def test_where_pyradiomics_is_absent_the_panel_says_what_it_would_add(absent, bench):
    ui = bench.open().panel.ui
    assert "Scores are always made with it" in ui.engineLabel.text
    assert (
        "Installing the extension SlicerRadiomics adds filtered images and a comparison"
        in ui.engineLabel.text
    )
    ui.advancedButton.collapsed = False
    assert ui.engineLabel.visible
    assert not ui.compareButton.visible


def test_where_it_is_found_the_panel_offers_a_comparison_once_there_are_inputs(found, bench):
    panel = bench.open()
    ui = panel.panel.ui
    assert "PyRadiomics is installed" in ui.engineLabel.text
    assert "Installing" not in ui.engineLabel.text
    ui.advancedButton.collapsed = False
    assert ui.compareButton.visible
    assert not ui.compareButton.enabled
    assert "CT" in ui.compareButton.toolTip
    select(panel, addPatient())
    assert ui.compareButton.enabled


def test_a_click_compares_and_leaves_a_table_with_every_feature(standIn, bench):
    panel = bench.open()
    nodes = addPatient()
    select(panel, nodes)
    ui = panel.panel.ui
    ui.advancedButton.collapsed = False
    click(ui.compareButton)
    assert panel.panel.session.jobs.state == "comparing"
    assert ui.cancelButton.visible
    waitIdle(panel)
    columns = tableColumns(comparisonTable())
    assert len(columns["Feature"]) == len(BALLS) * 2 * len(DEFAULT)
    rows = zip(columns["Feature"], columns["PyRadiomics"], columns["Note"], strict=True)
    assert {feature for feature, theirs, note in rows if theirs and note} == {"statistics.kurtosis"}
    assert f"{len(BALLS) * 2} differ" in ui.messageLabel.text
    selection = slicer.app.applicationLogic().GetSelectionNode()
    assert selection.GetActiveTableID() == comparisonTable().GetID()
    assert panel.panel.session.patient is None  # comparing scores nothing


@pytest.fixture
def filtering():
    """A signature with a term after a filter, and with a filter that PyRadiomics has not."""
    known = default_signature()
    term = Term("lesion.wavelet_haar_lhl.statistics.mean", 0.1, 0.0, 1.0, (-10, 10))
    settings = replace(known.settings, filters=responses_of(["simoncelli"]))
    return replace(known, settings=settings, terms=(*known.terms, term))


def test_the_signatures_filters_are_compared_and_those_that_cannot_be_are_named(
    standIn, bench, filtering, tmp_path
):
    write_signature(filtering, tmp_path / "filtering.json")
    panel = bench.open()
    panel.panel.session.setSignature(str(tmp_path / "filtering.json"))
    nodes = addPatient()
    select(panel, nodes)
    panel.panel.section("EngineSection").compare()
    waitIdle(panel)
    columns = tableColumns(comparisonTable())
    assert len(columns["Filter"]) == len(BALLS) * 2 * (len(DEFAULT) + len(of_responses(DEFAULT)))
    assert set(columns["Filter"]) == {"", "wavelet_haar_lhl"}
    assert "PyRadiomics has no such filter: simoncelli_level_1 " in panel.panel.ui.messageLabel.text


def test_comparing_twice_makes_one_table(standIn, bench):
    panel = bench.open()
    select(panel, addPatient())
    for _ in range(2):
        panel.panel.section("EngineSection").compare()
        waitIdle(panel)
    comparisonTable()


def test_a_pyradiomics_that_cannot_be_imported_is_reported(found, bench, monkeypatch):
    monkeypatch.setitem(sys.modules, "radiomics", None)
    panel = bench.open()
    select(panel, addPatient())
    panel.panel.section("EngineSection").compare()
    waitIdle(panel)
    assert "install the extension SlicerRadiomics" in panel.panel.ui.messageLabel.text


def test_the_console_measures_with_our_engine_by_default(bench):
    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    before = slicer.mrmlScene.GetNumberOfNodes()
    measured = logic.features(*nodes, only=[BALLS[0].segmentID])
    assert [lesion.id for lesion in measured] == [BALLS[0].segmentID]
    assert len(measured[0].values) == 2 * len(DEFAULT)
    assert slicer.mrmlScene.GetNumberOfNodes() == before


def test_the_console_says_what_to_install(absent, bench):
    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    nodes = addPatient()
    for call in (lambda: logic.features(*nodes, engine="pyradiomics"), lambda: logic.compareEngines(*nodes)):
        with pytest.raises(EngineError, match="SlicerRadiomics"):
            call()


def test_the_console_compares_and_leaves_the_table(standIn, bench):
    logic = slicer.util.getModuleLogic("RadioImmunoScore")
    steps = []
    rows = logic.compareEngines(*addPatient(), progress=lambda done, total: steps.append((done, total)))
    assert len(rows) == len(BALLS) * 2 * len(DEFAULT)
    assert steps == [(n, 2 * len(BALLS)) for n in range(1, 2 * len(BALLS) + 1)]
    assert comparisonTable().GetNumberOfRows() == len(rows)
