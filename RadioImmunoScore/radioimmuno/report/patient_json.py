"""The patient as JSON: metrics, lesions, signature and provenance, for programs."""

from __future__ import annotations

import json
import os
from typing import Any

from ..files.atomic import write_text
from ..scoring.records import patient_record
from ..scoring.results import PatientScore
from ..signature.signature import Signature


def write_patient_json(patient: PatientScore, signature: Signature, path: str | os.PathLike[str]) -> None:
    """Write the patient as one JSON object (UTF-8; no NaN, no infinity).

    Keys: `format`, `format_version`, `notice`, `patient`, `study`, `series`, `signature` (with the scores at
    both ends of its `color_scale`), `patient_value` (by the rule of the signature, only where it names one:
    rule, value, cut-off, group), `subsets` (metrics by subset; a metric that is not defined is null and
    `not_defined` has the reason), `lesions`, `left_out` (what is no lesion: id, name, reason), `stability`
    (of redrawn contours; null where it was not measured, also in a lesion), `provenance`. A lesion's
    `expected_agreement` is the expected Dice coefficient of its contour with a reader's, null where none is
    known; its `weight` is how much it counts in the patient's value, null where the rule weighs no lesions.

    Raises
    ------
    ValueError
        For a number that is not finite; the file is then not written.
    """
    text = json.dumps(patient_record(patient, signature), indent=2, allow_nan=False, default=_plain)
    write_text(path, text + "\n")


def _plain(value: Any) -> Any:
    """What JSON has no word for: numpy's numbers and arrays, mappings, paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "items"):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} has no place in the patient's JSON")
