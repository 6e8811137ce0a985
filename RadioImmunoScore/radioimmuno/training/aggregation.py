"""One row a patient, made of the rows of the lesions before anything is fitted (rules A and C)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import TableError
from ..signature.patient_rules import LESION_COUNT, goes_by_volume, makes_one_row, row_of_lesions
from ..tables.cohort_table import CohortTable

VOLUMES = ("lesion.morphology.volume", "lesion.morphology.volume_from_voxels", "table.volume_cc")


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
    if not makes_one_row(rule):
        raise ValueError(f"{rule!r} makes no row of a patient's lesions")
    volumes = volumes_of(table) if goes_by_volume(rule) else np.ones(len(table))
    patients, first = np.unique(table.patients, return_index=True)
    groups = [np.flatnonzero(table.patients == patient) for patient in patients]
    sites = table.texts.get("site")
    values = np.array(
        [
            row_of_lesions(
                rule,
                table.variables,
                table.values[mine],
                volumes[mine],
                None if sites is None else sites[mine].tolist(),
            )
            for mine in groups
        ]
    )
    variables = table.variables
    if rule == "features_largest_and_number":
        # Covariates stay the last variables: the pipeline knows them by that.
        place = len(variables) - len(table.covariates)
        variables = (*variables[:place], LESION_COUNT, *variables[place:])
        values = np.insert(values, place, [len(mine) for mine in groups], axis=1)
    made = table.rows(first)
    return replace(made, variables=variables, values=values, lesions=np.array(["all"] * len(groups)))


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
