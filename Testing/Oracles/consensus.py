"""Comparison with the consensus values of IBSI 1."""

import csv
from dataclasses import dataclass
from pathlib import Path

_FEATURE_FAMILIES = ("morph_", "loc_", "stat_", "ih_", "ivh_", "cm_", "rlm_", "szm_", "dzm_", "ngt_", "ngl_")
_FLAT_METHODS = ("_2D", "_2_5D")


@dataclass(frozen=True)
class Agreement:
    """How many rows of one configuration agree, and which do not."""

    passed: int
    total: int
    deviations: tuple[str, ...]


def compare(values: dict[str, float], table: Path, configuration: str) -> Agreement:
    """Hold values against the rows of one configuration that have a consensus value.

    A row passes when the value, rounded to three significant digits, lies within the row's tolerance.
    """
    rows = _consensus_rows(table, configuration)
    compared = {tag: row for tag, row in rows.items() if tag in values}
    missing = tuple(f"{tag}: not computed" for tag in rows if tag not in values)
    deviations = tuple(
        f"{tag}: {values[tag]:.6g}, consensus {consensus:g} +- {tolerance:g}"
        for tag, (consensus, tolerance) in compared.items()
        if not _within(values[tag], consensus, tolerance)
    )
    return Agreement(len(compared) - len(deviations), len(rows), deviations + missing)


def _consensus_rows(table: Path, configuration: str) -> dict[str, tuple[float, float]]:
    with table.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["configuration"] == configuration]
    return {
        row["tag"]: (float(row["value"]), float(row["tolerance"]))
        for row in rows
        if _is_volumetric_feature(row["tag"]) and row["value"] and row["tolerance"]
    }


def _is_volumetric_feature(tag: str) -> bool:
    is_flat = any(method in tag for method in _FLAT_METHODS)
    is_mask_property = tag.endswith("_roi")
    return tag.startswith(_FEATURE_FAMILIES) and not is_flat and not is_mask_property


def _within(value: float, consensus: float, tolerance: float) -> bool:
    # The margin covers only the binary representation of decimal numbers.
    return abs(float(f"{value:.3g}") - consensus) <= tolerance * (1.0 + 1e-9) + abs(consensus) * 1e-12
