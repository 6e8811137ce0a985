"""A CT from Slicer's DICOM database: what its header says, and scores written into its study."""

from __future__ import annotations

import importlib.util
import threading

import numpy as np
import pytest
import slicer
from patients import addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest
from synthetic import BALLS, addShift, ballMask

pydicom = pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from dicom_patient import addDicomPatient, openDatabase  # noqa: E402

from radioimmuno.findings import InputError  # noqa: E402
from radioimmuno.io.dicom import read_ct, write  # noqa: E402
from radioimmuno.io.dicom.export_checks import check_export  # noqa: E402
from radioimmuno.io.dicom.seg import read_seg  # noqa: E402
from slicerbench.hands import click  # noqa: E402

FILES = {
    "lesion_segmentation.dcm",
    "ring_segmentation.dcm",
    "lesion_report.dcm",
    "patient_report.dcm",
}


@pytest.fixture
def scored(panel, tmp_path):
    """(panel, nodes, folder of the CT), scored by a click."""
    folder = tmp_path / "ct"
    nodes = addDicomPatient(folder)
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return panel, nodes, folder


def numbers(file, code):
    """All values that a report has under a code."""
    found = []

    def walk(item):
        if item.get("ValueType") == "NUM" and item.ConceptNameCodeSequence[0].CodeValue == code:
            found.append(float(item.MeasuredValueSequence[0].NumericValue))
        for child in item.get("ContentSequence") or []:
            walk(child)

    walk(pydicom.dcmread(file))
    return found


def test_the_button_writes_files_into_the_cts_study(scored, dialogs, tmp_path):
    panel, _, folder = scored
    target = tmp_path / "archive"
    dialogs.answers.append(str(target))
    click(panel.panel.ui.dicomButton)
    waitIdle(panel)
    assert {file.name for file in target.glob("*.dcm")} == FILES
    assert check_export([pydicom.dcmread(target / name) for name in FILES], read_ct(folder).source) == []
    assert str(target) in panel.panel.ui.messageLabel.text
    expected = [row.score for row in panel.panel.session.rows]
    assert numbers(target / "lesion_report.dcm", "SCORE") == pytest.approx(expected, rel=5e-4)


def test_the_segmentation_is_voxel_by_voxel_what_is_drawn(scored, tmp_path):
    panel, _, folder = scored
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "archive"))
    waitIdle(panel)
    ct = read_ct(folder)
    found = read_seg(tmp_path / "archive" / "lesion_segmentation.dcm", ct.image, ct.source).lesions
    for lesion, ball in zip(found, BALLS, strict=True):
        mask = np.zeros(ct.image.values.shape, bool)
        mask[lesion.mask.box.slices] = lesion.mask.values
        assert (mask == ballMask(ball)).all()
    segments = pydicom.dcmread(tmp_path / "archive" / "lesion_segmentation.dcm").SegmentSequence
    names = ["metastasis", "metastasis (2)", "lymph node"]  # the second is called as the first
    assert [s.SegmentLabel for s in segments] == names
    rings = pydicom.dcmread(tmp_path / "archive" / "ring_segmentation.dcm").SegmentSequence
    assert [s.SegmentLabel for s in rings] == [f"{name}, ring" for name in names]


def test_a_loaded_scene_is_written_with_the_same_rings(bench, scored, tmp_path):
    panel, _, _ = scored
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "before"))
    waitIdle(panel)
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    bench.process(50)
    bench.host.loadScene(file)
    bench.process(300)
    assert all(panel.panel.session.scoreOf(ball.segmentID).ring is None for ball in BALLS)
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "after"))
    waitIdle(panel)
    for name in ("lesion_segmentation.dcm", "ring_segmentation.dcm"):
        before, after = (pydicom.dcmread(tmp_path / folder / name) for folder in ("before", "after"))
        assert before.PixelData == after.PixelData
        uids = [[s.TrackingUID for s in dataset.SegmentSequence] for dataset in (before, after)]
        assert uids[0] == uids[1]


def test_the_console_writes_the_same(scored, tmp_path):
    panel, nodes, folder = scored
    patient = panel.logic.score(*nodes)
    files = panel.logic.exportDicom(*nodes, patient, tmp_path / "archive")
    assert {file.name for file in files} == FILES
    assert check_export(map(pydicom.dcmread, files), read_ct(folder).source) == []


def test_the_folder_of_the_cts_own_files_is_refused(scored):
    panel, _, folder = scored
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    panel.panel.section("SaveSection").saveDicom(str(folder))
    waitIdle(panel)
    assert "holds the input" in panel.panel.ui.messageLabel.text
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_what_lay_in_the_folder_stays(scored, tmp_path):
    panel, _, _ = scored
    target = tmp_path / "archive"
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    panel.panel.section("SaveSection").saveDicom(str(target))
    waitIdle(panel)
    assert (target / "letter.txt").read_text() == "mine"
    assert {file.name for file in target.glob("*.dcm")} == FILES


@pytest.fixture
def slowly(monkeypatch):
    """(started, release): writing waits between the two."""
    started, release = threading.Event(), threading.Event()
    real = write.write_dicom

    def slow(*what):
        started.set()
        release.wait(30)
        return real(*what)

    monkeypatch.setattr(write, "write_dicom", slow)
    yield started, release
    release.set()


def waitForThread():
    waitFor(lambda: not any(t.name == "RadioImmunoScore" for t in threading.enumerate()))
    QtTest.QTest.qWait(50)


def test_cancel_leaves_the_folder_as_it_was(scored, slowly, tmp_path):
    panel, _, _ = scored
    started, release = slowly
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "archive"))
    waitFor(started.is_set)
    assert panel.panel.ui.cancelButton.visible
    assert not panel.panel.ui.dicomButton.enabled
    click(panel.panel.ui.cancelButton)
    release.set()
    waitForThread()
    assert list(tmp_path.iterdir()) == [tmp_path / "ct"]
    assert "Cancelled" in panel.panel.ui.messageLabel.text


