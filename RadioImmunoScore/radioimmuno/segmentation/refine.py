"""More strokes on a lesion that is there: one adds to it, one takes away."""

from __future__ import annotations

import numpy as np

from ..findings import Finding, GeometryError, InputError, Severity
from ..geometry.image import Image, Triple
from .segmented import Segmented
from .stroke import checked_ends, find, finished


def add_stroke(image: Image, mask: Image, start: Triple, end: Triple) -> Segmented:
    """The lesion, and with it what a second stroke crosses.

    The second stroke is looked at as if it were the first: across a part that was missed, or across the whole
    lesion in another slice. What was found before stays.

    Parameters
    ----------
    image : CT in HU, in any axis order
    mask : the lesion so far, bool, on the CT's lattice
    start, end : the stroke's ends, LPS mm

    Returns
    -------
    Segmented
        With the finding `lesion.components` when the stroke's part does not touch the lesion, and those of
        `segment_stroke`.

    Raises
    ------
    InputError
        As of `segment_stroke`, and `mask.geometry` when the mask lies on other voxels than the CT.
    """
    ct, lesion = _on_ct(image, mask)
    found = find(ct, checked_ends(ct, start, end))
    more = found.surface.voxels(ct.lattice)
    box = lesion.box.union(more.box)
    before, added = lesion.within(box, False), more.within(box, False)
    findings = found.findings
    if before.any() and not (_grown(before) & added).any():
        text = "The second stroke's part does not touch the lesion: it consists of separate pieces now."
        findings = (*findings, Finding("lesion.components", Severity.WARN, text))
    return finished(Image(before | added, ct.lattice, box.start), image, findings)


def remove_stroke(image: Image, mask: Image, start: Triple, end: Triple) -> Segmented:
    """The lesion without what a second stroke crosses.

    What the stroke alone would segment is cut out of the lesion; that ends where the stroke's search ends.
    Pieces that the cut severs and that are smaller than what was cut go with it.

    Parameters, returns and errors as of `add_stroke`; also `stroke.nothing_found` when the stroke does not
    cross the lesion or would leave nothing of it.
    """
    ct, lesion = _on_ct(image, mask)
    found = find(ct, checked_ends(ct, start, end))
    cut = lesion.values & found.surface.voxels(ct.lattice).within(lesion.box, False)
    if not cut.any():
        text = "The stroke does not cross the lesion. Draw it across the part that is to be removed."
        raise InputError("stroke.nothing_found", text)
    left = _without_severed(lesion.values & ~cut, cut)
    if not left.any():
        text = "The stroke would remove the whole lesion. Draw a shorter one, or delete the lesion."
        raise InputError("stroke.nothing_found", text)
    return finished(Image(left, ct.lattice, lesion.offset), image)


def _on_ct(image: Image, mask: Image) -> tuple[Image, Image]:
    """CT and mask in canonical order."""
    if not mask.lattice.coincides(image.lattice):
        raise GeometryError("mask.geometry", "The lesion lies on another grid than the CT.")
    return image.canonical(), mask.canonical()


def _grown(mask: np.ndarray) -> np.ndarray:
    from scipy.ndimage import binary_dilation

    return binary_dilation(mask, np.ones((3, 3, 3)))


def _without_severed(left: np.ndarray, cut: np.ndarray) -> np.ndarray:
    from scipy.ndimage import label

    pieces, count = label(left, np.ones((3, 3, 3)))
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    severed = sizes < min(np.count_nonzero(cut), sizes.max())
    severed &= np.isin(np.arange(count + 1), pieces[_grown(cut)])
    severed[0] = False
    return left & ~severed[pieces]
