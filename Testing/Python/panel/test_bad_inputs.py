"""What is refused, warned of or mended, as it comes in a scene: the same code in panel and console."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import slicer
from patients import Ball, addPatient, select, waitIdle
from PySide6 import QtTest
from synthetic import BALLS, SHAPE, SPACING, addShearingGrid, addShift, ballMask, ctValues

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Lattice
from radioimmuno.signature.signature import Term, default_signature, write_signature
from RadioImmunoScoreLib.scene.ras_geometry import orientedImage
from RadioImmunoScoreLib.services.node_origin import noteAcquisition
from slicerbench.hands import click

TARGET = BALLS[1]
INSIDE = ballMask(TARGET)
REFUSE, WARN, FIXED = Severity.REFUSE, Severity.WARN, Severity.FIXED


def drawn(mask):
    """The lesion has these voxels."""

    def spoil(nodes):
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            mask.astype(np.uint8), nodes[1], TARGET.segmentID, nodes[0]
        )

    return spoil


def ball(center, radiusMm):
    return ballMask(Ball("", "", center, radiusMm))


def holding(bad, share, kind=np.int16):
    """This share of the lesion's voxels has a bad value."""

    def spoil(nodes):
        values = ctValues().astype(kind)
        inside = np.argwhere(INSIDE)
        values[tuple(inside[: max(1, round(share * len(inside)))].T)] = bad
        slicer.util.updateVolumeFromArray(nodes[0], values)

    return spoil


def shifted(by):
    """All values of the CT are others."""
    return lambda nodes: slicer.util.updateVolumeFromArray(nodes[0], by(ctValues()))


def header(**what):
    """What is known of the scan."""
    return lambda nodes: noteAcquisition(nodes[0], Acquisition(**what))


def onGrid(shape, spacingMm, start, mask):
    """The lesion lies on a grid of its own: `start` is the CT's index of its first voxel's center."""

    def spoil(nodes):
        from RadioImmunoScoreLib.scene.ras_geometry import volumeLattice

        ct = volumeLattice(nodes[0])
        origin = tuple(ct.to_lps(np.array(start)).tolist())
        lattice = Lattice(shape, spacingMm, origin, ct.axes)
        segmentation = nodes[1].GetSegmentation()
        segmentation.SeparateSegmentLabelmap(TARGET.segmentID)
        segment = segmentation.GetSegment(TARGET.segmentID)
        segment.SetLabelValue(1)
        segment.AddRepresentation("Binary labelmap", orientedImage(mask.astype(np.uint8), lattice))

    return spoil


def tilted(nodes):
    grid = addShearingGrid(slicer.mrmlScene)
    for node in nodes:
        node.SetAndObserveTransformNodeID(grid.GetID())


def walledIn(nodes):
    """Another lesion lies all around this one."""
    wall = ball(TARGET.center, 18.0) & ~INSIDE
    slicer.util.updateSegmentBinaryLabelmapFromArray(wall.astype(np.uint8), nodes[1], "node", nodes[0])


def thickSlices(nodes):
    nodes[0].SetSpacing(SPACING[2], SPACING[1], 6.0)
    nodes[1].GetSegmentation().RemoveAllSegments()
    nodes[1].SetReferenceImageGeometryParameterFromVolumeNode(nodes[0])
    nodes[1].GetSegmentation().AddEmptySegment(TARGET.segmentID, TARGET.name)
    drawn(INSIDE)(nodes)


def moved(nodes):
    """The segmentation was moved half out of the CT."""
    shift = addShift(slicer.mrmlScene, (0, 0, -SPACING[0] * TARGET.center[0]))
    nodes[1].SetAndObserveTransformNodeID(shift.GetID())


def fineSphere():
    """The lesion on voxels of 1 mm."""
    half = 11
    index = np.stack(np.indices((2 * half + 1,) * 3), -1) - half
    start = np.array(TARGET.center) - half / np.array(SPACING)
    return onGrid((2 * half + 1,) * 3, (1.0, 1.0, 1.0), start, (index**2).sum(-1) <= TARGET.radiusMm**2)


