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
}
