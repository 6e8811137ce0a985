"""Scores and survival: concordance, hazard ratio, Kaplan-Meier curves and the log-rank test.

Cox, Kaplan-Meier and log-rank are those of lifelines; the concordances are counted here.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..findings import InputError
from .discrimination import Estimate

EVENTS_PER_VARIABLE = 10
MISSING_LIFELINES = "Survival needs lifelines: python -m pip install 'radioimmuno[train]'"
# p below which hazards are called not proportional.
DISPROPORTIONATE_P = 0.05


@dataclass(frozen=True)
class HazardRatio:
    """A variable of a Cox model.

    Parameters
    ----------
    ratio : Estimate
        A unit of the variable.
    p : float
        Wald, two-sided.
    proportionality_p : float
        Of the correlation of scaled Schoenfeld residuals with the rank of time.
    """

    ratio: Estimate
    p: float
    proportionality_p: float


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve.

    Parameters
    ----------
    days, survival, low, high : ndarray of float64, shape (steps,)
        From day 0; survival holds from its day on. The interval is Greenwood's, by log(-log).
    at_risk : ndarray of int, shape (steps,)
        Just before the day.
    median : float
        Days; infinite where survival stays above 0.5.
    patients, events : int
    """

    days: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray
    median: float
    patients: int
    events: int


def harrell_c(risk: np.ndarray, days: np.ndarray, event: np.ndarray) -> float:
    """How often, of two patients of whom it is known who lived shorter, that one has the higher risk.

    Ties of risk count half. Of two with equal days one with an event lived shorter than one without; two
    events on the same day are no pair.

    Source: Harrell and others, Statistics in Medicine 1996;15:361-387.

    Parameters
    ----------
    risk, days : ndarray of float64, shape (n,)
    event : ndarray of bool, shape (n,)

    Returns
    -------
    float
        NaN without a pair.
    """
    return _concordance(risk, days, event, np.ones(len(days)))


def uno_c(risk: np.ndarray, days: np.ndarray, event: np.ndarray, tau: float | None = None) -> float:
    """Harrell's C whose pairs weigh 1 / (chance of not being censored before)^2, so that censoring cancels.

    Source: Uno and others, Statistics in Medicine 2011;30:1105-1117.

    Parameters
    ----------
    risk, days : ndarray of float64, shape (n,)
    event : ndarray of bool, shape (n,)
    tau : float, optional
        Only events before this day count; all that happened by default.

    Returns
    -------
    float
        NaN without a pair.
    """
    free = _uncensored_before(days, event)
    weights = np.divide(1.0, free**2, out=np.zeros(len(days)), where=free > 0)
    if tau is not None:
        weights = np.where(days < tau, weights, 0.0)
    return _concordance(risk, days, event, weights)


def cox(variables: Mapping[str, np.ndarray], days: np.ndarray, event: np.ndarray) -> dict[str, HazardRatio]:
    """Hazard ratios of a Cox model without a penalty, with Efron's ties.

    Parameters
    ----------
    variables : mapping of str to ndarray of float64, shape (n,)
    days : ndarray of float64, shape (n,)
    event : ndarray of bool, shape (n,)

    Returns
    -------
    dict of str to HazardRatio

    Raises
    ------
    InputError
        `validation.few_events` with fewer than 10 events a variable; `validation.no_fit` when there is no
        finite solution.
    ImportError
        When lifelines is not installed.
    """
    events, least = int(np.sum(event)), EVENTS_PER_VARIABLE * len(variables)
    if events < least:
        text = f"{events} events for {len(variables)} variables; without a penalty {least} are the least."
        raise InputError("validation.few_events", f"Cox model: {text}")
    lifelines = _lifelines()
    import pandas
    from lifelines.statistics import proportional_hazard_test

    table = pandas.DataFrame({**variables, "days": days, "event": np.asarray(event, int)})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = lifelines.CoxPHFitter().fit(table, "days", "event", fit_options={"precision": 1e-11})
            checked = proportional_hazard_test(model, table, time_transform="rank").summary["p"]
    except (lifelines.exceptions.ConvergenceError, ValueError, np.linalg.LinAlgError) as problem:
        text = "has no finite solution: a variable is constant, or it separates those who died"
        raise InputError("validation.no_fit", f"The Cox model {text}.") from problem
    summary = model.summary
    return {
        name: HazardRatio(
            Estimate(
                float(summary.loc[name, "exp(coef)"]),
                float(summary.loc[name, "exp(coef) lower 95%"]),
                float(summary.loc[name, "exp(coef) upper 95%"]),
            ),
            float(summary.loc[name, "p"]),
            float(checked.loc[name]),
        )
        for name in variables
    }


