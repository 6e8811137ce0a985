"""The response map of a filter on a whole image, as features see it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..filters.filter import Filter
from ..geometry.grid import grid_of
from ..geometry.image import Box, Image, Lattice
from ..modality import CT, Modality
from ..settings import ExtractionSettings
from .measurability import bad_voxels
from .preprocessing import sample_intensities


def response_map(
    image: Image,
    one: Filter,
    spacing_mm: float | None,
    settings: ExtractionSettings,
    modality: Modality = CT,
) -> Image:
    """The response of a filter in all voxels of an image; padding counts as what is empty (air on CT).

    Filtered in canonical axis order (superior, posterior, left) whatever the order of the file: x of a filter
    runs to the left, y to the back, z up. So are the responses that features are measured on.

    Parameters
    ----------
    image : Image
        Any axis order.
    one : Filter
    spacing_mm : float or None
        Isotropic spacing to which the image is resampled first; None leaves its voxels as they are.
    settings : ExtractionSettings
        How it is interpolated and rounded then; without resampling they say nothing.
    modality : Modality, optional
        Of the image: what is padding.

    Returns
    -------
    Image
        float32, whole: the voxels of `image`, or those of the resampled grid in canonical order.

    Raises
    ------
    SettingsError, Refusal
        As of `Filter.response`; `settings.invalid` for a spacing that no grid has.
    """
    canonical = _without_padding(image.canonical(), modality)
    if spacing_mm is None:
        return Image(_filtered(one, canonical.values, canonical.lattice), canonical.lattice).on_axes_of(
            image.lattice
        )
    resampling = replace(settings, spacing_mm=spacing_mm)
    grid = grid_of(canonical.lattice, resampling.spacing_mm)
    one.require_room(grid.lattice.shape, grid.lattice.spacing)
    box = Box.whole(grid.lattice.shape)
    sampled = sample_intensities(canonical, grid, box, resampling)
    return Image(_filtered(one, sampled, grid.lattice), grid.lattice)


def _without_padding(image: Image, modality: Modality) -> Image:
    padding = bad_voxels(image.values, modality).get("ct.padding")
    return (
        image if padding is None else replace(image, values=np.where(padding, modality.empty, image.values))
    )


def _filtered(one: Filter, values: np.ndarray, lattice: Lattice) -> np.ndarray:
    return one.response(values, lattice.spacing).astype(np.float32)
