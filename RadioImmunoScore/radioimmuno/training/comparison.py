"""The ways from lesions to a patient (the review's figure 3), on the same folds and with paired intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..findings import TableError
from ..signature.patient_rules import ATTENTION, FEATURES, ONE_LESION, PATIENT_RULES, POOLED, SCORES
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import BINARY, Outcome
from ..validation.discrimination import Estimate
from .multiple_instance import few_patients_note
from .nested import Method, Plan, Progress, cross_validate, held_out_weights, patient_folds
from .out_of_fold import FIGURES, NOTHING_IS, OutOfFold, estimates, paired_differences
from .trainer import ALL_SCORES, Fitted, Specification, fit

REFERENCE = "features_mean"
LABELS: Mapping[str, str] = {
    "labels_any": "D: whether a lesion is predicted to progress, from labels of lesions",
    "labels_mean": "D: mean of the lesions' predictions from labels of lesions",
    "labels_min": "D: smallest of the lesions' predictions from labels of lesions",
    "labels_max": "D: largest of the lesions' predictions from labels of lesions",
}
TITLES: Mapping[str, str] = {**PATIENT_RULES, **LABELS}
NOTE_B = "B (all lesions as one region) needs the images: it cannot be made of a table of lesions."
NOTE_E = "E gives the patient's outcome to each lesion and ignores that lesions may respond differently."
NOTE_BEST = "The best of so many methods looks better than it is; only a paired interval without 0 counts."


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the methods gave on the same folds.

    Parameters
    ----------
    found : dict of str to OutOfFold
    figures : dict of str to (dict of str to Estimate)
        Method -> figure -> estimate.
    differences : dict of str to Estimate
        Of the first figure, to the reference.
    reference : str
    attention : ndarray of float64, shape (n,)
        How much each lesion of the table counts in its patient by the attention that was learnt without the
        patient, mean over repetitions; sums to 1 in a patient.
    notes : tuple of str
    """

    found: dict[str, OutOfFold]
    figures: dict[str, dict[str, Estimate]]
    differences: dict[str, Estimate]
    reference: str
    attention: np.ndarray
    notes: tuple[str, ...]

    @property
    def better(self) -> tuple[str, ...]:
        """The methods whose paired interval lies above 0."""
        return tuple(name for name, one in self.differences.items() if one.low > 0)

    @property
    def verdict(self) -> str:
        """Which methods are better than the reference, or that none is; and whether any predicts at all."""
        figure = FIGURES[self.found[self.reference].kind][0]
        name, chance = figure.replace("_", " "), NOTHING_IS[figure]
        if self.better:
            parts = [f"{one} ({self.differences[one].value:+.3f})" for one in self.better]
            text = f"Better than {self.reference} in {name}, its paired interval above 0: {', '.join(parts)}."
        else:
            text = f"No method is better than {self.reference}: no paired interval of the {name} is above 0."
        if not any(one[figure].low > chance for one in self.figures.values()):
            text += f" None is shown to predict the outcome: no interval of the {name} is above {chance:g}."
        return text


@dataclass(frozen=True, eq=False)
class OfLabels:
    """A model of lesions' labels, and the patient's values that are made of its predictions."""

    fitted: Fitted

    def values(self, table: CohortTable) -> dict[str, np.ndarray]:
        """Rule -> the values of the table's sorted patients.

        Returns
        -------
        dict of str to ndarray of float64, shape (patients,)
        """
        scores = self.fitted.scores(table)
        groups = [scores[table.patients == patient] for patient in np.unique(table.patients)]
        rules: dict[str, Callable[[np.ndarray], float]] = {
            "labels_any": lambda group: float((group > 0).any()),
            "labels_mean": lambda group: float(group.mean()),
            "labels_min": lambda group: float(group.min()),
            "labels_max": lambda group: float(group.max()),
        }
        return {name: np.array([rule(group) for group in groups]) for name, rule in rules.items()}


def methods_of(
    table: CohortTable, specification: Specification, labels: np.ndarray | None = None
) -> dict[str, Method]:
    """The methods that a table allows: those that go by volume need volumes, D needs labels of lesions.

    Parameters
    ----------
    table : CohortTable
    specification : Specification
    labels : ndarray of float64, shape (n,), optional
        1 or 0 for each lesion, NaN where it is not known: carried as the variable `table.label` by `compare`.
    """
    from .aggregation import volumes_of

    rules: Sequence[str] = (*ONE_LESION, *FEATURES)
    try:
        volumes_of(table)
    except TableError:
        rules = ("features_mean", "features_min", "features_max")
    methods: dict[str, Method] = {rule: _of_rule(specification, rule) for rule in (*rules, ALL_SCORES)}
    methods |= {rule: _of_rule(replace(specification, model=""), rule) for rule in POOLED}
    if labels is not None:
        methods["labels"] = _of_labels(specification, table, labels)
    return methods


def compare(
    table: CohortTable,
    specification: Specification,
    plan: Plan,
    *,
    labels: np.ndarray | None = None,
    reference: str = REFERENCE,
    progress: Progress | None = None,
) -> Comparison:
    """Fit every method on the same folds and compare them patient by patient.

    Parameters
    ----------
    table : CohortTable
        With an outcome of the patient.
    specification : Specification
        What is fitted; its rule is not used.
    plan : Plan
    labels : ndarray of float64, shape (n,), optional
        Labels of the lesions, 1 or 0 or NaN, for D.
    reference : str
        The method that the others are compared with.
    progress : callable, optional
        Called with (folds done, folds in all, over all methods).

    Returns
    -------
    Comparison

    Raises
    ------
    TableError
        `cohort_table.outcome` when the outcome is a lesion's.
    """
    if table.outcome is None or table.outcome.of_lesion:
        raise TableError("cohort_table.outcome", "Aggregation is compared for an outcome of the patient.")
    folds = patient_folds(table, plan)
    methods = methods_of(table, specification, labels)
    each = sum(map(len, folds))
    found: dict[str, OutOfFold] = {}
    attention = np.full(len(table), np.nan)
    for n, (name, method) in enumerate(methods.items()):
        step = _part_of(progress, n * each, each * len(methods))
        nested = cross_validate(table, method, folds, step)
        found |= nested.found
        if name == ATTENTION:
            attention = held_out_weights(table, nested)
    notes = (NOTE_B, NOTE_E, NOTE_BEST, few_patients_note(table.patient_count))
    return Comparison(
        found,
        {name: estimates(one, plan.seed) for name, one in found.items()},
        paired_differences(found, reference, plan.seed),
        reference,
        attention,
        tuple(filter(None, notes)),
    )


def _part_of(progress: Progress | None, before: int, total: int) -> Progress | None:
    return progress and (lambda done, _: progress(before + done, total))


def _of_rule(specification: Specification, rule: str) -> Method:
    def method(table: CohortTable) -> Fitted:
        return fit(table, replace(specification, rule=rule))

    return method


def _of_labels(specification: Specification, whole: CohortTable, labels: np.ndarray) -> Method:
    label_of = dict(zip(zip(whole.patients, whole.lesions, strict=True), labels, strict=True))

    def method(table: CohortTable) -> OfLabels:
        own = np.array([label_of[row] for row in zip(table.patients, table.lesions, strict=True)])
        outcome = Outcome("label", BINARY, own, of_lesion=True)
        known = replace(table, outcome=outcome).rows(outcome.known)
        return OfLabels(fit(known, replace(specification, model="")))

    return method


__all__ = ["SCORES", "TITLES", "Comparison", "compare", "methods_of"]
