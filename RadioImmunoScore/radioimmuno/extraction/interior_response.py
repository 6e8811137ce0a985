"""The response of a filter inside a lesion and its ring: what features of the response are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from ..features.catalog import REGIONS, with_filter
from ..geometry.image import Box, Image
from ..lesion import Lesion
from ..settings import Settings
from .responses import response_within
from .voxel_maps import regions_of_map


def interior_response(
    image: Image, lesion: Lesion, others: Sequence[Lesion], settings: Settings, name: str
) -> Image:
    """The response of a filter in a lesion and its ring, on the grid that features are computed on.

    Parameters
    ----------
    image : Image
        The CT; any axis order.
    lesion : Lesion
        On the CT's lattice.
    others : sequence of Lesion
        That cut its ring; it may be among them.
    settings : Settings
        How features are measured.
    name : str
        Of the filter.

    Returns
    -------
    Image
        float64, around lesion and ring, canonical; NaN where neither is, or intensities are out of range.

    Raises
    ------
    Refusal
        When the lesion is empty, its intensities cannot be used, or the filter needs more of the image.
    SettingsError
        `filter.unknown`, `filter.anisotropic`.
    """
    keys = {with_filter(region, name): () for region in REGIONS}
    cutting = [other for other in others if other.id != lesion.id]
    around, made = regions_of_map(image, lesion, cutting, settings, keys)
    response = response_within(around, made.filtered, name, settings)
    box = reduce(Box.union, (mask.box for mask in made.filtered.values()))
    values = np.full(box.shape, np.nan)
    for mask in made.filtered.values():
        part, kept = mask.box.slices_in(box), mask.intensity_mask
        values[part][kept] = response.values[mask.box.slices_in(response.box)][kept]
    return Image(values, around.grid.lattice, box.start)
