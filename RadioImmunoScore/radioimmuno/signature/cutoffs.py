"""Cut-offs of scores and of patients' values, as a signature's file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..numbers import is_number
from .strict_json import Fields, invalid

# The names of cut-offs, the lowest first.
CUTOFFS = ("low", "median", "high")

# What older files have instead of `patient_cutoffs`.
OLD_PATIENT_CUTOFF = "patient_cutoff"


@dataclass(frozen=True)
class Cutoffs:
    """Scores that split patients: below `low` little, above `high` much predicted infiltration.

    `low` and `high` are None where the median alone is known, as publications often give it.
    """

    low: float | None
    median: float
    high: float | None

    @classmethod
    def of(cls, named: Mapping[str, float]) -> Cutoffs:
        """The cut-offs with these names, as of `named`."""
        return cls(named.get("low"), named["median"], named.get("high"))

    @property
    def named(self) -> dict[str, float]:
        """Those that there are by their names, the lowest first."""
        found = ((name, getattr(self, name)) for name in CUTOFFS)
        return {name: value for name, value in found if value is not None}


def read_cutoffs(fields: Fields, name: str) -> Cutoffs:
    """The cut-offs of a field.

    Parameters
    ----------
    fields : Fields
        Of the signature.
    name : str
        Of the field, which is there.

    Returns
    -------
    Cutoffs

    Raises
    ------
    SignatureError
        `signature.invalid`.
    """
    inner = Fields(fields.raw(name), name, ("median",), ("low", "high"))
    if inner.has("low") != inner.has("high"):
        raise invalid(name, "must hold low and high, or the median alone")
    named = {each: inner.number(each) for each in CUTOFFS if inner.has(each)}
    if any(a >= b for a, b in pairwise(named.values())):
        raise invalid(name, "must ascend: low, median, high")
    return Cutoffs.of(named)


def read_patient_cutoffs(fields: Fields, training: Mapping[str, Any]) -> Cutoffs | None:
    """The cut-offs of patients' values; None where there are none.

    In files of before the field `patient_cutoffs` the median is a field of its own, and all three stand among
    the facts of the training.

    Parameters
    ----------
    fields : Fields
        Of the signature.
    training : mapping of str to Any

    Returns
    -------
    Cutoffs or None

    Raises
    ------
    SignatureError
        `signature.invalid`.
    """
    name = "patient_cutoffs"
    if fields.has(name):
        if fields.has(OLD_PATIENT_CUTOFF):
            raise invalid(OLD_PATIENT_CUTOFF, f"is an older name for the median of {name}; give one of them")
        return read_cutoffs(fields, name)
    recorded = training.get(name)
    known: dict[str, Any] = recorded if isinstance(recorded, dict) else {}
    median = fields.number(OLD_PATIENT_CUTOFF) if fields.has(OLD_PATIENT_CUTOFF) else known.get("median")
    three: list[Any] = [known.get("low"), median, known.get("high")]
    if not is_number(median):
        return None
    if all(map(is_number, three)) and three[0] < three[1] < three[2]:
        return Cutoffs(*map(float, three))
    return Cutoffs(None, float(three[1]), None)
