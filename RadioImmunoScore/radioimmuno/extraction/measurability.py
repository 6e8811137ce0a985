"""Whether a lesion can be measured: what is wrong with its mask or with the voxels under it.

What scoring needs of masks and voxels; `quality` adds what a reader should look at besides. Each check
returns findings; none changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..findings import Finding, Severity
from ..geometry.box_index import BoxIndex
from ..geometry.grid import Grid
from ..geometry.image import Box
from ..lesion import Lesion
from ..modality import CT, Modality
from ..naming import lesion_names
from ..numbers import percent
from ..thresholds import (
    BAD_VOXELS_REFUSE_SHARE,
    BAD_VOXELS_WARN_SHARE,
    MAX_PLAUSIBLE_CC,
    MAX_REGION_VOXELS,
    MAX_SLICE_MM,
    MIN_RING_SHARE,
    MIN_VOLUME_CC,
    MIN_VOXELS,
)

LISTED_PIECES = 4


def check_mask(lesion: Lesion, grid: Grid, modality: Modality = CT) -> list[Finding]:
    """Whether a lesion's mask (canonical) can be measured, and what a reader should look at."""
    box = lesion.box
    if box is None:
        return [_refuse("lesion.empty", "The segment is empty: draw the lesion or remove the segment.")]
    volume, least = lesion.volume_cc, smallest_cc(lesion, grid)
    if volume < least:
        size = f"{count(lesion.voxels, 'voxel')}, {volume:.3g} cc"
        text = f"The lesion is too small ({size}): {least:.3g} cc are needed."
        return [_refuse("lesion.too_small", text)]
    if min(box.shape) == 1:
        return [
            _refuse("lesion.single_slice", "The lesion lies on a single slice: 3D features need several.")
        ]
    expected = volume * 1000 / grid.lattice.voxel_volume_mm3
    if expected > MAX_REGION_VOXELS:
        text = f"About {expected:,.0f} voxels on the grid; the limit is {MAX_REGION_VOXELS:,}."
        return [_refuse("lesion.too_large", text)]
    return [*_size(volume), *_truncated(lesion, box, modality), *_pieces(lesion)]


def smallest_cc(lesion: Lesion, grid: Grid) -> float:
    """The smallest volume that is measured, cc: less where the grid and the CT's voxels are finer than 1 mm.

    Parameters
    ----------
    lesion : Lesion
    grid : Grid
    """
    voxel_mm3 = max(grid.lattice.voxel_volume_mm3, lesion.mask.lattice.voxel_volume_mm3)
    return min(MIN_VOLUME_CC, MIN_VOXELS * voxel_mm3 / 1000)


def overlaps(lesions: Sequence[Lesion]) -> dict[str, list[Finding]]:
    """For each lesion's id, the lesions (canonical) it shares voxels with."""
    found: dict[str, list[Finding]] = {}
    index = BoxIndex([lesion.box for lesion in lesions])
    names = lesion_names(lesions)
    for place, lesion in enumerate(lesions):
        for beside in index.meeting(lesion.box):
            other = lesions[beside]
            if beside == place or lesion.box is None or other.box is None:
                continue
            shared = lesion.box.intersect(other.box)
            both = lesion.mask.within(shared, False) & other.mask.within(shared, False)
            voxels = int(np.count_nonzero(both))
            if voxels:
                text = f"{count(voxels, 'voxel')} also belong to {names[other.id]}."
                found.setdefault(lesion.id, []).append(Finding("lesion.overlap", Severity.WARN, text))
    return found


def check_ring(share: float, voxels: int, modality: Modality = CT) -> list[Finding]:
    """Whether enough of the ring is left on an image of this modality."""
    if voxels == 0:
        return [_refuse("ring.empty", "Nothing of the ring is left.")]
    if share < MIN_RING_SHARE:
        border = f"the {modality.name}'s border"
        text = f"Only {100 * share:.0f} % of the ring is left beside other lesions and {border}."
        return [Finding("ring.clipped", Severity.WARN, text)]
    return []


