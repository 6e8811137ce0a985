"""The state of a fitted ComBat: what takes the shift of a known scanner or center out of a lesion's values.

Plain numbers, so that it is part of a signature's file; how it is fitted: `training.combat`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..findings import InputError

FIELDS = ("variables", "covariates", "alpha", "sigma", "beta", "batches", "reference")


@dataclass(frozen=True, eq=False)
class BatchShift:
    """How a batch differs from the mean of all (or from the reference batch), in units of `sigma`.

    Parameters
    ----------
    gamma : ndarray of float64, shape (variables,)
        Shift of the standardized values.
    delta : ndarray of float64, shape (variables,)
        Variance of the standardized values, above 0.
    patients : int
        That it was estimated from.
    """

    gamma: np.ndarray
    delta: np.ndarray
    patients: int


@dataclass(frozen=True, eq=False)
class Harmonization:
    """A fitted ComBat: values = alpha + covariates x beta + sigma x (gamma + sqrt(delta) x residual).

    Parameters
    ----------
    variables, covariates : tuple of str
    alpha, sigma : ndarray of float64, shape (variables,)
        Mean and SD, in the variables' units.
    beta : ndarray of float64, shape (covariates, variables)
    batches : mapping of str to BatchShift
    reference : str, optional
        The batch whose values stay as they are.
    """

    variables: tuple[str, ...]
    covariates: tuple[str, ...]
    alpha: np.ndarray
    sigma: np.ndarray
    beta: np.ndarray
    batches: Mapping[str, BatchShift]
    reference: str | None = None

    def harmonized(self, values: np.ndarray, batch: np.ndarray, covariates: np.ndarray) -> np.ndarray:
        """Values without their batch's shift; a row's result depends on no other row.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)
        batch : ndarray of str, shape (n,)
        covariates : ndarray of float64, shape (n, covariates)

        Returns
        -------
        ndarray of float64, shape (n, variables)

        Raises
        ------
        InputError
            `combat.unseen_batch` where a batch is none of those that were fitted.
        """
        unseen = sorted(set(map(str, batch)) - set(self.batches))
        if unseen:
            known = ", ".join(self.batches)
            text = f"batch {', '.join(unseen)} was not in the training data; it knows {known}."
            raise InputError("combat.unseen_batch", f"ComBat: {text}")
        mean = self.alpha + covariates @ self.beta
        standard = (values - mean) / self.sigma
        result = np.array(values, float)
        for name, shift in self.batches.items():
            rows = np.asarray(batch).astype(str) == name
            if name != self.reference:
                corrected = (standard[rows] - shift.gamma) / np.sqrt(shift.delta)
                result[rows] = corrected * self.sigma + mean[rows]
        return result

    def of_variables(self, names: Collection[str]) -> Harmonization:
        """The state for these variables alone; once fitted, none depends on another.

        Parameters
        ----------
        names : collection of str

        Returns
        -------
        Harmonization
        """
        chosen = [n for n, name in enumerate(self.variables) if name in names]
        return replace(
            self,
            variables=tuple(self.variables[n] for n in chosen),
            alpha=self.alpha[chosen],
            sigma=self.sigma[chosen],
            beta=self.beta[:, chosen],
            batches={
                name: BatchShift(one.gamma[chosen], one.delta[chosen], one.patients)
                for name, one in self.batches.items()
            },
        )


def harmonization_record(state: Harmonization) -> dict[str, Any]:
    """The state as plain values for JSON.

    Parameters
    ----------
    state : Harmonization

    Returns
    -------
    dict of str to Any
    """
    return {
        "variables": list(state.variables),
        "covariates": list(state.covariates),
        "alpha": state.alpha.tolist(),
        "sigma": state.sigma.tolist(),
        "beta": state.beta.tolist(),
        "batches": {
            name: {"gamma": one.gamma.tolist(), "delta": one.delta.tolist(), "patients": one.patients}
            for name, one in state.batches.items()
        },
        "reference": state.reference,
    }


def harmonization_of(record: Mapping[str, Any]) -> Harmonization:
    """The state that `harmonization_record` wrote.

    Parameters
    ----------
    record : mapping of str to Any

    Returns
    -------
    Harmonization

    Raises
    ------
    InputError
        `combat.invalid` when a field is missing, of another length, or not finite, or a variance not above 0.
    """
    try:
        if set(record) - set(FIELDS) or not record["batches"]:
            raise ValueError(f"it holds {', '.join(FIELDS)}, and at least one batch")
        state = Harmonization(
            variables=_names(record["variables"]),
            covariates=_names(record["covariates"]),
            alpha=np.array(record["alpha"], float),
            sigma=np.array(record["sigma"], float),
            beta=np.array(record["beta"], float).reshape(len(record["covariates"]), len(record["variables"])),
            batches={
                str(name): BatchShift(
                    np.array(one["gamma"], float), np.array(one["delta"], float), int(one["patients"])
                )
                for name, one in record["batches"].items()
            },
            reference=None if record["reference"] is None else _names([record["reference"]])[0],
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise InputError("combat.invalid", f"The state of ComBat cannot be used: {problem!r}.") from None
    positive = [state.sigma, *(one.delta for one in state.batches.values())]
    finite = [state.alpha, state.beta.sum(axis=0), *(one.gamma for one in state.batches.values()), *positive]
    whole = all(part.shape == (len(state.variables),) and np.isfinite(part).all() for part in finite)
    if not whole or any((part <= 0).any() for part in positive):
        raise InputError(
            "combat.invalid", "The state of ComBat cannot be used: numbers missing or not valid."
        )
    if state.reference is not None and state.reference not in state.batches:
        raise InputError("combat.invalid", f"The state of ComBat lacks its reference, {state.reference}.")
    return state


def _names(record: Any) -> tuple[str, ...]:
    if not isinstance(record, list | tuple) or not all(isinstance(name, str) for name in record):
        raise TypeError("names are a list of texts")
    return tuple(record)
