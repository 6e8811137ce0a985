"""The bench as somebody finds it who has a task for the panel, and what must be so at the end of a task."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"
sys.path[:0] = [str(MODULE.parent), str(REPOSITORY / "Testing" / "Bench")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

WINDOW, PANEL_SIZE = (1366, 768), (450, 560)
TIMEOUT_MS = 120_000
# Of the ends of a stroke from the border of what it crosses, as a share of its length.
INTO = 0.02
# The lesions of the demonstration patient that the tasks are about.
STROKED, SMALL, HOLLOW, LEFT_OUT = "lesion_2", "lesion_8", "lesion_1", "lesion_3"
IRRADIATED = ("lesion_2", "lesion_5")
LESIONS, FEW_VOXELS = 8, 5
# A word of the sentence that says why a lesion of a few voxels has no score.
WHY = "voxels"


@cache
def simulatedPatient() -> Any:
    """The demonstration patient, simulated once."""
    from radioimmuno.simulation.patient import simulate_patient
    from RadioImmunoScoreLib.services.demonstration import SEED, SLICE_MM

    return simulate_patient(SEED, slice_mm=SLICE_MM)


class Desk:
    """Bench, window and panel for one task.

    Attributes
    ----------
    hand : CountedHands
    nodes : tuple
        CT and segmentation node, once loaded.
    """

    def __init__(self, bench: Any, window: Any, dialogs: Any, folder: Path) -> None:
        from slicerbench.clicks import CountedHands

        self.bench, self.window, self.dialogs, self.folder = bench, window, dialogs, folder
        self.hand = CountedHands()
        self.nodes: tuple[Any, Any] = (None, None)
        self.colors: list[tuple[float, ...]] = []
        # Of a lesion that a task is about: its voxels, and where a stroke through it ends.
        self.voxels = 0
        self.ends: list[tuple[int, int]] = []

    @property
    def session(self) -> Any:
        """The panel's session."""
        return self.bench.widget.panel.session

    @property
    def ui(self) -> Any:
        """The panel's widgets by name."""
        return self.bench.widget.panel.ui

    def load(self) -> None:
        """Put the patient's CT and lesions into the scene, as other modules would."""
        from RadioImmunoScoreLib.services.demonstration import addPatient
        from slicerbench.demonstration import showPatient

        self.nodes = addPatient(self.bench.scene, simulatedPatient())
        showPatient(self.bench, self.nodes[0])
        self.colors = self.colorsNow()
        self.rest()

    def score(self) -> None:
        """Score the loaded patient without a hand."""
        self.session.setInputs(*self.nodes)
        self.session.score()
        self.rest()

    def rest(self) -> None:
        """Let the panel come to rest."""
        self.bench.process(300)
        self.bench.waitUntil(lambda: not self.session.jobs.isBusy, TIMEOUT_MS)
        self.bench.process(300)

    def mask(self, segmentID: str) -> np.ndarray:
        """A segment's voxels on the CT, ndarray of bool, shape (k, j, i)."""
        import slicer

        volumeNode, segmentationNode = self.nodes
        values = slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentID, volumeNode)
        return values.astype(bool)

    def write(self, segmentID: str, mask: np.ndarray) -> None:
        """Replace a segment's voxels."""
        import slicer

        volumeNode, segmentationNode = self.nodes
        values = mask.astype(np.uint8)
        slicer.util.updateSegmentBinaryLabelmapFromArray(values, segmentationNode, segmentID, volumeNode)

    def strokeThrough(self, mask: np.ndarray) -> list[tuple[int, int]]:
        """The ends in the axial view (x, y; px) of the longest line in a mask's largest slice; shows that."""
        import vtk

        k = int(mask.sum(axis=(1, 2)).argmax())
        points = np.argwhere(mask[k])
        far = ((points[:, None] - points[None]) ** 2).sum(-1)
        a, b = np.unravel_index(far.argmax(), far.shape)
        ends = points[[a, b]].astype(float)
        ends += INTO * (ends[::-1] - ends)
        toRas = vtk.vtkMatrix4x4()
        self.nodes[0].GetIJKToRASMatrix(toRas)
        ras = [np.array(toRas.MultiplyPoint((i, j, k, 1.0))[:3]) for j, i in ends]
        view = self.bench.sliceViews["Red"]
        view.jumpTo(sum(ras) / 2)
        self.bench.process()
        return [view.pixelOf(point)[::-1] for point in ras]

    def colorsNow(self) -> list[tuple[float, ...]]:
        """The segments' colors, in their order."""
        segmentation = self.nodes[1].GetSegmentation()
        return [segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()]

    def row(self, segmentID: str) -> int:
        """In which row of the table a lesion is, counted from 0."""
        name = self.nodes[1].GetSegmentation().GetSegment(segmentID).GetName()
        table = self.ui.lesionTable
        return next(n for n in range(table.rowCount) if table.item(n, 0).text() == name)

    def column(self, title: str) -> int:
        """Which column of the table has a title, counted from 0."""
        table = self.ui.lesionTable
        return next(n for n in range(table.columnCount) if table.horizontalHeaderItem(n).text() == title)

    def rowOf(self, segmentID: str) -> Any:
        """What the session knows of a lesion."""
        return next(row for row in self.session.rows if row.id == segmentID)


