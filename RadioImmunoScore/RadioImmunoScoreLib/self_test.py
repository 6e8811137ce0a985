"""The whole scenario on the simulated patient, as a user would go through it."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import slicer

from .scene import readLesions
from .scene.stroke_markups import rasInWorld
from .services import demonstration

TIMEOUT_S = 120

# A stroke's lesion may be so much larger or smaller than the simulated one.
VOLUME_TOLERANCE = 0.25


def runScenario(logic: Any) -> None:
    """Run it.

    Raises
    ------
    AssertionError
        When something is not as it should be.
    """
    volumeNode, segmentationNode = demonstration.addPatient(slicer.mrmlScene, demonstration.simulate())
    before = _colors(segmentationNode)
    _console(logic, volumeNode, segmentationNode)
    logic.restoreColors(segmentationNode)
    assert _colors(segmentationNode) == before
    _lesions(logic, volumeNode, segmentationNode)
    _panel(volumeNode, segmentationNode)


def _console(logic: Any, volumeNode: Any, segmentationNode: Any) -> None:
    before = _colors(segmentationNode)
    patient = logic.score(volumeNode, segmentationNode)
    assert [lesion.status for lesion in patient.lesions if lesion.score is None] == []
    assert _colors(segmentationNode) != before
    assert len(slicer.util.getNodesByClass("vtkMRMLColorLegendDisplayNode")) == 1
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".csv", ".json", ".html"):
            file = logic.exportReport(volumeNode, segmentationNode, patient, Path(folder) / f"scores{suffix}")
            assert ("DEMONSTRATION" if suffix != ".csv" else "score") in file.read_text(encoding="utf-8")
        document = json.loads((Path(folder) / "scores.json").read_text(encoding="utf-8"))
        assert len(document["lesions"]) == len(patient.lesions)


def _lesions(logic: Any, volumeNode: Any, segmentationNode: Any) -> None:
    """Draw a lesion that is there already again by one stroke, look at it, map its interior."""
    from radioimmuno.geometry.axes import measure_axes

    lesion = readLesions(segmentationNode, volumeNode).lesions[0]
    axes = measure_axes(lesion.mask)
    assert axes is not None
    start, end = (rasInWorld(point, volumeNode) for point in axes.long_ends)
    drawn = logic.segment(volumeNode, start=start, end=end)
    assert abs(drawn.volumeCc / lesion.volume_cc - 1) < VOLUME_TOLERANCE, drawn
    assert not [found for found in logic.check(volumeNode, drawn.segmentationNode) if isRefusal(found)]
    mapNode = logic.interiorMap(volumeNode, segmentationNode, lesion.id)
    assert mapNode.GetImageData() is not None
    logic.interiorMap(volumeNode, segmentationNode, lesion.id, "")
    slicer.mrmlScene.RemoveNode(drawn.segmentationNode)


def isRefusal(found: Any) -> bool:
    """Whether a lesion with this finding cannot be scored."""
    return found.finding.refuses


def _panel(volumeNode: Any, segmentationNode: Any) -> None:
    widget = slicer.util.getModuleWidget("RadioImmunoScore")
    widget.enter()
    ui, session = widget.panel.ui, widget.panel.session
    ui.ctSelector.setCurrentNode(volumeNode)
    ui.segmentationSelector.setCurrentNode(segmentationNode)
    assert ui.scoreButton.enabled, ui.scoreButton.toolTip
    ui.scoreButton.click()
    _wait(lambda: session.jobs.state == "idle")
    statuses = {row.status for row in session.rows}
    assert statuses <= {"scored", "warning"}
    assert ui.lesionTable.rowCount == len(session.rows)
    lowest = session.patient.metrics.minimum_lesion
    widget.panel.selectLesion(lowest)
    assert widget.panel.section("LesionsSection").table.selectedID == lowest
    ui.colorCheckBox.click()
    assert not session.parameters.colorByScore


def _wait(isDone: Any) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not isDone():
        slicer.app.processEvents()
        assert time.monotonic() < end


def _colors(segmentationNode: Any) -> dict[str, tuple[float, ...]]:
    segmentation = segmentationNode.GetSegmentation()
    return {i: segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()}
