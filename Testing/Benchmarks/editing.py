"""How long the panel takes from the end of an edit to the new color in a rendered view, and to 3D.

A simulated CT of 512 x 512 x 400 voxels with twenty lesions on the bench; a lesion of about 10 cc is edited
again and again with "Update while editing" on. The pause in which the panel waits for more does not count.
Then a stroke is drawn over the largest and the edited lesion: from a movement of the mouse to its preview::

    make benchmark-editing
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"
sys.path[:0] = [str(MODULE.parent), str(REPOSITORY / "Testing" / "Bench")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

LESIONS, EDITED_CC, EDITS, MOVEMENTS = 20, 10.0, 15, 20


def main() -> int:
    """Simulate, score once, edit, print the figures."""
    from radioimmuno.acquisition import Acquisition
    from RadioImmunoScoreLib.scene.patient_nodes import addSegmentation, addVolume
    from RadioImmunoScoreLib.scene.surfaces import surfacesOf
    from RadioImmunoScoreLib.services.node_origin import noteAcquisition
    from slicerbench.session import Bench

    print("Simulating the CT ...", flush=True)
    image, lesions = _patient()
    edited = min(lesions, key=lambda lesion: abs(lesion.volume_cc - EDITED_CC))
    with Bench(MODULE) as bench:
        panel = bench.open().panel
        volumeNode = addVolume(bench.scene, image)
        noteAcquisition(volumeNode, Acquisition(kvp=120.0, source="simulated"))
        segmentationNode = addSegmentation(bench.scene, lesions, volumeNode)
        panel.session.setInputs(volumeNode, segmentationNode)
        longest = _longestPause(bench, panel)
        bench.waitUntil(lambda: len(surfacesOf(segmentationNode)) == len(lesions), 60_000)
        panel.ui.updateCheckBox.setChecked(True)
        pairs = [_edit(bench, segmentationNode, edited.id, n) for n in range(EDITS + 1)][1:]
        largest = max(lesions, key=lambda lesion: lesion.volume_cc)
        previews = {lesion.volume_cc: _previews(bench, panel, lesion) for lesion in (edited, largest)}
    times, later = zip(*pairs, strict=True)
    print(f"the panel stood still for {longest:.0f} ms at the most while all lesions were scored and shown")
    print(f"{len(lesions)} lesions, one of {edited.volume_cc:.1f} cc edited {EDITS} times")
    print(
        f"from the end of the edit to the color in a rendered view, the pause apart: "
        f"median {statistics.median(times):.0f} ms, {min(times):.0f} to {max(times):.0f} ms"
    )
    print(
        f"from there to the new surface in 3D: median {statistics.median(later):.0f} ms, "
        f"{min(later):.0f} to {max(later):.0f} ms"
    )
    for volume, (took, shown) in previews.items():
        print(
            f"preview of a stroke over a lesion of {volume:.1f} cc: median {statistics.median(took):.0f} ms, "
            f"{min(took):.0f} to {max(took):.0f} ms; from the mouse to a rendered view, the pause apart: "
            f"median {statistics.median(shown):.0f} ms, {min(shown):.0f} to {max(shown):.0f} ms"
        )
    return 0


def _patient():
    """The benchmark's CT and its ten lesions, and ten balls of 5 cc in between."""
    from radioimmuno.geometry.image import Image
    from radioimmuno.lesion import Lesion
    from radioimmuno.simulation.patient import simulate_benchmark_ct

    simulated = simulate_benchmark_ct(1)
    lattice = simulated.image.lattice
    lesions = list(simulated.lesions)
    spacing = np.array(lattice.spacing)
    half = np.ceil(11 / spacing).astype(int)
    offsets = np.moveaxis(np.indices(2 * half + 1), 0, -1) - half
    ball = np.linalg.norm(offsets * spacing, axis=-1) <= 10.6
    for n in range(LESIONS - len(lesions)):
        centre = np.array([40 + 35 * n, 256, 140 + 25 * n])
        start = tuple(int(c) for c in centre - half)
        lesions.append(Lesion(f"ball_{n}", f"ball {n}", Image(ball, lattice, start)))
    return simulated.image, lesions


