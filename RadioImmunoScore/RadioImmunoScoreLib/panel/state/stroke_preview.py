"""What a stroke would become, shown while it is drawn: on the main thread, between movements of the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Triple

from ...scene import readImage
from ...scene.preview_surface import PreviewSurface
from ...services.segment_edits import preparePreview, previewStroke
from .events import release, singleShot

# After the mouse moved a preview waits so long: events that are queued come first.
PAUSE_MS = 15
BUDGET_S = 0.1
MOST_SLOW = 2


class StrokePreview:
    """Follows the end of a stroke that is being drawn.

    Attributes
    ----------
    surfaceOf : callable
        As `segment_edits.previewStroke`; a test gives its own.
    budgetS : float, s
        What a preview may take; one that took longer twice in a row is not shown for the rest of a stroke.
    """

    def __init__(self) -> None:
        self.surfaceOf: Callable[..., Any] = previewStroke
        self.budgetS = BUDGET_S
        self._shown = PreviewSurface()
        self._volumeNode: Any = None
        self._image: Image | None = None
        self._ends: Sequence[Triple] = ()
        self._slow = 0
        self._draw = singleShot(PAUSE_MS, self._drawNow)
        self._prepare = singleShot(PAUSE_MS, preparePreview)

    def prepare(self) -> None:
        """A stroke begins: what the first preview would have to wait for is loaded before the mouse draws."""
        self._prepare.start()

    def follow(self, volumeNode: Any, ends: Sequence[Triple]) -> None:
        """Show soon what a stroke between these points, LPS mm, would become.

        Parameters
        ----------
        volumeNode : vtkMRMLScalarVolumeNode
            The CT in whose own frame the points lie.
        ends : sequence of 2 tuples of float
        """
        self._volumeNode, self._ends = volumeNode, ends
        if self._slow < MOST_SLOW and not self._draw.isActive():
            self._draw.start()

    def clear(self) -> None:
        """Show nothing any more; the next stroke begins anew."""
        self._draw.stop()
        self._shown.clear()
        self._volumeNode, self._image, self._ends, self._slow = None, None, (), 0

    def release(self) -> None:
        """Nothing is shown ever again."""
        self.clear()
        release(self._draw)
        release(self._prepare)

    def _drawNow(self) -> None:
        if self._volumeNode is None or self._volumeNode.GetScene() is None:
            return
        start = perf_counter()
        try:
            if self._image is None:
                self._image = readImage(self._volumeNode)
            mesh = self.surfaceOf(self._image, *self._ends)
        except (InputError, ValueError, ArithmeticError):
            # What is wrong with it the stroke itself says.
            self._shown.clear()
            return
        self._shown.show(self._volumeNode, mesh.points, mesh.triangles)
        self._slow = self._slow + 1 if perf_counter() - start > self.budgetS else 0
        if self._slow >= MOST_SLOW:
            self._shown.clear()
