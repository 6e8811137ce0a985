"""From a CT and one lesion to the regions that features are computed on: lesion and ring on the grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..features.catalog import BY_KEY
from ..features.region import Region
from ..findings import Finding, Refusal
from ..geometry.grid import Grid
from ..geometry.image import Box, Image, Index, as_index
from ..lesion import Lesion
from ..modality import CT, Modality
from ..settings import ExtractionSettings, Settings
from . import measurability
from .preprocessing import make_region, resegment, sample_intensities, sample_mask
from .response_keys import Keys, box_of_responses, filtered_regions, own_keys, responses_in
from .ring import Ring, make_ring, ring_box


@dataclass(frozen=True, eq=False)
class RegionMask:
    """The voxels of a region on the grid.

    Parameters
    ----------
    box : Box
        Of the grid.
    mask, intensity_mask : ndarray of bool, shape (k, j, i)
        As of `Region`.
    """

    box: Box
    mask: np.ndarray
    intensity_mask: np.ndarray


@dataclass(frozen=True, eq=False)
class LesionRegions:
    """The regions of one lesion, ready for their features; none when a finding refuses it.

    Parameters
    ----------
    regions : mapping of str to Region
        By name: `lesion`, `ring`.
    ring : Ring or None
        Where one was asked for.
    findings : tuple of Finding
    filtered : mapping of str to RegionMask
        By name, the regions of which responses of filters are measured.
    """

    regions: Mapping[str, Region] = field(default_factory=dict)
    ring: Ring | None = None
    findings: tuple[Finding, ...] = ()
    filtered: Mapping[str, RegionMask] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ResampledImage:
    """The CT on a box of the grid: all lesions whose `sampled_box` lies inside can be measured on it.

    Parameters
    ----------
    grid : Grid
    box : Box
        Of the grid.
    values : ndarray of float32, shape (k, j, i)
        Intensities.
    touched : mapping of str to ndarray of bool, shape (k, j, i)
        Finding code -> voxels that a source voxel without an intensity has a part in.
    """

    grid: Grid
    box: Box
    values: np.ndarray
    touched: Mapping[str, np.ndarray]

    def within(self, box: Box) -> ResampledImage:
        """The part of it in a box of the grid, which lies inside.

        Parameters
        ----------
        box : Box
        """
        inside = box.slices_in(self.box)
        touched = {code: voxels[inside] for code, voxels in self.touched.items()}
        return ResampledImage(self.grid, box, self.values[inside], touched)


def sampled_box(around: Box, grid: Grid, settings: Settings, keys: Keys, margin_mm: float = 0.0) -> Box:
    """The part of the grid whose intensities are needed for a lesion inside a box of CT voxels.

    Parameters
    ----------
    around : Box
        Of the CT's voxels.
    grid : Grid
    settings : Settings
    keys : mapping of str to tuple of str
        Region -> keys of the features that will be computed.
    margin_mm : float, optional
        How much of the CT around a region is needed at least, whatever the keys.
    """
    measured = _measured_box(around, grid, settings, own_keys(keys), margin_mm)
    wanted = responses_in(keys, settings)
    return box_of_responses(measured, wanted, grid) if wanted else measured


def _measured_box(around: Box, grid: Grid, settings: Settings, keys: Keys, margin_mm: float) -> Box:
    """The same for features of the image itself."""
    margins = _margins(keys, grid, margin_mm)
    covered = grid.cover(around, margins.get("lesion", 0.0))
    if "ring" in margins:
        reached = ring_box(around, grid, settings.ring).grow(_steps(margins["ring"], grid))
        covered = covered.union(reached.intersect(Box.whole(grid.lattice.shape)))
    return covered


def resample(
    image: Image, grid: Grid, box: Box, settings: ExtractionSettings, modality: Modality = CT
) -> ResampledImage:
    """An image on a box of the grid of its lattice.

    Parameters
    ----------
    image : Image
        Canonical.
    grid : Grid
    box : Box
        Of the grid.
    settings : ExtractionSettings
    modality : Modality, optional
        The image's: which of its voxels hold no measurement.
    """
    crop, bad = _clean(image.crop(grid.source_of(box, settings.interpolation)), modality)
    values = sample_intensities(crop, grid, box, settings)
    return ResampledImage(
        grid, box, values, {kind: _touched(voxels, crop, grid, box) for kind, voxels in bad.items()}
    )


def make_regions(
    resampled: ResampledImage,
    lesion: Lesion,
    others: Sequence[Lesion],
    settings: Settings,
    keys: Keys,
    margin_mm: float = 0.0,
    modality: Modality = CT,
) -> LesionRegions:
    """Make each region that is asked for from the CT around a lesion.

    Parameters
    ----------
    resampled : ResampledImage
        The CT on at least the lesion's `sampled_box`; how much more changes nothing.
    lesion : Lesion
        Canonical.
    others : sequence of Lesion
        The patient's other lesions, canonical.
    settings : Settings
    keys : mapping of str to tuple of str
        Region -> keys of the features that will be computed; `ring` without keys builds the ring alone.
    margin_mm : float, optional
        How much of the CT around a region is needed at least, whatever the keys.
    modality : Modality, optional
        Of the image, which findings name.

    Raises
    ------
    Refusal
        When a region cannot be measured.
    """
    filtered = filtered_regions(keys)
    if filtered and lesion.box is not None:
        keys = own_keys(keys)
        # What only filters look at is not measured.
        near = _measured_box(lesion.box, resampled.grid, settings, keys, margin_mm)
        resampled = resampled.within(near.intersect(resampled.box))
    margins = _margins(keys, resampled.grid, margin_mm)
    grid, box, values, touched = resampled.grid, resampled.box, resampled.values, resampled.touched
    masks = {"lesion": sample_mask(lesion, grid, box)} if "lesion" in keys else {}
    findings: list[Finding] = []
    ring = None
    if "ring" in keys:
        ring = make_ring(lesion, grid, settings.ring, others, (values, box))
        masks["ring"] = ring.mask.within(box, False)
        findings += measurability.check_ring(ring.share, int(np.count_nonzero(ring.mask.values)), modality)
    for name, mask in masks.items():
        voxels = int(np.count_nonzero(mask))
        for kind, where in touched.items():
            findings += measurability.check_bad_voxels(
                kind, name, int(np.count_nonzero(mask & where)), voxels, modality
            )
    if any(finding.refuses for finding in findings):
        return LesionRegions({}, ring, tuple(findings))

    usable = ~np.logical_or.reduce(list(touched.values())) if touched else None
    regions = {
        name: _region(resampled, mask, usable, settings, margins[name])
        for name, mask in masks.items()
        if keys[name]
    }
    of_filters = {name: _region_mask(resampled, masks[name], usable, settings) for name in filtered}
    return LesionRegions(regions, ring, tuple(findings), of_filters)


def _region(
    resampled: ResampledImage,
    mask: np.ndarray,
    usable: np.ndarray | None,
    settings: Settings,
    margin_mm: float,
) -> Region:
    part = _tight_box(mask).grow(_steps(margin_mm, resampled.grid)).intersect(Box.whole(mask.shape))
    where = part.slices
    region = make_region(
        resampled.values[where],
        mask[where],
        resampled.grid.lattice.spacing,
        settings.extraction,
        None if usable is None else usable[where],
    )
    return replace(region, start=part.shift(resampled.box.start).start)


def _region_mask(
    resampled: ResampledImage, mask: np.ndarray, usable: np.ndarray | None, settings: Settings
) -> RegionMask:
    part = _tight_box(mask)
    where = part.slices
    of_region = mask[where] if usable is None else mask[where] & usable[where]
    kept = resegment(resampled.values[where], of_region, settings.extraction)
    if not kept.any():
        raise Refusal("feature.undefined", "No voxel of the region lies within the intensity range.")
    return RegionMask(part.shift(resampled.box.start), mask[where], kept)


def _tight_box(mask: np.ndarray) -> Box:
    tight = Box.around(mask)
    if tight is None:
        raise Refusal(
            "lesion.too_small", "Nothing of the lesion is left on the grid: it is thinner than a voxel."
        )
    return tight


def _clean(crop: Image, modality: Modality) -> tuple[Image, dict[str, np.ndarray]]:
    """The crop with voxels that hold no intensity filled, and which those are, by kind.

    Whatever these voxels touch on the grid is left out.
    """
    bad = measurability.bad_voxels(crop.values, modality)
    if not bad:
        return crop, bad
    values = np.where(np.logical_or.reduce(list(bad.values())), modality.empty, crop.values)
    return Image(values, crop.lattice, crop.offset), bad


def _touched(bad: np.ndarray, crop: Image, grid: Grid, box: Box) -> np.ndarray:
    """The grid voxels whose (linearly interpolated) value a bad source voxel has a part in."""
    return grid.sample(Image(bad.astype(np.float32), crop.lattice, crop.offset), box) > 0


def _margins(keys: Keys, grid: Grid, margin_mm: float) -> dict[str, float]:
    """How much of the CT around each region is needed, mm."""
    return {name: max(margin_mm, _margin_mm(names, grid)) for name, names in keys.items()}


def _margin_mm(keys: Sequence[str], grid: Grid) -> float:
    """How far beyond the region its features look, and a step of the grid more."""
    reach_mm = max((BY_KEY[key].family.reach_mm for key in keys if key in BY_KEY), default=0.0)
    return reach_mm + max(grid.lattice.spacing) if reach_mm else 0.0


def _steps(margin_mm: float, grid: Grid) -> Index:
    return as_index([math.ceil(margin_mm / s) for s in grid.lattice.spacing])
