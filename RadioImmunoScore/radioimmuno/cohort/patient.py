"""One patient of a cohort: studies are measured, and followed where there are several; plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ..acquisition import acquisition_record
from ..lesion import Lesion
from ..scoring.provenance import software
from ..scoring.records import finding_record
from .measured_study import MeasuredLesion, MeasuredStudy, measure_study
from .patient_course import FollowedStudy, followed_studies
from .plan import FORMAT_VERSION, Plan, plan_of

FORMAT = "radioimmuno-cohort-patient"


def measure_patient(order: Mapping[str, Any]) -> dict[str, Any]:
    """Measure a patient.

    Parameters
    ----------
    order : mapping of str to Any
        As of `plan.order_of`.

    Returns
    -------
    dict of str to Any
        `studies`: for each, where it comes from and its `lesions` with `values` (identifier -> value, None
        where it is not defined) and `scores` (signature's name -> score, status, findings); `row` is the
        number of the patient's row that says most of the lesion. Of a patient with several studies each has
        its `number` in order of time, what is known of each lesion by the studies before (`followed`, as of
        `patient_course.Followed`), and the lesions that are `gone`.

    Raises
    ------
    InputError
        When a file cannot be used, or a row of the manifest does not fit it.
    """
    plan = plan_of(order["plan"])
    measured = []
    for record in order["studies"]:
        one = measure_study(record, order["patient"], plan)
        measured.append(replace(one, study=one.study.without_main_image()))
    if len(measured) == 1:
        studies = [_study_record(one, plan) for one in measured]
    else:
        studies = [_followed_record(one, plan) for one in followed_studies(measured, plan)]
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "patient": order["patient"],
        "software": software(),
        "studies": studies,
    }


def _study_record(one: MeasuredStudy, plan: Plan) -> dict[str, Any]:
    acquisition = one.study.acquisition
    return {
        "study": one.name,
        "date": one.study.date,
        "acquisition": acquisition_record(acquisition),
        "kvp": acquisition.tube_voltage,
        "inputs": dict(one.study.inputs),
        "left_out": [asdict(left) for left in one.study.left_out],
        "row": one.row,
        "lesions": [_lesion_record(lesion, plan) for lesion in one.lesions],
    }


def _followed_record(one: FollowedStudy, plan: Plan) -> dict[str, Any]:
    record = _study_record(one.measured, plan)
    lesions = [{**own, "followed": asdict(one.followed[own["lesion_id"]])} for own in record["lesions"]]
    gone = [
        {
            **_who(lesion.start.lesion, one.measured.row),
            # Another lesion of this study may have the identifier that it had.
            "lesion_id": f"{lesion.start.lesion.id} of {lesion.followed.since}",
            "followed": asdict(lesion.followed),
        }
        for lesion in one.gone
    ]
    return {**record, "number": one.number, "lesions": lesions, "gone": gone}


def _who(lesion: Lesion, row: int) -> dict[str, Any]:
    return {
        "lesion_id": lesion.id,
        "name": lesion.name,
        "row": row,
        "site": None if lesion.site is None else lesion.site.value,
        "irradiated": lesion.irradiated,
    }


def _lesion_record(one: MeasuredLesion, plan: Plan) -> dict[str, Any]:
    features = one.features
    return {
        **_who(one.lesion, one.row),
        "volume_cc": one.lesion.volume_cc,
        "status": features.status,
        "findings": [finding_record(finding) for finding in features.findings],
        "values": {name: _finite(features.values.get(name)) for name in plan.values}
        if not features.refused
        else {},
        "scores": {
            name: {
                "score": score.score,
                "status": score.status,
                "findings": [finding_record(finding) for finding in score.findings],
            }
            for name, score in one.scores.items()
        },
    }


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
