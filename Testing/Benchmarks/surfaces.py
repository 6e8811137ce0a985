"""What showing lesions in 3D costs: surfaces made one at a time, and edits while they are shown.

Lesions of 10, 100, 500 and 1500 cc in a CT of 512 x 512 x 400 voxels; processor time of this thread::

    make benchmark-surfaces
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "RadioImmunoScore")]

SHAPE, SPACING_MM = (400, 512, 512), (1.0, 0.75, 0.75)
VOLUMES_CC = (10, 100, 500, 1500)
EDITS = 7


def main() -> int:
    """Print a row for each lesion, with and without surfaces of Slicer's own."""
    from RadioImmunoScoreLib.headless.host import SceneHost
    from RadioImmunoScoreLib.scene.surfaces import LesionSurfaces

    with SceneHost() as host:
        node = _segmentation(host)
        ids = list(node.GetSegmentation().GetSegmentIDs())
        surfaces = LesionSurfaces()
        surfaces.show(node, ids)
        made = [_ms(surfaces.step) for _ in ids]
        edited = [_edits(node, i, lambda: surfaces.show(node, ids), surfaces.step) for i in ids]
        surfaces.clear()
        whole = _ms(node.CreateClosedSurfaceRepresentation)
        slicers = [_edits(node, i) for i in ids]
    print("lesion     first surface  an edit  the panel follows  surface anew  an edit with Slicer's own")
    for cc, first, (edit, follow, again), (own, _, _) in zip(VOLUMES_CC, made, edited, slicers, strict=True):
        print(f"{cc:4d} cc {first:12.0f} ms {edit:9.1f} ms {follow:12.1f} ms {again:14.0f} ms {own:19.0f} ms")
    print(f"Slicer makes its own surfaces of all at once: {whole:.0f} ms")
    return 0


def _segmentation(host):
    """Balls side by side, with some unevenness."""
    from radioimmuno.geometry.image import Image, Lattice
    from radioimmuno.lesion import Lesion
    from RadioImmunoScoreLib.scene.patient_nodes import addSegmentation, addVolume

    lattice = Lattice(SHAPE, SPACING_MM, (0.0, 0.0, 0.0))
    lesions = []
    for n, cc in enumerate(VOLUMES_CC):
        radius = (cc * 1000 * 3 / 4 / np.pi) ** (1 / 3)
        half = np.ceil(1.1 * radius / np.array(SPACING_MM)).astype(int) + 1
        k, j, i = (np.arange(-h, h + 1) * s for h, s in zip(half, SPACING_MM, strict=True))
        uneven = 1 + 0.05 * np.sin(k[:, None, None] / 3) * np.cos(j[:, None] / 4)
        mask = k[:, None, None] ** 2 + j[:, None] ** 2 + i**2 <= (radius * uneven) ** 2
        start = np.array((200, 256, 40 + 130 * n)) - half
        lesions.append(Lesion(f"{cc} cc", f"{cc} cc", Image(mask, lattice, tuple(start.tolist()))))
    volumeNode = addVolume(host.scene, Image(np.zeros(SHAPE, np.int16), lattice))
    return addSegmentation(host.scene, lesions, volumeNode)


def _edits(node, segmentID, follow=lambda: None, step=lambda: None):
    """Medians in ms of taking some voxels away as the Segment Editor does, and of what comes after it."""
    import slicer
    from vtkmodules.util.numpy_support import vtk_to_numpy

    logic, times = slicer.vtkSlicerSegmentationsModuleLogic, []
    for n in range(EDITS):
        labelmap = slicer.vtkOrientedImageData()
        labelmap.DeepCopy(node.GetBinaryLabelmapInternalRepresentation(segmentID))
        voxels = vtk_to_numpy(labelmap.GetPointData().GetScalars())
        voxels[np.flatnonzero(voxels)[n::1000]] = 0
        edit = _ms(lambda made=labelmap: logic.SetBinaryLabelmapToSegment(made, node, segmentID))
        times.append((edit, _ms(follow), _ms(step)))
    return tuple(statistics.median(column) for column in zip(*times, strict=True))


def _ms(work) -> float:
    start = time.thread_time()
    work()
    return 1000 * (time.thread_time() - start)


if __name__ == "__main__":
    raise SystemExit(main())
