"""What a stroke or click becomes: a mask on the CT's own voxels, its axes, what to know about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..findings import Finding, InputError, Severity
from ..geometry.axes import Axes, measure_axes
from ..geometry.image import Image
from ..lesion import Delineation, DelineationType
from .parameters import PARAMETERS as P

BY_STROKE = Delineation(DelineationType.SEMIAUTOMATIC, "RadioImmunoScore, stroke")
BY_DIAMETERS = Delineation(DelineationType.SEMIAUTOMATIC, "RadioImmunoScore, two strokes")
BY_BOX = Delineation(DelineationType.SEMIAUTOMATIC, "RadioImmunoScore, box")
BY_CLICK = Delineation(DelineationType.SEMIAUTOMATIC, "RadioImmunoScore, click")

NOTHING_FOUND = (
    "No lesion was found there: nothing differs from what is around it. "
    "Draw the stroke across the lesion's longest extent, from border to border."
)


@dataclass(frozen=True, eq=False)
class SegmentedLesion:
    """A lesion as it was segmented.

    Parameters
    ----------
    mask : Image
        Bool, cropped to the lesion, on the CT's own lattice and axis order.
    axes : Axes or None
        As RECIST measures; None when nothing is left.
    findings : tuple of Finding
        What to look at before the lesion is used.
    delineation : Delineation
        What segmented it.
    expected_agreement : float or None
        Expected Dice coefficient with a reader's contour, 0 to 1; None where nothing can be expected.
    """

    mask: Image
    axes: Axes | None
    findings: tuple[Finding, ...] = ()
    delineation: Delineation = BY_STROKE
    expected_agreement: float | None = None

    @property
    def volume_cc(self) -> float:
        """Volume of the mask's voxels in cc."""
        return float(np.count_nonzero(self.mask.values) * self.mask.lattice.voxel_volume_mm3 / 1000.0)


def segmented_lesion(mask: Image, image: Image, findings: tuple[Finding, ...] = ()) -> SegmentedLesion:
    """The result for a canonical mask, on the axis order of the CT as it is stored.

    Parameters
    ----------
    mask : Image of bool
        On the canonical lattice of the CT.
    image : Image
        The CT, in any axis order.
    findings : tuple of Finding
        What was found so far; `lesion.truncated` is added where the mask reaches the CT's border.

    Raises
    ------
    InputError
        `stroke.nothing_found` when the mask is empty.
    """
    cropped = mask.trimmed()
    if not cropped.values.size:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    stored = cropped.on_axes_of(image.lattice)
    stored = replace(stored, values=np.ascontiguousarray(stored.values))
    where = stored.box
    if any(a == 0 or b == n for a, b, n in zip(where.start, where.stop, image.lattice.shape, strict=True)):
        text = "The lesion reaches the border of the CT: part of it may be missing."
        findings = (*findings, Finding("lesion.truncated", Severity.WARN, text))
    return SegmentedLesion(stored, measure_axes(cropped), findings)


def judged(segmented: SegmentedLesion, agreement: float) -> SegmentedLesion:
    """The lesion with its expected agreement with a reader, and a warning where that is low.

    Parameters
    ----------
    segmented : SegmentedLesion
        As it was found.
    agreement : float
        Expected Dice coefficient with a reader's contour, 0 to 1.

    Returns
    -------
    SegmentedLesion
        With the finding `stroke.unsure` below `PARAMETERS.unsure_agreement`.
    """
    findings = (*segmented.findings, *check_agreement(agreement))
    return replace(segmented, findings=findings, expected_agreement=agreement)


def is_unsure(agreement: float) -> bool:
    """Whether an expected Dice coefficient with a reader, 0 to 1, is low: the lesion is to be looked at."""
    return agreement < P.unsure_agreement


def check_agreement(agreement: float) -> list[Finding]:
    """The finding `stroke.unsure` for a low expected Dice coefficient, 0 to 1; none otherwise."""
    if not is_unsure(agreement):
        return []
    text = (
        f"A reader would probably draw this lesion otherwise: expected agreement (Dice) {agreement:.2f}. "
        "Look at its border, and correct it where it is wrong."
    )
    return [Finding("stroke.unsure", Severity.WARN, text)]
