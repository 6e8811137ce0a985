"""What a signature's file states of its training, besides how the model was fitted: whom, and how well."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import __version__
from ..signature.variables import KVP
from .training_run import TrainingRun, training_record

OF_RECORD = ("outcome", "of", "model", "events", "covariates", "out_of_fold", "intervals", "cross_validation")


def training_summary(done: TrainingRun) -> dict[str, Any]:
    """Fields for a signature's `training`; the record in `training.json` has all of them and more.

    Parameters
    ----------
    done : TrainingRun

    Returns
    -------
    dict of str to Any
        Patients by batch, lesions by tube voltage and by site, as far as the table has them.
    """
    table, record = done.table, training_record(done)
    known = {name: record[name] for name in (*OF_RECORD, "permutation") if record[name] is not None}
    if table.batch is not None:
        patients = [table.patients[table.batch == name] for name in np.unique(table.batch)]
        names = np.unique(table.batch).tolist()
        known["batches"] = {str(name): len(np.unique(own)) for name, own in zip(names, patients, strict=True)}
    if KVP in table.variables:
        voltages = table.column(KVP)
        known["kvp"] = _counts(np.array([f"{kvp:g}" for kvp in voltages[np.isfinite(voltages)]], str))
    if "site" in table.texts:
        known["sites"] = _counts(table.texts["site"][table.texts["site"] != ""])
    return {name: value for name, value in known.items() if value != {}} | {
        "software": f"RadioImmunoScore {__version__}"
    }


def _counts(values: np.ndarray) -> dict[str, int]:
    names, counts = np.unique(values, return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True)}
