"""From an image and a lesion to the array that a model is given.

The crop is a box of the house's grid of the card's spacing, centre of the volume on centre: where the image
has that spacing, voxels are taken as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..extraction.measurability import check_ring, count
from ..extraction.preprocessing import sample_mask
from ..extraction.ring import make_ring
from ..findings import Finding, Refusal, Severity
from ..geometry.grid import Grid, covering
from ..geometry.image import Box, Image, as_index
from ..lesion import Lesion
from ..modality import Modality
from ..numbers import percent
from ..thresholds import BAD_VOXELS_REFUSE_SHARE, BAD_VOXELS_WARN_SHARE, CROP_OUTSIDE_WARN_SHARE
from .card import BOX, IMAGE, MASK, Crop, Intensities, ModelCard

# A centre that lies just between two voxels takes the further one, however its coordinates were rounded.
TIE_VOXELS = 1e-6


def input_of(
    image: Image, lesion: Lesion, card: ModelCard, others: Sequence[Lesion] = ()
) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """What a model is given of one lesion, and what was found of that.

    Parameters
    ----------
    image : Image
        Of the card's role, canonical.
    lesion : Lesion
        On the image's lattice, canonical.
    card : ModelCard
    others : sequence of Lesion, optional
        The patient's other lesions, canonical: they cut the ring.

    Returns
    -------
    tuple of (ndarray of float32, shape (channels, k, j, i)) and tuple of Finding

    Raises
    ------
    Refusal
        When the lesion cannot be shown to the model.
    """
    if lesion.box is None:
        raise Refusal("lesion.empty", "The segment is empty: draw the lesion or remove the segment.")
    grid = Grid(image.lattice, covering(image.lattice, card.crop.spacing_mm))
    box = box_of(lesion, grid, card.crop)
    mask = sample_mask(lesion, grid, box)
    findings = [
        *_check_measured(image, lesion, card.modality),
        *_check_place(lesion, grid, box, mask),
    ]
    channels = {MASK: mask.astype(np.float32)}
    if IMAGE in card.channels:
        values = _sampled(image, grid, box, card.modality)
        if card.intensities.masked:
            values[~mask] = card.modality.empty
        channels[IMAGE] = scaled(values, card.intensities)
    if card.ring is not None:
        ring = make_ring(lesion, grid, card.ring, others)
        of_ring = check_ring(ring.share, int(np.count_nonzero(ring.mask.values)))
        findings += _unless_refused(of_ring)
        channels["ring"] = ring.mask.within(box, False, np.float32)
    return np.stack([channels[name] for name in card.channels]), tuple(findings)


def box_of(lesion: Lesion, grid: Grid, crop: Crop) -> Box:
    """The crop as a box of the grid: its middle as near to the lesion's centre as whole voxels allow.

    Parameters
    ----------
    lesion : Lesion
        Canonical, not empty.
    grid : Grid
    crop : Crop

    Returns
    -------
    Box
        It may reach beyond the grid.
    """
    centre = grid.lattice.to_index(lesion.mask.lattice.to_lps(_centre(lesion, crop.centre)))
    start = np.floor(centre - (np.array(crop.voxels) - 1) / 2 + 0.5 + TIE_VOXELS)
    return Box.whole(crop.voxels).shift(as_index(start))


def scaled(values: np.ndarray, intensities: Intensities) -> np.ndarray:
    """Values cut at the window's ends and scaled.

    Parameters
    ----------
    values : ndarray of float, any shape
    intensities : Intensities

    Returns
    -------
    ndarray of float32, the same shape

    Examples
    --------
    >>> scaled(np.array([-1000.0, 40.0]), Intensities((-160.0, 240.0), (0.0, 1.0))).tolist()
    [0.0, 0.5]
    """
    (low, high), (first, last) = intensities.window, intensities.scaled_to
    share = (np.clip(values.astype(float), low, high) - low) / (high - low)
    return (first + share * (last - first)).astype(np.float32)


def _centre(lesion: Lesion, kind: str) -> np.ndarray:
    """Continuous index of a lesion's centre on its lattice, (3,)."""
    if lesion.box is None:
        raise ValueError("an empty lesion has no centre")
    if kind == BOX:
        return (np.array(lesion.box.start) + np.array(lesion.box.stop) - 1) / 2
    return np.argwhere(lesion.mask.values).mean(axis=0) + np.array(lesion.mask.offset)


def _sampled(image: Image, grid: Grid, box: Box, modality: Modality) -> np.ndarray:
    """The image on a box of the grid, linear; what holds no measurement and what lies outside is empty."""
    part = image.crop(grid.source_of(box))
    values = np.where(_unmeasured(part.values, modality), modality.empty, part.values)
    filled = Image(values, part.lattice, part.offset)
    return grid.sample(filled, box, outside=modality.empty).astype(np.float32)


def _unmeasured(values: np.ndarray, modality: Modality) -> np.ndarray:
    """Voxels that hold no measurement, bool."""
    lost = ~np.isfinite(values)
    if modality.padding_below is None:
        return lost
    with np.errstate(invalid="ignore"):
        return lost | (values < modality.padding_below)


def _check_measured(image: Image, lesion: Lesion, modality: Modality) -> list[Finding]:
    """Whether the lesion's voxels hold measurements."""
    if lesion.box is None:
        return []
    inside = image.within(lesion.box, modality.empty)[lesion.mask.within(lesion.box, False)]
    lost, bad = int(np.count_nonzero(~np.isfinite(inside))), _unmeasured(inside, modality)
    share = float(np.mean(bad))
    voxels = count(int(np.count_nonzero(bad)), "voxel")
    text = f"{voxels} ({percent(share)}) of the lesion hold no measurement"
    if lost:
        raise Refusal("learned.no_measurement", f"{text}: the {modality.name} is damaged here.")
    if share > BAD_VOXELS_REFUSE_SHARE:
        limit = f"{100 * BAD_VOXELS_REFUSE_SHARE:.0f} % is the limit"
        raise Refusal("learned.no_measurement", f"{text}; {limit}.")
    if share > BAD_VOXELS_WARN_SHARE:
        return [_warn("learned.no_measurement", f"{text}; the model saw {modality.empty:g} there.")]
    return []


def _check_place(lesion: Lesion, grid: Grid, box: Box, mask: np.ndarray) -> list[Finding]:
    """How much of the lesion is in the crop, and how much of the crop in the image."""
    if lesion.box is None:
        return []
    voxels = int(np.count_nonzero(mask))
    if not voxels:
        raise Refusal("learned.crop_empty", "Nothing of the lesion is left in the crop that the model sees.")
    found = []
    covered = grid.cover(lesion.box, 0.0)
    whole = int(np.count_nonzero(sample_mask(lesion, grid, covered)))
    if voxels < whole:
        text = f"The model sees {100 * voxels / whole:.0f} % of the lesion, which is larger than its crop."
        found.append(_warn("learned.crop_too_small", text))
    outside = 1 - box.intersect(Box.whole(grid.lattice.shape)).size / math.prod(box.shape)
    if outside > CROP_OUTSIDE_WARN_SHARE:
        text = f"{100 * outside:.0f} % of what the model sees around the lesion lies outside of the image."
        found.append(_warn("learned.crop_outside", text))
    return found


def _unless_refused(findings: Sequence[Finding]) -> Sequence[Finding]:
    for finding in findings:
        if finding.refuses:
            raise Refusal(finding.code, finding.text)
    return findings


def _warn(code: str, text: str) -> Finding:
    return Finding(code, Severity.WARN, text)