def _longestPause(bench, panel) -> float:
    """Score all lesions; the longest time between two turns of the event loop, in ms of thread time."""
    import qt

    gaps, last = [], [time.thread_time()]

    def turn() -> None:
        now = time.thread_time()
        gaps.append(now - last[0])
        last[0] = now

    timer = qt.QTimer()
    timer.setInterval(2)
    timer.connect("timeout()", turn)
    timer.start()
    panel.session.score()
    bench.waitUntil(lambda: panel.session.jobs.state == "idle", 60_000)
    bench.process(200)
    timer.stop()
    return 1000 * max(gaps)


def _edit(bench, segmentationNode, segmentID: str, n: int) -> tuple[float, float]:
    """Take some voxels of a segment away.

    Returns the milliseconds until its color shows it, without the pause, and from there until its surface is
    another one.
    """
    import slicer
    from vtkmodules.util.numpy_support import vtk_to_numpy

    from RadioImmunoScoreLib.panel.state.edits import PAUSE_MS
    from RadioImmunoScoreLib.scene.surfaces import surfacesOf

    surface = surfacesOf(segmentationNode)[segmentID].GetPolyData()

    segment = segmentationNode.GetSegmentation().GetSegment(segmentID)
    labelmap = slicer.vtkOrientedImageData()
    labelmap.DeepCopy(segmentationNode.GetBinaryLabelmapInternalRepresentation(segmentID))
    voxels = vtk_to_numpy(labelmap.GetPointData().GetScalars())
    inside = np.flatnonzero(voxels)
    voxels[inside[n :: EDITS * 3]] = 0
    before = segment.GetColor()
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(labelmap, segmentationNode, segmentID)
    start = time.perf_counter()
    bench.waitUntil(lambda: segment.GetColor() != before, 20_000)
    bench.sliceViews["Red"].render()
    colored = time.perf_counter()
    bench.waitUntil(lambda: surfacesOf(segmentationNode)[segmentID].GetPolyData() is not surface, 20_000)
    bench.threeDView.render()
    return 1000 * (colored - start) - PAUSE_MS, 1000 * (time.perf_counter() - colored)


def _previews(bench, panel, lesion) -> tuple[list[float], list[float]]:
    """Draw a stroke over a lesion and move its second end.

    Returns the milliseconds that previews took, and those from each movement to a rendered view with its
    preview, without the pause.
    """
    import slicer

    from radioimmuno.geometry.axes import measure_axes
    from RadioImmunoScoreLib.panel.state.gestures import STROKE
    from RadioImmunoScoreLib.panel.state.stroke_preview import PAUSE_MS
    from RadioImmunoScoreLib.scene.preview_surface import PREVIEW
    from RadioImmunoScoreLib.scene.stroke_markups import rasInWorld

    axes = measure_axes(lesion.mask.canonical())
    strokes, volumeNode = panel.session.strokes, panel.session.inputs.volumeNode
    ends = [np.array(rasInWorld(end, volumeNode)) for end in axes.long_ends]
    took, real = [], strokes.preview.surfaceOf

    def timed(*arguments):
        start = time.perf_counter()
        found = real(*arguments)
        took.append(1000 * (time.perf_counter() - start))
        return found

    strokes.preview.surfaceOf, strokes.preview.budgetS = timed, 10.0
    strokes.toggle(STROKE)
    bench.process(200)
    (line,) = slicer.util.getNodesByClass("vtkMRMLMarkupsLineNode")
    line.AddControlPointWorld(*ends[0])
    line.AddControlPointWorld(*ends[1])
    shown = []
    for n in range(MOVEMENTS):
        end = ends[0] + (ends[1] - ends[0]) * (0.8 + 0.2 * n / MOVEMENTS)
        start = time.perf_counter()
        line.SetNthControlPointPosition(1, *end, line.PositionPreview)
        bench.waitUntil(lambda n=n: len(took) > n, 20_000)
        bench.sliceViews["Red"].render()
        shown.append(1000 * (time.perf_counter() - start) - PAUSE_MS)
        assert any(m.GetAttribute(PREVIEW) for m in slicer.util.getNodesByClass("vtkMRMLModelNode"))
    strokes.stop()
    strokes.preview.surfaceOf = real
    return took, shown


if __name__ == "__main__":
    raise SystemExit(main())
