"""Whether a CT was made as the CT were that signatures are made from: warnings, for what is not known too."""

from __future__ import annotations

from collections.abc import Sequence

from ..acquisition import Acquisition, implausible_kvp
from ..extraction.measurability import check_slices
from ..findings import Finding, Severity
from ..modality import CT, Modality
from ..thresholds import MAX_SLICE_MM


def check_domain(
    acquisition: Acquisition, spacing: Sequence[float], modality: Modality = CT
) -> list[Finding]:
    """Warnings of a CT outside the domain of signatures: contrast-enhanced, slices up to 5 mm, known kernel.

    A file format that holds nothing of the scan (NRRD, NIfTI) is not warned of: `source` is empty then, and
    the provenance shows that nothing is known.

    Parameters
    ----------
    acquisition : Acquisition
        How the CT was made, as far as it is known.
    spacing : sequence of float
        Of its voxels, mm.
    modality : Modality, optional
        Of the image: of another one than a CT nothing is known yet.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> [found.code for found in check_domain(Acquisition(), (7.5, 0.8, 0.8))]
    ['domain.slice_thickness']
    """
    if not modality.in_hounsfield:
        return []
    findings = [*implausible_kvp(acquisition), *check_slices(spacing)]
    thickness = acquisition.slice_thickness_mm
    if not check_slices(spacing) and thickness is not None and thickness > MAX_SLICE_MM:
        text = (
            f"Slices are {thickness:.3g} mm thick; signatures are made for {MAX_SLICE_MM:.0f} mm at the most."
        )
        findings.append(_warn("domain.slice_thickness", text))
    if not acquisition.source.startswith("DICOM"):
        return findings
    if thickness is None:
        findings.append(_warn("ct.thickness_missing", "The header does not say how thick the slices are."))
    if acquisition.contrast_agent is None:
        text = "The header names no contrast agent; signatures are made for contrast-enhanced CT."
        findings.append(_warn("domain.no_contrast", text))
    if acquisition.kernel is None:
        text = "The header does not name the reconstruction kernel, which textures depend on."
        findings.append(_warn("domain.kernel_unknown", text))
    return findings


def check_scan(acquisition: Acquisition, spacing: Sequence[float]) -> list[Finding]:
    """As `check_domain`, before a signature is chosen: a missing tube voltage is a warning, too."""
    findings = check_domain(acquisition, spacing)
    if acquisition.kvp is None:
        text = "The header does not say the tube voltage: a signature that needs it asks for --kvp."
        findings.insert(0, _warn("ct.kvp_missing", text))
    return findings


def _warn(code: str, text: str) -> Finding:
    return Finding(code, Severity.WARN, text)