def test_closing_the_scene_while_writing_leaves_nothing_half_written(scored, slowly, tmp_path):
    panel, _, _ = scored
    started, release = slowly
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "archive"))
    waitFor(started.is_set)
    slicer.mrmlScene.Clear()
    release.set()
    waitForThread()
    assert panel.panel.session.jobs.state == "idle"
    assert list(tmp_path.iterdir()) == [tmp_path / "ct"]


def test_a_folder_that_cannot_be_written_is_reported_in_words(scored, tmp_path):
    panel, _, _ = scored
    (tmp_path / "file").write_text("no folder")
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "file" / "archive"))
    waitIdle(panel)
    assert "a file and no folder" in panel.panel.ui.messageLabel.text


def test_the_button_says_what_it_waits_for(panel, tmp_path):
    nodes = addDicomPatient(tmp_path / "ct")
    button = panel.panel.ui.dicomButton
    assert not button.enabled
    select(panel, nodes)
    assert not button.enabled
    assert "Score the lesions first" in button.toolTip
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert button.enabled
    assert "study" in button.toolTip
    draw(nodes, "node", (34, 30, 66), 8.0)
    QtTest.QTest.qWait(300)
    assert not button.enabled
    assert "stale" in button.toolTip


def test_a_ct_that_is_not_from_dicom_has_no_study_to_write_into(panel):
    select(panel, addPatient())
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert not panel.panel.ui.dicomButton.enabled
    assert "not loaded from Slicer's DICOM database" in panel.panel.ui.dicomButton.toolTip


def test_a_ct_whose_files_left_the_database_says_so(scored):
    panel, _, _ = scored
    openDatabase()
    panel.panel.show()
    assert not panel.panel.ui.dicomButton.enabled
    assert "import them" in panel.panel.ui.dicomButton.toolTip


def test_without_highdicom_the_button_names_it(scored, monkeypatch):
    panel, _, _ = scored
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "highdicom" else find(name, *rest)
    )
    panel.panel.show()
    assert not panel.panel.ui.dicomButton.enabled
    assert 'pip_install("highdicom")' in panel.panel.ui.dicomButton.toolTip


def test_a_volume_that_is_not_where_its_files_are_is_refused(scored, tmp_path):
    """A hardened transform changes the volume's own coordinates; a cropped volume is likewise."""
    panel, nodes, _ = scored
    shift = addShift(slicer.mrmlScene, (15, -20, 30))
    for node in nodes:
        node.SetAndObserveTransformNodeID(shift.GetID())
        node.HardenTransform()
    patient = panel.logic.score(*nodes)
    assert len(patient.scored) == 3
    with pytest.raises(InputError, match="not those of its DICOM files") as caught:
        panel.logic.exportDicom(*nodes, patient, tmp_path / "archive")
    assert caught.value.code == "dicom.other_ct"
    assert not (tmp_path / "archive").exists()


def test_a_tracking_uid_of_a_segment_goes_into_the_segmentation(scored, tmp_path):
    panel, nodes, _ = scored
    nodes[1].GetSegmentation().GetSegment("node").SetTag("RadioImmunoScore.TrackingUID", "1.2.3.4")
    panel.panel.section("SaveSection").saveDicom(str(tmp_path / "archive"))
    waitIdle(panel)
    files = [tmp_path / "archive" / f"{kind}_segmentation.dcm" for kind in ("lesion", "ring")]
    segments = [segment for file in files for segment in pydicom.dcmread(file).SegmentSequence]
    uids = {segment.SegmentLabel: segment.TrackingUID for segment in segments}
    assert uids["lymph node"] == "1.2.3.4"
    assert uids["lymph node, ring"] not in ("", "1.2.3.4")


def test_a_moved_volume_is_written_where_its_files_lie(scored, tmp_path):
    """A transform above the CT moves the view of it, not the patient's coordinates in its files."""
    panel, nodes, folder = scored
    shift = addShift(slicer.mrmlScene, (15, -20, 30))
    for node in nodes:
        node.SetAndObserveTransformNodeID(shift.GetID())
    patient = panel.logic.score(*nodes)
    panel.logic.exportDicom(*nodes, patient, tmp_path / "archive")
    ct = read_ct(folder)
    found = read_seg(tmp_path / "archive" / "lesion_segmentation.dcm", ct.image, ct.source).lesions
    assert found[0].voxels == np.count_nonzero(ballMask(BALLS[0]))


def test_an_edited_lesion_is_not_written_with_its_old_score(scored, tmp_path):
    panel, nodes, _ = scored
    patient = panel.logic.score(*nodes)
    draw(nodes, "node", (34, 30, 66), 8.0)
    with pytest.raises(InputError, match="edited"):
        panel.logic.exportDicom(*nodes, patient, tmp_path / "archive")


def test_the_acquisition_comes_from_the_header(panel, tmp_path):
    nodes = addDicomPatient(tmp_path / "ct", KVP=100.0, ContrastBolusAgent=None)
    select(panel, nodes)
    line = panel.panel.ui.acquisitionLabel.text
    assert "kVp 100" in line
    assert "kernel B30f" in line
    assert "contrast not known" in line
    assert "DICOM header" in line


def test_a_series_of_another_modality_is_refused(panel, tmp_path):
    nodes = addDicomPatient(tmp_path / "mr", Modality="MR")
    rows = panel.logic.score(*nodes).lesions
    assert {finding.code for row in rows for finding in row.findings if row.score is None} >= {"ct.not_ct"}
    assert all(row.score is None for row in rows)
