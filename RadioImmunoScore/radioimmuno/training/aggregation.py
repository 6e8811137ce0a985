"""One row a patient, made of the rows of the lesions before anything is fitted (rules A and C)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import TableError
from ..signature.patient_rules import FEATURES, ONE_LESION
from ..signature.variables import CLINICAL
from ..tables.cohort_table import CohortTable

VOLUMES = ("lesion.morphology.volume", "lesion.morphology.volume_from_voxels", "table.volume_cc")
NUMBER = f"{CLINICAL}lesion_count"
SUMMED = ("morphology.volume", "morphology.surface_area", "table.volume_cc")
MOST_TARGETS, MOST_OF_A_SITE, THREE = 5, 2, 3


def row_a_patient(table: CohortTable, rule: str) -> CohortTable:
    """The table with one row a patient.

    Parameters
    ----------
    table : CohortTable
    rule : str
        One of `ONE_LESION` or `FEATURES`.

    Returns
    -------
    CohortTable
        In the order of the sorted patients. Outcome, batch and texts are those of the patient's first row.

    Raises
    ------
    TableError
        `cohort_table.column` when the rule goes by volume and the table has none.
    """
    if rule not in (*ONE_LESION, *FEATURES):
        raise ValueError(f"{rule!r} makes no row of a patient's lesions")
    by_volume = rule not in ("features_mean", "features_min", "features_max")
    volumes = volumes_of(table) if by_volume else np.ones(len(table))
    patients, first = np.unique(table.patients, return_index=True)
    rows = []
    for patient in patients:
        mine = np.flatnonzero(table.patients == patient)
        rows.append(_row(table, mine[np.argsort(-volumes[mine], kind="stable")], volumes, rule))
    made = table.rows(first)
    variables = table.variables
    if rule == "features_largest_and_number":
        variables = (*variables, NUMBER)
    return replace(made, variables=variables, values=np.array(rows), lesions=np.array(["all"] * len(rows)))


def volumes_of(table: CohortTable) -> np.ndarray:
    """The lesions' volumes, ndarray of float64, shape (n,); 0 where one is not known.

    Raises
    ------
    TableError
        `cohort_table.column` when the table has none.
    """
    for name in VOLUMES:
        if name in table.variables:
            return np.nan_to_num(table.column(name), nan=0.0)
    text = f"This rule goes by the lesions' volumes, and the table has none of {', '.join(VOLUMES)}."
    raise TableError("cohort_table.column", text)


def _row(table: CohortTable, mine: np.ndarray, volumes: np.ndarray, rule: str) -> np.ndarray:
    """One patient's row; `mine` are the rows of the lesions, the largest first."""
    values = table.values[mine]
    if rule == "largest":
        return values[0]
    if rule == "smallest":
        return values[-1]
    if rule == "targets":
        return _mean(values[_targets(table, mine)], np.ones(0))
    if rule == "features_mean":
        return _mean(values, np.ones(0))
    if rule in ("features_min", "features_max"):
        extreme = np.fmin if rule == "features_min" else np.fmax
        return extreme.reduce(values, axis=0)
    if rule == "features_largest_and_number":
        summed = np.array([name.endswith(SUMMED) for name in table.variables])
        known = np.where(np.isnan(values).all(axis=0), np.nan, np.nansum(values, axis=0))
        return np.append(np.where(summed, known, values[0]), float(len(mine)))
    most = THREE if rule == "features_volume_weighted_3" else len(mine)
    return _mean(values[:most], volumes[mine[:most]])


def _targets(table: CohortTable, mine: np.ndarray) -> list[int]:
    sites = table.texts.get("site")
    taken: list[int] = []
    for n, row in enumerate(mine):
        same = [m for m in taken if sites is not None and sites[mine[m]] == sites[row]]
        if len(taken) < MOST_TARGETS and (sites is None or len(same) < MOST_OF_A_SITE):
            taken.append(n)
    return taken


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Means of the columns over what is known; NaN where nothing is."""
    share = weights if weights.sum() > 0 else np.ones(len(values))
    known = ~np.isnan(values) * share[: len(values), None]
    total = known.sum(axis=0)
    sums = (np.nan_to_num(values) * known).sum(axis=0)
    return np.where(total > 0, sums / np.where(total > 0, total, 1.0), np.nan)
