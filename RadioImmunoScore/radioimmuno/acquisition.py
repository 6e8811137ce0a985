"""How the CT was made, as far as it is known: nothing here is ever guessed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Acquisition:
    """What the CT's header, or a person, says about the scan; None or empty where neither says anything.

    Parameters
    ----------
    kvp : tube voltage, kV (DICOM KVP)
    slice_thickness_mm : nominal slice thickness, mm (DICOM SliceThickness); not the distance between slices
    kernel : reconstruction kernel (DICOM ConvolutionKernel)
    contrast_agent : contrast agent (DICOM ContrastBolusAgent)
    source : where these values come from, in words a person reads ("DICOM header", "given by hand")
    scanner : manufacturer and model
    modality : what kind of image the header says it is ("CT")
    """

    kvp: float | None = None
    slice_thickness_mm: float | None = None
    kernel: str | None = None
    contrast_agent: str | None = None
    source: str = ""
    scanner: str | None = None
    modality: str | None = None
