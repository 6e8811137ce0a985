"""What a training on a later study of the patients keeps apart: the outcome, and what determines it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..tables.cohort_table import CohortTable
from ..tables.outcomes import SURVIVAL
from ..tables.studies import BASELINE
from ..validation.preconditions import changes_of_size, check_landmark
from ..validation.survival import from_landmark


def of_later_study(table: CohortTable, landmark: float | None, are_asked: bool = False) -> CohortTable:
    """A table to train on, where its rows are of a study after the baseline.

    Parameters
    ----------
    table : CohortTable
        With an outcome. One of baselines, or of patients with one study, stays as it is.
    landmark : float, optional
        Day from which survival is counted.
    are_asked : bool, optional
        Whether a person chose the candidates: then they are kept.

    Returns
    -------
    CohortTable
        Without changes of size where the outcome is response by size, which they are. Survival is counted
        from the landmark, without those who were not followed beyond it.

    Raises
    ------
    InputError
        `validation.landmark` for survival without a landmark: who has a later study lived until it was made.
    """
    if table.outcome is None or (table.study in ("", BASELINE) and landmark is None):
        return table
    check_landmark((), table.outcome, "", landmark, table.study)
    if landmark is not None and table.outcome.kind == SURVIVAL:
        table = _from_day(table, landmark)
    assert table.outcome is not None
    sizes = [] if are_asked else changes_of_size(table.variables, table.outcome)
    if not sizes:
        return table
    kept = [n for n, name in enumerate(table.variables) if name not in sizes]
    note = (
        f"{len(sizes)} candidates are changes of size, as {sizes[0]}, and {table.outcome.name} is response "
        "by size: they are left out; --variables asks for them."
    )
    return replace(
        table,
        variables=tuple(table.variables[n] for n in kept),
        values=table.values[:, kept],
        notes=(*table.notes, note),
    )


def _from_day(table: CohortTable, landmark: float) -> CohortTable:
    outcome = table.outcome
    assert outcome is not None
    assert outcome.events is not None
    kept, days, _ = from_landmark(outcome.values, outcome.events == 1, landmark)
    left = len(np.unique(table.patients)) - len(np.unique(table.patients[kept]))
    note = (
        f"Survival is counted from day {landmark:g}; {left} patients who were not followed beyond it are "
        "left out."
    )
    made = table.rows(kept)
    assert made.outcome is not None
    return replace(made, outcome=replace(made.outcome, values=days), notes=(*made.notes, note))
