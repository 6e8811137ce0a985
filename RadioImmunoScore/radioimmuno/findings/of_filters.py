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
    "filter.duplicate": Row(
        "A filter is named twice.",
        NOT_DONE,
        "Its features would have the same names twice; which definition is meant is not clear.",
        "Leave one of them out: the name of a wavelet without letters stands for all of its bands.",
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
    "filter.padding": Row(
        "Padding (no measurement) lies within a filter's reach of the lesion or its ring.",
        "Measured, with a warning; padding counts as air (-1000 HU).",
        "A response has a part of all that lies within the filter's reach: the edge to the padding is no "
        "edge of tissue.",
        "Take a series whose field of view holds more around the lesion, or a filter that reaches less far; "
        "or leave the lesion's filtered features out.",
    ),
    "filter.border": Row(
        "A filter reaches beyond the image's border.",
        "Measured, and noted: the image goes on there as the filter's boundary says, mirrored by default.",
        "What lies beyond the border was not measured, and has a part in responses near it.",
        "Take a series that shows more around the lesion, or a filter that reaches less far.",
    ),
    "filter.too_large": Row(
        "A filter reaches further than the image is wide.",
        "The response is refused.",
        "Most of it would come from voxels that are made up beyond the image's border.",
        "Take a smaller filter, or an image that shows more around the lesion.",
    ),
}