def levels(signature):
    extraction = replace(signature.settings.extraction, bin_width_hu=0.02, round_intensities=False)
    return replace(signature, settings=replace(signature.settings, extraction=extraction))


def kvpTerm(signature):
    return replace(signature, terms=(*signature.terms, Term("acquisition.kvp", 0.1, 120.0, 20.0, (80, 140))))


DISC = np.zeros(SHAPE, bool)
DISC[18] = ball(TARGET.center, 20.0)[18]
VOXEL = np.zeros(SHAPE, bool)
VOXEL[TARGET.center] = True
HOLE = INSIDE & ~VOXEL
PIECES = INSIDE | ball((18, 46, 76), 5.0)

ROWS = {
    "padding in the lesion": (holding(-3024, 0.02), "ct.padding", WARN),
    "much padding in the lesion": (holding(-3024, 0.1), "ct.padding", REFUSE),
    "a voxel that is no number": (holding(np.nan, 0.0, np.float32), "ct.non_finite", REFUSE),
    "an infinite voxel": (holding(np.inf, 0.0, np.float32), "ct.non_finite", REFUSE),
    "no Hounsfield units": (shifted(lambda values: values + 1100), "ct.hu_implausible", REFUSE),
    "an empty segment": (drawn(np.zeros(SHAPE, bool)), "lesion.empty", REFUSE),
    "one voxel": (drawn(VOXEL), "lesion.too_small", REFUSE),
    "a single slice": (drawn(DISC), "lesion.single_slice", REFUSE),
    "cut by the border": (drawn(ball((1, 40, 40), 10.0)), "lesion.truncated", WARN),
    "two pieces": (drawn(PIECES), "lesion.components", WARN),
    "a hole": (drawn(HOLE), "lesion.holes", WARN),
    "overlap": (drawn(INSIDE | ball((18, 37, 36), 14.0)), "lesion.overlap", WARN),
    "another grid": (fineSphere(), "mask.geometry", FIXED),
    "half outside of the CT": (moved, "mask.geometry", REFUSE),
    "ring between other lesions": (walledIn, "ring.clipped", WARN),
    "slices far apart": (thickSlices, "domain.slice_thickness", WARN),
    "thick slices": (header(kvp=120.0, slice_thickness_mm=7.0), "domain.slice_thickness", WARN),
    "thickness not known": (header(source="DICOM header"), "ct.thickness_missing", WARN),
    "no contrast agent": (header(source="DICOM header"), "domain.no_contrast", WARN),
    "kernel not known": (header(source="DICOM header"), "domain.kernel_unknown", WARN),
    "no CT": (header(source="DICOM header", modality="MR"), "ct.not_ct", REFUSE),
    "a tilted gantry": (tilted, "ct.gantry_tilt", REFUSE),
}
SIGNATURES = {
    "too many levels": (levels, lambda nodes: None, "lesion.too_many_levels"),
    "kVp missing": (kvpTerm, header(), "ct.kvp_missing"),
}


def scoredByClick(panel, nodes):
    """The rows of the panel after a click on Score, by segment ID."""
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return {row.id: row for row in panel.panel.session.rows}


def check(panel, nodes, code, severity, signature=None):
    rows = scoredByClick(panel, nodes)
    shown = panel.panel.session.scoreOf(TARGET.segmentID)
    told = panel.logic.score(*nodes, signature)
    row = next(lesion for lesion in told.lesions if lesion.id == TARGET.segmentID)
    found = next(finding for finding in row.findings if finding.code == code)
    assert found.severity is severity
    assert shown.findings == row.findings
    assert rows[TARGET.segmentID].status == row.status
    # A warning stays one; that the synthetic lesion may be like none of the training is another finding.
    assert (row.score is None) == (REFUSE in [finding.severity for finding in row.findings])
    number = panel.panel.section("LesionsSection").table.order.index(TARGET.segmentID)
    cell = panel.panel.ui.lesionTable.item(number, 4)
    assert found.text in cell.toolTip()
    if severity is REFUSE:
        assert panel.panel.ui.lesionTable.item(number, 1).text() == ""


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_input_has_its_code_in_panel_and_console(panel, name):
    spoil, code, severity = ROWS[name]
    nodes = addPatient()
    spoil(nodes)
    check(panel, nodes, code, severity)


