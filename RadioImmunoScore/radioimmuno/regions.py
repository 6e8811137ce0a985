"""From a CT and one lesion to the regions that features are computed on: lesion and ring on the grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from . import quality
from .features.catalog import LOCAL_INTENSITY
from .features.local_intensity import PEAK_RADIUS_MM
from .findings import Finding, Refusal, Severity
from .grid import Grid
from .image import Box, Image
from .lesion import Lesion
from .preprocessing import Region, make_region, sample_intensities, sample_mask
from .ring import Ring, make_ring, ring_box
from .settings import Settings

# What stands in for voxels that hold no intensity; whatever it touches on the grid is left out.
FILL_HU = -1000.0

Keys = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Prepared:
    """One lesion, ready for its regions' features; no regions when a finding refuses it."""

    regions: Mapping[str, Region] = field(default_factory=dict)
    ring: Ring | None = None
    findings: tuple[Finding, ...] = ()


def prepare(
    image: Image, lesion: Lesion, others: Sequence[Lesion], grid: Grid, settings: Settings, keys: Keys
) -> Prepared:
    """Sample the CT once around a lesion and make each region that is asked for from it.

    Parameters
    ----------
    image, lesion, others : canonical; `others` are the patient's other lesions
    grid : the grid of the CT's lattice
    keys : region -> keys of the features that will be computed; `ring` without keys builds the ring alone

    Raises
    ------
    Refusal
        When a region cannot be measured.
    """
    margins = {name: _margin_mm(names, grid) for name, names in keys.items()}
    box = _sampled_box(lesion, grid, settings, margins)
    crop, bad = _clean(image.crop(grid.source_of(box, settings.extraction.interpolation)))
    values = sample_intensities(crop, grid, box, settings.extraction)
    touched = {kind: _touched(voxels, crop, grid, box) for kind, voxels in bad.items()}

    masks = {"lesion": sample_mask(lesion, grid, box)} if "lesion" in keys else {}
    findings: list[Finding] = []
    ring = None
    if "ring" in keys:
        ring = make_ring(lesion, grid, settings.ring, others, (values, box))
        masks["ring"] = ring.mask.within(box, False)
        findings += quality.check_ring(ring.share, int(np.count_nonzero(ring.mask.values)))
    for name, mask in masks.items():
        voxels = int(np.count_nonzero(mask))
        for kind, where in touched.items():
            findings += quality.check_bad_voxels(kind, name, int(np.count_nonzero(mask & where)), voxels)
    if any(finding.severity is Severity.REFUSE for finding in findings):
        return Prepared({}, ring, tuple(findings))

    usable = ~np.logical_or.reduce(list(touched.values())) if touched else None
    regions = {
        name: _region(values, mask, usable, grid, settings, margins[name])
        for name, mask in masks.items()
        if keys[name]
    }
    return Prepared(regions, ring, tuple(findings))


def _sampled_box(lesion: Lesion, grid: Grid, settings: Settings, margins: Mapping[str, float]) -> Box:
    """The part of the grid whose intensities are needed."""
    box = lesion.box
    if box is None:
        raise Refusal("lesion.empty", "The segment is empty: draw the lesion or remove the segment.")
    covered = grid.cover(box, margins.get("lesion", 0.0))
    if "ring" in margins:
        around = ring_box(lesion, grid, settings.ring).grow(_steps(margins["ring"], grid))
        covered = covered.union(around.intersect(Box.whole(grid.lattice.shape)))
    return covered


def _region(
    values: np.ndarray,
    mask: np.ndarray,
    usable: np.ndarray | None,
    grid: Grid,
    settings: Settings,
    margin_mm: float,
) -> Region:
    tight = Box.around(mask)
    if tight is None:
        raise Refusal(
            "lesion.too_small", "Nothing of the lesion is left on the grid: it is thinner than a voxel."
        )
    where = tight.grow(_steps(margin_mm, grid)).intersect(Box.whole(mask.shape)).slices
    return make_region(
        values[where],
        mask[where],
        grid.lattice.spacing,
        settings.extraction,
        None if usable is None else usable[where],
    )


def _clean(crop: Image) -> tuple[Image, dict[str, np.ndarray]]:
    """The crop with voxels that hold no intensity filled, and which those are, by kind."""
    bad = quality.bad_voxels(crop.values)
    if not bad:
        return crop, bad
    values = np.where(np.logical_or.reduce(list(bad.values())), FILL_HU, crop.values)
    return Image(values, crop.lattice, crop.offset), bad


def _touched(bad: np.ndarray, crop: Image, grid: Grid, box: Box) -> np.ndarray:
    """The grid voxels whose (linearly interpolated) value a bad source voxel has a part in."""
    return grid.sample(Image(bad.astype(np.float32), crop.lattice, crop.offset), box) > 0


def _margin_mm(keys: Sequence[str], grid: Grid) -> float:
    """How far beyond the region its features look: the intensity peaks take the mean over a sphere."""
    return PEAK_RADIUS_MM + max(grid.lattice.spacing) if LOCAL_INTENSITY.intersection(keys) else 0.0


def _steps(margin_mm: float, grid: Grid) -> tuple[int, int, int]:
    k, j, i = (math.ceil(margin_mm / s) for s in grid.lattice.spacing)
    return k, j, i
