"""How the CT was made, as far as it is known: nothing here is ever guessed.

Where a person says something else than the header, the person is right, and both are shown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from .findings import Finding, InputError, Severity
from .thresholds import KVP_LIMITS


@dataclass(frozen=True)
class Acquisition:
    """What the CT's header, or a person, says about the scan; None or empty where neither says anything.

    Parameters
    ----------
    kvp : float or None
        Tube voltage, kV (DICOM KVP).
    slice_thickness_mm : float or None
        Nominal slice thickness, mm (DICOM SliceThickness); not the distance between slices.
    kernel : str or None
        Reconstruction kernel (DICOM ConvolutionKernel).
    contrast_agent : str or None
        Contrast agent (DICOM ContrastBolusAgent).
    source : str
        Where these values come from, in words a person reads ("DICOM header", "given by hand").
    scanner : str or None
        Manufacturer and model.
    modality : str or None
        What kind of image the header says it is ("CT").
    batch : str
        The scanner or center, as a signature with ComBat names it; a person says that.
    """

    kvp: float | None = None
    slice_thickness_mm: float | None = None
    kernel: str | None = None
    contrast_agent: str | None = None
    source: str = ""
    scanner: str | None = None
    modality: str | None = None
    batch: str = ""

    @property
    def tube_voltage(self) -> float | None:
        """The tube voltage where it is one that a CT has, kV; None too where the header holds nonsense."""
        return self.kvp if self.kvp is not None and is_tube_voltage(self.kvp) else None


def acquisition_record(acquisition: Acquisition) -> dict[str, Any]:
    """The acquisition as plain values for JSON; without a batch where none was named.

    Parameters
    ----------
    acquisition : Acquisition

    Returns
    -------
    dict of str to Any
    """
    record = asdict(acquisition)
    return record if acquisition.batch else {name: record[name] for name in record if name != "batch"}


def is_tube_voltage(kvp: float) -> bool:
    """Whether a CT's tube can have this voltage, kV.

    Examples
    --------
    >>> is_tube_voltage(120), is_tube_voltage(1.2)
    (True, False)
    """
    lowest, highest = KVP_LIMITS
    return lowest <= kvp <= highest


def check_kvp(kvp: float) -> None:
    """Refuse a tube voltage that no CT has.

    Raises
    ------
    InputError
        `ct.kvp_implausible`, with words that say what can be given.
    """
    if not is_tube_voltage(kvp):
        lowest, highest = KVP_LIMITS
        text = f"{kvp:g} kV is no tube voltage of a CT: give {lowest:.0f} to {highest:.0f}, mostly 80 to 140."
        raise InputError("ct.kvp_implausible", text)


def with_kvp(acquisition: Acquisition, kvp: float | None) -> tuple[Acquisition, tuple[Finding, ...]]:
    """The acquisition with the tube voltage that a person gives, which counts whatever the header says.

    Parameters
    ----------
    acquisition : Acquisition
        What the CT says.
    kvp : float or None
        What the person says, kV; None when nothing.

    Returns
    -------
    Acquisition
        With the person's voltage; `source` names it.
    tuple of Finding
        `ct.kvp_differs` where the CT says another one: it belongs into every lesion's row.

    Raises
    ------
    InputError
        `ct.kvp_implausible` when the person's is none that a CT has.
    """
    if kvp is None:
        return acquisition, ()
    check_kvp(kvp)
    if acquisition.kvp == kvp:
        return acquisition, ()
    source = "; ".join(filter(None, [acquisition.source, "kVp given by hand"]))
    known = replace(acquisition, kvp=float(kvp), source=source)
    if acquisition.kvp is None:
        return known, ()
    text = f"The CT's header says {acquisition.kvp:g} kV, by hand {kvp:g} kV was given; {kvp:g} kV counts."
    return known, (Finding("ct.kvp_differs", Severity.WARN, text),)


def implausible_kvp(acquisition: Acquisition) -> tuple[Finding, ...]:
    """A warning where the CT says a tube voltage that no CT has: it counts as not known."""
    if acquisition.kvp is None or is_tube_voltage(acquisition.kvp):
        return ()
    text = f"The CT says a tube voltage of {acquisition.kvp:g} kV, which none has: it counts as not known."
    return (Finding("ct.kvp_implausible", Severity.WARN, text),)