@pytest.mark.parametrize("name", ROWS)
def test_a_check_finds_it_before_scoring(bench, name):
    spoil, code, severity = ROWS[name]
    nodes = addPatient()
    spoil(nodes)
    found = bench.logic.check(*nodes)
    assert (code, severity) in {
        (each.finding.code, each.finding.severity) for each in found if each.lesion_id == TARGET.segmentID
    }


def test_a_sound_patient_has_none_of_these_codes(panel):
    nodes = addPatient()
    scoredByClick(panel, nodes)
    codes = {code for _, code, _ in (*ROWS.values(), *SIGNATURES.values())}
    for ball_ in BALLS:
        assert not codes & {f.code for f in panel.panel.session.scoreOf(ball_.segmentID).findings}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_signature_that_cannot_be_applied_refuses_with_its_code(panel, tmp_path, name):
    change, spoil, code = SIGNATURES[name]
    file = tmp_path / "signature.json"
    write_signature(change(default_signature()), file)
    nodes = addPatient()
    spoil(nodes)
    panel.panel.session.setSignature(str(file))
    check(panel, nodes, code, REFUSE, str(file))


def test_the_other_lesions_are_scored(panel):
    nodes = addPatient()
    drawn(VOXEL)(nodes)
    isScored = {i: row.score is not None for i, row in scoredByClick(panel, nodes).items()}
    assert isScored == {"liver_1": True, "liver_2": False, "node": True}


def test_a_tilted_gantry_refuses_every_lesion_until_the_transform_is_gone(panel):
    nodes = addPatient()
    tilted(nodes)
    assert {row.status for row in scoredByClick(panel, nodes).values()} == {"refused"}
    assert panel.panel.session.patient.metrics.n == 0
    for node in nodes:
        node.SetAndObserveTransformNodeID(None)
    QtTest.QTest.qWait(300)
    assert {row.status for row in panel.panel.session.rows} == {"stale"}
    assert all(row.score is not None for row in scoredByClick(panel, nodes).values())


def test_lesions_outside_of_the_ct_are_reported_and_keep_their_volumes(panel):
    nodes = addPatient()
    select(panel, nodes)
    volumes = [row.volumeCc for row in panel.panel.session.rows]
    assert not panel.panel.ui.acceptBox.visible
    nodes[0].SetOrigin(1000, 1000, 1000)
    panel.panel.show()
    assert "outside of CT" in panel.panel.ui.acceptLabel.text
    assert not panel.panel.ui.acceptButton.visible
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    rows = panel.panel.session.rows
    assert [row.volumeCc for row in rows] == pytest.approx(volumes)
    for row in rows:
        codes = [finding.code for finding in panel.panel.session.scoreOf(row.id).findings]
        assert codes == ["mask.geometry"]
        assert "lies outside of the CT" in row.reasons


def test_a_warning_of_the_whole_ct_stays_when_a_lesion_is_edited(panel):
    nodes = addPatient()
    ROWS["no Hounsfield units"][0](nodes)
    scoredByClick(panel, nodes)
    panel.panel.session.setUpdateWhileEditing(True)
    before = panel.panel.session.scoreOf(TARGET.segmentID).volume_cc
    drawn(ball(TARGET.center, 8.0))(nodes)
    QtTest.QTest.qWait(400)
    waitIdle(panel)
    row = panel.panel.session.scoreOf(TARGET.segmentID)
    assert row.volume_cc < before
    assert "ct.hu_implausible" in {finding.code for finding in row.findings}
