"""Which tracer a PET is of."""

from __future__ import annotations

import re

from ..findings import Finding, InputError, Severity
from ..thresholds import FDG_HALF_LIFE_S, LONG_HALF_LIFE_S
from .header import PetHeader

# Fluorodeoxyglucose in SRT, SNOMED CT and RxNorm, as DICOM's context groups 25 and 4021 have it.
FDG_CODES = frozenset({"C-B1031", "422855001", "35321007", "4021-FDG"})
# Also as other languages spell it (Fluordesoxyglukose, fluorodésoxyglucose, fluorodeossiglucosio).
FDG_WORDS = re.compile(r"FDG|D[EÉ]S?O(XY|SSI|XI)[ -]?(D[ -])?GLU[CK]OS", re.IGNORECASE)


def is_fdg(header: PetHeader) -> bool:
    """Whether the tracer is FDG, by its name or code; with neither, whether its nuclide lives as long.

    Parameters
    ----------
    header : PetHeader
    """
    if FDG_WORDS.search(header.tracer) or FDG_CODES & set(header.tracer_codes):
        return True
    lowest, highest = FDG_HALF_LIFE_S
    return not header.tracer and lowest <= (header.half_life_s or 0.0) <= highest


def is_long_lived(header: PetHeader) -> bool:
    """Whether the nuclide lives as long as those that antibodies are labelled with (89Zr, 64Cu)."""
    return (header.half_life_s or 0.0) >= LONG_HALF_LIFE_S


def half_life(header: PetHeader) -> float:
    """The nuclide's half-life, s.

    Raises
    ------
    InputError
        `pet.half_life` where it is missing.
    """
    seconds = header.half_life_s
    if not seconds or seconds < 0:
        text = "The header does not say the half-life of the tracer's nuclide (RadionuclideHalfLife)."
        raise InputError("pet.half_life", text)
    return seconds


def half_life_doubt(header: PetHeader) -> tuple[Finding, ...]:
    """A warning where FDG has a half-life that is not 18F's.

    Parameters
    ----------
    header : PetHeader
    """
    lowest, highest = FDG_HALF_LIFE_S
    if not is_fdg(header) or lowest <= half_life(header) <= highest:
        return ()
    text = (
        f"The tracer is named {header.tracer}, and the half-life {half_life(header):g} s; the one of 18F is "
        "6586 s. The header's was taken: SUV are wrong where the name is right."
    )
    return (Finding("pet.half_life", Severity.WARN, text),)
