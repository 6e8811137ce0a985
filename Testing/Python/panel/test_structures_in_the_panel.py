"""Designated lesions for a planning system: by their scores, ticked or selected, from panel and console."""

from __future__ import annotations

import importlib.util

import pytest
from patients import addPatient, select, waitIdle
from synthetic import BALLS, ballMask

pydicom = pytest.importorskip("pydicom")

from dicom_patient import addDicomPatient  # noqa: E402

from radioimmuno.findings import InputError  # noqa: E402
from radioimmuno.io.dicom import read_ct  # noqa: E402
from radioimmuno.io.dicom.rtstruct import read_rtstruct  # noqa: E402
from radioimmuno.signature.signature import default_signature  # noqa: E402
from slicerbench.hands import click  # noqa: E402

CUTOFFS = default_signature().cutoffs


@pytest.fixture
def scored(panel, tmp_path):
    """(panel, nodes, folder of the CT), scored by a click."""
    folder = tmp_path / "ct"
    nodes = addDicomPatient(folder)
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return panel, nodes, folder


def actions(panel):
    """The entries of the button's menu: below, above, ticked, selected."""
    return panel.panel.ui.structuresButton.menu().actions()


def namesIn(file):
    return [item.ROIName for item in pydicom.dcmread(file).StructureSetROISequence]


def test_entries_say_how_many_lesions_they_designate_and_write_them(scored, dialogs, tmp_path):
    panel, _, folder = scored
    scores = [row.score for row in panel.panel.session.rows]
    counts = [sum(s < CUTOFFS.low for s in scores), sum(s > CUTOFFS.high for s in scores), len(BALLS), 0]
    texts = ("Scores below the low cut-off", "Scores above the high cut-off")
    texts += ("Lesions ticked in the table", "The selected lesion")
    entries = actions(panel)
    assert [entry.text for entry in entries] == [f"{t} ({n})..." for t, n in zip(texts, counts, strict=True)]
    assert [entry.enabled for entry in entries] == [n > 0 for n in counts]
    file = tmp_path / "planning.dcm"
    dialogs.answers.append(str(file))
    entries[2].trigger()
    waitIdle(panel)
    assert "lesions_ticked.dcm" in dialogs.opened[-1][1]
    assert str(tmp_path) in panel.panel.ui.messageLabel.text
    ct = read_ct(folder)
    found = read_rtstruct(file, ct.image, ct.source).lesions
    for lesion, ball in zip(found, BALLS, strict=True):
        assert (lesion.mask.within(ct.image.box, False) == ballMask(ball)).all()
    made = pydicom.dcmread(file)
    assert made.StudyInstanceUID == pydicom.dcmread(next(folder.iterdir())).StudyInstanceUID
    assert made.StructureSetLabel == "RIS DEMO"


def test_a_selected_lesion_is_written_alone_and_an_unticked_one_not(scored, dialogs, tmp_path):
    panel, _, _ = scored
    panel.panel.selectLesion("node")
    dialogs.answers += [str(tmp_path / "one"), str(tmp_path / "two.dcm")]
    actions(panel)[3].trigger()
    waitIdle(panel)
    assert namesIn(tmp_path / "one.dcm") == ["lymph node"]
    panel.panel.session.notes.setIncluded("node", False)
    actions(panel)[2].trigger()
    waitIdle(panel)
    assert namesIn(tmp_path / "two.dcm") == ["metastasis", "metastasis (2)"]


def test_the_button_says_what_it_waits_for_and_needs_no_highdicom(panel, tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "highdicom" else find(name, *rest)
    )
    button = panel.panel.ui.structuresButton
    assert (button.enabled, button.toolTip) == (False, "Score the lesions first.")
    select(panel, addDicomPatient(tmp_path / "ct"))
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert button.enabled
    assert "Research use only" in button.toolTip
    assert not panel.panel.ui.dicomButton.enabled
    select(panel, addPatient())
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert not button.enabled
    assert "not loaded from Slicer's DICOM database" in button.toolTip


def test_a_file_among_the_cts_own_is_refused(scored):
    panel, _, folder = scored
    before = sorted(folder.iterdir())
    panel.panel.section("SaveSection").saveStructures("ticked", str(folder / "new.dcm"))
    waitIdle(panel)
    assert "lies in the input" in panel.panel.ui.messageLabel.text
    assert sorted(folder.iterdir()) == before


def test_the_console_writes_what_is_named(scored, tmp_path):
    panel, nodes, _ = scored
    patient = panel.logic.score(*nodes)
    file = panel.logic.exportStructures(*nodes, patient, tmp_path / "s.dcm", "lymph*")
    assert namesIn(file) == ["lymph node"]
    file = panel.logic.exportStructures(*nodes, patient, tmp_path / "s.dcm", ["liver_2", "node"])
    assert namesIn(file) == ["metastasis (2)", "lymph node"]
    with pytest.raises(InputError, match="No lesion is called 'heart'"):
        panel.logic.exportStructures(*nodes, patient, tmp_path / "s.dcm", "heart")
