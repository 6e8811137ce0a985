"""What a person draws, and what it becomes: a lesion, or a correction of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..geometry.image import Image, Triple
    from .boosted_trees import SegmentationModel
    from .segmented_lesion import SegmentedLesion

# A lesion of its own: from one point or a stroke, two crossed strokes, a box.
NEW, DIAMETERS, BOX = "new", "diameters", "box"
# A correction of one that is there.
ADD, REMOVE, BORDER = "add", "remove", "border"
CORRECTIONS = (ADD, REMOVE, BORDER)


def segment_points(
    image: Image,
    points: Sequence[Triple],
    what: str = NEW,
    lesion: Image | None = None,
    model: SegmentationModel | None = None,
) -> SegmentedLesion:
    """The lesion that points mark, or a lesion as it is corrected by them.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    points : sequence of tuple of 3 floats
        LPS mm. For `NEW` one inside the lesion, or the two ends of a stroke; for `DIAMETERS` the ends of the
        one stroke and those of the other; for `BOX` two opposite corners; for `ADD` and `REMOVE` the ends of
        a stroke; for `BORDER` one that the border passes through.
    what : str
        `NEW`, `DIAMETERS`, `BOX`, `ADD`, `REMOVE` or `BORDER`.
    lesion : Image, optional
        The mask that is corrected, bool, on the CT's lattice; for `CORRECTIONS`.
    model : SegmentationModel, optional
        Instead of the one that comes with the software; corrections need none.

    Returns
    -------
    SegmentedLesion
        On the CT's own lattice.

    Raises
    ------
    InputError
        When there is none; the text says what to do.
    ValueError
        When the number of points is not that of the gesture, or a correction has no lesion.
    """
    # This file is loaded by Slicer when it starts, and by the command line for its help.
    from .box import segment_box
    from .click import segment_click
    from .corrections import add_stroke, pull_border, remove_stroke
    from .stroke import segment_diameters, segment_stroke

    lesions: dict[tuple[str, int], Callable[..., SegmentedLesion]] = {
        (NEW, 1): segment_click,
        (NEW, 2): segment_stroke,
        (DIAMETERS, 4): lambda image, *ends, model: segment_diameters(image, ends[:2], ends[2:], model),
        (BOX, 2): segment_box,
    }
    corrections: dict[tuple[str, int], Callable[..., SegmentedLesion]] = {
        (ADD, 2): add_stroke,
        (REMOVE, 2): remove_stroke,
        (BORDER, 1): pull_border,
    }
    gesture = what, len(points)
    if gesture in lesions:
        return lesions[gesture](image, *points, model=model)
    if gesture in corrections and lesion is not None:
        return corrections[gesture](image, lesion, *points)
    on = "no lesion" if lesion is None else "a lesion"
    raise ValueError(f"{what} with {len(points)} points and {on} is no gesture")
