"""Curves of the out-of-fold predictions: ROC and calibration, or survival of the halves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tables.outcomes import BINARY, SURVIVAL
from ..validation.calibration import Calibration, calibration, probability_of
from ..validation.signature_validation import GroupCurves
from ..validation.survival import kaplan_meier
from ..validation.validation_record import calibration_record, roc_record, survival_record
from .out_of_fold import OutOfFold

GROUPS = 5


def agreement_of(found: OutOfFold) -> Calibration:
    """The calibration of predicted log odds.

    Parameters
    ----------
    found : OutOfFold
        Of a yes or no.

    Returns
    -------
    Calibration
    """
    return calibration(probability_of(found.raw.mean(axis=0)), found.truth == 1, GROUPS)


def halves_of(found: OutOfFold) -> GroupCurves:
    """Kaplan-Meier curves of the halves with lower and higher scores, without a test between them.

    Parameters
    ----------
    found : OutOfFold
        Of survival.

    Returns
    -------
    GroupCurves
    """
    assert found.events is not None
    scores, events = found.centered.mean(axis=0), found.events == 1
    high = scores > np.median(scores)
    curves = {
        f"{name} scores ({part.sum()})": kaplan_meier(found.truth[part], events[part])
        for name, part in (("lower", ~high), ("higher", high))
        if part.any()
    }
    return GroupCurves("half of the out-of-fold scores", curves, float("nan"))


def curves_record(found: OutOfFold) -> dict[str, Any]:
    """The curves as plain values for JSON, as `validation.json` has them.

    Parameters
    ----------
    found : OutOfFold

    Returns
    -------
    dict of str to Any
    """
    if found.kind == BINARY:
        return {
            "roc": roc_record(found.centered.mean(axis=0), found.truth == 1),
            "calibration": calibration_record(agreement_of(found)),
        }
    if found.kind == SURVIVAL:
        return {"kaplan_meier": [{**survival_record(halves_of(found)), "unit": "time"}]}
    return {}