def check_slices(spacing: Sequence[float]) -> list[Finding]:
    """Whether the CT's slices are thicker than any signature's domain (distance between slices, mm)."""
    thickest = max(spacing)
    if thickest <= MAX_SLICE_MM + 1e-6:
        return []
    text = f"Slices are {thickest:.3g} mm apart; signatures are made for {MAX_SLICE_MM:.0f} mm at the most."
    return [Finding("domain.slice_thickness", Severity.WARN, text)]


def bad_voxels(values: np.ndarray, modality: Modality = CT) -> dict[str, np.ndarray]:
    """Voxels that hold no intensity, by finding code; a kind that does not occur is left out.

    Parameters
    ----------
    values : ndarray, shape (k, j, i)
    modality : Modality, optional
        Of the image that they are of.

    Returns
    -------
    dict of str to ndarray of bool, shape (k, j, i)
    """
    lost = ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    least = -np.inf if modality.padding_below is None else modality.padding_below
    with np.errstate(invalid="ignore"):
        padding = (values < least) & ~lost
    return {code: bad for code, bad in (("ct.non_finite", lost), ("ct.padding", padding)) if bad.any()}


def check_bad_voxels(code: str, region: str, bad: int, voxels: int, modality: Modality = CT) -> list[Finding]:
    """Refuse, warn about or pass over the bad voxels of a region; they are left out of what is measured."""
    share = bad / max(1, voxels)
    what = "are not numbers" if code == "ct.non_finite" else "are padding (nothing was measured there)"
    text = f"{count(bad, 'voxel')} ({percent(share)}) of the {region} {what}"
    if bad and code == "ct.non_finite" and region == "lesion":
        return [_refuse(code, f"{text}: the {modality.name} is damaged here.")]
    if share > BAD_VOXELS_REFUSE_SHARE:
        return [_refuse(code, f"{text}; {100 * BAD_VOXELS_REFUSE_SHARE:.0f} % is the limit.")]
    if share > BAD_VOXELS_WARN_SHARE:
        return [Finding(code, Severity.WARN, f"{text} and were left out.")]
    return []


def _size(volume_cc: float) -> list[Finding]:
    if volume_cc <= MAX_PLAUSIBLE_CC:
        return []
    text = f"{volume_cc:,.0f} cc is more than lesions have (over {MAX_PLAUSIBLE_CC:,.0f} cc): is it an organ?"
    return [Finding("lesion.implausible_size", Severity.WARN, text)]


def _truncated(lesion: Lesion, box: Box, modality: Modality) -> list[Finding]:
    names = (("bottom", "top"), ("front", "back"), ("right", "left"))
    touched = [
        name
        for axis in range(3)
        for name, at_border in zip(
            names[axis],
            (box.start[axis] == 0, box.stop[axis] == lesion.mask.lattice.shape[axis]),
            strict=True,
        )
        if at_border
    ]
    if not touched:
        return []
    where = f"the {modality.name}'s border ({', '.join(touched)})"
    text = f"The lesion touches {where}: part of it may be missing."
    return [Finding("lesion.truncated", Severity.WARN, text)]


def _pieces(lesion: Lesion) -> list[Finding]:
    """Components (26-connected) and holes (6-connected background that is closed in)."""
    from scipy.ndimage import label

    found = []
    labels, pieces = label(lesion.mask.values, np.ones((3, 3, 3), bool))
    if pieces > 1:
        sizes = np.sort(np.bincount(labels.ravel())[1:])[::-1]
        listed = "; ".join(f"{size:,}" for size in sizes[:LISTED_PIECES])
        more = f"; {pieces - LISTED_PIECES} smaller ones" if pieces > LISTED_PIECES else ""
        text = f"The lesion is in {pieces} separate pieces (voxels: {listed}{more})."
        found.append(Finding("lesion.components", Severity.WARN, text))
    holes = label(~np.pad(lesion.mask.values, 1))[1] - 1
    if holes:
        found.append(Finding("lesion.holes", Severity.WARN, f"The lesion has {count(holes, 'hole')} inside."))
    return found


def _refuse(code: str, text: str) -> Finding:
    """A finding that refuses the lesion."""
    return Finding(code, Severity.REFUSE, text)


def count(n: int, noun: str) -> str:
    """`1 voxel`, `2 voxels`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