Step = Callable[[Desk], None]


def atDesk(
    start: Callable[[Desk], None], journey: Callable[[Desk], None], module: Path = MODULE
) -> list[str]:
    """Do a task on a fresh bench.

    Parameters
    ----------
    start : callable
        Brings about what is there before; not counted.
    journey : callable
        Does the task with the hands, and checks what was reached.
    module : Path
        The scripted module's file.

    Returns
    -------
    list of str
        The steps that it took.
    """
    from slicerbench.complaints import Complaints
    from slicerbench.dialogs import Dialogs
    from slicerbench.palettes import applyPalette
    from slicerbench.session import Bench, qtApplication
    from slicerbench.window import BenchWindow

    qtApplication()
    applyPalette("light")
    with (
        Complaints() as complaints,
        Dialogs() as dialogs,
        tempfile.TemporaryDirectory() as folder,
        Bench(module) as bench,
    ):
        window = BenchWindow(bench, WINDOW)
        window.setPanelSize(*PANEL_SIZE)
        desk = Desk(bench, window, dialogs, Path(folder))
        start(desk)
        window.modulePanel.scrollArea.verticalScrollBar().value = 0
        journey(desk)
        window.close()
    assert complaints.heard == [], complaints.heard
    return desk.hand.steps


def empty(desk: Desk) -> None:
    """Nothing is loaded; the simulation itself takes no time here."""
    from RadioImmunoScoreLib.services import demonstration

    demonstration.simulate = simulatedPatient


def loaded(desk: Desk) -> None:
    """CT and segmentation are in the scene, and the CT says its tube voltage."""
    desk.load()


def scored(desk: Desk) -> None:
    """All eight lesions are scored and colored."""
    desk.load()
    desk.score()


def noneIrradiated(desk: Desk) -> None:
    """All are scored, and none is marked as irradiated."""
    scored(desk)
    for row in desk.session.rows:
        desk.session.notes.setIrradiated(row.id, False)
    desk.rest()


def oneMissing(desk: Desk) -> None:
    """All but one lesion are segmented and scored; the axial view shows the one."""
    desk.load()
    missing = desk.mask(STROKED)
    desk.nodes[1].GetSegmentation().RemoveSegment(STROKED)
    desk.score()
    desk.ends = desk.strokeThrough(missing)


def oneRefused(desk: Desk) -> None:
    """One lesion has too few voxels."""
    desk.load()
    mask = desk.mask(SMALL)
    flat = mask.ravel()
    flat[flat.nonzero()[0][FEW_VOXELS:]] = False
    desk.write(SMALL, mask)
    desk.score()
    assert desk.rowOf(SMALL).status == "refused"


def oneHollow(desk: Desk) -> None:
    """One lesion has a hole in its middle."""
    desk.load()
    mask = desk.mask(HOLLOW)
    desk.voxels = int(mask.sum())
    k, j, i = (int(places.mean()) for places in mask.nonzero())
    assert mask[k - 2 : k + 3, j - 2 : j + 3, i - 2 : i + 3].all()
    mask[k, j : j + 2, i : i + 2] = False
    desk.write(HOLLOW, mask)
    desk.score()


def untilLoaded(desk: Desk) -> None:
    """Wait for the demonstration patient."""
    desk.bench.waitUntil(lambda: len(desk.session.rows) == LESIONS, TIMEOUT_MS)
    desk.rest()


def untilSegmented(desk: Desk) -> None:
    """Wait for the lesion of the stroke."""
    desk.bench.waitUntil(lambda: len(desk.session.rows) == LESIONS, TIMEOUT_MS)
    desk.rest()


def isScored(desk: Desk) -> None:
    """Every lesion has a score that is that of its voxels."""
    rows = desk.session.rows
    assert len(rows) == LESIONS
    assert all(row.score is not None and row.status in ("scored", "warning") for row in rows)


def isLowestSelected(desk: Desk, segmentID: str | None) -> None:
    """The lesion of the lowest score is the selected one."""
    assert segmentID == min(desk.session.rows, key=lambda row: row.score).id


def isLeftOut(desk: Desk) -> None:
    """The lesion counts no more in the patient."""
    assert not desk.rowOf(LEFT_OUT).included
    assert desk.session.patient.subsets["all"].n == LESIONS - 1


def areIrradiated(desk: Desk, mean: str) -> None:
    """The two lesions are a subset, and the text is the mean of their scores."""
    scores = [desk.rowOf(segmentID).score for segmentID in IRRADIATED]
    assert desk.session.patient.subsets["irradiated"].n == len(scores)
    assert abs(float(mean) - sum(scores) / len(scores)) < 0.006


def isFilled(desk: Desk) -> None:
    """The lesion is as large as before the hole."""
    assert desk.mask(HOLLOW).sum() == desk.voxels


def isReported(desk: Desk) -> None:
    """The report is there."""
    (path,) = desk.folder.glob("*.html")
    assert "Lung 1" in path.read_text(encoding="utf-8")


def areOriginal(desk: Desk) -> None:
    """Every segment has the color that it had before any score."""
    assert desk.colorsNow() == desk.colors
