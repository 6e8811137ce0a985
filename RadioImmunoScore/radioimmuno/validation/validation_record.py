"""A validation as plain values for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..signature.signature import Signature
from .calibration import Calibration
from .discrimination import roc_points
from .signature_validation import INTERVALS, OTHER_INTERVALS, GroupCurves, Validation
from .survival import DISPROPORTIONATE_P


def validation_record(done: Validation, signature: Signature) -> dict[str, Any]:
    """A validation for `validation.json`.

    Parameters
    ----------
    done : Validation
    signature : Signature

    Returns
    -------
    dict of str to Any
        `out_of_fold` holds the figures, as in `training.json`: here all patients are outside of the training.
    """
    units, cohort = done.units, done.cohort
    of_lesion = units.outcome.of_lesion
    return {
        "signature": {
            "name": signature.name,
            "version": signature.version,
            "status": signature.status,
            "sha256": signature.sha256,
        },
        "outcome": units.outcome.name,
        "kind": units.outcome.kind,
        "of": "lesion" if of_lesion else "patient",
        "patient_rule": "" if of_lesion else cohort.rule,
        "patients": len(np.unique(units.patients)),
        "lesions": int(np.isin(cohort.table.patients, units.patients).sum()),
        "events": None if units.outcome.kind == "continuous" else int(units.event.sum()),
        "out_of_fold": {name: one.record() for name, one in done.figures.items()},
        "intervals": {name: INTERVALS.get(name, OTHER_INTERVALS) for name in done.figures},
        "higher_score": done.plan.higher if units.outcome.kind == "survival" else None,
        "scale": done.plan.scale,
        "landmark_days": done.plan.landmark,
        "cutoffs": list(done.plan.cutoffs),
        "at_cutoffs": [
            {name: one if name == "cutoff" else one.record() for name, one in row.items()}
            for row in done.divided
        ],
        "roc": roc_record(units.values, units.event) if units.outcome.kind == "binary" else None,
        "calibration": done.calibration and calibration_record(done.calibration),
        "decision_curve": _decision(done),
        "cox": {
            name: {
                "hazard_ratio": one.ratio.record(),
                "p": plain(one.p),
                "proportionality_p": plain(one.proportionality_p),
                "proportional": bool(one.proportionality_p >= DISPROPORTIONATE_P),
            }
            for name, one in done.hazards.items()
        },
        "kaplan_meier": [survival_record(one) for one in done.curves],
        "subgroups": [
            {
                "by": one.by,
                "group": one.group,
                "patients": one.patients,
                "lesions": one.lesions,
                "events": one.events,
                "figure": one.figure and one.figure.record(),
            }
            for one in done.subgroups
        ],
        "caution": done.caution,
        "notes": list(done.notes),
        "predictions": [
            {"patient": str(patient), "value": plain(value)}
            for patient, value in zip(units.patients, units.values, strict=True)
        ],
    }


def plain(value: float) -> float | None:
    """A number for JSON; None for what is none."""
    return float(value) if np.isfinite(value) else None


def roc_record(scores: np.ndarray, positive: np.ndarray) -> dict[str, list[float]]:
    """A ROC curve as plain values for JSON.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)
    """
    false, true = roc_points(scores, positive)
    return {"false_positive": false.tolist(), "true_positive": true.tolist()}


def calibration_record(found: Calibration) -> dict[str, Any]:
    """A calibration as plain values for JSON.

    Parameters
    ----------
    found : Calibration
    """
    return {
        "brier_of_mean": found.brier_of_mean,
        "predicted": found.predicted.tolist(),
        "observed": found.observed.tolist(),
        "sizes": found.sizes.tolist(),
    }


def _decision(done: Validation) -> dict[str, Any] | None:
    found = done.decision
    return (
        None
        if found is None
        else {
            "thresholds": found.thresholds.tolist(),
            "net_benefit": found.scores.tolist(),
            "treat_all": found.treat_all.tolist(),
            "treat_none": 0.0,
        }
    )


def survival_record(found: GroupCurves) -> dict[str, Any]:
    """Kaplan-Meier curves as plain values for JSON.

    Parameters
    ----------
    found : GroupCurves
    """
    return {
        "by": found.by,
        "log_rank_p": plain(found.p),
        "groups": {
            name: {
                "patients": curve.patients,
                "events": curve.events,
                "median_days": plain(curve.median),
                "days": curve.days.tolist(),
                "survival": curve.survival.tolist(),
                "at_risk": curve.at_risk.tolist(),
            }
            for name, curve in found.curves.items()
        },
    }
