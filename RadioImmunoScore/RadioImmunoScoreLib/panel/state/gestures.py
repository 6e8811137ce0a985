"""What a user can draw in the views, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from radioimmuno.segmentation.gestures import ADD, BORDER, BOX, CORRECTIONS, DIAMETERS, NEW, REMOVE

from ...scene.stroke_markups import BOX_CORNERS, LINE, POINT


@dataclass(frozen=True)
class Gesture:
    """One thing to draw.

    Parameters
    ----------
    what : str
        What its points become, as of `segment_points` of the science.
    className : str
        The class of the markup that is placed.
    count : int
        How many markups are placed, one after the other.
    """

    what: str
    className: str
    count: int = 1

    @property
    def isCorrection(self) -> bool:
        """Whether it changes the lesion that is selected."""
        return self.what in CORRECTIONS

    @property
    def isAdjusted(self) -> bool:
        """Whether the user adjusts what was placed before it is used."""
        return self.className == BOX_CORNERS

    @property
    def isPreviewed(self) -> bool:
        """Whether what it would become is shown while it is drawn."""
        return self in (STROKE, CROSS)


STROKE, CROSS = Gesture(NEW, LINE), Gesture(DIAMETERS, LINE, 2)
CLICK, BOX_AROUND = Gesture(NEW, POINT), Gesture(BOX, BOX_CORNERS)
MORE, LESS, PULL = Gesture(ADD, LINE), Gesture(REMOVE, LINE), Gesture(BORDER, POINT)
