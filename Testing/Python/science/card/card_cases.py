"""Signatures with the records of their training and validation, as the commands write them."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from radioimmuno.card.sources import Record, Sources, gather
from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Signature, Term, format_signature, parse_signature

MEAN, CONTRAST = "ring.statistics.mean", "lesion.glcm.contrast"
TRAINING = {
    "kind": "binary",
    "patients": 60,
    "lesions": 180,
    "method": "elastic net of the log odds",
    "cutoffs": "25th, 50th and 75th percentile of the training scores",
    "candidates": [MEAN, CONTRAST, "location.liver", "acquisition.kvp"],
    "measured_by": "RadioImmunoScore 1.0",
    "software": "RadioImmunoScore 1.0",
    "batches": {"A": 40, "B": 20},
    "events": 25,
    "cross_validation": {"folds": 5, "repeats": 20, "seed": 0},
    "out_of_fold": {"auc": {"value": 0.71, "interval": [0.58, 0.83]}},
}
RECORD = {
    "kind": "binary",
    "patients": 60,
    "events": 25,
    "covariates": ["clinical.age"],
    "cross_validation": {"folds": 5, "repeats": 20, "seed": 0},
    "out_of_fold": {"auc": {"value": 0.71, "interval": [0.58, 0.83]}},
    "chosen_in_folds": {MEAN: 0.9, CONTRAST: 0.4},
    "terms": [{"variable": MEAN, "coefficient": 1.0}, {"variable": CONTRAST, "coefficient": -0.5}],
}
VALIDATION = {
    "kind": "binary",
    "outcome": "response",
    "of": "patient",
    "patients": 40,
    "lesions": 90,
    "events": 18,
    "out_of_fold": {
        "auc": {"value": 0.68, "interval": [0.51, 0.83]},
        "calibration_slope": {"value": 0.8, "interval": [0.2, 1.4]},
        "brier": {"value": 0.21, "interval": [0.17, 0.26]},
    },
    "intervals": {
        "auc": "95 %, DeLong, normal",
        "calibration_slope": "95 %, Wald",
        "brier": "95 %, percentile bootstrap over patients, 2000 draws",
    },
    "at_cutoffs": [
        {
            "cutoff": 0.2,
            "sensitivity": {"value": 0.7, "interval": [0.5, 0.9]},
            "specificity": {"value": 0.6, "interval": [0.4, 0.8]},
        }
    ],
    "calibration": {"predicted": [0.2, 0.5, 0.8], "observed": [0.1, 0.6, 0.7], "sizes": [13, 13, 14]},
    "decision_curve": {"thresholds": [0.1, 0.5], "net_benefit": [0.4, 0.1], "treat_all": [0.39, -0.1]},
    "cox": {},
    "kaplan_meier": [],
    "notes": ["2 rows have no score: not measured."],
}


def signature(**changes: Any) -> Signature:
    """A signature as its file gives it, with its hash."""
    made = Signature(
        name="small",
        version="1",
        status="research",
        predicts="response",
        direction="a higher score means a yes",
        settings=Settings(),
        intercept=0.2,
        terms=(
            Term(MEAN, 1.0, 50.0, 20.0, (-50.0, 150.0)),
            Term(CONTRAST, -0.5, 10.0, 4.0),
        ),
        cutoffs=Cutoffs(-0.6, 0.2, 1.0),
        patient_rule="scores_mean",
        training=TRAINING,
    )
    return parse_signature(format_signature(replace(made, **changes)))


def without(record: dict[str, Any], place: str) -> dict[str, Any]:
    """The record without the field at a place: `out_of_fold.auc`."""
    changed = copy.deepcopy(record)
    *steps, last = place.split(".")
    part = changed
    for step in steps:
        part = part[step]
    del part[last]
    return changed


def sources(
    recorded: dict[str, Any] | None = None, validations: tuple[dict[str, Any], ...] = (), **changes: Any
) -> Sources:
    """A signature, with records that belong to it."""
    made = signature(**changes)
    record = Record("training.json", recorded) if recorded else None
    named = [
        Record(f"validation{n}.json", {"signature": {"sha256": made.sha256}, **one})
        for n, one in enumerate(validations, start=1)
    ]
    return gather(made, record, named)
