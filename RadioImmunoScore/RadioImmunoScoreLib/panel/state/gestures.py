"""What a user can draw in the views, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from ...scene.stroke_markups import LINE, POINT
from ...services.segment_edits import ADD, CORRECTIONS, DIAMETERS, NEW, REMOVE


@dataclass(frozen=True)
class Gesture:
    """One thing to draw.

    Parameters
    ----------
    what : str
        What its points become, as of `segment_edits.segmentPoints`.
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


STROKE, CROSS, CLICK = Gesture(NEW, LINE), Gesture(DIAMETERS, LINE, 2), Gesture(NEW, POINT)
MORE, LESS = Gesture(ADD, LINE), Gesture(REMOVE, LINE)
