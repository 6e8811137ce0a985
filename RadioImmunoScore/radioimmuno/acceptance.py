"""What is refused unless a person accepts it: one rule for every such finding, in panel, console and shell.

What was accepted is a warning in each row and so stands in every result.
"""

from __future__ import annotations

from collections.abc import Collection

from .findings import Finding, Severity

# code -> the option of the shell by which a person accepts it
OPTIONS = {
    "ct.not_original": "--accept-derived",
    "pet.not_original": "--accept-derived",
    "mr.not_original": "--accept-derived",
    "ct.hu_implausible": "--accept-values",
    "pet.suv_implausible": "--accept-values",
    "mr.implausible": "--accept-values",
    "patient.mismatch": "--accept-patient",
}


def unless_accepted(code: str, text: str, accepted: Collection[str]) -> Finding:
    """A finding that refuses; where a person accepted its code, a warning that records so.

    Parameters
    ----------
    code : str
        One of `OPTIONS`.
    text : str
        What was found, a sentence.
    accepted : collection of str
        The codes that a person accepted.
    """
    if code in accepted:
        return Finding(code, Severity.WARN, f"{text} Accepted by hand.")
    return Finding(code, Severity.REFUSE, f"{text}{how_to_accept(code)}")


def how_to_accept(code: str) -> str:
    """What follows the sentence of a refusal: how a person accepts it, in the shell and in Slicer."""
    return f" To go on all the same: {OPTIONS[code]} (in Slicer: Score all the same); it is recorded."
