"""Findings on filters."""

from __future__ import annotations

from .row import NOT_DONE, Row

ROWS = {
    "filter.unknown": Row(
        "There is no filter of this name.",
        NOT_DONE,
        "A filter is known by its name alone: another one would give other values.",
        "Take one of the names that the message gives.",
    ),
    "filter.anisotropic": Row(
        "The voxels are not of one size along the axes that a filter acts along.",
        NOT_DONE,
        "A filter counts voxels or is as wide in all directions; on such voxels it would see other sizes "
        "along one axis than along another.",
        "Resample to an isotropic spacing (`spacing_mm` of the settings), or filter slice by slice.",
    ),
    "filter.non_finite": Row(
        "Voxels of the image that is filtered are not numbers.",
        "The response is refused.",
        "Each voxel of a response has a part of all voxels within the filter's reach.",
        "Export the image again, or measure it without filters.",
    ),
    "filter.too_large": Row(
        "A filter reaches further than the image is wide.",
        "The response is refused.",
        "Most of it would come from voxels that are made up beyond the image's border.",
        "Take a smaller filter, or an image that shows more around the lesion.",
    ),
}
