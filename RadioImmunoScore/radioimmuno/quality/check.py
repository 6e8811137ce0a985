"""All that is found about each lesion: what scoring refuses or warns of, and what else to look at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..acquisition import Acquisition
from ..extraction.extract import measure
from ..extraction.lesion_features import LesionFeatures
from ..extraction.measurability import count
from ..extraction.tissue import check_tissue
from ..features.region import Region
from ..findings import Finding, Severity
from ..geometry.image import Image
from ..lesion import Lesion
from ..scoring.domain import check_domain
from ..segmentation.segmented_lesion import check_agreement
from ..settings import Settings
from ..thresholds import FEW_PLANES, FEW_VOXELS, MAX_REGION_VOXELS
from .protrusions import thin_protrusions
from .slices import fill_gaps, jagged_slices

VOXELS = "voxels"


@dataclass(frozen=True)
class LesionFinding:
    """One thing that was found about one lesion."""

    lesion_id: str
    finding: Finding


def check_lesions(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    acquisition: Acquisition | None = None,
    *,
    findings: Mapping[str, Sequence[Finding]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[LesionFinding, ...]:
    """What a reader should know about each lesion before it is scored.

    What measuring lesion and ring with these settings finds comes first and is found by the same code, so
    that a lesion is refused here when it would be there. Then come the checks of this package; of those only
    what is under the mask refuses, as it does in scoring.

    Parameters
    ----------
    image : Image
        The CT; any axis order.
    lesions : sequence of Lesion
        Lesions on the CT's lattice.
    settings : Settings
        How features will be measured.
    acquisition : Acquisition, optional
        How the CT was made; nothing known by default.
    findings : mapping of str to sequence of Finding, optional
        Lesion id -> what reading found (segmentation on another grid, ...); kept, as the first ones.
    progress : callable, optional
        Called with (steps done, steps in all) on the calling thread; an exception it raises stops.

    Returns
    -------
    tuple of LesionFinding
        In the order of the lesions; a lesion without findings does not occur in it.
    """
    of_all = check_domain(acquisition or Acquisition(), image.lattice.spacing)
    known = {lesion.id: (*(findings or {}).get(lesion.id, ()), *of_all) for lesion in lesions}
    total = 2 * len(lesions)
    report = progress or (lambda _done, _total: None)
    measured = measure(
        image,
        lesions,
        settings,
        {"lesion": (VOXELS,), "ring": (VOXELS,)},
        findings=known,
        progress=lambda done, _: report(done, total),
        engine=_count_voxels,
    )
    source = image.canonical()
    found: list[LesionFinding] = []
    for number, (lesion, features) in enumerate(zip(lesions, measured, strict=True), start=1):
        all_found = [*features.findings, *_look(source, lesion.canonical(), features)]
        found += [LesionFinding(lesion.id, finding) for finding in all_found]
        report(len(lesions) + number, total)
    return tuple(found)


def _count_voxels(region: Region, keys: Collection[str]) -> dict[str, float | None]:
    """The only thing to be measured: how many voxels of the grid features have."""
    return {key: float(np.count_nonzero(region.intensity_mask)) for key in keys}


def _look(image: Image, lesion: Lesion, features: LesionFeatures) -> list[Finding]:
    """The checks that are not scoring's; none for a mask that is empty or no lesion at all."""
    if lesion.box is None or lesion.voxels > MAX_REGION_VOXELS:
        return []
    on_grid = features.values.get(f"lesion.{VOXELS}")
    return [
        *_check_enough(lesion, on_grid),
        *_check_protrusions(lesion),
        *_check_slices_drawn(lesion),
        *check_tissue(image, lesion),
        *([] if lesion.expected_agreement is None else check_agreement(lesion.expected_agreement)),
    ]


def _check_enough(lesion: Lesion, on_grid: float | None) -> list[Finding]:
    """Voxels, of the CT and (where measured) of the grid in the range of HU; planes along each axis."""
    found = []
    voxels = lesion.voxels if on_grid is None else min(lesion.voxels, int(on_grid))
    if voxels < FEW_VOXELS:
        text = f"Features have only {count(voxels, 'voxel')} to work on; they need about {FEW_VOXELS}."
        found.append(_warn("lesion.few_voxels", text))
    planes = min(lesion.mask.values.shape)
    if planes < FEW_PLANES:
        text = f"The lesion is only {count(planes, 'voxel')} thick; texture features need {FEW_PLANES}."
        found.append(_warn("lesion.few_voxels", text))
    return found


def _check_protrusions(lesion: Lesion) -> list[Finding]:
    labels = thin_protrusions(lesion.mask.values)
    number = int(labels.max())
    if not number:
        return []
    size = count(int(np.count_nonzero(labels)), "voxel")
    what = "A spur" if number == 1 else f"{number} spurs"
    verb = "sticks" if number == 1 else "stick"
    return [_warn("lesion.spurs", f"{what} of {size}, one voxel wide, {verb} out of the lesion.")]


def _check_slices_drawn(lesion: Lesion) -> list[Finding]:
    """Slices that are missing; where none is, contours that jump from slice to slice."""
    mask, spacing = lesion.mask.values, lesion.mask.lattice.spacing
    missing = _planes_gained(mask, fill_gaps(mask, spacing))
    if missing:
        verb = "is" if missing == 1 else "are"
        text = f"{count(missing, 'slice')} inside the lesion {verb} not drawn: the slices beside are."
        return [_warn("lesion.slice_gaps", text)]
    number, jump = jagged_slices(mask, spacing)
    if not number:
        return []
    text = (
        f"The contour jumps to and fro between slices, in {count(number, 'slice')}, by up to {jump:.1f} mm."
    )
    return [_warn("lesion.jagged", text)]


def _planes_gained(before: np.ndarray, after: np.ndarray) -> int:
    planes = [(0, 1), (0, 2), (1, 2)]
    return sum(int(np.count_nonzero(after.any(axis) & ~before.any(axis))) for axis in planes)


def _warn(code: str, text: str) -> Finding:
    return Finding(code, Severity.WARN, text)
