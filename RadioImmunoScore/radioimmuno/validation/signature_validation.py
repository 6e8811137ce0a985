"""How well a signature does in patients it was not trained on: all figures of a validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from ..findings import InputError
from ..signature.signature import Signature
from ..tables.outcomes import BINARY, CONTINUOUS, SURVIVAL, Outcome
from . import delong
from .calibration import Calibration, DecisionCurve, calibration, decision_curve, probability_of
from .discrimination import (
    INTERVAL_METHOD,
    RESAMPLES,
    Estimate,
    areas,
    bootstrap,
    explained_variances,
    once,
    rank_correlations,
)
from .scored_cohort import ScoredCohort
from .survival import (
    EVENTS_PER_VARIABLE,
    HazardRatio,
    SurvivalCurve,
    cox,
    few_events_words,
    from_landmark,
    harrell_c,
    kaplan_meier,
    log_rank_p,
    uno_c,
)

AUC, C_INDEX, SPEARMAN = "auc", "c_index", "spearman"
FIRST_FIGURE = {BINARY: AUC, SURVIVAL: C_INDEX, CONTINUOUS: SPEARMAN}
LONGER, SHORTER = "longer", "shorter"
SCORE, LOG_ODDS, PROBABILITY = "score", "log-odds", "probability"
SCALES = (SCORE, LOG_ODDS, PROBABILITY)
# Fewer patients of a subgroup are counted, not judged.
LEAST_OF_SUBGROUP = 10
SEED = 0

# From draws, shape (draws, n), to a figure in each, shape (draws,).
Figure = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Plan:
    """What a validation is asked for.

    Parameters
    ----------
    scale : str
        What the score is: `score`, `log-odds` or `probability` of the outcome. Calibration and decision curve
        are of probabilities.
    higher : str
        Whether a higher score goes with `longer` or `shorter` survival, as known before.
    cutoffs : tuple of float
        Learnt before.
    covariates : tuple of str
        Variables of the table that the Cox model adjusts for.
    by : str
        Column of texts whose groups are compared besides.
    landmark : float, optional
        Day from which survival is counted.
    """

    scale: str = SCORE
    higher: str = LONGER
    cutoffs: tuple[float, ...] = ()
    covariates: tuple[str, ...] = ()
    by: str = ""
    landmark: float | None = None


@dataclass(frozen=True, eq=False)
class Units:
    """What is validated: patients, or lesions where the outcome is theirs.

    Parameters
    ----------
    patients : ndarray of str, shape (n,)
    values : ndarray of float64, shape (n,)
    outcome : Outcome
    rows : ndarray of int, shape (n,)
        Of the table of scored rows.
    """

    patients: np.ndarray
    values: np.ndarray
    outcome: Outcome
    rows: np.ndarray

    def chosen(self, which: np.ndarray) -> Units:
        """These units alone.

        Parameters
        ----------
        which : ndarray of bool, shape (n,)

        Returns
        -------
        Units
        """
        return Units(self.patients[which], self.values[which], self.outcome.rows(which), self.rows[which])

    @property
    def event(self) -> np.ndarray:
        """Whether the outcome is a yes, or the event happened: ndarray of bool, shape (n,)."""
        return np.asarray(self.outcome.values if self.outcome.events is None else self.outcome.events) == 1


@dataclass(frozen=True)
class Subgroup:
    """A part of the cohort: by what, which, how many, and the first figure there (None where too few)."""

    by: str
    group: str
    patients: int
    lesions: int
    events: int | None
    figure: Estimate | None


@dataclass(frozen=True, eq=False)
class GroupCurves:
    """Kaplan-Meier curves of groups by name, and the p of the log-rank test between them."""

    by: str
    curves: Mapping[str, SurvivalCurve]
    p: float


@dataclass(frozen=True, eq=False)
class Validation:
    """A validation; what does not apply is None or empty.

    Parameters
    ----------
    units : Units
    cohort : ScoredCohort
    plan : Plan
    figures : dict of str to Estimate
    calibration : Calibration, optional
    decision : DecisionCurve, optional
    hazards : dict of str to HazardRatio
        Per standard deviation of the value, and per unit of each covariate.
    curves : tuple of GroupCurves
    divided : tuple of dict of str to Any
        Of a yes or no: what each cut-off gives.
    subgroups : tuple of Subgroup
    notes : tuple of str
    caution : str
        What is to be read beside the figures of survival with few events; empty otherwise.
    """

    units: Units
    cohort: ScoredCohort
    plan: Plan
    figures: dict[str, Estimate]
    calibration: Calibration | None = None
    decision: DecisionCurve | None = None
    hazards: dict[str, HazardRatio] = field(default_factory=dict)
    curves: tuple[GroupCurves, ...] = ()
    divided: tuple[dict[str, Any], ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    notes: tuple[str, ...] = ()
    caution: str = ""


def trained_kind(signature: Signature) -> str:
    """What kind of outcome a signature was trained on, as far as its file says; empty otherwise."""
    method = str(signature.training.get("method", ""))
    by_method = BINARY if "log odds" in method else SURVIVAL if method.startswith("Cox") else ""
    return str(signature.training.get("kind", by_method))


def validate(cohort: ScoredCohort, plan: Plan) -> Validation:
    """Validate a signature on a cohort that it scored.

    Parameters
    ----------
    cohort : ScoredCohort
        With an outcome.
    plan : Plan

    Returns
    -------
    Validation

    Raises
    ------
    InputError
        `validation.outcome`, `validation.no_fit`, or `validation.few_events` for a Cox model with covariates.
    ImportError
        When scikit-learn or lifelines is not installed.
    """
    units, notes = _units(cohort, plan)
    _check_outcome(units)
    kind = units.outcome.kind
    figures = _figures(units, cohort, plan)
    probability = _probability(units, plan)
    agreement = None if probability is None else calibration(probability, units.event)
    if probability is not None and agreement is not None:
        squares = (probability - units.event) ** 2
        figures |= {
            "calibration_intercept": agreement.intercept,
            "calibration_slope": agreement.slope,
            "brier": bootstrap(lambda draws: draws @ squares / draws.sum(axis=1), units.patients, SEED),
        }
    hazards = _hazards(units, cohort, plan) if kind == SURVIVAL else {}
    if hazards:
        figures["hazard_ratio"] = hazards["score"].ratio
    return Validation(
        units=units,
        cohort=cohort,
        plan=plan,
        figures=figures,
        calibration=agreement,
        decision=None if probability is None else decision_curve(probability, units.event),
        hazards=hazards,
        curves=_curves(units, cohort, plan) if kind == SURVIVAL else (),
        divided=tuple(_divided(units, c) for c in plan.cutoffs) if kind == BINARY else (),
        subgroups=_subgroups(units, cohort, plan),
        notes=(*cohort.table.notes, *notes),
        caution=few_events_words(int(units.event.sum())) if kind == SURVIVAL else "",
    )


def group_names(cutoffs: tuple[float, ...]) -> list[str]:
    """What the groups between cut-offs are called, the lowest first.

    Parameters
    ----------
    cutoffs : tuple of float, ascending
    """
    ends = [f"{cutoff:.4g}" for cutoff in cutoffs]
    inner = [f"{low} to {high}" for low, high in pairwise(ends)]
    return [f"up to {ends[0]}", *inner, f"above {ends[-1]}"]


def _units(cohort: ScoredCohort, plan: Plan) -> tuple[Units, list[str]]:
    outcome = cohort.table.outcome
    assert outcome is not None
    if outcome.of_lesion:
        rows = np.arange(len(cohort.scores))
        units = Units(cohort.table.patients, cohort.scores, outcome, rows)
    else:
        first = cohort.first_rows
        units = Units(cohort.patients, cohort.values, outcome.rows(first), first)
    notes = [f"{count} rows have no score: {reason}." for reason, count in cohort.unscored.items()]
    if plan.landmark is None or outcome.kind != SURVIVAL:
        return units, notes
    kept, days, event = from_landmark(units.outcome.values, units.event, plan.landmark)
    notes.append(
        f"Survival is counted from day {plan.landmark:g}; {int((~kept).sum())} who were not followed "
        "beyond it are left out."
    )
    later = Outcome(outcome.name, SURVIVAL, days, event.astype(float), outcome.of_lesion)
    return Units(units.patients[kept], units.values[kept], later, units.rows[kept]), notes


def _check_outcome(units: Units) -> None:
    kind, name = units.outcome.kind, units.outcome.name
    if len(np.unique(units.patients)) < LEAST_OF_SUBGROUP:
        text = f"{len(np.unique(units.patients))} patients can be used; {LEAST_OF_SUBGROUP} are the least."
        raise InputError("validation.outcome", text)
    if kind == CONTINUOUS and np.ptp(units.outcome.values) == 0:
        raise InputError("validation.outcome", f"The outcome {name} does not vary in those with a score.")
    if kind == BINARY and not 0 < units.event.sum() < len(units.event):
        raise InputError("validation.outcome", f"All with a score have the same outcome {name}.")
    if kind == SURVIVAL and not units.event.any():
        raise InputError("validation.outcome", f"No one with a score had the event of {name}.")


def _figures(units: Units, cohort: ScoredCohort, plan: Plan) -> dict[str, Estimate]:
    kind, first = units.outcome.kind, FIRST_FIGURE[units.outcome.kind]
    if kind == BINARY and not units.outcome.of_lesion:
        figures = {first: delong.delong_auc(units.values, units.event)}
    else:
        figures = {first: _estimate(_figure_of(units, plan), units.patients)}
    if kind == SURVIVAL:
        risk, days, event = _risk(units, plan), units.outcome.values, units.event
        figures["c_index_uno"] = _estimate(
            lambda draws: uno_c(risk, days, event, draws=draws), units.patients
        )
    if kind == CONTINUOUS:
        truth = units.outcome.values
        figures["r2"] = _estimate(
            lambda draws: explained_variances(truth, units.values, draws), units.patients
        )
    lesions = _lesions(cohort, units)
    if lesions is not None and len(lesions.values) > len(units.values):
        figures[f"{first}_lesions"] = _estimate(_figure_of(lesions, plan), lesions.patients)
    return figures


def _lesions(cohort: ScoredCohort, units: Units) -> Units | None:
    """All scored rows with the outcome of their patient, as it is counted; None where units are lesions."""
    if units.outcome.of_lesion:
        return None
    kept = np.flatnonzero(np.isin(cohort.table.patients, units.patients))
    place = np.searchsorted(units.patients, cohort.table.patients[kept])
    return Units(units.patients[place], cohort.scores[kept], units.outcome.rows(place), kept)


def _figure_of(units: Units, plan: Plan) -> Figure:
    values, truth, event, kind = units.values, units.outcome.values, units.event, units.outcome.kind
    if kind == BINARY:
        return lambda draws: areas(values, event, draws)
    if kind == SURVIVAL:
        risk = _risk(units, plan)
        return lambda draws: harrell_c(risk, truth, event, draws)
    return lambda draws: rank_correlations(values, truth, draws)


def _estimate(figure: Figure, patients: np.ndarray) -> Estimate:
    everybody = float(figure(once(patients))[0])
    if not np.isfinite(everybody):
        return Estimate(everybody, everybody, everybody)
    return bootstrap(figure, patients, SEED)


def _risk(units: Units, plan: Plan) -> np.ndarray:
    return units.values if plan.higher == SHORTER else -units.values


def _probability(units: Units, plan: Plan) -> np.ndarray | None:
    if units.outcome.kind != BINARY or plan.scale == SCORE:
        return None
    if plan.scale == LOG_ODDS:
        return probability_of(units.values)
    if units.values.min() < 0 or units.values.max() > 1:
        raise InputError("validation.outcome", "The scores are no probabilities: some lie outside of 0 to 1.")
    return units.values


def _hazards(units: Units, cohort: ScoredCohort, plan: Plan) -> dict[str, HazardRatio]:
    # Without covariates nobody asked for the model by name: the rest is given without it.
    if not plan.covariates and units.event.sum() < EVENTS_PER_VARIABLE:
        return {}
    spread = units.values.std(ddof=1)
    variables = {"score": units.values / spread if spread > 0 else units.values}
    variables |= {name: cohort.table.column(name)[units.rows] for name in plan.covariates}
    known = np.isfinite(np.stack(list(variables.values()))).all(axis=0)
    chosen = {name: column[known] for name, column in variables.items()}
    return cox(chosen, units.outcome.values[known], units.event[known])


def _curves(units: Units, cohort: ScoredCohort, plan: Plan) -> tuple[GroupCurves, ...]:
    found = []
    if plan.cutoffs:
        names = group_names(plan.cutoffs)
        place = np.searchsorted(plan.cutoffs, units.values, side="left")
        found.append(_group_curves("score", np.array(names)[place], names, units))
    if plan.by:
        if plan.by not in cohort.table.texts:
            raise InputError("cohort_table.column", f"The table has no column {plan.by!r} of texts.")
        groups = cohort.table.texts[plan.by][units.rows]
        found.append(_group_curves(plan.by, groups, sorted(set(groups.tolist())), units))
    return tuple(found)


def _group_curves(by: str, groups: np.ndarray, names: list[str], units: Units) -> GroupCurves:
    days, event = units.outcome.values, units.event
    curves = {
        name: kaplan_meier(days[groups == name], event[groups == name])
        for name in names
        if (groups == name).any()
    }
    return GroupCurves(by, curves, log_rank_p(groups, days, event))


def _divided(units: Units, cutoff: float) -> dict[str, Any]:
    """What a cut-off gives: positive is above it."""
    above, truth = units.values > cutoff, units.event
    shares = {
        "sensitivity": (above & truth, truth),
        "specificity": (~above & ~truth, ~truth),
        "positive_predictive_value": (above & truth, above),
        "negative_predictive_value": (~above & ~truth, ~above),
    }
    return {
        "cutoff": cutoff,
        **{name: _share(int(part.sum()), int(whole.sum())) for name, (part, whole) in shares.items()},
    }


def _share(part: int, whole: int) -> Estimate:
    """A share with the interval of Wilson (1927)."""
    if not whole:
        return Estimate(float("nan"), float("nan"), float("nan"))
    z, share = 1.959963984540054, part / whole
    middle = (share + z**2 / (2 * whole)) / (1 + z**2 / whole)
    half = z / (1 + z**2 / whole) * np.sqrt(share * (1 - share) / whole + z**2 / (4 * whole**2))
    return Estimate(share, float(max(0.0, middle - half)), float(min(1.0, middle + half)))


def _subgroups(units: Units, cohort: ScoredCohort, plan: Plan) -> tuple[Subgroup, ...]:
    table, found = cohort.table, []
    lesions = _lesions(cohort, units) or units
    if "site" in table.texts:
        found += _parts("site", table.texts["site"][lesions.rows], lesions, cohort, plan)
    if table.batch is not None:
        found += _parts("batch", table.batch[units.rows], units, cohort, plan)
    number = dict(zip(cohort.patients.tolist(), cohort.counts.tolist(), strict=True))
    sizes = np.array([_size_words(number[patient]) for patient in units.patients.tolist()])
    return (*found, *_parts("lesions", sizes, units, cohort, plan))


def _size_words(lesions: int) -> str:
    return "1 lesion" if lesions == 1 else "2 or 3 lesions" if lesions < 4 else "4 lesions or more"


def _parts(by: str, groups: np.ndarray, units: Units, cohort: ScoredCohort, plan: Plan) -> list[Subgroup]:
    parts = []
    for name in sorted(set(groups.tolist())):
        own = units.chosen(groups == name)
        patients = np.unique(own.patients)
        figure = None
        if len(patients) >= LEAST_OF_SUBGROUP:
            estimate = _estimate(_figure_of(own, plan), own.patients)
            figure = estimate if np.isfinite(estimate.value) else None
        counts = np.isin(cohort.table.patients, patients).sum() if by != "site" else len(own.values)
        events = None if own.outcome.kind == CONTINUOUS else int(own.event.sum())
        parts.append(Subgroup(by, name or "not given", len(patients), int(counts), events, figure))
    return parts


INTERVALS = {
    AUC: f"95 %, {delong.INTERVAL_METHOD}",
    "calibration_intercept": "95 %, Wald",
    "calibration_slope": "95 %, Wald",
    "hazard_ratio": "95 %, Wald",
}
OTHER_INTERVALS = f"95 %, {INTERVAL_METHOD}, {RESAMPLES} draws"
