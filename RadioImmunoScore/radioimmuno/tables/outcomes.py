"""What is to be predicted: a number, a yes or no, or how long a patient lived without an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..findings import TableError
from .joined_files import JoinedFiles

CONTINUOUS, BINARY, SURVIVAL = "continuous", "binary", "survival"
KINDS = (CONTINUOUS, BINARY, SURVIVAL)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The outcome of each row: its patient's, or the lesion's own.

    Parameters
    ----------
    name : str
    kind : str
        `continuous`, `binary` or `survival`.
    values : ndarray of float64, shape (n,)
        The number; 1 or 0; the time to event or censoring. NaN where it is not known.
    events : ndarray of float64, shape (n,), optional
        Of survival: 1 for an event, 0 for censoring.
    of_lesion : bool
        Whether lesions of a patient may differ in it.
    """

    name: str
    kind: str
    values: np.ndarray
    events: np.ndarray | None = None
    of_lesion: bool = False

    @property
    def known(self) -> np.ndarray:
        """Whether a row has an outcome, ndarray of bool, shape (n,)."""
        known = ~np.isnan(self.values)
        return known if self.events is None else known & ~np.isnan(self.events)

    def rows(self, chosen: np.ndarray) -> Outcome:
        """The outcome of these rows alone.

        Parameters
        ----------
        chosen : ndarray of int, shape (m,), or of bool, shape (n,)
            Row numbers, or whether a row is kept.

        Returns
        -------
        Outcome
        """
        events = None if self.events is None else self.events[chosen]
        return replace(self, values=self.values[chosen], events=events)


def outcome_of(
    files: JoinedFiles, target: str, time: str, event: str, kind: str, lesion_target: bool
) -> Outcome | None:
    """The outcome that the columns name; None where they name none.

    Parameters
    ----------
    files : JoinedFiles
    target, time, event : str
        Names of columns; empty for none.
    kind : str
        One of `KINDS`, or empty: seen from the columns.
    lesion_target : bool
        Whether lesions of a patient may differ in it.

    Returns
    -------
    Outcome or None

    Raises
    ------
    TableError
        `cohort_table.column`, `cohort_table.value` or `cohort_table.outcome`.
    """
    if not (target or time or event):
        return None
    named = f"{target}_days", f"{target}_event"
    if target and not (time or event) and (kind == SURVIVAL or not files.has(target)):
        if all(map(files.has, named)):
            time, event = named
        elif kind == SURVIVAL:
            text = (
                f"Survival needs the columns {named[0]} and {named[1]}, or --time-column and --event-column."
            )
            raise TableError("cohort_table.column", text)
    if kind == SURVIVAL or (time or event):
        if not (time and event) or kind not in ("", SURVIVAL):
            text = "A survival time and an event go together, and make the kind survival."
            raise TableError("cohort_table.column", text)
        found = Outcome(
            target or event,
            SURVIVAL,
            files.numbers(time, "survival time"),
            files.numbers(event, "event"),
            lesion_target,
        )
    else:
        values = files.numbers(target, "outcome")
        two = set(np.unique(values[~np.isnan(values)])) <= {0.0, 1.0}
        found = Outcome(target, kind or (BINARY if two else CONTINUOUS), values, of_lesion=lesion_target)
    _check(found, files)
    return found


def _check(outcome: Outcome, files: JoinedFiles) -> None:
    known = outcome.known
    values = outcome.values[known]

    def refuse(text: str) -> TableError:
        return TableError("cohort_table.outcome", f"{files.table.path}, outcome {outcome.name!r}: {text}")

    if not known.any():
        raise refuse("no row has one.")
    answers = outcome.events[known] if outcome.events is not None else values
    if outcome.kind != CONTINUOUS:
        if strange := sorted(set(np.unique(answers)) - {0.0, 1.0}):
            raise refuse(f"it has to be 0 or 1 and is also {strange[0]:g}.")
        if len(set(np.unique(answers))) < 2 and outcome.kind == BINARY:
            raise refuse(f"it is {answers[0]:g} in every row.")
        if outcome.kind == SURVIVAL and not answers.any():
            raise refuse("no patient had an event.")
    elif np.ptp(values) == 0:
        raise refuse(f"it is {values[0]:g} in every row.")
    if outcome.kind == SURVIVAL and (values <= 0).any():
        who = np.array(files.patients)[known][values <= 0][0]
        raise refuse(f"the survival time of patient {who!r} is {values.min():g}; it has to be above 0.")
    if not outcome.of_lesion:
        _one_a_patient(outcome, np.array(files.patients), refuse)


def _one_a_patient(outcome: Outcome, patients: np.ndarray, refuse: Callable[[str], TableError]) -> None:
    parts = [outcome.values] if outcome.events is None else [outcome.values, outcome.events]
    known = outcome.known
    for patient in np.unique(patients):
        mine = known & (patients == patient)
        for part in parts:
            if mine.any() and np.ptp(part[mine]):
                found = ", ".join(f"{value:g}" for value in np.unique(part[mine])[:3])
                raise refuse(
                    f"patient {patient!r} has several: {found}. A patient has one; say --lesion-target where "
                    "it is the lesion's own."
                )
