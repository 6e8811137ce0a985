"""Uptake of a patient as files: a table of the lesions, and all of it as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..files.atomic import write_text
from ..findings import Finding
from ..identity import identity_entries
from ..io.pet_study import PetStudy
from ..lesion import LeftOut
from ..pet.lesion_uptake import REFUSED, LesionUptake
from ..pet.masses import normalization_named
from ..pet.patient_uptake import PatientUptake
from ..pet.records import NUMBER_COLUMNS, reference_columns, totals_record, uptake_numbers
from ..pet.suv import suv_record
from ..scoring.provenance import software
from ..scoring.records import finding_record
from .csv_tables import LEFT_OUT, NOT_A_LESION, number_cell, text_cell, write_rows

FORMAT, FORMAT_VERSION = "radioimmuno-uptake", 1
NOTICE = "Research use only."

COLUMNS = ("lesion_id", "name", "volume_cc", *NUMBER_COLUMNS, "status", "codes")


def status_of(lesion: LesionUptake, refusal: Finding | None = None) -> str:
    """`measured`, `warning` or `refused`: also where nothing but ratios could be measured.

    Parameters
    ----------
    lesion : LesionUptake
    refusal : Finding or None
        Why there are no SUV.
    """
    return REFUSED if refusal is not None else lesion.status


def findings_of(lesion: LesionUptake, refusal: Finding | None = None) -> tuple[Finding, ...]:
    """What was found of a lesion; first why there are no SUV, where there are none.

    Parameters
    ----------
    lesion : LesionUptake
    refusal : Finding or None
    """
    return lesion.findings if refusal is None else (refusal, *lesion.findings)


def write_uptake_csv(
    patient: PatientUptake,
    path: str | os.PathLike[str],
    left_out: Sequence[LeftOut] = (),
    refusal: Finding | None = None,
) -> None:
    """Write one row a lesion (UTF-8, comma, header row first), then one for each structure that is left out.

    The columns of `COLUMNS` come first; `<reference>_ratio_max|mean|peak` follow for each reference region
    that was measured, then `mtv_liver` and `tlg_liver` where the liver gives a threshold, and `reasons`. MTV
    are in cc, TLG in cc times the unit of SUV. Numbers have all their digits; what does not exist is an empty
    cell. `codes` are separated by blanks. Where no SUV could be made, columns that depend on their scale are
    empty and the status of all is `refused`.
    """
    header = [*COLUMNS, *reference_columns(patient), "reasons"]
    rows = [_cells(lesion, patient, refusal, header) for lesion in patient.lesions]
    for one in left_out:
        known = {"lesion_id": text_cell(one.id), "name": text_cell(one.name), "status": LEFT_OUT}
        known |= {"codes": NOT_A_LESION, "reasons": text_cell(one.reason)}
        rows.append([known.get(column, "") for column in header])
    write_rows(path, header, rows)


def write_uptake_json(
    patient: PatientUptake, study: PetStudy, path: str | os.PathLike[str], created_utc: str
) -> None:
    """Write the patient as one JSON object (UTF-8; no NaN, no infinity).

    Parameters
    ----------
    patient : PatientUptake
    study : PetStudy
        What was measured.
    path : path-like
    created_utc : str
        Now, ISO 8601.
    """
    record = uptake_record(patient, study)
    record["provenance"]["created_utc"] = created_utc
    write_text(path, json.dumps(record, indent=2, allow_nan=False) + "\n")


def uptake_record(patient: PatientUptake, study: PetStudy) -> dict[str, Any]:
    """The content of `patient.json`.

    Keys: `format`, `format_version`, `notice`, `patient`, `study`, `series`; `suv` (which quantity, unit, how
    it was made, step by step with the tags, and why not); `thresholds` (key -> words); `totals` over the
    lesions that are not refused (`mtv_<threshold>` in cc, `tlg_<threshold>`, numbers of lesions, the largest
    distance between centroids in mm, the hottest lesion by SUVpeak); `references`; `lesions`; `left_out`;
    `findings` of reference regions; `notes`; `provenance`. What does not exist is null.

    Parameters
    ----------
    patient : PatientUptake
    study : PetStudy
    """
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "notice": NOTICE,
        **identity_entries(study.identity),
        "suv": _suv_entry(patient, study),
        "thresholds": {threshold.key: threshold.title for threshold in patient.thresholds},
        "totals": totals_record(patient),
        "references": [
            {**asdict(one), "findings": [finding_record(finding) for finding in one.findings]}
            for one in patient.references
        ],
        "lesions": [_lesion_record(lesion, patient, study) for lesion in patient.lesions],
        "left_out": [asdict(one) for one in study.left_out],
        "findings": [finding_record(finding) for finding in patient.findings],
        "notes": list(patient.notes),
        "provenance": {"software": software(), "inputs": dict(study.inputs)},
    }


def _suv_entry(patient: PatientUptake, study: PetStudy) -> dict[str, Any]:
    if study.suv is not None:
        made = suv_record(study.suv)
    else:
        title = normalization_named(patient.scale.quantity).title if patient.scale.is_suv else "no SUV"
        text = f"The values of the file were taken as {title}; it does not say how they were made."
        made = {"quantity": patient.scale.quantity, "steps": [{"name": "file", "text": text}]}
    return {**made, "refused": None if study.refusal is None else finding_record(study.refusal)}


def _cells(
    lesion: LesionUptake, patient: PatientUptake, refusal: Finding | None, header: Sequence[str]
) -> list[str]:
    values = uptake_numbers(lesion, patient.scale.is_suv)
    findings = findings_of(lesion, refusal)
    texts = {
        "lesion_id": text_cell(lesion.id),
        "name": text_cell(lesion.name),
        "status": status_of(lesion, refusal),
        "codes": " ".join(finding.code for finding in findings),
        "reasons": text_cell(" ".join(finding.text for finding in findings)),
    }
    return [texts[name] if name in texts else number_cell(values.get(name)) for name in header]


def _lesion_record(lesion: LesionUptake, patient: PatientUptake, study: PetStudy) -> dict[str, Any]:
    numbers: Mapping[str, float | None] = uptake_numbers(lesion, patient.scale.is_suv)
    return {
        "id": lesion.id,
        "name": lesion.name,
        "status": status_of(lesion, study.refusal),
        **numbers,
        "centroid_lps_mm": None if lesion.centroid is None else list(lesion.centroid),
        "peak_centre_lps_mm": None if lesion.peak is None else list(lesion.peak.centre),
        "findings": [finding_record(finding) for finding in findings_of(lesion, study.refusal)],
    }
