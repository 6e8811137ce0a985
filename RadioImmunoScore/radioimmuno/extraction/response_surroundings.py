"""What filters see around a region that was not measured: padding, and what lies beyond the image's border.

Padding counts as what modalities have for no tissue (air on CT), and beyond the border the image goes on as
the filter's boundary condition says. Both have a part in responses, and a person is told of how many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..filters.boundary import Boundary
from ..filters.response_settings import ResponseSettings
from ..filters.words import border_in_words
from ..findings import Finding, Severity
from ..geometry.image import Index, Triple
from ..modality import Modality
from ..numbers import percent
from .regions import RegionMask, ResampledImage

# Gives how many voxels of a region are concerned, when a filter looks so many voxels far along each axis.
Count = Callable[[RegionMask, Index], int]


def check_surroundings(
    image: ResampledImage,
    masks: Mapping[str, RegionMask],
    measured: Mapping[str, ResponseSettings],
    modality: Modality,
) -> tuple[Finding, ...]:
    """Whether responses have a part of padding, or of what lies beyond the image's border.

    Parameters
    ----------
    image : ResampledImage
        What was filtered.
    masks : mapping of str to RegionMask
        By region, of those of which responses are measured.
    measured : mapping of str to ResponseSettings
        The filters, by name.
    modality : Modality
        Of the image.

    Returns
    -------
    tuple of Finding
        A warning for padding, a note for the border, each with the share of a region's voxels by filter: of
        those that have any of it within the filter's reach.
    """
    alike = _alike(measured, image.grid.lattice.spacing)
    findings = []
    if padded := _shares(masks, alike, lambda mask, margin: _near_padding(image, mask, margin)):
        text = (
            f"Padding (no measurement) counts as {modality.empty:g} {modality.unit} in responses; "
            f"it lies within the reach of {'; '.join(padded.values())}."
        )
        findings.append(Finding("filter.padding", Severity.WARN, text))
    shape = image.grid.lattice.shape
    if beyond := _shares(masks, alike, lambda mask, margin: _near_border(shape, mask, margin)):
        said = (f"{shares} (border {border_in_words(of[1])})" for of, shares in beyond.items())
        text = (
            f"Filters reach beyond the {modality.name}'s border, where voxels are made up: {'; '.join(said)}."
        )
        findings.append(Finding("filter.border", Severity.FIXED, text))
    return tuple(findings)


def _alike(
    measured: Mapping[str, ResponseSettings], spacing: Triple
) -> dict[tuple[Index, Boundary], list[str]]:
    """The filters by how far they look and what they see beyond the border."""
    found: dict[tuple[Index, Boundary], list[str]] = {}
    for name, one in measured.items():
        found.setdefault((one.filter.margin(spacing), one.filter.boundary), []).append(name)
    return found


def _shares(
    masks: Mapping[str, RegionMask], alike: Mapping[tuple[Index, Boundary], list[str]], count: Count
) -> dict[tuple[Index, Boundary], str]:
    """For filters of which voxels are concerned: their names, and the share of each region."""
    found = {}
    for (margin, boundary), names in alike.items():
        shares = {
            region: count(mask, margin) / int(np.count_nonzero(mask.intensity_mask))
            for region, mask in masks.items()
        }
        said = [f"{percent(share)} of the {region}" for region, share in shares.items() if share]
        if said:
            found[margin, boundary] = f"{', '.join(names)} in {' and '.join(said)}"
    return found


def _near_padding(image: ResampledImage, mask: RegionMask, margin: Index) -> int:
    """How many voxels of a region have padding within so many voxels along each axis."""
    from scipy.ndimage import maximum_filter

    padding = image.touched.get("ct.padding")
    if padding is None:
        return 0
    around = mask.box.grow(margin).intersect(image.box)
    near = padding[around.slices_in(image.box)]
    if not near.any():
        return 0
    reached = maximum_filter(near.view(np.uint8), [2 * m + 1 for m in margin], mode="constant") > 0
    return int(np.count_nonzero(reached[mask.box.slices_in(around)] & mask.intensity_mask))


def _near_border(shape: Index, mask: RegionMask, margin: Index) -> int:
    """How many voxels of a region are so many voxels, or less, from the end of the image along an axis."""
    amid = tuple(
        slice(max(0, m - start), max(0, size - m - start))
        for m, start, size in zip(margin, mask.box.start, shape, strict=True)
    )
    return int(np.count_nonzero(mask.intensity_mask) - np.count_nonzero(mask.intensity_mask[amid]))
