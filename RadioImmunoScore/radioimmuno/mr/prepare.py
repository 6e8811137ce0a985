"""Prepare an MR before lesions are measured on it: bias field, then the scale of its intensities.

Intensities of an MR are in arbitrary units, which change from scan to scan and, in one scan, from place to
place. Each step can be left out, and what was done is recorded. Resampling is the extraction's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..findings import Finding, InputError, Severity
from ..geometry.image import Image
from ..memory import require_memory
from ..numbers import percent
from ..preparation import MrSettings, ReferenceTissue, ZScore
from .bias import Proceed, bias_field
from .body import body_mask

# Ours: below this, the mean of a reference tissue is one of noise and of neighbours.
LEAST_REFERENCE_CC = 1.0
# Ours: a body smaller than this is noise that was taken for one.
LEAST_BODY_CC = 1.0
NEGATIVE_WARN_SHARE = 0.001
# Ours: a field beyond this is more than coils leave, and may hold anatomy that changes as smoothly.
PLAUSIBLE_FIELD = (0.5, 2.0)
VOXEL_BYTES = 24


@dataclass(frozen=True, eq=False)
class PreparedMr:
    """An MR that can be measured.

    Parameters
    ----------
    image : Image
        float32, on the lattice it was given on.
    body : Image
        bool.
    record : dict
        Plain values: the settings, the body's volume, the bias field, by what intensities were scaled.
    findings : tuple of Finding
        Warnings.
    """

    image: Image
    body: Image
    record: dict[str, Any]
    findings: tuple[Finding, ...] = ()


def prepared(
    image: Image, settings: MrSettings, reference: Image | None = None, proceed: Proceed | None = None
) -> PreparedMr:
    """Prepare an MR: bias field correction, then normalization, each where the settings ask for it.

    Parameters
    ----------
    image : Image
        Whole, in any axis order.
    settings : MrSettings
    reference : Image, optional
        bool: the reference tissue, on the image's lattice; needed for that normalization.
    proceed : callable, optional
        Called between the rounds of N4; what it raises stops the work.

    Raises
    ------
    InputError
        `mr.non_finite`, `mr.flat`, `mr.no_body`, `mr.reference`.
    Refusal
        `settings.too_large` where memory does not suffice.
    """
    require_memory(VOXEL_BYTES * image.values.size, "Preparing the MR")
    source = image.canonical()
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
        values = source.values.astype(np.float32)
    findings = _check_values(values)
    spacing = source.lattice.spacing
    body = body_mask(values, spacing)
    body_cc = np.count_nonzero(body) * source.lattice.voxel_volume_mm3 / 1000
    if body_cc < LEAST_BODY_CC:
        raise InputError(
            "mr.no_body",
            f"No body was found on the MR: {body_cc:.2g} cc are brighter than air. "
            "Is it the right series, and exported with its values?",
        )
    record: dict[str, Any] = {"settings": settings.to_dict(), "unit": "a.u.", "body_cc": body_cc}
    if settings.bias is not None:
        field = bias_field(values, body, spacing, settings.bias, proceed)
        values /= np.exp(field.log)
        low, high = np.exp(np.percentile(field.log[body], (1, 99))).tolist()
        record["bias"] = {**field.record, "from": low, "to": high}
        findings.extend(_check_field(low, high))
    if settings.normalization is not None:
        tissue = None if reference is None else reference.canonical().within(source.box, False)
        factor, offset = _scale(values, body, tissue, settings.normalization, source)
        values = (values.astype(float) * factor + offset).astype(np.float32)
        record["scale"] = {"factor": factor, "offset": offset}
    done = Image(values, source.lattice, source.offset).on_axes_of(image.lattice)
    inside = Image(body, source.lattice, source.offset).on_axes_of(image.lattice)
    return PreparedMr(
        Image(done.values, image.lattice, image.offset),
        Image(inside.values, image.lattice, image.offset),
        record,
        tuple(findings),
    )


def _check_values(values: np.ndarray) -> list[Finding]:
    """What is wrong with an MR's values: raised where it cannot be prepared, else warnings."""
    lost = int(values.size - np.count_nonzero(np.isfinite(values)))
    if lost:
        text = f"{lost:,} of {values.size:,} voxels of the MR are not numbers: export it again."
        raise InputError("mr.non_finite", text)
    if values.size == 0 or values.min() == values.max():
        raise InputError("mr.flat", "All voxels of the MR have the same value: export it again.")
    share = np.count_nonzero(values < 0) / values.size
    if share <= NEGATIVE_WARN_SHARE:
        return []
    text = (
        f"{percent(share)} of the MR's voxels are negative, down to {values.min():.4g}: no magnitude is. "
        "The bias field is estimated without them. Check the export, or take the magnitude image."
    )
    return [Finding("mr.negative", Severity.WARN, text)]


def _check_field(low: float, high: float) -> list[Finding]:
    """A warning where the field in the body goes further than coils'."""
    least, most = PLAUSIBLE_FIELD
    if least <= low and high <= most:
        return []
    text = (
        f"The bias field that was found goes from {low:.2f} to {high:.2f} in the body. Beyond {least:g} to "
        f"{most:g} anatomy that changes as smoothly may be taken for it: look at the corrected image, and "
        'compare it with the one that has its field (`"bias": null`).'
    )
    return [Finding("mr.bias_field", Severity.WARN, text)]


def _scale(
    values: np.ndarray,
    body: np.ndarray,
    tissue: np.ndarray | None,
    normalization: ZScore | ReferenceTissue,
    image: Image,
) -> tuple[float, float]:
    """Factor and offset that give intensities the scale that is asked for."""
    if isinstance(normalization, ZScore):
        inside = values[body].astype(float)
        mean, sd = float(inside.mean()), float(inside.std())
        if sd <= 0:
            raise InputError("mr.flat", "All voxels of the body have the same value.")
        factor = normalization.sd / sd
        return factor, normalization.mean - factor * mean
    if tissue is None:
        raise InputError("mr.reference", "The settings ask for a reference tissue: none was given.")
    volume = np.count_nonzero(tissue) * image.lattice.voxel_volume_mm3 / 1000
    if volume < LEAST_REFERENCE_CC:
        text = f"The reference tissue is too small ({volume:.2g} cc): {LEAST_REFERENCE_CC:g} cc are needed."
        raise InputError("mr.reference", text)
    mean = float(values[tissue].mean(dtype=float))
    if mean <= 0:
        text = f"The reference tissue's mean is {mean:.4g}: it must be above 0. Is it drawn on tissue?"
        raise InputError("mr.reference", text)
    return normalization.value / mean, 0.0
