"""Findings on MR."""

from __future__ import annotations

from .row import Row

MR_REFUSED = "The MR is refused."

ROWS = {
    "mr.not_mr": Row(
        "The series is not an MR.",
        MR_REFUSED,
        "What is measured on an MR was prepared and trained for an MR.",
        "Take the MR; `radioimmuno series FOLDER` lists what there is.",
    ),
    "mr.implausible": Row(
        "The voxel values cannot be those of an MR.",
        f"{MR_REFUSED} With `--accept-values` it goes on, with a warning, and that is recorded.",
        "An MR has more than one value.",
        "Export the MR again.",
    ),
    "mr.not_original": Row(
        "The MR is derived from other images.",
        f"{MR_REFUSED} With `--accept-derived` it goes on, with a warning, and that is recorded.",
        "A projection, a reformatted or subtracted series, or a map is not what was measured.",
        "Take the series that the scanner reconstructed.",
    ),
    "mr.several_images": Row(
        "The MR has several images of each place.",
        MR_REFUSED,
        "Echoes, points in time and weightings of diffusion look different; one volume holds one of them.",
        "Export them as series of their own.",
    ),
    "mr.as_stored": Row(
        "The header of an MR has no rescale.",
        "The values are taken as stored, and that is recorded. The MR is refused where some of its slices "
        "have a rescale and others have none.",
        "Values of an MR are in arbitrary units; but slices of one MR have to be in the same.",
        "Nothing; or, of an MR that is refused, export it again.",
    ),
    "mr.non_finite": Row(
        "Voxels of the MR are not numbers.",
        MR_REFUSED,
        "The body, the bias field and the scale are made of all voxels.",
        "Export the MR again.",
    ),
    "mr.flat": Row(
        "The MR, or the body on it, has a single value.",
        MR_REFUSED,
        "There is nothing to measure, and no scale to bring it to.",
        "Export the MR again.",
    ),
    "mr.no_body": Row(
        "No body stands out from the air of the MR.",
        MR_REFUSED,
        "The bias field and the scale are those of the body.",
        "Check that it is the right series and that it was exported with its values.",
    ),
    "mr.negative": Row(
        "Voxels of the MR are negative.",
        "Prepared, with a warning.",
        "The logarithm that the bias field is estimated on needs values above 0; magnitude images have them.",
        "Check the export, or take the magnitude image.",
    ),
    "mr.bias_field": Row(
        "The bias field that was found goes below half or above twice its mean in the body.",
        "Corrected, with a warning.",
        "Coils rarely leave such a field in the body: anatomy that changes as smoothly may be taken for it.",
        'Look at the corrected image, and compare it with the one that has its field (`"bias": null`).',
    ),
    "mr.reference": Row(
        "The reference tissue of the MR is missing, too small, or its mean is not above 0.",
        MR_REFUSED,
        "Intensities are divided by the mean of the tissue.",
        "Draw at least 1 cc of a tissue that is alike in all patients (fat, muscle), or take the z-score.",
    ),
}
