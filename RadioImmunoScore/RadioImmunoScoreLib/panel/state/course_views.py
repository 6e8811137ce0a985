"""Both studies in the views: a lesion shown in both, and what moves one row moves the other along."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import vtk

from ...scene.camera import lookAt
from ...scene.ras_geometry import transformBetween
from ...scene.side_by_side import (
    fitViews,
    isSideBySide,
    jumpRow,
    leaveSideBySide,
    middleOf,
    rowViews,
    showSideBySide,
)
from ...services.followup import idsIn
from .events import Observers, release, singleShot

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowedLesion
    from radioimmuno.followup.registration import Registration

EARLIER, LATER = range(2)
# After so long the views of a layout are made.
SETTLE_MS = 50
RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])

Point = tuple[float, float, float]


class CourseViews:
    """Shows two studies one above the other, linked through their registrations.

    Attributes
    ----------
    observers : Observers
        Of the slice views.
    """

    def __init__(self) -> None:
        self.observers = Observers()
        self._pairs: list[tuple[Any, Any]] = []
        self._others: list[Any] = []
        self._registrations: tuple[Registration | None, ...] = ()
        self._numbers = (0, 1)
        self._isMoving = False
        self._places: list[Point | None] = [None, None]
        self._settled = singleShot(SETTLE_MS, self._settle)

    @property
    def isShown(self) -> bool:
        """Whether both studies are shown."""
        return bool(self._pairs) and isSideBySide(self._pairs[0][0].GetScene())

    def show(
        self,
        scene: Any,
        studies: Sequence[tuple[Any, Any]],
        registrations: Sequence[Registration | None],
        later: int,
    ) -> None:
        """Show the baseline above a later study, and the lesions of no other one.

        Parameters
        ----------
        scene : vtkMRMLScene
        studies : sequence of (vtkMRMLVolumeNode, vtkMRMLSegmentationNode)
            In order of time.
        registrations : sequence of Registration or None
            From each study to the next.
        later : int
            Number of the later study.
        """
        pairs = [studies[0], studies[later]]
        others = [nodes for _ct, nodes in studies if all(nodes is not shown for _shownCt, shown in pairs)]
        isSame = (pairs, others) == (self._pairs, self._others) and self.isShown
        self._pairs, self._others, self._numbers = pairs, others, (0, later)
        self._registrations = tuple(registrations[:later])
        if isSame:
            return
        self.observers.removeAll()
        self._isMoving = True
        isOther = showSideBySide(scene, pairs, others)
        self._isMoving = False
        self._places = [None, None]
        if isOther:
            fitViews(scene)
            self._settled.start()
        for row in (EARLIER, LATER):
            for number, view in enumerate(rowViews(scene, row)):
                moved = partial(self._moved, row, number)
                self.observers.observe(view, (vtk.vtkCommand.ModifiedEvent,), moved)

    def leave(self, scene: Any) -> None:
        """Show the layout that was there before."""
        self.close()
        leaveSideBySide(scene)

    def close(self) -> None:
        """Observe nothing any more."""
        self._settled.stop()
        self.observers.removeAll()
        self._pairs = []

    def release(self) -> None:
        """The panel goes: nothing is started ever again."""
        self.close()
        release(self._settled)

    def jumpTo(self, lesion: FollowedLesion) -> None:
        """Show a lesion in both studies; where it is not seen, the place where it would be."""
        if not self._pairs:
            return
        places = [self._centerOf(row, idsIn(lesion, study)) for row, study in enumerate(self._numbers)]
        for row in (EARLIER, LATER):
            other = places[1 - row]
            if places[row] is None and other is not None:
                places[row] = self._across(1 - row, other)
        self._places = places
        self._jump()
        center = places[EARLIER] or places[LATER]
        if center is not None:
            lookAt(self._pairs[0][0].GetScene(), center)

    def _jump(self) -> None:
        self._isMoving = True
        for row, place in enumerate(self._places):
            if place is not None:
                jumpRow(self._pairs[0][0].GetScene(), row, place)
        self._isMoving = False

    def _settle(self) -> None:
        """Views that the layout made have their sizes only now, and Slicer has put them at 0 mm."""
        if self.isShown:
            self._isMoving = True
            fitViews(self._pairs[0][0].GetScene())
            self._isMoving = False
            self._jump()

    def _centerOf(self, row: int, segmentIDs: Sequence[str]) -> Point | None:
        node = self._pairs[row][1]
        present = [i for i in segmentIDs if node.GetSegmentation().GetSegment(i) is not None]
        if not present:
            return None
        centers = np.array([node.GetSegmentCenterRAS(i) for i in present])
        middle = centers.mean(axis=0)
        # Axial and coronal slice go through the part that is nearest: between parts there may be none.
        near = centers[np.linalg.norm(centers - middle, axis=1).argmin()]
        return float(middle[0]), float(near[1]), float(near[2])

    def _across(self, row: int, place: Point) -> Point | None:
        """The place of the other study that a place (RAS mm) of a row's study is; None without a way."""
        steps = self._registrations
        if not steps or any(step is None for step in steps):
            return None
        points = np.array([_between(place, None, self._pairs[row][0])]) * RAS_TO_LPS
        for step in steps if row == EARLIER else reversed(steps):
            assert step is not None
            points = step.to_followup(points) if row == EARLIER else step.to_baseline(points)
        return _between((points[0] * RAS_TO_LPS).tolist(), self._pairs[1 - row][0], None)

    def _moved(self, row: int, number: int) -> None:
        """A view was scrolled, moved or zoomed: the view below or above shows the same place."""
        if self._isMoving or self._settled.isActive() or not self.isShown:
            return
        scene = self._pairs[0][0].GetScene()
        views, others = rowViews(scene, row), rowViews(scene, 1 - row)
        if number >= min(len(views), len(others)):
            return
        view, other = views[number], others[number]
        place = self._across(row, middleOf(view))
        self._isMoving = True
        if place is not None:
            other.JumpSliceByCentering(*place)
        wide, tall, _thick = view.GetFieldOfView()
        otherWide, _tall, thick = other.GetFieldOfView()
        if abs(otherWide - wide) > 1e-3 * wide:
            other.SetFieldOfView(wide, tall, thick)
        self._isMoving = False


def _between(place: Sequence[float], fromNode: Any | None, toNode: Any | None) -> Point:
    """A point from below one volume's transform to below another's; None is the world."""
    parents = [node.GetParentTransformNode() if node is not None else None for node in (fromNode, toNode)]
    r, a, s = transformBetween(*parents).TransformPoint(*place)
    return r, a, s