def kaplan_meier(days: np.ndarray, event: np.ndarray) -> SurvivalCurve:
    """The Kaplan-Meier curve of patients.

    Parameters
    ----------
    days : ndarray of float64, shape (n,)
    event : ndarray of bool, shape (n,)

    Returns
    -------
    SurvivalCurve

    Raises
    ------
    ImportError
        When lifelines is not installed.
    """
    fitter = _lifelines().KaplanMeierFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(days, np.asarray(event, int))
    steps = fitter.survival_function_.index.to_numpy(float)
    interval = fitter.confidence_interval_.to_numpy(float)
    return SurvivalCurve(
        days=steps,
        survival=fitter.survival_function_.to_numpy(float)[:, 0],
        low=interval[:, 0],
        high=interval[:, 1],
        at_risk=np.array([int((days >= day).sum()) for day in steps]),
        median=float(fitter.median_survival_time_),
        patients=len(days),
        events=int(np.sum(event)),
    )


def log_rank_p(groups: np.ndarray, days: np.ndarray, event: np.ndarray) -> float:
    """P of the log-rank test between groups.

    Parameters
    ----------
    groups : ndarray, shape (n,)
        Of two values or more.
    days : ndarray of float64, shape (n,)
    event : ndarray of bool, shape (n,)

    Returns
    -------
    float
        NaN with a single group or without an event.

    Raises
    ------
    ImportError
        When lifelines is not installed.
    """
    if len(np.unique(groups)) < 2 or not np.any(event):
        return float("nan")
    _lifelines()
    from lifelines.statistics import multivariate_logrank_test

    return float(multivariate_logrank_test(days, groups, np.asarray(event, int)).p_value)


def from_landmark(
    days: np.ndarray, event: np.ndarray, landmark: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Survival counted from a day at which groups are known; who was not followed beyond it is left out.

    Parameters
    ----------
    days : ndarray of float64, shape (n,)
    event : ndarray of bool, shape (n,)
    landmark : float or ndarray of float64, shape (n,), days

    Returns
    -------
    kept : ndarray of bool, shape (n,)
    days : ndarray of float64, shape (kept,)
    event : ndarray of bool, shape (kept,)
    """
    kept = days > landmark
    return kept, (days - landmark)[kept], np.asarray(event, bool)[kept]


def _concordance(risk: np.ndarray, days: np.ndarray, event: np.ndarray, weights: np.ndarray) -> float:
    event = np.asarray(event, bool)
    shorter = (days[:, None] < days) | ((days[:, None] == days) & ~event)
    pairs = (shorter & event[:, None]) * weights[:, None]
    ordered = 0.5 + 0.5 * np.sign(risk[:, None] - risk)
    total = pairs.sum()
    return float((pairs * ordered).sum() / total) if total > 0 else float("nan")


def _uncensored_before(days: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Kaplan-Meier chance (n,) of not being censored before each patient's day."""
    times, place = np.unique(days, return_inverse=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), times)
    # Who has an event on a day is not at risk of being censored on it.
    event = np.asarray(event, bool)
    left = at_risk - np.bincount(place[event], minlength=len(times))
    censored = np.bincount(place[~event], minlength=len(times))
    chance = np.cumprod(1 - np.divide(censored, left, out=np.zeros(len(times)), where=left > 0))
    return np.concatenate([[1.0], chance])[place]


def _lifelines() -> Any:
    try:
        import lifelines
        import lifelines.exceptions
    except ImportError as problem:
        raise ImportError(MISSING_LIFELINES) from problem
    return lifelines
